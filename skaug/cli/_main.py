"""The parser, and the one place where errors become a line on stderr."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from skaug._core.extras import MissingExtraError
from skaug.cli._compare import run_compare
from skaug.cli._errors import CommandError
from skaug.cli._methods import CLASSIFIERS, METHODS, SAMPLERS
from skaug.cli._resample import run_resample

__all__ = ["main"]

_EXAMPLES = """\
examples:
  skaug compare --demo
  skaug compare train.csv --target y --out report/
  skaug resample train.csv --target y --method smote --out balanced.parquet
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, without the usage before it, and stop."""
        self.exit(2, f"skaug: error: {message} (see `{self.prog} --help`)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 2 for bad input, 130 if interrupted.

    Parameters
    ----------
    argv : sequence of str, default=None
        The arguments; None takes those of the process.

    Returns
    -------
    code : int
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # "±" on a terminal that has none
    options = _parser().parse_args(argv)
    try:
        options.run(options)
    except (CommandError, MissingExtraError) as error:
        print(f"skaug: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("skaug: stopped", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="skaug",
        description="Over-sampling for scikit-learn: does it help, and the rows it makes.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    _add_compare(commands.add_parser("compare", help=_COMPARE, description=_COMPARE))
    _add_resample(commands.add_parser("resample", help=_RESAMPLE, description=_RESAMPLE))
    return parser


_COMPARE = (
    "cross-validate a classifier with and without resampling, and say which differences are "
    "more than chance"
)
_RESAMPLE = "write a table with synthetic rows added; for training only, never for testing"
_FILE = "a table, .csv, .tsv (either may be .gz) or .parquet"
_TARGET = "the column with the classes"


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=run_compare)
    parser.add_argument("file", nargs="?", type=Path, help=_FILE)
    parser.add_argument("--target", metavar="COLUMN", help=_TARGET)
    parser.add_argument(
        "--demo",
        nargs="?",
        const="hypothyroid",
        choices=("hypothyroid", "german"),
        help="use a table that ships with skaug (default: hypothyroid)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("skaug-report"),
        metavar="FOLDER",
        help="where the plot and the scores go (default: skaug-report)",
    )
    parser.add_argument(
        "--estimator",
        choices=CLASSIFIERS,
        default=CLASSIFIERS[0],
        help="the classifier (default: %(default)s)",
    )
    parser.add_argument(
        "--methods",
        type=_methods,
        default=list(METHODS),
        metavar="M,M",
        help=f"comma-separated, of {', '.join(METHODS)} (default: all); none is always there",
    )
    parser.add_argument("--folds", type=_folds, default=5, metavar="N", help="folds (default: 5)")
    parser.add_argument(
        "--repeats", type=_positive, default=2, metavar="N", help="draws of folds (default: 2)"
    )
    parser.add_argument(
        "--pos-label", metavar="CLASS", help="the positive class (default: the rarer of two)"
    )
    parser.add_argument(
        "--n-jobs", type=int, default=-1, metavar="N", help="processes (default: all cores)"
    )
    parser.add_argument("--no-plot", action="store_true", help="do not draw the plot")
    _add_sampler_options(parser)


def _add_resample(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=run_resample)
    parser.add_argument("file", type=Path, help=_FILE)
    parser.add_argument("--target", metavar="COLUMN", required=True, help=_TARGET)
    parser.add_argument(
        "--method", choices=list(SAMPLERS), default="smote", help="how (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=f"where to write: {_FILE}"
    )
    parser.add_argument(
        "--is-synthetic", action="store_true", help="add a column is_synthetic to the result"
    )
    _add_sampler_options(parser)


def _add_sampler_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sampling-strategy",
        metavar="S",
        help="how many rows to make: a ratio such as 0.5, a name such as auto (the default: "
        "balance all classes), or counts such as fraud=500,other=300",
    )
    parser.add_argument(
        "--k-neighbors", type=_positive, metavar="K", help="neighbours of SMOTE (default: 5)"
    )
    parser.add_argument(
        "--random-state", type=_seed, default=0, metavar="SEED", help="seed (default: 0)"
    )


def _positive(text: str) -> int:
    return _integer(text, at_least=1)


def _folds(text: str) -> int:
    return _integer(text, at_least=2)


def _seed(text: str) -> int:
    return _integer(text, at_least=0)


def _integer(text: str, at_least: int) -> int:
    if not text.strip().isdecimal() or int(text) < at_least:
        raise argparse.ArgumentTypeError(
            f"must be a whole number of at least {at_least}, got {text!r}"
        )
    return int(text)


def _methods(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in METHODS:
            raise argparse.ArgumentTypeError(
                f"unknown method {name!r}; choose from {', '.join(METHODS)}"
            )
    if set(names) == {"none"}:
        raise argparse.ArgumentTypeError("name a method to compare with none")
    return names
