"""How long an import takes, each in a fresh interpreter, by that interpreter's own clock."""

import importlib.util
import subprocess
import sys

from ..harness import Case


def importing(module):
    code = f"import time; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"

    def seconds():
        done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
        return float(done.stdout)

    def setup():
        if importlib.util.find_spec(module) is None:
            raise ImportError(f"No module named {module!r}")
        return seconds

    return setup


CASES = [
    Case(
        "import flambeau.tensor",
        {"flambeau": importing("flambeau.tensor"), "numpy": importing("numpy"), "torch": importing("torch")},
        self_timed=True,
        rounds=7,
    ),
    Case(
        "import flambeau.nn",
        {"flambeau": importing("flambeau.nn"), "torch": importing("torch.nn")},
        self_timed=True,
        rounds=7,
    ),
]
