"""``skaug compare``: read a table, compare methods on it, and write a small report."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from skaug import datasets
from skaug._core.extras import require
from skaug.cli._console import progress_bar, show_table
from skaug.cli._errors import CommandError, as_command_error
from skaug.cli._methods import METHODS, make_classifier, make_sampler
from skaug.cli._tables import read_table, split_target
from skaug.model_selection import SamplerComparison, compare_samplers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["run_compare"]

_MOST_CATEGORIES = 255  # what HistGradientBoostingClassifier takes


def run_compare(options: argparse.Namespace) -> None:
    """Describe the data, compare, show the table, write the report."""
    _check_extras(options)
    name, X, y = _read(options)
    _make_folder(options.out)
    X, left_out = _usable_columns(X)
    labels = np.array(y.tolist())
    _describe(name, X, y, left_out)
    comparison = _compare(X, labels, options)
    show_table(comparison)
    print(f"Conclusion: {comparison.conclusion()}")
    print(f"Wrote {', '.join(str(path) for path in _write(comparison, options))}")


def _check_extras(options: argparse.Namespace) -> None:
    require("pandas", "cli", "skaug compare")
    if not options.no_plot:
        require("matplotlib", "plot", "The plot (leave it out with --no-plot)").use("agg")


def _read(options: argparse.Namespace) -> tuple[str, "pd.DataFrame", "pd.Series[Any]"]:
    """Return the name of the table, its columns and its target."""
    if options.demo is not None:
        if options.file is not None or options.target is not None:
            raise CommandError("--demo brings its own table: leave out the file and --target.")
        bunch = getattr(datasets, f"load_{options.demo}")()
        return (
            f"{options.demo} (ships with skaug)",
            bunch.data,
            bunch.target.map(dict(enumerate(bunch.target_names))),
        )
    if options.file is None or options.target is None:
        raise CommandError("compare needs a file and --target COLUMN, or --demo.")
    table = read_table(options.file)
    X, y = split_target(table, options.target, str(options.file))
    return str(options.file), X, y


def _make_folder(folder: Path) -> None:
    """Make the folder of the report and see that it can be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".skaug-probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CommandError(
            f"cannot write to the folder {str(folder)!r}: {error.strerror}."
        ) from error


def _usable_columns(X: "pd.DataFrame") -> tuple["pd.DataFrame", dict[str, str]]:
    """Make text columns categories; leave out what no classifier here can use, and why."""
    columns: dict[str, Any] = {}
    left_out: dict[str, str] = {}
    for name in X.columns:
        column = X[name]
        kind = column.dtype.kind
        if kind in "iuf":
            whole = kind != "f" and not column.isna().any()
            columns[name] = column.astype("int64" if whole else "float64")
        elif kind in "bO":
            n_values = column.nunique()
            if n_values > min(_MOST_CATEGORIES, max(len(X) / 2, 2)):
                left_out[name] = f"{n_values} different values in {len(X)} rows"
            else:
                columns[name] = column.astype("category").cat.remove_unused_categories()
        else:
            left_out[name] = f"dtype {column.dtype}"
    if not columns:
        raise CommandError(f"no column of numbers or categories is left: {left_out}.")
    return X[list(columns)].assign(**columns), left_out


def _describe(name: str, X: "pd.DataFrame", y: "pd.Series[Any]", left_out: dict[str, str]) -> None:
    """Print what the table is."""
    counts = y.value_counts()
    categorical = int(sum(str(dtype) == "category" for dtype in X.dtypes))
    print(f"Table      {name}")
    print(f"Rows       {len(X)}")
    print(f"Columns    {X.shape[1]}, of them {categorical} categorical")
    print(f"Missing    {int(X.isna().sum().sum())} values")
    print(f"Target     {y.name}: " + ", ".join(f"{k} {n}" for k, n in counts.items() if n))
    for column, reason in left_out.items():
        print(f"Left out   {column} ({reason})")


def _compare(X: "pd.DataFrame", y: NDArray[Any], options: argparse.Namespace) -> SamplerComparison:
    """Run the comparison with a progress bar."""
    classes = np.unique(y).tolist()
    arms: dict[str, Any] = {METHODS["none"].label: None}
    for name in options.methods:
        method = METHODS[name]
        if method.sampler is not None:
            arms[method.label] = make_sampler(name, options, classes)
        elif name == "class_weight":
            arms[method.label] = "class_weight"
    _probe(arms, X, y, options.folds)
    with progress_bar(len(arms) * options.folds * options.repeats) as step, as_command_error():
        return compare_samplers(
            make_classifier(options.estimator, options.random_state),
            X,
            y,
            arms,
            cv=options.folds,
            n_repeats=options.repeats,
            class_weight=False,
            pos_label=_positive_class(options.pos_label, classes),
            random_state=options.random_state,
            n_jobs=options.n_jobs,
            progress=step,
        )


def _probe(arms: dict[str, Any], X: "pd.DataFrame", y: NDArray[Any], folds: int) -> None:
    """Try each sampler on as few rows of each class as it will ever get, before the long run."""
    members = [np.flatnonzero(y == label) for label in np.unique(y)]
    if min(len(rows) for rows in members) < max(folds, 4):
        return  # compare_samplers says how many rows it needs
    kept = []
    for rows in members:
        n_train = len(rows) - -(-len(rows) // folds)
        kept.append(rows[: n_train - -(-n_train // 3)])  # the inner cross-validation has 3 folds
    rows = np.sort(np.concatenate(kept))
    for arm in arms.values():
        if hasattr(arm, "fit_resample"):
            with as_command_error(f"in a training part of {folds}-fold cross-validation, "):
                clone(arm).fit_resample(X.iloc[rows], y[rows])


def _positive_class(text: str | None, classes: list[Any]) -> Any:
    """Return the class that `text` names."""
    if text is None:
        return None
    for label in classes:
        if str(label) == text:
            return label
    raise CommandError(f"--pos-label {text!r} is not a class: {', '.join(map(str, classes))}.")


def _write(comparison: SamplerComparison, options: argparse.Namespace) -> list[Path]:
    """Write the table, the scores of every fold and the plot; return where they are."""
    paths = [options.out / "comparison.csv", options.out / "folds.csv"]
    comparison.frame().to_csv(paths[0], index=False)
    comparison.fold_frame().to_csv(paths[1], index=False)
    if not options.no_plot:
        paths.append(options.out / "comparison.png")
        figure = comparison.plot()
        figure.savefig(paths[-1], dpi=150)
        require("matplotlib.pyplot", "plot", "The plot").close(figure)
    return paths
