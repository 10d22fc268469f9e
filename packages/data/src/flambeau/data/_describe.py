"""What samples are made of, in words, for errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

_PARTS = 6  # of a container of more, only the number is said
_DEPTH = 3


def described(sample: Any, depth: int = _DEPTH) -> str:
    """Types, shapes and dtypes: ``{'image': Tensor (3, 8, 8) float32, 'label': int}``."""
    kind = type(sample).__name__
    if hasattr(sample, "shape") and hasattr(sample, "dtype") and not isinstance(sample, np.generic):
        return f"{kind} {shape_and_dtype(sample)}"
    if isinstance(sample, Mapping):
        return _joined("{", ((f"{key!r}: ", part) for key, part in sample.items()), "}", sample, depth)
    if isinstance(sample, tuple) and hasattr(sample, "_fields"):
        named = ((f"{name}=", part) for name, part in zip(sample._fields, sample, strict=True))
        return _joined(f"{kind}(", named, ")", sample, depth)
    if isinstance(sample, (list, tuple)):
        opening, closing = ("[", "]") if isinstance(sample, list) else ("(", ")")
        return _joined(opening, (("", part) for part in sample), closing, sample, depth)
    if is_dataclass(sample):
        named = ((f"{field.name}=", getattr(sample, field.name)) for field in fields(sample))
        return _joined(f"{kind}(", named, ")", fields(sample), depth)
    return kind


def shape_and_dtype(array: Any) -> str:
    """``(3, 8, 8) float32``."""
    return f"{tuple(array.shape)} {array.dtype}"


def _joined(opening: str, parts: Iterable[tuple[str, Any]], closing: str, sized: Any, depth: int) -> str:
    if depth == 0 or len(sized) > _PARTS:
        return f"{opening}{len(sized)} parts{closing}"
    return opening + ", ".join(name + described(part, depth - 1) for name, part in parts) + closing
