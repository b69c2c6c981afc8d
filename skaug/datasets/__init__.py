"""Small real data sets that ship with skaug, each with its source and licence."""

from skaug.datasets._loaders import load_ecoli, load_german, load_hypothyroid

__all__ = ["load_ecoli", "load_german", "load_hypothyroid"]
