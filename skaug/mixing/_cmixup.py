"""CMixup: Mixup for regression, of rows with similar targets."""

from numbers import Real
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from skaug._core import sklearn as sk
from skaug._core.batch import Floats
from skaug._core.columns import holds_numbers
from skaug._core.mixed_target import MixedTarget
from skaug._core.rng import RandomState
from skaug._core.target import native_values as raw_values
from skaug.base import Table
from skaug.mixing._base import ALPHA, MIXED_CONSTRAINTS, Mixed, MixingSampler, mixed_rows
from skaug.mixing._near_targets import near_partners
from skaug.mixing._pairs import number_of_rows, seeds
from skaug.mixing._weights import beta, stretched

__all__ = ["CMixup", "in_standard_units", "scott_bandwidth"]

_NOT_ASKED = ("labels", "target_type")  # y is numbers


class CMixup(MixingSampler):
    r"""Blend rows with partners of similar targets, for regression, and append the mixtures.

    .. math:: (\tilde x, \tilde y) = \lambda (x, y)_i + (1 - \lambda) (x, y)_j, \quad
       P(j \mid i) \propto \exp(-d(y_i, y_j)^2 / 2 \sigma^2), \; j \neq i

    with a :math:`\lambda \sim Beta(\alpha, \alpha)` for each row. Of two rows with targets far
    apart the mean of the targets is often wrong for the mean of the rows; of rows with similar
    targets it cannot be far off. The bandwidth :math:`\sigma` sets how similar: 0 mixes a row with
    the nearest target, and infinity makes it `Mixup`.

    Cost: O(n log n) for the pairs, drawn exactly, with no matrix of all pairs, and O(rows made x
    columns). A y of several numbers is searched by rejection and a k-d tree: quick for two or
    three, slower for more. Mixing is a regulariser; compare it with none, and scale the columns
    first, as for `Mixup`. For linear models it has little to give.

    Categories, missing values, integers and sparse X are treated as in `Mixup`.

    Parameters
    ----------
    alpha : float, default=2.0
        Of the Beta distribution; 2 is that of most of the paper's experiments. Near 0 mixtures are
        near one of the rows, and 1 is uniform.

    bandwidth : 'scott' or float, default='scott'
        The standard deviation :math:`\sigma`, in units of that of y (of each output, where there
        are several), so that it does not depend on the scale of y. 'scott' is
        :math:`n^{-1/(q + 4)}` for q outputs, the rule of Scott for kernel densities, which is what
        a row's partners are drawn from. The best value depends on the data; the paper tunes it.

    ratio : float, default=1.0
        Mixtures per original row. Every row is the first of a pair equally often, but for what is
        left over.

    keep_original : bool, default=True
        Whether the original rows come back too, first. False returns only mixtures.

    preserve_variance : bool, default=False
        Mixtures vary less than rows. True stretches :math:`\lambda` about 1/2 by
        :math:`\sqrt{2 \alpha + 1}`, as in `Mixup`; it then goes beyond 0 and 1.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype. None: all numeric.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    Attributes
    ----------
    bandwidth_ : float
        The standard deviation used, in units of that of y.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row: for a synthetic one, the first of the two mixed.

    partner_indices_ : ndarray of shape (n_res,)
        The second of the two, -1 for original rows.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If y holds class labels, or X has one row.

    See Also
    --------
    Mixup : Partners whatever their targets, for class labels too.
    skaug.over_sampling.SMOTER : More rows where targets are rare.

    Notes
    -----
    Differences from the authors' code: it fits a kernel density for each row and holds all n x n
    chances; it pairs rows with themselves, which the kernel makes likely and which only copies;
    it draws one :math:`\lambda` for a batch; and its bandwidths are in the units of y.

    A y of integers comes back as integers, rounded. Weights are inherited as
    :math:`\lambda w_i + (1 - \lambda) w_j`.

    References
    ----------
    .. [1] H. Yao, Y. Wang, L. Zhang, J. Zou, C. Finn, "C-Mixup: improving generalization in
       regression", NeurIPS 2022. :doi:`10.48550/arXiv.2210.05775`
    .. [2] D. W. Scott, "Multivariate density estimation: theory, practice, and visualization",
       Wiley, 1992. :doi:`10.1002/9780470316849`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.mixing import CMixup
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> sampler = CMixup(bandwidth=0.1, random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, X.sum(axis=1))
    >>> X_res.shape, bool(np.allclose(X_res.sum(axis=1), y_res))
    ((200, 3), True)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **{key: MIXED_CONSTRAINTS[key] for key in MIXED_CONSTRAINTS if key not in _NOT_ASKED},
        "alpha": ALPHA,
        "bandwidth": [sk.StrOptions({"scott"}), sk.Interval(Real, 0, None, closed="both")],
        "preserve_variance": ["boolean"],
    }

    def __init__(
        self,
        *,
        alpha: float = 2.0,
        bandwidth: Literal["scott"] | float = "scott",
        ratio: float = 1.0,
        keep_original: bool = True,
        preserve_variance: bool = False,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
    ) -> None:
        self.alpha = alpha
        self.bandwidth = bandwidth
        self.ratio = ratio
        self.keep_original = keep_original
        self.preserve_variance = preserve_variance
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _mix(self, X: Table, y: MixedTarget, rng: np.random.Generator) -> Mixed:
        if len(y) < 2:
            raise ValueError(f"CMixup mixes two rows; X has n_samples = {len(y)}. Add rows.")
        seed = seeds(len(y), number_of_rows(len(y), self.ratio), rng)
        partner = near_partners(in_standard_units(y.numbers), seed, self.bandwidth_, rng)
        share = beta(rng, self.alpha, self.alpha, len(seed))
        if not self.preserve_variance:
            return Mixed(rows=mixed_rows(X, seed, partner, share, rng), share=share)
        spread = stretched(share, self.alpha)
        rows = mixed_rows(X, seed, partner, share, rng, step=1 - spread)
        return Mixed(rows=rows, share=share, number_share=spread)

    def _read_target(self, y: Any) -> MixedTarget:
        _refuse_labels(raw_values(y, "CMixup"))
        return MixedTarget(y, owner="CMixup", target_type="continuous")

    def _prepare(self, y: Any) -> None:
        super()._prepare(y)
        if self.bandwidth == "scott":
            self.bandwidth_ = scott_bandwidth(*y.numbers.shape)
        else:
            self.bandwidth_ = float(self.bandwidth)


def scott_bandwidth(n_rows: int, n_outputs: int) -> float:
    """Return Scott's factor of a kernel density, in standard deviations."""
    return float(n_rows ** (-1 / (n_outputs + 4)))


def in_standard_units(values: Floats) -> Floats:
    """Return the outputs of a target divided by their standard deviations, constant ones as 0."""
    peak = np.abs(values).max(axis=0)
    scaled = values / np.where(peak > 0, peak, 1)  # whose squares do not overflow
    centred = scaled - scaled[0]
    varies = (centred != 0).any(axis=0)
    units: Floats = centred / np.where(varies, centred.std(axis=0), 1)
    return units


def _refuse_labels(values: NDArray[Any]) -> None:
    """Refuse text, booleans, and columns of 0 and 1 only."""
    if values.dtype.kind in "fiu" and (values.ndim != 2 or values.shape[1] < 2):
        return
    if values.dtype.kind in "USb" or not holds_numbers(values.ravel()):
        raise ValueError(
            f"CMixup needs numbers in y, of a regression problem; got {values.ravel()[0]!r}. For "
            "class labels use Mixup."
        )
    if values.ndim == 2 and values.shape[1] > 1 and np.isin(values, (0, 1)).all():
        raise ValueError(
            f"CMixup needs numbers in y, of a regression problem; the {values.shape[1]} columns of "
            "y hold 0 and 1 only, as labels do. For those use Mixup."
        )
