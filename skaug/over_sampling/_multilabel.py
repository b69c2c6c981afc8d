"""What the samplers of multi-label tables share: how y is read, and which labels are rare."""

from typing import Any

import numpy as np
from sklearn.utils import ClassifierTags

from skaug._core.multilabel import MultilabelTarget
from skaug.base import BaseSampler
from skaug.metrics import imbalance_per_label, mean_imbalance, minority_labels

__all__ = ["MultilabelSampler"]


class MultilabelSampler(BaseSampler):
    """Abstract base of samplers that go by how rare each label is.

    Attributes
    ----------
    imbalance_ : ndarray of shape (n_labels,)
        IRLbl of each label before; infinity for a label that no row has.

    mean_imbalance_ : float
        MeanIR before.

    minority_labels_ : list
        The labels rarer than that: names of columns of y, or their numbers.
    """

    _target_type = MultilabelTarget

    def _prepare(self, y: Any) -> None:
        self.imbalance_ = imbalance_per_label(y.indicator)
        self.mean_imbalance_ = mean_imbalance(y.indicator)
        self._is_minority = minority_labels(y.indicator)
        self.minority_labels_ = [y.classes[code] for code in self._minority]

    @property
    def _minority(self) -> list[int]:
        """The positions of the minority labels."""
        return np.flatnonzero(self._is_minority).tolist()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.single_output = False
        tags.target_tags.multi_output = True
        tags.target_tags.two_d_labels = True
        tags.classifier_tags = ClassifierTags(multi_class=False, multi_label=True)
        return tags
