"""The interval, the words for it and the tuned threshold, against what they are defined by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from sklearn.metrics import balanced_accuracy_score

from skaug.model_selection import nadeau_bengio_interval
from skaug.model_selection._statistics import Interval, tune_threshold, verdict

VALUES = hnp.arrays(float, st.integers(2, 30), elements=st.floats(-1, 1, width=32))
SHARES = st.floats(0.01, 2)


@given(VALUES)
def test_without_a_test_share_it_is_the_t_interval_of_scipy(values):
    if np.ptp(values) == 0:
        return
    interval = nadeau_bengio_interval(values, test_share=0)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    np.testing.assert_allclose([interval.low, interval.high], expected, rtol=1e-9, atol=1e-12)


@given(VALUES, SHARES)
def test_the_correction_widens_by_the_root_of_one_plus_folds_times_share(values, share):
    plain = nadeau_bengio_interval(values, test_share=0)
    corrected = nadeau_bengio_interval(values, test_share=share)
    factor = np.sqrt(1 + len(values) * share)
    assert corrected.mean == plain.mean
    assert corrected.se == pytest.approx(plain.se * factor, rel=1e-9)
    assert corrected.high - corrected.mean == pytest.approx(
        (plain.high - plain.mean) * factor, rel=1e-6, abs=1e-9
    )


@given(VALUES, SHARES, st.floats(-5, 5, width=32), st.floats(-3, 3, width=32))
def test_it_moves_and_stretches_with_the_values(values, share, shift, scale):
    mean, se, low, high = nadeau_bengio_interval(values, test_share=share)
    moved = nadeau_bengio_interval(shift + scale * values, test_share=share)
    expected = [shift + scale * low, shift + scale * high]
    assert moved.mean == pytest.approx(shift + scale * mean, abs=1e-6)
    assert moved.se == pytest.approx(abs(scale) * se, abs=1e-6)
    np.testing.assert_allclose([moved.low, moved.high], sorted(expected), atol=1e-4)


@given(VALUES, SHARES, st.floats(0.5, 0.9), st.floats(0.91, 0.999))
def test_more_confidence_is_a_wider_interval(values, share, less, more):
    narrow = nadeau_bengio_interval(values, test_share=share, confidence=less)
    wide = nadeau_bengio_interval(values, test_share=share, confidence=more)
    assert wide.low <= narrow.low <= narrow.mean <= narrow.high <= wide.high


@pytest.mark.parametrize(("n_folds", "share"), [(5, 0.25), (20, 1 / 9)])
def test_it_covers_as_often_as_it_says(n_folds, share):
    """Folds that share a part of their error, as Nadeau and Bengio assume: covered 95 times.

    With correlation rho = share / (1 + share) between folds the interval is exact.
    """
    rng = np.random.default_rng(n_folds)
    n_runs = 3000
    rho = share / (1 + share)
    common, own = rng.standard_normal((n_runs, 1)), rng.standard_normal((n_runs, n_folds))
    values = np.sqrt(rho) * common + np.sqrt(1 - rho) * own
    intervals = [nadeau_bengio_interval(row, test_share=share) for row in values]
    covered = np.mean([interval.low <= 0 <= interval.high for interval in intervals])
    naive = [nadeau_bengio_interval(row, test_share=0) for row in values]
    assert covered == pytest.approx(0.95, abs=0.014)  # 3.5 standard errors
    assert np.mean([interval.low <= 0 <= interval.high for interval in naive]) < 0.9


@pytest.mark.parametrize("values", [[], [0.1], [[0.1, 0.2], [0.3, 0.4]]])
def test_it_needs_two_values(values):
    with pytest.raises(ValueError, match="1-d array of at least 2 values; got"):
        nadeau_bengio_interval(values, test_share=0.25)


@given(st.floats(-1, 1), st.floats(0, 1), st.booleans())
def test_the_verdict_is_the_same_seen_from_the_other_side(mean, margin, greater):
    seen = verdict(Interval(mean, 0, mean - margin, mean + margin), greater)
    mirrored = verdict(Interval(-mean, 0, -mean - margin, -mean + margin), not greater)
    assert seen == mirrored
    assert (seen == "no evidence of gain") == (mean - margin <= 0 <= mean + margin)


@pytest.mark.parametrize(
    ("low", "high", "greater", "words"),
    [
        (0.01, 0.03, True, "gain"),
        (0.01, 0.03, False, "loss"),
        (-0.03, -0.01, True, "loss"),
        (-0.03, -0.01, False, "gain"),
        (-0.01, 0.03, True, "no evidence of gain"),
        (0.0, 0.0, False, "no evidence of gain"),
    ],
)
def test_verdicts(low, high, greater, words):
    assert verdict(Interval((low + high) / 2, 0.01, low, high), greater) == words


@st.composite
def scored_rows(draw):
    n = draw(st.integers(2, 25))
    score = draw(hnp.arrays(float, n, elements=st.integers(0, 8).map(lambda i: i / 8)))
    positive = draw(hnp.arrays(bool, n, elements=st.booleans()))
    positive[:2] = [True, False]
    return positive, score


@given(scored_rows())
def test_no_threshold_has_a_better_balanced_accuracy(rows):
    positive, score = rows
    threshold = tune_threshold(positive, score)
    reached = balanced_accuracy_score(positive, score >= threshold)
    candidates = [*np.unique(score), np.inf]
    best = max(balanced_accuracy_score(positive, score >= cut) for cut in candidates)
    assert reached == pytest.approx(best)


@given(scored_rows())
def test_the_rows_called_positive_do_not_depend_on_the_scale(rows):
    positive, score = rows
    called = score >= tune_threshold(positive, score)
    stretched = 2**score
    np.testing.assert_array_equal(called, stretched >= tune_threshold(positive, stretched))


@given(scored_rows(), st.permutations(range(25)))
def test_the_threshold_does_not_depend_on_the_order_of_rows(rows, permutation):
    positive, score = rows
    order = [i for i in permutation if i < len(score)]
    assert tune_threshold(positive, score) == tune_threshold(positive[order], score[order])
