"""Notices that the history of each step is kept: what ``total += loss`` does, and nobody wants."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from typing import Any

STEPS = 50  # in a row, until it is said; meanwhile somebody may well want to look back


class Growth:
    """Counts the references to one parameter, step by step.

    The nodes of a loss refer to the parameters it was computed from, also when backward has freed what they kept. A
    loop that lets go of its losses has as many such references at each step as at the step before.
    """

    def __init__(self) -> None:
        self._parameter: Any = None  # any that takes part
        self._count = 0
        self._steps = 0

    def __reduce__(self) -> tuple[Any, ...]:
        return Growth, ()  # a copy of an optimizer counts anew

    def look(self, groups: Iterable[dict[str, Any]]) -> None:
        """Compare this step with the one before, and warn once."""
        parameter = self._parameter
        if parameter is None:
            found = (p for group in groups for p in group["params"] if p.grad is not None)
            parameter = self._parameter = next(found, None)
        count = sys.getrefcount(parameter)
        if count > self._count:
            self._steps += 1
            if self._steps == STEPS:
                warnings.warn(
                    f"the graphs of the last {STEPS} steps are all kept, and memory grows with each: something holds "
                    f"the losses, as total += loss does; write total += loss.item(), or keep loss.detach()",
                    stacklevel=3,
                )
        elif self._steps < STEPS:
            self._steps = 0
        self._count = count
