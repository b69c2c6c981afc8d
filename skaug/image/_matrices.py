"""Matrices that map the pixels of a result to those of the image it is made of."""

import numpy as np
from numpy.typing import NDArray

from skaug._core.batch import Floats, Indices

__all__ = ["affine_matrices", "crop_matrices", "homographies", "symmetry_matrices"]


def affine_matrices(
    height: int,
    width: int,
    *,
    angle: Floats,
    translate: Floats,
    scale: Floats,
    shear: Floats,
) -> Floats:
    r"""Return the inverses of :math:`T(c + t) \, s \, R(a) \, H \, T(-c)`, c being the centre.

    H shears along x and then along y, as torchvision does.

    Parameters
    ----------
    height, width : int
        Of the images, in pixels.

    angle : ndarray of shape (m,)
        Rotations in radians, clockwise.

    translate : ndarray of shape (m, 2)
        In pixels, to the right and down.

    scale : ndarray of shape (m,)
        Above 1 what is seen grows.

    shear : ndarray of shape (m, 2)
        Angles in radians.
    """
    along_x, along_y = np.tan(shear[:, 0]), shear[:, 1]
    cosine, sine = np.cos(angle - along_y) / np.cos(along_y), np.sin(angle - along_y)
    sine /= np.cos(along_y)
    center = np.array([(width - 1) / 2, (height - 1) / 2])
    matrices = np.zeros((len(angle), 3, 3))
    # the inverse of a matrix of determinant 1
    matrices[:, 0, 0] = np.cos(angle) - sine * along_x
    matrices[:, 0, 1] = cosine * along_x + np.sin(angle)
    matrices[:, 1, 0] = -sine
    matrices[:, 1, 1] = cosine
    matrices[:, :2, :2] /= scale[:, None, None]
    matrices[:, :2, 2] = center - (matrices[:, :2, :2] @ (center + translate)[:, :, None])[:, :, 0]
    matrices[:, 2, 2] = 1
    return matrices


def crop_matrices(height: int, width: int, *, low: Floats, high: Floats) -> Floats:
    """Return matrices that show the box from the pixel `low` to the pixel `high`, corner to corner.

    Parameters
    ----------
    height, width : int
        Of the images, in pixels.

    low, high : ndarray of shape (m, 2)
        The first and the last place that is seen, (x, y); fractions of a pixel, too.
    """
    matrices = np.zeros((len(low), 3, 3))
    for axis, side in enumerate((width, height)):
        matrices[:, axis, axis] = (high[:, axis] - low[:, axis]) / max(1, side - 1)
        matrices[:, axis, 2] = low[:, axis]
    matrices[:, 2, 2] = 1
    return matrices


def homographies(source: Floats, target: Floats) -> Floats:
    """Return matrices that map four places each to four others, before the viewer's eyes.

    Parameters
    ----------
    source, target : ndarray of shape (m, 4, 2)
        Places (x, y) in the results, and where these show the images. No three are on a line.
    """
    x, y = source[:, :, 0], source[:, :, 1]
    equations = np.zeros((len(source), 8, 8))
    for axis in (0, 1):
        rows, columns = slice(4 * axis, 4 * axis + 4), 3 * axis
        equations[:, rows, columns] = x
        equations[:, rows, columns + 1] = y
        equations[:, rows, columns + 2] = 1
        equations[:, rows, 6] = -x * target[:, :, axis]
        equations[:, rows, 7] = -y * target[:, :, axis]
    values = np.concatenate([target[:, :, 0], target[:, :, 1]], axis=1)
    found = np.linalg.solve(equations, values[:, :, None])[:, :, 0]
    matrices = np.concatenate([found, np.ones((len(found), 1))], axis=1).reshape(-1, 3, 3)
    first = np.concatenate([source[:, 0], np.ones((len(source), 1))], axis=1)
    depth = (matrices[:, 2] * first).sum(axis=1)
    return matrices * np.where(depth < 0, -1.0, 1.0)[:, None, None]


def symmetry_matrices(
    height: int, width: int, *, turns: Indices, mirrored: NDArray[np.bool_]
) -> Floats:
    """Return the matrices of quarter turns, counted anticlockwise, after a flip left to right.

    Parameters
    ----------
    height, width : int
        Of the images, in pixels; equal where an odd number of turns is asked for.

    turns : ndarray of int of shape (m,)
        Quarter turns.

    mirrored : ndarray of bool of shape (m,)
        Whether the image is flipped first.
    """
    cosine, sine = np.array([1, 0, -1, 0])[turns % 4], np.array([0, 1, 0, -1])[turns % 4]
    center = np.array([(width - 1) / 2, (height - 1) / 2])
    matrices = np.zeros((len(turns), 3, 3))
    flip = np.where(mirrored, -1.0, 1.0)
    matrices[:, 0, 0], matrices[:, 0, 1] = flip * cosine, -flip * sine
    matrices[:, 1, 0], matrices[:, 1, 1] = sine, cosine
    matrices[:, :2, 2] = center - matrices[:, :2, :2] @ center
    matrices[:, 2, 2] = 1
    return matrices
