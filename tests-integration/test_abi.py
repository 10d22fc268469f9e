"""autograd refuses to load beside a tensor whose compiled interface is not the one it was built against."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import flambeau.autograd
import flambeau.tensor


def import_copy(tmp_path, abi):
    """Import a copy of the installed autograd that says it was built against another ABI number."""
    package = Path(flambeau.autograd.__file__).parent
    copy = tmp_path / "flambeau" / "autograd"
    shutil.copytree(package, copy)
    built = copy / "_built_against.py"
    text, changed = re.subn(r"^TENSOR_ABI = \d+$", f"TENSOR_ABI = {abi}", built.read_text(), flags=re.MULTILINE)
    assert changed == 1
    built.write_text(text)
    # first in the namespace's path, the copy hides the installed one
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import flambeau.autograd as a; print(a.__file__)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_another_abi_number_is_refused(tmp_path):
    """The message names both versions, both numbers and the line that mends it, before compiled code is loaded."""
    done = import_copy(tmp_path, flambeau.tensor.ABI + 1)
    assert done.returncode == 1
    message = done.stderr.strip().splitlines()[-1]
    assert message.startswith("ImportError: ")
    for part in (
        f"flambeau-autograd {flambeau.autograd.__version__}",
        f"flambeau-tensor {flambeau.tensor.__version__}",
        f"ABI {flambeau.tensor.ABI + 1}",
        f"ABI {flambeau.tensor.ABI}",
        "pip install ",
    ):
        assert part in message


def test_the_same_number_is_accepted(tmp_path):
    """So that the refusal above is for the number, not for the copy."""
    done = import_copy(tmp_path, flambeau.tensor.ABI)
    assert done.stdout.strip() == str(tmp_path / "flambeau" / "autograd" / "__init__.py"), done.stderr
