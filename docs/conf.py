"""Settings of the documentation; CONTRIBUTING.md has the command that builds it."""

import os

from skaug import __version__

# set before Matplotlib is imported by an example: a build needs no screen
os.environ.setdefault("MPLBACKEND", "agg")

project = "skaug"
author = "The skaug developers"
copyright = "2026, the skaug developers (BSD-3-Clause)"
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.extlinks",
    "sphinx.ext.mathjax",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
# the gallery is written below its own source, where a second build finds the copies of the first
suppress_warnings = ["sphinx_gallery.duplicate_filename"]
exclude_patterns = ["_build", "gallery/*.rst", "**sg_execution_times.rst"]
templates_path = ["_templates"]
default_role = "py:obj"

# autodoc, numpydoc: no inventory of another project is fetched, so a build needs no network
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings say it in words
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
extlinks = {
    "doi": ("https://doi.org/%s", "doi:%s"),
    "arxiv": ("https://arxiv.org/abs/%s", "arXiv:%s"),
}

sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "gallery/auto",
    "filename_pattern": r"plot_",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
}

html_theme = "pydata_sphinx_theme"
html_title = "skaug"
html_static_path = []
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "navigation_depth": 2,
    "show_toc_level": 2,
    "navbar_end": ["theme-switcher"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "pygments_light_style": "tango",
    "pygments_dark_style": "monokai",
}


def skip_member(app, what, name, obj, skip, options):
    """Leave out the methods that scikit-learn generates, or has: they are alike everywhere."""
    generated = name == "get_metadata_routing" or (name.startswith("set_") and "request" in name)
    # their docstrings refer to pages of scikit-learn
    inherited = name in {"score", "set_output"} and obj.__module__.startswith("sklearn.")
    return True if generated or inherited else skip


def setup(app):
    """Connect the hook above."""
    app.connect("autodoc-skip-member", skip_member)
