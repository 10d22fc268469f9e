"""The package needs neither autograd nor nn."""

import subprocess
import sys


def test_import_brings_no_higher_room():
    """Importing and using it loads nothing of autograd or nn."""
    program = """
import sys
from flambeau.vision import datasets, transforms
transforms.ToTensor()(datasets.Digits()[0][0])
print([name for name in sys.modules if name.startswith(("flambeau.autograd", "flambeau.nn", "flambeau.optim"))])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
