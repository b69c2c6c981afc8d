"""What is collected: all but skaug/deep is tested without PyTorch, too."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("torch") else ["skaug/deep", "tests/deep"]
