"""Speed of Mixup against the plain formula and against copying memory.

Run by hand, on an otherwise idle machine (figures go to docs/benchmarks.rst):

    python tests/benchmarks/bench_mixing.py                          # the whole grid
    python tests/benchmarks/bench_mixing.py --shapes 10000x20 --repeats 3

The three run by turns in one process. 'plain' draws shares and partners and computes
``lam * X[i] + (1 - lam) * X[j]``; 'Mixup' is the whole call with ``keep_original=False``, which
makes as many rows, checks and labels included; 'copy' is `np.copyto` into fresh memory of that
size. GB/s count 24 bytes a cell of the mixtures in float64: two reads and a write.
"""

import argparse
import time
from statistics import median

import numpy as np

from skaug.mixing import Mixup

LABELS = ["hard", "bernoulli", "soft", "weighted"]


def plain(X, y, alpha, labels, rng):
    """The formula as it is mostly written, with the labels that belong to it."""
    n = len(X)
    lam = rng.beta(alpha, alpha, n)
    j = rng.permutation(n)
    made = lam[:, None] * X + (1 - lam)[:, None] * X[j]
    if labels == "weighted":
        return (
            np.concatenate([made, made]),
            np.concatenate([y, y[j]]),
            np.concatenate([lam, 1 - lam]),
        )
    if labels == "soft":
        one_hot = np.eye(int(y.max()) + 1)[y]
        return made, lam[:, None] * one_hot + (1 - lam)[:, None] * one_hot[j]
    return made, np.where(rng.random(n) < lam, y, y[j])


def copy(X):
    out = np.empty_like(X)
    np.copyto(out, X)
    return out


def timed(function, *args):
    start = time.perf_counter()
    function(*args)
    return time.perf_counter() - start


def measure(n_rows, n_columns, alpha, labels, dtype, repeats):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, n_columns)).astype(dtype)
    y = rng.integers(3, size=n_rows)
    sampler = Mixup(alpha=alpha, labels=labels, keep_original=False, random_state=0)
    spent = {"copy": [], "plain": [], "Mixup": []}
    for _ in range(repeats):
        spent["copy"].append(timed(copy, X))
        spent["plain"].append(timed(plain, X, y, alpha, labels, rng))
        spent["Mixup"].append(timed(sampler.fit_resample, X, y))
    return {name: median(times) for name, times in spent.items()}, X.nbytes


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shapes", nargs="+", default=["1000000x20", "100000x200"])
    parser.add_argument("--alphas", nargs="+", type=float, default=[1.0, 0.5, 0.2])
    parser.add_argument("--labels", nargs="+", choices=LABELS, default=["hard"])
    parser.add_argument("--dtypes", nargs="+", default=["float64"])
    parser.add_argument("--repeats", type=int, default=7)
    return parser.parse_args(arguments)


def main():
    options = parse()
    print("| shape | dtype | labels | alpha | copy ms | plain ms | Mixup ms | Mixup GB/s |"
          " copy GB/s | plain / Mixup | Mixup / copy |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for shape in options.shapes:
        n_rows, n_columns = map(int, shape.split("x"))
        for dtype in options.dtypes:
            for labels in options.labels:
                for alpha in options.alphas:
                    times, n_bytes = measure(
                        n_rows, n_columns, alpha, labels, dtype, options.repeats
                    )
                    copied, formula, mixed = (times[key] for key in ("copy", "plain", "Mixup"))
                    print(
                        f"| {n_rows:,} x {n_columns} | {dtype} | {labels} | {alpha} "
                        f"| {copied * 1e3:.1f} | {formula * 1e3:.1f} | {mixed * 1e3:.1f} "
                        f"| {3 * n_bytes / mixed / 1e9:.2f} | {2 * n_bytes / copied / 1e9:.2f} "
                        f"| {formula / mixed:.2f} | {mixed / copied:.2f} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
