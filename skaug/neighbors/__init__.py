"""Nearest neighbours within a set of rows, numeric, categorical, mixed or incomplete."""

from skaug.neighbors._among import nearest_among
from skaug.neighbors._approximate import ApproximateNeighbors
from skaug.neighbors._distinct import distinct_rows
from skaug.neighbors._kneighbors import kneighbors
from skaug.neighbors._metric import CategoryMetric, mismatch_metric, value_difference_metric

__all__ = [
    "ApproximateNeighbors",
    "CategoryMetric",
    "distinct_rows",
    "kneighbors",
    "mismatch_metric",
    "nearest_among",
    "value_difference_metric",
]
