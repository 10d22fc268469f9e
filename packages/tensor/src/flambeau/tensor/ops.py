"""The records of all operators: ``ops.exp``, and :func:`records` for every one of them.

Example:
    >>> ft.ops.exp
    <operator exp(input)>
    >>> ft.ops.add in ft.ops.records()
    True
"""

from __future__ import annotations

from ._core.functions import RECORDS
from ._core.tensor import Operator

globals().update(RECORDS)


def records() -> tuple[Operator, ...]:
    """Every operator's record, in order of declaration."""
    return tuple(RECORDS.values())


__all__ = ["Operator", "records", *RECORDS]
