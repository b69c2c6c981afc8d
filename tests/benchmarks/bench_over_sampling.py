"""Time and memory of skaug's over-samplers side by side with imbalanced-learn's.

Run by hand, on an otherwise idle machine (figures go to docs/benchmarks.rst):

    python tests/benchmarks/bench_over_sampling.py                 # the whole grid
    python tests/benchmarks/bench_over_sampling.py --rows 10000 --samplers SMOTE

Both libraries run in one process on the same data, by turns; the table gives medians and
ratios to imbalanced-learn (above 1: skaug is faster). Where Numba is installed skaug runs
without its kernels and with them. They are loaded before, which is timed apart: a process does
that once, and by itself where it pays. Memory is measured in a process of its own: the peak
resident size above what stood before the data, as a multiple of input plus output.
"""

import argparse
import ctypes
import json
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, nullcontext
from statistics import median
from unittest import mock

import imblearn.over_sampling as peer
import numpy as np

import skaug.over_sampling as ours
from skaug._core import batch
from skaug._core.compiled import has_numba
from skaug.neighbors import _loops, kneighbors

N_CATEGORICAL, N_LEVELS = 10, 20
KERNELS = [(8, "isotropic"), (128, "isotropic")]  # by a sweep, and by blocks


def make_table(n_rows, n_columns, share, kind, seed=0):
    """Two classes; isotropic columns, or ten intrinsic dimensions plus a little noise."""
    rng = np.random.default_rng(seed)
    if kind == "low rank" and n_columns > 10:
        X = rng.normal(size=(n_rows, 10)) @ rng.normal(size=(10, n_columns))
        X += 0.05 * rng.normal(size=X.shape)
    else:
        X = rng.normal(size=(n_rows, n_columns))
    y = np.zeros(n_rows, dtype=int)
    y[rng.permutation(n_rows)[: round(share * n_rows)]] = 1
    return X, y


def make_samplers(name, n_columns):
    if name == "SMOTENC":
        categorical = list(range(min(N_CATEGORICAL, n_columns // 2)))
        return [
            library.SMOTENC(categorical_features=categorical, random_state=0)
            for library in (peer, ours)
        ]
    if name == "KMeansSMOTE":
        settings = {"cluster_balance_threshold": 0.01, "random_state": 0}
        return [library.KMeansSMOTE(**settings) for library in (peer, ours)]
    return [getattr(library, name)(random_state=0) for library in (peer, ours)]


def make_case(name, n_rows, n_columns, share, kind):
    X, y = make_table(n_rows, n_columns, share, kind)
    n_categorical = {"SMOTENC": min(N_CATEGORICAL, n_columns // 2), "SMOTEN": n_columns}
    if name in n_categorical:
        shape = n_rows, n_categorical[name]
        X[:, : shape[1]] = np.random.default_rng(1).integers(N_LEVELS, size=shape)
    if name == "KMeansSMOTE":
        X[y == 1] /= 4  # for imbalanced-learn needs a cluster of its own
    return X, y


@contextmanager
def without_numba():
    """Let skaug do what it does where Numba is not installed."""
    with ExitStack() as stack:
        for module, name in ((_loops, "has_numba"), (batch, "is_loaded")):
            stack.enter_context(mock.patch.object(module, name, return_value=False))
        yield


def time_case(case, repeats, budget):
    """Return the median time of each arm."""
    X, y = make_case(*case)
    theirs, mine = make_samplers(case[0], case[2])
    arms = {"peer": (theirs, nullcontext), "skaug": (mine, without_numba)}
    if has_numba():
        arms["skaug[fast]"] = mine, nullcontext
    spent = {arm: [] for arm in arms}
    begin = time.perf_counter()
    for _ in range(repeats):
        for arm, (sampler, setting) in arms.items():
            with setting():
                start = time.perf_counter()
                sampler.fit_resample(X, y)
                spent[arm].append(time.perf_counter() - start)
        if time.perf_counter() - begin > budget:
            break
    return {arm: median(times) for arm, times in spent.items()}


def load_kernels():
    """Return how long it takes to import Numba and read the kernels that SMOTE uses."""
    searches = [make_table(8_000, n_columns, 1, kind)[0] for n_columns, kind in KERNELS]
    start = time.perf_counter()
    _loops.count_plain(_loops._IMPORT_SECONDS)  # as if much had been searched before
    for X in searches:
        kneighbors(X, 5)
    ours.SMOTE(k_neighbors=1).fit_resample(*make_table(20_000, 32, 0.01, "isotropic"))
    took = time.perf_counter() - start
    for name in ("neighbors._sweep_numba", "neighbors._tile_numba", "_core._interpolate_numba"):
        assert f"skaug.{name}" in sys.modules, name
    return took


def status(key):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(key))


def give_back_freed():
    """Let neither what was freed so far count, nor its being used again go uncounted."""
    ctypes.CDLL(None).malloc_trim(0)


def measure_memory(case, which):
    """Return peak / (input + output), both libraries loaded and warm before the data is made."""
    sampler = make_samplers(case[0], case[2])[which]
    if has_numba():
        load_kernels()
    sampler.fit_resample(*make_case(case[0], 200, *case[2:3], 0.1, case[4]))
    give_back_freed()
    before = status("VmRSS")
    X, y = make_case(*case)
    give_back_freed()
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # resets the peak
    X_res, y_res = sampler.fit_resample(X, y)
    peak = status("VmHWM") - before
    return peak / (X.nbytes + y.nbytes + X_res.nbytes + y_res.nbytes)


def memory_in_child(case, which):
    command = [sys.executable, __file__, "--memory", json.dumps([*case, which])]
    done = subprocess.run(command, capture_output=True, text=True)
    return float(done.stdout) if done.returncode == 0 else float("nan")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samplers", nargs="+", default=["RandomOverSampler", "SMOTE", "SMOTENC"])
    parser.add_argument("--rows", nargs="+", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--columns", nargs="+", type=int, default=[8, 32, 128])
    parser.add_argument("--shares", nargs="+", type=float, default=[0.01, 0.1])
    parser.add_argument("--kinds", nargs="+", default=["isotropic", "low rank"])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--budget", type=float, default=60.0, help="seconds a case at most")
    parser.add_argument("--no-memory", action="store_true")
    parser.add_argument("--memory", help=argparse.SUPPRESS)
    parser.add_argument("--load", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load:
        print(load_kernels())
        return
    if options.memory:
        *case, which = json.loads(options.memory)
        print(measure_memory(case, which))
        return
    if has_numba():
        load_kernels()  # compiles them, where that was never done
        command = [sys.executable, __file__, "--load"]
        took = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        print(f"Numba and its kernels were loaded in {float(took):.2f} s, apart from the table.\n")
    arms = ["skaug", "skaug[fast]"] if has_numba() else ["skaug"]
    header = "| sampler | rows | columns | minority | data | peer s |"
    header += "".join(f" {arm} s | ratio |" for arm in arms)
    header += "" if options.no_memory else " peer memory | skaug memory |"
    print(header, "|" + "---|" * (header.count("|") - 1), sep="\n", flush=True)
    ratios = {}
    for name in options.samplers:
        for kind in options.kinds:
            for n_rows in options.rows:
                for n_columns in options.columns:
                    for share in options.shares:
                        if kind == "low rank" and n_columns <= 10:
                            continue
                        case = (name, n_rows, n_columns, share, kind)
                        took = time_case(case, options.repeats, options.budget)
                        line = f"| {name} | {n_rows:,} | {n_columns} | {share:.0%} | {kind} "
                        line += f"| {took['peer']:.3f} |"
                        for arm in arms:
                            ratio = took["peer"] / took[arm]
                            ratios.setdefault((name, arm), []).append(ratio)
                            line += f" {took[arm]:.3f} | {ratio:.1f} |"
                        if not options.no_memory:
                            line += "".join(f" {memory_in_child(case, i):.2f} |" for i in (0, 1))
                        print(line, flush=True)
    print()
    for (name, arm), found in ratios.items():
        mean = np.exp(np.mean(np.log(found)))
        print(f"{name}, {arm}: geometric mean {mean:.2f}, smallest {min(found):.2f}")


if __name__ == "__main__":
    main()
