"""A search along a line for a point that satisfies the strong Wolfe conditions.

Nocedal and Wright, Numerical Optimization, algorithms 3.5 (bracket) and 3.6 (zoom), with cubic interpolation (3.59).
The safeguards (steps of at least 1 % and at most 10 times, and a tenth of the bracket kept from its ends) are those of
Mark Schmidt's minFunc, from which PyTorch's L-BFGS comes too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import flambeau.tensor as ft
from flambeau.tensor import Tensor

DECREASE, CURVATURE = 1e-4, 0.9
TOLERANCE = 1e-9


class Point(NamedTuple):
    """A place on the line, with the loss there, the gradient and its component along the line."""

    t: float
    loss: float
    gradient: Tensor
    slope: float


def strong_wolfe(
    function: Callable[[float], tuple[float, Tensor]],
    t: float,
    d: Tensor,
    loss: float,
    gradient: Tensor,
    slope: float,
    most: int,
) -> tuple[float, Tensor, float, int]:
    """Loss and gradient at the point found, where it is, and how often the function was called."""
    start = Point(0.0, loss, gradient, slope)
    calls = 1

    def at(t: float) -> Point:
        loss, gradient = function(t)
        return Point(t, loss, gradient, dot(gradient, d))

    def is_too_high(point: Point) -> bool:
        return point.loss > start.loss + DECREASE * point.t * slope

    def is_flat(point: Point) -> bool:
        return abs(point.slope) <= -CURVATURE * slope

    last, point = start, at(t)
    while calls - 1 < most:
        if is_too_high(point) or (calls > 2 and point.loss >= last.loss):
            break
        if is_flat(point):
            return point.loss, point.gradient, point.t, calls
        if point.slope >= 0:
            break
        bounds = (point.t + 0.01 * (point.t - last.t), point.t * 10)
        last, point = point, at(_cubic(last, point, bounds))
        calls += 1
    else:
        last = start
    low, high = (last, point) if last.loss <= point.loss else (point, last)
    return _zoom(at, is_too_high, is_flat, low, high, largest(d), calls, most)


def _zoom(
    at: Callable[[float], Point],
    is_too_high: Callable[[Point], bool],
    is_flat: Callable[[Point], bool],
    low: Point,
    high: Point,
    size: float,
    calls: int,
    most: int,
) -> tuple[float, Tensor, float, int]:
    """Narrow a bracket whose better end is ``low``."""
    stuck = False
    while calls - 1 < most and abs(high.t - low.t) * size >= TOLERANCE:
        first, second = sorted((low, high), key=lambda point: point.t)
        t = _cubic(first, second, (first.t, second.t))
        margin = 0.1 * (second.t - first.t)
        if min(second.t - t, t - first.t) < margin:
            if stuck or t >= second.t or t <= first.t:
                t = second.t - margin if abs(t - second.t) < abs(t - first.t) else first.t + margin
                stuck = False
            else:
                stuck = True
        else:
            stuck = False
        point = at(t)
        calls += 1
        if is_too_high(point) or point.loss >= low.loss:
            high = point
            if high.loss < low.loss:
                low, high = high, low
        else:
            if is_flat(point):
                return point.loss, point.gradient, point.t, calls
            if point.slope * (high.t - low.t) >= 0:
                high = low
            low = point
    return low.loss, low.gradient, low.t, calls


def _cubic(a: Point, b: Point, bounds: tuple[float, float]) -> float:
    """Where the cubic with these values and slopes is least, within bounds."""
    if a.t > b.t:
        a, b = b, a
    if a.t == b.t:
        return min(max(a.t, bounds[0]), bounds[1])
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1 * d1 - a.slope * b.slope
    if not square >= 0:
        return (bounds[0] + bounds[1]) / 2
    d2 = math.sqrt(square)
    below = b.slope - a.slope + 2 * d2
    if below == 0:
        return (bounds[0] + bounds[1]) / 2
    return min(max(b.t - (b.t - a.t) * ((b.slope + d2 - d1) / below), bounds[0]), bounds[1])


def dot(a: Tensor, b: Tensor) -> float:
    return ft.dot(a, b).item()


def largest(x: Tensor) -> float:
    """The greatest absolute value; 0 if there is none."""
    return x.abs().max().item() if x.numel() else 0.0
