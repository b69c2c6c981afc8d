"""Does resampling help? Compare samplers on the same folds, with honest intervals."""

from skaug.model_selection._augmentation_search_cv import AugmentationSearchCV
from skaug.model_selection._compare import compare_samplers
from skaug.model_selection._comparison import SamplerComparison
from skaug.model_selection._statistics import nadeau_bengio_interval

__all__ = [
    "AugmentationSearchCV",
    "SamplerComparison",
    "compare_samplers",
    "nadeau_bengio_interval",
]
