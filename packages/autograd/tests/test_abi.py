"""A build against another flambeau-tensor refuses to load, before any compiled module does harm."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import flambeau.autograd
import flambeau.tensor as ft
import pytest
from flambeau.autograd import _built_against

# Puts another _built_against.py in the place of the installed one, and imports.
SCRIPT = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("flambeau.autograd._built_against", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
sys.modules[spec.name] = module
try:
    import flambeau.autograd
except ImportError as error:
    print(error)
print(any(name.startswith("flambeau.autograd._core.") for name in sys.modules))
"""


def import_with(built_against: Path) -> list[str]:
    command = [sys.executable, "-c", SCRIPT, str(built_against)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_this_build_fits_the_installed_tensor():
    """The number compiled against is the number installed."""
    assert _built_against.TENSOR_ABI == ft.ABI
    assert _built_against.TENSOR_VERSION.split(".")[:2] == ft.__version__.split(".")[:2]


@pytest.mark.parametrize("abi", [ft.ABI + 1, ft.ABI - 1])
def test_another_abi_is_refused(tmp_path, abi):
    """The message names both versions, both numbers and the pip line; nothing compiled is loaded."""
    text = Path(find_spec("flambeau.autograd._built_against").origin).read_text()
    altered = text.replace(f"TENSOR_ABI = {ft.ABI}", f"TENSOR_ABI = {abi}").replace(
        f'TENSOR_VERSION = "{_built_against.TENSOR_VERSION}"', 'TENSOR_VERSION = "7.8.9"'
    )
    assert altered != text
    (tmp_path / "_built_against.py").write_text(altered)
    message, compiled = import_with(tmp_path / "_built_against.py")
    assert message == (
        f"flambeau-autograd {flambeau.autograd.__version__} was built against flambeau-tensor 7.8.9 (ABI {abi}), but "
        f"flambeau-tensor {ft.__version__} (ABI {ft.ABI}) is installed; bring them together with: "
        f"pip install --upgrade flambeau-tensor flambeau-autograd"
    )
    assert compiled == "False"


def test_another_version_with_the_same_abi_is_taken(tmp_path):
    """Only the number counts: within it, versions may differ."""
    (tmp_path / "_built_against.py").write_text(f'TENSOR_ABI = {ft.ABI}\nTENSOR_VERSION = "7.8.9"\n')
    assert import_with(tmp_path / "_built_against.py") == ["True"]
