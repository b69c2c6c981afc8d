"""The public names: what they are, what they are documented as, and what importing them costs."""

import ast
import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sklearn.base import BaseEstimator

import skaug
import skaug.cli

ROOT = Path(skaug.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
EXTRAS = ["torch", "matplotlib", "numba", "dask", "polars", "cv2"]  # scikit-learn loads rich
DOOR = ROOT / "_core" / "sklearn.py"


def is_public(name):
    return not any(part.startswith("_") for part in name.split("."))


MODULES = [
    "skaug",
    *(
        found.name
        for found in pkgutil.walk_packages(skaug.__path__, "skaug.")
        if is_public(found.name)
    ),
]


def public_objects():
    """Functions and classes that a public module exports, each once."""
    found = {}
    for module in MODULES:
        namespace = importlib.import_module(module)
        for name in namespace.__all__:
            value = getattr(namespace, name)
            if inspect.isclass(value) or inspect.isfunction(value):
                found.setdefault(id(value), (f"{module}.{name}", value))
    return [pytest.param(value, id=name) for name, value in found.values()]


OBJECTS = public_objects()
ESTIMATORS = [
    param
    for param in OBJECTS
    if inspect.isclass(param.values[0])
    and issubclass(param.values[0], BaseEstimator)
    and not inspect.isabstract(param.values[0])
]


def test_there_is_something_to_test():
    assert len(ESTIMATORS) >= 4
    assert "skaug.over_sampling" in MODULES


# Names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES)
def test_all_lists_what_is_public(module):
    """What is defined in a module, or below a package, and has a public name."""
    namespace = importlib.import_module(module)
    below = f"{namespace.__name__}." if hasattr(namespace, "__path__") else namespace.__name__
    own = {
        name
        for name, value in vars(namespace).items()
        if not name.startswith("_")
        and not inspect.ismodule(value)
        and (getattr(value, "__module__", None) or "").startswith(below)
    }
    listed = list(namespace.__all__)
    assert len(set(listed)) == len(listed)
    assert own <= set(listed)
    for name in listed:
        assert hasattr(namespace, name)
        assert not name.startswith("_") or name == "__version__"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_all_promises_is_there(path):
    module = ".".join(["skaug", *path.relative_to(ROOT).with_suffix("").parts])
    if module.endswith("__main__"):
        return
    namespace = importlib.import_module(module.removesuffix(".__init__"))
    missing = [name for name in getattr(namespace, "__all__", []) if not hasattr(namespace, name)]
    assert not missing


# Imports ---------------------------------------------------------------------------------------


def imports(path):
    """Yield the line, the module and the names of each import of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name, []
        elif isinstance(node, ast.ImportFrom):
            yield node, node.module or "", [alias.name for alias in node.names]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_are_absolute(path):
    assert not any(getattr(node, "level", 0) for node, _, _ in imports(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_private_names_come_through_one_door(path):
    if path == DOOR:
        return
    private = [
        (node.lineno, f"{module}.{name}")
        for node, module, names in imports(path)
        for name in names or [""]
        if module.split(".")[0] in ("sklearn", "imblearn")
        and not is_public(f"{module}.{name}".rstrip("."))
    ]
    assert not private, f"import these from skaug._core.sklearn: {private}"


@pytest.fixture(scope="module")
def loaded():
    """Import the public modules one after the other; return the extras that each one loads."""
    code = f"""
import importlib, sys
seen = set()
for module in {MODULES!r}:
    importlib.import_module(module)
    new = [extra for extra in {EXTRAS!r} if extra in sys.modules and extra not in seen]
    seen.update(new)
    print(module, *new)
"""
    lines = (line.split() for line in run(code).splitlines())
    return {module: extras for module, *extras in lines}


def run(code):
    command = [sys.executable, "-W", "error", "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(ROOT.parent)}
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("module", MODULES)
def test_importing_loads_no_extra(module, loaded):
    assert not loaded[module]


def test_no_extra_need_be_installed():
    run(f"""
import importlib, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {[*EXTRAS, "rich", "pandas", "pyarrow"]!r}:
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Blocked())
for module in {MODULES!r}:
    importlib.import_module(module)
""")


# Docstrings ------------------------------------------------------------------------------------


def section(docstring, title):
    """Return a section of a numpydoc docstring, '' if there is none."""
    pattern = rf"^{title}\n-+\n(.*?)(?=^\S[^\n]*\n-+\n|^\.\. |\Z)"
    found = re.search(pattern, docstring, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def documented(docstring, title="Parameters"):
    """Names that a section describes, in order."""
    lines = re.findall(r"^(\*{0,2}\w[\w, *]*?) ?(?::|$)", section(docstring, title), re.MULTILINE)
    return [name.strip("* ") for line in lines for name in line.split(",")]


@pytest.mark.parametrize("value", OBJECTS)
def test_the_first_line_is_a_sentence(value):
    first = inspect.getdoc(value).splitlines()[0]
    assert first.endswith(".")
    assert len(first) > 15


@pytest.mark.parametrize("value", OBJECTS)
def test_there_is_an_example(value):
    if inspect.isabstract(value) or value is skaug.cli.main:  # README.md shows the command line
        return
    example = section(inspect.getdoc(value), "Examples")
    assert ">>>" in example


@pytest.mark.parametrize("value", OBJECTS)
def test_parameters_are_documented(value):
    docstring = inspect.getdoc(value)
    if inspect.isabstract(value):
        return
    if inspect.isclass(value) and value.__init__ is object.__init__:
        return
    parameters = [
        name
        for name, parameter in inspect.signature(value).parameters.items()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD or name in documented(docstring)
    ]
    title = "Parameters"
    if inspect.isclass(value) and not section(docstring, "Parameters"):
        title = "Attributes"  # of a class that only holds results
    assert sorted(documented(docstring, title)) == sorted(parameters)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_parameters_are_constrained(estimator):
    parameters = set(inspect.signature(estimator).parameters)
    assert set(estimator._parameter_constraints) == parameters


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_methods_are_documented(estimator):
    for name, method in inspect.getmembers(estimator, inspect.isfunction):
        if not name.startswith("_") and method.__module__.startswith("skaug."):
            docstring = inspect.getdoc(method)
            assert docstring, f"{name} has no docstring"
            assert docstring.splitlines()[0].endswith("."), name


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_attributes_that_a_fit_sets_are_documented(estimator):
    properties = {
        name
        for name, value in inspect.getmembers(estimator, lambda value: isinstance(value, property))
        if re.fullmatch("[^_].*[^_]_", name) and value.fget.__module__.startswith("skaug.")
    }
    assert properties <= set(documented(inspect.getdoc(estimator), "Attributes"))
