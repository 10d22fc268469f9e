"""Sphinx configuration. Build with `nox -s docs`: warnings are errors, and all code is run."""

import doctest
import importlib.metadata
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "flambeau"
author = "flambeau developers"
copyright = "2026, flambeau developers"
release = importlib.metadata.version("flambeau-tensor")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.doctest",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
    "reference_pages",
    "run_directive",
]
exclude_patterns = ["_build", "examples"]
html_theme = "furo"
html_title = "flambeau"
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the Args sections say it in words
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_custom_sections = [("Shape", "params_style")]

# Every docstring may use ft and np; anything else is imported where it is used.
doctest_global_setup = "import numpy as np\nimport flambeau.tensor as ft"
# Unlike Sphinx's own default, the messages of errors count: the troubleshooting page quotes them.
doctest_default_flags = doctest.ELLIPSIS | doctest.DONT_ACCEPT_TRUE_FOR_1


def _without_navigation(app, pagename, templatename, context, doctree):
    """Pages of source code have no tree of all pages beside them: made anew for each, these took half of the build."""
    if pagename.startswith("_modules/"):
        context["toctree"] = lambda **options: ""


def setup(app):
    app.connect("html-page-context", _without_navigation, priority=400)  # before the theme's
