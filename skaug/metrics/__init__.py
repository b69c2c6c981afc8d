"""Measures of what matters when some targets are rare."""

from skaug.metrics._relevance import Relevance, relevance_of_extremes, relevance_of_points
from skaug.metrics._sera import sera_score

__all__ = ["Relevance", "relevance_of_extremes", "relevance_of_points", "sera_score"]
