"""Changes of single rows, of tables or of series: noise that leaves the label as it is."""

from skaug.perturbation._base import PerturbationSampler
from skaug.perturbation._feature_mask import FeatureMask
from skaug.perturbation._gaussian_noise import GaussianNoise
from skaug.perturbation._jitter import Jitter
from skaug.perturbation._magnitude_warp import MagnitudeWarp
from skaug.perturbation._quantile_jitter import QuantileJitter
from skaug.perturbation._scaling import Scaling
from skaug.perturbation._series_base import SeriesSampler
from skaug.perturbation._swap_noise import SwapNoise
from skaug.perturbation._time_warp import TimeWarp
from skaug.perturbation._window_warp import WindowWarp

__all__ = [
    "FeatureMask",
    "GaussianNoise",
    "Jitter",
    "MagnitudeWarp",
    "PerturbationSampler",
    "QuantileJitter",
    "Scaling",
    "SeriesSampler",
    "SwapNoise",
    "TimeWarp",
    "WindowWarp",
]
