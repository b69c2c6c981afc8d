"""BundledTable: a table that ships with skaug, read from gzipped CSV with its dtypes restored."""

import csv
import gzip
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Bunch

from skaug._core.extras import require

__all__ = ["BundledTable"]


@dataclass(frozen=True, kw_only=True)
class BundledTable:
    """What CSV does not say about a table: which columns are numbers, and what the target is.

    Every other column is categorical, its categories in alphabetical order. An empty field is
    a missing value.

    Parameters
    ----------
    name : str
        The files are ``data/NAME.csv.gz`` and, for the description, ``data/NAME.txt``.

    target : str
        The column to predict.

    target_names : tuple of str
        The classes; the label of a row is the position of its class.

    numeric : tuple of str
        The numeric columns.

    numeric_dtype : {"float64", "int64"}
        The dtype of the numeric columns in a frame.
    """

    name: str
    target: str
    target_names: tuple[str, ...]
    numeric: tuple[str, ...]
    numeric_dtype: Literal["float64", "int64"]

    def load(self, user: str, return_X_y: bool, as_frame: bool) -> Any:
        """Return the table as the public function `user` promises it."""
        pandas = require("pandas", "cli", f"{user}(as_frame=True)") if as_frame else None
        columns = self._read()
        labels = columns.pop(self.target)
        target: Any = np.array([self.target_names.index(label) for label in labels])
        data: Any
        frame = None
        if pandas is None:
            data = np.column_stack([self._numbers(name, columns[name]) for name in columns])
        else:
            data = pandas.DataFrame(
                {name: self._series(pandas, name, columns[name]) for name in columns}
            )
            target = pandas.Series(target, name=self.target)
            frame = data.assign(**{self.target: target})
        if return_X_y:
            return data, target
        return Bunch(
            data=data,
            target=target,
            frame=frame,
            feature_names=list(columns),
            target_names=list(self.target_names),
            categorical=[name for name in columns if name not in self.numeric],
            DESCR=_resource(f"{self.name}.txt").read_text(encoding="utf-8"),
        )

    def _read(self) -> dict[str, list[str]]:
        """Read the file as columns of text."""
        content = gzip.decompress(_resource(f"{self.name}.csv.gz").read_bytes())
        header, *rows = csv.reader(content.decode("utf-8").splitlines())
        return {
            name: list(column) for name, column in zip(header, zip(*rows, strict=True), strict=True)
        }

    def _series(self, pandas: Any, name: str, column: list[str]) -> Any:
        """Return one column as a frame holds it."""
        if name in self.numeric:
            return self._numbers(name, column).astype(self.numeric_dtype)
        categories, codes = _encode(column)
        return pandas.Categorical.from_codes(codes, categories=categories)

    def _numbers(self, name: str, column: list[str]) -> NDArray[np.float64]:
        """Return one column as floats: its numbers, or the codes of its categories."""
        if name in self.numeric:
            return np.array([float(field or "nan") for field in column])
        _, codes = _encode(column)
        return np.where(codes < 0, np.nan, codes.astype(np.float64))


def _encode(column: list[str]) -> tuple[list[str], NDArray[np.int64]]:
    """Return the categories in order, and each row's position in them or -1."""
    categories = sorted(set(column) - {""})
    position = {category: code for code, category in enumerate(categories)} | {"": -1}
    return categories, np.array([position[field] for field in column])


def _resource(name: str) -> Any:
    return files("skaug.datasets").joinpath("data", name)
