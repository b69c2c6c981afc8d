"""Augmentation for scikit-learn: new training rows from old ones, each method one estimator."""

from skaug.base import BaseSampler, Batch, ClassSampler

__all__ = ["BaseSampler", "Batch", "ClassSampler", "__version__"]
__version__ = "0.1.0.dev0"
