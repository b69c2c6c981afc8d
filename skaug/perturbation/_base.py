"""The base of samplers that make a row of one row, with a random change that is its own."""

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted, validate_data

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.chosen_columns import chosen_columns
from skaug._core.reading import read_table
from skaug._core.row_copies import RowCopies
from skaug._core.row_rng import RowRng, rows_per_block
from skaug._core.table import is_sparse
from skaug.base import BaseSampler, ClassSampler, Table, Target

__all__ = ["PerturbationSampler"]


class PerturbationSampler(RowCopies, BaseSampler):
    """Abstract base of samplers that change rows one by one, and leave their labels alone.

    A subclass implements `_perturb`, and `_learn` if it needs to know the table first. Which rows
    are changed, how often, and which columns, is decided here.

    What row i of copy c gets depends on the seed, c and i only, if a subclass draws from nothing
    but the `RowRng` it is given: not on chunks, nor on which other rows there are.

    It reads the parameters ``copies``, ``keep_original``, ``sampling_strategy``, ``features`` and
    ``categorical_features``, which subclasses all have. y may hold anything; labels are read where
    they are needed.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make, for each class that is targeted. Only where
        ``sampling_strategy`` is given.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseSampler._parameter_constraints,
        **RowCopies._copy_constraints,
        "sampling_strategy": [*ClassSampler._parameter_constraints["sampling_strategy"], None],
        "features": ["array-like", str, None],
        "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
    }

    features: Any

    def _learn(self, X: Floats, y: Target | None) -> None:
        """Set what `_perturb` has to know of the table, given the columns that are changed.

        `y` holds the labels; None where `_label_reader` is.
        """

    @abstractmethod
    def _perturb(self, X: Floats, classes: Indices | None, rng: RowRng) -> Floats:
        """Return the rows with their change; X is a copy, of the columns that are changed.

        Parameters
        ----------
        X : ndarray of shape (n, n_changed)
            Some rows; missing values are NaN, and should stay so.

        classes : ndarray of shape (n,) or None
            Their classes, by position among those of `_learn`; None where `_label_reader` is.

        rng : RowRng
            Their random numbers, to draw from in any order, by streams.
        """

    def _perturb_codes(self, codes: Indices, classes: Indices | None, rng: RowRng) -> Indices:
        """Return the categories of rows, as codes of the table, with their change: here none."""
        return codes

    @property
    def _label_reader(self) -> str | None:
        """Return the parameter for which classes must be known, None where they need not be."""
        return None

    def augment(self, X: Any, *, copy: int = 0, rows: Any = None) -> Any:
        """Return X with every row changed, as `fit_resample` changes it in one of its copies.

        For use by hand and for test-time augmentation: nothing is learned from X. With an int as
        ``random_state``, row i of copy c is that of ``fit_resample`` for the rows it was given;
        with another one every call draws anew.

        Parameters
        ----------
        X : {array-like, data frame} of shape (n, n_features)
            Rows with the columns that `fit` has seen.

        copy : int, default=0
            Which copy to make: other numbers give other changes.

        rows : int or array-like of shape (n,), default=None
            The numbers of the rows, where X is a part of a table; None: 0, 1, and so on.

        Returns
        -------
        X_new : same container as X, of shape (n, n_features)
            The rows; a frame gets a fresh index.
        """
        check_is_fitted(self)
        if self._label_reader is not None:
            raise ValueError(
                f"augment of {type(self).__name__} is given no labels, which {self._label_reader} "
                "needs. Set it to False, or use fit_resample."
            )
        table = self._read_again(X)
        rng = self._row_rng(table.shape[0], copy, rows)
        batch = self._batch(table, np.arange(len(rng)), None, rng)
        made = table.extended([batch], kept=np.empty(0, dtype=np.int32))
        return made.tolist() if isinstance(X, list) else made

    def _read(self, X: Any, y: Any) -> tuple[Table, Any]:
        self._refuse_sparse(X)
        table, target = super()._read(X, y)
        self._is_categorical = table.is_categorical
        self._is_changed = chosen_columns(self.features, table, "features")
        changed = self._is_changed[~self._is_categorical]
        self._learn(table.numeric[:, changed], self._labels_of(target))
        return table, target

    def _read_again(self, X: Any) -> Table:
        """Check X against the table that was learned from, and wrap it."""
        self._refuse_sparse(X)
        unfitted = clone(self)  # reading sets what is known of the table it was fitted on
        n_rows = sk.num_samples(X)
        table = read_table(unfitted, X, np.zeros(n_rows), categorical_features=self._is_categorical)
        validate_data(self, X, reset=False, skip_check_array=True)
        return table

    def _refuse_sparse(self, X: Any) -> None:
        if is_sparse(X):
            name = type(self).__name__
            raise ValueError(
                f"{name} does not work on sparse data: it would fill the zeros. Pass X.toarray(), "
                "or over-sample with SMOTE, which keeps them."
            )

    def _labels_of(self, y: Any) -> Target | None:
        return None if self._label_reader is None else y.labels

    def _synthesize(self, X: Table, y: Any, seed: np.random.SeedSequence) -> list[Batch]:
        labels = self._labels_of(y)
        classes = None if labels is None else labels.codes
        return [self._batch(X, rows, classes, rng) for rows, rng in self._planned(y, seed)]

    def _batch(self, X: Table, rows: Indices, classes: Indices | None, rng: RowRng) -> Batch:
        """Plan the given rows with their change, by the random numbers of `rng`."""
        own = None if classes is None else classes[rows]
        is_changed = self._is_changed[~self._is_categorical]
        codes = None
        if X.codes.shape[1]:
            chosen = self._is_changed[self._is_categorical]
            codes = X.codes[rows]
            codes[:, chosen] = self._perturb_codes(codes[:, chosen], own, rng.child(0))

        def write(numeric: Floats, out: Floats) -> None:
            size = rows_per_block(int(is_changed.sum()))
            for begin in range(0, len(rows), size):
                part = slice(begin, begin + size)
                block = numeric[rows[part]]
                of_block = None if own is None else own[part]
                block[:, is_changed] = self._perturb(block[:, is_changed], of_block, rng.at(part))
                out[part] = block

        return Batch(seed=rows, writer=write if X.n_numeric else None, codes=codes)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags
