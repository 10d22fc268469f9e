"""`python -m benchmarks.recording_costs [operator...]`: what autograd's recording adds to a call of each operator.

A call with a small sample of float32 Variables that require grad, less the same call with Tensors: the node, its edges,
what it keeps and the line of code. The minimum of many short blocks, the two alternating. `--page FILE` writes a page
of the documentation, with the machine and the versions.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import itertools
import statistics
import timeit
from collections.abc import Callable
from pathlib import Path

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor.testing import opdb

from .__main__ import machine

HEAD = """\
# What recording costs

For each operator: a call with a small sample of Tensors, and what it takes longer with Variables that require grad,
in nanoseconds. That is the node, its edges, what it keeps for backward, the line of your code, and giving all of that
back. The least of {blocks} short blocks, both alternating; where the call itself takes many microseconds, its own
scatter is larger than the difference. Written by `python -m benchmarks.recording_costs --page FILE`.

{date}, {cpu}, Python {python}, numpy {numpy}. Of {count} operators: {quarter:.0f} for a quarter of them at most,
{median:.0f} for half, {most:.0f} for three quarters.
"""
COLUMNS = "| operator | plain (ns) | recording adds (ns) |\n|---|---:|---:|"
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


def row(name: str, plain: float, more: float) -> str:
    return f"| `{name}` | {plain * 1e9:.0f} | {more * 1e9:.0f} |"


def page(costs: dict[str, tuple[float, float]]) -> str:
    """The page of the documentation."""
    here = machine()
    quarter, median, most = statistics.quantiles([more * 1e9 for _, more in costs.values()], n=4)
    head = HEAD.format(
        blocks=BLOCKS, date=datetime.date.today(), cpu=here["cpu"], python=here["versions"]["python"],
        numpy=here["versions"]["numpy"], count=len(costs), quarter=quarter, median=median, most=most,
    )  # fmt: skip
    return "\n".join([head, COLUMNS, *(row(name, *costs[name]) for name in sorted(costs)), ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("operators", nargs="*", help="by default all")
    parser.add_argument("--page", type=Path, help="where to write the page of the documentation")
    options = parser.parse_args()
    print(COLUMNS)
    costs = {}
    for info in opdb.entries():
        if info.differentiable and (not options.operators or info.name in options.operators) and (found := cost(info)):
            costs[info.name] = found
            print(row(info.name, *found), flush=True)
    if options.page:
        options.page.write_text(page(costs))


if __name__ == "__main__":
    main()
