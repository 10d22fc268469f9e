"""A table of what is in a module, from one call of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import flambeau.tensor as ft
from flambeau.autograd import no_grad
from flambeau.tensor import Tensor

if TYPE_CHECKING:
    from .module import Module


class Row(NamedTuple):
    """What a summary says of one module."""

    path: str
    module: str
    output: str  # shapes, empty where it was not called
    parameters: int  # its own, without those of modules inside
    output_bytes: int


class Summary:
    """What :meth:`Module.summary` gives: it prints as a table.

    Attributes:
        rows: one for each module, with ``path``, ``module``, ``output``, ``parameters`` and ``output_bytes``.
        parameters: how many numbers are trained.
        trainable: how many of them require gradients.
        parameter_bytes: the memory of parameters.
        buffer_bytes: the memory of buffers.
        output_bytes: the memory of what all modules without modules inside gave.
    """

    def __init__(self, module: Module, called: dict[int, tuple[str, int]]) -> None:
        self.rows = []
        self.output_bytes = 0
        seen: set[int] = set()
        for path, inner in module.named_modules():
            own = [p for _, p in inner._own("parameter") if id(p) not in seen]
            seen.update(map(id, own))
            shape, size = called.get(id(inner), ("", 0))
            self.rows.append(Row(path, type(inner).__name__, shape, sum(p.numel() for p in own), size))
            if not any(True for _ in inner.children()):
                self.output_bytes += size
        parameters = list(module.parameters())
        self.parameters = sum(p.numel() for p in parameters)
        self.trainable = sum(p.numel() for p in parameters if p.requires_grad)
        self.parameter_bytes = sum(p.nbytes for p in parameters)
        self.buffer_bytes = sum(b.nbytes for b in module.buffers())

    def __repr__(self) -> str:
        lines = [("module", "output", "parameters", "memory of output")]
        for row in self.rows:
            depth = row.path.count(".") + 1 if row.path else 0
            name = f"{'  ' * depth}{row.path.rpartition('.')[2]}: {row.module}" if row.path else row.module
            memory = readable(row.output_bytes) if row.output else ""
            lines.append((name, row.output, f"{row.parameters:,}" if row.parameters else "", memory))
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        text = [
            f"{name:<{widths[0]}}   {output:<{widths[1]}}   {count:>{widths[2]}}   {memory:>{widths[3]}}"
            for name, output, count, memory in lines
        ]
        trainable = "all trainable" if self.trainable == self.parameters else f"{self.trainable:,} trainable"
        memory = readable(self.parameter_bytes)
        buffers, outputs = readable(self.buffer_bytes), readable(self.output_bytes)
        text.append(f"{self.parameters:,} parameters, {trainable}: {memory}; buffers: {buffers}; outputs: {outputs}")
        return "\n".join(line.rstrip() for line in text)


def summarise(module: Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Summary:
    """Call a module in evaluation, and note what every module inside gives."""
    called: dict[int, tuple[str, int]] = {}

    def note(inner: Module, _: Any, output: Any) -> None:
        tensors = list(_tensors(output))
        called[id(inner)] = (", ".join(str(tuple(x.shape)) for x in tensors), sum(x.nbytes for x in tensors))

    modes = [(inner, inner.training) for inner in module.modules()]
    handles = [inner.register_forward_hook(note) for inner, _ in modes]
    try:
        module.eval()
        with no_grad():
            module(*map(_example, args), **kwargs)
    finally:
        for inner, training in modes:
            inner.training = training
        for handle in handles:
            handle.remove()
    return Summary(module, called)


def _example(argument: Any) -> Any:
    """A Tensor for a shape; anything else as it is."""
    is_shape = isinstance(argument, tuple) and argument and all(type(n) is int for n in argument)
    return ft.ones(argument) if is_shape else argument


def _tensors(output: Any) -> Any:
    """All Tensors in nested tuples, lists and dicts."""
    if isinstance(output, Tensor):
        yield output
    elif isinstance(output, (tuple, list, dict)):
        for item in output.values() if isinstance(output, dict) else output:
            yield from _tensors(item)


def readable(count: int) -> str:
    """Bytes in words."""
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            break
        size /= 1024
    return f"{count} B" if unit == "B" else f"{size:.1f} {unit}"
