"""Move a package to its next version, or date the version it is at.

    python scripts/bump.py tensor minor      # 0.1.0 -> 0.2.0, and a changelog heading for it
    python scripts/bump.py tensor release    # the changelog's "0.2.0 (unreleased)" gets today's date

Nothing else is changed: siblings whose range excludes the new version are named, and their bound moves in the change
that needs it.
"""

import argparse
import datetime
import re
from pathlib import Path

from packaging.requirements import Requirement
from projects import ROOT, folder, project

PARTS = ("major", "minor", "patch")


def next_version(version: str, part: str) -> str:
    """
    >>> next_version("0.1.3", "minor")
    '0.2.0'
    """
    numbers = [int(n) for n in version.split(".")]
    place = PARTS.index(part)
    return ".".join(map(str, [*numbers[:place], numbers[place] + 1, *[0] * (2 - place)]))


def replace_once(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    if text.count(old) != 1:
        raise SystemExit(f"{path}: expected {old!r} once, found it {text.count(old)} times")
    path.write_text(text.replace(old, new))


def release(package: str, root: Path = ROOT) -> str:
    """Date the changelog's heading of the present version."""
    version = project(package, root)["version"]
    dated = f"## {version} ({datetime.date.today().isoformat()})"
    replace_once(folder(package, root) / "CHANGELOG.md", f"## {version} (unreleased)", dated)
    return dated


def bump(package: str, part: str, root: Path = ROOT) -> str:
    """Write the next version into the project file and open a changelog heading for it; returns the version."""
    old = project(package, root)["version"]
    new = next_version(old, part)
    replace_once(folder(package, root) / "pyproject.toml", f'\nversion = "{old}"\n', f'\nversion = "{new}"\n')
    for module in folder(package, root).glob("src/flambeau/*/__init__.py"):
        stated = f'__version__ = "{old}"\n'
        if stated in (text := module.read_text()):
            module.write_text(text.replace(stated, f'__version__ = "{new}"\n'))
    changelog = folder(package, root) / "CHANGELOG.md"
    if changelog.exists():
        text = changelog.read_text()
        changelog.write_text(re.sub(r"^## ", f"## {new} (unreleased)\n\n## ", text, count=1, flags=re.MULTILINE))
    return new


def left_behind(package: str, root: Path = ROOT) -> list[str]:
    """Lines of siblings' project files whose range excludes the package's present version."""
    name, version = project(package, root)["name"], project(package, root)["version"]
    lines = []
    for path in [root / "pyproject.toml", *sorted(root.glob("packages/*/pyproject.toml"))]:
        for quoted in re.findall(rf'"({name}[\[<>=~!][^"]*)"', path.read_text()):
            if not Requirement(quoted).specifier.contains(version):
                lines.append(f"{path.relative_to(root)}: {quoted}")
    return lines


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package")
    parser.add_argument("part", choices=[*PARTS, "release"])
    arguments = parser.parse_args()
    if arguments.part == "release":
        print(release(arguments.package))
    else:
        print(bump(arguments.package, arguments.part))
        for line in left_behind(arguments.package):
            print(f"excludes it: {line}")
