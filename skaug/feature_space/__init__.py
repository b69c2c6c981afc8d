"""Rows made in a feature space, of moments, and by the simplest model of a class."""

from skaug.feature_space._class_gaussian import ClassGaussian
from skaug.feature_space._extrapolate import Extrapolate
from skaug.feature_space._feature_space_sampler import FeatureSpaceSampler
from skaug.feature_space._interpolate import Interpolate
from skaug.mixing import MoEx
from skaug.perturbation import GaussianNoise

__all__ = [
    "ClassGaussian",
    "Extrapolate",
    "FeatureSpaceSampler",
    "GaussianNoise",
    "Interpolate",
    "MoEx",
]
