"""Over-sampling followed by cleaning, under the names imbalanced-learn gave them."""

from skaug.combine._smote_enn import SMOTEENN
from skaug.combine._smote_tomek import SMOTETomek

__all__ = ["SMOTEENN", "SMOTETomek"]
