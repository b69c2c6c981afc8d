from collections import Counter, OrderedDict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.utils import check_sampling_strategy
from strategies import labels, targets

from skaug._core.strategy import counts_to_make
from skaug._core.target import Target


def make(strategy, y):
    return counts_to_make(strategy, Target(y, owner="SMOTE"), "SMOTE")


@given(labels(min_rows=1), st.sampled_from(["all", "auto", "not majority", "not minority"]))
def test_names_mean_what_they_mean_in_imbalanced_learn(y, strategy):
    theirs = check_sampling_strategy(strategy, y, "over-sampling")
    counts = Counter(y.tolist())
    ours = make(strategy, y)
    assert list(ours.values()) == [max(counts.values()) - counts[label] for label in ours]
    if len(set(counts.values())) == len(counts):  # else the largest or smallest is a choice
        assert ours == {label: theirs.get(label, 0) for label in ours}
        assert sum(ours.values()) == sum(theirs.values())


@given(labels(min_rows=1))
def test_minority_brings_the_smallest_class_to_the_largest(y):
    counts = Counter(y.tolist())
    ((label, made),) = make("minority", y).items()
    assert counts[label] == min(counts.values())
    assert made == max(counts.values()) - min(counts.values())


@given(st.data())
def test_a_mapping_gives_final_counts(data):
    y = data.draw(labels(min_rows=1))
    wanted = data.draw(targets(y))
    counts = Counter(y.tolist())
    for strategy in (wanted, OrderedDict(wanted), lambda _: wanted):
        ours = make(strategy, y)
        assert ours == {label: n - counts[label] for label, n in wanted.items()}
        assert list(ours) == [label for label in sorted(counts) if label in wanted]


def test_a_mapping_may_have_labels_of_an_equal_type():
    assert make({np.int8(1): np.int64(5)}, np.array([0, 0, 1])) == {1: 4}
    assert make({True: 5}, [False, False, True]) == {True: 4}
    assert make({1.0: 5}, [0, 0, 1]) == {1: 4}


@given(st.integers(1, 300), st.integers(1, 300), st.floats(0.01, 1))
def test_a_float_is_rounded_to_the_nearest_row(n_first, n_second, ratio):
    y = np.repeat([0, 1], [n_first, n_second])
    largest, smallest = max(n_first, n_second), min(n_first, n_second)
    if round(ratio * largest) < smallest:
        with pytest.raises(ValueError, match="only adds rows"):
            make(ratio, y)
        return
    ((_, made),) = make(ratio, y).items()
    assert abs(smallest + made - ratio * largest) <= 0.5


def test_a_callable_sees_the_labels():
    seen = []
    make(lambda y: seen.append(y) or {}, ["b", "a", "b"])
    assert seen[0].tolist() == ["b", "a", "b"]


def test_a_callable_may_return_any_other_form():
    assert make(lambda y: "all", [0, 0, 1]) == {0: 0, 1: 1}
    assert make(lambda y: 1.0, [0, 0, 1]) == {1: 1}


Y = [0] * 5 + [1] * 2


@pytest.mark.parametrize(
    ("strategy", "y", "message"),
    [
        ("auto", [3, 3], "SMOTE needs at least 2 classes; y has 1 class: 3"),
        ({7: 9}, Y, r"The class 7 in sampling_strategy of SMOTE is not present .* \[0, 1\]"),
        ({1: 1}, Y, "only adds rows: .* at least the 2 rows that class 1 has, got 1"),
        ({1: 3.5}, Y, "must give whole numbers of rows; class 1 has 3.5"),
        (0.2, Y, "asks for 1 rows of class 1, which has 2 .a ratio of 0.4."),
        (0.5, [0, 1, 2], "can be a float only for 2 classes; y has 3"),
        ({1: 7.0}, Y, "must give whole numbers of rows; class 1 has 7.0"),  # as imbalanced-learn
        (lambda y: {1: 7.0}, Y, "must give whole numbers of rows; class 1 has 7.0"),
        (lambda y: {7: 9}, Y, "The class 7 in sampling_strategy of SMOTE is not present in y"),
        (lambda y: None, Y, "callable given to SMOTE as sampling_strategy must return a mapping"),
        (lambda y: "some", Y, "callable given to SMOTE .* or one of 'all', .* returned 'some'"),
        (lambda y: "majority", Y, "callable given to SMOTE .* returned 'majority'"),
        (lambda y: 2.0, Y, "callable given to SMOTE .* up to 1, or one of .* returned 2.0"),
        (lambda y: 0, Y, "callable given to SMOTE .* a ratio above 0 .* returned 0"),
        (lambda y: float("nan"), Y, "callable given to SMOTE .* a ratio above 0 .* returned nan"),
    ],
)
def test_what_is_wrong_is_said(strategy, y, message):
    with pytest.raises(ValueError, match=message):
        make(strategy, y)
