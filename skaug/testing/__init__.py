"""Checks that every sampler must pass, for those who write one."""

from skaug.testing._runner import (
    CheckResult,
    check_sampler,
    parametrize_with_checks,
    sampler_checks_generator,
)

__all__ = [
    "CheckResult",
    "check_sampler",
    "parametrize_with_checks",
    "sampler_checks_generator",
]
