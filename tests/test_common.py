"""Every public sampler passes scikit-learn's, imbalanced-learn's and skaug's own checks."""

import pytest
from imblearn.utils import estimator_checks as imblearn_checks
from sklearn.utils import estimator_checks as sklearn_checks

from skaug.over_sampling import SMOTE, SMOTEN, SMOTENC, RandomOverSampler

SAMPLERS = [
    RandomOverSampler(random_state=0),
    RandomOverSampler(random_state=0, shrinkage=1.0),
    SMOTE(random_state=0),
    SMOTEN(random_state=0),
    SMOTENC(categorical_features=[0], random_state=0),
]


@sklearn_checks.parametrize_with_checks(SAMPLERS)
def test_scikit_learn(estimator, check):
    check(estimator)


IMBLEARN = [
    pytest.param(sampler, check, id=f"{sampler}-{check.func.__name__}")
    for original in SAMPLERS
    for sampler, check in imblearn_checks.estimator_checks_generator(original)
]


@pytest.mark.filterwarnings("ignore:SMOTEN?C? looks for k_neighbors:UserWarning")
@pytest.mark.parametrize(("sampler", "check"), IMBLEARN)
def test_imbalanced_learn(sampler, check):
    check(sampler)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_imbalanced_learn_parameter_validation(sampler):
    imblearn_checks.check_param_validation(type(sampler).__name__, sampler)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_imbalanced_learn_column_names(sampler):
    imblearn_checks.check_dataframe_column_names_consistency(type(sampler).__name__, sampler)
