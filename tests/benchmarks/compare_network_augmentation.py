"""Whether augmentation inside a network helps: against none, mixup and transformed copies.

Run by hand (figures go to docs/benchmarks.rst); ``--data`` is a folder with german.parquet,
satimage.npz and wine_white.npz, whose arms are left out without it:

    python tests/benchmarks/compare_network_augmentation.py [--data FOLDER] [--only NAME]

All arms are one network that takes the same number of steps of the same number of rows: the
transformed copies are made before, and drawn from like rows. "mixup" mixes the input only. Each
split has its seed; differences are to no augmentation on the same splits, with their standard
error. Times are CPU seconds of one fit, on one thread. Neural augmentation sees an image that it
has made beside each real one in a step. "SVC" is a support vector machine on the images alone, or
with as many that the augmenter learnt beforehand makes ("neural"), that are means of two of a
class ("sample pairing"), or that are the same again ("exact copies").
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.ndimage import zoom
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.metrics import accuracy_score, log_loss, r2_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from skaug import AugmentedClassifier
from skaug.compose import FunctionSampler
from skaug.deep import (
    FeatureAugmentedClassifier,
    FeatureAugmentedRegressor,
    NeuralAugmentationSampler,
    NeuralAugmentedClassifier,
)
from skaug.image import RandomAffine
from skaug.mixing import SamplePairing

INSIDE = {
    "none": {"augmentation": None},
    "mixup": {"layer": 0},
    "manifold mixup": {},
    "manifold mixup, p=1": {"p": 1.0},
    "moex": {"augmentation": "moex"},
    "moex, lam=.5": {"augmentation": "moex", "lam": 0.5},
    "interpolate": {"augmentation": "interpolate"},
    "extrapolate": {"augmentation": "extrapolate"},
    "noise": {"augmentation": "noise"},
}


def digits(n_each, side):
    """Return images of digits, and a function that draws so many of each class to learn."""
    X, y = load_digits(return_X_y=True)
    images = X.reshape(-1, 8, 8)
    if side != 8:
        images = zoom(images, (1, side / 8, side / 8), order=1).clip(0, 16)

    def split(seed):
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(y))
        train = np.concatenate([order[y[order] == label][:n_each] for label in range(10)])
        return train, np.setdiff1d(order, train)

    return images, y, split


def table(X, y, n_train=0.7):
    """Return a table, and a function that splits it."""

    def split(seed):
        is_class = len(np.unique(y)) < 20
        return train_test_split(
            np.arange(len(y)),
            train_size=n_train,
            stratify=y if is_class else None,
            random_state=seed,
        )

    return np.asarray(X, dtype=float), np.asarray(y), split


def data_sets(folder):
    """Yield names, and functions that load the data."""
    yield "digits, 8 x 8, 50 a class", lambda: digits(50, 8)
    yield "digits, 28 x 28, 100 a class", lambda: digits(100, 28)
    yield "wine", lambda: table(*load_wine(return_X_y=True))
    yield "breast cancer", lambda: table(*load_breast_cancer(return_X_y=True))
    yield "diabetes (R2)", lambda: table(*load_diabetes(return_X_y=True))
    if folder is None:
        return
    with np.load(folder / "satimage.npz") as file:
        satimage = file["X"], file["y"]
    with np.load(folder / "wine_white.npz") as file:
        wine_white = file["X"], file["y"] + np.zeros(len(file["y"]))
    german = pd.read_parquet(folder / "german.parquet")
    is_target = german.columns.str.startswith("__target__")
    columns = pd.get_dummies(german.loc[:, ~is_target])
    yield "german credit", lambda: table(columns, german.loc[:, is_target].to_numpy()[:, 0])
    yield "satimage, 1,000 rows", lambda: table(*satimage, n_train=1000)
    yield "white wine (R2)", lambda: table(*wine_white, n_train=1000)


def arms(X, seed, is_class):
    """Yield names and estimators."""
    settings = {"early_stopping": False, "random_state": seed}
    model = FeatureAugmentedClassifier if is_class else FeatureAugmentedRegressor
    for name, params in INSIDE.items():
        yield name, model(**params, **settings)
    if X.ndim == 3:
        affine = RandomAffine(copies=10, random_state=seed)
        plain = model(augmentation=None, **settings)
        yield "transformed copies", AugmentedClassifier(plain, affine)
        neural = {"max_iter": 500, **settings}
        for loss in ("content", "style", None):
            name = f"neural, {loss or 'no'} loss"
            yield name, NeuralAugmentedClassifier(augmentation_loss=loss, **neural)
        flat = make_pipeline(FunctionTransformer(flattened), SVC())
        yield "SVC", flat
        sampler = NeuralAugmentationSampler(
            NeuralAugmentedClassifier(**neural), image_shape=X.shape[1:], random_state=seed
        )
        yield "SVC, neural", AugmentedClassifier(flat, sampler)
        yield "SVC, exact copies", AugmentedClassifier(flat, FunctionSampler(twice))
        pairing = SamplePairing(pairs="same_class", random_state=seed)
        on_rows = AugmentedClassifier(SVC(), pairing)
        yield "SVC, sample pairing", make_pipeline(FunctionTransformer(flattened), on_rows)
    else:
        peer = MLPClassifier if is_class else MLPRegressor
        yield "scikit-learn's MLP", make_pipeline(StandardScaler(), peer(random_state=seed))


def twice(X, y):
    """Return all rows twice."""
    return np.concatenate([X, X]), np.concatenate([y, y])


def flattened(images):
    """Return images as rows."""
    return images.reshape(len(images), -1)


def scores_of(estimator, X, y, train, test, is_class):
    """Return accuracy and log-loss, or R2 twice, and the time to fit."""
    begin = time.process_time()
    estimator.fit(X[train], y[train])
    seconds = time.process_time() - begin
    if not is_class:
        score = r2_score(y[test], estimator.predict(X[test]))
        return score, 1 - score, seconds
    if not hasattr(estimator, "predict_proba"):
        return accuracy_score(y[test], estimator.predict(X[test])), np.nan, seconds
    share = estimator.predict_proba(X[test])
    right = accuracy_score(y[test], estimator.classes_[share.argmax(axis=1)])
    return right, log_loss(y[test], share, labels=estimator.classes_), seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--only", default="")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    print("| data | augmentation | accuracy or R2 | difference | log-loss or 1 - R2 | s |")
    for name, load in data_sets(options.data):
        if options.only not in name:
            continue
        X, y, split = load()
        is_class, found = "R2" not in name, {}
        for seed in range(options.repeats):
            train, test = split(seed)
            for arm, estimator in arms(X, seed, is_class):
                scores = scores_of(estimator, X, y, train, test, is_class)
                found.setdefault(arm, []).append(scores)
        none = np.array(found["none"])
        for arm, scores in found.items():
            right, loss, seconds = np.mean(scores, axis=0)
            gain = np.array(scores)[:, 0] - none[:, 0]
            error = gain.std(ddof=1) / np.sqrt(len(gain))
            change = "" if arm == "none" else f"{gain.mean():+.4f} +- {error:.4f}"
            print(
                f"| {name} | {arm} | {right:.4f} | {change} | {loss:.3f} | {seconds:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
