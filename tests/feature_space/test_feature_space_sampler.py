"""Rows made in the space of a transformer, and brought back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTE as ForeignSMOTE
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, KernelPCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    PowerTransformer,
    QuantileTransformer,
    StandardScaler,
)
from strategies import generators

from skaug import AugmentedClassifier
from skaug.compose import SamplerChain
from skaug.feature_space import ClassGaussian, Extrapolate, FeatureSpaceSampler, Interpolate
from skaug.feature_space._decoding import Decoding
from skaug.mixing import Mixup
from skaug.over_sampling import ADASYN, SMOTE, SMOTER, GeometricSMOTE, RandomOverSampler

SPACES = [
    None,
    PCA(2),
    PCA(whiten=True),
    PowerTransformer(),
    make_pipeline(StandardScaler(), PCA(2)),
    KernelPCA(3, kernel="rbf", fit_inverse_transform=True),
    SelectKBest(k=2),
]
SAMPLERS = [
    SMOTE(),
    ADASYN(),
    GeometricSMOTE(),
    Interpolate(k_neighbors=3),
    Extrapolate(k_neighbors=3, lam=2.0),
    ClassGaussian(),
    Mixup(),
    RandomOverSampler(),
]


def skewed(n=90, n_columns=4, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.lognormal(size=(n, n_columns)) + rng.normal(size=(n, 1))
    return X, np.repeat(["common", "rare"], [n - n // 4, n // 4])


@pytest.mark.parametrize("decode", ["residual", "inverse"])
@pytest.mark.parametrize("transformer", SPACES)
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_rows_come_back_finite_after_the_originals(sampler, transformer, decode):
    X, y = skewed()
    if isinstance(transformer, SelectKBest) and decode == "inverse":
        pytest.skip("refused, see test_no_way_back")
    before = X.copy()
    both = FeatureSpaceSampler(transformer, sampler, decode=decode, random_state=0)
    X_res, y_res = both.fit_resample(X, y)
    plain = clone(sampler).set_params(random_state=0).fit_resample(X, y)
    assert X_res.shape == plain[0].shape
    assert sorted(y_res) == sorted(plain[1]) or isinstance(sampler, Mixup)
    assert np.isfinite(X_res).all()
    assert_array_equal(X_res[: len(X)], before)
    assert_array_equal(X, before)
    assert_array_equal(both.is_synthetic_, np.arange(len(X_res)) >= len(X))
    again = clone(both).fit_resample(X, y)
    assert again[0].tobytes() == X_res.tobytes()


@given(generators(), st.sampled_from([SMOTE(k_neighbors=3), ADASYN(n_neighbors=3), Mixup()]))
def test_in_the_table_itself_it_is_the_sampler(rng, sampler):
    X = rng.normal(size=(40, 3))
    y = np.repeat([0, 1], [28, 12])
    sampler = clone(sampler).set_params(random_state=int(rng.integers(1000)))
    own = sampler.fit_resample(X, y)
    found = FeatureSpaceSampler(FunctionTransformer(), sampler, decode="inverse").fit_resample(X, y)
    assert_array_equal(found[0], own[0])
    assert_array_equal(found[1], own[1])
    scaled = FeatureSpaceSampler(FunctionTransformer(), sampler).fit_resample(X, y)[0]
    assert_allclose(scaled, own[0], rtol=1e-12, atol=1e-12)


@given(generators(), st.sampled_from(SPACES))
def test_a_copy_is_a_copy_to_the_last_bit(rng, transformer):
    X = rng.normal(size=(30, 4))
    y = np.repeat([0, 1], [22, 8])
    sampler = RandomOverSampler(random_state=1)
    found = FeatureSpaceSampler(transformer, sampler).fit_resample(X, y)[0]
    assert_array_equal(found, sampler.fit_resample(X, y)[0])


@given(generators(), st.integers(1, 4))
def test_residual_is_the_seed_and_the_change_in_the_space(rng, n_components):
    """The definition, by the formula and by the provenance."""
    X = rng.normal(size=(50, 4)) * [1, 5, 0.1, 2]
    y = np.repeat([0, 1], [35, 15])
    both = FeatureSpaceSampler(PCA(n_components), SMOTE(random_state=0))
    X_res, _ = both.fit_resample(X, y)
    pca, made = both.transformer_, both.is_synthetic_
    seed, partner = both.sample_indices_[made], both.partner_indices_[made]
    Z = pca.transform(X)
    change = pca.transform(X_res[made]) - Z[seed]
    share = (change * (Z[partner] - Z[seed])).sum(1) / ((Z[partner] - Z[seed]) ** 2).sum(1)
    assert ((share > -1e-9) & (share < 1 + 1e-9)).all()
    expected = X[seed] + share[:, None] * (
        pca.inverse_transform(Z[partner]) - pca.inverse_transform(Z[seed])
    )
    assert_allclose(X_res[made], expected, atol=1e-9)


def test_all_axes_of_a_pca_change_nothing():
    X, y = skewed(200)
    sampler = SMOTE(random_state=3)
    found = FeatureSpaceSampler(PCA(), sampler).fit_resample(X, y)[0]
    assert_allclose(found, sampler.fit_resample(X, y)[0], atol=1e-9)


def test_residual_keeps_what_the_space_leaves_out():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 6)), np.repeat([0, 1], [300, 100])
    spread = {}
    for decode in ("residual", "inverse"):
        found = FeatureSpaceSampler(PCA(2), SMOTE(), decode=decode, random_state=0)
        spread[decode] = found.fit_resample(X, y)[0][400:].std()
    own = SMOTE(random_state=0).fit_resample(X, y)[0][400:].std()
    assert spread["inverse"] < 0.7 * own
    assert spread["residual"] > 0.95 * own


def test_nothing_is_drawn_twice_and_parts_keep_their_seeds():
    X, y = skewed()
    given_seed = FeatureSpaceSampler(PCA(2), SMOTE(random_state=7), random_state=0)
    other = FeatureSpaceSampler(PCA(2), SMOTE(random_state=7), random_state=1)
    assert_array_equal(given_seed.fit_resample(X, y)[0], other.fit_resample(X, y)[0])
    unset = [
        FeatureSpaceSampler(PCA(2), SMOTE(), random_state=seed).fit_resample(X, y)[0]
        for seed in (0, 1)
    ]
    assert (unset[0] != unset[1]).any()
    assert given_seed.sampler.random_state == 7
    assert not hasattr(given_seed.transformer, "mean_")


def test_mixed_and_incomplete_frames():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.lognormal(size=(120, 2)), columns=["a", "b"])
    X["count"] = rng.integers(0, 9, 120)
    X["kind"] = pd.Categorical(rng.choice(["x", "y", "z"], 120))
    X.loc[100:110, "a"] = np.nan
    y = pd.Series(np.repeat([0, 1], [90, 30]), name="label")
    weight = np.arange(1.0, 121)
    both = FeatureSpaceSampler(random_state=0)
    X_res, y_res, w_res = both.fit_resample(X, y, sample_weight=weight)
    assert (X_res.dtypes == X.dtypes).all()
    assert list(X_res.columns) == list(X.columns)
    assert isinstance(y_res, pd.Series)
    assert (y_res == 1).sum() == 90
    pd.testing.assert_frame_equal(X_res[:120], X)
    made = both.is_synthetic_
    seed, partner = both.sample_indices_[made], both.partner_indices_[made]
    assert_array_equal(X_res["a"][made].isna(), X["a"][seed].isna())
    low, high = np.minimum(weight[seed], weight[partner]), np.maximum(weight[seed], weight[partner])
    assert ((w_res[made] >= low) & (w_res[made] <= high)).all()
    assert ((X_res[["a", "b"]][made] > 0) | X_res[["a", "b"]][made].isna()).all().all()


def test_integers_are_rounded_and_lists_stay_lists():
    X = np.random.default_rng(0).poisson(20, size=(60, 3))
    y = [0] * 45 + [1] * 15
    X_res, y_res = FeatureSpaceSampler(PCA(2), random_state=0).fit_resample(X, y)
    assert X_res.dtype == X.dtype
    assert isinstance(y_res, list)
    listed = FeatureSpaceSampler(PCA(2), random_state=0).fit_resample(X.tolist(), y)[0]
    assert isinstance(listed, list)
    assert_array_equal(np.asarray(listed), X_res)


def test_clip_keeps_the_range():
    X, y = skewed()
    far = Extrapolate(k_neighbors=3, lam=3.0)
    free = FeatureSpaceSampler(PowerTransformer(), far, random_state=0).fit_resample(X, y)[0]
    assert (free.max(axis=0) > X.max(axis=0)).any()
    kept = FeatureSpaceSampler(PowerTransformer(), far, clip="range", random_state=0)
    X_res = kept.fit_resample(X, y)[0]
    assert (X_res >= X.min(axis=0)).all()
    assert (X_res <= X.max(axis=0)).all()


def test_where_the_way_back_has_no_value_rows_come_nearer_to_their_seeds():
    def backward(Z):
        return np.where(np.abs(Z) < 2, Z, np.nan)

    X = np.array([[0.0], [1.0], [np.nan]])
    decoding = Decoding(X, X, backward, "inverse", clip=False)
    made = np.array([[0.5], [5.0], [-9.0], [np.nan], [3.0]])
    found = decoding(made, np.array([0, 0, 1, 2, -1]))
    # 5 -> 2.5 -> 1.25; -9 is 1 - 10 -> 1 - 5 -> 1 - 2.5; 3 has no seed: to the middle row, 0 or 1
    assert_array_equal(found[:4], [[0.5], [1.25], [-1.5], [np.nan]])
    assert found[4, 0] in (1.5, 2 - 0.5)
    nowhere = Decoding(X[:2], X[:2], lambda Z: np.where(Z == 1, 4.0, np.inf), "inverse", clip=False)
    assert_array_equal(nowhere(np.array([[1.5]]), np.array([1])), [[4.0]])


def test_missing_numbers_that_the_transformer_does_not_take():
    X, y = skewed()
    X[3, 1] = np.nan
    with pytest.raises(ValueError, match=r"PCA, the transformer .* takes no missing values"):
        FeatureSpaceSampler(PCA(2)).fit_resample(X, y)
    with pytest.raises(ValueError, match="decoder of FeatureSpaceSampler learns from complete"):
        FeatureSpaceSampler(decoder=KNeighborsRegressor()).fit_resample(X, y)
    X_res, _ = FeatureSpaceSampler(random_state=0).fit_resample(X, y)
    assert np.isnan(X_res[:90]).sum() == 1


@pytest.mark.parametrize(
    ("transformer", "decode", "reason"),
    [
        (FunctionTransformer(np.tanh), "residual", "FunctionTransformer has no inverse_func"),
        (KernelPCA(2), "residual", "KernelPCA has fit_inverse_transform=False"),
        (LinearDiscriminantAnalysis(), "residual", "has no inverse_transform"),
        (
            make_pipeline(StandardScaler(), FunctionTransformer(np.tanh)),
            "inverse",
            "FunctionTransformer has no inverse_func",
        ),
        (ColumnTransformer([("a", PCA(1), [0, 1])]), "residual", "ColumnTransformer has no"),
        (SelectKBest(k=1), "inverse", "SelectKBest fills the columns that it drops with zeros"),
    ],
)
def test_no_way_back(transformer, decode, reason):
    X, y = skewed()
    both = FeatureSpaceSampler(transformer, decode=decode, random_state=0)
    with pytest.raises(TypeError, match=f"cannot come back from the space: .*{reason}"):
        both.fit_resample(X, y)
    learnt = clone(both).set_params(decoder=KNeighborsRegressor(3))
    assert np.isfinite(learnt.fit_resample(X, y)[0]).all()
    assert len(clone(both).set_params(decode="none").fit_resample(X, y)[0]) == 136


def test_a_learnt_decoder_errs_less_with_the_residual():
    X, y = skewed(300)
    space = KernelPCA(3, kernel="rbf")
    found = {}
    for decode in ("residual", "inverse"):
        both = FeatureSpaceSampler(
            space, SMOTE(), decode=decode, decoder=KNeighborsRegressor(20), random_state=0
        )
        found[decode] = both.fit_resample(X, y)[0][300:].std(axis=0)
    own = X[y == "rare"].std(axis=0)
    assert np.abs(found["residual"] / own - 1).mean() < np.abs(found["inverse"] / own - 1).mean()


def test_decode_none_returns_the_space():
    X, y = skewed()
    both = FeatureSpaceSampler(PCA(2), SMOTE(random_state=0), decode="none")
    Z_res, y_res = both.fit_resample(X, y)
    Z = PCA(2).fit_transform(X)
    expected = SMOTE(random_state=0).fit_resample(Z, y)
    assert_allclose(Z_res, expected[0])
    assert_array_equal(y_res, expected[1])


def test_samplers_from_elsewhere():
    X, y = skewed()
    foreign = ForeignSMOTE(random_state=0)
    with pytest.raises(ValueError, match="does not tell which rows it made its rows of"):
        FeatureSpaceSampler(PCA(2), foreign).fit_resample(X, y)
    X_res, y_res = FeatureSpaceSampler(PCA(), foreign, decode="inverse").fit_resample(X, y)
    expected = foreign.fit_resample(PCA().fit_transform(X), y)
    assert_allclose(PCA().fit(X).transform(X_res), expected[0], atol=1e-9)
    assert_array_equal(y_res, expected[1])
    assert_array_equal(X_res[:90], X)
    chain = SamplerChain([SMOTE(random_state=1)])
    one = FeatureSpaceSampler(PCA(2), SMOTE(random_state=1)).fit_resample(X, y)[0]
    assert_allclose(FeatureSpaceSampler(PCA(2), chain).fit_resample(X, y)[0], one)
    frame = pd.DataFrame(X).assign(kind=pd.Categorical(["u", "v"] * 45)).rename(columns=str)
    with pytest.raises(ValueError, match="SamplerChain needs numeric columns only; column 'kind'"):
        FeatureSpaceSampler(None, chain).fit_resample(frame, y)


def test_numbers_to_predict():
    X, _ = skewed(200)
    y = X[:, 0] + np.random.default_rng(0).normal(size=200)
    X_res, y_res = FeatureSpaceSampler(None, SMOTER(), random_state=0).fit_resample(X, y)
    assert len(X_res) == len(y_res)
    assert np.isfinite(y_res).all()


def test_transformers_that_return_something_else():
    X, y = skewed()
    with pytest.raises(ValueError, match=r"OneHotEncoder, the transformer .* a sparse table"):
        FeatureSpaceSampler(OneHotEncoder()).fit_resample(X, y)
    with pytest.raises(ValueError, match="does not work on sparse data"):
        FeatureSpaceSampler().fit_resample(pytest.importorskip("scipy.sparse").csr_array(X), y)
    with pytest.raises(ValueError, match="needs at least 1 numeric column"):
        FeatureSpaceSampler(categorical_features=[0, 1, 2, 3]).fit_resample(X, y)
    logarithm = FunctionTransformer(np.log, inverse_func=np.exp, check_inverse=False)
    with np.errstate(all="ignore"), pytest.raises(ValueError, match="finite numbers for complete"):
        FeatureSpaceSampler(logarithm).fit_resample(X - 9, y)
    wrong = FunctionTransformer(lambda X: X, inverse_func=lambda X: X[:, :2], check_inverse=False)
    with pytest.raises(ValueError, match="FunctionTransformer does not return the 4 columns"):
        FeatureSpaceSampler(wrong).fit_resample(X, y)


@pytest.mark.parametrize("output", ["pandas", "polars"])
def test_output_of_frames_does_not_matter(output):
    X, y = skewed()
    plain = FeatureSpaceSampler(make_pipeline(StandardScaler(), PCA(2)), random_state=0)
    expected = plain.fit_resample(X, y)[0]
    with config_context(transform_output=output):
        assert_array_equal(clone(plain).fit_resample(X, y)[0], expected)
    asked = clone(plain)
    asked.transformer.set_output(transform=output)
    assert_array_equal(asked.fit_resample(X, y)[0], expected)


def test_quantiles_of_few_rows_do_not_warn():
    X, y = skewed(40)
    both = FeatureSpaceSampler(random_state=0)
    X_res, _ = both.fit_resample(X, y)
    assert isinstance(both.transformer_, QuantileTransformer)
    assert (X_res >= X.min(axis=0)).all()
    assert (X_res <= X.max(axis=0)).all()


@pytest.mark.parametrize("routing", [False, True])
def test_a_search_over_the_space_and_the_sampler(routing):
    X, y = skewed(200)
    with config_context(enable_metadata_routing=routing):
        space = FeatureSpaceSampler(PCA(), SMOTE(), random_state=0)
        model = AugmentedClassifier(LogisticRegression(), space)
        grid = {
            "sampler__transformer__n_components": [1, 2],
            "sampler__sampler__k_neighbors": [3, 5],
            "sampler__decode": ["residual", "inverse"],
        }
        search = GridSearchCV(model, grid, cv=3, scoring="roc_auc").fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
