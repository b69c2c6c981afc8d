"""The command line: ``python -m skaug compare`` and ``python -m skaug resample``."""

from skaug.cli._main import main

__all__ = ["main"]
