"""Sizes of memory."""

from __future__ import annotations


def rounded(size: int) -> int:
    """A size of at least so many bytes, more by 511 of them or an eighth at most, of which there are few."""
    step = max((1 << size.bit_length()) >> 4, 512)
    return max(-(-size // step), 1) * step
