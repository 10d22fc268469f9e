"""The JSON header of a safetensors file, read piece by piece.

A general JSON parser makes Python objects of whatever stands there, twenty times the size of a header made for the
purpose. This one makes nothing but names and entries, and stops at the first that cannot be one.
"""

from __future__ import annotations

import json
import re
from json.decoder import scanstring
from typing import Any

from ._source import Source

MAX_ENTRY = 4096  # characters: 64 sizes, two offsets and their names fit twice
_SPACE = re.compile(r"[ \t\n\r]*")


def parse(text: bytes, source: Source) -> tuple[dict[str, str] | None, dict[str, Any]]:
    """The metadata (or None) and what stands under each tensor's name."""
    try:
        return _Header(text.decode(), source).parse()
    except (ValueError, RecursionError) as error:
        raise source.corrupt("the header in JSON", f"{type(error).__name__}: {error}"[:300]) from None


class _Header:
    def __init__(self, text: str, source: Source) -> None:
        self.text = text
        self.source = source
        self.at = 0
        self.decoder = json.JSONDecoder(parse_constant=refuse, object_pairs_hook=once)

    def parse(self) -> tuple[dict[str, str] | None, dict[str, Any]]:
        first = self.peek()
        if first != "{":
            kind = {"[": "list", '"': "str"}.get(first, "something else")
            raise self.source.corrupt("a JSON object as header", kind)
        metadata = None
        entries: dict[str, Any] = {}
        for name in self.members():
            if name in entries or (name == "__metadata__" and metadata is not None):
                raise ValueError("a name stands twice")
            if name == "__metadata__":
                metadata = self.metadata()
            else:
                entries[name] = self.entry(name)
        self.peek()
        if self.at < len(self.text):
            raise ValueError(f"more text after the object, at character {self.at}")
        return metadata, entries

    def peek(self) -> str:
        """The next character that is no space."""
        self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]  # it matches anything
        return self.text[self.at : self.at + 1]

    def expect(self, character: str) -> None:
        if self.peek() != character:
            raise ValueError(f"no {character!r} at character {self.at}")
        self.at += 1

    def string(self) -> str:
        self.expect('"')
        value, self.at = scanstring(self.text, self.at, True)
        return value

    def members(self) -> Any:
        """The names of an object; who iterates reads each one's value."""
        self.expect("{")
        if self.peek() != "}":
            while True:
                name = self.string()
                self.expect(":")
                yield name
                if self.peek() != ",":
                    break
                self.at += 1
        self.expect("}")

    def metadata(self) -> dict[str, str]:
        found: dict[str, str] = {}
        if self.peek() != "{":
            raise self.source.corrupt("metadata of strings", "something else")
        for name in self.members():
            if self.peek() != '"':
                raise self.source.corrupt("metadata of strings", "something else")
            if name in found:
                raise ValueError("a name stands twice")
            found[name] = self.string()
        return found

    def entry(self, name: str) -> tuple[Any, Any, Any]:
        self.peek()
        part = self.text[self.at : self.at + MAX_ENTRY]
        value, length = self.decoder.raw_decode(part)
        self.at += length
        try:
            return value["dtype"], tuple(value["shape"]), tuple(value["data_offsets"])
        except (KeyError, TypeError):
            raise self.source.corrupt("dtype, shape and data_offsets", "something else", name) from None


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found
