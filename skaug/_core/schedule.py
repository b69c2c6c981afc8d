"""When a sampler is on, epoch by epoch."""

from numbers import Integral, Real
from typing import Any, ClassVar

from sklearn.base import BaseEstimator

from skaug._core import sklearn as sk

__all__ = ["SHARE_OR_COUNT", "OnOffSchedule", "epochs_of"]

SHARE_OR_COUNT: list[Any] = [
    sk.Interval(Integral, 0, None, closed="left"),
    sk.Interval(Real, 0, 1, closed="left"),
]


def epochs_of(share_or_count: float, n_epochs: int) -> int:
    """Return a number of epochs given as such, or as a share below 1 of all."""
    if isinstance(share_or_count, Integral):
        return int(share_or_count)
    return round(share_or_count * n_epochs)


class OnOffSchedule(BaseEstimator):
    """Leave the sampler off in the first epochs, then switch it on and off in turn.

    The schedule of SamplePairing [1]_: 100 epochs without, then 8 with and 2 without in turn, and
    fine-tuning without from epoch 800. The defaults are its shares of 1000 epochs; set
    ``fine_tuning=0.2`` of the trainer for its end.

    Parameters
    ----------
    start : int or float, default=0.1
        How many epochs to begin with without the sampler; a float in [0, 1) is a share of all.

    on : int, default=8
        How many epochs in a row with the sampler.

    off : int, default=2
        How many epochs in a row without it, in between.

    See Also
    --------
    EpochAugmentedClassifier : What follows the schedule.

    Notes
    -----
    It is called with the number of the epoch, from 0, and of all epochs, and returns whether the
    sampler is on. Any function of these two may stand in its place.

    References
    ----------
    .. [1] H. Inoue, "Data Augmentation by Pairing Samples for Images Classification", 2018,
       `arXiv:1801.02929 <https://arxiv.org/abs/1801.02929>`_.

    Examples
    --------
    >>> from skaug.epoch_augmented import OnOffSchedule
    >>> schedule = OnOffSchedule(start=2, on=3, off=1)
    >>> [int(schedule(epoch, 10)) for epoch in range(10)]
    [0, 0, 1, 1, 1, 0, 1, 1, 1, 0]
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "start": SHARE_OR_COUNT,
        "on": [sk.Interval(Integral, 1, None, closed="left")],
        "off": [sk.Interval(Integral, 0, None, closed="left")],
    }

    def __init__(self, *, start: float = 0.1, on: int = 8, off: int = 2) -> None:
        self.start = start
        self.on = on
        self.off = off

    def __call__(self, epoch: int, n_epochs: int) -> bool:
        """Return whether the sampler is on.

        Parameters
        ----------
        epoch : int
            The number of the epoch, from 0.

        n_epochs : int
            The number of all epochs, those of fine-tuning among them.

        Returns
        -------
        on : bool
            Whether it is.
        """
        self._validate_params()
        since = epoch - epochs_of(self.start, n_epochs)
        return since >= 0 and since % (self.on + self.off) < self.on
