"""Cleaning: rows whose neighbours belong to other classes are left out."""

from skaug.under_sampling._edited_nearest_neighbours import EditedNearestNeighbours
from skaug.under_sampling._tomek_links import TomekLinks

__all__ = ["EditedNearestNeighbours", "TomekLinks"]
