"""Augmentation for scikit-learn: new training rows from old ones, each method one estimator."""

__version__ = "0.1.0.dev0"
