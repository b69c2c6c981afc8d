"""What a search over augmenters has found: who is refitted, the table, and the best."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from skaug._core.batch import Floats, Indices
from skaug.model_selection._search_space import UNION, Candidate

__all__ = ["best_index", "best_rows", "finalists", "results_table"]


def finalists(density: Floats, n_finalists: int | None) -> Indices:
    """Return the candidates to refit, given their mean density scores, those of none first.

    Density tells what spoils labels, but among the rest it prefers what changes least. So the
    worse half is left out, and the finalists are spread evenly over the ranks of the better half,
    from the best to the median. What could not be judged counts as good as the rows as they are.
    """
    n_candidates = len(density) - 1
    if n_finalists is None or n_finalists >= n_candidates:
        return np.arange(1, len(density))
    judged = np.where(np.isnan(density), density[0], density)[1:]
    better = np.argsort(-judged, kind="stable")[: max(n_finalists, -(-n_candidates // 2))]
    places = np.linspace(0, len(better) - 1, n_finalists).round().astype(int)
    return np.sort(better[places]) + 1


def results_table(
    candidates: Sequence[Candidate], density: Floats, test: Floats
) -> dict[str, NDArray[Any]]:
    """Return the columns of `cv_results_`, from scores of shape (n_candidates, n_splits)."""
    params = np.empty(len(candidates), dtype=object)
    params[:] = [candidate.params for candidate in candidates]
    mean_density, mean_test = density.mean(axis=1), test.mean(axis=1)
    table = {
        "candidate": np.array([candidate.label for candidate in candidates], dtype=object),
        "sampler": np.array([candidate.entry for candidate in candidates], dtype=object),
        "params": params,
        "mean_density_score": mean_density,
        "std_density_score": density.std(axis=1),
        "rank_density_score": _ranks(mean_density),
        "affinity": mean_density - mean_density[0],
        "mean_test_score": mean_test,
        "std_test_score": test.std(axis=1),
        "rank_test_score": _ranks(mean_test),
    }
    for split in range(density.shape[1]):
        table[f"split{split}_density_score"] = density[:, split]
        table[f"split{split}_test_score"] = test[:, split]
    return table


def _ranks(scores: Floats) -> NDArray[np.int32]:
    """Return 1 for the best; what has no score shares the last rank."""
    return rankdata(-np.where(np.isnan(scores), -np.inf, scores), method="min").astype(np.int32)


def best_rows(scores: Floats, n_best: int) -> Indices:
    """Return the best candidates other than none that have a score, the best first."""
    mean = scores.mean(axis=1)
    order = 1 + np.argsort(-mean[1:], kind="stable")
    return order[~np.isnan(mean[order])][:n_best]


def best_index(table: dict[str, NDArray[Any]], column: str, refit: Any) -> int:
    """Return the position of the candidate that is chosen; of equals, the first.

    By density alone, no sampler is no choice, and the best together are if there are such.
    """
    if callable(refit):
        return _checked(refit(table), len(table["candidate"]))
    scores = np.nan_to_num(table[column], nan=-np.inf)
    if column == "mean_test_score":
        return int(np.argmax(scores))
    if np.isneginf(scores[1:]).all():
        raise ValueError(
            "AugmentationSearchCV has no candidate with a density score to choose by, with "
            "n_finalists=0. Refit some, or set error_score='raise' to see what fails."
        )
    is_union = table["sampler"][-1] == UNION
    return len(scores) - 1 if is_union else 1 + int(np.argmax(scores[1:]))


def _checked(index: Any, n_candidates: int) -> int:
    if not isinstance(index, Integral) or not 0 <= int(index) < n_candidates:
        raise ValueError(
            "refit of AugmentationSearchCV must return the position of a candidate, an int from "
            f"0 to {n_candidates - 1}; got {index!r}."
        )
    return int(index)
