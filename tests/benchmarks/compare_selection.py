"""Whether it helps to select among SMOTE's rows: every scorer against SMOTE as it is.

Run by hand (figures go to docs/benchmarks.rst):

    python tests/benchmarks/compare_selection.py
    python tests/benchmarks/compare_selection.py --data FOLDER --only satimage --untuned

Without ``--data`` the tables that come with skaug are used. A folder holds numeric tables as
NAME.npz with X and y, and mixed ones as NAME.parquet with a column whose name begins with
``__target__``; those with more than two labels are left out. All arms share the folds, the
seeds and the tuning of the decision threshold. The rows of SMOTE have means, all others their
differences to it with the interval of Nadeau and Bengio. It prints a table in reStructuredText.
"""

import argparse
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skaug.datasets import load_ecoli, load_german, load_hypothyroid
from skaug.model_selection import compare_samplers
from skaug.over_sampling import SMOTE
from skaug.selection import (
    ConfidenceScorer,
    DensityScorer,
    ElkanNotoScorer,
    IPFScorer,
    MinRankScorer,
    NeighborhoodScorer,
    PUBaggingScorer,
    SelectedSampler,
    SpyScorer,
)

_ENOUGH_TO_SPY = 30  # rows of a class, of which some are held out
METRICS = ["average_precision", "log_loss", "balanced_accuracy"]
ARMS = {
    "density": (DensityScorer(), "count"),
    "density, 0.1": (DensityScorer(), 0.1),
    "neighborhood": (NeighborhoodScorer(), "count"),
    "neighborhood, 0.6": (NeighborhoodScorer(), 0.6),
    "confidence": (ConfidenceScorer(), "count"),
    "density and confidence": (MinRankScorer([DensityScorer(), ConfidenceScorer()]), "count"),
    "IPF": (IPFScorer(), "count"),
    "PU bagging": (PUBaggingScorer(), "count"),
    "Elkan-Noto": (ElkanNotoScorer(), "count"),
    "spy": (SpyScorer(), "count"),
}


def bundled_tables():
    """The tables of skaug.datasets, with two classes."""
    X, site = load_ecoli(return_X_y=True)
    yield "ecoli, imU", X, (site == 4).astype(int).to_numpy()
    X, y = load_german(return_X_y=True)
    yield "german", X, y.to_numpy()
    X, y = load_hypothyroid(return_X_y=True)
    yield "hypothyroid", X, y.to_numpy()


def tables_of(folder):
    """The tables in a folder that have two labels."""
    for path in sorted([*folder.glob("*.npz"), *folder.glob("*.parquet")]):
        if path.suffix == ".npz":
            with np.load(path) as arrays:
                X, y = arrays["X"], arrays["y"]
        else:
            table = pd.read_parquet(path)
            target = [name for name in table if str(name).startswith("__target__")]
            X, y = table.drop(columns=target), table[target].to_numpy().squeeze()
        if X.ndim == 2 and y.ndim == 1 and len(np.unique(y)) == 2:
            yield path.stem, X, y


def models(X):
    """A linear model and boosted trees that cope with the columns of X."""
    numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    if isinstance(X, pd.DataFrame):
        categories = make_column_selector(dtype_include=["category", "string", object, bool])
        one_hot = OneHotEncoder(handle_unknown="ignore", min_frequency=5)
        numbers = make_column_transformer((one_hot, categories), remainder=numbers)
    yield "logistic regression", make_pipeline(numbers, LogisticRegression(max_iter=2000))
    yield "boosted trees", HistGradientBoostingClassifier(categorical_features="from_dtype")


def arms(names, as_weights, n_minority):
    """SMOTE, and the best of its rows by each scorer: by rank, or from a threshold on."""
    selected = {}
    for name in names:
        scorer, keep = ARMS[name]
        if isinstance(scorer, SpyScorer) and n_minority < _ENOUGH_TO_SPY:
            continue
        if keep == "count" or not as_weights:
            selected[name] = SelectedSampler(SMOTE(), scorer, keep=keep, as_weights=as_weights)
    return {"SMOTE": SMOTE(), **selected}


def subset(X, y, max_rows):
    """At most so many rows, with the same share of each class."""
    if len(y) <= max_rows:
        return X, y
    keep, _ = train_test_split(np.arange(len(y)), train_size=max_rows, stratify=y, random_state=0)
    return (X.iloc[keep] if isinstance(X, pd.DataFrame) else X[keep]), y[keep]


def printed(cells):
    """Print one row of a list-table."""
    for position, cell in enumerate(cells):
        print(f"   {'*' if position == 0 else ' '} - {cell}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of tables; default: those of skaug")
    parser.add_argument("--only", nargs="+", help="names of data sets")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    parser.add_argument("--max-rows", type=int, default=5000)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--untuned", action="store_true", help="cut at 0.5, in a quarter the time")
    parser.add_argument("--as-weights", action="store_true", help="keep all, weighted")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    # few rows that reach a threshold, classes of few distinct rows: the same in every fold
    warnings.filterwarnings("ignore", category=UserWarning)
    print(".. list-table::\n   :header-rows: 1\n")
    printed(["Data", "Model", "Arm", *METRICS])
    for name, X, y in bundled_tables() if options.data is None else tables_of(options.data):
        if options.only and name not in options.only:
            continue
        X, y = subset(X, y, options.max_rows)
        for model_name, model in models(X):
            found = compare_samplers(
                model,
                X,
                y,
                arms(options.arms, options.as_weights, np.bincount(y.astype(int)).min()),
                scoring=METRICS,
                n_repeats=options.repeats,
                threshold=None if options.untuned else "balanced_accuracy",
                random_state=0,
                n_jobs=options.jobs,
            )
            to_smote = replace(found, baseline="SMOTE")
            rows = {(row.arm, row.metric): row for row in to_smote.rows}
            for arm in to_smote.arms:
                each = [rows[arm, metric] for metric in METRICS]
                printed(
                    [name, model_name, arm, *(row.difference_text or row.mean_text for row in each)]
                )


if __name__ == "__main__":
    main()
