"""SamplerComparison: the scores of every fold, and what they are evidence of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skaug._core.extras import require
from skaug.model_selection._metrics import METRICS
from skaug.model_selection._plot import draw_differences
from skaug.model_selection._statistics import Interval, nadeau_bengio_interval, verdict

__all__ = ["ComparisonRow", "SamplerComparison"]


class ComparisonRow(NamedTuple):
    """One arm under one metric; the differences to the baseline are NaN for the baseline."""

    metric: str
    arm: str
    mean: float
    se: float
    diff: float
    ci_low: float
    ci_high: float
    verdict: str

    @property
    def mean_text(self) -> str:
        """The mean and its standard error."""
        return f"{self.mean:.4f} ± {self.se:.4f}"

    @property
    def difference_text(self) -> str:
        """The difference to the baseline and its interval; empty for the baseline."""
        if np.isnan(self.diff):
            return ""
        return f"{self.diff:+.4f} [{self.ci_low:+.4f}, {self.ci_high:+.4f}]"


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class SamplerComparison:
    """Hold the scores of a comparison, and show them as a table, a frame or a plot.

    It is made by `compare_samplers`. Printing it shows the table.

    Parameters
    ----------
    scores : dict of dict of ndarray of shape (n_folds,)
        ``scores[arm][metric]``, one value for each fold, the folds in the same order for all.

    thresholds : dict of ndarray
        The tuned threshold on the positive class by arm, one for each fold; of several classes,
        the mean probabilities that each prediction is divided by.

    baseline : str
        The arm that the others are compared with.

    test_share : float
        Rows in a test part for one row in its training part.

    confidence : float
        The level of the intervals.

    setting : str
        What was compared on what, in one line.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.model_selection import SamplerComparison
    >>> scores = {arm: {"roc_auc": np.array([0.8, 0.9])} for arm in ("none", "smote")}
    >>> told = {"thresholds": {}, "baseline": "none", "test_share": 0.25, "setting": ""}
    >>> SamplerComparison(scores=scores, confidence=0.95, **told).conclusion()
    'No evidence of gain on any metric.'
    """

    scores: Mapping[str, Mapping[str, NDArray[np.float64]]]
    thresholds: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    baseline: str
    test_share: float
    confidence: float = 0.95
    setting: str = ""

    @property
    def arms(self) -> list[str]:
        """Names of the arms, the baseline first."""
        return [self.baseline, *(arm for arm in self.scores if arm != self.baseline)]

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics."""
        return list(self.scores[self.baseline])

    @cached_property
    def rows(self) -> list[ComparisonRow]:
        """One `ComparisonRow` for each metric and arm."""
        return [self._row(metric, arm) for metric in self.metrics for arm in self.arms]

    def _row(self, metric: str, arm: str) -> ComparisonRow:
        own, base = self.scores[arm][metric], self.scores[self.baseline][metric]
        mean, se, *_ = self._interval(own)
        if arm == self.baseline:
            return ComparisonRow(metric, arm, mean, se, np.nan, np.nan, np.nan, "baseline")
        difference = self._interval(own - base)
        diff, _, low, high = difference
        words = verdict(difference, METRICS[metric].greater_is_better)
        return ComparisonRow(metric, arm, mean, se, diff, low, high, words)

    def _interval(self, values: NDArray[np.float64]) -> Interval:
        return nadeau_bengio_interval(
            values, test_share=self.test_share, confidence=self.confidence
        )

    def frame(self) -> Any:
        """Return the table as a pandas DataFrame.

        Returns
        -------
        frame : DataFrame
            One row for each metric and arm, with the columns `metric`, `arm`, `mean`, `se`
            (corrected standard error of the mean), `diff` (mean difference to the baseline on
            the same folds), `ci_low`, `ci_high` (its interval) and `verdict`.
        """
        pandas = require("pandas", "cli", "SamplerComparison.frame")
        return pandas.DataFrame(self.rows, columns=ComparisonRow._fields)

    def fold_frame(self) -> Any:
        """Return the scores of every fold as a pandas DataFrame.

        Returns
        -------
        frame : DataFrame
            One row for each fold and arm, with the columns `fold`, `arm` and one for each
            metric.
        """
        pandas = require("pandas", "cli", "SamplerComparison.fold_frame")
        parts = [pandas.DataFrame(self.scores[arm]).assign(arm=arm) for arm in self.arms]
        table = pandas.concat(parts).rename_axis("fold").reset_index()
        return table[["fold", "arm", *self.metrics]]

    def plot(self, ax: Any = None) -> Any:
        """Draw the differences to the baseline with their intervals, one panel a metric.

        Right of the line is better than the baseline in every panel: the axes of log-loss and
        Brier score run backwards.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; the panels share its place. None makes a new figure.

        Returns
        -------
        figure : matplotlib Figure
            The figure that was drawn into.
        """
        return draw_differences(self, ax)

    def conclusion(self) -> str:
        """Say in one line which arms gain or lose, and where there is no evidence of gain."""
        gains, losses = self._arms_by_metrics("gain"), self._arms_by_metrics("loss")
        winners = {arm for arms in gains.values() for arm in arms}
        others = [arm for arm in self.arms[1:] if arm not in winners]
        parts = [f"gain in {metrics}: {_listed(arms)}" for metrics, arms in gains.items()]
        if not gains:
            parts = ["no evidence of gain on any metric"]
        elif others:
            parts.append(f"no evidence of gain: {_listed(others)}")
        parts += [f"loss in {metrics}: {_listed(arms)}" for metrics, arms in losses.items()]
        text = "; ".join(parts)
        return f"{text[0].upper()}{text[1:]}."

    def _arms_by_metrics(self, words: str) -> dict[str, list[str]]:
        """Return the arms under the list of metrics on which their verdict is `words`."""
        groups: dict[str, list[str]] = {}
        for arm in self.arms[1:]:
            found = [row.metric for row in self.rows if (row.arm, row.verdict) == (arm, words)]
            if found:
                labels = _listed([METRICS[metric].label for metric in found])
                groups.setdefault(labels, []).append(arm)
        return groups

    def heading(self, metric: str) -> str:
        """Return the name of a metric in words, and which way it is good."""
        better = "higher" if METRICS[metric].greater_is_better else "lower"
        return f"{METRICS[metric].label} ({better} is better)"

    @property
    def note(self) -> str:
        """What the columns of the table are, in one line."""
        level = f"{self.confidence * 100:.4g} % interval"
        return f"mean ± standard error; difference to {self.baseline!r} [{level}]"

    def __repr__(self) -> str:
        width = max(len(arm) for arm in self.arms)
        lines = [self.setting] if self.setting else []
        for metric in self.metrics:
            lines += ["", self.heading(metric)]
            lines += [
                f"  {row.arm:<{width}}  {row.mean_text}  {row.difference_text:<26}  {row.verdict}"
                for row in self.rows
                if row.metric == metric
            ]
        return "\n".join([*lines, "", self.note]).lstrip("\n")


def _listed(words: list[str]) -> str:
    """Write a list in words: 'a', 'a and b', 'a, b and c'."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
