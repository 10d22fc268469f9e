"""`flambeau` is a namespace that five distributions share."""

import importlib
import subprocess
import sys
from importlib.metadata import version

import pytest

from conftest import PACKAGES

MODULES = [f"flambeau.{package}" for package in PACKAGES] + ["flambeau.optim"]


def test_flambeau_has_no_file():
    import flambeau

    assert flambeau.__file__ is None


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_exists(module):
    loaded = importlib.import_module(module)
    assert [name for name in loaded.__all__ if not hasattr(loaded, name)] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_the_version_is_the_distributions(package):
    assert importlib.import_module(f"flambeau.{package}").__version__ == version(f"flambeau-{package}")


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("flambeau.tensor", "flambeau.autograd flambeau.nn flambeau.optim flambeau.data flambeau.vision"),
        ("flambeau.autograd", "flambeau.nn flambeau.optim flambeau.data flambeau.vision"),
        ("flambeau.nn", "flambeau.data flambeau.vision"),
        ("flambeau.data", "flambeau.autograd flambeau.nn flambeau.optim flambeau.vision"),
        ("flambeau.vision", "flambeau.autograd flambeau.nn flambeau.optim"),
    ],
)
def test_arrows_run_one_way(module, never):
    """With all five installed, a package still imports none above it."""
    code = f"import sys, {module}; print(*[m for m in {never.split()} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
