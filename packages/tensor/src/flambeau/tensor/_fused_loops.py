"""Programs for which the build makes loops of their own.

Any program runs step by step over tiles. For those listed here there is one loop besides that takes all steps at once,
so that computing goes on while memory is waited for. It runs where a program runs over sets of contiguous arrays, all
of float32 or all of float64, and gives the same bits.

A program is written as ``PointwiseProgram.text()`` gives it: the steps, then what is written. ``x0`` is the first
input, ``y0`` what the first step gives, and ``n`` a number, which may be another one each time. To add a program, add
its text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["PROGRAMS", "Step", "read"]

PROGRAMS = (
    # Steps against the gradient, with decay, with momentum, and with both.
    "mul(n, x1) sub(x0, y0) -> y1",
    "mul(n, x0) add(x1, y0) mul(n, y1) sub(x0, y2) -> y3",
    "mul(x2, n) mul(n, x1) add(y0, y1) mul(n, y2) sub(x0, y3) -> y4 y2",
    "mul(n, x0) add(x1, y0) mul(x2, n) mul(n, y1) add(y2, y3) mul(n, y4) sub(x0, y5) -> y6 y4",
    # The same with Nesterov's momentum.
    "mul(x2, n) mul(n, x1) add(y0, y1) mul(n, y2) add(x1, y3) mul(n, y4) sub(x0, y5) -> y6 y2",
    "mul(n, x0) add(x1, y0) mul(x2, n) mul(n, y1) add(y2, y3) mul(n, y4) add(y1, y5) mul(n, y6) sub(x0, y7) -> y8 y4",
    # Steps along a running mean, over the root of that of squares: alone, with decay in the gradient and beside it.
    "lerp(x2, x1, n) mul(x3, n) addcmul(y1, x1, x1, n) sqrt(y2) mul(y3, n) add(y4, n) "
    "addcdiv(x0, y0, y5, n) -> y6 y0 y2",
    "mul(n, x0) add(x1, y0) lerp(x2, y1, n) mul(x3, n) addcmul(y3, y1, y1, n) sqrt(y4) mul(y5, n) add(y6, n) "
    "addcdiv(x0, y2, y7, n) -> y8 y2 y4",
    "mul(x0, n) lerp(x2, x1, n) mul(x3, n) addcmul(y2, x1, x1, n) sqrt(y3) mul(y4, n) add(y5, n) "
    "addcdiv(y0, y1, y6, n) -> y7 y1 y3",
    # The gradient over the root of the sum, and of the running mean, of squares.
    "addcmul(x2, x1, x1, n) sqrt(y0) add(y1, n) addcdiv(x0, x1, y2, n) -> y3 y0",
    "mul(x2, n) addcmul(y0, x1, x1, n) sqrt(y1) add(y2, n) addcdiv(x0, x1, y3, n) -> y4 y1",
)

_STEP = re.compile(r"(\w+)\(([^()]*)\)")


class Step(NamedTuple):
    """One operation: its name, and what it takes."""

    name: str
    arguments: list[str]


def read(text: str) -> tuple[list[Step], list[str]]:
    """The steps of a program, and the values that it writes.

    Raises:
        ValueError: the text is no program; the message says what is wrong.

    Example:
        >>> read("mul(n, x1) sub(x0, y0) -> y1")
        ([Step(name='mul', arguments=['n', 'x1']), Step(name='sub', arguments=['x0', 'y0'])], ['y1'])
    """
    before, _, after = text.partition(" -> ")
    steps = [Step(name, arguments.split(", ")) for name, arguments in _STEP.findall(before)]
    written = after.split()
    if " ".join(f"{step.name}({', '.join(step.arguments)})" for step in steps) != before or not written:
        raise ValueError(f"program '{text}': expected steps and what is written, as in 'mul(n, x1) sub(x0, y0) -> y1'")
    for made, values in enumerate([*(step.arguments for step in steps), written]):
        for value in values:
            known = re.fullmatch(r"x\d+|y\d+", value) or (value == "n" and values is not written)
            if not known or (value[0] == "y" and int(value[1:]) >= made):
                raise ValueError(f"program '{text}': expected an input, a number or an earlier step, got '{value}'")
    return steps, written
