"""Optional dependencies: imported on use, with a message that names the extra to install."""

from importlib import import_module
from types import ModuleType

__all__ = ["MissingExtraError", "require"]

_PROJECT_NAMES = {
    "cv2": "OpenCV",
    "faiss": "Faiss",
    "matplotlib": "Matplotlib",
    "matplotlib.pyplot": "Matplotlib",
    "numba": "Numba",
    "torch": "PyTorch",
}


class MissingExtraError(ImportError):
    """A part of skaug was used whose optional dependency is not installed."""


def require(module: str, extra: str, user: str) -> ModuleType:
    """Import `module` for `user`, or say which extra of skaug brings it.

    Parameters
    ----------
    module : str
        The module to import, for example ``"torch"``.

    extra : str
        The extra of skaug that installs it, for example ``"deep"``.

    user : str
        The public name that needs it; the message starts with it.

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    MissingExtraError
        If the module is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        name = _PROJECT_NAMES.get(module, module)
        raise MissingExtraError(
            f'{user} needs {name}. Install it with `pip install "skaug[{extra}]"`.'
        ) from error
