"""``skaug resample``: write a table with synthetic rows added."""

import argparse
from typing import TYPE_CHECKING, Any

import numpy as np

from skaug.cli._errors import CommandError, as_command_error
from skaug.cli._methods import SAMPLERS, make_sampler
from skaug.cli._tables import check_suffix, read_table, split_target, write_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["run_resample"]

_MARK = "is_synthetic"


def run_resample(options: argparse.Namespace) -> None:
    """Read, resample, write; say what was made."""
    _check_output(options)
    table = read_table(options.file)
    if options.is_synthetic and _MARK in table.columns:
        raise CommandError(
            f"{str(options.file)!r} already has a column {_MARK!r}; rename it or leave out "
            "--is-synthetic."
        )
    resampled = _resampled(table, options)
    write_table(resampled, options.out)
    made = len(resampled) - len(table)
    method = SAMPLERS[options.method].label
    print(f"{method}: {len(table)} rows read, {made} made, {len(resampled)} written")
    before, after = table[options.target].value_counts(), resampled[options.target].value_counts()
    for label in before.index[before > 0]:
        print(f"  {options.target} = {label}: {before[label]} -> {after[label]}")
    print(f"wrote {options.out}")
    print("Train on this table only; test on rows that were left out before resampling.")


def _check_output(options: argparse.Namespace) -> None:
    """Refuse before the work is done what would fail after it."""
    check_suffix(options.out)
    if not options.out.parent.is_dir():
        raise CommandError(f"cannot write {str(options.out)!r}: there is no such folder.")
    if options.out.is_dir():
        raise CommandError(f"cannot write {str(options.out)!r}: it is a folder.")
    if options.out.resolve() == options.file.resolve():
        raise CommandError(f"--out {str(options.out)!r} would overwrite the input.")


def _resampled(table: "pd.DataFrame", options: argparse.Namespace) -> "pd.DataFrame":
    """Return the table with new rows at its end, the columns in their order and dtypes."""
    X, y = split_target(table, options.target, str(options.file))
    labels = np.array(y.tolist())
    sampler = make_sampler(options.method, options, np.unique(labels).tolist())
    with as_command_error():
        rows, labels, *_ = sampler.fit_resample(X, labels)
    target: Any = y.array[:0]._from_sequence(labels.tolist(), dtype=y.dtype)
    rows.insert(int(np.argmax(table.columns == options.target)), options.target, target)
    if options.is_synthetic:
        rows[_MARK] = sampler.is_synthetic_
    return rows
