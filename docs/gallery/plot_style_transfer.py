"""
Images in the style of others
=============================

Content, style and what each method makes of them, how strength works, and what it is worth when
light and background change.
"""

# %%
# Content, style, result
# ----------------------
# 'gatys' moves the pixels until the features of a network of random weights look like those of
# the style: it alone brings over patterns. 'adain' matches the colours of each octave, 'fourier'
# the amplitudes of low frequencies: both bring over colour and light, in less than a millisecond.
# The textures are drawn, the photographs come with scikit-learn.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits, load_sample_images

from skaug.deep import StyleTransferSampler

china, flower = load_sample_images().images
size, step = 64, 3
rows, columns = np.mgrid[:size, :size]


def cut(photo, top, left):
    return photo[top : top + step * size : step, left : left + step * size : step] / 255


def coloured(weight, one, other):
    return weight[..., None] * np.array(one) + (1 - weight[..., None]) * np.array(other)


disc = np.hypot(rows - 32, columns - 32) < 20
stripes = 0.5 + 0.5 * np.sin((rows + columns) * np.pi / 4)
checks = ((rows // 5 + columns // 5) % 2).astype(float)
contents = np.array(
    [
        coloured(disc, (0.2, 0.3, 0.8), (0.9, 0.9, 0.9)),
        cut(china, 130, 200),
        cut(china, 30, 30),
        cut(china, 235, 300),
        cut(flower, 150, 280),
    ]
)
styles = np.array(
    [
        coloured(stripes, (0.9, 0.3, 0.1), (0.1, 0.1, 0.8)),
        cut(flower, 60, 200),
        coloured(checks, (0.9, 0.8, 0.2), (0.0, 0.0, 0.2)),
        cut(flower, 150, 280),
        cut(china, 130, 200),
    ]
)


def restyled(**params):
    """Return each content in the style that stands above it."""
    sampler = StyleTransferSampler(value_range=(0, 1), random_state=0, **params)
    pairs = zip(contents, styles, strict=True)
    return [sampler.set_params(styles=[s]).augment(c[None])[0] for c, s in pairs]


def draw(lines):
    shape = len(lines), len(next(iter(lines.values())))
    fig, axes = plt.subplots(*shape, figsize=(1.5 * shape[1], 1.5 * shape[0]))
    fig.subplots_adjust(left=0.14, right=0.99, top=0.99, bottom=0.01, wspace=0.04, hspace=0.04)
    for (name, images), line in zip(lines.items(), axes, strict=True):
        for ax, image in zip(line, images, strict=True):
            ax.imshow(image, cmap="gray", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[])
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    plt.show()


methods = {m: restyled(method=m, strength=1) for m in ("gatys", "adain", "fourier")}
draw({"content": contents, "style": styles, **methods})

# %%
# Strength
# --------
# 0 is the content and 1 all of the style; a pair draws for each image.

strengths = {f"{s:g}": restyled(method="adain", strength=s) for s in (0, 0.25, 0.5, 0.75, 1)}
draw(strengths)

# %%
# The losses
# ----------
# Of 'gatys' the three losses are kept, weighted, as a mean over the images.

sampler = StyleTransferSampler(strength=1, random_state=0)
sampler.fit_resample(contents[:, ::2, ::2], np.arange(5))
fig, ax = plt.subplots(figsize=(5, 3), layout="constrained")
for name, curve in sampler.loss_terms_.items():
    ax.semilogy(curve, label=name)
ax.set(xlabel="step", ylabel="loss")
ax.legend()
plt.show()

# %%
# What it is worth
# ----------------
# A forest learns from 10 digits a class, alone or with four copies of each, and is tested on
# other digits: as they are, paler, and before a background of waves. Styles are other digits or,
# to prepare for such backgrounds, drawn waves of all kinds. On digits as they are next to nothing
# is won, and a support vector machine, which bears such changes better, wins less than the forest.

from sklearn.ensemble import ExtraTreesClassifier

X, y = load_digits(return_X_y=True)
X = X.reshape(-1, 8, 8) / 16
rng = np.random.default_rng(0)
train = np.concatenate([rng.choice(np.flatnonzero(y == k), 10, replace=False) for k in range(10)])
test = np.setdiff1d(np.arange(len(X)), train)


def waves(n, length):
    turn, phase = np.pi * rng.random((n, 1, 1)), 2 * np.pi * rng.random((n, 1, 1))
    row, column = np.mgrid[:8, :8]
    along = row * np.sin(turn) + column * np.cos(turn)
    return 0.15 * (1 + np.sin(2 * np.pi * along / length + phase))


cases = {
    "as they are": X[test],
    "paler": 0.25 + 0.5 * X[test],
    "background": np.maximum(X[test], waves(len(test), 3)),
}
textures = rng.random((40, 1, 1)) * waves(40, rng.uniform(2, 6, (40, 1, 1))) * 3
arms = {
    "none": None,
    "digits, adain": StyleTransferSampler(method="adain", copies=4),
    "waves, adain": StyleTransferSampler(method="adain", styles=textures, copies=4),
    "waves, fourier": StyleTransferSampler(method="fourier", styles=textures, copies=4),
    "waves, gatys": StyleTransferSampler(styles=textures, copies=4),
}
scores = {}
for name, sampler in arms.items():
    X_res, y_res = X[train], y[train]
    if sampler is not None:
        sampler.set_params(strength=(0, 1), value_range=(0, 1), random_state=0)
        X_res, y_res = sampler.fit_resample(X_res, y_res)
    model = ExtraTreesClassifier(200, random_state=0)
    model.fit(X_res.reshape(len(X_res), -1), y_res)
    scores[name] = [model.score(images.reshape(-1, 64), y[test]) for images in cases.values()]

fig, ax = plt.subplots(figsize=(8, 3.2), layout="constrained")
for k, (name, values) in enumerate(scores.items()):
    bars = ax.bar(np.arange(3) + 0.17 * (k - 2), values, width=0.16, label=name)
    ax.bar_label(bars, fmt="%.2f", fontsize=7)
ax.set(ylim=(0, 1.2), ylabel="accuracy", xticks=range(3))
ax.set_xticklabels(cases)
ax.legend(ncols=3, fontsize=8, loc="upper center")
plt.show()
