"""Whether bytes can be what a file's name says: a page of excuses is no archive."""

from __future__ import annotations

import re

__all__ = ["NEEDED", "complaint"]

NEEDED = 512  # bytes from the beginning that are enough to tell

_MAGIC = {
    "gz": (b"\x1f\x8b", "gzip data"),
    "tgz": (b"\x1f\x8b", "gzip data"),
    "zip": (b"PK", "a zip archive"),
    "bz2": (b"BZh", "bzip2 data"),
    "xz": (b"\xfd7zXZ\x00", "xz data"),
    "mat": (b"MATLAB", "a MATLAB file"),
    "jpg": (b"\xff\xd8", "a JPEG image"),
    "png": (b"\x89PNG", "a PNG image"),
}
_PAGE = re.compile(
    rb"\s*(\xef\xbb\xbf)?\s*(<!doctype\s+html|<html|<head|<\?xml[^>]*>\s*<!doctype\s+html)", re.IGNORECASE
)


def complaint(name: str, head: bytes, content_type: str = "") -> str | None:
    """Why bytes that begin with ``head`` cannot be the file ``name``; None if they can."""
    suffix = name.rpartition(".")[2].lower()
    if suffix in ("html", "htm"):
        return None
    if _PAGE.match(head) or content_type.partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml"):
        return f"a web page instead of data: {_first_words(head)}"
    if suffix in _MAGIC:
        magic, kind = _MAGIC[suffix]
        if not head.startswith(magic[: len(head)]):
            return f"no {kind.removeprefix('a ')}, but what begins with {head[:40]!r}"
    return None


def _first_words(head: bytes) -> str:
    """The title of a page, or its first words."""
    text = head.decode("utf-8", "replace")
    title = re.search(r"<title[^>]*>(.*?)(</title|$)", text, re.IGNORECASE | re.DOTALL)
    words = " ".join((title.group(1) if title else text).split())
    return repr(words[:80])
