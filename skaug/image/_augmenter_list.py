"""The base of image samplers that are made of image samplers."""

from typing import Any, ClassVar

from skaug._core.named_parts import NamedParts
from skaug._core.row_rng import RowRng
from skaug.image._base import BaseImageSampler

__all__ = ["AugmenterList"]

_OF_THE_WHOLE = {"copies": 1, "keep_original": True, "sampling_strategy": None}  # must stay so


class AugmenterList(NamedParts, BaseImageSampler):
    """Abstract base of image samplers that hold others, of which only the changes are used."""

    _list = "augmenters"
    _noun = "image sampler"
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseImageSampler._parameter_constraints,
        "augmenters": [list, tuple],
    }

    augmenters: Any

    def _validate_params(self) -> None:
        super()._validate_params()
        for name, part in self._checked():
            if not _is_absent(part):
                _check_part(part, name, type(self).__name__)

    def _parts(self, rng: RowRng) -> list[tuple[BaseImageSampler | None, RowRng]]:
        """Return the augmenters, None for those left out, with random numbers of their own."""
        return [
            (None if _is_absent(part) else part, rng.child(number))
            for number, (_, part) in enumerate(self._named())
        ]


def _is_absent(part: Any) -> bool:
    return part is None or (isinstance(part, str) and part == "passthrough")


def _check_part(part: Any, name: str, owner: str) -> None:
    """Refuse what is no image sampler, and what asks for rows that the whole has to ask for."""
    kind = type(part).__name__
    if not isinstance(part, BaseImageSampler):
        raise TypeError(
            f"augmenters of {owner} must be image samplers, as RandomAffine, or 'passthrough'; "
            f"{name!r} is {f'the class {part.__name__}' if isinstance(part, type) else kind}."
        )
    for parameter, default in _OF_THE_WHOLE.items():
        if (value := getattr(part, parameter)) is not default and value != default:
            raise ValueError(
                f"{parameter}={value!r} of {kind} {name!r} in {owner} has no effect: {owner} "
                f"decides which copies are made. Set {parameter} of {owner}."
            )
    part._validate_params()
