"""AdversarialForest: leaves within which columns are independent."""

import pickle
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import integrate, stats
from sklearn.ensemble import RandomForestClassifier
from strategies import generators, labelled_categories, labelled_numbers
from tied_tables import mixed, told_apart

from skaug.generative import AdversarialForest
from skaug.generative._cell_density import LeafDensity, log_density
from skaug.generative._tree_cells import Cells, CellTree

few = settings(max_examples=25)


def grown(rng, n_rows=60, n_columns=3, n_trees=3):
    """Return a forest on random rows on a grid, its trees, and the rows."""
    X = rng.integers(-4, 5, size=(n_rows, n_columns)).astype(float)
    forest = RandomForestClassifier(n_trees, min_samples_leaf=2, random_state=0)
    forest.fit(X, rng.integers(2, size=n_rows))
    return forest, [CellTree.of(tree.tree_) for tree in forest.estimators_], X


def nodes_above(tree, leaf):
    """Return the nodes from a leaf up to the root."""
    path = [leaf]
    while path[-1]:
        path.append(int(tree.parents[path[-1]]))
    return path


@given(generators())
def test_rows_fall_into_the_leaves_of_scikit_learn_and_into_their_boxes(rng):
    forest, trees, X = grown(rng)
    for tree, leaves in zip(trees, forest.apply(X).T, strict=True):
        rows, found = tree.leaves(X)
        assert_array_equal(rows, np.arange(len(X)))
        assert_array_equal(found, leaves)
        low, high = tree.boxes(X.shape[1])
        assert (low[leaves] < X).all()
        assert (high[leaves] >= X).all()


@given(generators())
def test_a_row_that_misses_a_value_is_in_every_leaf_that_one_could_lead_to(rng):
    _, trees, X = grown(rng, n_rows=30)
    for tree in trees:
        low, high = tree.boxes(X.shape[1])
        is_leaf = tree.left < 0
        asked = X[:5].copy()
        asked[rng.random(asked.shape) < 0.5] = np.nan
        rows, leaves = tree.leaves(asked)
        for i, row in enumerate(asked):
            inside = (np.isnan(row) | ((low < row) & (row <= high))).all(axis=1)
            assert sorted(leaves[rows == i]) == np.flatnonzero(inside & is_leaf).tolist()


@given(generators(), st.integers(1, 12), st.integers(1, 3))
def test_cells_are_those_of_a_loop_over_rows(rng, min_size, n_groups):
    forest, trees, X = grown(rng)
    groups, leaves = rng.integers(n_groups, size=len(X)), forest.apply(X)
    cells = Cells.of(trees, leaves, groups, min_size)
    for t, tree in enumerate(trees):
        paths = [nodes_above(tree, leaf) for leaf in leaves[:, t]]
        for row in range(len(X)):
            for node in paths[row]:
                own = [i for i in range(len(X)) if node in paths[i] and groups[i] == groups[row]]
                if len(own) >= min_size:
                    break
            assert cells.nodes[t, row] == node
            begin = cells.starts[t, row]
            assert sorted(cells.donors[t, begin : begin + cells.sizes[t, row]]) == own


@given(generators())
def test_donors_are_drawn_from_the_cell(rng):
    forest, trees, X = grown(rng)
    cells = Cells.of(trees, forest.apply(X), np.zeros(len(X), dtype=int), 5)
    which, rows = rng.integers(3, size=20), rng.integers(len(X), size=20)
    uniform = rng.random((20, 4))
    uniform[0] = np.nextafter(1, 0)
    drawn = cells.drawn(which, rows, uniform)
    for i, (t, row) in enumerate(zip(which, rows, strict=True)):
        begin, size = cells.starts[t, row], cells.sizes[t, row]
        own = cells.donors[t, begin : begin + size]
        assert_array_equal(drawn[i], own[(uniform[i] * size).astype(int)])


@few
@given(labelled_numbers(missing=True))
def test_each_cell_occurs_in_its_column_of_the_class(Xy):
    X, y = Xy
    model = AdversarialForest(n_estimators=3, max_iter=2, random_state=0).fit(X, y)
    X_new, y_new = model.sample(40)
    for label in np.unique(y_new):
        for made, column in zip(X_new[y_new == label].T, X[y == label].T, strict=True):
            assert np.isin(made[~np.isnan(made)], column).all()
            assert np.isnan(column).any() or not np.isnan(made).any()


@few
@given(labelled_categories())
def test_categories_too(Xy):
    X, y = Xy
    model = AdversarialForest(n_estimators=3, max_iter=2, random_state=0).fit(X, y)
    for made, column in zip(model.sample(40)[0].T, X.T, strict=True):
        assert set(made) <= set(column)
    assert np.isfinite(model.score_samples(X, y)).all()


@few
@given(labelled_numbers(missing=True))
def test_smooth_numbers_stay_in_the_range_of_their_column(Xy):
    X, y = Xy
    model = AdversarialForest(n_estimators=3, max_iter=1, smooth=True, random_state=0)
    for made, column in zip(model.fit(X, y).sample(40)[0].T, X.T, strict=True):
        present = made[~np.isnan(made)]
        assert (present >= np.nanmin(column, initial=np.inf)).all()
        assert (present <= np.nanmax(column, initial=-np.inf)).all()


def test_columns_keep_what_ties_them():
    X, y = mixed(3000)
    model = AdversarialForest(random_state=0).fit(X, y)
    assert model.accuracies_[0] > 0.75
    assert model.accuracies_[-1] < 0.55
    X_new, y_new = model.sample()
    assert_array_equal(np.bincount(y_new), np.bincount(y))
    assert abs((X_new["spike"] == 0).mean() - (X["spike"] == 0).mean()) < 0.03
    assert ((X_new["spike"] == 0) == (X_new["a"] < 0)).mean() > 0.9
    for kind, share in X["hole"].isna().groupby(X["kind"]).mean().items():
        assert abs(X_new["hole"].isna()[X_new["kind"] == kind].mean() - share) < 0.1
    assert abs(X_new["a"][y_new == 1].mean() - X["a"][y == 1].mean()) < 0.1


def test_rows_are_hard_to_tell_from_rows_not_learnt_and_seldom_copies():
    X, y = mixed(6000)
    learnt, others = X.iloc[:3000].assign(y=y[:3000]), X.iloc[3000:].assign(y=y[3000:])
    model = AdversarialForest(random_state=0).fit(learnt.drop(columns="y"), learnt["y"])
    X_new, y_new = model.sample()
    assert 0.4 < told_apart(X_new.assign(y=np.asarray(y_new)), others) < 0.75
    key = list(X.columns)
    assert len(X_new.merge(learnt[key].drop_duplicates(), on=key)) < 0.02 * 3000  # 1 % here


def test_smooth_numbers_are_new_and_spikes_stay():
    X, y = mixed(1000)
    made = AdversarialForest(smooth=True, random_state=0).fit(X, y).sample(2000)[0]
    assert not np.isin(made["a"], X["a"]).any()
    assert abs((made["spike"] == 0).mean() - (X["spike"] == 0).mean()) < 0.05
    assert np.isin(made["whole"], X["whole"]).all()
    assert abs(made["a"].mean() - X["a"].mean()) < 0.1
    assert abs(made["a"].std() - X["a"].std()) < 0.1


def test_numbers_to_predict_are_kept_and_condition_the_rows():
    rng = np.random.default_rng(0)
    y = rng.uniform(size=1000)
    X = np.column_stack([y + 0.05 * rng.normal(size=1000), rng.normal(size=1000)])
    wanted = np.linspace(0.011, 0.987, 500)
    X_new, y_new = AdversarialForest(random_state=0).fit(X, y).sample(y=wanted)
    assert_array_equal(y_new, wanted)
    assert np.abs(X_new[:, 0] - wanted).mean() < 0.12


@given(generators())
def test_the_density_of_a_tree_sums_to_one(rng):
    forest, _, X = grown(rng, n_rows=40, n_columns=2, n_trees=1)
    V = np.column_stack([X[:, 0] + rng.random(40) / 9, X[:, 1] + 4])
    V[:, 1] = np.unique(V[:, 1], return_inverse=True)[1]
    forest.fit(V, rng.integers(2, size=40))
    tree = CellTree.of(forest.estimators_[0].tree_)
    density = LeafDensity.of(tree, forest.apply(V)[:, 0], V, np.array([False, True]))
    grid = np.linspace(-60, 60, 24_001)
    total = sum(
        integrate.trapezoid(np.exp(density.log(np.column_stack([grid, 0 * grid + k]))), grid)
        for k in range(int(V[:, 1].max()) + 1)
    )
    assert_allclose(total, 1, atol=0.03)


def test_the_density_approaches_that_of_independent_columns():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(3, 2, size=2000), rng.exponential(size=2000)])
    model = AdversarialForest(min_samples_leaf=40, random_state=0).fit(X, np.zeros(2000))
    new = np.column_stack([rng.normal(3, 2, size=500), rng.exponential(size=500)])
    known = stats.norm(3, 2).logpdf(new[:, 0]) + stats.expon.logpdf(new[:, 1])
    scored = model.score_samples(new)
    assert np.corrcoef(scored, known)[0, 1] > 0.9
    assert abs((scored - known).mean()) < 0.15


def test_rows_score_higher_than_shuffled_ones():
    X, y = mixed(2000)
    model = AdversarialForest(random_state=0).fit(X.iloc[:1000], y[:1000])
    rng = np.random.default_rng(0)
    others = X.iloc[1000:]
    shuffled = others.apply(lambda column: rng.permutation(column.to_numpy()))
    assert model.score_samples(others).mean() > model.score_samples(shuffled).mean() + 1


def test_what_is_missing_or_unheard_of_may_be_anything():
    X, y = mixed(1000)
    model = AdversarialForest(random_state=0).fit(X, y)
    rows = X.iloc[:20].copy()
    joint = np.column_stack([model.score_samples(rows, np.full(20, label)) for label in (0, 1)])
    assert_allclose(np.logaddexp(*joint.T), model.score_samples(rows), rtol=1e-9)
    levels = [model.score_samples(rows.assign(kind=kind)) for kind in ("p", "q", "r")]
    unheard = model.score_samples(rows.assign(kind="never"))
    assert_allclose(np.logaddexp.reduce(levels), unheard, rtol=1e-9)
    assert_allclose(unheard, model.score_samples(rows.assign(kind=None)), rtol=1e-12)
    nothing = pd.DataFrame([[np.nan] * 6], columns=X.columns).astype({"kind": object})
    assert_allclose(model.score_samples(nothing), 0, atol=1e-9)


def test_scores_do_not_depend_on_the_block_or_the_order_of_levels(monkeypatch):
    X, y = mixed(400)
    model = AdversarialForest(n_estimators=5, random_state=0).fit(X, y)
    scores = model.score_samples(X)
    assert_allclose(model.score_samples(X.iloc[::-1])[::-1], scores, rtol=1e-12)
    monkeypatch.setattr("skaug.generative._cell_density._BLOCK", 7)
    assert_allclose(model.score_samples(X), scores, rtol=1e-12)


def test_density_of_labels_needs_one_for_each_row():
    X, y = mixed(100)
    model = AdversarialForest(n_estimators=2, random_state=0).fit(X, y)
    with pytest.raises(ValueError, match="as many rows as X, 100; it has 99"):
        model.score_samples(X, y[:-1])
    with pytest.raises(ValueError, match="y asks for 7"):
        model.score_samples(X, np.full(100, 7))
    with pytest.raises(ValueError, match="feature names"):
        model.score_samples(X.rename(columns={"a": "z"}))


def test_rows_do_not_depend_on_threads_and_outlive_pickling():
    X, y = mixed(300)
    one = AdversarialForest(n_estimators=5, random_state=3).fit(X, y)
    two = AdversarialForest(n_estimators=5, n_jobs=2, random_state=3).fit(X, y)
    again = pickle.loads(pickle.dumps(one))
    expected = one.sample(100)[0]
    pd.testing.assert_frame_equal(expected, two.sample(100)[0])
    pd.testing.assert_frame_equal(expected, again.sample(100)[0])
    assert_array_equal(one.score_samples(X), again.score_samples(X))
    assert not expected.equals(one.sample(100)[0])


def test_many_rows_take_no_loop():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(1000, 5)), rng.integers(2, size=1000)
    model = AdversarialForest(random_state=0).fit(X, y)
    begin = time.process_time()
    model.sample(100_000)
    assert time.process_time() - begin < 2


@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize("n_rows", [1, 2, 30])
def test_columns_without_values_and_constant_ones(n_rows, smooth):
    X = np.column_stack([np.full(n_rows, np.nan), np.ones(n_rows), np.arange(n_rows) + 0.5])
    y = np.zeros(n_rows, dtype=int)
    model = AdversarialForest(n_estimators=3, smooth=smooth, random_state=0).fit(X, y)
    made = model.sample(20)[0]
    assert np.isnan(made[:, 0]).all()
    assert (made[:, 1] == 1).all()
    assert ((made[:, 2] >= 0.5) & (made[:, 2] < n_rows)).all()
    assert np.isfinite(model.score_samples(X)).all()


def test_the_log_density_is_the_mean_over_trees():
    rng = np.random.default_rng(0)
    forest, trees, X = grown(rng)
    is_category, leaves = np.zeros(3, dtype=bool), forest.apply(X)
    alone = [
        log_density([t], own[:, None], X, is_category, X)
        for t, own in zip(trees, leaves.T, strict=True)
    ]
    both = log_density(trees, leaves, X, is_category, X)
    assert_allclose(np.exp(both), np.exp(alone).mean(axis=0))
