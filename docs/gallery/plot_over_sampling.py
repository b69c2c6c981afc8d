"""
Where over-samplers put their rows
==================================

Three ways of bringing the rarer of two classes to the size of the other, on two columns, so that
the new rows can be seen.
"""

# %%
# The rarer class lies on an arc around a part of the other one.

import matplotlib.pyplot as plt
import numpy as np

from skaug.over_sampling import SMOTE, RandomOverSampler

rng = np.random.default_rng(4)
angle = rng.uniform(0, np.pi, size=25)
arc = 2 * np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.12, size=(25, 2))
disc = rng.normal([0, 0.1], 0.55, size=(250, 2))
X = np.vstack([disc, arc])
y = np.repeat(["common", "rare"], [250, 25])

# %%
# Every sampler says which of the returned rows it made, and from which rows.

samplers = {
    "RandomOverSampler()": RandomOverSampler(random_state=0),
    "RandomOverSampler(shrinkage=1)": RandomOverSampler(shrinkage=1, random_state=0),
    "SMOTE()": SMOTE(random_state=0),
}

fig, axes = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
for ax, (name, sampler) in zip(axes, samplers.items(), strict=True):
    X_res, y_res = sampler.fit_resample(X, y)
    # rows in the same place are drawn as one dot, the larger the more of them there are
    place, count = np.unique(X_res[sampler.is_synthetic_], axis=0, return_counts=True)
    ax.scatter(*disc.T, s=14, color="#c4c9d1", linewidths=0, label="common")
    ax.scatter(*place.T, s=14 * count, color="#e07b39", alpha=0.6, linewidths=0, label="synthetic")
    ax.scatter(*arc.T, s=20, color="#20365c", linewidths=0, label="rare, original")
    ax.set(xlim=(-3.9, 3.9), ylim=(-1.9, 3.4), aspect="equal")
    ax.set_title(name, family="monospace", fontsize=11)
    ax.set_axis_off()
handles, labels = axes[2].get_legend_handles_labels()
fig.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, markerscale=1.6)
plt.show()

# %%
# Left, every new row is a copy: the size of a dot is the number of copies. A model sees the same
# places with more weight.
#
# In the middle, each copy gets Gaussian noise, the wider the fewer rows the class has and the more
# they spread (the smoothed bootstrap). The noise knows the spread of each column and not the shape
# of the class: the arc is blurred inwards and outwards alike, and some rows land among the common
# ones.
#
# Right, each new row lies on the segment from a row to one of its five nearest neighbours. The
# shape of the class is kept, a little tightened: segments cut the inside of a curve, and no new row
# lies outside the convex hull of the class.
#
# None of the three knows more about the class than its 25 rows do. Whether a model gains by them is
# a question for :doc:`/user_guide/comparing_samplers`.
