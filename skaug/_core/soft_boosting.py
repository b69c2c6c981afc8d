"""Gradient boosting trained on the probability of a class instead of on weighted rows."""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from numpy.typing import NDArray

__all__ = ["second_probability", "soft_booster"]


class _Soft(NamedTuple):
    """How one library is told to take probabilities as targets of its log-loss."""

    regressor: str  # the class that does
    objective: dict[str, str]
    plain: dict[str, set[Any]]  # the parameters that must be at these values for the same loss
    predict: Callable[[Any, Any], NDArray[Any]]


_SOFT = {
    "xgboost.XGBClassifier": _Soft(
        "XGBRegressor",
        {"objective": "binary:logistic"},
        {"objective": {None, "binary:logistic"}, "scale_pos_weight": {None, 1}},
        lambda booster, X: booster.predict(X),
    ),
    "lightgbm.LGBMClassifier": _Soft(
        "LGBMRegressor",
        {"objective": "cross_entropy"},
        {
            "objective": {None, "binary"},
            "class_weight": {None},
            "scale_pos_weight": {None, 1},
            "is_unbalance": {None, False},
        },
        lambda booster, X: booster.predict(X),
    ),
    "catboost.CatBoostClassifier": _Soft(
        "CatBoostClassifier",
        {"loss_function": "CrossEntropy"},
        {
            "objective": {None},
            "loss_function": {None, "Logloss", "CrossEntropy"},
            "class_weights": {None},
            "auto_class_weights": {None},
            "scale_pos_weight": {None, 1},
        },
        lambda booster, X: booster.predict_proba(X)[:, 1],
    ),
}


def _found(estimator: Any) -> tuple[str, _Soft] | None:
    """Return the library, and how it is told, if the estimator is one of exactly these classes."""
    library = type(estimator).__module__.partition(".")[0]
    soft = _SOFT.get(f"{library}.{type(estimator).__name__}")
    return None if soft is None else (library, soft)


def soft_booster(estimator: Any) -> Any | None:
    """Return an unfitted booster for ``fit(X, probability)``; None if there is none like it.

    There is one for the binary classifiers of xgboost, LightGBM and CatBoost with their usual
    loss. The library is imported already, or the estimator would not be there.
    """
    found = _found(estimator)
    if found is None:
        return None
    library, soft = found
    params = estimator.get_params()
    for name, values in soft.plain.items():
        value = params.get(name)
        if not isinstance(value, (str, int, float, type(None))) or value not in values:
            return None
    return getattr(sys.modules[library], soft.regressor)(**{**params, **soft.objective})


def second_probability(estimator: Any, booster: Any, X: Any) -> NDArray[Any]:
    """Return the probability that the booster made of `estimator` predicts."""
    found = _found(estimator)
    assert found is not None
    return found[1].predict(booster, X)
