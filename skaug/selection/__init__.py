"""Selection: keep the best of the rows that a sampler makes, as a scorer judges them."""

from skaug.selection._confidence import ConfidenceScorer
from skaug.selection._density import DensityScorer
from skaug.selection._elkan_noto import ElkanNotoScorer
from skaug.selection._ipf import IPFScorer
from skaug.selection._min_rank import MinRankScorer
from skaug.selection._neighborhood import NeighborhoodScorer
from skaug.selection._pu_bagging import PUBaggingScorer
from skaug.selection._selected_sampler import SelectedSampler
from skaug.selection._spy import SpyScorer

__all__ = [
    "ConfidenceScorer",
    "DensityScorer",
    "ElkanNotoScorer",
    "IPFScorer",
    "MinRankScorer",
    "NeighborhoodScorer",
    "PUBaggingScorer",
    "SelectedSampler",
    "SpyScorer",
]
