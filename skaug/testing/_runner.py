"""Running the checks: by hand, or as tests of pytest."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias
from unittest import SkipTest

from skaug.testing import _containers, _estimator, _labels, _randomness, _rows

Check: TypeAlias = Callable[[Any], None]

CHECKS: tuple[Callable[[str, Any], None], ...] = (
    _estimator.check_no_transform,
    _estimator.check_constructor_only_stores,
    _estimator.check_constructor_is_keyword_only,
    _estimator.check_fit_validates_and_returns_self,
    _estimator.check_fitted_attributes_end_in_underscore,
    _estimator.check_clone_and_set_params,
    _estimator.check_pickle,
    _estimator.check_errors_name_the_sampler,
    _estimator.check_weights_can_be_requested,
    _estimator.check_nothing_is_mutated,
    _rows.check_originals_come_first,
    _rows.check_counts_follow_sampling_strategy,
    _rows.check_provenance,
    _rows.check_missing_values_follow_the_seed,
    _rows.check_weights_in_weights_out,
    _rows.check_results_are_fresh,
    _randomness.check_same_seed_same_result,
    _randomness.check_no_seed_varies,
    _randomness.check_global_state_is_untouched,
    _randomness.check_n_jobs_does_not_matter,
    _randomness.check_other_counts_do_not_matter,
    _randomness.check_other_classes_do_not_matter,
    _containers.check_float32,
    _containers.check_integers,
    _containers.check_bool_arrays,
    _containers.check_object_arrays,
    _containers.check_lists,
    _containers.check_sparse,
    _containers.check_pandas,
    _containers.check_pandas_nullable,
    _containers.check_polars,
    _containers.check_pyarrow,
    _containers.check_mixed_pandas,
    _containers.check_mixed_polars,
    _containers.check_mixed_pyarrow,
    _labels.check_label_dtypes,
    _labels.check_label_containers,
    _labels.check_one_hot_labels,
)


@dataclass(frozen=True)
class CheckResult:
    """Say how one check went.

    Attributes
    ----------
    name : str
        The check.

    status : {'passed', 'skipped', 'expected failure', 'failed'}
        How it went.

    reason : str
        Why it was skipped, was expected to fail, or failed.

    Examples
    --------
    >>> from skaug.testing import CheckResult
    >>> CheckResult(name="check_pickle", status="passed", reason="")
    CheckResult(name='check_pickle', status='passed', reason='')
    """

    name: str
    status: Literal["passed", "skipped", "expected failure", "failed"]
    reason: str = ""


def check_sampler(
    sampler: Any, *, expected_failed_checks: Mapping[str, str] | None = None
) -> list[CheckResult]:
    """Run skaug's checks on a sampler, and raise if it fails one.

    They test the contract of `skaug.base.BaseSampler`: original rows first, exact counts,
    provenance, weights, the same container and dtypes out as in, one random stream for each
    class, nothing mutated. They hold for any sampler of labelled tables, be it made by skaug
    or not; what its tags or its lack of a parameter exclude is skipped. Run scikit-learn's
    ``check_estimator`` and imbalanced-learn's checks too: these do not repeat them.

    Parameters
    ----------
    sampler : object with ``fit_resample``
        An instance, with its ``sampling_strategy`` left at the default. It is cloned.

    expected_failed_checks : dict, default=None
        Names of checks that need not pass, each with the reason.

    Returns
    -------
    results : list of CheckResult
        How each check went.

    Raises
    ------
    ExceptionGroup
        With the error of each check that failed.

    See Also
    --------
    parametrize_with_checks : Make each check a test of pytest.

    Examples
    --------
    >>> from skaug.over_sampling import RandomOverSampler
    >>> from skaug.testing import check_sampler
    >>> results = check_sampler(RandomOverSampler())
    >>> {result.status for result in results} <= {"passed", "skipped"}
    True
    """
    expected = _known(expected_failed_checks or {})
    results, errors = [], []
    for _, check in sampler_checks_generator(sampler):
        result, error = _run(check, sampler, expected)
        results.append(result)
        if error is not None:
            error.add_note(f"in {result.name} of skaug.testing")
            errors.append(error)
    if errors:
        name = type(sampler).__name__
        raise ExceptionGroup(f"{name} fails {len(errors)} of {len(results)} checks", errors)
    return results


def sampler_checks_generator(sampler: Any) -> Iterator[tuple[Any, Check]]:
    """Yield the sampler with each of skaug's checks, to be called as ``check(sampler)``.

    Parameters
    ----------
    sampler : object with ``fit_resample``
        An instance.

    Yields
    ------
    sampler, check
        The sampler itself and a function of it.

    Examples
    --------
    >>> from skaug.over_sampling import RandomOverSampler
    >>> from skaug.testing import sampler_checks_generator
    >>> sampler, check = next(sampler_checks_generator(RandomOverSampler()))
    >>> check(sampler)
    """
    if isinstance(sampler, type):
        name = sampler.__name__
        raise TypeError(f"The checks need an instance of a sampler: give {name}(), not {name}.")
    for check in CHECKS:
        yield sampler, partial(check, type(sampler).__name__)


def parametrize_with_checks(
    samplers: Iterable[Any],
    *,
    expected_failed_checks: Mapping[str, str] | Callable[[Any], Mapping[str, str]] | None = None,
) -> Any:
    """Return the decorator of pytest that makes each check of each sampler a test.

    Parameters
    ----------
    samplers : iterable of objects with ``fit_resample``
        Instances.

    expected_failed_checks : dict or callable, default=None
        Names of checks that are marked as expected failures, each with the reason; or a
        function that returns such a dict for a sampler.

    Returns
    -------
    decorator
        For a test function with the parameters ``sampler`` and ``check``.

    See Also
    --------
    check_sampler : Run the checks by hand.

    Examples
    --------
    >>> from skaug.over_sampling import RandomOverSampler
    >>> from skaug.testing import parametrize_with_checks
    >>> @parametrize_with_checks([RandomOverSampler()])
    ... def test_sampler(sampler, check):
    ...     check(sampler)
    """
    import pytest

    cases = []
    for sampler in samplers:
        expected = expected_failed_checks or {}
        expected = _known(expected(sampler) if callable(expected) else expected)
        described = re.sub(r"\s+", " ", str(sampler))
        for _, check in sampler_checks_generator(sampler):
            name = _name(check)
            marks = [pytest.mark.xfail(reason=expected[name])] if name in expected else []
            cases.append(pytest.param(sampler, check, id=f"{described}-{name}", marks=marks))
    return pytest.mark.parametrize(("sampler", "check"), cases)


def _run(
    check: Check, sampler: Any, expected: Mapping[str, str]
) -> tuple[CheckResult, Exception | None]:
    name = _name(check)
    try:
        check(sampler)
    except SkipTest as skip:
        return CheckResult(name, "skipped", str(skip)), None
    except Exception as error:
        if name in expected:
            return CheckResult(name, "expected failure", expected[name]), None
        return CheckResult(name, "failed", str(error)), error
    return CheckResult(name, "passed"), None


def _known(expected: Mapping[str, str]) -> Mapping[str, str]:
    unknown = sorted(set(expected) - {check.__name__ for check in CHECKS})
    if unknown:
        raise ValueError(
            f"expected_failed_checks names {unknown}, which are no checks of skaug.testing. "
            "sampler_checks_generator yields those there are."
        )
    return expected


def _name(check: Any) -> str:
    return str(check.func.__name__)
