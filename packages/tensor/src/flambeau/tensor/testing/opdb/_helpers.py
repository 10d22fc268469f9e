"""Short ways to write the entries of ordinary operators, and samples that several entries share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ...errors import ShapeError
from ._info import OpInfo
from ._make import ALL, NUMERIC, ErrorSample, Make, Sample, error, sample

__all__ = [
    "axis_reference",
    "binary",
    "binary_samples",
    "broadcast_error",
    "dim_error",
    "reduction",
    "reduction_samples",
    "unary",
    "unary_samples",
    "view",
]

LAYOUTS = ("transposed", "strided", "reversed")


# Pointwise ------------------------------------------------------------------------------------------------------


def unary_samples(make: Make) -> Iterator[Sample]:
    """One array: 0-d, empty, each layout, and the ends of the dtype."""
    yield sample(make(()))
    yield sample(make((2, 3)))
    yield sample(make((0, 3)))
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout))
    yield sample(make.extremes(), smooth=False)


def unary(name: str, reference: Callable, **options: Any) -> OpInfo:
    """An operator on each element of one array."""
    options = {"samples": unary_samples, "dtypes": NUMERIC, **options}
    return OpInfo(name=name, reference=reference, **options)


def binary_samples(
    low: float | None = None,
    high: float | None = None,
    *,
    numbers: Iterable[float] = (2,),
    left: bool = True,
    extremes: bool = True,
) -> Callable[[Make], Iterator[Sample]]:
    """Two operands that broadcast: arrays in every layout, numbers on either side, the ends of the dtype.

    Args:
        low, high: the range of the second operand, where it differs from the operator's domain.
        numbers: Python numbers to try as the second operand.
        left: whether a number may also be the first operand.
        extremes: whether to combine the ends of the dtype.
    """

    def samples(make: Make) -> Iterator[Sample]:
        for shape, other in [((2, 3), (2, 3)), ((), ()), ((2, 1), (3,)), ((), (2, 2)), ((2, 2), ()), ((0, 3), (1, 3))]:
            yield sample(make(shape), make(other, low, high))
        for layout in LAYOUTS:
            yield sample(make((3, 4), layout=layout), make((3, 4), low, high))
            yield sample(make((4,)), make((3, 4), low, high, layout))
        for number in numbers:
            yield sample(make((2, 3)), number)
            if left:
                yield sample(number, make((2, 3), low, high))
        if make.is_float:
            yield sample(make((3,)), 1.5)
        if extremes:
            ends = make.extremes()
            yield sample(ends[:, None], ends, smooth=False)

    return samples


def binary(name: str, reference: Callable, **options: Any) -> OpInfo:
    """An operator on the elements of two operands that broadcast."""
    options = {"samples": binary_samples(), "dtypes": ALL, "errors": broadcast_error(name), **options}
    return OpInfo(name=name, reference=reference, **options)


# Reductions -----------------------------------------------------------------------------------------------------


def reduction_samples(
    *, several: bool = True, keepdim: bool = True, empty: bool = True, distinct: bool = False, whole: bool = True
) -> Callable[[Make], Iterator[Sample]]:
    """A reduction over all, one or several dimensions of arrays in every layout.

    Args:
        several: whether ``dim`` may be a tuple.
        keepdim: whether there is a ``keepdim``.
        empty: whether there is a result for no elements at all.
        distinct: whether equal elements must be avoided (the place of a maximum).
        whole: whether ``dim`` may be left out.
    """

    def samples(make: Make) -> Iterator[Sample]:
        array = make.distinct if distinct else make
        if whole:
            yield sample(array((2, 3)))
            yield sample(array(()))
            for layout in LAYOUTS:
                yield sample(array((3, 4), layout=layout))
        yield sample(array(()), 0)
        for dim in (0, 1, -1):
            yield sample(array((2, 3, 2)), dim)
        yield sample(array((4, 3), layout="transposed"), 1)
        yield sample(array((4, 3), layout="strided"), dim=0)
        if keepdim:
            yield sample(array((2, 3)), 1, True)
            yield sample(array((2, 3)), dim=0, keepdim=True)
        if several:
            yield sample(array((2, 3, 2)), (0, 2))
            yield sample(array((2, 3, 2)), dim=(-1, 0))
        if several and keepdim:
            yield sample(array((2, 3, 2)), (2, 1), keepdim=True)
        yield sample(array((2, 0)), 0)
        if empty:
            yield sample(array((2, 0)), 1)
        if make.is_float:
            yield sample(make.values([[1.0, np.nan], [np.inf, 2.0], [3.0, -4.0]]), 1, smooth=False)

    return samples


def axis_reference(function: Callable) -> Callable:
    """``function(x, axis=, keepdims=)`` of NumPy, called with ``dim`` and ``keepdim``."""

    def reference(x, dim=None, keepdim=False):
        return function(x, axis=dim if x.ndim else None, keepdims=keepdim)

    return reference


def reduction(name: str, function: Callable, **options: Any) -> OpInfo:
    """A reduction over ``dim`` (none, one or several) with ``keepdim``, from NumPy's function of the same kind."""
    options = {"samples": reduction_samples(), "dtypes": NUMERIC, "errors": dim_error(name), **options}
    return OpInfo(name=name, reference=axis_reference(function), **options)


# Views ----------------------------------------------------------------------------------------------------------


def view(name: str, reference: Callable, samples: Callable[[Make], Iterable[Sample]], **options: Any) -> OpInfo:
    """An operator that moves elements, or looks at them in another shape, whatever their dtype."""
    return OpInfo(name=name, samples=samples, reference=reference, dtypes=ALL, **options)


# Errors ---------------------------------------------------------------------------------------------------------


def broadcast_error(name: str) -> Callable[[Make], Iterator[ErrorSample]]:
    """Two operands whose shapes do not broadcast, and one that is no operand."""

    def errors(make: Make) -> Iterator[ErrorSample]:
        message = f"{name}(): argument 'other': expected a shape that broadcasts with input's (2, 3), got (2,)"
        yield error(ShapeError, message, make((2, 3)), make((2,)))
        message = f"{name}(): argument 'other': expected Tensor or number, got NoneType"
        yield error(TypeError, message, make((2,)), None)

    return errors


def dim_error(name: str, *rest: Any) -> Callable[[Make], Iterator[ErrorSample]]:
    """A dimension that is not there, and one that is no integer."""

    def errors(make: Make) -> Iterator[ErrorSample]:
        message = f"{name}(): argument 'dim': expected a dimension in [-2, 1], got"
        yield error(IndexError, f"{message} 2", make((2, 3)), *rest, dim=2)
        yield error(IndexError, f"{message} -3", make((2, 3)), *rest, dim=-3)
        message = f"{name}(): argument 'dim': expected int, got float"
        yield error(TypeError, message, make((2, 3)), *rest, dim=1.0)

    return errors


# References that several families need --------------------------------------------------------------------------


def sigmoid(x: np.ndarray) -> np.ndarray:
    """The logistic function, without overflow."""
    return np.exp(-np.logaddexp(0.0, -x))


# Operators that turn integers into the default float take every dtype.
TO_FLOAT = {"dtypes": ALL, "to_float": True}
