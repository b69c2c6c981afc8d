import math

import pytest

from skaug._core.extras import MissingExtraError, require


def test_what_is_there_is_returned():
    assert require("math", "plot", "draw") is math


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("skaug.nothing", r'VAESampler needs skaug\.nothing\. .* `pip install "skaug\[deep\]"`'),
        ("torch_of_nobody", r"VAESampler needs torch_of_nobody\."),
    ],
)
def test_what_is_not_there_is_named_with_its_extra(module, message):
    with pytest.raises(MissingExtraError, match=message) as error:
        require(module, "deep", "VAESampler")
    assert isinstance(error.value, ImportError)
