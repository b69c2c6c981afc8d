import numpy as np
import pandas as pd
import pytest
import reference
from hypothesis import given
from imblearn.metrics.pairwise import ValueDifferenceMetric
from numpy.testing import assert_array_equal
from sklearn.preprocessing import OrdinalEncoder
from strategies import labelled_categories

from skaug.over_sampling import SMOTE, SMOTEN

few_distinct = pytest.mark.filterwarnings("ignore:SMOTEN? looks for k_neighbors:UserWarning")


@few_distinct
@given(labelled_categories(missing=False))
def test_neighbours_are_the_nearest_by_value_differences_and_vote(data):
    X, y = data
    sampler = SMOTEN(random_state=0, k_neighbors=3)
    X_res, _ = sampler.fit_resample(X, y)
    coded = OrdinalEncoder(dtype=np.int32).fit_transform(X)
    metric = ValueDifferenceMetric(n_categories=coded.max(axis=0) + 1, k=1, r=2)
    squared = metric.fit(coded, np.unique(y, return_inverse=True)[1]).pairwise(coded)
    made = sampler.is_synthetic_
    for row, seed in zip(X_res[made], sampler.sample_indices_[made], strict=True):
        members = np.flatnonzero(y == y[seed])
        first, group = reference.distinct(np.empty((len(members), 0)), coded[members])
        if len(first) == 1:
            assert row.tolist() == X[seed].tolist()
            continue
        own = members.tolist().index(seed)
        within = squared[np.ix_(members, members)]
        limit = reference.neighbor_limit(within, first, group, min(3, len(first) - 1))[own]
        others = np.array([group[i] != group[own] for i in range(len(members))])
        voters = members[others & (within[own] <= limit + 1e-9)]
        for j, cell in enumerate(row):
            assert cell in X[voters, j]


@few_distinct
@given(labelled_categories())
def test_smote_does_the_same_on_a_table_of_categories(data):
    X, y = data
    names = pd.DataFrame(X)
    ours, _ = SMOTEN(random_state=0).fit_resample(names, y)
    smote, _ = SMOTE(random_state=0, categorical_features=list(range(X.shape[1]))).fit_resample(
        names, y
    )
    pd.testing.assert_frame_equal(ours, smote)


def test_numbers_are_categories():
    rng = np.random.default_rng(0)
    X = rng.integers(4, size=(60, 3)) * 1.5
    y = np.repeat([0, 1], [40, 20])
    X_res, _ = SMOTEN(random_state=0).fit_resample(X, y)
    assert set(X_res[60:].ravel()) <= {0, 1.5, 3, 4.5}
    as_text, _ = SMOTEN(random_state=0).fit_resample(X.astype(str), y)
    assert_array_equal(as_text.astype(float), X_res)


def test_the_votes_of_the_majority_win():
    """A row of one class amid equal rows takes their values."""
    rows = [["u", "p"]] * 20 + [["v", "q"]] * 9 + [["w", "q"], ["v", "r"]]
    y = np.repeat([0, 1], [20, 11])
    sampler = SMOTEN(random_state=0, k_neighbors=2)
    X_res, _ = sampler.fit_resample(np.array(rows, dtype=object), y)
    odd = np.isin(sampler.sample_indices_, [29, 30]) & sampler.is_synthetic_
    assert odd.any()
    assert (X_res[odd] == ["v", "q"]).all()


def test_the_encoder_of_imbalanced_learn_is_not_needed():
    X, y = np.array([["a"], ["b"]] * 10, dtype=object), [0] * 14 + [1] * 6
    with pytest.warns(UserWarning, match="categorical_encoder of SMOTEN has no effect"):
        SMOTEN(OrdinalEncoder(), k_neighbors=1).fit_resample(X, y)


def test_it_names_itself():
    X = np.array([["a"], ["b"]] * 10, dtype=object)
    with pytest.raises(ValueError, match=r"^SMOTEN needs at least k_neighbors \+ 1 = 6 rows"):
        SMOTEN().fit_resample(X, [0] * 17 + [1] * 3)
    with pytest.warns(UserWarning, match="^SMOTEN looks for k_neighbors = 5 neighbours, but"):
        SMOTEN().fit_resample(X, [0] * 14 + [1] * 6)
