"""Measures of what matters when some targets are rare, and of rows that were made."""

from skaug.metrics._multilabel import (
    imbalance_per_label,
    mean_imbalance,
    minority_labels,
    scumble,
    scumble_per_row,
)
from skaug.metrics._prdc import precision_recall_density_coverage
from skaug.metrics._relevance import Relevance, relevance_of_extremes, relevance_of_points
from skaug.metrics._sera import sera_score

__all__ = [
    "Relevance",
    "imbalance_per_label",
    "mean_imbalance",
    "minority_labels",
    "precision_recall_density_coverage",
    "relevance_of_extremes",
    "relevance_of_points",
    "scumble",
    "scumble_per_row",
    "sera_score",
]
