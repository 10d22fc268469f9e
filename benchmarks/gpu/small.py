"""What a small operation costs the host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .layers import both
from .measure import Row

CALLS: dict[str, Callable[[Any, Any], Callable[[], Any]]] = {
    "a + b": lambda a, b: lambda: a + b,
    "a * 2": lambda a, b: lambda: a * 2,
    "a.relu()": lambda a, b: lambda: a.relu(),
    "a.add_(b)": lambda a, b: lambda: a.add_(b),
    "a + b[0], broadcast": lambda a, b: (lambda row: lambda: a + row)(b[0]),
    "a.sum()": lambda a, b: lambda: a.sum(),
    "a.softmax(-1)": lambda a, b: lambda: a.softmax(-1),
    "a @ b": lambda a, b: lambda: a @ b,
    "a[2:9]": lambda a, b: lambda: a[2:9],
}


def row(name: str, call: Any, goal: float | None = 1.0, recorded: bool = False, dtype: str = "float32") -> Row:
    def make(kit: Any) -> Callable[[], Any]:
        return call(kit.randn(16, 16, dtype=dtype, grad=recorded), kit.randn(16, 16, dtype=dtype))

    return Row(f"host: {name}, 16x16", "host", both(make), goal)


ROWS = [
    *(row(name, call, 1.0 if name in ("a + b", "a.relu()") else None) for name, call in CALLS.items()),
    row("a + b, bfloat16", CALLS["a + b"], dtype="bfloat16"),
    row("a + b, recorded", CALLS["a + b"], recorded=True),
    row("a.relu(), recorded", CALLS["a.relu()"], recorded=True),
    row("a @ b, recorded", CALLS["a @ b"], None, recorded=True),
]
