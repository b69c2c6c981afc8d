"""Changes of single rows of a table: noise that leaves the label as it is."""

from skaug.perturbation._base import PerturbationSampler
from skaug.perturbation._gaussian_noise import GaussianNoise

__all__ = ["GaussianNoise", "PerturbationSampler"]
