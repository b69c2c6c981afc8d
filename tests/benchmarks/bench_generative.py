"""How faithful the rows of generators are, and what they cost: skaug beside CTGAN and TVAE.

The networks need the extra ``deep``.

Run by hand (figures go to docs/benchmarks.rst):

    python tests/benchmarks/bench_generative.py
    python tests/benchmarks/bench_generative.py --data FOLDER --only german satimage
    python tests/benchmarks/bench_generative.py --peer-python PATH --epochs 300 --max-rows 2000

Which tables there are without and with ``--data`` is told in compare_selection.py beside this
file. Half of the rows are learnt, at most ``--max-rows``, and as many are drawn with the labels
of the other half. C2ST is the area under the ROC curve of boosted trees that tell drawn rows
from those held out, labels included, in 3 folds: 0.5 is perfect, 1 is told at a glance. "real
rows" are the rows learnt themselves. Seconds are those of the processor, of one thread, for
learning and drawing.

``--peer-python`` is the interpreter of an environment of its own with the package ctgan, which
does not go with pandas 3. The peers refuse missing numbers, so for them the medians stand there,
in the real rows too. They draw labels themselves, so up to 21 times as many rows are drawn and of
each class as many kept as are asked for; what is lacking then stands in the last column. Their
defaults hold but for ``--epochs``. It prints a table in reStructuredText, a row as soon as it is
done.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from compare_selection import bundled_tables, printed, tables_of
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict, train_test_split
from threadpoolctl import threadpool_limits

from skaug import deep, generative

GENERATORS = {
    "SequentialCART": {},
    "AdversarialForest": {},
    "GaussianCopula": {},
    "KernelDensity": {},
    "KernelDensity, 0.3": {"bandwidth": 0.3},
    "FlowMatchingSampler": {},
    "VAESampler, prior": {"noise": "prior"},
    "GANSampler": {},
}
PEERS = ["TVAE", "CTGAN"]

PEER_SCRIPT = """
import sys, time, warnings
import numpy as np, pandas as pd, torch
import ctgan
warnings.simplefilter("ignore")
name, given, drawn, epochs, seed = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])
torch.set_num_threads(1)
table = pd.read_parquet(given)
counts = table["__y__"].value_counts()
texts = [column for column in table if not pd.api.types.is_numeric_dtype(table[column])]
begin = time.process_time()
np.random.seed(seed)
torch.manual_seed(seed)
model = getattr(ctgan, name)(epochs=epochs)
model.fit(table, texts)
rows = model.sample(len(table))
print(time.process_time() - begin)
for _ in range(20):
    found = rows["__y__"].value_counts().reindex(counts.index, fill_value=0)
    if (found >= counts).all():
        break
    rows = pd.concat([rows, model.sample(len(table))])
kept = [rows[rows["__y__"] == label].head(n) for label, n in counts.items()]
pd.concat(kept).to_parquet(drawn)
"""


def c2st(real, drawn, seed):
    """Area under the ROC curve of trees that tell drawn rows from real ones."""
    X = pd.concat([real, drawn], ignore_index=True)
    for name in X.columns[[not pd.api.types.is_numeric_dtype(dtype) for dtype in X.dtypes]]:
        X[name] = X[name].astype("category")
    is_drawn = np.repeat([0, 1], [len(real), len(drawn)])
    trees = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=seed)
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    share = cross_val_predict(trees, X, is_drawn, cv=folds, method="predict_proba")[:, 1]
    return roc_auc_score(is_drawn, share)


def split(X, y, max_rows, seed):
    """Halves of the rows, each class in both."""
    size = min(max_rows, len(y) // 2)
    return train_test_split(X, y, train_size=size, test_size=size, stratify=y, random_state=seed)


def labelled(X, y):
    """X and y as one frame."""
    frame = pd.DataFrame(X).rename(columns=str).reset_index(drop=True)
    return frame.assign(__y__=pd.Series(np.asarray(y)).astype(str))


def of_skaug(name, X, y, y_wanted, seed):
    """Rows of one generator, and the seconds they took."""
    where = deep if name.split(",")[0] in deep.__all__ else generative
    generator = getattr(where, name.split(",")[0])(**GENERATORS[name], random_state=seed)
    begin = time.process_time()
    X_new, y_new = generator.fit(X, y).sample(y=y_wanted)
    return labelled(X_new, y_new), time.process_time() - begin


def of_peer(name, table, interpreter, epochs, seed):
    """Rows of CTGAN or TVAE, and the seconds they took in their interpreter."""
    with tempfile.TemporaryDirectory() as folder:
        given, drawn = Path(folder) / "given.parquet", Path(folder) / "drawn.parquet"
        table.to_parquet(given)
        command = [interpreter, "-c", PEER_SCRIPT, name, given, drawn, epochs, seed]
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{name} failed in {interpreter}:\n{done.stderr}")
        return pd.read_parquet(drawn), float(done.stdout.splitlines()[-1])


def without_missing(table, like):
    """The table with the medians of another for missing numbers, and a level for missing text."""
    table = table.copy()
    for name in table:
        if pd.api.types.is_numeric_dtype(table[name]):
            table[name] = table[name].fillna(like[name].median())
        else:
            table[name] = (
                table[name].astype(object).where(table[name].notna(), "missing").astype(str)
            )
    return table


def reported(data, name, found, seconds, n_lacking=0):
    """Print the means and standard errors of a generator."""
    error = np.std(found, ddof=1) / np.sqrt(len(found)) if len(found) > 1 else np.nan
    score = f"{np.mean(found):.3f}" + (f" ± {error:.3f}" if len(found) > 1 else "")
    printed([data, name, score, f"{np.mean(seconds):.2f}", f"{n_lacking:.0%}"])


def run_skaug(data, X, y, options):
    """Measure the rows learnt themselves, and every generator of skaug."""
    halves = [split(X, y, options.max_rows, seed) for seed in range(options.repeats)]
    parts = [(labelled(train, a), labelled(held_out, b)) for train, held_out, a, b in halves]
    n = len(parts[0][0])
    data = f"{data}, {n:,}"
    found = [c2st(held_out, train, seed) for seed, (train, held_out) in enumerate(parts)]
    reported(data, "real rows", found, [0])
    for name in GENERATORS:
        found, seconds = [], []
        for seed, (train, _, y_train, y_held_out) in enumerate(halves):
            drawn, spent = of_skaug(name, train, y_train, y_held_out, seed)
            found.append(c2st(parts[seed][1], drawn, seed))
            seconds.append(spent)
        reported(data, name, found, seconds)
    return data, *parts[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of tables; default: those of skaug")
    parser.add_argument("--only", nargs="+", help="names of data sets")
    parser.add_argument("--max-rows", type=int, default=5000, help="rows to learn")
    parser.add_argument("--repeats", type=int, default=3, help="splits, of skaug's generators")
    parser.add_argument("--peer-python", help="interpreter with ctgan; default: skaug alone")
    parser.add_argument("--epochs", type=int, default=300, help="of the peers")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS)
    options = parser.parse_args()
    warnings.filterwarnings("ignore", category=UserWarning)  # classes of few distinct rows
    print(".. list-table::\n   :header-rows: 1\n")
    printed(["Data, rows learnt", "Generator", "C2ST", "CPU seconds", "Lacks"])
    for data, X, y in bundled_tables() if options.data is None else tables_of(options.data):
        if options.only and data not in options.only:
            continue
        data, train, held_out = run_skaug(data, X, y, options)
        if options.peer_python is None:
            continue
        train, held_out = without_missing(train, train), without_missing(held_out, train)
        for name in options.peers:
            drawn, spent = of_peer(name, train, options.peer_python, options.epochs, seed=0)
            lacking = 1 - len(drawn) / len(train)
            name = f"{name}, {options.epochs} epochs"
            reported(data, name, [c2st(held_out, drawn, 0)], [spent], lacking)


if __name__ == "__main__":
    with threadpool_limits(limits=1):  # on small tables threads only wait for one another
        main()
