"""Time of skaug's neighbour search side by side with scikit-learn's.

Run by hand, on an otherwise idle machine (figures go to docs/benchmarks.rst):

    python tests/benchmarks/bench_neighbors.py                    # the whole grid
    python tests/benchmarks/bench_neighbors.py --rows 10000 --columns 32

All run in one process on the same rows, by turns; the table gives medians, and the ratios of
scikit-learn's own choice to skaug's (above 1: skaug is faster), with the required
dependencies and with the extra `fast` where Numba is installed. Both engines of skaug must
return the same rows.
"""

import argparse
import time
from statistics import median

import numpy as np
from sklearn.neighbors import KDTree, NearestNeighbors

from skaug.neighbors import _loops, kneighbors

K = 5


def make_rows(n_rows, n_columns, kind, seed=0):
    """Isotropic columns, or at most ten intrinsic dimensions plus a little noise."""
    rng = np.random.default_rng(seed)
    if kind == "isotropic":
        return rng.normal(size=(n_rows, n_columns))
    rank = min(10, n_columns // 2)
    X = rng.normal(size=(n_rows, rank)) @ rng.normal(size=(rank, n_columns))
    return X + 0.05 * rng.normal(size=X.shape)


def by_choice(X):
    NearestNeighbors(n_neighbors=K + 1).fit(X).kneighbors(X, return_distance=False)


def by_tree(X):
    KDTree(X).query(X, K + 1, return_distance=False)


def plain(X):
    has_numba, _loops.has_numba = _loops.has_numba, lambda: False
    try:
        return kneighbors(X, K)
    finally:
        _loops.has_numba = has_numba


def compiled(X):
    return kneighbors(X, K)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", nargs="+", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--columns", nargs="+", type=int, default=[8, 32, 128])
    parser.add_argument("--kinds", nargs="+", default=["isotropic", "low rank"])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--budget", type=float, default=60.0, help="seconds a case at most")
    parser.add_argument("--no-tree", action="store_true", help="leave scikit-learn's KDTree out")
    options = parser.parse_args()
    searches = {"scikit-learn": by_choice, "its KDTree": by_tree, "skaug": plain}
    if options.no_tree:
        del searches["its KDTree"]
    if _loops.has_numba():
        searches["skaug[fast]"] = compiled
        _loops._IMPORT_PAIRS = _loops._MANY
        compiled(make_rows(10_000, 3, "isotropic"))  # compiles
    ours = [name for name in searches if name.startswith("skaug")]
    header = "| rows | columns | data |" + "".join(f" {name} s |" for name in searches)
    header += "".join(f" ratio {name} |" for name in ours)
    print(header, "|" + "---|" * (header.count("|") - 1), sep="\n", flush=True)
    ratios = {name: [] for name in ours}
    for kind in options.kinds:
        for n_rows in options.rows:
            for n_columns in options.columns:
                X = make_rows(n_rows, n_columns, kind)
                spent = {name: [] for name in searches}
                begin = time.perf_counter()
                found = {}
                for _ in range(options.repeats):
                    for name, search in searches.items():
                        start = time.perf_counter()
                        found[name] = search(X)
                        spent[name].append(time.perf_counter() - start)
                    if time.perf_counter() - begin > options.budget:
                        break
                for name in ours[1:]:
                    np.testing.assert_array_equal(found[name], found["skaug"])
                line = f"| {n_rows:,} | {n_columns} | {kind} |"
                line += "".join(f" {median(times):.4f} |" for times in spent.values())
                for name in ours:
                    ratio = median(spent["scikit-learn"]) / median(spent[name])
                    ratios[name].append(ratio)
                    line += f" {ratio:.1f} |"
                print(line, flush=True)
    for name, values in ratios.items():
        mean = np.exp(np.mean(np.log(values)))
        print(f"\n{name}: geometric mean {mean:.2f}, smallest {min(values):.2f}")


if __name__ == "__main__":
    main()
