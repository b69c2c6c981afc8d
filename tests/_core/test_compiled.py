"""Kernels are loaded for what they save."""

import subprocess
import sys

import pytest

CODE = """
import numba
import numpy as np

from skaug._core.compiled import is_loaded
from skaug.over_sampling import SMOTE

X, y = np.random.default_rng(0).normal(size=(9000, 40)), np.arange(9000) % 10 == 0
SMOTE().fit_resample(X, y)  # would write by a kernel, and does not search long enough for one
assert not is_loaded()
from skaug._core import _interpolate_numba
assert is_loaded()
"""


def test_that_something_imported_numba_is_no_reason():
    pytest.importorskip("numba")
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
