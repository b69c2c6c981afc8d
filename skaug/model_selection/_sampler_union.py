"""Several samplers together: the rows that each of them makes of the same rows."""

from collections.abc import Sequence
from functools import reduce
from typing import Any, ClassVar

import numpy as np
from sklearn.base import clone

from skaug._core import sklearn as sk
from skaug._core.batch import Indices
from skaug._core.composed import ComposedSampler, run_nested
from skaug._core.metadata import restrict_tags
from skaug._core.named_parts import NamedParts
from skaug._core.provenance import Provenance
from skaug._core.table import gathered_rows
from skaug.model_selection._stand_ins import stacked

__all__ = ["SamplerUnion"]


class SamplerUnion(NamedParts, ComposedSampler):
    """Return the rows that all samplers keep, followed by what each of them makes of X and y.

    Unlike in a `skaug.compose.SamplerChain`, no sampler sees the rows of another.

    Parameters
    ----------
    samplers : list of samplers or of (str, sampler)
        The samplers. Their parameters are set and searched as ``name__parameter``.

    Attributes
    ----------
    samplers_ : list of (str, sampler)
        The fitted samplers.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row, -1 where that is not known.

    partner_indices_ : ndarray of shape (n_res,)
        The second parent of each returned row, -1 where there is none.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.
    """

    _list = "samplers"
    _noun = "sampler"
    _parameter_constraints: ClassVar[dict[str, Any]] = {"samplers": [list, tuple]}

    def __init__(self, samplers: Any) -> None:
        self.samplers = samplers

    def _resample(self, X: Any, y: Any, weight: Any) -> tuple[Any, Any, Any, Provenance]:
        self.samplers_ = [(name, clone(sampler)) for name, sampler in self._checked()]
        results = [
            run_nested(sampler, name, self, X, y, weight) for name, sampler in self.samplers_
        ]
        origins = [origin for *_, origin in results]
        kept = reduce(np.intersect1d, [origin.source[~origin.synthetic] for origin in origins])
        made = [np.flatnonzero(origin.synthetic) for origin in origins]
        own = Provenance.unchanged(sk.num_samples(X)).at(kept)
        origin = _followed(own, [o.at(rows) for o, rows in zip(origins, made, strict=True)])
        X_res, y_res = (
            stacked([gathered_rows(given, kept), *_parts(results, made, column)])
            for column, given in enumerate((X, y))
        )
        if all(result[2] is None for result in results):
            return X_res, y_res, None, origin
        given = np.ones(sk.num_samples(X)) if weight is None else np.asarray(weight)
        weighted = [
            (*part, np.ones(sk.num_samples(part[0])) if w is None else np.asarray(w))
            for *part, w, _ in results
        ]
        return X_res, y_res, stacked([given[kept], *_parts(weighted, made, 2)]), origin

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        restrict_tags(tags, [sampler for _, sampler in self._named()])
        return tags


def _parts(results: Sequence[Any], made: Sequence[Indices], column: int) -> list[Any]:
    """Return the rows made by each sampler, of what it returned at a position of the tuple."""
    pairs = zip(results, made, strict=True)
    return [gathered_rows(result[column], rows) for result, rows in pairs]


def _followed(own: Provenance, parts: Sequence[Provenance]) -> Provenance:
    whole = [own, *parts]
    return Provenance(
        np.concatenate([part.source for part in whole]),
        np.concatenate([part.partner for part in whole]),
        np.concatenate([part.synthetic for part in whole]),
    )
