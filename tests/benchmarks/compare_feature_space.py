"""Whether it helps to move rows in a space of features: against no resampling and plain samplers.

Run by hand (figures go to docs/benchmarks.rst):

    python tests/benchmarks/compare_feature_space.py
    python tests/benchmarks/compare_feature_space.py --data FOLDER --only satimage --untuned
    python tests/benchmarks/compare_feature_space.py --all-rows --models network

Which tables there are without and with ``--data`` is told in compare_selection.py beside this
file. All arms share the folds, the seeds and the tuning of the threshold; differences are to no
resampling, with the interval of Nadeau and Bengio. With ``--all-rows`` every row is augmented
once, as the papers do, and no class is balanced; the arm to beat then is the one with all rows
twice, which takes as many steps of a model trained in epochs. It prints a table in
reStructuredText, a data set as soon as it is done.
"""

import argparse
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from compare_selection import bundled_tables, models, printed, subset, tables_of
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaug.feature_space import (
    ClassGaussian,
    Extrapolate,
    FeatureSpaceSampler,
    Interpolate,
    MoEx,
)
from skaug.model_selection import compare_samplers
from skaug.over_sampling import SMOTE, RandomOverSampler
from skaug.perturbation import GaussianNoise

METRICS = ["average_precision", "log_loss", "balanced_accuracy"]
MODELS = ["logistic regression", "boosted trees", "network"]


def balancing(X):
    """Samplers that bring the rarer class to the size of the other."""
    named = {
        "RandomOverSampler": RandomOverSampler(),
        "SMOTE": SMOTE(),
        "Interpolate": Interpolate(sampling_strategy="auto"),
        "Extrapolate": Extrapolate(sampling_strategy="auto"),
        "GaussianNoise, by class": GaussianNoise(
            scale=0.5, by_class=True, sampling_strategy="auto"
        ),
        "ClassGaussian": ClassGaussian(),
        "SMOTE, quantiles": FeatureSpaceSampler(),
    }
    if not has_missing_numbers(X):
        space = make_pipeline(StandardScaler(), PCA(0.95))
        named["SMOTE, PCA"] = FeatureSpaceSampler(transformer=space)
    return named


def augmenting(X):
    """Samplers that make one row of each, whatever its class, and the control for them."""
    return {
        "all rows twice": RandomOverSampler(sampling_strategy=twice),
        "Interpolate": Interpolate(),
        "Extrapolate": Extrapolate(),
        "Extrapolate, quantiles": FeatureSpaceSampler(sampler=Extrapolate()),
        "GaussianNoise": GaussianNoise(),
        "GaussianNoise, by class": GaussianNoise(scale=0.5, by_class=True),
        "ClassGaussian": ClassGaussian(sampling_strategy=twice),
        "MoEx": MoEx(),
    }


def twice(y):
    """Ask for as many rows of each class again."""
    return {label: 2 * n for label, n in zip(*np.unique(y, return_counts=True), strict=True)}


def has_missing_numbers(X):
    """Whether a numeric column has missing values."""
    numbers = X.select_dtypes("number") if isinstance(X, pd.DataFrame) else pd.DataFrame(X)
    return bool(numbers.isna().to_numpy().any())


def named_models(X, names):
    """Yield the models asked for, with what they need before them."""
    known = dict(models(X))
    network = MLPClassifier((64,), learning_rate_init=0.005, max_iter=60)
    known["network"] = clone(known["logistic regression"]).set_params(logisticregression=network)
    for name in names:
        yield name, known[name]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of tables; default: those of skaug")
    parser.add_argument("--only", nargs="+", help="names of data sets")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    parser.add_argument("--all-rows", action="store_true", help="augment every row, balance none")
    parser.add_argument("--max-rows", type=int, default=5000)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--untuned", action="store_true", help="cut at 0.5, in a quarter the time")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    # classes of few distinct rows, networks that have not converged: the same in every fold
    warnings.filterwarnings("ignore", category=UserWarning)
    print(".. list-table::\n   :header-rows: 1\n")
    printed(["Data", "Model", "Arm", *METRICS])
    for name, X, y in bundled_tables() if options.data is None else tables_of(options.data):
        if options.only and name not in options.only:
            continue
        X, y = subset(X, y, options.max_rows)
        for model_name, model in named_models(X, options.models):
            found = compare_samplers(
                model,
                X,
                y,
                augmenting(X) if options.all_rows else balancing(X),
                scoring=METRICS,
                cv=options.folds,
                n_repeats=options.repeats,
                threshold=None if options.untuned else "balanced_accuracy",
                random_state=0,
                n_jobs=options.jobs,
            )
            rows = {(row.arm, row.metric): row for row in found.rows}
            for arm in found.arms:
                each = [rows[arm, metric] for metric in METRICS]
                printed(
                    [name, model_name, arm, *(row.difference_text or row.mean_text for row in each)]
                )


if __name__ == "__main__":
    main()
