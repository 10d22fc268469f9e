"""Products, convolutions, norms, losses, attention, recurrence: forward, and with their gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .measure import Row


def both(make: Callable[..., Any]) -> dict[str, Callable[[], Any]]:
    """``make(kit)`` gives the callable; a kit has the library's parts under the same names."""

    def ours() -> Callable[[], Any]:
        return make(Ours())

    def torchs() -> Callable[[], Any]:
        return make(Torchs())

    return {"flambeau": ours, "torch": torchs}


class Ours:
    """flambeau's parts."""

    def __init__(self) -> None:
        import flambeau.nn as nn
        import flambeau.nn.functional as F
        import flambeau.tensor as ft
        from flambeau import optim

        self.library, self.nn, self.F, self.optim = ft, nn, F, optim
        self.fused: dict[str, bool] = {}  # options of the optimizer

    def randn(self, *shape: int, dtype: str = "float32", grad: bool = False) -> Any:
        from flambeau.autograd import Variable

        x = self.library.randn(*shape, device="cuda").to(dtype)
        return Variable(x, requires_grad=True) if grad else x

    def classes(self, count: int, *shape: int) -> Any:
        return self.library.randint(0, count, shape).cuda()

    def module(self, module: Any, dtype: str = "float32") -> Any:
        return module.to("cuda").to(dtype)

    def channels_last(self, value: Any) -> Any:
        return value.to(memory_format=self.library.channels_last)


class Torchs:
    """PyTorch's."""

    def __init__(self) -> None:
        import torch
        from torch import nn, optim

        torch.backends.cudnn.allow_tf32 = False  # as it is for its products, and for ours
        self.library, self.nn, self.F, self.optim = torch, nn, nn.functional, optim
        self.fused = {"fused": True}

    def randn(self, *shape: int, dtype: str = "float32", grad: bool = False) -> Any:
        return self.library.randn(*shape, device="cuda", dtype=getattr(self.library, dtype), requires_grad=grad)

    def classes(self, count: int, *shape: int) -> Any:
        return self.library.randint(0, count, shape, device="cuda")

    def module(self, module: Any, dtype: str = "float32") -> Any:
        return module.to("cuda").to(getattr(self.library, dtype))

    def channels_last(self, value: Any) -> Any:
        return value.to(memory_format=self.library.channels_last)


def product(n: int, m: int, k: int, dtype: str) -> Row:
    def make(kit: Any) -> Callable[[], Any]:
        a, b = kit.randn(n, k, dtype=dtype), kit.randn(k, m, dtype=dtype)
        return lambda: a @ b

    goal = 0.97 if (n, dtype) == (8192, "bfloat16") else None
    return Row(f"matmul {n}x{k} @ {k}x{m}, {dtype}", "device", both(make), goal, None, 2.0 * n * m * k)


def forward(
    name: str, call: Callable[..., Any], *shapes: tuple[int, ...], dtype: str = "bfloat16", moved: int = 0
) -> Row:
    def make(kit: Any) -> Callable[[], Any]:
        xs = [kit.randn(*shape, dtype=dtype) for shape in shapes]
        return lambda: call(kit, *xs)

    return Row(f"{name}, {dtype}", "device", both(make), None, moved or None)


def trained(name: str, module: Callable[..., Any], *shape: int, dtype: str = "bfloat16", last: bool = False) -> Row:
    """Forward and backward of a module."""

    def make(kit: Any) -> Callable[[], Any]:
        net = kit.module(module(kit.nn), dtype)
        x = kit.randn(*shape, dtype=dtype)
        if last:
            net, x = kit.channels_last(net), kit.channels_last(x)

        def step() -> None:
            y = net(x)
            (y[0] if isinstance(y, tuple) else y).sum().backward()

        return step

    return Row(f"{name}, forward and backward, {dtype}", "step", both(make))


def cross_entropy(kit: Any) -> Callable[[], Any]:
    x, target = kit.randn(8192, 32000, dtype="bfloat16", grad=True), kit.classes(32000, 8192)

    def step() -> None:
        x.grad = None
        kit.F.cross_entropy(x, target).backward()

    return step


def lstm(kit: Any) -> Callable[[], Any]:
    net = kit.module(kit.nn.LSTM(128, 256))
    x = kit.randn(35, 20, 128)

    def step() -> None:
        y, _ = net(x)
        y.sum().backward()

    return step


def embedding(kit: Any) -> Callable[[], Any]:
    rows, table = kit.classes(50000, 64, 1024), kit.randn(50000, 512, dtype="bfloat16")
    return lambda: kit.F.embedding(rows, table)


def attend(kit: Any, q: Any, k: Any, v: Any) -> Any:
    return kit.F.scaled_dot_product_attention(q, k, v)


NORM = 8192 * 4096 * 2 * 2

ROWS = [
    product(8192, 8192, 8192, "bfloat16"),
    product(4096, 4096, 4096, "float32"),
    product(64, 512, 784, "float32"),
    forward("layer_norm 8192x4096", lambda kit, x: kit.F.layer_norm(x, (4096,)), (8192, 4096), moved=NORM),
    forward("dropout 8192x4096", lambda kit, x: kit.F.dropout(x, 0.1), (8192, 4096), moved=NORM),
    forward("cumsum 8192x4096", lambda kit, x: x.cumsum(-1), (8192, 4096), dtype="float32", moved=2 * NORM),
    forward("sort of 8192 rows of 4096", lambda kit, x: x.sort(-1), (8192, 4096), dtype="float32"),
    forward("topk of 8192 rows of 4096", lambda kit, x: x.topk(8), (8192, 4096), dtype="float32"),
    Row("embedding 64x1024 of 50000x512, bfloat16", "device", both(embedding)),
    forward("attention 8x16x1024x64", attend, *((8, 16, 1024, 64),) * 3),
    forward("attention 8x16x512x64", attend, *((8, 16, 512, 64),) * 3, dtype="float32"),
    Row("cross entropy 8192x32000 with gradient, bfloat16", "device", both(cross_entropy)),
    Row("LSTM 35x20, 128 to 256, forward and backward", "step", both(lstm), 1.0),
    trained("Conv2d 64 of 64x56x56, channels last", lambda nn: nn.Conv2d(64, 64, 3, padding=1),
            64, 64, 56, 56, last=True),
    trained("BatchNorm2d 64x64x56x56, channels last", lambda nn: nn.BatchNorm2d(64), 64, 64, 56, 56, last=True),
    trained("Transformer layer 32x128x512", lambda nn: nn.TransformerEncoderLayer(512, 8, 2048, batch_first=True),
            32, 128, 512),
    trained("Transformer layer 32x128x512", lambda nn: nn.TransformerEncoderLayer(512, 8, 2048, batch_first=True),
            32, 128, 512, dtype="float32"),
]  # fmt: skip
