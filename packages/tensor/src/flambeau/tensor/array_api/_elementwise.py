"""Functions of each element. Most are ours under the standard's name."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import flambeau.tensor as ft

Array = ft.Tensor


def _ours(name: str, ours: str, operands: int) -> Callable[..., Array]:
    """A function of ours with the standard's signature: operands by position only."""

    def one(x: Array, /) -> Array:
        return getattr(ft, ours)(x)

    def two(x1: Any, x2: Any, /) -> Array:
        return getattr(ft, ours)(x1, x2)

    function = one if operands == 1 else two
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"See :func:`flambeau.tensor.{ours}`."
    return function


acos, acosh, asin, asinh, atan, atanh, cos, cosh, sin, sinh, tan, tanh = [
    _ours(name, name, 1) for name in "acos acosh asin asinh atan atanh cos cosh sin sinh tan tanh".split()
]
abs, exp, expm1, log, log1p, log2, log10, reciprocal, sqrt, square = [
    _ours(name, name, 1) for name in "abs exp expm1 log log1p log2 log10 reciprocal sqrt square".split()
]
isfinite, isinf, isnan, logical_not, negative, positive, signbit, conj = [
    _ours(name, ours, 1)
    for name, ours in (
        ("isfinite", "isfinite"), ("isinf", "isinf"), ("isnan", "isnan"), ("logical_not", "logical_not"),
        ("negative", "neg"), ("positive", "positive"), ("signbit", "signbit"), ("conj", "conj"),
    )
]  # fmt: skip
bitwise_invert = _ours("bitwise_invert", "bitwise_not", 1)
add, subtract, multiply, divide, floor_divide, remainder, pow = [
    _ours(name, ours, 2)
    for name, ours in (
        ("add", "add"), ("subtract", "sub"), ("multiply", "mul"), ("divide", "div"), ("floor_divide", "floor_divide"),
        ("remainder", "remainder"), ("pow", "pow"),
    )
]  # fmt: skip
equal, not_equal, less, less_equal, greater, greater_equal = [
    _ours(name, ours, 2)
    for name, ours in (
        ("equal", "eq"), ("not_equal", "ne"), ("less", "lt"), ("less_equal", "le"), ("greater", "gt"),
        ("greater_equal", "ge"),
    )
]  # fmt: skip
atan2, copysign, hypot, logaddexp, maximum, minimum, nextafter, logical_and, logical_or, logical_xor = [
    _ours(name, name, 2)
    for name in "atan2 copysign hypot logaddexp maximum minimum nextafter logical_and logical_or logical_xor".split()
]
bitwise_and, bitwise_or, bitwise_xor, bitwise_left_shift, bitwise_right_shift = [
    _ours(name, name, 2) for name in "bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift".split()
]


def _rounded(name: str) -> Callable[[Array], Array]:
    """Rounding, which leaves integers alone."""

    def function(x: Array, /) -> Array:
        return x.clone() if x.dtype.kind in "iu" else getattr(ft, name)(x)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"See :func:`flambeau.tensor.{name}`; integers stay as they are."
    return function


ceil, floor, trunc = _rounded("ceil"), _rounded("floor"), _rounded("trunc")


def round(x: Array, /) -> Array:
    """The nearest integer, of two the even one; of complex numbers, of both parts."""
    if x.dtype.kind == "c":
        return _complex(ft.round(real(x)), ft.round(imag(x)))
    return x.clone() if x.dtype.kind in "iu" else ft.round(x)


def sign(x: Array, /) -> Array:
    """-1, 0 or 1, or nan; of complex numbers, the number of absolute value 1 in the same direction."""
    return ft.sgn(x) if x.dtype.kind == "c" else ft.sign(x)


def real(x: Array, /) -> Array:
    """The real parts."""
    return ft.real(x)


def imag(x: Array, /) -> Array:
    """The imaginary parts."""
    return ft.imag(x)


def _complex(re: Array, im: Array) -> Array:
    wanted = ft.complex128 if re.dtype == ft.float64 else ft.complex64
    return re.to(wanted) + im.to(wanted) * 1j


def clip(x: Array, /, min: Any = None, max: Any = None) -> Array:
    """Each element, moved into the range from ``min`` to ``max``, in the dtype it has."""
    for bound in (min, max):
        if bound is not None and not isinstance(bound, (builtins.int, builtins.float, Array)):
            raise TypeError(f"clip(): expected numbers or arrays as bounds, got {type(bound).__name__}")
    result = x.clone() if min is None and max is None else x
    if min is not None:
        result = ft.maximum(result, _bound(min, x))
    if max is not None:
        result = ft.minimum(result, _bound(max, x))
    return result if result.dtype == x.dtype else result.to(x.dtype)


def _bound(bound: Any, x: Array) -> Any:
    """A bound that leaves integers integers: numbers beyond their range bound nothing more than its end does."""
    if isinstance(bound, Array) or x.dtype.kind not in "iu":
        return bound
    limits = ft.iinfo(x.dtype)
    return builtins.min(builtins.max(builtins.int(bound), limits.min), limits.max)
