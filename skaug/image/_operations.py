"""The fourteen operations of RandAugment and its kin, and how strong each of them is at most."""

from collections.abc import Mapping
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats
from skaug.image._ranges import Range

__all__ = [
    "AUG_MIX",
    "RAND_AUGMENT",
    "SIGNED",
    "TRIVIAL_AUGMENT",
    "Codes",
    "Op",
    "picked_codes",
    "strengths_of",
]

Codes = NDArray[np.intp]  # of operations, as `Op` numbers them


class Op(IntEnum):
    """What may happen to an image, in the order of the paper's list."""

    IDENTITY = 0
    SHEAR_X = 1
    SHEAR_Y = 2
    TRANSLATE_X = 3
    TRANSLATE_Y = 4
    ROTATE = 5
    BRIGHTNESS = 6
    COLOR = 7
    CONTRAST = 8
    SHARPNESS = 9
    POSTERIZE = 10
    SOLARIZE = 11
    AUTO_CONTRAST = 12
    EQUALIZE = 13


# Strengths at the lowest and at the highest level: the slope of a shear, the share of the side
# that a translation is, degrees, what is added to or taken off a factor of 1, the bits of 8 that
# are lost, and the share of the range that is inverted. The others have none.
RAND_AUGMENT: Mapping[Op, Range] = {
    Op.IDENTITY: (0, 0),
    Op.SHEAR_X: (0, 0.3),
    Op.SHEAR_Y: (0, 0.3),
    Op.TRANSLATE_X: (0, 150 / 331),
    Op.TRANSLATE_Y: (0, 150 / 331),
    Op.ROTATE: (0, 30),
    Op.BRIGHTNESS: (0, 0.9),
    Op.COLOR: (0, 0.9),
    Op.CONTRAST: (0, 0.9),
    Op.SHARPNESS: (0, 0.9),
    Op.POSTERIZE: (0, 4),
    Op.SOLARIZE: (0, 1),
    Op.AUTO_CONTRAST: (0, 0),
    Op.EQUALIZE: (0, 0),
}
TRIVIAL_AUGMENT: Mapping[Op, Range] = {
    **RAND_AUGMENT,
    Op.SHEAR_X: (0, 0.99),
    Op.SHEAR_Y: (0, 0.99),
    Op.ROTATE: (0, 135),
    Op.BRIGHTNESS: (0, 0.99),
    Op.COLOR: (0, 0.99),
    Op.CONTRAST: (0, 0.99),
    Op.SHARPNESS: (0, 0.99),
    Op.POSTERIZE: (0, 6),
}
AUG_MIX: Mapping[Op, Range] = {
    **{op: strength for op, strength in RAND_AUGMENT.items() if op != Op.IDENTITY},
    Op.TRANSLATE_X: (0, 1 / 3),
    Op.TRANSLATE_Y: (0, 1 / 3),
    Op.POSTERIZE: (4, 7),
}
SIGNED = frozenset(range(Op.SHEAR_X, Op.SHARPNESS + 1))  # those that go either way


def picked_codes(ops: list[Op], uniforms: Floats) -> Codes:
    """Return operations of the list, each as likely, by numbers from [0, 1)."""
    return np.array(ops)[(uniforms * len(ops)).astype(np.intp)]


def strengths_of(
    codes: Codes, levels: Floats | float, signs: Floats, table: Mapping[Op, Range]
) -> Floats:
    """Return the strength of each operation, at a level from 0 to 1 of its range in the table.

    `signs` are numbers from [0, 1) that decide the direction of those that go either way.
    """
    lowest, highest, is_signed = np.zeros(len(Op)), np.zeros(len(Op)), np.zeros(len(Op), dtype=bool)
    for op, (low, high) in table.items():
        lowest[op], highest[op], is_signed[op] = low, high, op in SIGNED
    strengths = lowest[codes] + (highest - lowest)[codes] * levels
    return np.where(is_signed[codes] & (signs < 0.5), -strengths, strengths)
