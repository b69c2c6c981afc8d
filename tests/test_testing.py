"""Each check passes for good samplers and fails for one made to break it."""

import random
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from skaug.over_sampling import SMOTE, SMOTEN, RandomOverSampler
from skaug.testing import (
    CheckResult,
    check_sampler,
    parametrize_with_checks,
    sampler_checks_generator,
)
from skaug.testing._runner import CHECKS

CHECK = {check.__name__: check for check in CHECKS}


class Edited(RandomOverSampler):
    """A sampler whose result a subclass spoils."""

    def __init__(
        self, *, sampling_strategy="auto", random_state=None, shrinkage=None,
        categorical_features="from_dtype", n_jobs=None,
    ):  # fmt: skip
        super().__init__(
            sampling_strategy=sampling_strategy,
            random_state=random_state,
            shrinkage=shrinkage,
            categorical_features=categorical_features,
        )
        self.n_jobs = n_jobs

    _parameter_constraints = {**RandomOverSampler._parameter_constraints, "n_jobs": [int, None]}

    def fit_resample(self, X, y, sample_weight=None):
        result = list(super().fit_resample(X, y, sample_weight))
        return tuple(self.spoiled(X, y, *result))

    def spoiled(self, X, y, *result):
        return result


class Shuffled(Edited):
    def spoiled(self, X, y, X_res, y_res, *weight):
        return X_res[::-1], y_res[::-1], *weight


class OneTooFew(Edited):
    def spoiled(self, X, y, X_res, y_res, *weight):
        return X_res[:-1], y_res[:-1], *weight


class WrongParents(Edited):
    @property
    def sample_indices_(self):
        return np.roll(super().sample_indices_, 1)


class Imputing(Edited):
    def spoiled(self, X, y, X_res, *rest):
        return np.where(np.isnan(X_res), 0, X_res), *rest


class WeightLosing(Edited):
    def spoiled(self, X, y, X_res, y_res, *weight):
        return X_res, y_res


class WeightInventing(Edited):
    def spoiled(self, X, y, X_res, y_res, *weight):
        return X_res, y_res, *(np.r_[w[: len(y)], 9 + np.asarray(w[len(y) :])] for w in weight)


class Aliasing(Edited):
    def spoiled(self, X, y, X_res, *rest):
        return X if len(X_res) == len(X) else X_res, *rest


class Unseeded(Edited):
    def spoiled(self, X, y, X_res, *rest):
        X_res[len(y) :] = np.random.default_rng().normal(size=X_res[len(y) :].shape)
        return X_res, *rest


class Fixed(Edited):
    def fit_resample(self, X, y, sample_weight=None):
        self.random_state, given = 0, self.random_state
        try:
            return super().fit_resample(X, y, sample_weight)
        finally:
            self.random_state = given


class GlobalNumPy(Edited):
    def spoiled(self, X, y, *result):
        np.random.rand()  # noqa: NPY002
        return result


class GlobalPython(Edited):
    def spoiled(self, X, y, *result):
        random.random()
        return result


class Threaded(Edited):
    def spoiled(self, X, y, X_res, *rest):
        X_res[len(y) :] += self.n_jobs or 0
        return X_res, *rest


class Sharing(Edited):
    def spoiled(self, X, y, X_res, *rest):
        X_res[len(y) :] += np.random.default_rng(0).normal(size=X_res[len(y) :].shape)
        return X_res, *rest


class LooksAtOthers(Edited):
    def spoiled(self, X, y, X_res, *rest):
        X_res[len(y) :] += X.mean()
        return X_res, *rest


class Widening(Edited):
    def spoiled(self, X, y, X_res, *rest):
        return X_res.astype(float), *rest


class Truncating(Edited):
    def spoiled(self, X, y, X_res, *rest):
        return (X_res - (X_res.dtype.kind in "iu") * (X_res > 0)).astype(X_res.dtype), *rest


class ToArray(Edited):
    def spoiled(self, X, y, X_res, y_res, *weight):
        return np.asarray(getattr(X_res, "toarray", lambda: X_res)()), np.asarray(y_res), *weight


class KeepsIndex(Edited):
    def spoiled(self, X, y, X_res, *rest):
        if hasattr(X_res, "index"):
            X_res.index = X_res.index + 1
        return X_res, *rest


class Inventing(Edited):
    def spoiled(self, X, y, X_res, *rest):
        import narwhals as nw

        frame = nw.from_native(X_res)
        column = nw.when(nw.lit(True)).then(nw.lit("invented")).otherwise(nw.lit("x"))
        return frame.with_columns(text=column).to_native(), *rest


class IntegerLabels(Edited):
    def spoiled(self, X, y, X_res, y_res, *weight):
        if isinstance(y_res, np.ndarray) and y_res.ndim == 2:
            y_res = y_res[:, :1]
        elif isinstance(y_res, np.ndarray) and y_res.dtype.kind in "US":
            y_res = np.unique(y_res, return_inverse=True)[1]
        return X_res, y_res, *weight


class Transformer(Edited):
    def transform(self, X):
        return X


class Eager(Edited):
    def __init__(self, *, sampling_strategy="auto", random_state=None):
        super().__init__(sampling_strategy=sampling_strategy, random_state=random_state)
        self.ready = True


class Copying(Edited):
    def __init__(self, *, sampling_strategy="auto", random_state=None, shrinkage=None):
        super().__init__(sampling_strategy=sampling_strategy, random_state=random_state)
        self.shrinkage = dict(shrinkage or {})


class Positional(Edited):
    def __init__(self, sampling_strategy="auto", random_state=None):
        super().__init__(sampling_strategy=sampling_strategy, random_state=random_state)


class Anything(Edited):
    def __init__(self, *, sampling_strategy="auto", random_state=None, **kwargs):
        super().__init__(sampling_strategy=sampling_strategy, random_state=random_state)


class FitsTooMuch(Edited):
    def fit(self, X, y):
        self.fit_resample(X, y)
        return self


class FitReturnsNone(Edited):
    def fit(self, X, y):
        super().fit(X, y)


class Untidy(Edited):
    def spoiled(self, X, y, *result):
        self.number_of_rows = len(y)
        return result


class Forgetting(Edited):
    def __getstate__(self):
        return {**super().__getstate__(), "_provenance": (1, np.zeros(0, int), np.zeros(0, int))}


class Changing(Edited):
    def spoiled(self, X, y, *result):
        self.shrinkage = 0.5
        return result


class Scribbling(Edited):
    def spoiled(self, X, y, *result):
        X[0] += 1
        return result


class Silent(BaseEstimator):
    """Takes any parameter."""

    _parameter_constraints = {"random_state": []}

    def __init__(self, *, random_state=None):
        self.random_state = random_state

    def fit_resample(self, X, y):
        return X, y


SPOILED = [
    ("check_originals_come_first", Shuffled),
    ("check_counts_follow_sampling_strategy", OneTooFew),
    ("check_provenance", WrongParents),
    ("check_provenance", OneTooFew),
    ("check_missing_values_follow_the_seed", Imputing),
    ("check_weights_in_weights_out", WeightLosing),
    ("check_weights_in_weights_out", WeightInventing),
    ("check_results_are_fresh", Aliasing),
    ("check_same_seed_same_result", Unseeded),
    ("check_no_seed_varies", Fixed),
    ("check_global_state_is_untouched", GlobalNumPy),
    ("check_global_state_is_untouched", GlobalPython),
    ("check_n_jobs_does_not_matter", Threaded),
    ("check_other_counts_do_not_matter", Sharing),
    ("check_other_classes_do_not_matter", LooksAtOthers),
    ("check_float32", Widening),
    ("check_integers", Truncating),
    ("check_bool_arrays", Widening),
    ("check_object_arrays", Widening),
    ("check_lists", ToArray),
    ("check_sparse", ToArray),
    ("check_pandas", ToArray),
    ("check_pandas", KeepsIndex),
    ("check_pandas_nullable", ToArray),
    ("check_polars", ToArray),
    ("check_pyarrow", ToArray),
    ("check_mixed_pandas", ToArray),
    ("check_mixed_polars", Inventing),
    ("check_mixed_pyarrow", Inventing),
    ("check_label_dtypes", IntegerLabels),
    ("check_label_containers", ToArray),
    ("check_one_hot_labels", IntegerLabels),
    ("check_no_transform", Transformer),
    ("check_constructor_only_stores", Eager),
    ("check_constructor_only_stores", Copying),
    ("check_constructor_is_keyword_only", Positional),
    ("check_constructor_is_keyword_only", Anything),
    ("check_fit_validates_and_returns_self", FitsTooMuch),
    ("check_fit_validates_and_returns_self", FitReturnsNone),
    ("check_fitted_attributes_end_in_underscore", Untidy),
    ("check_clone_and_set_params", Unseeded),
    ("check_pickle", Forgetting),
    ("check_errors_name_the_sampler", Silent),
    ("check_weights_can_be_requested", Silent),
    ("check_nothing_is_mutated", Changing),
    ("check_nothing_is_mutated", Scribbling),
]


def test_there_is_a_spoiled_sampler_for_each_check():
    assert {name for name, _ in SPOILED} == set(CHECK)


@pytest.mark.parametrize(("name", "spoiled"), SPOILED)
def test_a_check_passes_what_is_good_and_fails_what_is_not(name, spoiled):
    CHECK[name]("Edited", Edited())
    with pytest.raises(AssertionError):
        CHECK[name](spoiled.__name__, spoiled())


# Running them ----------------------------------------------------------------------------------


def test_every_check_has_a_result():
    results = check_sampler(RandomOverSampler())
    assert [result.name for result in results] == list(CHECK)
    skipped = [result for result in results if result.status == "skipped"]
    assert skipped == [
        CheckResult(
            "check_n_jobs_does_not_matter", "skipped", "RandomOverSampler has no parameter n_jobs"
        )
    ]
    assert {result.status for result in results} == {"passed", "skipped"}


def test_all_failures_are_raised_together():
    with pytest.raises(ExceptionGroup, match=r"SMOTEN fails 1 of \d+ checks") as caught:
        check_sampler(SMOTEN())
    (error,) = caught.value.exceptions
    assert error.__notes__ == ["in check_other_classes_do_not_matter of skaug.testing"]


def test_expected_failures_are_reported_with_their_reason():
    expected = {"check_other_classes_do_not_matter": "its metric looks at all classes"}
    results = check_sampler(SMOTEN(), expected_failed_checks=expected)
    assert CheckResult(*expected, "expected failure", *expected.values()) in results


def test_an_expected_failure_that_is_no_check_is_refused():
    with pytest.raises(ValueError, match=r"expected_failed_checks names \['check_nothing'\]"):
        check_sampler(SMOTE(), expected_failed_checks={"check_nothing": ""})
    with pytest.raises(ValueError, match=r"expected_failed_checks names \['check_nothing'\]"):
        parametrize_with_checks([SMOTE()], expected_failed_checks={"check_nothing": ""})


def test_a_class_is_refused():
    with pytest.raises(TypeError, match=r"need an instance of a sampler: give SMOTE\(\)"):
        check_sampler(SMOTE)


def test_the_sampler_given_is_left_alone():
    sampler = SMOTE(random_state=3)
    before = dict(vars(sampler))
    check_sampler(sampler)
    assert vars(sampler) == before


def test_a_sampler_without_skaug_can_be_checked():
    """What its tags and parameters exclude is skipped; what it lacks is told."""
    with pytest.raises(ExceptionGroup, match="Silent fails") as caught:
        check_sampler(Silent())
    names = [note.split()[1] for error in caught.value.exceptions for note in error.__notes__]
    assert "check_weights_in_weights_out" in names
    assert "check_counts_follow_sampling_strategy" not in names
    assert "check_sparse" not in names


def test_the_decorator_makes_a_test_of_each_check():
    mark = parametrize_with_checks([SMOTE(k_neighbors=3), SMOTEN()]).mark
    names, cases = mark.args
    assert names == ("sampler", "check")
    assert len(cases) == 2 * len(CHECK)
    assert cases[0].id == "SMOTE(k_neighbors=3)-check_no_transform"
    assert len({case.id for case in cases}) == len(cases)
    sampler, check = cases[0].values
    check(sampler)


@pytest.mark.parametrize("form", [dict, lambda expected: lambda sampler: expected])
def test_the_decorator_marks_expected_failures(form):
    expected = form({"check_pickle": "holds a lock"})
    _, cases = parametrize_with_checks([SMOTE()], expected_failed_checks=expected).mark.args
    marks = Counter(mark.name for case in cases for mark in case.marks)
    assert marks == {"xfail": 1}
    (marked,) = [case for case in cases if case.marks]
    assert marked.id == "SMOTE()-check_pickle"
    assert marked.marks[0].kwargs == {"reason": "holds a lock"}


def test_the_generator_yields_functions_of_the_sampler():
    sampler = RandomOverSampler()
    for given, check in sampler_checks_generator(sampler):
        assert given is sampler
        assert check.func.__name__ in CHECK


def test_the_tools_of_tests_are_not_needed():
    code = "import sys; sys.modules.update(pytest=None, hypothesis=None, polars=None)\n"
    code += "from skaug.over_sampling import RandomOverSampler; import skaug.testing\n"
    code += "results = skaug.testing.check_sampler(RandomOverSampler())\n"
    code += "print(*(result.reason for result in results))"
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "polars is not installed" in done.stdout
