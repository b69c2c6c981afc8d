"""Over-sampling: SMOTE and its family, under the names imbalanced-learn gave them."""

from skaug.over_sampling._random_over_sampler import RandomOverSampler
from skaug.over_sampling._smote import SMOTE
from skaug.over_sampling._smoten import SMOTEN
from skaug.over_sampling._smotenc import SMOTENC

__all__ = ["SMOTE", "SMOTEN", "SMOTENC", "RandomOverSampler"]
