"""Whether mixing helps a network, with the control that its doubled rows call for.

Run by hand (figures go to docs/benchmarks.rst):

    python tests/benchmarks/compare_mixing.py

A sampler that returns 2n rows doubles the steps of a model trained in epochs. So each arm is
compared with one that takes as many steps: the original rows, once or repeated. The mixtures are
drawn anew in every epoch.
"""

import argparse

import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, load_wine, make_classification
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaug.epoch_augmented import EpochAugmentedClassifier, OnOffSchedule
from skaug.mixing import Mixup, SamplePairing
from skaug.over_sampling import RandomOverSampler


def tables():
    """Four small tables; in the last every seventh label or so is wrong."""
    X, y = load_digits(return_X_y=True)
    keep = np.random.default_rng(0).permutation(len(y))[:400]
    yield "digits, 400 rows", X[keep], y[keep]
    yield "breast cancer", *load_breast_cancer(return_X_y=True)
    yield "wine", *load_wine(return_X_y=True)
    noisy = make_classification(600, 20, n_informative=8, flip_y=0.3, random_state=0)
    yield "made up, noisy labels", *noisy


def twice(y):
    """Ask for every row once more."""
    return {label: 2 * n for label, n in zip(*np.unique(y, return_counts=True), strict=True)}


def arms(n_epochs):
    """Return the models, by name; those of a pair take the same number of steps."""
    network = MLPClassifier((64,), learning_rate_init=0.005, random_state=0)
    base = EpochAugmentedClassifier(network, None, n_epochs=n_epochs, random_state=0)
    mixup = Mixup(alpha=0.4, keep_original=False)
    paired = SamplePairing(keep_original=False)
    schedule = {"schedule": OnOffSchedule(), "fine_tuning": 0.2}
    return {
        "none": base,
        "Mixup": clone(base).set_params(sampler=mixup),
        "SamplePairing, schedule": clone(base).set_params(sampler=paired, **schedule),
        "none, rows repeated": clone(base).set_params(
            sampler=RandomOverSampler(sampling_strategy=twice)
        ),
        "rows and Mixup": clone(base).set_params(sampler=Mixup(alpha=0.4)),
        "rows and same-class Mixup": clone(base).set_params(
            sampler=Mixup(alpha=0.4, pairs="same_class")
        ),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--repeats", type=int, default=2)
    options = parser.parse_args()
    for name, X, y in tables():
        scores = {}
        for repeat in range(options.repeats):
            folds = StratifiedKFold(5, shuffle=True, random_state=repeat)
            for train, test in folds.split(X, y):
                for arm, model in arms(options.epochs).items():
                    fitted = make_pipeline(StandardScaler(), model).fit(X[train], y[train])
                    share = fitted.predict_proba(X[test])
                    right = accuracy_score(y[test], fitted.classes_[share.argmax(axis=1)])
                    scores.setdefault(arm, []).append((log_loss(y[test], share), right))
        for arm, found in scores.items():
            loss, right = np.mean(found, axis=0)
            error = np.std([each[0] for each in found], ddof=1) / np.sqrt(len(found))
            print(f"| {name} | {arm} | {loss:.3f} +- {error:.3f} | {right:.3f} |", flush=True)


if __name__ == "__main__":
    main()
