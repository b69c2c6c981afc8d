"""FeatureSpaceSampler: resample in the space of a transformer, and come back."""

from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.preprocessing import QuantileTransformer
from sklearn.utils.validation import validate_data

from skaug._core import sklearn as sk
from skaug._core.batch import Batch, Floats, Indices
from skaug._core.composed import ComposedSampler, run_nested
from skaug._core.metadata import require_sampler, restrict_tags
from skaug._core.provenance import Provenance
from skaug._core.reading import read_table
from skaug._core.rng import RandomState, child_rng, seed_sequence, set_seeds
from skaug._core.table import Table, gathered_rows, is_sparse
from skaug.feature_space._decoding import Decoding, fit_decoder
from skaug.feature_space._space_parts import (
    refuse_classes,
    refuse_named_columns,
    takes,
    why_no_inverse,
)
from skaug.feature_space._space_rows import (
    beside,
    checked_space,
    labels_of,
    nearest_of_label,
    read_back,
    shown,
)
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

    Categories are not transformed. The sampler sees them beside the space and treats
    them by its own rule: SMOTE lets neighbours vote. A row misses what its seed misses, and nothing
    else. Integers are rounded.

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
        takes the numeric columns as an array and returns a dense table. It is given the labels, as
        supervised ones need them. None: `sklearn.preprocessing.QuantileTransformer` to a normal
        distribution, in which every column is smooth and made rows keep to its range. It is cloned.

    sampler : sampler, default=None
        What makes rows there: any sampler of skaug, imbalanced-learn or your own, composed ones
        too. None: `skaug.over_sampling.SMOTE`. One that takes no text, by
        its tags, sees the numbers only, and categories are those of the seeds. It is cloned.

    decode : {'residual', 'inverse', 'none'}, default='residual'
        How rows come back. 'none' leaves all of them, the original ones too, in the space: to look
        at, or to fit a model of the space by hand. In a pipeline the transformer goes before the
        sampler instead, where it also sees the rows to predict.

    decoder : regressor, default=None
        What learns the way back, from the space to X, where the transformer has no inverse: any
        regressor of several outputs. With ``decode='residual'`` its errors on the seeds cancel. It
        is cloned.

    clip : {'range'} or None, default=None
        'range' keeps each numeric column of the made rows within the values that it has in the
        whole table, of all classes; None lets rows leave them. Without effect in the space.

    categorical_features : {'from_dtype'}, None or array-like, default='from_dtype'
        The categorical columns: a mask, indices, names, or by their dtype, as in
        `skaug.over_sampling.SMOTE`. A parameter of that name of the sampler stays at its default,
        since the columns it sees are others.

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
        If there is no way back: the transformer has no inverse and `decoder` is None. Before any
        work, where that can be known.

    ValueError
        If X is sparse or has no numeric column, if a part takes no missing values and there are
        some, or if the transformer does not return a dense table of finite numbers.

    See Also
    --------
    Interpolate, Extrapolate : The moves that were proposed for spaces of learned features.
    skaug.over_sampling.SMOTE : The default sampler, in X itself.

    Notes
    -----
    Of rows whose source is not known, such as those that a model drew or imbalanced-learn's SMOTE
    made, the row nearest in the space that has the same label stands for the seed, or the second
    parent if that is known. `sample_indices_` says -1 all the same.

    Where the inverse has no value, as that of a Yeo-Johnson transformation far out, the row is
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
        table, Z = self._in_space(X, y)
        self._way_back(table, Z)
        self.sampler_.fit(shown(Z, self._codes_shown(table), self.sampler_), y)
        self._note_strategy()
        return self

    def _resample(self, X: Any, y: Any, weight: Any) -> tuple[Any, Any, Any, Provenance]:
        table, Z = self._in_space(X, y)
        way_back = self._way_back(table, Z)
        given = shown(Z, self._codes_shown(table), self.sampler_)
        rows, y_res, w_res, provenance = run_nested(
            self.sampler_, "sampler", self, given, y, weight
        )
        self._note_strategy()
        if np.shape(rows)[1:] != given.shape[1:]:
            raise ValueError(
                f"{type(self.sampler_).__name__}, the sampler of {_OWNER}, must return as many "
                f"columns as it is given, {given.shape[1]}; it returned shape {np.shape(rows)}."
            )
        seed = self._seeds(Z, y, rows, y_res, provenance)
        Z_res, codes = read_back(rows, self._codes_shown(table), Z.shape[1])
        X_res = _written(table, Z_res, codes, seed, provenance.synthetic, way_back)
        if way_back is None:
            X_res = beside(Z_res, self.transformer_, X_res, table)
        return X_res.tolist() if isinstance(X, list) else X_res, y_res, w_res, provenance

    def _in_space(self, X: Any, y: Any) -> tuple[Table, Floats]:
        """Read X, fit the parts, and return X and its numbers in the space."""
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
        self._make_parts(table)
        numeric = np.asarray(table.numeric, dtype=np.float64)
        return table, self._encoded(numeric, labels_of(y, _OWNER))

    def _make_parts(self, table: Table) -> None:
        """Clone transformer, sampler and decoder, and give seeds to what has none."""
        transformer, sampler = self.transformer, self.sampler
        if transformer is None:
            n_quantiles = min(_N_QUANTILES, table.shape[0])
            transformer = QuantileTransformer(n_quantiles=n_quantiles, output_distribution="normal")
        sampler = SMOTE() if sampler is None else sampler
        require_sampler(sampler, _OWNER)
        refuse_classes(_OWNER, transformer=transformer, decoder=self.decoder)
        refuse_named_columns(sampler, bool(table.is_categorical.any()), _OWNER)
        reason = why_no_inverse(transformer, self.decode)
        if self.decode != "none" and self.decoder is None and reason is not None:
            raise TypeError(
                f"{_OWNER} cannot come back from the space: {reason}. Change that, or give it a "
                "decoder, such as MLPRegressor(), or use decode='none'."
            )
        self.transformer_, self.sampler_ = clone(transformer), clone(sampler)
        learns = self.decoder is not None and self.decode != "none"
        self.decoder_ = clone(self.decoder) if learns else None
        root = seed_sequence(self.random_state)
        for number, part in enumerate([self.sampler_, self.transformer_, self.decoder_]):
            set_seeds(part, child_rng(root, number), only_unset=True)
        if hasattr(self.transformer_, "set_output"):
            self.transformer_.set_output(transform="default")

    def _encoded(self, numeric: Floats, y: NDArray[Any]) -> Floats:
        """Fit the transformer, and return the rows in its space."""
        name, has_missing = type(self.transformer_).__name__, bool(np.isnan(numeric).any())
        try:
            Z = self.transformer_.fit(numeric, y).transform(numeric)
        except ValueError as error:
            if not has_missing or "NaN" not in str(error):
                raise
            raise ValueError(
                f"{name}, the transformer of {_OWNER}, takes no missing values (NaN), and X "
                "has some. Impute them before, or use a transformer that keeps them, such as "
                "QuantileTransformer or StandardScaler."
            ) from error
        Z = checked_space(Z, numeric, f"{name}, the transformer of {_OWNER},")
        if np.isnan(Z).any() and not takes(self.sampler_, "allow_nan", unknown=True):
            raise ValueError(
                f"{type(self.sampler_).__name__}, the sampler of {_OWNER}, takes no missing "
                "values, and X has some. Impute them before, or use a sampler of skaug."
            )
        return Z

    def _codes_shown(self, table: Table) -> Indices:
        """Return the categories that the sampler sees: those of the seeds stand if it cannot."""
        return table.codes if takes(self.sampler_, "string", unknown=False) else table.codes[:, :0]

    def _way_back(self, table: Table, Z: Floats) -> Decoding | None:
        """Return the way back, learnt if it has to be, and tried; None if there is to be none."""
        if self.decode == "none":
            return None
        numeric = np.asarray(table.numeric, dtype=np.float64)
        part = self.transformer_ if self.decoder_ is None else self.decoder_
        backward = part.inverse_transform if self.decoder_ is None else part.predict
        how: Literal["residual", "inverse"] = "inverse" if self.decode == "inverse" else "residual"
        decoding = Decoding(numeric, Z, backward, how, clip=self.clip is not None)
        if self.decoder_ is not None:
            fit_decoder(self.decoder_, Z, numeric, _OWNER)
        some = np.arange(min(2, len(Z)))
        try:
            decoding(Z[some], some)
        except Exception as error:  # every transformer has its own
            raise ValueError(
                f"{_OWNER} cannot come back from the space: {type(part).__name__} does not return "
                f"the {numeric.shape[1]} numeric columns of X ({error}). Give it another decoder, "
                "or use decode='none'."
            ) from error
        return decoding

    def _seeds(self, Z: Floats, y: Any, rows: Any, y_res: Any, provenance: Provenance) -> Indices:
        """Return the row that each returned one is to resemble where the space tells nothing.

        That is its source, or else its other parent, or else the nearest row with its label.
        """
        seed = np.where(provenance.source >= 0, provenance.source, provenance.partner)
        lost = np.flatnonzero(seed < 0)
        if len(lost):
            made = np.asarray(rows[lost, : Z.shape[1]], dtype=np.float64)
            labels, labels_res = labels_of(y, _OWNER), labels_of(y_res, _OWNER)
            seed[lost] = nearest_of_label(Z, labels, made, labels_res[lost])
        return seed

    def _note_strategy(self) -> None:
        self.sampling_strategy_ = getattr(self.sampler_, "sampling_strategy_", None)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        restrict_tags(tags, [] if self.sampler is None else [self.sampler])
        tags.input_tags.sparse = False
        tags.input_tags.string = tags.input_tags.categorical = True
        return tags


def _written(
    table: Table,
    Z_res: Floats,
    codes: Indices | None,
    seed: Indices,
    synthetic: NDArray[np.bool_],
    way_back: Decoding | None,
) -> Any:
    """Return the rows of the table that were kept and those that were made, as they stand."""
    made, kept = np.flatnonzero(synthetic), np.flatnonzero(~synthetic)
    batch = Batch(
        seed=seed[made],
        values=None if way_back is None else way_back(Z_res[made], seed[made]),
        codes=None if codes is None else codes[made],
    )
    is_whole = np.array_equal(seed[kept], np.arange(table.shape[0]))
    X_res = table.extended([batch] if len(made) else [], None if is_whole else seed[kept])
    order = np.concatenate([kept, made])
    if (np.diff(order) == 1).all():
        return X_res
    return gathered_rows(X_res, np.argsort(order))  # rows were kept after others were made
