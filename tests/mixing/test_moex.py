"""MoEx: rows that keep their shape and take on the moments of others."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from strategies import generators, labelled_numbers, numbers

from skaug.mixing import _moments
from skaug.mixing._moex import MoEx
from skaug.mixing._moments import Groups, exchange_moments


def groups_of_images(norm, height, width, n_channels, channels="last"):
    """The columns of each group, by counting."""
    shape = (height, width, n_channels) if channels == "last" else (n_channels, height, width)
    index = np.arange(height * width * n_channels).reshape(shape)
    index = index if channels == "last" else np.moveaxis(index, 0, -1)
    if norm == "instance":
        return [index[:, :, c].ravel() for c in range(n_channels)]
    if norm == "positional":
        return [index[r, c] for r in range(height) for c in range(width)]
    return [index.ravel()]


def reference(X, seed, partner, groups, eps):
    """Return the rows one by one and group by group, as the paper writes them."""
    made = X[seed].copy()
    for columns in groups:
        present = [row[columns][~np.isnan(row[columns])] for row in X]
        typical = np.mean([part.var() for part in present if len(part)] or [0.0])
        for row, (i, j) in enumerate(zip(seed, partner, strict=True)):
            if len(present[i]) == 0 or len(present[j]) == 0:
                continue
            sigma_i, sigma_j = (np.sqrt(present[k].var() + eps * typical) for k in (i, j))
            scale = sigma_j / sigma_i if sigma_i > 0 else 1.0
            made[row, columns] = scale * (X[i, columns] - present[i].mean()) + present[j].mean()
    return made


def exchanged(X, seed, partner, groups, eps=1e-5):
    label = np.full(X.shape[1], -1)
    for number, columns in enumerate(groups):
        label[columns] = number
    out = np.empty((len(seed), X.shape[1]))
    exchange_moments(X, np.asarray(seed), np.asarray(partner), Groups.of(label), eps, out)
    return out


@given(st.data(), generators())
def test_rows_are_those_of_the_reference(data, rng):
    X = data.draw(numbers(data.draw(st.integers(1, 8)), max_columns=8, missing=True))
    n_groups = data.draw(st.integers(1, X.shape[1]))
    label = rng.integers(-1, n_groups, size=X.shape[1])
    groups = [np.flatnonzero(label == g) for g in range(n_groups) if (label == g).any()]
    if not groups:
        return
    seed, partner = rng.integers(len(X), size=(2, 20))
    eps = data.draw(st.sampled_from([1e-5, 0.1]))
    found = exchanged(X, seed, partner, groups, eps)
    expected = reference(X, seed, partner, groups, eps)
    # of values that are nearly equal only the part that tells them apart is left
    scale = np.nanmax(np.abs(X), initial=1.0)
    assert_allclose(found, expected, rtol=1e-6, atol=1e-6 * scale)


@pytest.mark.parametrize("norm", ["layer", "instance", "positional"])
@pytest.mark.parametrize("channels", ["last", "first"])
def test_images(norm, channels):
    X = np.random.default_rng(0).normal(size=(12, 4 * 3 * 2))
    y = np.repeat([0, 1], 6)
    sampler = MoEx(norm=norm, image_shape=(4, 3, 2), channels=channels, random_state=0)
    X_res, _ = sampler.fit_resample(X, y)
    seed, partner = sampler.sample_indices_[12:], sampler.partner_indices_[12:]
    groups = groups_of_images(norm, 4, 3, 2, channels)
    assert_allclose(X_res[12:], reference(X, seed, partner, groups, 1e-5), atol=1e-10)


@given(st.data(), generators())
def test_moments_are_exchanged_and_shapes_kept(data, rng):
    X = rng.normal(size=(10, 6)) * 10.0 ** rng.integers(-3, 4) + rng.normal(size=(10, 1))
    seed, partner = rng.integers(10, size=(2, 20))
    made = exchanged(X, seed, partner, [np.arange(6)])
    assert_allclose(made.mean(axis=1), X[partner].mean(axis=1), atol=1e-9 * np.abs(X).max())
    assert_allclose(made.std(axis=1), X[partner].std(axis=1), rtol=1e-2)
    assert_array_equal(np.argsort(made, axis=1), np.argsort(X[seed], axis=1))


@given(st.data())
def test_a_row_exchanged_with_itself_stays(data):
    X = data.draw(numbers(5, max_columns=6, missing=True))
    rows = np.arange(5)
    made = exchanged(X, rows, rows, [np.arange(X.shape[1])])
    assert_allclose(made, X, rtol=1e-9, atol=1e-9 * np.nanmax(np.abs(X), initial=0))


@given(generators(), st.integers(-6, 6))
def test_units_do_not_matter(rng, power):
    X = rng.normal(size=(8, 5))
    X[0] = 1.0  # does not vary
    X[1] = 1.0 + 1e-9 * X[1]  # hardly does
    seed, partner = rng.integers(8, size=(2, 20))
    unit = 10.0**power
    plain = exchanged(X, seed, partner, [np.arange(5)])
    other = exchanged(X * unit + unit, seed, partner, [np.arange(5)])
    assert_allclose(other / unit - 1, plain, atol=1e-9)


@given(generators(), st.floats(0, 1e-3), st.sampled_from([1e-5, 1e-2]))
def test_nothing_explodes_where_a_row_hardly_varies(rng, spread, eps):
    X = rng.normal(size=(8, 6))
    X[0] = 3.0 + spread * X[0]
    made = exchanged(X, [0] * 7, range(1, 8), [np.arange(6)], eps)
    sigma = np.sqrt(X.var(axis=1) + eps * X.var(axis=1).mean())
    assert (made.std(axis=1) <= sigma[1:] + 1e-9).all()
    if spread == 0:
        assert_allclose(made, np.repeat(X[1:].mean(axis=1), 6).reshape(7, 6), rtol=1e-12)


def test_rows_that_are_all_constant_exchange_their_levels():
    X = np.array([[0.1] * 3, [0.7] * 3])
    assert_array_equal(exchanged(X, [0, 1], [1, 0], [np.arange(3)]), X[::-1])


def test_blocks_do_not_matter(monkeypatch):
    X = np.random.default_rng(0).normal(size=(50, 6))
    seed, partner = np.random.default_rng(1).integers(50, size=(2, 200))
    whole = exchanged(X, seed, partner, [np.arange(4)])
    monkeypatch.setattr(_moments, "_BLOCK_CELLS", 13)
    assert_array_equal(exchanged(X, seed, partner, [np.arange(4)]), whole)


@given(labelled_numbers(missing=True), st.floats(0, 1))
def test_shares_of_the_classes_are_lam(Xy, lam):
    X, y = Xy
    sampler = MoEx(lam=lam, labels="soft", random_state=0)
    X_res, shares = sampler.fit_resample(X, y)
    n, rows = len(y), np.arange(len(y))
    code = np.searchsorted(sampler.classes_, y)
    expected = np.zeros((n, len(sampler.classes_)))
    np.add.at(expected, (rows, code[sampler.sample_indices_[n:]]), lam)
    np.add.at(expected, (rows, code[sampler.partner_indices_[n:]]), 1 - lam)
    assert_allclose(shares[n:], expected, atol=1e-12)
    assert_array_equal(X_res[:n], X)
    assert_array_equal(np.isnan(X_res[n:]), np.isnan(X[sampler.sample_indices_[n:]]))


def test_labels_by_their_law():
    X, y = np.random.default_rng(0).normal(size=(4000, 3)), np.arange(4000)
    y %= 2
    sampler = MoEx(lam=0.7, pairs="other_class", random_state=0)
    _, y_res = sampler.fit_resample(X, y)
    own = y_res[4000:] == y[sampler.sample_indices_[4000:]]
    assert abs(own.mean() - 0.7) < 4 * np.sqrt(0.21 / 4000)
    sampler.set_params(labels="weighted")
    _, y_res, w_res = sampler.fit_resample(X, y)
    assert_allclose(w_res[4000:], np.repeat([0.7, 0.3], 4000))
    seed, partner = sampler.sample_indices_[4000:], sampler.partner_indices_[4000:]
    assert_array_equal(y_res[4000:], np.r_[y[seed[:4000]], y[partner[4000:]]])
    sampler.set_params(labels="hard", lam=1)
    _, y_res = sampler.fit_resample(X, y)
    assert_array_equal(y_res[4000:], y[sampler.sample_indices_[4000:]])


def test_numbers_to_predict_are_mixed():
    X, y = np.random.default_rng(0).normal(size=(20, 3)), np.linspace(0, 1, 20) + 0.01
    sampler = MoEx(lam=0.75, random_state=0).set_params(labels="soft")
    _, y_res = sampler.fit_resample(X, y)
    seed, partner = sampler.sample_indices_[20:], sampler.partner_indices_[20:]
    assert_allclose(y_res[20:], 0.75 * y[seed] + 0.25 * y[partner])


GROUPS = {
    "indices": [[0, 2], [1, 3]],
    "names": [["a", "c"], ("b", "d")],
    "set": [{"a", "c"}, {"b", "d"}],
    "masks": [[True, False, True, False, False], [False, True, False, True, False]],
    "arrays": [np.array([0, 2]), np.array([1, 3])],
}


@pytest.mark.parametrize("form", GROUPS)
def test_groups_of_columns_in_any_form(form):
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(10, 5)), columns=list("abcde"))
    sampler = MoEx(norm="group", feature_groups=GROUPS[form], random_state=0)
    X_res, _ = sampler.fit_resample(X, np.repeat([0, 1], 5))
    seed, partner = sampler.sample_indices_[10:], sampler.partner_indices_[10:]
    groups = [np.array([0, 2]), np.array([1, 3])]
    expected = reference(X.to_numpy(), seed, partner, groups, 1e-5)
    assert_allclose(X_res[10:], expected)
    assert_array_equal(X_res["e"][10:], X["e"].to_numpy()[seed])  # in no group


@pytest.mark.parametrize(
    "labels", [[0, 1, 0, 1, 1], ["u", "v", "u", "v", "v"], (5, None, 5, None, None)]
)
def test_groups_by_a_label_for_each_column(labels):
    X = np.random.default_rng(0).normal(size=(10, 5))
    y = np.repeat([0, 1], 5)
    by_label = MoEx(norm="group", feature_groups=labels, random_state=0)
    by_columns = MoEx(norm="group", feature_groups=[[0, 2], [1, 3, 4]], random_state=0)
    assert_array_equal(by_label.fit_resample(X, y)[0], by_columns.fit_resample(X, y)[0])


def test_categories_are_the_first_rows_and_integers_rounded():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"kind": pd.Categorical(list("abcde") * 4), "n": rng.integers(50, 90, 20)})
    X["m"] = rng.integers(50, 90, 20)
    sampler = MoEx(norm="group", feature_groups=[["n", "m"]], random_state=0)
    X_res, _ = sampler.fit_resample(X, np.repeat([0, 1], 10))
    assert X_res.dtypes.equals(X.dtypes)
    seed = sampler.sample_indices_[20:]
    assert X_res["kind"][20:].tolist() == X["kind"][seed].tolist()


WRONG = [
    ({"norm": "group"}, "feature_groups of MoEx goes with norm='group'"),
    ({"feature_groups": [[0, 1]]}, "feature_groups of MoEx goes with norm='group'"),
    ({"norm": "instance"}, r"norm='instance' of MoEx needs image_shape=\(height, width"),
    ({"norm": "positional"}, "norm='positional' of MoEx needs image_shape"),
    ({"norm": "positional", "image_shape": (2, 2)}, "takes moments over channels and needs at lea"),
    ({"image_shape": (2, 3)}, r"image_shape=\(2, 3\) of MoEx has 6 values; X has 4 columns"),
    ({"image_shape": (4,)}, r"image_shape of MoEx must be \(height, width\)"),
    ({"image_shape": (2, 2.0)}, "image_shape of MoEx must be"),
    ({"image_shape": (-2, -2)}, "image_shape of MoEx must be"),
    ({"norm": "group", "feature_groups": [0, 1]}, "a label for each of the 4 columns; got 2"),
    ({"norm": "group", "feature_groups": [[0], [0, 1]]}, "must not overlap; column 0 is in two"),
    ({"norm": "group", "feature_groups": [[0], []]}, "Group 1 in feature_groups of MoEx has no"),
    ({"norm": "group", "feature_groups": [[0, 4]]}, "feature_groups of MoEx must be indices from"),
    ({"labels": "hard"}, "labels='hard' of MoEx keeps the label .* lam=1 only; lam is 0.9"),
    ({"labels": "weighted", "lam": 2}, "'lam' parameter of MoEx"),
]


@pytest.mark.parametrize(("params", "message"), WRONG)
def test_what_does_not_go_together_is_refused(params, message):
    X, y = np.random.default_rng(0).normal(size=(6, 4)), [0, 0, 0, 1, 1, 1]
    with pytest.raises(ValueError, match=message):
        MoEx(**params).fit_resample(X, y)


def test_tables_without_moments_are_refused():
    y = [0, 0, 1, 1]
    with pytest.raises(ValueError, match="MoEx does not work on sparse data"):
        MoEx().fit_resample(sparse.eye_array(4, format="csr"), y)
    with pytest.raises(ValueError, match="MoEx needs numeric columns"):
        MoEx().fit_resample(np.array([["a"], ["b"], ["a"], ["b"]]), y)
    X = pd.DataFrame({"kind": list("abab"), "x": [1.0, 2, 3, 4], "z": [0.0, 1, 1, 0]})
    with pytest.raises(ValueError, match="must name numeric columns; column 'kind' is categorical"):
        MoEx(norm="group", feature_groups=[["kind", "x"]]).fit_resample(X, y)
    with pytest.raises(ValueError, match="image_shape needs numeric columns only; X has 1 categ"):
        MoEx(image_shape=(3, 1)).fit_resample(X, y)
