"""Fidelity and time of the networks that draw images: digits of 8 x 8, and enlarged to 28 x 28.

Of rows drawn, as many as are held out: the accuracy on held-out rows of a classifier that has seen
nothing else, and precision and recall (k = 5). One process, one thread; run it alone.

    python tests/benchmarks/bench_deep.py [--large]
"""

import argparse
import time

import numpy as np
from scipy.ndimage import zoom
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

from skaug.deep import DeepSMOTE, FlowMatchingSampler, GANSampler, VAESampler
from skaug.metrics import precision_recall_density_coverage
from skaug.over_sampling import SMOTE


def arms(n_each):
    """Return what is compared, each to make `n_each` rows a class."""
    to_make = dict.fromkeys(range(10), n_each)
    settings = {"sampling_strategy": to_make, "random_state": 0}
    return {
        "SMOTE": SMOTE(**settings),
        "DeepSMOTE, residual": DeepSMOTE(image_shape=(8, 8), **settings),
        "DeepSMOTE, inverse": DeepSMOTE(image_shape=(8, 8), decode="inverse", **settings),
        **{
            f"VAESampler, {noise}": VAESampler(noise=noise, image_shape=(8, 8), **settings)
            for noise in ("residual", "posterior", "prior")
        },
        "FlowMatchingSampler": FlowMatchingSampler(image_shape=(8, 8), **settings),
        **{
            f"GANSampler, {loss}": GANSampler(loss=loss, image_shape=(8, 8), **settings)
            for loss in ("wgan-gp", "hinge", "misleading")
        },
    }


def digits():
    """Print one line for each arm on scikit-learn's digits."""
    X, y = load_digits(return_X_y=True)
    X, X_out, y, y_out = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)
    print(f"real rows: accuracy {SVC().fit(X, y).score(X_out, y_out):.3f}")
    n_each = np.bincount(y).max() + 60
    for name, sampler in arms(n_each).items():
        begin = time.perf_counter()
        X_res, y_res = sampler.fit_resample(X, y)
        seconds = time.perf_counter() - begin
        made = sampler.is_synthetic_
        accuracy = SVC().fit(X_res[made], y_res[made]).score(X_out, y_out)
        found = precision_recall_density_coverage(X_out, X_res[made])
        print(
            f"{name:20} {seconds:6.1f} s  accuracy {accuracy:.3f}  "
            f"precision {found.precision:.2f}  recall {found.recall:.2f}",
            flush=True,
        )


def large():
    """Print the time to learn 5,000 images of 28 x 28."""
    X, y = load_digits(return_X_y=True)
    rows = np.random.default_rng(0).integers(len(X), size=5000)
    images = np.stack([zoom(image, 3.5, order=1) for image in X.reshape(-1, 8, 8)])[rows]
    for sampler in (VAESampler(random_state=0), FlowMatchingSampler(random_state=0)):
        begin = time.perf_counter()
        sampler.fit(images, y[rows])
        name = type(sampler).__name__
        print(f"{name}, 5,000 images of 28 x 28: {time.perf_counter() - begin:.1f} s", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="28 x 28, too")
    asked = parser.parse_args()
    digits()
    if asked.large:
        large()
