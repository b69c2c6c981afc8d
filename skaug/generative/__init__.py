"""Models of a whole table, from which new rows are drawn, without torch."""

from skaug.generative._adversarial_forest import AdversarialForest
from skaug.generative._base import BaseGenerator
from skaug.generative._gaussian_copula import GaussianCopula
from skaug.generative._kernel_density import KernelDensity
from skaug.generative._sequential_cart import SequentialCART

__all__ = [
    "AdversarialForest",
    "BaseGenerator",
    "GaussianCopula",
    "KernelDensity",
    "SequentialCART",
]
