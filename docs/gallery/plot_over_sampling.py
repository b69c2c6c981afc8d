"""
Where over-samplers put their rows
==================================

Thirteen ways of bringing the rarer of two classes to the size of the other, on two columns, so that
the new rows can be seen; and four of making rare targets of a regression more frequent.
"""

# %%
# The rarer class lies on an arc around a part of the other one.

import matplotlib.pyplot as plt
import numpy as np

from skaug.combine import SMOTEENN, SMOTETomek
from skaug.over_sampling import (
    ADASYN,
    SMOGN,
    SMOTE,
    SMOTER,
    SVMSMOTE,
    WERCS,
    BorderlineSMOTE,
    GeometricSMOTE,
    KMeansSMOTE,
    MGSSampler,
    PolynomFitSMOTE,
    ProWSyn,
    RandomOverSampler,
)

rng = np.random.default_rng(4)
angle = rng.uniform(0, np.pi, size=25)
arc = 1.5 * np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.12, size=(25, 2))
disc = rng.normal([0, 0.1], 0.55, size=(250, 2))
X = np.vstack([disc, arc])
y = np.repeat(["common", "rare"], [250, 25])

# %%
# Every sampler says which of the returned rows it made, and from which rows.

samplers = {
    "RandomOverSampler()": RandomOverSampler(random_state=0),
    "RandomOverSampler(shrinkage=1)": RandomOverSampler(shrinkage=1, random_state=0),
    "SMOTE()": SMOTE(random_state=0),
    "BorderlineSMOTE()": BorderlineSMOTE(random_state=0),
    "SVMSMOTE()": SVMSMOTE(random_state=0),
    "KMeansSMOTE(kmeans_estimator=8)": KMeansSMOTE(kmeans_estimator=8, random_state=0),
    "ADASYN()": ADASYN(random_state=0),
    "GeometricSMOTE()": GeometricSMOTE(random_state=0),
    "MGSSampler()": MGSSampler(random_state=0),
    "ProWSyn()": ProWSyn(random_state=0),
    "PolynomFitSMOTE()": PolynomFitSMOTE(random_state=0),
    "SMOTEENN()": SMOTEENN(random_state=0),
    "SMOTETomek()": SMOTETomek(random_state=0),
}

fig, axes = plt.subplots(5, 3, figsize=(12, 15), layout="constrained")
for ax, (name, sampler) in zip(axes.flat, samplers.items(), strict=False):
    X_res, y_res = sampler.fit_resample(X, y)
    # rows in the same place are drawn as one dot, the larger the more of them there are
    place, count = np.unique(X_res[sampler.is_synthetic_], axis=0, return_counts=True)
    kept = X_res[~sampler.is_synthetic_], y_res[~sampler.is_synthetic_]
    common, rare = (kept[0][kept[1] == label] for label in ("common", "rare"))
    ax.scatter(*common.T, s=14, color="#c4c9d1", linewidths=0, label="common")
    ax.scatter(*place.T, s=14 * count, color="#e07b39", alpha=0.6, linewidths=0, label="synthetic")
    ax.scatter(*rare.T, s=20, color="#20365c", linewidths=0, label="rare, original")
    ax.set(xlim=(-3.1, 3.1), ylim=(-1.7, 2.9), aspect="equal")
    ax.set_title(name, family="monospace", fontsize=11)
    ax.set_axis_off()
for ax in axes.flat[-2:]:
    ax.set_axis_off()
handles, labels = axes.flat[2].get_legend_handles_labels()
axes.flat[-1].legend(handles, labels, loc="center", frameon=False, markerscale=1.6, fontsize=12)
plt.show()

# %%
# **Copies.** Random over-sampling repeats rows: the size of a dot is the number of copies. With
# ``shrinkage`` each copy gets Gaussian noise (the smoothed bootstrap). The noise knows the spread
# of each column and not the shape of the class: the arc is blurred inwards and outwards alike.
#
# **Segments.** SMOTE's rows lie between a row and one of its five nearest neighbours. The shape of
# the class is kept, a little tightened: no new row lies outside its convex hull. BorderlineSMOTE
# starts only from rows about half of whose neighbours are of the other class, SVMSMOTE from the
# support vectors of a classifier, ADASYN from each row the more often the more foreign neighbours
# it has; KMeansSMOTE stays inside clusters in which the class is not too rare.
#
# **Beyond segments.** GeometricSMOTE draws from a half ball round a row, MGSSampler from a Gaussian
# fitted to a row and its neighbours. ProWSyn joins any two rows that are equally near the other
# class, and PolynomFitSMOTE any row and the mean of its class: on a curved class like this one both
# put rows where there is none of it.
#
# **Cleaning afterwards.** SMOTEENN drops rows of both classes whose neighbours disagree with them,
# here the common ones that lie on the arc; SMOTETomek only pairs of nearest neighbours of different
# classes.
#
# None of them knows more about the class than its 25 rows do. Whether a model gains by them is a
# question for :doc:`/user_guide/comparing_samplers`.

# %%
# In a regression the target takes part. Large targets are rare here; the dark rows are
# the original ones.

x = rng.uniform(-2, 2, size=(300, 1))
target = np.exp(0.6 * x[:, 0] + rng.normal(0, 0.4, size=300))
samplers = {
    "SMOTER()": SMOTER(under_sampling=False, random_state=0),
    "SMOGN()": SMOGN(under_sampling=False, random_state=0),
    "WERCS()": WERCS(under=0, random_state=0),
    "WERCS(perturbation=0.1)": WERCS(perturbation=0.1, under=0, random_state=0),
}

fig, axes = plt.subplots(1, 4, figsize=(12, 3.4), layout="constrained", sharey=True)
for ax, (name, sampler) in zip(axes, samplers.items(), strict=True):
    x_res, target_res = sampler.fit_resample(x, target)
    made = sampler.is_synthetic_
    ax.scatter(x, target, s=12, color="#20365c", linewidths=0, label="original")
    ax.scatter(x_res[made], target_res[made], s=12, color="#e07b39", alpha=0.5, linewidths=0)
    ax.set_title(name, family="monospace", fontsize=11)
    ax.set(xlabel="x")
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel("target")
plt.show()

# %%
# SMOTER interpolates between rare rows, their targets included. SMOGN does so where they are near
# each other, and adds a little noise elsewhere. WERCS copies rows by their relevance, as they are
# or with noise.
