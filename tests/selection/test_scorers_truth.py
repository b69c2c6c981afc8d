"""Scorers against the truth: half of the candidates are good, half are not.

The class is a Gaussian in six dimensions whose columns are correlated; the others are the same,
moved along the axes where the class is narrow. Bad candidates are of the others, or have the
marginals of the class without its correlations.
"""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from skaug.over_sampling import SMOTE
from skaug.selection import (
    ConfidenceScorer,
    DensityScorer,
    ElkanNotoScorer,
    IPFScorer,
    MinRankScorer,
    NeighborhoodScorer,
    PUBaggingScorer,
    SpyScorer,
)

N_CLASS, N_OTHERS, N_HALF, N_FEATURES = 60, 600, 150, 6
STEP = np.arange(N_FEATURES)
CHOLESKY = np.linalg.cholesky(0.88 ** np.abs(STEP[:, None] - STEP))
SHIFT = np.tile([1.1, 0.0], N_FEATURES // 2)
IS_GOOD = np.repeat([1, 0], N_HALF)
NONE = np.full((N_HALF, 2), -1)


def draw(rng, n):
    return rng.normal(size=(n, N_FEATURES)) @ CHOLESKY.T


def unrelated(rng, n):
    return np.column_stack([rng.permutation(column) for column in draw(rng, n).T])


BAD = {"like the others": lambda rng, n: draw(rng, n) + SHIFT, "unrelated columns": unrelated}


def smote_rows(P, seed):
    """Rows made of P, and their parents."""
    y = np.array(["class"] * len(P))
    asked = {"class": len(P) + N_HALF}
    sampler = SMOTE(sampling_strategy=asked, random_state=seed)
    X = np.concatenate([P, P[:1] + 100])
    made, _ = sampler.fit_resample(X, np.append(y, "other"))
    parents = np.column_stack([sampler.sample_indices_, sampler.partner_indices_])
    return made[len(X) :], parents[len(X) :]


def area(scorer, bad, seed, made):
    rng = np.random.default_rng(seed)
    P, N, good = draw(rng, N_CLASS), draw(rng, N_OTHERS) + SHIFT, draw(rng, N_HALF)
    parents = None
    if made:
        good, of_good = smote_rows(P, seed)
        parents = np.concatenate([of_good, NONE])
    U = np.concatenate([good, BAD[bad](rng, N_HALF)])
    return roc_auc_score(IS_GOOD, scorer.score(P, U, N, parents=parents))


def mean_area(scorer, bad, n_seeds, made=False):
    return np.mean([area(scorer, bad, seed, made) for seed in range(n_seeds)])


# the least mean area for candidates like the others, and for those of unrelated columns
LEAST = {
    "density": (DensityScorer(), 0.98, 0.94, 8),
    "pu_bagging": (PUBaggingScorer(n_estimators=50, cv=3, random_state=0), 0.93, 0.77, 3),
    "neighborhood": (NeighborhoodScorer(), 0.96, 0.56, 8),
    "confidence": (ConfidenceScorer(cv=3, random_state=0), 0.97, 0.5, 3),
    "elkan_noto": (ElkanNotoScorer(cv=3, random_state=0), 0.93, 0.77, 3),
    "spy": (SpyScorer(cv=3, random_state=0, n_rounds=5), 0.93, 0.77, 3),
    "ipf": (IPFScorer(random_state=0), 0.94, 0.0, 3),  # blind to rows that are like no class
    "both": (MinRankScorer([DensityScorer(), NeighborhoodScorer()]), 0.97, 0.83, 8),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LEAST)
def test_good_candidates_score_higher(name):
    scorer, like_others, unrelated_columns, n_seeds = LEAST[name]
    assert mean_area(scorer, "like the others", n_seeds) >= like_others
    assert mean_area(scorer, "unrelated columns", n_seeds) >= unrelated_columns


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scorer", "like_others", "unrelated_columns"),
    [
        (DensityScorer(), 0.98, 0.94),
        (NeighborhoodScorer(), 0.96, 0.56),
        (PUBaggingScorer(random_state=0, n_estimators=50, cv=4), 0.93, 0.68),
    ],
)
def test_rows_of_smote_score_higher_than_bad_ones(scorer, like_others, unrelated_columns):
    """With their parents held out; rows made of few others are told from these more easily."""
    assert mean_area(scorer, "like the others", 4, made=True) >= like_others
    assert mean_area(scorer, "unrelated columns", 4, made=True) >= unrelated_columns
