"""Tables whose columns are bound to one another, and how well two of them are told apart."""

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict


def mixed(n, seed=0):
    """Return a table with ties between columns of all kinds, and labels."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.2).astype(int)
    a = rng.normal(size=n) + y
    b = np.sin(2 * a) + 0.2 * rng.normal(size=n)
    spike = np.where(a < 0, 0, rng.exponential(size=n))
    kind = np.array(["p", "q", "r"])[np.digitize(a + 0.5 * rng.normal(size=n), [-0.5, 0.5])]
    hole = np.where(rng.random(n) < np.where(kind == "p", 0.6, 0.05), np.nan, a**2)
    whole = rng.poisson(np.exp(a / 2))
    columns = {"a": a, "b": b, "spike": spike, "kind": kind, "hole": hole, "whole": whole}
    return pd.DataFrame(columns), y


def told_apart(A, B):
    """Return how well rows of two tables are told apart, as an area under the curve."""
    Z = pd.concat([A, B], ignore_index=True)
    Z["kind"] = Z["kind"].astype("category").cat.codes
    side = np.repeat([0, 1], [len(A), len(B)])
    order = np.random.default_rng(0).permutation(len(side))
    model = HistGradientBoostingClassifier(max_iter=50, random_state=0)
    Z, side = Z.iloc[order], side[order]
    p = cross_val_predict(model, Z, side, cv=3, method="predict_proba")[:, 1]
    return roc_auc_score(side, p)
