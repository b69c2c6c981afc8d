"""Which errors are the user's to mend, and so one line, and which are bugs and stay tracebacks."""

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["CommandError", "as_command_error"]


class CommandError(Exception):
    """Something about the input that the user can mend; its text is all that is shown."""


@contextmanager
def as_command_error(prefix: str = "") -> Iterator[None]:
    """Turn a ValueError that skaug raised itself into a `CommandError`.

    Those are written for the user. One that was raised inside NumPy, pandas or scikit-learn
    means that skaug handed them something wrong: that is a bug, and its traceback is wanted.
    """
    try:
        yield
    except ValueError as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is None or not trace.tb_frame.f_globals["__name__"].startswith("skaug."):
            raise
        raise CommandError(f"{prefix}{error}") from error
