"""
Digits, real and generated
==========================

Ten new images of one class by each method, below ten real ones.
"""

# %%
# Every sampler is asked for rows of the class 3 only; the networks learn from all classes, told
# which is which. The residual of a real image makes a decoded one sharp again; a flow is sharp by
# itself. All have fewer steps than by default.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from skaug.deep import DeepSMOTE, FlowMatchingSampler, VAESampler
from skaug.image import RandomAffine
from skaug.over_sampling import SMOTE

X, y = load_digits(return_X_y=True)
shape, label = (8, 8), 3
n_made = {label: (y == label).sum() + 10}
settings = {"sampling_strategy": n_made, "random_state": 0}
few = {"image_shape": shape, "max_iter": 600, **settings}
samplers = {
    "SMOTE": SMOTE(**settings),
    "RandomAffine": RandomAffine(image_shape=shape, degrees=15, random_state=0),
    "DeepSMOTE\nresidual": DeepSMOTE(**few),
    "DeepSMOTE\ninverse": DeepSMOTE(decode="inverse", **few),
    "VAE\nresidual": VAESampler(**few),
    "VAE\nposterior": VAESampler(noise="posterior", **few),
    "VAE\nprior": VAESampler(noise="prior", **few),
    "flow": FlowMatchingSampler(image_shape=shape, max_iter=1200, **settings),
}
rows = {"real": X[y == label][:10]}
for name, sampler in samplers.items():
    X_res, y_res = sampler.fit_resample(X, y)
    rows[name] = X_res[sampler.is_synthetic_ & (y_res == label)][:10]

figure, axes = plt.subplots(len(rows), 10, figsize=(8, 7.5))
for line, (name, images) in zip(axes, rows.items(), strict=True):
    line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    for ax, image in zip(line, images, strict=True):
        ax.imshow(image.reshape(shape), cmap="gray_r", vmin=0, vmax=16)
        ax.set(xticks=[], yticks=[])
figure.tight_layout()

# %%
# How training went: the loss of the networks on rows held out, at each look.

figure, axes = plt.subplots(1, 2, figsize=(8, 3))
for ax, name in zip(axes, ["VAE\nprior", "flow"], strict=True):
    model = samplers[name]
    curve = np.array(model.validation_loss_curve_)
    ax.plot(np.linspace(0, model.n_iter_, len(curve)), curve)
    ax.set(xlabel="steps", title=f"loss of the {type(model).__name__}")
figure.tight_layout()
plt.show()
