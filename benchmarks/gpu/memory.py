"""What is bound by the device's memory: large pointwise operators, sums and rows, as shares of the rate of copies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .layers import both
from .measure import Row, by_device

GIGABYTE = 1 << 30
SIZES = {"float32": 4, "bfloat16": 2}


def copy_rate() -> float:
    """Bytes read and written per second when the device copies a gigabyte."""
    import cupy
    import flambeau.tensor as ft

    ft.cuda.init()
    x, y = (cupy.ones(GIGABYTE // 4, dtype="float32") for _ in range(2))

    def copy() -> None:
        y.data.copy_from_device_async(x.data, GIGABYTE)

    by_device(copy, 3)
    return 2 * GIGABYTE / min(by_device(copy, 10) for _ in range(5))


def rivals(call: Callable[..., Any], shapes: tuple[tuple[int, ...], ...], dtype: str) -> dict[str, Callable[[], Any]]:
    def ours() -> Callable[[], Any]:
        import flambeau.nn.functional as F
        import flambeau.tensor as ft

        xs = [ft.rand(*s, device="cuda").to(dtype) for s in shapes]
        return lambda: call(F, *xs)

    def torchs() -> Callable[[], Any]:
        import torch
        import torch.nn.functional as F

        xs = [torch.rand(*s, device="cuda", dtype=getattr(torch, dtype)) for s in shapes]
        return lambda: call(F, *xs)

    return {"flambeau": ours, "torch": torchs}


def rows_of(dtype: str) -> list[Row]:
    count = GIGABYTE // SIZES[dtype]
    square, narrow = (1 << 14, count >> 14), (count >> 12, 4096)

    def row(
        name: str, call: Callable[..., Any], *shapes: tuple[int, ...], moved: int, goal: float | None = None
    ) -> Row:
        return Row(f"{name}, 1 GB {dtype}", "device", rivals(call, shapes, dtype), goal, moved * GIGABYTE)

    return [
        row("add", lambda F, x, y: x + y, (count,), (count,), moved=3, goal=0.85),
        row("gelu", lambda F, x: F.gelu(x), (count,), moved=2, goal=0.85),
        row("add of a row", lambda F, x, b: x + b, square, square[1:], moved=2),
        row("transposed copy", lambda F, x: x.T.contiguous(), square, moved=2),
        row("sum", lambda F, x: x.sum(), (count,), moved=1, goal=0.8),
        row("sum of rows", lambda F, x: x.sum(-1), square, moved=1, goal=0.8),
        row("sum of columns", lambda F, x: x.sum(0), square, moved=1, goal=0.8),
        row("softmax of rows of 4096", lambda F, x: x.softmax(-1), narrow, moved=2, goal=0.8),
    ]


def sent(kit: Any) -> Callable[[], Any]:
    """256 MB from page-locked memory."""
    x = kit.library.ones(1 << 26).pin_memory()
    return lambda: x.to("cuda", non_blocking=True)


ROWS = [
    *rows_of("bfloat16"),
    *rows_of("float32"),
    Row("page-locked to device, 256 MB", "device", both(sent), None, None, 1 << 28),
]
