"""Verify a release tag: `python scripts/check_tag.py tensor-v0.1.0` prints `tensor`, or says what does not fit.

The tag must name a package and its version, and the package's changelog must say what is in that version.
"""

import argparse
import sys
from pathlib import Path

from projects import ROOT, folder, project


def check(tag: str, root: Path = ROOT) -> str:
    """The package a tag releases; raises SystemExit when the tag does not fit the package."""
    package, separator, version = tag.rpartition("-v")
    if not separator:
        raise SystemExit(f"tag {tag!r}: expected <package>-v<version>, as tensor-v0.1.0")
    stated = project(package, root)["version"]
    if version != stated:
        raise SystemExit(f"tag {tag!r}: its version is {version}, but {package}'s pyproject.toml says {stated}")
    changelog = folder(package, root) / "CHANGELOG.md"
    if changelog.exists():  # the root distribution has none
        headings = [line for line in changelog.read_text().splitlines() if line.startswith(f"## {version} ")]
        if not headings:
            raise SystemExit(f"tag {tag!r}: {package}'s CHANGELOG.md has no heading for {version}")
        if "unreleased" in headings[0]:
            raise SystemExit(
                f"tag {tag!r}: {package}'s CHANGELOG.md calls {version} unreleased; "
                f"run `python scripts/bump.py {package} release` first"
            )
    return package


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tag")
    sys.stdout.write(check(parser.parse_args().tag) + "\n")
