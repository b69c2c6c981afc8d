"""README.md and docs/ do what they say: their Python is run, their commands are parsed."""

import doctest
import importlib
import pkgutil
import re
import runpy
import shlex
import sys
import textwrap
from pathlib import Path
from types import ModuleType

import pytest
from threadpoolctl import threadpool_limits

import skaug
from skaug.cli._main import _parser

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    *sorted(page for page in DOCS.rglob("*.rst") if not {"auto", "generated"} & set(page.parts)),
]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

# code without prompts: fenced in Markdown, or a code-block of reStructuredText
FENCED = r"^```{language}\n(.*?)^```$"
DIRECTIVE = r"^\.\. code-block:: {language}\n\n((?: {{3}}[^\n]*\n|\n)+)"


@pytest.fixture(autouse=True)
def _one_thread():
    """Small models on machines with other work wait for their threads more than they compute."""
    with threadpool_limits(limits=1):
        yield


def name_of(path):
    return str(path.relative_to(ROOT))


def blocks(text, language):
    """Find the blocks of a language; group 1 or 2 of each match is the code."""
    pattern = f"{FENCED}|{DIRECTIVE}".format(language=language)
    return list(re.finditer(pattern, text, re.MULTILINE | re.DOTALL))


def code_of(match):
    return textwrap.dedent(match[1] or match[2])


def run_prompts(text, namespace, page, line):
    test = doctest.DocTestParser().get_doctest(text, namespace, page, page, line)
    test.globs = namespace  # one namespace for the page, as for its reader
    report = []
    failed, _ = doctest.DocTestRunner(optionflags=FLAGS).run(
        test, out=report.append, clear_globs=False
    )
    assert not failed, "".join(report)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_of_a_page(page, monkeypatch, tmp_path):
    """Code blocks and prompts are run in their order, in one namespace."""
    monkeypatch.chdir(tmp_path)
    # a module that can be imported: classes that a page defines are pickled
    module = ModuleType(f"page_{page.stem}")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    text, begin = page.read_text(encoding="utf-8"), 0
    for match in [*blocks(text, "python"), None]:
        end = len(text) if match is None else match.start()
        run_prompts(text[begin:end], vars(module), name_of(page), text.count("\n", 0, begin))
        if match is not None:
            padding = "\n" * (text.count("\n", 0, match.start(match.lastindex)))
            exec(compile(padding + code_of(match), page, "exec"), vars(module))
            begin = match.end()


@pytest.mark.parametrize("example", sorted((DOCS / "gallery").glob("plot_*.py")), ids=name_of)
def test_gallery(example):
    import matplotlib as mpl

    mpl.use("agg")
    figures = runpy.run_path(str(example))
    figures["plt"].close("all")


def commands_of(page):
    """Return the calls of skaug in the shell blocks of a page."""
    code = "\n".join(code_of(match) for match in blocks(page.read_text("utf-8"), "bash"))
    return re.findall(r"(?:python -m )?\bskaug (?=compare|resample)(.*)", code.replace("\\\n", ""))


@pytest.mark.parametrize(
    "command", [pytest.param(c, id=c) for page in PAGES for c in commands_of(page)]
)
def test_options_of_a_command(command):
    assert callable(_parser().parse_args(shlex.split(command)).run)


def test_first_commands_of_the_readme():
    """The main job comes first and the tests second; .ci/run takes the second from here."""
    fenced = re.findall(r"^```(\w+)\n(.*?)^```$", PAGES[0].read_text("utf-8"), re.M | re.S)
    venv = "python -m venv .venv && .venv/bin/pip install -e"
    assert fenced[:2] == [
        ("bash", f'{venv} ".[cli,plot]" && .venv/bin/python -m skaug compare --demo\n'),
        ("bash", f'{venv} ".[test]" && .venv/bin/pytest\n'),
    ]


def public_modules():
    found = pkgutil.walk_packages(skaug.__path__, "skaug.")
    names = ["skaug", *(module.name for module in found)]
    return [name for name in names if not any(part.startswith("_") for part in name.split("."))]


@pytest.mark.parametrize("module", public_modules())
def test_public_names_are_in_the_reference(module):
    listed = re.findall(r"^   (\w+)$", (DOCS / "api" / "index.rst").read_text("utf-8"), re.M)
    exported = importlib.import_module(module).__all__
    missing = [name for name in exported if not name.startswith("_") and name not in listed]
    assert not missing, f"docs/api/index.rst lacks {missing} of {module}"
