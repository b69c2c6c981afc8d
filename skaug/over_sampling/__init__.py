"""Over-sampling: SMOTE and its family, under the names imbalanced-learn gave them."""

from skaug.over_sampling._adasyn import ADASYN
from skaug.over_sampling._borderline_smote import BorderlineSMOTE
from skaug.over_sampling._geometric_smote import GeometricSMOTE
from skaug.over_sampling._kmeans_smote import KMeansSMOTE
from skaug.over_sampling._mgs import MGSSampler
from skaug.over_sampling._ml_random_over_sampler import MLRandomOverSampler
from skaug.over_sampling._mlsmote import MLSMOTE
from skaug.over_sampling._polynom_fit_smote import PolynomFitSMOTE
from skaug.over_sampling._prowsyn import ProWSyn
from skaug.over_sampling._random_over_sampler import RandomOverSampler
from skaug.over_sampling._remedial import REMEDIAL
from skaug.over_sampling._smogn import SMOGN
from skaug.over_sampling._smote import SMOTE
from skaug.over_sampling._smoten import SMOTEN
from skaug.over_sampling._smotenc import SMOTENC
from skaug.over_sampling._smoter import SMOTER
from skaug.over_sampling._svm_smote import SVMSMOTE
from skaug.over_sampling._wercs import WERCS

__all__ = [
    "ADASYN",
    "MLSMOTE",
    "REMEDIAL",
    "SMOGN",
    "SMOTE",
    "SMOTEN",
    "SMOTENC",
    "SMOTER",
    "SVMSMOTE",
    "WERCS",
    "BorderlineSMOTE",
    "GeometricSMOTE",
    "KMeansSMOTE",
    "MGSSampler",
    "MLRandomOverSampler",
    "PolynomFitSMOTE",
    "ProWSyn",
    "RandomOverSampler",
]
