"""Every public sampler passes scikit-learn's, imbalanced-learn's and skaug's own checks."""

import pytest
from imblearn.utils import estimator_checks as imblearn_checks
from sklearn.utils import estimator_checks as sklearn_checks

from skaug.combine import SMOTEENN, SMOTETomek
from skaug.over_sampling import (
    ADASYN,
    SMOTE,
    SMOTEN,
    SMOTENC,
    SVMSMOTE,
    BorderlineSMOTE,
    GeometricSMOTE,
    KMeansSMOTE,
    MGSSampler,
    PolynomFitSMOTE,
    ProWSyn,
    RandomOverSampler,
)
from skaug.testing import parametrize_with_checks
from skaug.under_sampling import EditedNearestNeighbours, TomekLinks

SAMPLERS = [
    RandomOverSampler(random_state=0),
    RandomOverSampler(random_state=0, shrinkage=1.0),
    SMOTE(random_state=0),
    SMOTEN(random_state=0),
    SMOTENC(categorical_features=[0], random_state=0),
    BorderlineSMOTE(m_neighbors=5, random_state=0),
    BorderlineSMOTE(kind="borderline-2", random_state=0),
    SVMSMOTE(m_neighbors=5, random_state=0),
    KMeansSMOTE(kmeans_estimator=2, cluster_balance_threshold=0.0, random_state=0),
    ADASYN(random_state=0),
    GeometricSMOTE(random_state=0),
    MGSSampler(random_state=0),
    PolynomFitSMOTE(random_state=0),
    ProWSyn(random_state=0),
    EditedNearestNeighbours(),
    EditedNearestNeighbours(kind_sel="mode"),
    TomekLinks(),
    SMOTEENN(random_state=0),
    SMOTETomek(random_state=0),
]


@sklearn_checks.parametrize_with_checks(SAMPLERS)
def test_scikit_learn(estimator, check):
    check(estimator)


SEES_OTHERS = {"check_other_classes_do_not_matter": "its rows depend on those of other classes"}
REMOVES = {
    "check_originals_come_first": "it removes rows, original ones too",
    "check_counts_follow_sampling_strategy": "the neighbours decide how many rows are left",
}
TAKES_CLASSES = dict.fromkeys(
    ["check_other_counts_do_not_matter", "check_other_classes_do_not_matter"],
    "its sampling_strategy names classes, and no counts",
)
CLEANS_WHAT_IT_MADE = {
    **REMOVES,
    "check_integers": "what is cleaned are the rows it returns, already rounded",
    "check_object_arrays": "what is cleaned are the rows it returns, already rounded",
    "check_label_dtypes": "streams are named by label: other rows are made, and removed",
    "check_label_containers": "streams are named by label: other rows are made, and removed",
}
NEIGHBORS_DECIDE = dict.fromkeys(TAKES_CLASSES, "rows of other classes decide what is removed")
EXPECTED_FAILURES = {
    **dict.fromkeys([BorderlineSMOTE, SVMSMOTE, KMeansSMOTE, ADASYN], SEES_OTHERS),
    SMOTEN: {"check_other_classes_do_not_matter": "its metric tells how values go with classes"},
    GeometricSMOTE: {"check_other_classes_do_not_matter": "the nearest foreign row bounds a ball"},
    **dict.fromkeys([EditedNearestNeighbours, TomekLinks], REMOVES | TAKES_CLASSES),
    SMOTEENN: CLEANS_WHAT_IT_MADE,
    SMOTETomek: CLEANS_WHAT_IT_MADE | NEIGHBORS_DECIDE,
}


@pytest.mark.filterwarnings("ignore:EditedNearestNeighbours would remove:UserWarning")
@parametrize_with_checks(
    SAMPLERS, expected_failed_checks=lambda sampler: EXPECTED_FAILURES.get(type(sampler), {})
)
def test_skaug(sampler, check):
    check(sampler)


IMBLEARN = [
    pytest.param(sampler, check, id=f"{sampler}-{check.func.__name__}")
    for original in SAMPLERS
    for sampler, check in imblearn_checks.estimator_checks_generator(original)
]


@pytest.mark.filterwarnings("ignore:[A-Za-z]+ (looks for|found no|would remove):UserWarning")
@pytest.mark.filterwarnings("ignore:PolynomFitSMOTE has nothing to vary:UserWarning")
@pytest.mark.parametrize(("sampler", "check"), IMBLEARN)
def test_imbalanced_learn(sampler, check):
    check(sampler)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_imbalanced_learn_parameter_validation(sampler):
    imblearn_checks.check_param_validation(type(sampler).__name__, sampler)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_imbalanced_learn_column_names(sampler):
    imblearn_checks.check_dataframe_column_names_consistency(type(sampler).__name__, sampler)
