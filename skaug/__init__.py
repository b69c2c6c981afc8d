"""Augmentation for scikit-learn: new training rows from old ones, each method one estimator."""

from skaug.augmented import AugmentedClassifier, AugmentedRegressor
from skaug.base import BaseSampler, Batch, ClassSampler

__all__ = [
    "AugmentedClassifier",
    "AugmentedRegressor",
    "BaseSampler",
    "Batch",
    "ClassSampler",
    "__version__",
]
__version__ = "0.1.0.dev0"
