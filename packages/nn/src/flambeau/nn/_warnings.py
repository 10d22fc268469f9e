"""Warnings that name the user's line."""

from __future__ import annotations

import sys
import warnings
from types import FrameType


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the innermost line that is not flambeau's, however many calls of ours lie between.

    Python shows a DeprecationWarning only where the line is the program's own.
    """
    level = 1
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__", "").startswith("flambeau."):
        level += 1
        frame = frame.f_back
    warnings.warn(message, category, stacklevel=level)
