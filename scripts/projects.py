"""Where each package of this repository keeps its project file, for the scripts beside this one."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def folder(package: str, root: Path = ROOT) -> Path:
    """The folder of a package: `tensor` is in packages/tensor, `flambeau` is the root distribution."""
    known = {"flambeau": root} | {p.parent.name: p.parent for p in sorted(root.glob("packages/*/pyproject.toml"))}
    if package not in known:
        raise SystemExit(f"no package {package!r}; there are {', '.join(known)}")
    return known[package]


def project(package: str, root: Path = ROOT) -> dict:
    """The `[project]` table of a package."""
    return tomllib.loads((folder(package, root) / "pyproject.toml").read_text())["project"]
