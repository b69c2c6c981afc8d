"""Image augmentation: changed copies of images, as samplers for training rows."""

from skaug.image._aug_mix import AugMix
from skaug.image._auto_contrast import AutoContrast
from skaug.image._base import BaseImageSampler
from skaug.image._color_jitter import ColorJitter
from skaug.image._compose import Compose
from skaug.image._cutout import Cutout
from skaug.image._elastic_transform import ElasticTransform
from skaug.image._equalize import Equalize
from skaug.image._function_augmenter import FunctionAugmenter
from skaug.image._gaussian_blur import GaussianBlur
from skaug.image._gaussian_noise import GaussianNoise
from skaug.image._grid_mask import GridMask
from skaug.image._invert import Invert
from skaug.image._one_of import OneOf
from skaug.image._pixel_dropout import PixelDropout
from skaug.image._poisson_noise import PoissonNoise
from skaug.image._posterize import Posterize
from skaug.image._rand_augment import RandAugment
from skaug.image._random_affine import RandomAffine
from skaug.image._random_crop import RandomCrop
from skaug.image._random_erasing import RandomErasing
from skaug.image._random_flip import RandomFlip
from skaug.image._random_gamma import RandomGamma
from skaug.image._random_perspective import RandomPerspective
from skaug.image._random_resized_crop import RandomResizedCrop
from skaug.image._random_rotate90 import RandomRotate90
from skaug.image._salt_and_pepper import SaltAndPepper
from skaug.image._sharpness import Sharpness
from skaug.image._solarize import Solarize
from skaug.image._speckle_noise import SpeckleNoise
from skaug.image._trivial_augment import TrivialAugment

__all__ = [
    "AugMix",
    "AutoContrast",
    "BaseImageSampler",
    "ColorJitter",
    "Compose",
    "Cutout",
    "ElasticTransform",
    "Equalize",
    "FunctionAugmenter",
    "GaussianBlur",
    "GaussianNoise",
    "GridMask",
    "Invert",
    "OneOf",
    "PixelDropout",
    "PoissonNoise",
    "Posterize",
    "RandAugment",
    "RandomAffine",
    "RandomCrop",
    "RandomErasing",
    "RandomFlip",
    "RandomGamma",
    "RandomPerspective",
    "RandomResizedCrop",
    "RandomRotate90",
    "SaltAndPepper",
    "Sharpness",
    "Solarize",
    "SpeckleNoise",
    "TrivialAugment",
]
