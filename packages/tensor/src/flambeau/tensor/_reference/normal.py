"""The normal distribution, its logarithm and inverse, and what goes with entropies, computed in float64."""

import math

from .._schema import Array, Operand, pointwise
from ._helpers import checks_broadcast, select
from .special import erfc_float64, erfinv, error_function

_HIDDEN = {"promote": "float", "dtypes": "float", "real": True, "inplace": False, "function": False, "method": False}
_SQRT_HALF = math.sqrt(0.5)


def scaled_erfc(xp, x):
    """exp(x^2) erfc(x) of float64.

    Up to 1/2 by its factors; beyond by the trapezoidal rule that ``complementary_error_function`` explains, without the
    exponential there, and by 1 / (x sqrt(pi)) where nothing else is left.
    """
    step = 0.5
    small = xp.clip(x, -27.0, 0.5)
    near = xp.exp(small * small) * xp.where(
        small < -1, erfc_float64(xp, small), 1 - error_function(xp, xp.clip(small, -1.0, 0.5))
    )
    a = xp.clip(x, 0.5, 1e8)
    square = a * a
    total = 1 / square
    for k in range(1, 14):
        total = total + 2 * math.exp(-((k * step) ** 2)) / (square + (k * step) ** 2)
    far = a * (step / math.pi) * total
    inside = xp.minimum(a, 6.0)
    pole = 2 * xp.exp(inside * inside) / xp.expm1((2 * math.pi / step) * inside)
    far = xp.where(a < 6, far - pole, far)
    far = xp.where(x > 1e8, (1 / math.sqrt(math.pi)) / xp.maximum(x, 1.0), far)
    value = xp.where(x < 0.5, near, far)
    return xp.where(x < -26.7, math.inf, xp.where(x == x, value, x))


@pointwise("erfcx(input)", **_HIDDEN)
def erfcx(xp, input: Array):
    """``exp(input**2) * erfc(input)`` of each element: the complementary error function, scaled.

    In float64 within 2e-15 of the value, and as far as ``exp(input**2)`` goes below 0.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.erfcx(ft.tensor([0.0, 1000.0])).tolist()
        [1.0, 0.0005641892785206437]
    """
    return scaled_erfc(xp, input.astype("float64")).astype(input.dtype)


@pointwise("static_cast<T>(0.5 * erfc(static_cast<double>(input) * -0.70710678118654752440))", **_HIDDEN)
def ndtr(xp, input: Array):
    """The probability that a standard normal variable is below each element.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype, in [0, 1].

    Example:
        >>> ft.special.ndtr(ft.tensor([-10.0, 0.0, 1.0])).tolist()
        [7.619852819271277e-24, 0.5, 0.8413447737693787]
    """
    return (0.5 * erfc_float64(xp, input.astype("float64") * -_SQRT_HALF)).astype(input.dtype)


@pointwise("log_ndtr(input)", **_HIDDEN)
def log_ndtr(xp, input: Array):
    """The logarithm of :func:`ndtr` of each element, also where that is too small to be represented.

    In float64 within 1e-14 of the value.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.log_ndtr(ft.tensor([-100.0, 0.0])).tolist()
        [-5005.5244140625, -0.6931471824645996]
    """
    x = input.astype("float64")
    low = xp.minimum(x, -1.0)
    left = xp.log(scaled_erfc(xp, low * -_SQRT_HALF) / 2) - low * low / 2
    right = xp.log1p(-0.5 * erfc_float64(xp, xp.maximum(x, -1.0) * _SQRT_HALF))
    return xp.where(x < -1, xp.where(xp.isinf(x), x, left), xp.where(x == x, right, x)).astype(input.dtype)


@pointwise("ndtri(input)", **_HIDDEN)
def ndtri(xp, input: Array):
    """The number below which a standard normal variable is with the probability of each element.

    In float64 within 2e-15 of the value.

    Args:
        input: Tensor of any shape; integers give the default float. -inf at 0, inf at 1, nan outside.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.ndtri(ft.tensor([0.0, 0.5, 0.975])).tolist()
        [-inf, 0.0, 1.959964394569397]
    """
    p = input.astype("float64")
    inside = xp.logical_and(p > 0, p < 1)
    # y with erfc(y) = 2 q, for the smaller side: Winitzki's closed form, and Halley's method as in erfinv.
    q = xp.where(inside, xp.minimum(p, 1 - p), 0.5)
    w = xp.log(4 * q) + xp.log1p(-q)
    t = 2 / (math.pi * 0.147) + w / 2
    y = xp.sqrt(xp.maximum(xp.sqrt(t * t - w / 0.147) - t, 0.0))
    logarithm = xp.log(2 * q)
    for _ in range(4):
        step = (math.sqrt(math.pi) / 2) * (xp.exp(y * y + logarithm) - scaled_erfc(xp, y))
        y = y - step / (1 + y * step)
    # In the middle by what p is off 1/2, which is exact.
    middle = xp.absolute(p - 0.5) < 0.25
    y = xp.where(middle, erfinv(xp, xp.where(middle, 2 * p - 1, 0.0)), xp.where(p < 0.5, -y, y))
    value = math.sqrt(2) * y
    edge = xp.where(p == 0, -math.inf, xp.where(p == 1, math.inf, math.nan))
    return xp.where(inside, value, edge).astype(input.dtype)


@pointwise("input > 0 ? -input * log(input) : input == 0 ? T(0) : input < 0 ? T(-INFINITY) : input", **_HIDDEN)
def entr(xp, input: Array):
    """``-input * log(input)`` of each element: what it adds to an entropy; 0 at 0, -inf below.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.entr(ft.tensor([0.0, 0.5, -1.0])).tolist()
        [0.0, 0.3465735912322998, -inf]
    """
    one = xp.asarray(1, dtype=input.dtype)
    value = -input * xp.log(select(xp, input > 0, input, one))
    least = xp.asarray(-math.inf, dtype=input.dtype)
    zero = xp.asarray(0, dtype=input.dtype)
    return select(xp, input < 0, least, select(xp, input == 0, zero, select(xp, input == input, value, input)))


@pointwise("input == 0 && other == other ? T(0) : input * log1p(other)", **_HIDDEN)
def xlog1py(xp, input: Operand, other: Operand):
    """``input * log1p(other)``, element by element, and 0 where ``input`` is 0, unless ``other`` is nan.

    Args:
        input: Tensor of any shape, or a number.
        other: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.special.xlog1py(ft.tensor([0.0, 2.0]), ft.tensor([-1.0, 0.0])).tolist()
        [0.0, 0.0]
    """
    nothing = xp.logical_and(xp.equal(input, 0), xp.equal(other, other))
    zero = xp.asarray(0, dtype=(other if hasattr(other, "dtype") else input).dtype)
    return xp.multiply(input, xp.log1p(select(xp, nothing, zero, other)))


checks_broadcast(xlog1py)
