"""What the architectures for small devices share."""

from __future__ import annotations

__all__ = ["divisible"]


def divisible(value: float, divisor: int = 8, least: int | None = None) -> int:
    """The multiple of ``divisor`` nearest to a number of channels, and not more than a tenth below it.

    This is how the MobileNet papers' own code rounds widths.
    """
    rounded = max(least or divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded if rounded >= 0.9 * value else rounded + divisor
