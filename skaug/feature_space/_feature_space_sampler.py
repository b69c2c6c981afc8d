"""FeatureSpaceSampler: resample in the space of a transformer, and come back."""

from collections.abc import Callable
from typing import Any, ClassVar, Literal, Self

import numpy as np
from sklearn.base import clone
from sklearn.preprocessing import QuantileTransformer
from sklearn.utils.validation import validate_data

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats
from skaug._core.composed import ComposedSampler, run_nested
from skaug._core.encoded_table import EncodedTable
from skaug._core.metadata import require_sampler, restrict_tags
from skaug._core.provenance import Provenance
from skaug._core.reading import read_table
from skaug._core.rng import RandomState, child_rng, seed_sequence, set_seeds
from skaug._core.table import Table, is_sparse
from skaug.base import BaseSampler
from skaug.feature_space._decoding import Decoding, why_no_inverse
from skaug.over_sampling import SMOTE

__all__ = ["FeatureSpaceSampler"]

_OWNER = "FeatureSpaceSampler"
_N_QUANTILES = 1000  # scikit-learn's default, which fewer rows do not have


class FeatureSpaceSampler(ComposedSampler):
    r"""Resample in the space of any scikit-learn transformer, and bring the rows back.

    The transformer T takes the numeric columns to a feature space, where the sampler makes rows
    :math:`\tilde z`, each of a seed :math:`x_i` with :math:`z_i = T(x_i)`. What comes back is

    .. math:: \tilde x = x_i + T^{-1}(\tilde z) - T^{-1}(z_i)

    (``decode='residual'``): the change that was made in the space, and all else as it was. So what
    the space does not hold, such as the axes that a PCA leaves out, is kept and not lost. With
    ``decode='inverse'`` it is :math:`T^{-1}(\tilde z)`, the same where nothing is lost.
    Neighbours, distances and lines are then those of the space: lines that are straight there
    need not be so in X, and rows stay where T has its values.

    Categories are not transformed. The sampler sees them beside the space and treats them by its
    own rule: SMOTE lets neighbours vote. A row misses what its seed misses.

    Cost: that of the sampler in as many columns as the space has, one fit of the transformer, and
    for each row made one pass back, two with ``decode='residual'``. In a linear space that keeps
    distances, as all axes of a PCA do, nothing changes but rounding; whitened axes, quantiles,
    kernels and learnt spaces do. A supervised transformer (LDA, NCA) moves rows by their
    labels: the synthetic rows then tell the labels better than real ones do, so trust only
    scores on rows that were held out before.

    Parameters
    ----------
    transformer : transformer, default=None
        What leads to the space: anything with ``fit`` and ``transform``, a Pipeline too, which
        returns a dense array. None: `sklearn.preprocessing.QuantileTransformer` to a normal
        distribution, in which every column is smooth and made rows keep to its range. It is cloned.

    sampler : sampler, default=None
        What makes rows there. None: `skaug.over_sampling.SMOTE`. Samplers of other libraries, and
        those made of samplers, get an array and work on numeric tables; where they do not
        tell the sources of their rows ``decode='inverse'`` is needed. It is cloned.

    decode : {'residual', 'inverse', 'none'}, default='residual'
        How rows come back. 'none' leaves all of them, the original ones too, in the space: to look
        at, or to fit a model of the space by hand. In a pipeline the transformer goes before the
        sampler instead, where it also sees the rows to predict.

    decoder : regressor, default=None
        What learns the way back, from the space to X, where the transformer has no inverse: any
        regressor of several outputs. With ``decode='residual'`` its errors on the seeds cancel. It
        is cloned.

    clip : {'range'} or None, default=None
        'range' keeps each column in the range of its rows.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype, as in
        `skaug.over_sampling.SMOTE`. The parameter of that name that the sampler may have has no
        effect.

    random_state : int, RandomState, Generator or None, default=None
        Seed of whatever has no `random_state` of its own in transformer, sampler and decoder.

    Attributes
    ----------
    transformer_ : transformer
        The fitted transformer.

    sampler_ : sampler
        The sampler, as it was left in the space.

    decoder_ : regressor or None
        The fitted decoder.

    sampling_strategy_ : dict
        The number of rows made, for each class that is targeted; only where `sampler` has it.

    sample_indices_ : ndarray of shape (n_res,)
        The source row of each returned row; -1 where a model drew it, or it is not known.

    partner_indices_ : ndarray of shape (n_res,)
        The second parent of each returned row, -1 where there is none.

    is_synthetic_ : ndarray of bool of shape (n_res,)
        Whether the row was made.

    n_features_in_ : int
        Number of columns of X.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, when X has names that are all strings.

    Raises
    ------
    TypeError
        If there is no way back: the transformer has no inverse and `decoder` is None.

    ValueError
        If X is sparse or has no numeric column; if the transformer returns a sparse or an
        incomplete table; if a sampler that is not told to does not keep the rows it is given.

    See Also
    --------
    Interpolate, Extrapolate : The moves that were proposed for spaces of learned features.
    skaug.over_sampling.SMOTE : The default sampler, in X itself.

    Notes
    -----
    Where the way back has no value, as that of a Yeo-Johnson transformation far out, the row is
    taken half the way back to its seed, and again until it has one.

    References
    ----------
    .. [1] T. DeVries, G. W. Taylor, "Dataset augmentation in feature space", 2017.
       :doi:`10.48550/arXiv.1702.05538`

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.decomposition import PCA
    >>> from skaug.feature_space import FeatureSpaceSampler
    >>> from skaug.over_sampling import SMOTE
    >>> X = np.random.default_rng(0).lognormal(size=(100, 4))
    >>> y = np.repeat(["common", "rare"], [80, 20])
    >>> sampler = FeatureSpaceSampler(PCA(2, whiten=True), SMOTE(), random_state=0)
    >>> sampler.fit_resample(X, y)[0].shape
    (160, 4)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "transformer": [sk.HasMethods(["fit", "transform"]), None],
        "sampler": [sk.HasMethods(["fit_resample"]), None],
        "decode": [sk.StrOptions({"residual", "inverse", "none"})],
        "decoder": [sk.HasMethods(["fit", "predict"]), None],
        "clip": [sk.StrOptions({"range"}), None],
        "categorical_features": [sk.StrOptions({"from_dtype"}), "array-like", None],
        "random_state": ["random_state", np.random.Generator],
    }

    def __init__(
        self,
        transformer: Any = None,
        sampler: Any = None,
        *,
        decode: Literal["residual", "inverse", "none"] = "residual",
        decoder: Any = None,
        clip: Literal["range"] | None = None,
        categorical_features: Any = "from_dtype",
        random_state: RandomState = None,
    ) -> None:
        self.transformer = transformer
        self.sampler = sampler
        self.decode = decode
        self.decoder = decoder
        self.clip = clip
        self.categorical_features = categorical_features
        self.random_state = random_state

    @sk.fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any) -> Self:
        """Fit the transformer, and check X, y and the parameters, the sampler's too.

        Parameters
        ----------
        X : array-like or data frame of shape (n, n_features)
            The rows.

        y : array-like of shape (n,) or (n, n_outputs)
            The targets, of the kind that the sampler reads.

        Returns
        -------
        self : object
            The sampler itself.
        """
        for name in ("sample_indices_", "partner_indices_", "is_synthetic_"):
            self.__dict__.pop(name, None)  # of an earlier fit_resample, maybe on other rows
        validate_data(self, X, y, skip_check_array=True)
        table, encoded = self._in_space(X, y)
        is_own = self.decode != "none" and isinstance(self.sampler_, BaseSampler)
        self.sampler_.fit(self._between(table, encoded) if is_own else encoded, y)
        self.sampling_strategy_ = getattr(self.sampler_, "sampling_strategy_", None)
        return self

    def _resample(self, X: Any, y: Any, weight: Any) -> tuple[Any, Any, Any, Provenance]:
        table, encoded = self._in_space(X, y)
        if self.decode == "none":
            found = self._run_sampler(encoded, y, weight)
        elif isinstance(self.sampler_, BaseSampler):
            found = self._run_sampler(self._between(table, encoded), y, weight)
        else:
            found = self._from_outside(table, encoded, y, weight)
        X_res, y_res, w_res, provenance = found
        self.sampling_strategy_ = getattr(self.sampler_, "sampling_strategy_", None)
        return X_res.tolist() if isinstance(X, list) else X_res, y_res, w_res, provenance

    def _in_space(self, X: Any, y: Any) -> tuple[Table, Floats]:
        """Read X, and return it with its numbers in the space of the transformer."""
        table = self._table(X, y)
        self._make_parts(len(table.numeric))
        return table, self._encoded(table, y)

    def _between(self, table: Table, encoded: Floats) -> EncodedTable:
        """Return the rows as a sampler of skaug is to see them, to come back by itself."""
        return EncodedTable(table, encoded, self._decoding(table, encoded))

    def _table(self, X: Any, y: Any) -> Table:
        """Read X, and refuse what has no numbers that a transformer could take."""
        if is_sparse(X):
            raise ValueError(
                f"{_OWNER} does not work on sparse data: what comes back from the space has no "
                "zeros. Pass X.toarray(), or put the transformer before the sampler in a pipeline."
            )
        table = read_table(self, X, y, categorical_features=self.categorical_features)
        if not table.n_numeric:
            raise ValueError(
                f"{_OWNER} needs at least 1 numeric column; all {table.shape[1]} of X are "
                "categorical. Use the sampler itself, or name fewer in categorical_features."
            )
        if not table.is_categorical.any():
            return table
        sampler = SMOTE() if self.sampler is None else self.sampler
        if self.decode == "none" or not isinstance(sampler, BaseSampler):
            what = "decode='none'" if self.decode == "none" else type(sampler).__name__
            first = table.column(int(np.argmax(table.is_categorical)))
            raise ValueError(
                f"{_OWNER} with {what} needs numeric columns only; {first} of X is categorical. "
                "Drop or encode it, or use a single sampler of skaug and decode='residual'."
            )
        return table

    def _make_parts(self, n_rows: int) -> None:
        """Clone the transformer, the sampler and the decoder, and give seeds to what has none."""
        default = QuantileTransformer(
            n_quantiles=min(_N_QUANTILES, n_rows), output_distribution="normal"
        )
        transformer = default if self.transformer is None else self.transformer
        sampler = SMOTE() if self.sampler is None else self.sampler
        require_sampler(sampler, _OWNER)
        reason = why_no_inverse(transformer, self.decode)
        if self.decode != "none" and self.decoder is None and reason is not None:
            raise TypeError(
                f"{_OWNER} cannot come back from the space: {reason}. Give it a decoder, such as "
                "MLPRegressor(), or use decode='none'."
            )
        self.transformer_, self.sampler_ = clone(transformer), clone(sampler)
        self.decoder_ = None if self.decoder is None else clone(self.decoder)
        root = seed_sequence(self.random_state)
        for number, part in enumerate([self.sampler_, self.transformer_, self.decoder_]):
            set_seeds(part, child_rng(root, number), only_unset=True)
        if hasattr(self.transformer_, "set_output"):
            self.transformer_.set_output(transform="default")

    def _encoded(self, table: Table, y: Any) -> Floats:
        """Fit the transformer, and return the rows in its space."""
        numeric = np.asarray(table.numeric, dtype=np.float64)
        name = type(self.transformer_).__name__
        try:
            encoded = self.transformer_.fit(numeric, y).transform(numeric)
        except ValueError as error:
            if np.isnan(numeric).any() and "NaN" in str(error):
                raise ValueError(
                    f"{name}, the transformer of {_OWNER}, takes no missing values, and X has "
                    "some. Impute them before, or use a transformer that keeps them, such as "
                    "QuantileTransformer or StandardScaler."
                ) from error
            raise
        if is_sparse(encoded) or np.ndim(encoded) != 2 or len(encoded) != len(numeric):
            found = "a sparse table" if is_sparse(encoded) else f"shape {np.shape(encoded)}"
            raise ValueError(
                f"{name}, the transformer of {_OWNER}, must return a dense table of "
                f"{len(numeric)} rows; it returned {found}. See whether it has a parameter such as "
                "sparse_output=False."
            )
        encoded = np.ascontiguousarray(encoded, dtype=np.float64)
        lost = ~np.isfinite(encoded).all(axis=1) & ~np.isnan(numeric).any(axis=1)
        if lost.any():
            raise ValueError(
                f"{name}, the transformer of {_OWNER}, must return finite numbers for complete "
                f"rows; for row {int(np.argmax(lost))} it does not. Transform X so that it does "
                "before, or use another transformer, such as QuantileTransformer."
            )
        return encoded

    def _decoding(self, table: Table, encoded: Floats) -> Decoding:
        """Return the way back, which has been tried."""
        numeric = np.asarray(table.numeric, dtype=np.float64)
        backward: Callable[[Floats], Any]
        if self.decoder_ is not None:
            if np.isnan(numeric).any() or np.isnan(encoded).any():
                raise ValueError(
                    f"The decoder of {_OWNER} learns from complete rows, and X has missing "
                    "values. Impute them before."
                )
            target = numeric[:, 0] if numeric.shape[1] == 1 else numeric
            backward = self.decoder_.fit(encoded, target).predict
        else:
            backward = self.transformer_.inverse_transform
        how: Literal["residual", "inverse"] = "inverse" if self.decode == "inverse" else "residual"
        decoding = Decoding(numeric, encoded, backward, how, self.clip is not None)
        try:
            decoding(encoded[:2], np.arange(min(2, len(encoded))))
        except Exception as error:
            name = type(self.transformer_ if self.decoder_ is None else self.decoder_).__name__
            raise ValueError(
                f"{_OWNER} cannot come back from the space: {name} does not return the "
                f"{numeric.shape[1]} columns of rows of it ({error}). Give another decoder, or use "
                "decode='none'."
            ) from error
        return decoding

    def _run_sampler(self, X: Any, y: Any, weight: Any) -> tuple[Any, Any, Any, Provenance]:
        if not isinstance(X, EncodedTable):
            return run_nested(self.sampler_, "sampler", self, X, y, weight)
        given = {} if weight is None else {"sample_weight": weight}
        X_res, y_res, *w_res = self.sampler_.fit_resample(X, y, **given)
        provenance = Provenance(
            self.sampler_.sample_indices_,
            self.sampler_.partner_indices_,
            self.sampler_.is_synthetic_,
        )
        return X_res, y_res, w_res[0] if w_res else None, provenance

    def _from_outside(
        self, table: Table, encoded: Floats, y: Any, weight: Any
    ) -> tuple[Any, Any, Any, Provenance]:
        """Run a sampler that knows arrays only, and decode the rows that it made."""
        Z_res, y_res, w_res, provenance = self._run_sampler(encoded, y, weight)
        made = np.flatnonzero(provenance.synthetic)
        kept = provenance.source[~provenance.synthetic]
        name = type(self.sampler_).__name__
        if (np.diff(made) != 1).any() or (len(made) and made[-1] != len(Z_res) - 1):
            raise ValueError(
                f"{_OWNER} needs samplers that return the rows they are given before those they "
                f"make; {name} does not."
            )
        seed = provenance.source[made]
        if self.decode == "residual" and (seed < 0).any():
            raise ValueError(
                f"{name}, the sampler of {_OWNER}, does not tell which rows it made its rows of, "
                "to which decode='residual' adds. Use decode='inverse', or a sampler of skaug."
            )
        values = self._decoding(table, encoded)(Z_res[made], seed)
        batch = Batch(seed=seed, values=values)
        return table.extended([batch], kept), y_res, w_res, provenance

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        restrict_tags(tags, [] if self.sampler is None else [self.sampler])
        tags.input_tags.sparse = False
        tags.input_tags.string = False  # not alone: a transformer wants numbers
        return tags
