"""SequentialCART: column by column, from the leaves of trees."""

import pickle
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from strategies import generators, labelled_categories, labelled_numbers
from tied_tables import mixed, told_apart

from skaug.generative import SequentialCART
from skaug.generative._column_tree import ColumnTree, LeafDonors
from skaug.generative._tree_columns import Column, level_ranks, stands_alone, told_by


@given(labelled_numbers(missing=True), st.sampled_from(["given", "correlation"]))
def test_each_cell_occurs_in_its_column(Xy, order):
    X, y = Xy
    X_new, y_new = SequentialCART(order=order, random_state=0).fit(X, y).sample(40)
    assert len(X_new) == len(y_new) == 40
    for made, column in zip(X_new.T, X.T, strict=True):
        assert np.isin(made[~np.isnan(made)], column).all()
        assert np.isnan(column).any() or not np.isnan(made).any()


@given(labelled_categories())
def test_categories_too(Xy):
    X, y = Xy
    X_new, _ = SequentialCART(random_state=0).fit(X, y).sample(40)
    for made, column in zip(X_new.T, X.T, strict=True):
        assert set(made) <= set(column)


@given(labelled_numbers(missing=True))
def test_smooth_numbers_stay_in_the_range_of_their_column(Xy):
    X, y = Xy
    X_new, _ = SequentialCART(smooth=True, random_state=0).fit(X, y).sample(40)
    for made, column in zip(X_new.T, X.T, strict=True):
        present = made[~np.isnan(made)]
        assert (present >= np.nanmin(column, initial=np.inf)).all()
        assert (present <= np.nanmax(column, initial=-np.inf)).all()


@given(labelled_numbers(missing=True))
def test_trees_do_not_see_in_what_unit_numbers_are(Xy):
    X, y = Xy
    power = np.ldexp(X, 7)
    model = SequentialCART(random_state=0)
    made = model.fit(X, y).sample(30)[0]
    assert_array_equal(np.ldexp(made, 7), model.fit(power, y).sample(30)[0])


@given(generators(), st.integers(1, 40), st.integers(1, 8))
def test_donors_are_those_of_a_loop_over_rows(rng, n_rows, n_nodes):
    leaves = rng.integers(n_nodes, size=n_rows)
    cells = rng.integers(3, size=n_rows)
    donors = LeafDonors.of(leaves, n_nodes, within=cells)
    asked, uniform = rng.choice(leaves, size=20), rng.random(20)
    places = donors.places(asked, uniform).astype(int)
    for leaf, u, row in zip(asked, uniform, donors.rows[places], strict=True):
        own = sorted(np.flatnonzero(leaves == leaf), key=lambda i: (cells[i], i))
        assert row == own[int(u * len(own))]
    last = donors.places(asked, np.full(20, np.nextafter(1, 0))).astype(int)
    assert_array_equal(leaves[donors.rows[last]], asked)


@given(generators(), st.integers(2, 30))
def test_levels_of_one_response_stand_in_the_order_of_their_means(rng, n_levels):
    means = rng.permutation(n_levels).astype(float)
    ranks = level_ranks(means[:, None], rng.integers(1, 9, size=n_levels))
    ascending = np.argsort(means)
    assert list(ranks[ascending]) in [list(range(n_levels)), list(range(n_levels))[::-1]]


def test_columns_keep_what_ties_them():
    X, y = mixed(4000)
    X_new, y_new = SequentialCART(random_state=0).fit(X, y).sample()
    assert_array_equal(np.bincount(y_new), np.bincount(y))
    assert np.abs(X_new["b"] - np.sin(2 * X_new["a"])).mean() < 0.25  # 0.16 in the table
    assert abs((X_new["spike"] == 0).mean() - (X["spike"] == 0).mean()) < 0.03
    assert ((X_new["spike"] == 0) == (X_new["a"] < 0)).mean() > 0.97
    for kind, share in X["hole"].isna().groupby(X["kind"]).mean().items():
        assert abs(X_new["hole"].isna()[X_new["kind"] == kind].mean() - share) < 0.05
    assert abs(X_new["a"][y_new == 1].mean() - X["a"][y == 1].mean()) < 0.1


def test_rows_are_hard_to_tell_from_rows_not_learnt_and_seldom_copies():
    X, y = mixed(6000)
    learnt, others = X.iloc[:3000].assign(y=y[:3000]), X.iloc[3000:].assign(y=y[3000:])
    model = SequentialCART(random_state=0).fit(learnt.drop(columns="y"), learnt["y"])
    X_new, y_new = model.sample()
    assert 0.4 < told_apart(X_new.assign(y=np.asarray(y_new)), others) < 0.62
    rng = np.random.default_rng(0)
    shuffled = others.apply(lambda column: rng.permutation(column.to_numpy()))
    assert told_apart(shuffled, learnt) > 0.9  # the measure tells where there is a difference
    key = list(X.columns)
    assert len(X_new.merge(learnt[key].drop_duplicates(), on=key)) < 0.005 * 3000  # 0.2 % here


def test_fewer_donors_give_more_copies():
    X, y = mixed(1500)
    X, shares = X[["a", "b", "spike"]], []
    for leaf in (1, 15):
        made = SequentialCART(min_samples_leaf=leaf, random_state=0).fit(X, y).sample()[0]
        shares.append(len(made.merge(X.drop_duplicates(), on=list(X.columns))) / len(X))
    assert shares[0] > 0.9
    assert shares[1] < 0.1


def test_small_classes_have_values_of_their_own():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3))
    y = np.repeat([0, 1], [292, 8])
    X[y == 1] += 20
    made = SequentialCART(random_state=0).fit(X, y).sample(y={1: 200})[0]
    assert (made > 10).all()


def test_smooth_numbers_are_new_and_spikes_stay():
    X, y = mixed(1000)
    made = SequentialCART(smooth=True, random_state=0).fit(X, y).sample(2000)[0]
    assert np.isin(made["a"], X["a"]).mean() < 0.1
    assert abs((made["spike"] == 0).mean() - (X["spike"] == 0).mean()) < 0.05
    assert np.isin(made["whole"], X["whole"]).all()
    assert abs(made["a"].std() - X["a"].std()) < 0.1


def test_numbers_to_predict_are_kept_and_condition_the_rows():
    rng = np.random.default_rng(0)
    y = rng.uniform(size=2000)
    X = np.column_stack([y + 0.05 * rng.normal(size=2000), rng.normal(size=2000)])
    model = SequentialCART(random_state=0).fit(X, y)
    wanted = np.linspace(0.011, 0.987, 500)  # none of them was learnt
    X_new, y_new = model.sample(y=wanted)
    assert_array_equal(y_new, wanted)
    assert np.abs(X_new[:, 0] - wanted).mean() < 0.06


def test_the_order_can_be_chosen():
    X, y = mixed(500)
    names = ["kind", "a", "whole", "b", "hole", "spike"]
    by_name = SequentialCART(order=names, random_state=0).fit(X, y)
    assert by_name.order_.tolist() == [3, 0, 5, 1, 4, 2]
    by_index = SequentialCART(order=by_name.order_, random_state=0).fit(X, y)
    pd.testing.assert_frame_equal(by_name.sample(50)[0], by_index.sample(50)[0])
    assert SequentialCART().fit(X, y).order_.tolist() == list(range(6))


def test_columns_that_y_tells_most_of_come_first():
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=400)
    X = np.column_stack([rng.normal(size=400), y + rng.normal(size=400), 9 * y, np.ones(400)])
    for target in (y, y + 0.01 * rng.random(400)):
        assert SequentialCART(order="correlation").fit(X, target).order_[:2].tolist() == [2, 1]


@given(generators(), st.integers(2, 4))
def test_what_y_tells_is_the_ratio_of_variances(rng, n_classes):
    y, x = rng.permutation(np.arange(30) % n_classes), rng.permutation(30).astype(float)
    means = np.array([x[y == label].mean() for label in y])
    told = told_by(Column(x, is_category=False), Column(y, is_category=True))
    assert_allclose(told, means.var() / x.var(), rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize(
    "order", [[0, 1], [0, 0, 1, 2, 3, 4], ["a", "b", "x", "kind", "hole", "whole"], [0.5] * 6]
)
def test_an_order_must_have_every_column_once(order):
    X, y = mixed(100)
    with pytest.raises(ValueError, match="each of the 6 columns of X once"):
        SequentialCART(order=order).fit(X, y)


def test_rows_do_not_depend_on_threads_and_outlive_pickling():
    X, y = mixed(600)
    one = SequentialCART(random_state=3).fit(X, y)
    two = SequentialCART(n_jobs=2, random_state=3).fit(X, y)
    again = pickle.loads(pickle.dumps(one))
    expected = one.sample(100)[0]
    pd.testing.assert_frame_equal(expected, two.sample(100)[0])
    pd.testing.assert_frame_equal(expected, again.sample(100)[0])
    assert not expected.equals(one.sample(100)[0])


def test_many_rows_take_no_loop():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(2000, 5)), rng.integers(2, size=2000)
    model = SequentialCART(random_state=0).fit(X, y)
    begin = time.process_time()
    model.sample(100_000)
    assert time.process_time() - begin < 2


@pytest.mark.parametrize("n_rows", [1, 2, 30])
def test_columns_without_values_and_constant_ones(n_rows):
    X = np.column_stack([np.full(n_rows, np.nan), np.ones(n_rows), np.arange(n_rows)])
    made = SequentialCART(random_state=0).fit(X, np.zeros(n_rows, dtype=int)).sample(20)[0]
    assert np.isnan(made[:, 0]).all()
    assert (made[:, 1] == 1).all()
    assert np.isin(made[:, 2], X[:, 2]).all()


@given(generators(), st.integers(1, 60), st.integers(1, 20))
def test_leaves_have_the_rows_asked_for(rng, n_rows, min_leaf):
    known = Column(rng.normal(size=n_rows), is_category=False)
    for cells, is_category in ((rng.integers(3, size=n_rows), True), (rng.random(n_rows), False)):
        tree = ColumnTree(
            [known],
            Column(cells, is_category=is_category),
            weight=np.ones(n_rows),
            min_leaf=min_leaf,
            smooth=False,
            random_state=0,
        )
        sizes = tree.donors.sizes[tree.donors.sizes > 0]
        assert sizes.sum() == n_rows
        assert sizes.min() >= min(min_leaf, n_rows)


def test_a_tree_learns_where_numbers_are_missing():
    rng = np.random.default_rng(0)
    known = rng.normal(size=400)
    column = np.where(known > 0, np.nan, rng.normal(size=400))
    tree = ColumnTree(
        [Column(known, is_category=False)],
        Column(column, is_category=False),
        weight=np.ones(400),
        min_leaf=15,
        smooth=True,
        random_state=0,
    )
    assert_array_equal(np.isnan(tree.draw([known], rng)), known > 0)


def test_only_single_fractions_are_smoothed():
    assert not stands_alone(np.array([1.0, 2.0, 7.0])).any()
    alone = stands_alone(np.array([0.0, 0.0, 1.5, np.nan, 2.0]))
    assert alone.tolist() == [False, False, True, False, True]
