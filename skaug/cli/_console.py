"""What is shown while a comparison runs and after: rich on a terminal, plain text elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from skaug.model_selection import SamplerComparison

__all__ = ["progress_bar", "show_table"]

_STYLES = {"gain": "bold green", "loss": "red", "no evidence of gain": "dim", "baseline": "dim"}


@contextmanager
def progress_bar(total: int) -> Iterator[Callable[[int, int], None]]:
    """Yield a function of (done, all) that moves a bar on a terminal, or prints at quarters."""
    if not _is_rich(sys.stderr):
        yield _print_quarters
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("cross-validating", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda done, _: bar.update(task, completed=done)


def _print_quarters(done: int, total: int) -> None:
    """Print a line whenever another quarter of the work is done."""
    if done * 4 // total > (done - 1) * 4 // total:
        print(f"cross-validating: {done} of {total}", file=sys.stderr, flush=True)


def show_table(comparison: SamplerComparison) -> None:
    """Print the table of a comparison."""
    print()
    if _is_rich(sys.stdout):
        _print_in_colour(comparison)
    else:
        print(comparison)
    print()


def _print_in_colour(comparison: SamplerComparison) -> None:
    """Print the table for a terminal; in a narrow one only the names of the arms are wrapped."""
    from rich.console import Console
    from rich.markup import escape
    from rich.padding import Padding
    from rich.table import Table

    console = Console(highlight=False)
    longest = max(len(arm) for arm in comparison.arms)
    name_width = min(longest, max(console.width - 69, 13))
    console.print(escape(comparison.setting))
    for metric in comparison.metrics:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=name_width)
        for width in (15, 26, 19):
            table.add_column(no_wrap=True, min_width=width)
        for row in comparison.rows:
            if row.metric == metric:
                words = f"[{_STYLES[row.verdict]}]{row.verdict}[/]"
                table.add_row(escape(row.arm), row.mean_text, escape(row.difference_text), words)
        console.print(f"\n[bold]{comparison.heading(metric)}[/]")
        console.print(Padding.indent(table, 1))
    console.print(f"\n{escape(comparison.note)}")


def _is_rich(stream: Any) -> bool:
    return stream.isatty() and find_spec("rich") is not None
