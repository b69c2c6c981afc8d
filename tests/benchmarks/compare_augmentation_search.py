"""Whether density matching finds augmenters that help: AugmentationSearchCV by its settings.

Run by hand (figures go to docs/benchmarks.rst):

    python tests/benchmarks/compare_augmentation_search.py
    python tests/benchmarks/compare_augmentation_search.py --rows 300 --seeds 5 --models SVC

On scikit-learn's digits, trained on few of them, with the same 31 candidates for all arms:
"density alone" is what Fast AutoAugment does (4 fits), "all" refits every candidate (97), the
others refit a few (13 to 22), and "5 at random" takes five that were drawn blindly. It prints the
gain in accuracy on all other digits over no augmentation, mean and standard error over the seeds.
"""

import argparse

import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaug.image import (
    ElasticTransform,
    GaussianBlur,
    GaussianNoise,
    Invert,
    RandomAffine,
    RandomErasing,
    RandomFlip,
    RandomGamma,
)
from skaug.mixing import CutMix, Mixup
from skaug.model_selection import AugmentationSearchCV

SHAPE = {"image_shape": (8, 8)}
STILL = RandomAffine(degrees=0, translate=0, scale=(1, 1), **SHAPE)
SAMPLERS = {
    "rotate": (STILL, {"degrees": [2, 5, 10, 15, 25, 45]}),
    "shift": (STILL, {"translate": [0.03, 0.06, 0.125, 0.25]}),
    "scale": (STILL, {"scale": [(1 - by, 1 + by) for by in (0.05, 0.1, 0.2, 0.4)]}),
    "blur": (GaussianBlur(**SHAPE), {"sigma": [(by, by) for by in (0.3, 0.6, 1.0, 2.0)]}),
    "noise": (GaussianNoise(**SHAPE), {"scale": [0.02, 0.05, 0.1, 0.2, 0.4]}),
    "flip": RandomFlip(p=1, **SHAPE),
    "erase": RandomErasing(p=1, **SHAPE),
    "elastic": ElasticTransform(**SHAPE),
    "invert": Invert(**SHAPE),
    "gamma": RandomGamma(**SHAPE),
    "mixup": (Mixup(), {"alpha": [0.2, 1.0]}),
    "cutmix": CutMix(),
}
MODELS = {
    "SVC": SVC(),
    "k neighbours": KNeighborsClassifier(3),
    "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(C=0.1)),
    "random forest": RandomForestClassifier(60, random_state=0),
}
ARMS = {
    "density alone": {"n_finalists": 0},
    "3 finalists": {"n_finalists": 3},
    "5 finalists": {},
    "5 finalists, best 3 together": {"n_best": 3},
    "all": {"n_finalists": None},
}


def gains(model, rows, seed):
    """The gain of each arm over no augmentation, on one draw of training rows."""
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, train_size=rows, stratify=y, random_state=seed)
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    base = model.fit(X, y).score(X_test, y_test)
    found = {}
    for name, settings in ARMS.items():
        search = AugmentationSearchCV(model, SAMPLERS, cv=folds, random_state=seed, **settings)
        search.fit(X, y)
        found[name] = search.score(X_test, y_test) - base
    found["5 at random"] = blind(search, X, y, X_test, y_test, seed) - base
    return found


def blind(search, X, y, X_test, y_test, seed):
    """The score with the best of five candidates that were drawn, by the table of all refits."""
    scores = search.cv_results_["mean_test_score"]
    drawn = np.random.default_rng(seed).choice(np.arange(1, len(scores)), 5, replace=False)
    considered = np.r_[0, np.sort(drawn)]
    best = int(considered[np.argmax(scores[considered])])
    again = search.set_params(refit=lambda results: best).fit(X, y)
    return again.score(X_test, y_test)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    options = parser.parse_args()
    every = []
    for rows in options.rows:
        for name in options.models:
            seeds = range(options.first_seed, options.first_seed + options.seeds)
            table = [gains(MODELS[name], rows, seed) for seed in seeds]
            every += table
            report(f"{name}, {rows} rows", table)
    report("all", every)


def report(title, table):
    """Print mean and standard error of the gains, in points of accuracy."""
    print(title)
    for arm in table[0]:
        values = 100 * np.array([row[arm] for row in table])
        error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
        print(f"  {arm:<30} {values.mean():+.2f} ± {error:.2f}", flush=True)


if __name__ == "__main__":
    main()
