"""Every public sampler passes scikit-learn's, imbalanced-learn's and skaug's own checks."""

import re
from importlib.util import find_spec

import numpy as np
import pytest
from imblearn.utils import estimator_checks as imblearn_checks
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks as sklearn_checks

from skaug.combine import SMOTEENN, SMOTETomek
from skaug.deep import (
    DeepSMOTE,
    FlowMatchingSampler,
    GANSampler,
    NeuralAugmentationSampler,
    NeuralAugmentedClassifier,
    StyleTransferSampler,
    VAESampler,
)
from skaug.feature_space import (
    ClassGaussian,
    Extrapolate,
    FeatureSpaceSampler,
    Interpolate,
    MoEx,
)
from skaug.generative import (
    AdversarialForest,
    BaseGenerator,
    GaussianCopula,
    KernelDensity,
    SequentialCART,
)
from skaug.image import (
    AugMix,
    AutoContrast,
    BaseImageSampler,
    ColorJitter,
    Compose,
    Cutout,
    ElasticTransform,
    Equalize,
    FunctionAugmenter,
    GaussianBlur,
    GridMask,
    Invert,
    OneOf,
    PixelDropout,
    PoissonNoise,
    Posterize,
    RandAugment,
    RandomAffine,
    RandomCrop,
    RandomErasing,
    RandomFlip,
    RandomGamma,
    RandomPerspective,
    RandomResizedCrop,
    SaltAndPepper,
    Sharpness,
    Solarize,
    SpeckleNoise,
    TrivialAugment,
)
from skaug.image import GaussianNoise as ImageNoise
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
from skaug.perturbation import (
    FeatureMask,
    GaussianNoise,
    Jitter,
    MagnitudeWarp,
    PerturbationSampler,
    QuantileJitter,
    Scaling,
    SwapNoise,
    TimeWarp,
    WindowWarp,
)
from skaug.selection import NeighborhoodScorer, SelectedSampler
from skaug.testing import parametrize_with_checks
from skaug.under_sampling import EditedNearestNeighbours, TomekLinks

IMAGE_SAMPLERS = [
    RandomFlip(p=1),
    RandomAffine(),
    RandomCrop(),
    RandomResizedCrop(),
    RandomPerspective(),
    ElasticTransform(),
    ColorJitter(brightness=0.3, contrast=0.3),
    RandomGamma(),
    AutoContrast(),
    Equalize(),
    Posterize(),
    Solarize(),
    Invert(),
    Sharpness(),
    RandomErasing(p=1),
    Cutout(),
    GridMask(),
    ImageNoise(),
    SpeckleNoise(),
    PoissonNoise(),
    SaltAndPepper(),
    PixelDropout(),
    GaussianBlur(),
    Compose([RandomAffine(), RandomGamma()]),
    OneOf([RandomAffine(), RandomGamma()]),
    RandAugment(),
    TrivialAugment(),
    AugMix(),
    FunctionAugmenter(np.negative),
    StyleTransferSampler(method="fourier"),
    StyleTransferSampler(method="adain", styles="same_class"),
]
if find_spec("torch"):
    IMAGE_SAMPLERS += [
        StyleTransferSampler(n_iter=2),
        NeuralAugmentationSampler(NeuralAugmentedClassifier(hidden=(8,), max_iter=1)),
    ]
for sampler in IMAGE_SAMPLERS:
    sampler.set_params(image_shape=(1, -1), random_state=0)
TINY = {"max_iter": 3, "hidden": (8,), "random_state": 0}
DEEP_SAMPLERS = [
    VAESampler(**TINY),
    VAESampler(noise="posterior", **TINY),
    VAESampler(noise="prior", **TINY),
    FlowMatchingSampler(n_steps=2, **TINY),
    GANSampler(**TINY),
    DeepSMOTE(**TINY),
]
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
    Interpolate(k_neighbors=4, random_state=0),
    Interpolate(k_neighbors=4, sampling_strategy="auto", random_state=0),
    Extrapolate(k_neighbors=4, random_state=0),
    Extrapolate(k_neighbors=4, clip="range", sampling_strategy="auto", random_state=0),
    MoEx(random_state=0),
    MoEx(lam=1, labels="hard", random_state=0),
    ClassGaussian(random_state=0),
    ClassGaussian(covariance="full", random_state=0),
    ClassGaussian(covariance="diag", random_state=0),
    GaussianNoise(random_state=0),
    GaussianNoise(sampling_strategy="auto", random_state=0),
    GaussianNoise(by_class=True, clip="range", random_state=0),
    GaussianCopula(random_state=0),
    GaussianCopula(smooth=True, random_state=0),
    KernelDensity(random_state=0),
    SequentialCART(random_state=0),
    AdversarialForest(n_estimators=3, max_iter=2, random_state=0),
    SwapNoise(random_state=0),
    SwapNoise(by_class=True, random_state=0),
    FeatureMask(random_state=0),
    FeatureMask(rescale=True, random_state=0),
    QuantileJitter(random_state=0),
    QuantileJitter(snap=True, random_state=0),
    Jitter(random_state=0),
    Scaling(random_state=0),
    MagnitudeWarp(random_state=0),
    TimeWarp(random_state=0),
    WindowWarp(random_state=0),
    FeatureSpaceSampler(random_state=0),
    FeatureSpaceSampler(StandardScaler(), SMOTE(), decode="inverse", random_state=0),
    SelectedSampler(random_state=0),
    SelectedSampler(scorer=NeighborhoodScorer(), random_state=0),
    *IMAGE_SAMPLERS,
    *(DEEP_SAMPLERS if find_spec("torch") else []),
]


def cases(checks_of, samplers=SAMPLERS, expected=lambda sampler: {}):
    """Make a case of each check of each sampler; the sampler is written as text once."""
    found = []
    for original in samplers:
        name, reasons = re.sub(r"\s+", " ", str(original)), expected(original)
        for sampler, check in checks_of(original):
            of = check.func.__name__
            marks = [pytest.mark.xfail(reason=reasons[of], strict=True)] if of in reasons else []
            found.append(pytest.param(sampler, check, id=f"{name}-{of}", marks=marks))
    return found


@pytest.mark.filterwarnings("ignore:GANSampler has collapsed:UserWarning")
@pytest.mark.filterwarnings("ignore:GaussianNoise finds no:UserWarning")  # in classes of one row
@pytest.mark.parametrize(("estimator", "check"), cases(sklearn_checks.estimator_checks_generator))
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
ONE_MODEL = {"check_other_classes_do_not_matter": "one model learns all classes"}
EXPECTED_FAILURES = {
    **dict.fromkeys([BorderlineSMOTE, SVMSMOTE, KMeansSMOTE, ADASYN], SEES_OTHERS),
    SMOTEN: {"check_other_classes_do_not_matter": "its metric tells how values go with classes"},
    GeometricSMOTE: {"check_other_classes_do_not_matter": "the nearest foreign row bounds a ball"},
    **dict.fromkeys([EditedNearestNeighbours, TomekLinks], REMOVES | TAKES_CLASSES),
    SMOTEENN: CLEANS_WHAT_IT_MADE,
    SMOTETomek: CLEANS_WHAT_IT_MADE | NEIGHBORS_DECIDE,
    CutMix: {"check_missing_values_follow_the_seed": "a cell that is copied is copied if missing"},
    CMixup: MIXES_NUMBERS,
    **{
        key: {"check_other_classes_do_not_matter": "one model learns all classes"}
        for key in [
            SequentialCART,
            AdversarialForest,
            VAESampler,
            FlowMatchingSampler,
            GANSampler,
            DeepSMOTE,
        ]
    },
    FeatureSpaceSampler: {
        "check_constructor_is_keyword_only": "transformer and sampler are read in that order",
    },
    SelectedSampler: {
        "check_constructor_is_keyword_only": "sampler and scorer are read in that order",
        "check_integers": "rows are judged as they are returned, already rounded",
        "check_object_arrays": "text is judged as categories, and the same numbers otherwise",
    },
}


SEEDLESS = (
    AutoContrast,
    Equalize,
    FunctionAugmenter,
    Invert,
    Posterize,
    RandomFlip,
    RandomPerspective,  # of a line
    Sharpness,
    Solarize,
)
OF_ANY_RANGE = (
    Cutout,
    ElasticTransform,
    GaussianBlur,
    GridMask,
    NeuralAugmentationSampler,
    PixelDropout,
    RandomAffine,
    RandomCrop,
    RandomErasing,
    RandomFlip,
    RandomPerspective,
    RandomResizedCrop,
    Sharpness,
)


def expected_of_images(sampler):
    found = {}
    if isinstance(sampler, SEEDLESS):
        found["check_no_seed_varies"] = "it does the same for every seed"
    if not isinstance(sampler, OF_ANY_RANGE):
        found["check_integers"] = "the range of bytes is 0 to 255, of others that of X"
    if isinstance(sampler, StyleTransferSampler) and sampler.styles != "same_class":
        found["check_other_classes_do_not_matter"] = "rows of all classes lend their style"
    if isinstance(sampler, NeuralAugmentationSampler):
        found["check_other_classes_do_not_matter"] = "one network learns all classes"
    return found


LEARNS_OF_ALL_ROWS = (FeatureMask, GaussianNoise, Jitter, QuantileJitter, SwapNoise)


def expected_of_perturbations(sampler):
    found = {}
    if isinstance(sampler, LEARNS_OF_ALL_ROWS) and not getattr(sampler, "by_class", False):
        found["check_other_classes_do_not_matter"] = "it learns of columns of all classes"
    if isinstance(sampler, SwapNoise):
        reason = "a cell that is copied is copied if missing"
        found["check_missing_values_follow_the_seed"] = reason
    if isinstance(sampler, (TimeWarp, WindowWarp)):
        found["check_missing_values_follow_the_seed"] = "gaps move with their time"
    return found


def expected_failures(sampler):
    if getattr(sampler, "labels", "hard") in ("weighted", "bernoulli"):
        return EITHER_LABEL
    if isinstance(sampler, BaseImageSampler):
        return expected_of_images(sampler)
    if isinstance(sampler, PerturbationSampler):
        return expected_of_perturbations(sampler)
    return EXPECTED_FAILURES.get(type(sampler), {})


@pytest.mark.filterwarnings("ignore:GANSampler has collapsed:UserWarning")
@pytest.mark.filterwarnings("ignore:EditedNearestNeighbours would remove:UserWarning")
@parametrize_with_checks(SAMPLERS, expected_failed_checks=expected_failures)
def test_skaug(sampler, check):
    check(sampler)


# checks of imbalanced-learn that are for samplers of classes by their sizes
NO_STRATEGY = {"check_samplers_fit": "it has no sampling_strategy"}
MIXES = {
    **NO_STRATEGY,
    "check_target_type": "it mixes numbers",
    "check_samplers_one_label": "rows of one class can be mixed too",
}
CHANGES_ROWS = {
    **NO_STRATEGY,
    "check_samplers_one_label": "rows of one class can be changed too",
}
MOVES_ALL_ROWS = {
    "check_samplers_one_label": "rows of one class can be moved too",
    "check_samplers_fit_resample": "it makes as many rows of each class as it has",
}


def foreign(sampler):
    """Return the checks that a sampler is not meant to pass, and why."""
    if isinstance(sampler, (FeatureSpaceSampler, DeepSMOTE)):
        return {"check_samplers_string": "it needs a numeric column"}
    if isinstance(sampler, MoEx):
        return MIXES | {"check_samplers_string": "it needs numeric columns"}
    if isinstance(sampler, CMixup):
        return MIXES | {"check_samplers_multiclass_ova": "it refuses one-hot labels"}
    if isinstance(sampler, MixingSampler):
        same_class = isinstance(sampler, PRESETS) or sampler.pairs == "same_class"
        return NO_STRATEGY if same_class else MIXES
    if isinstance(sampler, (Interpolate, Extrapolate)) and sampler.sampling_strategy is None:
        return MOVES_ALL_ROWS
    if isinstance(sampler, BaseGenerator):
        return {"check_target_type": "it learns numbers, too"}
    if isinstance(sampler, BaseImageSampler):
        if isinstance(sampler, NeuralAugmentationSampler):
            return NO_STRATEGY
        by_class = getattr(sampler, "styles", None) == "same_class"
        return CHANGES_ROWS | ({} if by_class else {"check_target_type": "y may hold anything"})
    if isinstance(sampler, PerturbationSampler) and sampler.sampling_strategy is None:
        by_class = getattr(sampler, "by_class", False)
        return CHANGES_ROWS | ({} if by_class else {"check_target_type": "y may hold anything"})
    return {}


OF_TWO_VALUES = [s for s in SAMPLERS if getattr(s, "labels", "hard") != "weighted"]


@pytest.mark.filterwarnings("ignore:GANSampler has collapsed:UserWarning")
@pytest.mark.filterwarnings("ignore:[A-Za-z]+ (looks for|f[a-z]+ no|would remove):UserWarning")
@pytest.mark.filterwarnings("ignore:PolynomFitSMOTE has nothing to vary:UserWarning")
@pytest.mark.parametrize(
    ("sampler", "check"),
    cases(imblearn_checks.estimator_checks_generator, OF_TWO_VALUES, foreign),
)
def test_imbalanced_learn(sampler, check):
    check(sampler)


@pytest.mark.filterwarnings("ignore:GANSampler has collapsed:UserWarning")
@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_imbalanced_learn_parameter_validation(sampler):
    imblearn_checks.check_param_validation(type(sampler).__name__, sampler)


@pytest.mark.filterwarnings("ignore:GANSampler has collapsed:UserWarning")
@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_imbalanced_learn_column_names(sampler):
    imblearn_checks.check_dataframe_column_names_consistency(type(sampler).__name__, sampler)
