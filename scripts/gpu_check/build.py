"""Building the packages without a network: wheels unpacked into one folder, which goes on PYTHONPATH."""

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import machine

COMPILED = ("tensor", "autograd")
PURE = ("nn", "data", "vision")
OLDEST_SCIKIT_BUILD_CORE = "1.0.1"
NOT_SHIPPED = shutil.ignore_patterns("*.pyx", "*.pxi", "__pycache__")


def build(root: Path, work: Path, jobs: int) -> Path:
    """Build all packages; gives the folder to import them from. What was built from the same sources is kept."""
    site = work / "site"
    stamp = work / "built-from"
    sources = fingerprint(root)
    if stamp.exists() and stamp.read_text() == sources and site.exists():
        print(f"already built in {site}")
        return site
    stamp.unlink(missing_ok=True)
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(parents=True)
    for name in COMPILED:
        compile_package(root / "packages" / name, work, site, jobs)
    for name in PURE:
        copy_package(root / "packages" / name, site)
    stamp.write_text(sources)
    return site


def fingerprint(root: Path) -> str:
    """Changes with the sources of any package."""
    digest = hashlib.sha256(sys.version.encode())
    for name in (*COMPILED, *PURE):
        folder = root / "packages" / name
        files = [folder / "pyproject.toml", folder / "CMakeLists.txt"]
        for part in ("src", "cpp", "codegen"):
            files += sorted(f for f in (folder / part).rglob("*") if f.is_file() and "__pycache__" not in f.parts)
        for file in files:
            if file.exists():
                digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def compile_package(folder: Path, work: Path, site: Path, jobs: int) -> None:
    """By scikit-build-core where it is new enough, else, or where it fails, by CMake itself."""
    found = machine.installed("scikit-build-core")
    usable = found and machine.numbers(found) >= machine.numbers(OLDEST_SCIKIT_BUILD_CORE)
    env = os.environ | {"PYTHONPATH": str(site), "CMAKE_BUILD_PARALLEL_LEVEL": str(jobs)}
    isa = f"FLAMBEAU_ISAS={machine.instruction_set()}"
    if usable:
        target = work / "wheels"
        shutil.rmtree(target, ignore_errors=True)
        command = [sys.executable, "-m", "pip", "wheel", "--no-index", "--no-deps", "--no-build-isolation", "--quiet"]
        command += ["--wheel-dir", target, "--config-settings", f"build-dir={work / 'build' / folder.name}"]
        command += ["--config-settings", f"cmake.define.{isa}", folder]
        if subprocess.run(command, env=env).returncode == 0:
            (wheel,) = target.glob("*.whl")
            with zipfile.ZipFile(wheel) as file:
                file.extractall(site)
            return
        print(f"pip could not build {folder.name}: trying CMake alone")
    else:
        print(f"scikit-build-core {found or 'is absent'}: building {folder.name} by CMake alone")
    tree = work / "build" / f"{folder.name}-cmake"
    configure = ["cmake", "-S", folder, "-B", tree, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", f"-D{isa}"]
    subprocess.run([*configure, f"-DPython_EXECUTABLE={sys.executable}"], env=env, check=True)
    subprocess.run(["cmake", "--build", tree], env=env, check=True)
    copy_package(folder, site)
    subprocess.run(["cmake", "--install", tree, "--prefix", site], env=env, check=True)


def copy_package(folder: Path, site: Path) -> None:
    """The Python files of a package, and what says that it is installed."""
    shutil.copytree(folder / "src", site, dirs_exist_ok=True, ignore=NOT_SHIPPED)
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(exist_ok=True)
    lines = ("Metadata-Version: 2.1", f"Name: {project['name']}", f"Version: {project['version']}", "")
    (info / "METADATA").write_text("\n".join(lines))
