"""
Augmentation inside a network
=============================

What each change of hidden features does to the boundary a network draws, and to the features.
"""

# %%
# Two spirals of 60 points each, and one network that takes the same steps each time. Colours are
# the probability of a class. Mixtures of the inputs (mixup) are rows of neither spiral; those of
# hidden features need not be. It is one seed of each: a look at what changes, not a comparison.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import log_loss

from skaug.deep import FeatureAugmentedClassifier


def spirals(n, rng):
    y = np.repeat([0, 1], n)
    turn = np.sqrt(rng.uniform(0.05, 1, 2 * n)) * 2.6 * np.pi
    angle = turn + np.pi * y
    X = turn[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return X / 4 + rng.normal(scale=0.1, size=X.shape), y


rng = np.random.default_rng(0)
X, y = spirals(60, rng)
X_out, y_out = spirals(1000, rng)
network = FeatureAugmentedClassifier(
    hidden=(128, 128, 2), max_iter=800, learning_rate=5e-3, random_state=0
)
arms = {
    "none": {"augmentation": None},
    "mixup": {"layer": 0},
    "manifold mixup": {"augmentation": "manifold_mixup"},
    "MoEx, layer 1": {"augmentation": "moex", "layer": 1},
    "interpolate": {"augmentation": "interpolate"},
    "extrapolate": {"augmentation": "extrapolate"},
    "noise": {"augmentation": "noise"},
}
models = {}
for name, params in arms.items():
    models[name] = FeatureAugmentedClassifier(**{**network.get_params(), **params}).fit(X, y)

side = np.linspace(-2.6, 2.6, 120)
grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
figure, axes = plt.subplots(2, 4, figsize=(11, 5.8), layout="constrained")
for ax, (name, model) in zip(axes.flat, models.items(), strict=False):
    share = model.predict_proba(grid)[:, 1].reshape(len(side), -1)
    ax.contourf(side, side, share, levels=np.linspace(0, 1, 11), cmap="RdBu", alpha=0.6)
    ax.scatter(*X.T, c=y, cmap="RdBu", s=9, edgecolors="k", linewidths=0.4)
    loss = log_loss(y_out, model.predict_proba(X_out))
    title = f"{name}\naccuracy {model.score(X_out, y_out):.3f}, log-loss {loss:.2f}"
    ax.set_title(title, fontsize=9)
    ax.set(xticks=[], yticks=[])
axes.flat[-1].set_axis_off()
plt.show()

# %%
# The features of new rows at the last hidden layer, which has two units here: what `transform`
# gives, and what another classifier or a sampler may work in.

figure, axes = plt.subplots(2, 4, figsize=(11, 5.4), layout="constrained")
for ax, (name, model) in zip(axes.flat, models.items(), strict=False):
    ax.scatter(*model.transform(X_out).T, c=y_out, cmap="RdBu", s=3)
    ax.set_title(name, fontsize=9)
axes.flat[-1].set_axis_off()
plt.show()
