"""Look inside wheels for what must and must not be there: `python scripts/check_wheel.py dist/*.whl`."""

import argparse
import re
import zipfile
from pathlib import Path

LARGEST = 8_000_000  # bytes
TEST_FILE = re.compile(r"(^|/)(tests/|conftest\.py$|test_[^/]*\.py$)")


def faults(wheel: Path) -> list[str]:
    """What is wrong with a wheel, one line each; empty when nothing is."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    distribution = wheel.name.split("-")[0]
    # of `flambeau/nn/linear.py`: `flambeau/nn`
    packages = {"/".join(n.split("/")[:2]) for n in names if n.startswith("flambeau/") and n.count("/") > 1}
    found = []
    if "flambeau/__init__.py" in names:
        found.append("flambeau/__init__.py makes flambeau an ordinary package and hides its siblings: remove it")
    found += [f"{package}/py.typed is missing" for package in sorted(packages) if f"{package}/py.typed" not in names]
    found += [f"{name}: tests do not belong into a wheel" for name in names if TEST_FILE.search(name)]
    if not any(re.search(r"\.dist-info/(licenses/)?LICENSE$", name) for name in names):
        found.append("the licence is missing: the package's folder needs a LICENSE")
    if distribution == "flambeau":
        found += [f"{name}: the root distribution holds no code" for name in names if ".dist-info/" not in name]
    elif not packages:
        found.append("no package flambeau/* inside")
    if distribution == "flambeau_tensor" and not any(name.endswith(".pxd") for name in names):
        found.append("no .pxd files: autograd cannot be compiled against this wheel")
    if (size := wheel.stat().st_size) > LARGEST:
        found.append(f"{size / 1e6:.1f} MB, more than {LARGEST / 1e6:.0f} MB")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheels", nargs="+", type=Path)
    lines = [f"{wheel.name}: {fault}" for wheel in parser.parse_args().wheels for fault in faults(wheel)]
    if lines:
        raise SystemExit("\n".join(lines))
