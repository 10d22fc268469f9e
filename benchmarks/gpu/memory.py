"""What is bound by the device's memory: large pointwise operators, sums and rows, as shares of the rate of copies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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


def rivals(make: Callable[..., Any], shapes: tuple[tuple[int, ...], ...], dtype: str) -> dict[str, Callable[[], Any]]:
    def ours() -> Callable[[], Any]:
        import flambeau.nn.functional as F
        import flambeau.tensor as ft

        return make(F, ft, *[ft.rand(*s, device="cuda").to(dtype) for s in shapes])

    def torchs() -> Callable[[], Any]:
        import torch
        import torch.nn.functional as F

        return make(F, torch, *[torch.rand(*s, device="cuda", dtype=getattr(torch, dtype)) for s in shapes])

    return {"flambeau": ours, "torch": torchs}


ADD = lambda F, library, x, y: lambda: x + y  # noqa: E731
GELU = lambda F, library, x: lambda: F.gelu(x)  # noqa: E731
SUM = lambda F, library, x: lambda: x.sum()  # noqa: E731
ROW_SUM = lambda F, library, x: lambda: x.sum(-1)  # noqa: E731
COLUMN_SUM = lambda F, library, x: lambda: x.sum(0)  # noqa: E731
SOFTMAX = lambda F, library, x: lambda: x.softmax(-1)  # noqa: E731
BIAS = lambda F, library, x, b: lambda: x + b  # noqa: E731
TRANSPOSED = lambda F, library, x: lambda: x.T.contiguous()  # noqa: E731


def rows_of(dtype: str) -> list[Row]:
    count = GIGABYTE // SIZES[dtype]
    square = (1 << 14, count >> 14)
    return [
        Row(f"add, 1 GB {dtype}", "device", rivals(ADD, ((count,),) * 2, dtype), 0.85, 3 * GIGABYTE),
        Row(f"gelu, 1 GB {dtype}", "device", rivals(GELU, ((count,),), dtype), 0.85, 2 * GIGABYTE),
        Row(f"add of a row, 1 GB {dtype}", "device", rivals(BIAS, (square, square[1:]), dtype), None, 2 * GIGABYTE),
        Row(f"transposed copy, 1 GB {dtype}", "device", rivals(TRANSPOSED, (square,), dtype), None, 2 * GIGABYTE),
        Row(f"sum, 1 GB {dtype}", "device", rivals(SUM, ((count,),), dtype), 0.8, GIGABYTE),
        Row(f"sum of rows, 1 GB {dtype}", "device", rivals(ROW_SUM, (square,), dtype), 0.8, GIGABYTE),
        Row(f"sum of columns, 1 GB {dtype}", "device", rivals(COLUMN_SUM, (square,), dtype), 0.8, GIGABYTE),
        Row(f"softmax of rows of 4096, 1 GB {dtype}", "device",
            rivals(SOFTMAX, ((count >> 12, 4096),), dtype), 0.8, 2 * GIGABYTE),
    ]  # fmt: skip


def transfer_rivals(size: int) -> dict[str, Callable[[], Any]]:
    def ours() -> Callable[[], Any]:
        import flambeau.tensor as ft

        x = ft.ones(size // 4).pin_memory()
        return lambda: x.to("cuda", non_blocking=True)

    def torchs() -> Callable[[], Any]:
        import torch

        x = torch.ones(size // 4).pin_memory()
        return lambda: x.to("cuda", non_blocking=True)

    return {"flambeau": ours, "torch": torchs}


ROWS = [
    *rows_of("bfloat16"),
    *rows_of("float32"),
    Row("page-locked to device, 256 MB", "device", transfer_rivals(1 << 28), None, None, 1 << 28),
]
