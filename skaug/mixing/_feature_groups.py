"""How the columns of a table are grouped for the exchange of moments."""

from collections.abc import Sequence, Set
from typing import Any

import numpy as np

from skaug._core.chosen_columns import chosen_columns
from skaug.base import Table
from skaug.mixing._moments import Groups, image_groups

__all__ = ["groups_of"]


def groups_of(X: Table, norm: str, feature_groups: Any, image_shape: Any, channels: str) -> Groups:
    """Return the groups among the numeric columns of X, by the parameters of `MoEx`."""
    if not X.n_numeric:
        raise ValueError(
            f"{X.owner} needs numeric columns, whose moments it exchanges; X has none."
        )
    if (feature_groups is not None) != (norm == "group"):
        raise ValueError(
            f"feature_groups of {X.owner} goes with norm='group', and must then be given; got "
            f"norm={norm!r} and feature_groups={feature_groups!r}."
        )
    if norm == "group":
        return _named_groups(X, feature_groups)
    if image_shape is not None:
        return image_groups(norm, _shape(X, norm, image_shape), channels=channels)
    if norm != "layer":
        raise ValueError(
            f"norm={norm!r} of {X.owner} needs image_shape=(height, width, channels), to know "
            "which columns go together. For a table that is no image use norm='layer' or 'group'."
        )
    return Groups.of(np.zeros(X.n_numeric, dtype=int))


def _shape(X: Table, norm: str, image_shape: Any) -> tuple[int, int, int]:
    sizes = tuple(image_shape)
    whole = all(isinstance(size, (int, np.integer)) and size > 0 for size in sizes)
    if len(sizes) not in (2, 3) or not whole:
        raise ValueError(
            f"image_shape of {X.owner} must be (height, width) or (height, width, channels), whole "
            f"numbers from 1 on; got {image_shape!r}."
        )
    if np.prod(sizes) != X.shape[1]:
        raise ValueError(
            f"image_shape={image_shape!r} of {X.owner} has {np.prod(sizes)} values; X has "
            f"{X.shape[1]} columns."
        )
    if X.n_numeric != X.shape[1]:
        raise ValueError(
            f"{X.owner} with image_shape needs numeric columns only; X has "
            f"{X.shape[1] - X.n_numeric} categorical ones. Set categorical_features=None."
        )
    height, width, n_channels = sizes if len(sizes) == 3 else (*sizes, 1)
    if norm == "positional" and n_channels < 2:
        raise ValueError(
            f"norm='positional' of {X.owner} takes moments over channels and needs at least 2; "
            f"image_shape={image_shape!r} has 1. Use norm='instance'."
        )
    return height, width, n_channels


def _named_groups(X: Table, feature_groups: Any) -> Groups:
    is_numeric = ~X.is_categorical
    if not _is_nested(feature_groups):
        labels = list(feature_groups)
        if len(labels) != X.shape[1]:
            raise ValueError(
                f"feature_groups of {X.owner} must be a list of groups of columns, or a label for "
                f"each of the {X.shape[1]} columns; got {len(labels)} labels."
            )
        number_of = {label: number for number, label in enumerate(dict.fromkeys(labels))}
        return Groups.of(np.array([number_of[label] for label in labels])[is_numeric])
    group = np.full(X.shape[1], -1)
    for number, columns in enumerate(feature_groups):
        named = list(columns) if isinstance(columns, Set) else columns
        chosen = chosen_columns(named, X, "feature_groups")
        _check_group(X, chosen, chosen & (group >= 0), number)
        group[chosen] = number
    return Groups.of(group[is_numeric])


def _is_nested(feature_groups: Any) -> bool:
    if isinstance(feature_groups, np.ndarray) and feature_groups.ndim == 1:
        return feature_groups.dtype == object and isinstance(feature_groups[0], Sequence)
    return any(
        isinstance(group, (Sequence, Set, np.ndarray)) and not isinstance(group, (str, bytes))
        for group in feature_groups
    )


def _check_group(X: Table, chosen: Any, is_taken: Any, number: int) -> None:
    if not chosen.any():
        raise ValueError(f"Group {number} in feature_groups of {X.owner} has no column.")
    if is_taken.any():
        column = X.column(int(np.argmax(is_taken)))
        raise ValueError(
            f"The groups in feature_groups of {X.owner} must not overlap; {column} is in two."
        )
    if (chosen & X.is_categorical).any():
        column = X.column(int(np.argmax(chosen & X.is_categorical)))
        raise ValueError(
            f"feature_groups of {X.owner} must name numeric columns; {column} is categorical."
        )
