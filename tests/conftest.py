"""Settings of hypothesis for all tests; ``--hypothesis-profile explore`` looks further."""

import gc
import os

# two test processes on two cores: a second thread each only makes them wait for one another
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

from hypothesis import HealthCheck, settings  # noqa: E402 - the variables come first

COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("skaug", max_examples=25, derandomize=True, database=None, **COMMON)
settings.register_profile("explore", max_examples=1000, **COMMON)
settings.load_profile("skaug")


def pytest_collection_modifyitems(config, items):
    """Tell expected failures by their messages: tracebacks take longer than the tests."""
    if not config.option.runxfail:
        for item in items:
            if item.get_closest_marker("xfail"):
                item.repr_failure = lambda excinfo, style=None: excinfo.exconly()


def pytest_collection_finish():
    """Look for garbage seldom, and not among the modules and tests, which stay to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
