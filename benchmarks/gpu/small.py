"""What a small operation costs the host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .measure import Row


def ours(call: Callable[..., Any], recorded: bool = False, dtype: str = "float32") -> Callable[[], Any]:
    def setup() -> Callable[[], Any]:
        import flambeau.tensor as ft
        from flambeau.autograd import Variable

        a, b = (ft.randn(16, 16, device="cuda").to(dtype) for _ in range(2))
        if recorded:
            a = Variable(a, requires_grad=True)
        return call(a, b)

    return setup


def torchs(call: Callable[..., Any], recorded: bool = False, dtype: str = "float32") -> Callable[[], Any]:
    def setup() -> Callable[[], Any]:
        import torch

        a, b = (torch.randn(16, 16, device="cuda").to(getattr(torch, dtype)) for _ in range(2))
        return call(a.requires_grad_() if recorded else a, b)

    return setup


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


def row(name: str, call: Any, goal: float | None = 1.0, **options: Any) -> Row:
    return Row(
        f"host: {name}, 16x16", "host", {"flambeau": ours(call, **options), "torch": torchs(call, **options)}, goal
    )


ROWS = [
    *(row(name, call, 1.0 if name in ("a + b", "a.relu()") else None) for name, call in CALLS.items()),
    row("a + b, bfloat16", CALLS["a + b"], dtype="bfloat16"),
    row("a + b, recorded", CALLS["a + b"], recorded=True),
    row("a.relu(), recorded", CALLS["a.relu()"], recorded=True),
    row("a @ b, recorded", CALLS["a @ b"], None, recorded=True),
]
