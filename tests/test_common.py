"""Every public sampler passes scikit-learn's, imbalanced-learn's and skaug's own checks."""

import pytest
from imblearn.utils import estimator_checks as imblearn_checks
from sklearn.utils import estimator_checks as sklearn_checks

from skaug.combine import SMOTEENN, SMOTETomek
from skaug.mixing import (
    BalancedMixup,
    CMixup,
    CutMix,
    MAMix,
    Mixup,
    Remix,
    SamplePairing,
    UniMix,
)
from skaug.mixing._base import MixingSampler
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
from skaug.selection import NeighborhoodScorer, SelectedSampler
from skaug.testing import parametrize_with_checks
from skaug.under_sampling import EditedNearestNeighbours, TomekLinks

PRESETS = (BalancedMixup, MAMix, Remix, UniMix)
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
    Mixup(random_state=0),
    Mixup(labels="weighted", random_state=0),
    Mixup(labels="bernoulli", pairs="neighbors", k_neighbors=1, random_state=0),
    Mixup(preserve_variance=True, pairs="same_class", random_state=0),
    SamplePairing(random_state=0),
    CutMix(random_state=0),
    CMixup(random_state=0),
    Remix(random_state=0),
    MAMix(random_state=0),
    UniMix(random_state=0),
    BalancedMixup(random_state=0),
    SelectedSampler(random_state=0),
    SelectedSampler(scorer=NeighborhoodScorer(), random_state=0),
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
EITHER_LABEL = dict.fromkeys(
    [
        "check_provenance",
        "check_label_dtypes",
        "check_label_containers",
        "check_one_hot_labels",
    ],
    "a mixture may have the label of its second row",
)
MIXES_NUMBERS = dict.fromkeys(EITHER_LABEL, "its y is numbers, which are mixed")
EXPECTED_FAILURES = {
    **dict.fromkeys([BorderlineSMOTE, SVMSMOTE, KMeansSMOTE, ADASYN], SEES_OTHERS),
    SMOTEN: {"check_other_classes_do_not_matter": "its metric tells how values go with classes"},
    GeometricSMOTE: {"check_other_classes_do_not_matter": "the nearest foreign row bounds a ball"},
    **dict.fromkeys([EditedNearestNeighbours, TomekLinks], REMOVES | TAKES_CLASSES),
    SMOTEENN: CLEANS_WHAT_IT_MADE,
    SMOTETomek: CLEANS_WHAT_IT_MADE | NEIGHBORS_DECIDE,
    CutMix: {"check_missing_values_follow_the_seed": "a cell that is copied is copied if missing"},
    CMixup: MIXES_NUMBERS,
    SelectedSampler: {
        "check_constructor_is_keyword_only": "sampler and scorer are read in that order",
        "check_integers": "rows are judged as they are returned, already rounded",
        "check_object_arrays": "text is judged as categories, and the same numbers otherwise",
    },
}


def expected_failures(sampler):
    if getattr(sampler, "labels", "hard") in ("weighted", "bernoulli"):
        return EITHER_LABEL
    return EXPECTED_FAILURES.get(type(sampler), {})


@pytest.mark.filterwarnings("ignore:EditedNearestNeighbours would remove:UserWarning")
@parametrize_with_checks(SAMPLERS, expected_failed_checks=expected_failures)
def test_skaug(sampler, check):
    check(sampler)


# checks of imbalanced-learn that are for samplers of classes by their sizes
FOREIGN = {
    "check_samplers_fit": "it has no sampling_strategy",
    "check_target_type": "it mixes numbers",
    "check_samplers_one_label": "rows of one class can be mixed too",
    "check_samplers_multiclass_ova": "it refuses one-hot labels",
}


def foreign(sampler, check):
    """Whether a sampler that mixes rows is not meant to pass the check."""
    name = check.func.__name__
    if not isinstance(sampler, MixingSampler) or name not in FOREIGN:
        return False
    if name == "check_samplers_multiclass_ova":
        return isinstance(sampler, CMixup)
    needs_classes = isinstance(sampler, PRESETS) or getattr(sampler, "pairs", None) == "same_class"
    return name == "check_samplers_fit" or not needs_classes


IMBLEARN = [
    pytest.param(
        sampler,
        check,
        id=f"{sampler}-{check.func.__name__}",
        marks=[pytest.mark.xfail(reason=FOREIGN[check.func.__name__], strict=True)]
        if foreign(original, check)
        else [],
    )
    for original in SAMPLERS
    if getattr(original, "labels", "hard") != "weighted"  # they expect two values
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
