"""Generate, from the declarations in ``_reference``, what must not be written by hand.

    python generate.py SOURCE_PACKAGE_FOLDER OUTPUT_FOLDER

- ``functions.pyx``: the public functions, which are also Tensor's methods, and their in-place twins;
- ``pointwise_table.cpp``: the rows of the pointwise table, compiled for every dtype they take;
- ``_stubs/``: the type stubs of the package.

The declarations need no compiled code, so they are imported from a stand-in for the package that runs nothing else.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import functions
import pointwise_table
import stubs


def load_definitions(package: Path) -> dict:
    stand_in = types.ModuleType("flambeau.tensor")
    stand_in.__path__ = [str(package)]
    sys.modules["flambeau.tensor"] = stand_in
    import flambeau.tensor._reference  # noqa: F401
    from flambeau.tensor._schema import definitions

    return definitions()


def main(package: Path, output: Path) -> None:
    sys.modules.setdefault("flambeau", types.ModuleType("flambeau")).__path__ = [str(package.parent)]
    definitions = load_definitions(package)
    output.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("functions.pyx", functions.source(definitions)),
        ("pointwise_table.cpp", pointwise_table.source(definitions)),
        *stubs.files(definitions, package),
    ):
        path = output / name
        # Unchanged files keep their date, so that nothing is compiled again.
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
