"""What `verify` finds out about a file."""

from __future__ import annotations

from typing import Any

from ..errors import FileCorrupt
from ._reader import Reader
from ._source import Source


class Verification:
    """What :func:`verify` found: true when the file is whole.

    Attributes:
        verdict: one line in words.
        tensors: for each tensor in the file, by its name there, what is wrong with it, or None.
    """

    def __init__(self, verdict: str, whole: bool, tensors: dict[str, str | None]) -> None:
        self.verdict = verdict
        self.whole = whole
        self.tensors = tensors

    def __bool__(self) -> bool:
        return self.whole

    def __repr__(self) -> str:
        return f"<{self.verdict}>"


def verified(source: Source, reader_of: Any) -> Verification:
    """Look at everything in a file; ``reader_of`` makes its reader."""
    tensors: dict[str, str | None] = {}
    faults = []
    checked = False
    try:
        reader: Reader = reader_of(source)
        checked = reader.has_checksums
        for name in reader.names:
            try:
                reader.check(name)
                tensors[name] = None
            except FileCorrupt as error:
                tensors[name] = _after(str(error), source)
                faults.append(tensors[name])
        if not faults:
            reader.read()
    except FileCorrupt as error:
        faults.append(_after(str(error), source))
    count = f"{len(tensors)} tensor{'s' * (len(tensors) != 1)}, {source.size:,} bytes"
    if faults:
        rest = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        return Verification(f"{source.name}: damaged: {faults[0]}{rest}", False, tensors)
    how = "all checksums right" if checked else "no checksums in it"
    return Verification(f"{source.name}: whole: {count}, {how}", True, tensors)


def _after(text: str, source: Source) -> str:
    """A message without the operation and the file."""
    return text.removeprefix(f"load(): file '{source.name}'").lstrip(":, ")
