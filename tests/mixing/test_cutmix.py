"""CutMix: cells of two parents, the label by the share that came, and containers kept."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline as sklearn_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from skaug.augmented import AugmentedClassifier, AugmentedRegressor
from skaug.mixing import _cells, _gates
from skaug.mixing._cutmix import CutMix
from skaug.pipeline import make_pipeline
from tests.containers import DENSE, SPARSE

LABELS = ["hard", "weighted", "bernoulli", "soft"]


@parametrize_with_checks(
    [CutMix(random_state=0), CutMix(corrupt="marginal"), CutMix(labels="bernoulli")]
)
def test_scikit_learn(estimator, check):
    check(estimator)


def distinct_cells(n_rows, n_columns):
    """Cells that tell their row (tens and up) and their column (units)."""
    return np.arange(n_rows)[:, None] * 10.0 + np.arange(n_columns)


def parts(sampler, X, y, **kwargs):
    """The new rows, labels and weights, and from which rows of X their cells come."""
    X_res, y_res, *weight = sampler.fit_resample(X, y, **kwargs)
    made = sampler.is_synthetic_
    rows = X_res[made]
    return rows, y_res[made], (rows // 10).astype(int), *(w[made] for w in weight)


@st.composite
def tables(draw):
    n_rows, n_columns = draw(st.integers(2, 25)), draw(st.integers(1, 9))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    y = np.array(["a", "b", "c"])[np.append([0, 1], rng.integers(3, size=n_rows - 2))]
    return distinct_cells(n_rows, n_columns), y


@given(tables(), st.sampled_from(LABELS), st.floats(0.1, 8), st.floats(0.1, 3), st.booleans())
def test_counts_and_cells_of_the_parents(table, labels, alpha, ratio, keep_original):
    X, y = table
    sampler = CutMix(
        alpha=alpha, labels=labels, ratio=ratio, keep_original=keep_original, random_state=0
    )
    result = sampler.fit_resample(X, y)
    n_made = max(1, round(ratio * len(y))) * (1 + (labels == "weighted"))
    n_kept = len(y) if keep_original else 0
    assert all(len(part) == n_kept + n_made for part in result)
    assert len(result) == 2 + (labels == "weighted")
    made = result[0][n_kept:]
    assert_array_equal(made % 10, np.broadcast_to(np.arange(X.shape[1]), made.shape))
    source = made // 10
    seed, partner = (
        indices[sampler.is_synthetic_][:, None]
        for indices in (sampler.sample_indices_, sampler.partner_indices_)
    )
    assert ((source == seed) | (source == partner)).all()
    assert (seed != partner).all()


@given(tables(), st.integers(0, 2**32 - 1))
def test_labels_go_by_the_share_of_cells_that_came(table, seed):
    X, y = table
    soft = CutMix(labels="soft", random_state=seed)
    _, y_soft, source = parts(soft, X, y)
    of_class = y[source][:, :, None] == soft.classes_
    assert_allclose(y_soft, of_class.mean(axis=1), atol=1e-12)

    numbers = np.random.default_rng(seed).normal(size=len(y)) + 0.5
    _, mixed, source = parts(CutMix(random_state=seed), X, numbers)
    assert_allclose(mixed, numbers[source].mean(axis=1), atol=1e-9)
    outputs = np.column_stack([numbers, -numbers])
    _, mixed, source = parts(CutMix(random_state=seed), X, outputs)
    assert_allclose(mixed, outputs[source].mean(axis=1), atol=1e-9)


@given(tables(), st.integers(0, 2**32 - 1))
def test_weights_are_inherited_by_the_share(table, seed):
    X, y = table
    own = np.random.default_rng(seed).uniform(1, 2, size=len(y))
    sampler = CutMix(labels="weighted", random_state=seed)
    rows, labels, source, weight = parts(sampler, X, y, sample_weight=own)
    made = sampler.is_synthetic_
    first, second = sampler.sample_indices_[made], sampler.partner_indices_[made]
    share = (source == first[:, None]).mean(axis=1)
    half = len(rows) // 2
    assert_array_equal(rows[:half], rows[half:])
    assert_array_equal(labels, np.append(y[first[:half]], y[second[half:]]))
    assert_allclose(weight[:half], (share * own[first])[:half])
    assert_allclose(weight[half:], ((1 - share) * own[second])[half:], atol=1e-12)

    *_, weight = parts(CutMix(random_state=seed), X, y, sample_weight=own)
    assert_allclose(weight, own)  # each row is the first of one pair


@pytest.mark.parametrize("image_shape", [None, (2, 2)])
@pytest.mark.parametrize("alpha", [0.3, 1.0, 4.0])
def test_hard_labels_have_the_loss_of_soft_ones_in_expectation(image_shape, alpha):
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(6, 4)), np.array([0, 1, 2, 0, 1, 2])
    slope, other = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))

    def losses(labels):
        sampler = CutMix(
            alpha=alpha,
            labels=labels,
            image_shape=image_shape,
            ratio=20_000,
            keep_original=False,
            random_state=2,
        )
        rows, target = sampler.fit_resample(X, y)
        logits = rows @ slope + np.abs(rows) @ other
        log_share = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        if labels == "soft":
            return -(target * log_share).sum(axis=1)
        return -log_share[np.arange(len(rows)), target]

    soft, hard, bernoulli = (losses(labels) for labels in ("soft", "hard", "bernoulli"))
    error = np.sqrt((soft.var() + hard.var()) / len(hard))
    assert abs(hard.mean() - soft.mean()) < 5 * error
    assert abs(bernoulli.mean() - soft.mean()) < 5 * error


def test_hard_labels_keep_the_shares_of_the_classes():
    X, y = distinct_cells(40, 5), np.repeat(["a", "b"], [30, 10])
    _, y_res = CutMix(ratio=3, random_state=0).fit_resample(X, y)
    assert (y_res == "b").sum() == 40


@given(st.integers(0, 2**32 - 1), st.sampled_from([(3, 4), (2, 3, 2)]))
def test_boxes_come_from_the_partner(seed, shape):
    n_cells = int(np.prod(shape))
    X = np.repeat(np.arange(8.0)[:, None], n_cells, axis=1)
    sampler = CutMix(image_shape=shape, labels="soft", random_state=seed)
    X_res, y_res = sampler.fit_resample(X, np.arange(8))
    made = sampler.is_synthetic_
    is_other = X_res[made] == sampler.partner_indices_[made][:, None]
    images = is_other.reshape(-1, *shape[:2], n_cells // (shape[0] * shape[1]))
    for image in images:
        lines, columns = image.any(axis=(1, 2)), image.any(axis=(0, 2))
        assert_array_equal(image, np.broadcast_to(np.outer(lines, columns)[..., None], image.shape))
        for side in (lines, columns):
            assert np.abs(np.diff(side.astype(int))).sum() <= 2  # one run
    rows = np.arange(len(images))
    assert_allclose(y_res[made][rows, sampler.partner_indices_[made]], is_other.mean(axis=1))


def test_marginals():
    X, y = distinct_cells(50, 6), np.repeat([0, 1], [30, 20])
    sampler = CutMix(corrupt="marginal", corruption_rate=0.3, ratio=80, random_state=0)
    weight = np.linspace(1, 2, 50)
    rows, labels, source, inherited = parts(sampler, X, y, sample_weight=weight)
    seed = sampler.sample_indices_[sampler.is_synthetic_]
    assert_array_equal(labels, y[seed])
    assert_array_equal(inherited, weight[seed])
    assert (sampler.partner_indices_ == -1).all()
    assert_array_equal(rows % 10, np.broadcast_to(np.arange(6), rows.shape))
    replaced = source != seed[:, None]
    assert_allclose(replaced.mean(axis=0), 0.3 * 49 / 50, atol=0.03)
    assert_allclose(np.corrcoef(replaced.T), np.eye(6), atol=0.08)
    both = replaced[:, 0] & replaced[:, 1]  # then each has a row of its own
    assert_allclose((source[both, 0] == source[both, 1]).mean(), 1 / 50, atol=0.03)
    _, y_soft = sampler.set_params(labels="soft").fit_resample(X, y)
    assert_array_equal(y_soft.argmax(axis=1), y[sampler.sample_indices_])


@pytest.mark.parametrize("corrupt", [None, "marginal"])
@pytest.mark.parametrize("kind", [*DENSE, *SPARSE])
def test_containers(kind, corrupt, monkeypatch):
    monkeypatch.setattr(_gates, "_BLOCK_CELLS", 16)
    monkeypatch.setattr(_cells, "_GROUP_CELLS", 30)
    X, y = distinct_cells(12, 5), np.repeat([0, 1], 6)
    X[X % 10 == 3] = 0
    expected, y_expected = CutMix(corrupt=corrupt, random_state=0).fit_resample(X, y)
    given_X = (DENSE | SPARSE)[kind](X)
    result, y_res = CutMix(corrupt=corrupt, random_state=0).fit_resample(given_X, y)
    assert type(result) is type(given_X)
    assert_array_equal(y_res, y_expected)
    if kind in SPARSE:
        assert result.format == given_X.format
        result = result.toarray()
    assert_array_equal(np.asarray(result, dtype=float), expected)


def test_cells_are_copied_exactly_whatever_they_are():
    frame = pd.DataFrame(
        {
            "big": pd.array([2**53 + 1, 2**53 + 3, 5, None], dtype="Int64"),
            "text": pd.Series(["a", None, "b", "c"], dtype="string"),
            "kind": pd.Categorical(["x", "y", None, "x"], ["y", "x", "never"], ordered=True),
            "flag": pd.array([True, False, None, True], dtype="boolean"),
            "when": pd.to_datetime(["2020-01-01", "2021-02-03", None, "2022-01-01"]),
            "any": pd.Series([1, 2.5, "z", None], dtype=object),
        },
        index=[3, 1, 4, 1],
    )
    for kind, given_X in {
        "pandas": frame,
        "polars": pl.from_pandas(frame.drop(columns="any")),
        "pyarrow": pa.Table.from_pandas(frame.drop(columns="any"), preserve_index=False),
        "array": frame.to_numpy(dtype=object),
    }.items():
        sampler = CutMix(ratio=20, random_state=0)
        X_res, _ = sampler.fit_resample(given_X, [0, 1, 0, 1])
        assert type(X_res) is type(given_X)
        if kind == "pandas":
            assert (X_res.dtypes == frame.dtypes).all()
            assert_array_equal(X_res.index, np.arange(84))
        before, after = (as_columns(X) for X in (given_X, X_res))
        first, second = sampler.sample_indices_, sampler.partner_indices_
        for own, cells in zip(before, after, strict=True):
            for cell, i, j in zip(cells, first, second, strict=True):
                assert cell == own[i] or cell == own[j], kind
        assert any(
            cell != own[i]
            for own, cells in zip(before, after, strict=True)
            for cell, i in zip(cells, first, strict=True)
        )


def as_columns(X):
    """Columns of Python objects by their text, in which missing values equal each other."""
    if isinstance(X, pd.DataFrame):
        return [[repr(cell) for cell in X[name]] for name in X]
    if isinstance(X, pl.DataFrame):
        return [[repr(cell) for cell in column.to_list()] for column in X]
    if isinstance(X, pa.Table):
        return [[repr(cell) for cell in column.to_pylist()] for column in X.columns]
    return [[repr(cell) for cell in column] for column in X.T]


@pytest.mark.parametrize("corrupt", [None, "marginal"])
def test_sparse_stays_as_sparse_as_its_rows(corrupt):
    X = sparse.random_array((60, 400), density=0.02, format="csr", rng=0)
    before = X.copy()
    X_res, _ = CutMix(corrupt=corrupt, random_state=0).fit_resample(X, np.repeat([0, 1], 30))
    assert X_res.shape == (120, 400)
    assert X_res.nnz < 3 * X.nnz
    assert (before != X).nnz == 0


@pytest.mark.parametrize("labels", LABELS)
def test_the_same_seed_gives_the_same_bytes_whatever_the_blocks(labels, monkeypatch):
    X, y = distinct_cells(30, 7), np.repeat(["a", "b", "c"], 10)
    X.setflags(write=False)
    whole = CutMix(labels=labels, random_state=3).fit_resample(X, y)
    monkeypatch.setattr(_gates, "_BLOCK_CELLS", 20)
    pieces = CutMix(labels=labels, random_state=3).fit_resample(X, y)
    for a, b in zip(whole, pieces, strict=True):
        assert a.tobytes() == b.tobytes()


def test_search_and_pipelines():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 4)), np.repeat([0, 1], 30)
    X[y == 1] += 1
    classifier = AugmentedClassifier(LogisticRegression(), CutMix(labels="weighted"))
    search = GridSearchCV(classifier, {"sampler__alpha": [0.2, 1.0]}, cv=2).fit(X, y)
    assert search.best_score_ > 0.6
    regressor = AugmentedRegressor(Ridge(), CutMix(random_state=0))
    assert (
        GridSearchCV(regressor, {"sampler__alpha": [0.2, 1.0]}, cv=2).fit(X, X[:, 0]).best_params_
    )
    assert sklearn_pipeline(classifier).fit(X, y).score(X, y) > 0.6
    assert make_pipeline(CutMix(random_state=0), LogisticRegression()).fit(X, y).score(X, y) > 0.6


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"image_shape": (2, 3)}, r"2 \* 3 = 6, but X has n_features = 4"),
        ({"image_shape": (4,)}, "image_shape of CutMix must be"),
        (
            {"pairs": "balanced"},
            "labels='hard' of CutMix .* with pairs='balanced' it is not",
        ),
        ({"corrupt": "marginal", "labels": "weighted"}, "Set labels to 'hard' or 'soft'"),
        ({"corrupt": "marginal", "pairs": "same_class"}, "Set pairs to 'random'"),
        ({"corrupt": "marginal", "image_shape": (2, 2)}, "Set image_shape to None"),
        ({"corruption_rate": 0}, "'corruption_rate' parameter of CutMix must be"),
        ({"alpha": 0}, "'alpha' parameter of CutMix must be"),
    ],
)
@pytest.mark.parametrize("method", ["fit", "fit_resample"])
def test_bad_parameters(parameters, message, method):
    with pytest.raises(ValueError, match=message):
        getattr(CutMix(**parameters), method)(np.ones((6, 4)), [0, 0, 0, 1, 1, 1])


@pytest.mark.parametrize("pairs", ["same_class", "other_class", "neighbors", "balanced"])
def test_pairs(pairs):
    X, y = distinct_cells(20, 3), np.repeat([0, 1], [14, 6])
    sampler = CutMix(pairs=pairs, labels="bernoulli", random_state=0)
    sampler.fit_resample(X, y)
    made = sampler.is_synthetic_
    first, second = sampler.sample_indices_[made], sampler.partner_indices_[made]
    if pairs == "neighbors":
        assert (np.abs(first - second) <= 6).all()
    elif pairs != "balanced":
        assert ((y[first] == y[second]) == (pairs == "same_class")).all()
