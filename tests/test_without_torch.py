"""Without PyTorch all else works, and what needs it says so."""

import subprocess
import sys

from skaug import deep

PROGRAM = """
import importlib, pkgutil, sys

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")

sys.meta_path.insert(0, NotInstalled())
import numpy as np
import skaug
names = [m.name for m in pkgutil.walk_packages(skaug.__path__, "skaug.")]
for name in names:
    if not name.endswith(("_numba", "__main__")):
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            assert name.startswith("skaug.deep._"), (name, error)
from skaug import deep
shape = {"image_shape": (1, 2)}
images = {name: shape for name in deep.__all__ if name.startswith(("Style", "Neural"))}
from skaug.over_sampling import SMOTE
X, y = np.random.default_rng(0).normal(size=(40, 2)), np.repeat([0, 1], [30, 10])
print(len(SMOTE().fit_resample(X, y)[0]))
for name in deep.__all__:
    try:
        getattr(deep, name)(**images.get(name, {})).fit(X, y)
    except ImportError as error:
        print(error)
"""


def test_only_the_networks_need_it():
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert lines[0] == "60"
    message = '{} needs PyTorch. Install it with `pip install "skaug[deep]"`.'
    assert lines[1:] == [message.format(name) for name in deep.__all__]
