"""The scores of one fold, as functions of labels and predicted probabilities."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, log_loss, recall_score, roc_auc_score

from skaug._core.batch import Floats, Indices

__all__ = ["METRICS", "Metric", "Predictions"]


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """What one arm says about the test rows of one fold.

    Parameters
    ----------
    y : ndarray of shape (n,)
        The true class of each row, as a column of `probability`. Of two classes, 1 is the
        positive one.

    probability : ndarray of shape (n, n_classes)
        The predicted probabilities.

    called : ndarray of shape (n,)
        The class that each row is called after tuning.
    """

    y: Indices
    probability: Floats
    called: Indices

    @property
    def is_binary(self) -> bool:
        """Whether there are two classes."""
        return self.probability.shape[1] == 2

    def one_vs_rest(self, score: Callable[[NDArray[Any], Floats], float]) -> float:
        """Score the positive class; of several classes, each against the rest, and average."""
        if self.is_binary:
            return float(score(self.y == 1, self.probability[:, 1]))
        columns = enumerate(self.probability.T)
        return float(np.mean([score(self.y == code, column) for code, column in columns]))


@dataclass(frozen=True)
class Metric:
    """A score of one fold, its name in tables, and which way it is good."""

    label: str
    greater_is_better: bool
    score: Callable[[Predictions], float]


def _average_precision(fold: Predictions) -> float:
    return fold.one_vs_rest(average_precision_score)


def _roc_auc(fold: Predictions) -> float:
    return fold.one_vs_rest(roc_auc_score)


def _balanced_accuracy(fold: Predictions) -> float:
    """Mean recall; a class that is called but has no row in the test part does not count."""
    return float(recall_score(fold.y, fold.called, average="macro", labels=np.unique(fold.y)))


def _log_loss(fold: Predictions) -> float:
    codes = np.arange(fold.probability.shape[1])
    return float(log_loss(fold.y, fold.probability, labels=codes))


def _brier_score(fold: Predictions) -> float:
    """Mean squared error of the probabilities: of the positive class, or summed over classes."""
    truth = np.eye(fold.probability.shape[1])[fold.y]
    squares = ((fold.probability - truth) ** 2).sum(axis=1)
    return float(squares.mean() / 2 if fold.is_binary else squares.mean())


METRICS: dict[str, Metric] = {
    "average_precision": Metric("average precision", True, _average_precision),
    "roc_auc": Metric("ROC AUC", True, _roc_auc),
    "balanced_accuracy": Metric("balanced accuracy", True, _balanced_accuracy),
    "log_loss": Metric("log-loss", False, _log_loss),
    "brier_score": Metric("Brier score", False, _brier_score),
}
