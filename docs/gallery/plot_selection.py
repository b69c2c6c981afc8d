"""
Which rows a selection keeps
============================

A sampler makes three times as many rows as are wanted, and a scorer says which of them to keep. On
two columns one can see what scorers see, and what they do not.
"""

# %%
# The rarer class lies on an arc. Three of its rows stand among the other class, as wrong labels
# do, and two stand alone. SMOTE draws lines to these five as to any others.

import matplotlib.pyplot as plt
import numpy as np

from skaug.over_sampling import SMOTE, PolynomFitSMOTE
from skaug.selection import (
    ConfidenceScorer,
    DensityScorer,
    ElkanNotoScorer,
    MinRankScorer,
    NeighborhoodScorer,
    PUBaggingScorer,
    SelectedSampler,
)

rng = np.random.default_rng(2)
angle = rng.uniform(0, np.pi, size=30)
arc = 1.6 * np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.12, size=(30, 2))
wrong = [[-0.4, -0.2], [0.1, 0.25], [0.5, -0.3]]
alone = [[-0.6, 2.7], [1.2, 2.5]]
disc = rng.normal([0, -0.1], 0.45, size=(150, 2))
X = np.vstack([disc, arc, wrong, alone])
y = np.repeat(["common", "rare"], [150, 35])


def draw(ax, X, y, selected, title):
    """Draw the rows that are kept over all that there were to choose from."""
    X_res, _ = selected.fit_resample(X, y)
    candidates = selected.sampler_.fit_resample(X, y)[0][len(X) :]
    ax.scatter(*X[y == "common"].T, s=14, color="#c4c9d1", linewidths=0, label="common")
    ax.scatter(*candidates.T, s=12, marker="x", color="#8d97a5", lw=0.6, label="dropped")
    ax.scatter(*X_res[len(X) :].T, s=16, color="#e07b39", linewidths=0, label="kept")
    ax.scatter(*X[y == "rare"].T, s=20, color="#20365c", linewidths=0, label="rare, original")
    low, high = X.min(axis=0) - 0.2, X.max(axis=0) + 0.2
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    ax.set_title(title, family="monospace", fontsize=11)
    ax.set_axis_off()


def draw_all(X, y, samplers, height):
    """Draw several samplers, with one legend."""
    n_lines = len(samplers) // 3
    fig, axes = plt.subplots(n_lines, 3, figsize=(12, height * n_lines), layout="constrained")
    for ax, (title, sampler) in zip(axes.flat, samplers.items(), strict=True):
        draw(ax, X, y, sampler, title)
    handles = axes.flat[0].get_legend_handles_labels()
    fig.legend(*handles, loc="outside lower center", ncols=4, frameon=False, markerscale=1.6)
    plt.show()


# %%
# The best by rank
# ----------------
#
# ``keep="count"``, the default, keeps the third with the highest scores.

scorers = {
    "DensityScorer()": DensityScorer(),
    "NeighborhoodScorer()": NeighborhoodScorer(),
    "ConfidenceScorer()": ConfidenceScorer(),
    "MinRankScorer([density, confidence])": MinRankScorer([DensityScorer(), ConfidenceScorer()]),
    "PUBaggingScorer()": PUBaggingScorer(),
    "ElkanNotoScorer()": ElkanNotoScorer(),
}
smote = SMOTE(random_state=0)
by_rank = {name: SelectedSampler(smote, scorer, random_state=0) for name, scorer in scorers.items()}
draw_all(X, y, by_rank, height=4.4)

# %%
# **Density** keeps what is near to many rows of the class, and drops the lines to the five odd
# rows. But it drops more: of three good rows, too, it keeps the one in the middle, and the thin
# left arm of the arc gets nothing. **Neighborhood** and **confidence** ask whether a place
# belongs to the class or to the other one. They clear the disc, and keep the lines to the rows
# that stand alone, where there is no other class. The smallest rank of the two questions answers
# both, and is strictest.
#
# The **positive-unlabelled** scorers compare candidates with real rows. Here that is the wrong
# question. SMOTE's rows are made of the real ones, the wrong labels included, so that candidates
# in the disc look as real as others. What these scorers find is that SMOTE puts few rows where
# real ones lie apart, and they ask for more there.

# %%
# All that passes a threshold
# ---------------------------
#
# With a number, rows that score at least so much are kept as they come, and others made for those
# that are dropped. The bad ones go, and the class keeps its shape. Crosses are also the rows that
# came after enough had passed.

by_threshold = {
    "DensityScorer(), keep=0.15": (DensityScorer(), 0.15),
    "NeighborhoodScorer(), keep=0.6": (NeighborhoodScorer(), 0.6),
    "ConfidenceScorer(), keep=0.3": (ConfidenceScorer(), 0.3),
}
by_threshold = {
    name: SelectedSampler(smote, scorer, keep=keep, random_state=0)
    for name, (scorer, keep) in by_threshold.items()
}
draw_all(X, y, by_threshold, height=4.4)

# %%
# The threshold of the density is a p-value: 0.15 drops what is farther from the class than 15 in
# 100 of its own rows are. It has to be above the share of rows that are wrong themselves, here 5
# of 35. The neighbourhood's is the share of the class among five neighbours. The classifier's is
# the probability of the class at the frequencies of the table, in which it is rare.

# %%
# A sampler that is wrong
# -----------------------
#
# Without the five odd rows: PolynomFitSMOTE draws its rows between each row and the mean of the
# class, where on an arc there are none.

star = PolynomFitSMOTE(random_state=0)
names = ["PUBaggingScorer()", "ElkanNotoScorer()", "DensityScorer()"]
of_star = {name: SelectedSampler(star, scorers[name], random_state=0) for name in names}
draw_all(X[:180], y[:180], of_star, height=3.4)

# %%
# That is a fault that real rows do not have, and it is what positive-unlabelled learning finds:
# near the mean there are many candidates and no real rows. The density, by rank, again prefers
# the middle of the class to its ends.
#
# No scorer is best at all of this, and none has been shown to make a classifier better than a
# tuned threshold does: compare on your own data, :doc:`/user_guide/comparing_samplers`.
