import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.preprocessing import OneHotEncoder

from skaug.over_sampling import SMOTE, SMOTENC

RNG = np.random.default_rng(0)
Y = np.repeat([0, 1], [40, 15])
FRAME = pd.DataFrame(
    {"x": RNG.normal(size=55), "c": RNG.choice(list("abc"), 55), "n": RNG.integers(3, size=55)}
)


@pytest.mark.parametrize("features", ["auto", "from_dtype", ["c"], [1], [False, True, False]])
def test_it_is_smote_on_mixed_tables(features):
    sampler = SMOTENC(features, random_state=0)
    X_res, y_res = sampler.fit_resample(FRAME, Y)
    expected, y_expected = SMOTE(random_state=0).fit_resample(FRAME, Y)
    pd.testing.assert_frame_equal(X_res, expected)
    assert_array_equal(y_res, y_expected)
    assert sampler.categorical_features_.tolist() == [1]
    assert sampler.continuous_features_.tolist() == [0, 2]


def test_a_table_without_categories_is_refused():
    message = (
        r"^SMOTENC needs at least 1 categorical column; categorical_features='auto' found none "
        r"among the 2 columns of X\. Name them in categorical_features, or use SMOTE\.$"
    )
    for fit in (SMOTENC().fit, SMOTENC().fit_resample):
        with pytest.raises(ValueError, match=message):
            fit(FRAME[["x", "n"]], Y)


def test_a_table_of_categories_only_is_searched_by_value_differences():
    table = FRAME[["c", "n"]].astype("category")
    X_res, _ = SMOTENC(random_state=0, k_neighbors=2).fit_resample(table, Y)
    expected, _ = SMOTE(random_state=0, k_neighbors=2).fit_resample(table, Y)
    pd.testing.assert_frame_equal(X_res, expected)


def test_the_encoder_of_imbalanced_learn_is_not_needed():
    with pytest.warns(UserWarning, match="categorical_encoder of SMOTENC has no effect") as caught:
        SMOTENC(categorical_encoder=OneHotEncoder(), random_state=0).fit_resample(FRAME, Y)
    assert len(caught) == 1


def test_it_names_itself():
    with pytest.raises(ValueError, match=r"SMOTENC needs at least k_neighbors \+ 1 = 16 rows"):
        SMOTENC(k_neighbors=15).fit_resample(FRAME, Y)
    with pytest.raises(ValueError, match="The 'categorical_features' parameter of SMOTENC must"):
        SMOTENC(None).fit_resample(FRAME, Y)
