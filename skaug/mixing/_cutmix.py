"""CutMix: rows put together of cells of two."""

from numbers import Real
from typing import Any, ClassVar, Literal

import numpy as np

from skaug._core import sklearn as sk
from skaug._core.batch import Batch
from skaug._core.mixed_target import MixedTarget
from skaug._core.rng import RandomState
from skaug._planning.table_search import SEARCH
from skaug.mixing._base import ALPHA, MIXED_CONSTRAINTS, Mixed, MixingSampler
from skaug.mixing._boxes import checked_shape, drawn_boxes
from skaug.mixing._cells import CellBatch, CellTable
from skaug.mixing._gates import ColumnGates, Flipped, MarginalRows, Mask, share_kept
from skaug.mixing._pairs import SYMMETRIC, drawn_pairs, number_of_rows, seeds
from skaug.mixing._weights import beta

__all__ = ["CutMix"]

_NOT_ASKED = "categorical_features"  # of no matter to cells that are copied


class CutMix(MixingSampler):
    r"""Put rows together of cells of two, label them by the share of each, and append them.

    .. math:: \tilde x = m \odot x_i + (1 - m) \odot x_j, \quad
       \tilde y = \bar m \, y_i + (1 - \bar m) \, y_j

    The mask m takes each column of a table from :math:`x_i` with probability
    :math:`\lambda \sim Beta(\alpha, \alpha)`, or of an image (``image_shape``) all pixels outside
    a box of sides :math:`\sqrt{1 - \lambda}`. The label goes by :math:`\bar m`, the share of cells
    that did come from :math:`x_i`, not by the one drawn. Cells are copied and never computed, so
    that categories, integers and missing values need no care, nor columns any scaling.

    The label need not be soft: with ``labels='hard'``, the default, the first row is the one that
    a cell drawn at random comes from. As that is :math:`x_i` with probability :math:`\bar m`, and
    pairs (i, j) and (j, i) are equally likely, keeping its label gives the loss of CutMix in
    expectation, :math:`E[\bar m L(\tilde x, y_i) + (1 - \bar m) L(\tilde x, y_j)]`.

    Cost: O(rows made x columns), of sparse X a quarter of a random number for each empty cell too.
    Columns that depend on each other come apart, and rows may arise that cannot be; it helps
    neural networks on images, and tables only sometimes, so compare it with none
    (`skaug.model_selection.compare_samplers`).

    Parameters
    ----------
    alpha : float, default=1.0
        Of the Beta distribution: near 0 rows are nearly those of one parent, 1 is uniform, as in
        the paper, and large values give halves.

    labels : {'hard', 'weighted', 'bernoulli', 'soft'}, default='hard'
        What a new row is labelled.

        - 'hard': as its first row, which keeps the shares of the classes as they are.
        - 'weighted': it is returned twice, with the labels of both rows and weights
          :math:`\bar m` and :math:`1 - \bar m` times theirs, as a third value.
        - 'bernoulli': as the first row with probability :math:`\bar m`, else as the second.
        - 'soft': y comes back as shares of the classes, of shape (n_res, n_classes).

        A y of numbers or of probabilities is mixed itself, with 'hard' or 'soft' alike.

    pairs : {'random', 'same_class', 'other_class', 'neighbors', 'balanced'}, default='random'
        Which rows are put together, as in `Mixup`. The last two are not symmetric, and refuse
        'hard'.

    image_shape : (height, width) or (height, width, channels), default=None
        Shape of the images that lie flat in the rows of X, channels last; a box of pixels comes
        from the second row then, in all channels. None: columns are taken at random.

    corrupt : {'marginal'} or None, default=None
        'marginal' replaces cells by those of a row drawn anew for each, and so by draws from the
        marginal distributions of the columns; the label stays (SCARF). `alpha` and `pairs` have no
        say then.

    corruption_rate : float, default=0.6
        The chance of a cell to be replaced, with ``corrupt='marginal'``. 0.6 is the paper's, for
        learning without labels; where labels are kept, less is advised.

    ratio : float, default=1.0
        New rows per original row. Every row is the first of a pair equally often, but for what is
        left over.

    keep_original : bool, default=True
        Whether the original rows come back too, first. False returns only new ones.

    k_neighbors : int or object with fit and kneighbors, default=5
        Neighbours to choose from with ``pairs='neighbors'``.

    target_type : {'auto', 'classes', 'continuous'}, default='auto'
        What y holds. 'auto' reads numbers with fractions as continuous, or as probabilities of the
        classes in several columns that sum to 1, and all else as labels: for whole numbers that
        are to be predicted as numbers, set 'continuous'.

    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.

    n_jobs : int, default=None
        Threads of the search for neighbours; None for all cores. Does not change the result.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes, sorted: the columns of y with ``labels='soft'``. Only where y holds one class
        label a row.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row: for a synthetic one, the first of its parents.

    partner_indices_ : ndarray of shape (n_res,)
        The second parent; -1 for original rows and where each cell has its own.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    ValueError
        If `image_shape` does not multiply to the number of columns, or parameters do not go
        together.

    See Also
    --------
    Mixup : Blends of rows, between them in every column.

    Notes
    -----
    In a table of few columns many new rows are copies of a parent, with ``alpha=1`` two of
    d + 1: they are labelled as that parent. With ``labels='hard'`` a row may be the first by
    virtue of few of its cells, even of the box only; it is so by its share.

    Missing values are copied like others, so that a new row may miss what its first row has.
    The box has sides rounded to the nearest pixel; the authors' code rounds down to even numbers.
    SCARF replaces exactly the share `corruption_rate` of a row's columns, here it is the mean.

    References
    ----------
    .. [1] S. Yun, D. Han, S. J. Oh, S. Chun, J. Choe, Y. Yoo, "CutMix: regularization strategy to
       train strong classifiers with localizable features", ICCV 2019.
       :doi:`10.1109/ICCV.2019.00612`
    .. [2] G. Somepalli, M. Goldblum, A. Schwarzschild, C. B. Bruss, T. Goldstein, "SAINT: improved
       neural networks for tabular data via row attention and contrastive pre-training", 2021.
       :doi:`10.48550/arXiv.2106.01342`
    .. [3] D. Bahri, H. Jiang, Y. Tay, D. Metzler, "SCARF: self-supervised contrastive learning
       using random feature corruption", ICLR 2022. :doi:`10.48550/arXiv.2106.15147`

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.mixing import CutMix
    >>> X, y = np.array([[0, 1, 2, 3], [10, 11, 12, 13]]), np.array(["a", "b"])
    >>> X_res, y_res = CutMix(random_state=0).fit_resample(X, y)
    >>> bool((X_res % 10 == np.arange(4)).all())
    True
    >>> CutMix(image_shape=(2, 2), labels="soft").fit_resample(X, y)[1].shape
    (4, 2)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **{key: MIXED_CONSTRAINTS[key] for key in MIXED_CONSTRAINTS if key != _NOT_ASKED},
        "alpha": ALPHA,
        "pairs": [sk.StrOptions({*SYMMETRIC, "neighbors", "balanced"})],
        "image_shape": [tuple, list, None],
        "corrupt": [sk.StrOptions({"marginal"}), None],
        "corruption_rate": [sk.Interval(Real, 0, 1, closed="neither")],
        "k_neighbors": SEARCH,
        "n_jobs": sk.N_JOBS,
    }

    def __init__(
        self,
        *,
        alpha: float = 1.0,
        labels: Literal["hard", "weighted", "bernoulli", "soft"] = "hard",
        pairs: Literal["random", "same_class", "other_class", "neighbors", "balanced"] = "random",
        image_shape: tuple[int, ...] | None = None,
        corrupt: Literal["marginal"] | None = None,
        corruption_rate: float = 0.6,
        ratio: float = 1.0,
        keep_original: bool = True,
        k_neighbors: Any = 5,
        target_type: Literal["auto", "classes", "continuous"] = "auto",
        random_state: RandomState = None,
        n_jobs: int | None = None,
    ) -> None:
        self.alpha = alpha
        self.labels = labels
        self.pairs = pairs
        self.image_shape = image_shape
        self.corrupt = corrupt
        self.corruption_rate = corruption_rate
        self.ratio = ratio
        self.keep_original = keep_original
        self.k_neighbors = k_neighbors
        self.target_type = target_type
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _mix(self, X: Any, y: MixedTarget, rng: np.random.Generator) -> Mixed:
        n_made = number_of_rows(len(y), self.ratio)
        if self.corrupt is not None:
            return self._corrupted(X.shape, n_made, rng)
        seed, partner = drawn_pairs(
            self.pairs,
            X.table,
            y,
            n_made,
            rng,
            owner="CutMix",
            k_neighbors=self.k_neighbors,
            n_jobs=self.n_jobs,
        )
        mask, share = self._masked(X.shape[1], n_made, rng)
        if self._law(y) == "hard":  # whose cell is any of them? that row is the seed
            is_flipped = rng.random(n_made) >= share
            mask, share = Flipped(mask, is_flipped), np.where(is_flipped, 1 - share, share)
        return Mixed(rows=CellBatch(seed=seed, partner=partner, mask=mask), share=share)

    def _masked(
        self, n_columns: int, n_made: int, rng: np.random.Generator
    ) -> tuple[Mask, np.ndarray[Any, Any]]:
        """Draw which cells come from the partners, and return the share that does not."""
        drawn = beta(rng, self.alpha, self.alpha, n_made)
        if self.image_shape is not None:
            boxes = drawn_boxes(checked_shape(self.image_shape, n_columns, "CutMix"), drawn, rng)
            return boxes, boxes.share_outside
        gates = ColumnGates(_key(rng), drawn, n_columns)
        return gates, share_kept(gates)

    def _corrupted(self, shape: tuple[int, int], n_made: int, rng: np.random.Generator) -> Mixed:
        share = np.full(n_made, 1 - self.corruption_rate)
        seed = seeds(shape[0], n_made, rng)
        rows: Batch = CellBatch(
            seed=seed,
            partner=np.full_like(seed, -1),
            mask=ColumnGates(_key(rng), share, shape[1]),
            donors=MarginalRows(_key(rng), *shape),
        )
        return Mixed(rows=rows, share=np.ones(n_made))

    def _read(self, X: Any, y: Any) -> Any:
        table, target = super()._read(X, y)
        if self.image_shape is not None:
            checked_shape(self.image_shape, table.shape[1], "CutMix")
        return CellTable(table), target

    def _prepare(self, y: Any) -> None:
        if self.corrupt is not None:
            self._check_corrupt()
        super()._prepare(y)

    def _check_corrupt(self) -> None:
        other: dict[str, tuple[Any, ...]] = {
            "labels": ("hard", "soft"),
            "pairs": ("random",),
            "image_shape": (None,),
        }
        for name, allowed in other.items():
            value = getattr(self, name)
            if value not in allowed:
                raise ValueError(
                    f"corrupt={self.corrupt!r} of CutMix keeps the label and draws cells column "
                    f"by column; {name}={value!r} has no meaning then. Set {name} to "
                    f"{' or '.join(map(repr, allowed))}."
                )

    def _why_not_hard(self) -> str | None:
        if self.pairs in SYMMETRIC:
            return None
        return (
            f"stands for both labels only where a pair is as likely as its reverse; with "
            f"pairs={self.pairs!r} it is not"
        )


def _key(rng: np.random.Generator) -> int:
    return int(rng.integers(2**63))
