"""Image datasets in other libraries' programs: those on the page of the docs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "image-datasets.md"


def program(heading):
    """The program under a heading of the page, and what the page says it prints."""
    section = PAGE.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    (code,) = re.findall(r"```python\n(.*?)```", section, flags=re.DOTALL)
    (printed,) = re.findall(r"```text\n(.*?)```", section, flags=re.DOTALL)
    return code, printed.strip()


@pytest.mark.slow
def test_scikit_learn_in_a_fresh_environment(dist, environment):
    """With nothing but the package and scikit-learn, ten lines train a classifier."""
    environment.install("--find-links", dist, "flambeau-vision", "scikit-learn")
    code, printed = program("With scikit-learn")
    assert len(code.strip().splitlines()) <= 10
    assert environment.run(code) == printed
    assert environment.installed() == {"flambeau-vision", "flambeau-data", "flambeau-tensor"}


@pytest.mark.parametrize(("heading", "module"), [("With scikit-learn", "sklearn"), ("With PyTorch", "torch")])
def test_programs_of_the_page(heading, module):
    """They print what the page says, and load nothing of autograd or nn."""
    pytest.importorskip(module, reason=f"{module} is not installed")
    code, printed = program(heading)
    code += "\nimport sys\nassert not [m for m in sys.modules if m.startswith(('flambeau.autograd', 'flambeau.nn'))]\n"
    calm = {**os.environ, "OMP_NUM_THREADS": "1"}  # threads that wait for each other on a busy machine take minutes
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=calm)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == printed
