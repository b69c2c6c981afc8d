"""Mixing of two rows into one, labels included."""

from skaug.mixing._balanced_mixup import BalancedMixup
from skaug.mixing._cmixup import CMixup
from skaug.mixing._cutmix import CutMix
from skaug.mixing._mamix import MAMix
from skaug.mixing._mixup import Mixup
from skaug.mixing._moex import MoEx
from skaug.mixing._remix import Remix
from skaug.mixing._sample_pairing import SamplePairing
from skaug.mixing._unimix import UniMix

__all__ = [
    "BalancedMixup",
    "CMixup",
    "CutMix",
    "MAMix",
    "Mixup",
    "MoEx",
    "Remix",
    "SamplePairing",
    "UniMix",
]
