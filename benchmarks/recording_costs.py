"""`python -m benchmarks.recording_costs [operator...]`: what autograd's recording adds to a call of each operator.

A call with a small sample of float32 Variables that require grad, less the same call with Tensors: the
node, its edges, what it keeps and the line of code. The minimum of many short blocks, the two alternating.
"""

from __future__ import annotations

import functools
import itertools
import sys
import timeit
from collections.abc import Callable

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor.testing import opdb

BLOCKS = 40
SECONDS = 0.0005  # of a block


def calls_of(info: opdb.OpInfo) -> list[Callable[[], object]] | None:
    """The first call of several elements that gradients can be asked of: with Tensors, and with Variables."""
    plain = info.generate(ft.float32, **opdb.tensors())
    recorded = info.generate(ft.float32, **opdb.tensors(), leaf=lambda tensor: Variable(tensor, requires_grad=True))
    names = [p.name for p in info.operator.parameters]
    for one, other in zip(plain, recorded, strict=True):
        first = one.args[0]
        if one.smooth and (isinstance(first, (list, tuple)) or (isinstance(first, ft.Tensor) and first.numel() > 1)):
            arguments = [
                value.detach() if name in info.constants and isinstance(value, Variable) else value
                for name, value in itertools.zip_longest(names, other.args)
            ][: len(other.args)]
            return [
                functools.partial(info.function, *one.args, **one.kwargs),
                functools.partial(info.function, *arguments, **other.kwargs),
            ]
    return None


def seconds_of(calls: list) -> list[float]:
    """The least time of each of some calls, measured in turns."""
    timers = [timeit.Timer(call).timeit for call in calls]
    counts = [max(1, round(SECONDS / max(timer(3) / 3, 1e-9))) for timer in timers]
    best = [float("inf")] * len(timers)
    for _ in range(BLOCKS):
        for i, timer in enumerate(timers):
            best[i] = min(best[i], timer(counts[i]) / counts[i])
    return best


def cost(info: opdb.OpInfo) -> tuple[float, float] | None:
    """Seconds of a plain call, and how many more a recorded one takes; None where no sample requires grad."""
    calls = calls_of(info)
    if calls is None or not any(isinstance(y, Variable) and y.requires_grad for y in opdb.to_tuple(calls[1]())):
        return None
    plain, recorded = seconds_of(calls)
    return plain, recorded - plain


def main(names: list[str]) -> None:
    print("| operator | plain (ns) | recording adds (ns) |\n|---|---:|---:|")
    for info in opdb.entries():
        if info.differentiable and (not names or info.name in names) and (found := cost(info)):
            print(f"| {info.name} | {found[0] * 1e9:.0f} | {found[1] * 1e9:.0f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
