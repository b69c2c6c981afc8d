"""The base of the mixing samplers: from two rows and a share to rows, labels and weights."""

from abc import abstractmethod
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.columns import MISSING
from skaug._core.mixed_target import MixedTarget
from skaug.base import BaseSampler, Table
from skaug.mixing._codes import warn_of_codes

__all__ = ["ALPHA", "MIXED_CONSTRAINTS", "Mixed", "MixingSampler", "mixed_rows"]


@dataclass(frozen=True, kw_only=True)
class Mixed:
    """What a mixing sampler says about its rows: how columns mix, and how much label each keeps.

    Parameters
    ----------
    rows : Batch
        The recipe of the columns, with ``seed`` and ``partner``: no labels and no weights.

    share : ndarray of shape (n,)
        How much of the label is the seed's, from 0 to 1; the rest is the partner's.

    number_share : ndarray of shape (n,), default=None
        The same for a y that is mixed as numbers, where it may go beyond 0 and 1; None: `share`.
    """

    rows: Batch
    share: Floats
    number_share: Floats | None = None


class MixingSampler(BaseSampler):
    """Abstract base of samplers that make each row of two, labels included.

    A subclass implements `_mix`. What becomes of the labels is done here, by its parameter
    ``labels``: 'hard' keeps the seed's, 'bernoulli' draws one of both by the share, 'weighted'
    returns the row twice, once with each, and 'soft' returns the shares of all classes. A y of
    numbers is mixed.

    It reads the parameters ``labels``, ``keep_original``, ``target_type`` and
    ``categorical_features`` of subclasses that have them; one without keeps the seed's labels,
    keeps the original rows, tells by y what it holds, and does not look for codes.
    """

    _target_type = MixedTarget
    _reads: ClassVar[str] = "auto"  # what y holds, where there is no parameter to tell

    @abstractmethod
    def _mix(self, X: Table, y: MixedTarget, rng: np.random.Generator) -> Mixed:
        """Return the rows to make; ``self._law(y)`` says what will become of the labels.

        Where that is 'hard', the seed's label is kept whatever the share is: pairs must be
        symmetric, and the share drawn weighted by itself, Beta(alpha + 1, alpha).
        """

    def _law(self, y: MixedTarget) -> str:
        """Return what becomes of the labels: 'hard', 'weighted', 'bernoulli' or 'soft'."""
        return "soft" if y.is_mixed else str(getattr(self, "labels", "hard"))

    def _read_target(self, y: Any) -> MixedTarget:
        return MixedTarget(
            y,
            owner=type(self).__name__,
            target_type=getattr(self, "target_type", self._reads),
            soft=getattr(self, "labels", "hard") == "soft",
        )

    def _prepare(self, y: Any) -> None:
        labels = getattr(self, "labels", "hard")
        if y.is_mixed and labels in ("weighted", "bernoulli"):
            raise ValueError(
                f"labels={labels!r} of {type(self).__name__} is for class labels; y holds "
                f"{y.described}, which are mixed like the columns. Use labels='hard' or 'soft'."
            )
        reason = self._why_not_hard()
        if labels == "hard" and reason is not None and not y.is_mixed:
            raise ValueError(
                f"labels='hard' of {type(self).__name__} keeps the label of the first row, which "
                f"{reason}. Use labels='bernoulli', which returns as many rows, 'weighted' or "
                "'soft'."
            )
        self.__dict__.pop("classes_", None)  # of an earlier y
        if y.kind == "classes":
            self.classes_ = y.classes

    def _why_not_hard(self) -> str | None:
        """Return why the seed's label does not stand for the mixture's, None where it does."""
        return None

    @property
    def _makes_weight(self) -> bool:
        return getattr(self, "labels", "hard") == "weighted"

    def _select(self, X: Table, y: Any, seed: np.random.SeedSequence) -> Indices | None:
        return None if getattr(self, "keep_original", True) else np.empty(0, dtype=np.int32)

    def _synthesize(self, X: Table, y: Any, seed: np.random.SeedSequence) -> list[Batch]:
        if getattr(self, "categorical_features", None) == "from_dtype":
            warn_of_codes(X, type(self).__name__)
        rng = np.random.Generator(np.random.PCG64(seed))
        return labelled(self._mix(X, y, rng), y, self._law(y), rng)


def mixed_rows(
    X: Table,
    seed: Indices,
    partner: Indices,
    share: Floats,
    rng: np.random.Generator,
    *,
    step: Floats | None = None,
) -> Batch:
    """Return rows on the segments between two, with each category from one of them.

    Numbers go `step`, by default ``1 - share``, from the seed to its partner; a category is the
    seed's with probability `share`. What the seed misses stays missing, and what only the partner
    misses is the seed's, so that being missing does not tell of the label.
    """
    codes = None
    if X.codes.shape[1]:
        own, given = X.codes[seed], X.codes[partner]
        keeps = rng.random(own.shape) < share[:, None]
        codes = np.where(keeps | (own == MISSING) | (given == MISSING), own, given)
    steps = None
    if X.n_numeric:
        steps = 1 - share if step is None else step
    return Batch(seed=seed, partner=partner, step=steps, codes=codes)


def labelled(mixed: Mixed, y: MixedTarget, law: str, rng: np.random.Generator) -> list[Batch]:
    """Return the rows with their labels and weights, by the law of the labels."""
    rows, share = mixed.rows, mixed.share
    assert rows.partner is not None
    if law == "hard":
        return [replace(rows, weight_parts=(1.0, 0.0))]
    if law == "bernoulli":
        own = rng.random(len(rows)) < share
        label_rows = np.where(own, rows.seed, rows.partner)
        return [replace(rows, label_rows=label_rows, weight_parts=(own, ~own))]
    if law == "weighted":
        return [
            replace(rows, weight_parts=(share, 0.0)),
            replace(rows, label_rows=rows.partner, weight_parts=(0.0, 1 - share)),
        ]
    part = share if mixed.number_share is None or not y.is_mixed else mixed.number_share
    numbers = y.mixed(rows.seed, rows.partner, part)
    return [replace(rows, y=numbers, weight_parts=(share, 1 - share))]


# what most mixing samplers have in common; each lists those it has in its own table
ALPHA: list[Any] = [sk.Interval(Real, 0, None, closed="neither")]
MIXED_CONSTRAINTS: dict[str, Any] = {
    **BaseSampler._parameter_constraints,
    "labels": [sk.StrOptions({"hard", "weighted", "bernoulli", "soft"})],
    "ratio": [sk.Interval(Real, 0, None, closed="neither")],
    "keep_original": ["boolean"],
    "target_type": [sk.StrOptions({"auto", "classes", "continuous"})],
    "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
}
