"""What is known of a file before it is here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flambeau.tensor import errors

__all__ = ["File", "Sum", "agree", "sum_of"]

_CHUNK = 1 << 20


@dataclass(frozen=True)
class File:
    """One file of a dataset: where it is had, how it is recognised, and what becomes of it.

    Args:
        name: Where it is kept, from the folder of the dataset.
        urls: Where it is had, best first; empty if it is the user who has it.
        size: In bytes.
        sha256: Its checksum, or the first digits of it; where it is known, it decides.
        md5: Its checksum where no SHA-256 is published.
        unpack: The folder, from that of the dataset, into which it is unpacked; None if it stays as it is.
        makes: Files or folders, from that of the dataset, that are there when it is unpacked, and not before.
        inner: A pattern of archives inside it that are unpacked too, from the folder into which it was unpacked.
        inner_to: The folder into which those are unpacked, from the same; ``{stem}`` is the archive's name.

    Raises:
        TypeError: A str, or a list, for a tuple.
        ValueError: What cannot be a checksum.
    """

    name: str
    urls: tuple[str, ...] = ()
    size: int | None = None
    sha256: str | None = None
    md5: str | None = None
    unpack: str | None = None
    makes: tuple[str, ...] = ()
    inner: str | None = None
    inner_to: str = "."

    def __post_init__(self) -> None:
        for argument in ("urls", "makes"):
            given = getattr(self, argument)
            if not isinstance(given, tuple):
                fix = f"write ({given!r},)" if isinstance(given, str) else None
                errors.type_error("File", argument, "a tuple of str", type(given).__name__, fix)
        for argument, digits, least in (("sha256", 64, 8), ("md5", 32, 32)):
            given = getattr(self, argument)
            if given is not None and not re.fullmatch(f"[0-9a-fA-F]{{{least},{digits}}}", given):
                expected = f"{digits} hexadecimal digits" + (f", or at least the first {least}" * (least < digits))
                errors.value_error("File", argument, expected, repr(given))

    @property
    def checksum(self) -> str | None:
        """The checksum that decides, as ``sha256:...`` or ``md5:...``."""
        if self.sha256 is not None:
            return f"sha256:{self.sha256}"
        return None if self.md5 is None else f"md5:{self.md5}"

    def accepted(self, others: Iterable[str]) -> set[str]:
        """All checksums that are right: the declared one, and others that are taken as well; in small letters."""
        return {text.lower() for text in (self.checksum, *others) if text}


class Sum:
    """A checksum that grows with the file.

    Args:
        kind: ``"sha256"`` or ``"md5"``.
    """

    def __init__(self, kind: str):
        self.kind = kind
        # MD5 guards against accidents here, where its publishers gave nothing better
        self._hash: Any = hashlib.new(kind, usedforsecurity=kind != "md5")

    def add(self, data: bytes | memoryview) -> None:
        self._hash.update(data)

    def add_file(self, path: Path) -> None:
        with path.open("rb") as file:
            while data := file.read(_CHUNK):
                self.add(data)

    def __str__(self) -> str:
        return f"{self.kind}:{self._hash.hexdigest()}"


def sum_of(path: Path, kind: str) -> str:
    """The checksum of a file, as ``kind:...``."""
    total = Sum(kind)
    total.add_file(path)
    return str(total)


def agree(found: Iterable[str], expected: Iterable[str]) -> bool:
    """Whether one of the checksums found is one of those expected, of which only the first digits may be known."""
    known = tuple(expected)
    return any(text.startswith(known) for text in found)
