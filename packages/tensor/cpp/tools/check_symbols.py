"""Fail when an object compiled for one instruction set defines a symbol that the linker might give to all.

    python check_symbols.py NM ISA OBJECT...

Equal inline functions and template instances are merged: were one from outside the namespace of the instruction set
kept with AVX-512 in it, older machines would crash.
"""

import re
import subprocess
import sys


def foreign(listing: str, isa: str) -> list[str]:
    """The mergeable symbols among nm's lines that do not name the instruction set's namespace.

    >>> foreign("0 W void flambeau::v4::f<int>()", "v4")
    []
    >>> foreign("0 W float std::max<float>(float const&)", "v4")
    ['float std::max<float>(float const&)']
    """
    symbols = re.findall(r"^[0-9a-f]+ [WVu] (.+)$", listing, re.MULTILINE)
    return [symbol for symbol in symbols if f"flambeau::{isa}::" not in symbol]


def main(nm: str, isa: str, *objects: str) -> None:
    for path in objects:
        listing = subprocess.run([nm, "-C", path], capture_output=True, text=True, check=True).stdout
        found = foreign(listing, isa)
        if found:
            sys.exit(f"{path}: not in namespace flambeau::{isa}, nor inlined: " + ", ".join(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
