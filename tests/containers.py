"""One builder for each kind of container of rows, and one for each kind of column."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from scipy import sparse


def names(X):
    return [f"x{j}" for j in range(X.shape[1])]


def columns(X):
    return dict(zip(names(X), X.T, strict=True))


DENSE = {
    "list": lambda X: X.tolist(),
    "float64": lambda X: X.copy(),
    "float32": lambda X: X.astype(np.float32),
    "float16": lambda X: X.astype(np.float16),
    "fortran": np.asfortranarray,
    "big endian": lambda X: X.astype(">f8"),
    "object": lambda X: X.astype(object),
    "read-only": lambda X: np.frombuffer(X.tobytes()).reshape(X.shape),
    "strided": lambda X: np.repeat(X, 2, axis=1)[:, ::2],
    "pandas": lambda X: pd.DataFrame(X, columns=names(X), index=np.arange(len(X)) + 7),
    "pandas Float64": lambda X: pd.DataFrame(X, columns=names(X)).astype("Float64"),
    "pandas pyarrow": lambda X: pd.DataFrame(X, columns=names(X)).astype("float64[pyarrow]"),
    "pandas Sparse": lambda X: pd.DataFrame(X, columns=names(X)).astype(pd.SparseDtype(float, 0.0)),
    "pandas object": lambda X: pd.DataFrame(X, columns=names(X)).astype(object),
    "polars": lambda X: pl.DataFrame(columns(X)),
    "pyarrow": lambda X: pa.table(columns(X)),
}

SPARSE = {
    f"{form}_{kind}": getattr(sparse, f"{form}_{kind}")
    for form in ("csr", "csc", "coo", "lil", "dok", "bsr", "dia")
    for kind in ("array", "matrix")
}

# columns by the library and the dtype, from whole numbers or from text; None is missing
NUMBERS = {
    "pandas int64": lambda v: pd.Series(v, dtype="int64"),
    "pandas uint8": lambda v: pd.Series(v, dtype="uint8"),
    "pandas float32": lambda v: pd.Series(v, dtype="float32"),
    "pandas Int64": lambda v: pd.Series(v, dtype="Int64"),
    "pandas UInt8": lambda v: pd.Series(v, dtype="UInt8"),
    "pandas Float32": lambda v: pd.Series(v, dtype="Float32"),
    "pandas int64[pyarrow]": lambda v: pd.Series(v, dtype="int64[pyarrow]"),
    "pandas double[pyarrow]": lambda v: pd.Series(v, dtype="double[pyarrow]"),
    "pandas Sparse[float]": lambda v: pd.Series(v, dtype=pd.SparseDtype(float, 0.0)),
    "pandas Sparse[int]": lambda v: pd.Series(v, dtype=pd.SparseDtype("int64", 0)),
    "pandas object": lambda v: pd.Series(v, dtype=object),
    "polars Int64": lambda v: pl.Series(v, dtype=pl.Int64),
    "polars UInt8": lambda v: pl.Series(v, dtype=pl.UInt8),
    "polars Float32": lambda v: pl.Series(v, dtype=pl.Float32),
    "polars Decimal": lambda v: pl.Series(v, dtype=pl.Int64).cast(pl.Decimal(12, 2)),
    "pyarrow int64": lambda v: pa.array(v, pa.int64()),
    "pyarrow uint8": lambda v: pa.array(v, pa.uint8()),
    "pyarrow float32": lambda v: pa.array(v, pa.float32()),
}
HOLD_NO_NULL = {"pandas int64", "pandas uint8", "pandas Sparse[int]"}

CATEGORIES = {
    "pandas str": lambda v: pd.Series(v),
    "pandas object": lambda v: pd.Series(v, dtype=object),
    "pandas string": lambda v: pd.Series(v, dtype="string"),
    "pandas string[pyarrow]": lambda v: pd.Series(v, dtype=pd.ArrowDtype(pa.string())),
    "pandas category": lambda v: pd.Series(v, dtype="category"),
    "pandas category, unused": lambda v: pd.Series(pd.Categorical(v, ["z", "b", "c", "a"])),
    "pandas category, ordered": lambda v: pd.Series(
        pd.Categorical(v, ["c", "a", "b"], ordered=True)
    ),
    "polars String": lambda v: pl.Series(v, dtype=pl.String),
    "polars Categorical": lambda v: pl.Series(v, dtype=pl.Categorical),
    "polars Enum": lambda v: pl.Series(v, dtype=pl.Enum(["z", "b", "c", "a"])),
    "pyarrow string": lambda v: pa.array(v, pa.string()),
    "pyarrow large_string": lambda v: pa.array(v, pa.large_string()),
    "pyarrow dictionary": lambda v: pa.array(v, pa.string()).dictionary_encode(),
}

FLAGS = {
    "pandas bool": lambda v: pd.Series(v),  # of objects where some are missing
    "pandas boolean": lambda v: pd.Series(v, dtype="boolean"),
    "pandas bool[pyarrow]": lambda v: pd.Series(v, dtype="bool[pyarrow]"),
    "polars Boolean": lambda v: pl.Series(v, dtype=pl.Boolean),
    "pyarrow bool": lambda v: pa.array(v, pa.bool_()),
}


def frame(**series):
    """A frame of the library that its columns belong to."""
    first = next(iter(series.values()))
    if isinstance(first, pl.Series):
        return pl.DataFrame(series)
    if isinstance(first, pd.Series):
        return pd.DataFrame(series)
    return pa.table(series)


def like(column, values):
    """Floats as a column of the library that `column` belongs to."""
    if isinstance(column, pl.Series):
        return pl.Series(values)
    if isinstance(column, pd.Series):
        return pd.Series(values)
    return pa.array(values)


def cells(container, name):
    """A column of a frame as a list of Python objects, missing values as None."""
    column = container[name]
    found = column.to_pylist() if isinstance(column, pa.ChunkedArray) else column.to_list()
    return [None if value is None or value is pd.NA or value != value else value for value in found]


def dtype(container, name):
    column = container[name]
    return column.type if isinstance(column, pa.ChunkedArray) else column.dtype
