"""The data sets themselves: one function each."""

from typing import Any

from skaug.datasets._bundled import BundledTable

__all__ = ["load_ecoli", "load_german", "load_hypothyroid"]

_HYPOTHYROID = BundledTable(
    name="hypothyroid",
    target="diagnosis",
    target_names=("negative", "hypothyroid"),
    numeric=("age", "TSH", "T3", "TT4", "T4U", "FTI", "TBG"),
    numeric_dtype="float64",
)

_GERMAN = BundledTable(
    name="german",
    target="credit",
    target_names=("good", "bad"),
    numeric=(
        "duration",
        "amount",
        "rate",
        "residence",
        "age",
        "existing_credits",
        "dependents",
    ),
    numeric_dtype="int64",
)

_ECOLI = BundledTable(
    name="ecoli",
    target="site",
    target_names=("cp", "im", "imL", "imS", "imU", "om", "omL", "pp"),
    numeric=("mcg", "gvh", "lip", "chg", "aac", "alm1", "alm2"),
    numeric_dtype="float64",
)


def load_hypothyroid(*, return_X_y: bool = False, as_frame: bool = True) -> Any:
    """Load the hypothyroid table: mixed columns, missing values, 1 positive to 20 negatives.

    3163 patients in 18 categorical and 7 numeric columns with 5329 missing values; 151 of the
    patients are hypothyroid (label 1), 3012 are not (label 0).

    Parameters
    ----------
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.

    as_frame : bool, default=True
        Return a pandas DataFrame with category and float columns, and the target as a Series.
        If False, return arrays of float, categories as codes in alphabetical order of their
        names; pandas is then not needed.

    Returns
    -------
    data : Bunch or tuple
        `data`, `target` (0 and 1, indices into `target_names`), `frame` (both in one
        DataFrame, or None), `feature_names`, `target_names`, `categorical` (names of the
        categorical columns) and `DESCR`; or ``(data, target)``.

    References
    ----------
    .. [1] Quinlan, R. (1986). Thyroid Disease. UCI Machine Learning Repository.
       :doi:`10.24432/C5D010`. Licence: CC BY 4.0.

    Examples
    --------
    >>> from skaug.datasets import load_hypothyroid
    >>> X, y = load_hypothyroid(return_X_y=True)
    >>> X.shape, int(y.sum()), int(X.isna().sum().sum())
    ((3163, 25), 151, 5329)
    """
    return _HYPOTHYROID.load("load_hypothyroid", return_X_y, as_frame)


def load_german(*, return_X_y: bool = False, as_frame: bool = True) -> Any:
    """Load the German credit table: mixed columns, none missing, 1 positive to 2.3 negatives.

    1000 applicants for a loan in 13 categorical and 7 integer columns; 300 are bad risks
    (label 1), 700 good ones (label 0).

    Parameters
    ----------
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.

    as_frame : bool, default=True
        Return a pandas DataFrame with category and integer columns, and the target as a
        Series. If False, return arrays of float, categories as codes in alphabetical order of
        their names; pandas is then not needed.

    Returns
    -------
    data : Bunch or tuple
        `data`, `target` (0 and 1, indices into `target_names`), `frame` (both in one
        DataFrame, or None), `feature_names`, `target_names`, `categorical` (names of the
        categorical columns) and `DESCR`; or ``(data, target)``.

    References
    ----------
    .. [1] Hofmann, H. (1994). Statlog (German Credit Data). UCI Machine Learning Repository.
       :doi:`10.24432/C5NC77`. Licence: CC BY 4.0.

    Examples
    --------
    >>> from skaug.datasets import load_german
    >>> german = load_german()
    >>> german.data.shape, len(german.categorical)
    ((1000, 20), 13)
    >>> german.target_names
    ['good', 'bad']
    """
    return _GERMAN.load("load_german", return_X_y, as_frame)


def load_ecoli(*, return_X_y: bool = False, as_frame: bool = True) -> Any:
    """Load the ecoli table: numeric columns and eight classes, of 143 down to 2 rows.

    336 proteins in 7 numeric columns; the label says where in the cell the protein is found.

    Parameters
    ----------
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.

    as_frame : bool, default=True
        Return a pandas DataFrame of float columns, and the target as a Series. If False,
        return arrays; pandas is then not needed.

    Returns
    -------
    data : Bunch or tuple
        `data`, `target` (0 to 7, indices into `target_names`), `frame` (both in one
        DataFrame, or None), `feature_names`, `target_names`, `categorical` (empty) and
        `DESCR`; or ``(data, target)``.

    References
    ----------
    .. [1] Nakai, K. (1996). Ecoli. UCI Machine Learning Repository.
       :doi:`10.24432/C5388M`. Licence: CC BY 4.0.

    Examples
    --------
    >>> import numpy as np
    >>> from skaug.datasets import load_ecoli
    >>> X, y = load_ecoli(return_X_y=True, as_frame=False)
    >>> X.shape, np.bincount(y).tolist()
    ((336, 7), [143, 77, 2, 2, 35, 20, 5, 52])
    """
    return _ECOLI.load("load_ecoli", return_X_y, as_frame)
