"""Estimators made of a list of others, whose parameters are parameters of the whole."""

from typing import Any, ClassVar, Self

from sklearn.base import BaseEstimator

from skaug._core import sklearn as sk

__all__ = ["NamedParts"]


class NamedParts(BaseEstimator):
    """Parts in a list, with or without names, set and searched as ``name__parameter``."""

    _list: ClassVar[str]  # the parameter that holds them
    _noun: ClassVar[str]  # what they are, for the messages

    def _named(self) -> list[tuple[str, Any]]:
        """Return the parts with names, their types' if none were given; [] if malformed."""
        given = getattr(self, self._list)
        if not isinstance(given, (list, tuple)):
            return []
        pairs = [entry for entry in given if isinstance(entry, tuple)]
        if not pairs:
            return list(sk.name_estimators(given))
        well_formed = all(len(pair) == 2 and isinstance(pair[0], str) for pair in pairs)
        return pairs if well_formed and len(pairs) == len(given) else []

    def _checked(self) -> list[tuple[str, Any]]:
        """Return the parts with names; refuse a list that is malformed or names that clash."""
        owner, named = type(self).__name__, self._named()
        names = [name for name, _ in named]
        reserved = set(self.get_params(deep=False))
        bad = [name for name in names if "__" in name or name in reserved or names.count(name) > 1]
        if not named or bad:
            raise ValueError(
                f"{self._list} of {owner} must be a list of {self._noun}s or of (name, "
                f"{self._noun}), at least one, with different names, without '__' and none of "
                f"{sorted(reserved)}; got {bad or getattr(self, self._list)!r}."
            )
        return named

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters, with those of the parts as ``name__parameter``.

        Parameters
        ----------
        deep : bool, default=True
            Include the parts, by name, and their parameters.

        Returns
        -------
        params : dict
            The parameters.
        """
        params = super().get_params(deep=False)
        if deep:
            for name, part in self._named():
                params[name] = part
                if hasattr(part, "get_params"):
                    nested = part.get_params(deep=True)
                    params.update({f"{name}__{key}": value for key, value in nested.items()})
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters, replace parts by name, or set their parameters.

        Parameters
        ----------
        **params : dict
            ``parameter=value``, ``name=part`` or ``name__parameter=value``.

        Returns
        -------
        self : object
            The estimator itself.
        """
        if self._list in params:
            setattr(self, self._list, params.pop(self._list))
        named = self._named()
        new = {name: params.pop(name) for name, _ in named if name in params}
        if new:
            setattr(self, self._list, [(name, new.get(name, old)) for name, old in named])
        return super().set_params(**params)
