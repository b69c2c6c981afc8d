"""
A table, real and generated
===========================

What a generator has to get right: each column, how columns go together, and all at once.
"""

# %%
# Half of the German credit table is learnt, and as many rows drawn are held against the other half.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict, train_test_split

from skaug.datasets import load_german
from skaug.deep import FlowMatchingSampler, VAESampler
from skaug.generative import GaussianCopula, KernelDensity, SequentialCART

X, y = load_german(return_X_y=True)
X, X_out, y, y_out = train_test_split(X, y, test_size=0.5, stratify=y, random_state=0)
models = {
    "SequentialCART": SequentialCART(random_state=0),
    "GaussianCopula": GaussianCopula(random_state=0),
    "KernelDensity": KernelDensity(random_state=0),
    "VAESampler": VAESampler(noise="prior", max_iter=600, random_state=0),
    "FlowMatchingSampler": FlowMatchingSampler(max_iter=1000, random_state=0),
}
drawn = {"learnt": X} | {name: model.fit(X, y).sample(y=y_out)[0] for name, model in models.items()}

# %%
# One column: the amount of the credit, as the share of rows below each value.

figure, axes = plt.subplots(2, 3, figsize=(9, 5), sharex=True, sharey=True)
for ax, (name, rows) in zip(axes.flat, drawn.items(), strict=True):
    for table, style in [(X_out, "k--"), (rows, "C0")]:
        ax.plot(np.sort(table["amount"]), np.linspace(0, 1, len(table)), style)
    ax.set(title=name, xscale="log")
figure.suptitle("amount: held-out rows (dashed), and those drawn")
figure.tight_layout()

# %%
# Two columns: the correlations of the numbers' ranks, those of held-out rows taken off.

numbers = X.select_dtypes("number").columns
expected = X_out[numbers].corr("spearman")
figure, axes = plt.subplots(2, 3, figsize=(9, 6))
for ax, (name, rows) in zip(axes.flat, drawn.items(), strict=True):
    off = rows[numbers].corr("spearman") - expected
    image = ax.imshow(off, cmap="RdBu", vmin=-0.5, vmax=0.5)
    ax.set(title=f"{name}: {np.abs(off).to_numpy().mean():.3f}", xticks=[], yticks=[])
figure.colorbar(image, ax=axes, label="difference")


# %%
# All at once: the area under the curve of boosted trees that tell rows drawn from real ones. Rows
# that cannot be told apart have 0.5.


def told_apart(real, rows):
    """Return the area under the ROC curve of a classifier of rows by where they are from."""
    both = pd.concat([real, rows.astype(real.dtypes)], ignore_index=True)
    is_drawn = np.repeat([0, 1], [len(real), len(rows)])
    trees = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0)
    share = cross_val_predict(trees, both, is_drawn, cv=3, method="predict_proba")[:, 1]
    return roc_auc_score(is_drawn, share)


scores = {name: told_apart(X_out, rows) for name, rows in drawn.items()}
figure, ax = plt.subplots(figsize=(6, 2.5))
ax.barh(list(scores), list(scores.values()))
ax.axvline(0.5, color="k")
ax.set(xlim=(0.4, 1), xlabel="told from real rows")
ax.invert_yaxis()
figure.tight_layout()
print({name: round(score, 3) for name, score in scores.items()})
plt.show()
