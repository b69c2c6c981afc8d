"""
Changed copies of images
========================

Every operation on the same digits and on a photograph, and what they are worth to a forest, a
support vector machine and a linear model with 100 digits to learn from.
"""

# %%
# Operations
# ----------
# The first row is what they are given: three digits of 8 x 8 with values from 0 to 16, and a
# photograph in bytes. Strengths are shares of the range and distances shares of the side, so the
# same parameters do for both.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits, load_sample_image

from skaug import AugmentedClassifier
from skaug.image import (
    AugMix,
    AutoContrast,
    ColorJitter,
    Compose,
    Cutout,
    ElasticTransform,
    Equalize,
    GaussianBlur,
    GaussianNoise,
    GridMask,
    Invert,
    OneOf,
    PixelDropout,
    PoissonNoise,
    Posterize,
    RandAugment,
    RandomAffine,
    RandomCrop,
    RandomErasing,
    RandomFlip,
    RandomGamma,
    RandomPerspective,
    RandomResizedCrop,
    RandomRotate90,
    SaltAndPepper,
    Sharpness,
    Solarize,
    SpeckleNoise,
    TrivialAugment,
)
from skaug.test_time import TestTimeAugmentedClassifier

digits = load_digits().images[[0, 2, 7]]
photo = load_sample_image("flower.jpg")[20:340:2, 180:500:2]

operations = [
    RandomFlip(p=1),
    RandomRotate90(flips=True),
    RandomAffine(degrees=25, shear=10),
    RandomCrop(padding=0.25),
    RandomResizedCrop(scale=(0.3, 0.7)),
    RandomPerspective(),
    ElasticTransform(alpha=0.05),
    ColorJitter(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.2),
    RandomGamma(gamma=(0.4, 2.5)),
    AutoContrast(),
    Equalize(),
    Posterize(bits=2),
    Solarize(),
    Invert(),
    Sharpness(factor=(2, 4)),
    RandomErasing(p=1, value="random"),
    Cutout(),
    GridMask(),
    GaussianNoise(scale=0.1),
    SpeckleNoise(),
    PoissonNoise(),
    SaltAndPepper(),
    PixelDropout(),
    GaussianBlur(sigma=(0.5, 1.0)),
    Compose([RandomAffine(degrees=25), RandomGamma(gamma=(0.5, 2.0))]),
    OneOf([RandomAffine(degrees=25), Invert()]),
    RandAugment(),
    TrivialAugment(),
    AugMix(),
]


def draw(axes, name, grey, colour):
    for ax, image in zip(axes, [*grey, colour], strict=True):
        ax.imshow(image, cmap="gray", vmin=0, vmax=16)
        ax.set_axis_off()
    axes[0].set_title(name, fontsize=7, loc="left")


fig, axes = plt.subplots(10, 12, figsize=(12, 11), layout="constrained")
cells = axes.reshape(10, 3, 4).reshape(30, 4)
draw(cells[0], "originals", digits, photo)
for row, operation in zip(cells[1:], operations, strict=True):
    operation.set_params(random_state=4)
    changed = operation.augment(photo[None])[0]
    draw(row, type(operation).__name__, operation.augment(digits), changed)
plt.show()

# %%
# What they are worth
# -------------------
# A search over how far to turn and how many copies to make, in a pipeline, with 100 digits.
# Augmented rows are made in the training folds only.

from imblearn.pipeline import Pipeline
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.svm import SVC

X, y = load_digits(return_X_y=True)
train, test = next(StratifiedShuffleSplit(train_size=100, random_state=0).split(X, y))
test = np.setdiff1d(np.arange(len(X)), train)
affine = RandomAffine(translate=0.1, image_shape=(8, 8), random_state=0)
pipeline = Pipeline([("aug", affine), ("svc", SVC(C=10))])
grid = {"aug__degrees": [0, 10, 25], "aug__copies": [1, 5]}
search = GridSearchCV(pipeline, grid, cv=3).fit(X[train], y[train])
search.best_params_, round(search.score(X[test], y[test]), 3)

# %%
# Three models without augmentation, with it, and with predictions averaged over 8 changed copies of
# each row. Linear models can lose: a digit that moves is another direction to them.

scores = {}
linear = make_pipeline(MinMaxScaler(), LogisticRegression(max_iter=500))
for model in (RandomForestClassifier(random_state=0), SVC(C=10), linear):
    augmented = AugmentedClassifier(model, affine.set_params(copies=5))
    looks = TestTimeAugmentedClassifier(augmented, affine, n_augment=8)
    for name, arm in {"plain": model, "augmented": augmented, "and 8 looks": looks}.items():
        accuracy = arm.fit(X[train], y[train]).score(X[test], y[test])
        scores.setdefault(name, []).append(accuracy)

fig, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
for k, (name, values) in enumerate(scores.items()):
    bars = ax.bar(np.arange(3) + 0.27 * (k - 1), values, width=0.25, label=name)
    ax.bar_label(bars, fmt="%.3f", fontsize=7)
ax.set(ylim=(0.8, 1), ylabel="accuracy", xticks=range(3))
ax.set_xticklabels(["random forest", "support vectors", "logistic regression"])
ax.legend(ncols=3, fontsize=8, loc="upper center")
plt.show()
