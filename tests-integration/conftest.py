"""What the integration tests share: the built wheels, and fresh environments to install them into."""

import importlib.util
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = sorted(p.parent.name for p in ROOT.glob("packages/*/pyproject.toml"))


def load_script(name):
    """A module of scripts/, which is no package: the scripts run as files."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.pop(0)


@pytest.fixture(scope="session")
def dist():
    """The folder of built wheels."""
    if "FLAMBEAU_DIST" not in os.environ:
        pytest.skip("needs built wheels: run `nox -s integration`")
    return Path(os.environ["FLAMBEAU_DIST"])


class Environment:
    """A virtual environment of its own, that sees nothing of the one the tests run in."""

    def __init__(self, folder):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        self.python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"

    def install(self, *arguments):
        command = [self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
        subprocess.run(command, check=True)

    def run(self, code):
        """What `python -c code` prints, run in isolated mode away from the repository."""
        done = subprocess.run([self.python, "-I", "-c", code], capture_output=True, text=True, cwd="/")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def installed(self):
        """Names of the installed distributions of this project."""
        code = "from importlib.metadata import distributions; print(*{d.name for d in distributions()})"
        return {name for name in self.run(code).split() if name.startswith("flambeau")}


@pytest.fixture
def environment(tmp_path):
    return Environment(tmp_path / "venv")


def closure(package):
    """A package and the siblings it depends on at run time, as distribution names."""
    project = tomllib.loads((ROOT / "packages" / package / "pyproject.toml").read_text())["project"]
    names = {project["name"]}
    for other in PACKAGES:
        if any(r.startswith(f"flambeau-{other}>") for r in project["dependencies"]):
            names |= closure(other)
    return names
