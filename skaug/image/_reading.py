"""Images as the samplers see them, whatever the table or array that holds them."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from skaug._core.array_table import ArrayTable
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.frame_table import FrameTable
from skaug._core.image_layout import Channels, ImageLayout
from skaug._core.reading import read_table
from skaug._core.table import is_frame, is_sparse, round_into

__all__ = ["Channels", "ImageTable", "read_images", "read_value_range"]

_UNIFORM = {f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)} | {
    "float32",
    "float64",
}
_KEPT = (np.uint8, np.float32, np.float64)  # the dtypes that images are changed in


class ImageTable:
    """The rows of X as images, in the dtype they have; rows made are written once.

    Parameters
    ----------
    table : ArrayTable or FrameTable
        X with the image of each row flat.

    layout : ImageLayout
        What image the numbers of a row make.

    row_shape : tuple of int
        The shape of a row of X as the user passed it.

    is_list : bool
        Whether X is a list.

    Attributes
    ----------
    cells : ndarray of shape (n, n_cells)
        The numbers, in the dtype of X where NumPy has it.

    out : ndarray or None
        Where to write the rows, if not into a new array.
    """

    def __init__(
        self,
        table: ArrayTable | FrameTable,
        layout: ImageLayout,
        row_shape: tuple[int, ...],
        is_list: bool,
    ) -> None:
        self.layout = layout
        self.out: Any = None
        self._table = table
        self._row_shape = row_shape
        self._is_list = is_list
        self._holds_ints = _holds_ints(table.native)
        self._is_uniform = isinstance(table, FrameTable) and _is_uniform(table.native)
        self.cells = _cells(table, self._is_uniform)
        if self.cells.dtype.kind == "f" and not np.isfinite(self.extremes).all():
            _refuse_what_is_no_number(table, self.cells)
        kept = self.cells.dtype in _KEPT
        narrow = self.cells.dtype.kind in "fiub" and self.cells.dtype.itemsize <= 2
        wide = np.float32 if narrow else np.float64  # the floats that hold every such number
        self._dtype = self.cells.dtype if kept else np.dtype(wide)

    def __len__(self) -> int:
        return len(self.cells)

    @cached_property
    def extremes(self) -> tuple[float, float]:
        """The smallest and the largest number."""
        return float(self.cells.min()), float(self.cells.max())

    def images(self, rows: Indices) -> NDArray[Any]:
        """Return rows (m, height, width, n_channels): uint8, float32 or float64, read-only."""
        consecutive = len(rows) > 0 and bool(
            (rows == np.arange(rows[0], rows[0] + len(rows))).all()
        )
        cells = self.cells[rows[0] : rows[-1] + 1] if consecutive else self.cells[rows]
        images = np.ascontiguousarray(self.layout.images(cells), dtype=self._dtype).view()
        images.flags.writeable = False
        return images

    def write(self, images: NDArray[Any], out: NDArray[Any]) -> None:
        """Write images into rows of the result, (m, n_cells) of any dtype."""
        cells = self.layout.cells(images)
        if out.dtype.kind == "O":
            out[...] = cells
            out[:, self._holds_ints] = np.rint(cells[:, self._holds_ints]).astype(np.int64)
        elif cells.dtype.kind == "f":
            round_into(cells, out)
        else:
            out[...] = cells

    def made(self, batch: Batch) -> Any:
        """Return the rows of `batch` alone."""
        return self.extended([batch], kept=np.empty(0, dtype=np.int32))

    def extended(self, batches: Sequence[Batch], kept: Indices | None = None) -> Any:
        """Return the rows (those `kept`) followed by those of `batches`, as X came."""
        begin = len(self) if kept is None else len(kept)
        n_rows = begin + sum(map(len, batches))
        if self.out is not None:
            self._check_out(n_rows)
        if isinstance(self._table, FrameTable) and not self._is_uniform:
            return self._table.extended(batches, kept)
        X = self._table.native if isinstance(self._table, ArrayTable) else self.cells
        out = self.out
        if out is None:
            out = np.empty((n_rows, *self._row_shape), dtype=X.dtype)
        rows = out.reshape(n_rows, X.shape[1])
        rows[:begin] = X if kept is None else X[kept]
        for batch in batches:
            batch.write(self.cells, rows[begin : begin + len(batch)])
            begin += len(batch)
        if isinstance(self._table, FrameTable):
            return _frame_like(self._table.native, out)
        return out.tolist() if self._is_list and self.out is None else out

    def _check_out(self, n_rows: int) -> None:
        """Refuse an `out` that does not take the result as it is."""
        where = f"out of {self._table.owner}.fit_resample"
        if isinstance(self._table, FrameTable):
            raise TypeError(f"{where} is an array, and X a data frame. Pass X.to_numpy().")
        out, shape, dtype = self.out, (n_rows, *self._row_shape), self._table.native.dtype
        if not isinstance(out, np.ndarray):
            raise TypeError(f"{where} must be an ndarray or memmap, got {type(out).__name__}.")
        if out.shape != shape or out.dtype != dtype or not out.flags.carray:
            raise ValueError(
                f"{where} must have shape {shape} and dtype {dtype}, be writeable and in C order; "
                f"it has shape {out.shape} and dtype {out.dtype}, writeable: "
                f"{out.flags.writeable}, C order: {out.flags.c_contiguous}."
            )


def read_images(
    estimator: Any, X: Any, y: Any, *, image_shape: Any, channels: Channels
) -> ImageTable:
    """Check X against y, set what scikit-learn expects of a fitted estimator, and wrap it."""
    owner = type(estimator).__name__
    if is_sparse(X):
        raise TypeError(f"{owner} does not work on sparse data: it needs pixels. Pass X.toarray().")
    row_shape, is_list = None, isinstance(X, list)
    if not is_frame(X):
        X = _array(X, owner)
        if X.ndim > 2:
            row_shape, X = X.shape[1:], X.reshape(len(X), -1)
    table = read_table(estimator, X, y, categorical_features=None)
    assert isinstance(table, (ArrayTable, FrameTable))
    shape = table.shape if row_shape is None else (table.shape[0], *row_shape)
    layout = ImageLayout.of(shape, image_shape, channels, owner)
    return ImageTable(table, layout, shape[1:], is_list)


def _array(X: Any, owner: str) -> NDArray[Any]:
    try:
        array = np.asarray(X)
    except ValueError:
        raise ValueError(f"{owner} needs images of one shape in X, and has several.") from None
    if array.ndim > 4:
        raise ValueError(
            f"{owner} takes X of shape (n, height * width * channels) or (n, height, width[, "
            f"channels]); X has {array.ndim} dimensions: {array.shape}."
        )
    if array.ndim > 2 and 0 in array.shape:
        raise ValueError(f"{owner} needs images in X, with pixels; it has shape {array.shape}.")
    return array


def _cells(table: ArrayTable | FrameTable, is_uniform: bool) -> NDArray[Any]:
    """Return the numbers, in their own dtype where that is possible, without a copy."""
    native = table.native
    if isinstance(native, np.ndarray):
        if native.dtype.kind not in "fiubO":
            raise ValueError(f"{table.owner} needs numbers in X, which has dtype {native.dtype}.")
        cells = _parsed(native, table.owner) if native.dtype.kind == "O" else native
    else:
        _refuse_text(native, table.owner)
        cells = native.to_numpy() if is_uniform else table.numeric
    return cells


def _is_uniform(frame: nw.DataFrame[Any]) -> bool:
    """Whether a frame is an array with names: columns of one dtype, which NumPy has."""
    dtypes = set(frame.schema.values())
    names = {str(dtype).lower() for dtype in dtypes}
    if len(dtypes) > 1 or not names <= _UNIFORM or not isinstance(frame.columns[0], str):
        return False
    if frame.implementation.is_pandas():
        return all(isinstance(dtype, np.dtype) for dtype in set(frame.to_native().dtypes))
    return not frame.null_count().to_numpy().any()


def _frame_like(frame: nw.DataFrame[Any], cells: NDArray[Any]) -> Any:
    """Return rows of a frame that is uniform as such a frame."""
    if frame.implementation.is_pandas():
        native = frame.to_native()
        return nw.get_native_namespace(frame).DataFrame(cells, columns=native.columns)
    return nw.from_numpy(cells, frame.columns, backend=frame.implementation).to_native()


def _parsed(cells: NDArray[Any], owner: str) -> Floats:
    try:
        return cells.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{owner} needs numbers in X: {error}.") from None


def _refuse_text(frame: nw.DataFrame[Any], owner: str) -> None:
    for name, dtype in frame.schema.items():
        if dtype in (nw.String, nw.Categorical, nw.Enum):
            raise ValueError(
                f"{owner} needs numbers in X, and column {name!r} is {dtype}. Images are the "
                "columns of pixels alone: drop the others."
            )


def _holds_ints(native: Any) -> NDArray[np.bool_] | None:
    """Mark, of an array of objects, the columns of Python's integers."""
    if not isinstance(native, np.ndarray) or native.dtype.kind != "O":
        return None
    kinds = (int, np.integer)
    return np.array([all(isinstance(v, kinds) for v in column) for column in native.T])


def _refuse_what_is_no_number(table: ArrayTable | FrameTable, cells: Floats) -> None:
    table.check_finite(cells, np.arange(cells.shape[1]))
    row, column = np.argwhere(np.isnan(cells))[0]
    raise ValueError(
        f"{table.owner} cannot use NaN in X: {table.column(int(column))} misses a value in "
        f"row {row}. An image has a number in every pixel; fill it, or drop the row."
    )


def read_value_range(table: ImageTable, value_range: Any, owner: str) -> tuple[float, float]:
    """Return the lowest and highest value of a pixel, as given or else as X tells."""
    dtype = table.cells.dtype
    if value_range is None and dtype == np.uint8:
        return 0.0, 255.0
    low, high = table.extremes
    if value_range is None:
        return low, high if high > low else low + 1.0  # of a range of 0 there are no fractions
    given = _checked_range(value_range, owner)
    if low < given[0] or high > given[1]:
        raise ValueError(
            f"value_range={value_range} of {owner} must hold all of X, whose values go from "
            f"{low:g} to {high:g}. Widen it, or leave it at None to read it from X."
        )
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        if given[0] < limits.min or given[1] > limits.max:
            raise ValueError(
                f"value_range={value_range} of {owner} goes beyond what the dtype of X, {dtype}, "
                f"holds: {limits.min} to {limits.max}."
            )
    return given


def _checked_range(value_range: Any, owner: str) -> tuple[float, float]:
    try:
        low, high = (float(value) for value in value_range)
        is_valid = np.isfinite([low, high]).all() and low < high
    except (TypeError, ValueError):
        is_valid = False
    if not is_valid:
        raise ValueError(
            f"value_range of {owner} must be (lowest, highest), two numbers of which the second "
            f"is larger; got {value_range!r}."
        )
    return low, high
