"""Strategies of hypothesis for tables, labels and what samplers are asked for."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

LABELS = {
    "int": lambda n: np.arange(n),
    "negative": lambda n: 2 * np.arange(n) - 1,
    "text": lambda n: np.array(["common", "rare", "third", "fourth"])[:n],
    "bytes": lambda n: np.array([b"common", b"rare", b"third", b"fourth"])[:n],
    "float": lambda n: np.arange(n) * 1.5e6,
}


def generators():
    """Random generators; they shrink to seed 0."""
    return st.integers(0, 2**32 - 1).map(np.random.default_rng)


@st.composite
def labels(draw, min_rows=7, max_rows=25, max_classes=4):
    """Labels of any dtype, of classes that have at least `min_rows` rows, in no order."""
    sizes = draw(st.lists(st.integers(min_rows, max_rows), min_size=2, max_size=max_classes))
    names = LABELS[draw(st.sampled_from(sorted(LABELS)))](len(sizes))
    return draw(generators()).permutation(np.repeat(names, sizes))


@st.composite
def numbers(draw, n_rows, max_columns=4, missing=False):
    """Tables of floats: smooth, on a grid, wild, with equal rows and constant columns.

    The cells of a smooth table are all different, so that distances have no ties.
    """
    n_columns = draw(st.integers(1, max_columns))
    rng = draw(generators())
    kind = draw(st.sampled_from(["smooth", "grid", "wild"]))
    if kind == "wild":
        cells = st.floats(-1e6, 1e6, allow_nan=False)
        X = draw(hnp.arrays(float, (n_rows, n_columns), elements=cells, fill=cells))
    elif kind == "grid":
        X = rng.integers(-2, 3, size=(n_rows, n_columns)).astype(float)
    else:
        X = rng.normal(size=(n_rows, n_columns)) * 10.0 ** rng.integers(-3, 4, size=n_columns)
    if draw(st.booleans()):
        X[:, 0] = draw(st.floats(-1e6, 1e6))
    if draw(st.booleans()):
        X = X[rng.integers(n_rows // 2 + 1, size=n_rows)]
    if missing and draw(st.booleans()):
        X[rng.random(X.shape) < draw(st.sampled_from([0.05, 0.3, 0.8]))] = np.nan
    return X


@st.composite
def labelled_numbers(draw, max_columns=4, missing=False, **kwargs):
    """X and y; see `numbers` and `labels`."""
    y = draw(labels(**kwargs))
    return draw(numbers(len(y), max_columns=max_columns, missing=missing)), y


@st.composite
def smooth_numbers(draw, max_columns=5, missing=False, **kwargs):
    """X and y without ties between distances, where neighbours are what they are."""
    y = draw(labels(**kwargs))
    rng = draw(generators())
    n_columns = draw(st.integers(2, max_columns))
    X = rng.normal(size=(len(y), n_columns)) * 10.0 ** rng.integers(-1, 2, size=n_columns)
    if missing:  # the first column has a value in every row
        X[:, 1:][rng.random((len(y), n_columns - 1)) < 0.15] = np.nan
    return X, y


@st.composite
def codes(draw, n_rows, max_columns=3, max_levels=4, missing=True):
    """Categories as codes, -1 where missing."""
    n_columns = draw(st.integers(1, max_columns))
    n_levels = draw(st.integers(1, max_levels))
    rng = draw(generators())
    return rng.integers(-1 if missing else 0, n_levels, size=(n_rows, n_columns), dtype=np.int32)


@st.composite
def labelled_categories(draw, missing=True, **kwargs):
    """Text and missing values as an array of objects, and labels."""
    y = draw(labels(**kwargs))
    names = np.array(["a", "b", "c", "d", None], dtype=object)
    return names[draw(codes(len(y), missing=missing))], y


@st.composite
def targets(draw, y):
    """Final counts of rows for some classes of y, never less than there are."""
    classes, counts = np.unique(y, return_counts=True)
    extra = draw(st.dictionaries(st.sampled_from(classes.tolist()), st.integers(0, 30)))
    there = dict(zip(classes.tolist(), counts.tolist(), strict=True))
    return {label: there[label] + more for label, more in extra.items()}
