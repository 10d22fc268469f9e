"""The tests of the C++ without Python, which sanitizers run (`nox -s soak`), at least compile."""

import shutil
import subprocess
from pathlib import Path

import pytest

CPP = Path(__file__).parents[1] / "cpp"


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
@pytest.mark.parametrize("source", sorted((CPP / "tests").glob("*.cpp")), ids=lambda path: path.stem)
def test_source(source):
    """What they call is still there, as they call it: between two soaks nobody else would notice."""
    flags = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-DFLAMBEAU_ISA=portable"]
    done = subprocess.run(["g++", *flags, f"-I{CPP / 'include'}", str(source)], text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
