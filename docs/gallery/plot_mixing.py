"""
What mixing does to a decision boundary
=======================================

Two moons with every eighth label wrong, and a network large enough to learn them by heart: without
mixing, with it once, and with fresh mixtures in every epoch.
"""

# %%
# Three ways to train the same network. All of them see the same number of rows in all epochs.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.datasets import make_moons
from sklearn.neural_network import MLPClassifier

from skaug.epoch_augmented import EpochAugmentedClassifier
from skaug.mixing import CutMix, Mixup, SamplePairing

rng = np.random.default_rng(0)
X, clean = make_moons(200, noise=0.15, random_state=0)
y = np.where(rng.random(200) < 1 / 8, 1 - clean, clean)
network = MLPClassifier((128, 128), learning_rate_init=0.01, random_state=0)
plain = EpochAugmentedClassifier(network, None, n_epochs=300, random_state=0)
mixup = Mixup(alpha=1, keep_original=False, random_state=0)
models = {
    "no mixing": plain.fit(X, y),
    "mixed once": clone(plain).fit(*mixup.fit_resample(X, y)),
    "mixed in every epoch": clone(plain).set_params(sampler=mixup).fit(X, y),
}

# %%
# The line is where the classes are equally likely; the darker, the surer.

X_test, y_test = make_moons(2000, noise=0.15, random_state=1)
grid = np.stack(np.meshgrid(np.linspace(-2, 3, 200), np.linspace(-1.5, 2, 200)), axis=-1)
fig, axes = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
for ax, (name, model) in zip(axes, models.items(), strict=True):
    share = model.predict_proba(grid.reshape(-1, 2))[:, 1].reshape(200, 200)
    ax.contourf(*grid.T, share.T, levels=11, cmap="PuOr", alpha=0.7, vmin=0, vmax=1)
    ax.contour(*grid.T, share.T, levels=[0.5], colors="black", linewidths=1)
    ax.scatter(*X.T, c=y, s=12, cmap="PuOr", edgecolors="black", linewidths=0.4)
    ax.set_title(f"{name}: {model.score(X_test, y_test):.1%} of new rows right")
    ax.set_axis_off()
plt.show()

# %%
# Where the rows come to lie
# --------------------------
#
# Mixup's rows lie on the segments between any two rows, SamplePairing's half way; the label is that
# of one of both. CutMix takes each column from one of two rows.

samplers = {
    "Mixup()": Mixup(random_state=0),
    'Mixup(pairs="same_class")': Mixup(pairs="same_class", random_state=0),
    "SamplePairing()": SamplePairing(random_state=0),
    "CutMix()": CutMix(random_state=0),
}
fig, axes = plt.subplots(1, 4, figsize=(12, 2.9), layout="constrained", sharex=True, sharey=True)
for ax, (name, sampler) in zip(axes, samplers.items(), strict=True):
    X_res, y_res = sampler.fit_resample(X, clean)
    made = sampler.is_synthetic_
    ax.scatter(*X.T, s=8, color="#c4c9d1", linewidths=0)
    ax.scatter(*X_res[made].T, s=12, c=y_res[made], cmap="PuOr", linewidths=0)
    ax.set_title(name, family="monospace", fontsize=10)
    ax.set_axis_off()
plt.show()
