"""The scores of one fold, against scikit-learn's own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from skaug.model_selection._metrics import METRICS, Predictions


@st.composite
def folds(draw, n_classes):
    n = draw(st.integers(2 * n_classes, 30))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    y = np.concatenate([np.arange(n_classes), rng.integers(n_classes, size=n - n_classes)])
    probability = rng.dirichlet(np.ones(n_classes), size=n)
    return Predictions(y=y, probability=probability, called=rng.integers(n_classes, size=n))


def score(fold):
    return {name: metric.score(fold) for name, metric in METRICS.items()}


@given(folds(n_classes=2))
def test_two_classes(fold):
    positive = fold.probability[:, 1]
    assert score(fold) == pytest.approx(
        {
            "average_precision": metrics.average_precision_score(fold.y, positive),
            "roc_auc": metrics.roc_auc_score(fold.y, positive),
            "balanced_accuracy": metrics.balanced_accuracy_score(fold.y, fold.called),
            "log_loss": metrics.log_loss(fold.y, positive),
            "brier_score": metrics.brier_score_loss(fold.y, positive),
        }
    )


@given(folds(n_classes=4))
def test_several_classes(fold):
    one_hot = np.eye(4)[fold.y]
    assert score(fold) == pytest.approx(
        {
            "average_precision": metrics.average_precision_score(one_hot, fold.probability),
            "roc_auc": metrics.roc_auc_score(fold.y, fold.probability, multi_class="ovr"),
            "balanced_accuracy": np.diag(
                metrics.confusion_matrix(fold.y, fold.called, normalize="true")
            ).mean(),
            "log_loss": metrics.log_loss(fold.y, fold.probability),
            "brier_score": metrics.brier_score_loss(
                fold.y, fold.probability, labels=range(4), scale_by_half=False
            ),
        }
    )


@given(folds(n_classes=2), folds(n_classes=3))
def test_a_perfect_prediction_is_best(two, three):
    for fold in (two, three):
        truth = np.eye(fold.probability.shape[1])[fold.y]
        perfect = score(Predictions(y=fold.y, probability=truth, called=fold.y))
        for name, metric in METRICS.items():
            assert perfect[name] == pytest.approx(1 if metric.greater_is_better else 0, abs=1e-12)
