"""Neighbours found by an object of the user's: whatever has ``fit`` and ``kneighbors``."""

import inspect
from typing import Any

import numpy as np
from sklearn.base import clone

from skaug._core.batch import Indices
from skaug._core.table import is_sparse

__all__ = ["answers_of", "first_valid", "refuse_what_objects_cannot_search"]


def answers_of(search: Any, fitted: Any, asked: Any, k: int, user: str) -> Indices:
    """Fit a copy of `search` on some rows and return its k answers, or more, to others.

    Parameters
    ----------
    search : object with fit and kneighbors
        Left as it is. ``kneighbors`` may lack the arguments ``n_neighbors`` and
        ``return_distance``; it returns indices, or distances and indices.

    fitted, asked : array or csr_array of shape (n, d), (n_asked, d)
        The rows among which, and those of which neighbours are wanted.

    k : int
        Number of neighbours to ask for.

    user : str
        Whose object it is, for the messages.

    Returns
    -------
    ndarray of shape (n_asked, n_answers)
        Positions in `fitted`; -1 for none.
    """
    search = clone(search, safe=False)  # what has no parameters is copied
    search.fit(fitted)
    wanted = {"n_neighbors": k, "return_distance": False}
    answer = search.kneighbors(asked, **_understood(search.kneighbors, wanted))
    if isinstance(answer, tuple):
        answer = answer[-1]
    return _as_positions(answer, asked.shape[0], fitted.shape[0], user)


def _understood(method: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments that a method takes; all if it does not say."""
    try:
        parameters = inspect.signature(method).parameters.values()
    except (TypeError, ValueError):  # compiled
        return arguments
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return arguments
    names = {parameter.name for parameter in parameters}
    return {name: value for name, value in arguments.items() if name in names}


def _as_positions(answer: Any, n_asked: int, n_fitted: int, user: str) -> Indices:
    """Check an answer and return it as integers, -1 for what was not found."""
    try:
        found = np.asarray(answer)
        numbers = found.astype(np.float64)  # exact up to 2**53 rows
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(
            f"{user} is an object whose kneighbors returned a {type(answer).__name__} that does "
            "not become a NumPy array of numbers. Wrap it to return one."
        ) from error
    if found.ndim != 2 or len(found) != n_asked:
        raise ValueError(
            f"{user} is an object whose kneighbors returned indices of shape {found.shape} for "
            f"{n_asked} rows. It must return (n_rows, n_neighbors)."
        )
    is_none = np.isnan(numbers) | (numbers == -1) | (numbers == n_fitted)  # NaN, faiss, SciPy
    numbers[is_none] = -1
    wrong = (numbers < -1) | (numbers > n_fitted) | (numbers != np.rint(numbers))
    if wrong.any():
        raise ValueError(
            f"{user} is an object whose kneighbors returned the index {found[wrong][0]}. The "
            f"{n_fitted} rows it was fitted on are numbered from 0; -1 stands for none."
        )
    return numbers.astype(np.intp)


def first_valid(found: Indices, k: int, itself: Indices | None = None) -> tuple[Indices, Indices]:
    """Return the first k answers of each row that are of use, and which rows have as many.

    Parameters
    ----------
    found : ndarray of shape (n, n_answers)
        Positions; -1 for none. Those that come twice count once.

    k : int
        Number of answers wanted.

    itself : ndarray of shape (n,), default=None
        The position of each row itself, which is no answer.

    Returns
    -------
    first : ndarray of shape (n, k)
        Positions; undefined where there are fewer.

    is_full : ndarray of bool of shape (n,)
        Whether there are k.
    """
    is_valid = (found >= 0) & ~_repeated(found)
    if itself is not None:
        is_valid &= found != itself[:, None]
    rank = np.cumsum(is_valid, axis=1)
    is_full: Indices = np.any(rank[:, -1:] >= k, axis=1)
    is_valid &= (rank <= k) & is_full[:, None]
    first = np.empty((len(found), k), dtype=np.intp)
    first[is_full] = found[is_valid].reshape(-1, k)
    return first, is_full


def _repeated(found: Indices) -> Indices:
    """Return where an answer stands that came before in its row."""
    order = np.argsort(found, axis=1, kind="stable")
    ascending = np.take_along_axis(found, order, axis=1)
    repeated = np.zeros(found.shape, dtype=bool)
    np.put_along_axis(repeated, order[:, 1:], ascending[:, 1:] == ascending[:, :-1], axis=1)
    return repeated


def refuse_what_objects_cannot_search(numeric: Any, codes: Indices, user: str, remedy: str) -> None:
    """Raise for a table with categories or missing values."""
    missing = not is_sparse(numeric) and np.isnan(numeric).any()
    if codes.shape[1] or missing:
        found = f"{codes.shape[1]} categorical columns" if codes.shape[1] else "missing values"
        raise ValueError(
            f"{user}; it can only search numeric columns without missing values, and X has "
            f"{found}. {remedy}, which searches any table."
        )
