"""Tables in files: read with their dtypes, checked for a target, and written back."""

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skaug._core.extras import require
from skaug.cli._errors import CommandError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_suffix", "read_table", "split_target", "write_table"]

_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".parquet")


def check_suffix(path: Path) -> str:
    """Return the suffix that says how a table is written, or say which there are."""
    for suffix in _SUFFIXES:
        if path.name.lower().endswith(suffix):
            return suffix
    raise CommandError(
        f"do not know how to read or write {str(path)!r}: its name must end in "
        f"{', '.join(_SUFFIXES[:-1])} or {_SUFFIXES[-1]}."
    )


def read_table(path: Path) -> "pd.DataFrame":
    """Read a table; columns of text become categories, whole numbers stay whole numbers."""
    suffix = check_suffix(path)
    if path.is_dir():
        raise CommandError(f"{str(path)!r} is a folder, not a file.")
    if not path.is_file():
        near = get_close_matches(path.name, _names(path.parent), n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise CommandError(f"no such file: {str(path)!r}.{hint}")
    pandas = require("pandas", "cli", f"Reading {path.name}")
    if suffix == ".parquet":
        require("pyarrow", "cli", f"Reading {path.name}")
        return _read(pandas.read_parquet, path)
    separator = "\t" if suffix.startswith(".tsv") else ","
    table = _read(
        pandas.read_csv,
        path,
        sep=separator,
        dtype_backend="numpy_nullable",
        low_memory=False,
        **_exact_floats(pandas),
    )
    return table.apply(_plain_column)


def _read(reader: Callable[..., Any], path: Path, **options: Any) -> "pd.DataFrame":
    """Call a reader of pandas, whose many errors all mean that the file cannot be read."""
    try:
        table: pd.DataFrame = reader(path, **options)
    except (ValueError, OSError) as error:  # pandas, pyarrow and Unicode errors are ValueErrors
        reason = " ".join(str(error).split()).rstrip(".")
        raise CommandError(f"cannot read {str(path)!r}: {reason}.") from error
    if table.shape[0] == 0:
        raise CommandError(f"{str(path)!r} has no rows.")
    table.columns = table.columns.map(str)
    return table.reset_index(drop=True)


def _exact_floats(pandas: Any) -> dict[str, Any]:
    """Return the option with which floats are read to the last bit; pandas 3.1 always does."""
    version = tuple(int(part) for part in pandas.__version__.split(".")[:2])
    return {} if version >= (3, 1) else {"float_precision": "round_trip"}


def _plain_column(column: Any) -> Any:
    """Undo pandas' nullable dtypes where a plain one holds the same; make text a category.

    A column of whole numbers with gaps keeps its nullable dtype: as floats it would be written
    back as 3.0 instead of 3.
    """
    kind = column.dtype.kind
    if kind == "O":
        return column.astype(object).where(column.notna(), None).astype("category")
    if column.isna().all() or kind == "f":
        return column.astype("float64")
    return column if column.isna().any() else column.astype(column.dtype.numpy_dtype)


def split_target(
    table: "pd.DataFrame", target: str, source: str
) -> tuple["pd.DataFrame", "pd.Series[Any]"]:
    """Return the other columns and the target, once it is one that has classes."""
    names = list(table.columns)
    if target not in names:
        near = get_close_matches(target, names, n=3, cutoff=0.5)
        hint = f"did you mean {_quoted(near)}?" if near else f"the columns are {_quoted(names)}."
        if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
            hint = "its values seem not to be separated by commas (.csv) or tabs (.tsv)."
        raise CommandError(f"{source} has no column {target!r}; {hint}")
    y = table[target]
    X = table.drop(columns=target)
    if X.shape[1] == 0:
        raise CommandError(f"{source} has no column besides the target {target!r}.")
    _check_classes(y)
    return X, y


def _check_classes(y: "pd.Series[Any]") -> None:
    """Refuse a target that has no classes, too few, or too few rows of one."""
    target = str(y.name)
    if y.isna().any():
        first = int(y.isna().to_numpy().argmax()) + 1
        raise CommandError(
            f"the target {target!r} lacks a value in {int(y.isna().sum())} of {len(y)} rows, "
            f"the first in data row {first}; drop or label those rows."
        )
    if y.dtype.kind == "f" and not (y % 1 == 0).all():
        raise CommandError(
            f"the target {target!r} holds numbers such as {y[y % 1 != 0].iloc[0]}, not classes."
        )
    counts = y.value_counts()
    counts = counts[counts > 0]
    if len(counts) < 2:
        raise CommandError(f"the target {target!r} has one class only: {counts.index[0]!r}.")
    if counts.min() < 2:
        raise CommandError(
            f"class {counts.index[-1]!r} of the target {target!r} has 1 row; at least 2 are "
            "needed. Merge or drop that class."
        )


def write_table(table: "pd.DataFrame", path: Path) -> None:
    """Write a table in the form that the suffix of the file says."""
    suffix = check_suffix(path)
    if suffix == ".parquet":
        require("pyarrow", "cli", f"Writing {path.name}")
    try:
        if suffix == ".parquet":
            table.to_parquet(path, index=False)
        else:
            table.to_csv(path, index=False, sep="\t" if suffix.startswith(".tsv") else ",")
    except OSError as error:
        raise CommandError(f"cannot write {str(path)!r}: {error.strerror or error}.") from error


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


def _quoted(names: list[str], most: int = 12) -> str:
    shown = ", ".join(repr(name) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
