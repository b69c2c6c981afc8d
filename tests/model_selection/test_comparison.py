"""SamplerComparison: what it says of given scores, in words, frame and plot."""

import sys

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skaug._core.extras import MissingExtraError
from skaug.model_selection import SamplerComparison, nadeau_bengio_interval

BETTER = {
    "average_precision": 1,
    "roc_auc": 1,
    "balanced_accuracy": 1,
    "log_loss": -1,
    "brier_score": -1,
}


def comparison(**shifts):
    """Make the scores of arms, each better than the baseline by about its shift."""
    rng = np.random.default_rng(0)
    base = {metric: 0.5 + 0.01 * rng.standard_normal(10) for metric in BETTER}
    arms = {"plain": base}
    for arm, shift in shifts.items():
        arms[arm] = {
            metric: base[metric] + BETTER[metric] * shift + 0.01 * rng.standard_normal(10)
            for metric in BETTER
        }
    return SamplerComparison(scores=arms, baseline="plain", test_share=0.25, setting="a setting")


@pytest.fixture(autouse=True)
def _agg():
    before = mpl.get_backend()
    mpl.use("agg")
    yield
    import matplotlib.pyplot as plt

    plt.close("all")
    mpl.use(before)


@settings(max_examples=25)
@given(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_rows_hold_the_paired_differences(first, second):
    result = comparison(first=first, second=second)
    assert len(result.rows) == 3 * len(BETTER)
    for row in result.rows:
        own, base = result.scores[row.arm][row.metric], result.scores["plain"][row.metric]
        assert row[2:4] == nadeau_bengio_interval(own, test_share=0.25)[:2]
        if row.arm == "plain":
            assert np.isnan(row[4:7]).all()
        else:
            expected = nadeau_bengio_interval(own - base, test_share=0.25)
            assert row[4:7] == (expected.mean, expected.low, expected.high)
            assert (row.verdict == "no evidence of gain") == (row.ci_low <= 0 <= row.ci_high)


def test_verdicts_mind_which_way_a_metric_is_good():
    result = comparison(better=0.1, worse=-0.1, same=0.0)
    verdicts = {arm: {row.verdict for row in result.rows if row.arm == arm} for arm in result.arms}
    assert verdicts == {
        "plain": {"baseline"},
        "better": {"gain"},
        "worse": {"loss"},
        "same": {"no evidence of gain"},
    }


def test_frame_is_the_rows():
    result = comparison(better=0.1)
    frame = result.frame()
    assert list(frame.columns) == [
        *("metric", "arm", "mean", "se", "diff", "ci_low", "ci_high", "verdict")
    ]
    assert len(frame) == len(result.rows)
    folds = result.fold_frame()
    assert list(folds.columns) == ["fold", "arm", *BETTER]
    for arm, table in folds.groupby("arm"):
        assert table["fold"].tolist() == list(range(10))
        for metric in BETTER:
            np.testing.assert_array_equal(table[metric], result.scores[arm][metric])


ALL = "average precision, ROC AUC, balanced accuracy, log-loss and Brier score"


@pytest.mark.parametrize(
    ("shifts", "words"),
    [
        ({"a": 0.0, "b": 0.0}, "No evidence of gain on any metric."),
        ({"a": 0.1}, f"Gain in {ALL}: a."),
        ({"a": 0.1, "b": 0.0}, f"Gain in {ALL}: a; no evidence of gain: b."),
        ({"a": -0.1, "b": -0.1}, f"No evidence of gain on any metric; loss in {ALL}: a and b."),
        (
            {"a": 0.1, "b": 0.0, "c": -0.1},
            f"Gain in {ALL}: a; no evidence of gain: b and c; loss in {ALL}: c.",
        ),
    ],
)
def test_conclusion(shifts, words):
    assert comparison(**shifts).conclusion() == words


def test_repr_is_a_table_of_every_arm_under_every_metric():
    result = comparison(better=0.1, same=0.0)
    lines = repr(result).splitlines()
    assert lines[0] == "a setting"
    assert "log-loss (lower is better)" in lines
    assert "ROC AUC (higher is better)" in lines
    for row in result.rows:
        assert any(
            row.arm in line and row.mean_text in line and line.endswith(row.verdict)
            for line in lines
        )
    assert lines[-1] == "mean ± standard error; difference to 'plain' [95 % interval]"
    assert all(len(line) <= 90 for line in lines)
    table = [line for line in lines if line.startswith("  ")]
    assert len({line.index("±") for line in table}) == 1  # columns stand below each other


def test_repr_needs_no_extra(monkeypatch):
    for module in ("pandas", "matplotlib", "matplotlib.pyplot"):
        monkeypatch.setitem(sys.modules, module, None)
    result = comparison(better=0.1)
    assert "gain" in repr(result)
    with pytest.raises(MissingExtraError, match=r'frame needs pandas.*"skaug\[cli\]"'):
        result.frame()
    with pytest.raises(MissingExtraError, match=r'plot needs Matplotlib.*"skaug\[plot\]"'):
        result.plot()


def drawn_positions(panel):
    """Return the horizontal place on the page of the line at 0, and of each arm's marker."""
    to_page = panel.transData.transform
    markers = [line for line in panel.lines if line.get_marker() not in ("None", "", None)]
    markers = [line for line in markers if len(line.get_xdata())]
    return to_page((0, 0))[0], [to_page((np.ravel(line.get_xdata())[0], 0))[0] for line in markers]


def test_right_of_the_line_is_better_in_every_panel():
    figure = comparison(better=0.1, worse=-0.1).plot()
    assert len(figure.axes) == len(BETTER)
    for panel in figure.axes:
        zero, (better, worse) = drawn_positions(panel)
        assert worse < zero < better
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["better", "worse"]
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["gain", "loss"]


def test_bars_are_the_intervals():
    result = comparison(better=0.1, same=0.0)
    figure = result.plot()
    for panel, metric in zip(figure.axes, BETTER, strict=True):
        bars = [tuple(line.get_xdata()) for line in panel.lines if len(line.get_xdata()) == 2]
        for row in result.rows:
            if row.metric == metric and row.arm != "plain":
                assert (row.ci_low, row.ci_high) in bars


def test_plot_into_a_given_place():
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2)
    assert comparison(better=0.1).plot(ax=right) is figure
    assert len(figure.axes) == 2 + len(BETTER)
    assert left.axison
    assert not right.axison
    assert not figure.legends
