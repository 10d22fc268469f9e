"""Each wheel on its own and all of them together, in fresh environments."""

import subprocess
import sys
import zipfile

import pytest

from conftest import PACKAGES, ROOT, closure, load_script

check_wheel = load_script("check_wheel")
IMPORTS = {"nn": ["flambeau.nn", "flambeau.optim"]}


def test_every_wheel_passes_the_check(dist):
    found = {wheel.name: check_wheel.faults(wheel) for wheel in dist.glob("*.whl")}
    assert found == {name: [] for name in found}
    assert len(found) == len(PACKAGES) + 1


def test_autograd_is_built_from_the_pxd_files_in_tensors_wheel(dist):
    """The files that autograd's compiler needs are in the wheel, not only in the repository."""
    (wheel,) = dist.glob("flambeau_tensor-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "flambeau/tensor/_core/tensor.pxd" in names
    assert "flambeau/tensor/_core/__init__.pxd" in names


def test_every_package_carries_the_licence():
    for package in PACKAGES:
        assert (ROOT / "packages" / package / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_installs_and_imports_alone(package, dist, environment):
    """A package brings exactly the siblings it depends on, and imports."""
    environment.install("--find-links", dist, f"flambeau-{package}")
    assert environment.installed() == closure(package)
    for module in IMPORTS.get(package, [f"flambeau.{package}"]):
        environment.run(f"import {module}")


def test_vision_leans_on_neither_autograd_nor_nn():
    assert closure("vision") == {"flambeau-vision", "flambeau-data", "flambeau-tensor"}


@pytest.mark.slow
def test_the_root_distribution_brings_all_five(dist, environment):
    environment.install("--find-links", dist, "flambeau")
    assert environment.installed() == {"flambeau"} | {f"flambeau-{package}" for package in PACKAGES}
    environment.run("".join(f"import flambeau.{package}\n" for package in [*PACKAGES, "optim"]))


@pytest.mark.slow
def test_removing_one_package_leaves_the_others(dist, environment):
    """The namespace belongs to none of the packages, so that any can go."""
    environment.install("--find-links", dist, "flambeau-vision")
    subprocess.run([environment.python, "-m", "pip", "uninstall", "--quiet", "--yes", "flambeau-vision"], check=True)
    environment.run("import flambeau.tensor, flambeau.data")


def test_the_check_names_each_fault(tmp_path):
    """A wheel with every fault there is; each gets its line."""
    wheel = tmp_path / "flambeau_tensor-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in ("flambeau/__init__.py", "flambeau/tensor/__init__.py", "flambeau/tensor/tests/test_x.py"):
            archive.writestr(name, "")
        archive.writestr("flambeau/tensor/big.bin", b"\0" * 9_000_000)
    assert check_wheel.faults(wheel) == [
        "flambeau/__init__.py makes flambeau an ordinary package and hides its siblings: remove it",
        "flambeau/tensor/py.typed is missing",
        "flambeau/tensor/tests/test_x.py: tests do not belong into a wheel",
        "the licence is missing: the package's folder needs a LICENSE",
        "no .pxd files: autograd cannot be compiled against this wheel",
        "9.0 MB, more than 8 MB",
    ]


def test_the_check_refuses_code_in_the_root_distribution(tmp_path):
    wheel = tmp_path / "flambeau-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("flambeau-0.1.0.dist-info/licenses/LICENSE", "")
        archive.writestr("flambeau/extra.py", "")
    assert check_wheel.faults(wheel) == ["flambeau/extra.py: the root distribution holds no code"]


def test_the_check_fails_as_a_command(tmp_path):
    wheel = tmp_path / "flambeau-0.1.0-py3-none-any.whl"
    zipfile.ZipFile(wheel, "w").close()
    done = subprocess.run([sys.executable, ROOT / "scripts/check_wheel.py", wheel], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.strip() == f"{wheel.name}: the licence is missing: the package's folder needs a LICENSE"
