"""
Images that a network makes of two
==================================

What an augmenter that is learnt together with a classifier makes of two images of one class.
"""

# %%
# Three networks are trained on 50 digits of each class, and differ only in what their images are
# to have of a third one of the class: its pixels ("content"), its brightness ("style"), or nothing.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from skaug.deep import NeuralAugmentedClassifier

X, y = load_digits(return_X_y=True)
rng = np.random.default_rng(0)
train = np.concatenate([rng.choice(np.flatnonzero(y == k), 50, replace=False) for k in range(10)])
test = np.setdiff1d(np.arange(len(X)), train)
settings = {"image_shape": (8, 8), "max_iter": 150, "random_state": 0}
models = {
    f"{loss}": NeuralAugmentedClassifier(augmentation_loss=loss, **settings)
    for loss in ("content", "style", None)
}
for name, model in models.items():
    model.fit(X[train], y[train])
    print(f"{name:8} accuracy {model.score(X[test], y[test]):.3f}")

# %%
# One image of each class, the other one, their mean, which is where all three have begun, and what
# they make of both. No network has gone far from it, and there is little to gain by doing so:
# accuracies are within a point of each other, and of that of the classifier alone.

first = 50 * np.arange(10)
samplers = {name: model.as_sampler(random_state=0) for name, model in models.items()}
made = {}
for name, sampler in samplers.items():
    X_res, _ = sampler.fit_resample(X[train], y[train])
    made[name] = X_res[len(train) + first]
partner = sampler.partner_indices_[len(train) + first]
own, other = X[train][first], X[train][partner]
rows = {"image": own, "other": other, "mean": (own + other) / 2, **made}

figure, axes = plt.subplots(len(rows), 10, figsize=(8, 5))
for line, (name, images) in zip(axes, rows.items(), strict=True):
    line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    for ax, image in zip(line, images, strict=True):
        ax.imshow(image.reshape(8, 8), cmap="gray_r", vmin=0, vmax=16)
        ax.set(xticks=[], yticks=[])
figure.tight_layout()
plt.show()
