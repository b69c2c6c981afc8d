import os
import subprocess
import sys

import pytest
from sklearn.utils import get_tags

from skaug import over_sampling
from skaug._core import sklearn as sk
from skaug.over_sampling import SMOTE


def test_options_are_listed_in_order():
    assert str(sk.StrOptions(["b", "c", "a"])) == "a str among {'a', 'b', 'c'}"
    assert sk.StrOptions(["b"]).is_satisfied_by("b")
    assert not sk.StrOptions(["b"]).is_satisfied_by("a")


THREADED = [
    sampler
    for sampler in map(vars(over_sampling).get, over_sampling.__all__)
    if "n_jobs" in sampler().get_params()
]


@pytest.mark.parametrize("sampler", THREADED)
def test_no_threads_at_all_are_refused(sampler):
    message = f"'n_jobs' parameter of {sampler.__name__} must be .*-1.*1, inf.* or None. Got 0"
    with pytest.raises(ValueError, match=message):
        sampler(n_jobs=0).fit([[0.0], [1.0]], [0, 1])


def test_tags_are_those_of_a_sampler():
    tags = get_tags(SMOTE())
    assert tags.estimator_type == "sampler"
    assert tags.target_tags.required
    assert tags.sampler_tags.sample_indices
    assert tags.input_tags.dataframe


@pytest.mark.parametrize("imports", ["import skaug.over_sampling", "from skaug.base import *"])
def test_weights_can_be_requested_whatever_is_imported_first(imports):
    """scikit-learn makes the method when a class is made, if it knows fit_resample by then."""
    code = f"import sklearn; {imports}; from skaug.over_sampling import SMOTE; "
    code += "SMOTE().set_fit_resample_request"
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
