"""The gamma function and its kin, computed in float64.

After the NIST Digital Library of Mathematical Functions: Stirling's expansions (5.11, 5.15), recurrences (5.5, 5.15),
reflections (5.5, 5.15), the Hurwitz zeta function (25.11), incomplete gamma functions (8.6, 8.11).
"""

import math

from .. import errors
from .._schema import Array, Int, Operand, pointwise
from ._helpers import checks_broadcast

_HALF_LOG_TAU = math.log(2 * math.pi) / 2
# B(2k) for k from 1 on.
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)


def chebyshev(table, t):
    """``sum of table[k] T_k(t)``, by Clenshaw's recurrence (DLMF 3.11)."""
    later = latest = 0.0
    double = 2 * t
    for c in reversed(table[1:]):
        later, latest = double * later - latest + c, later
    return t * later - latest + table[0]


def _tables():
    from . import _tables

    return _tables


def _tail(square, factors):
    """``sum of factors[k] square**k``."""
    total = 0.0
    for factor in reversed(factors):
        total = total * square + factor
    return total


def log_gamma_positive(xp, x):
    """log(gamma(x)) of float64 for x above 0; within 5e-16 of the value, or of 1e-16 x where that is more."""
    tables = _tables()
    small = xp.clip(x, 1e-308, 3.0)
    below = small < 1
    # Below 1 that of x + 1, less log(x). The factors that are 0 at 1 and 2 are exact.
    quotient = chebyshev(tables.GAMMA_SMALL, xp.where(below, small - 1, small - 2))
    near = quotient * (small - 1) * xp.where(below, small, small - 2) + 0.0  # of 1 it is 0, not -0
    near = xp.where(below, near - xp.log(small), near)
    middle = chebyshev(tables.GAMMA_MIDDLE, (xp.clip(x, 3.0, 8.0) - 5.5) / 2.5)
    large = xp.maximum(x, 8.0)
    inverse = 1 / large
    correction = inverse * _tail(inverse * inverse, [b / (2 * k * (2 * k - 1)) for k, b in enumerate(BERNOULLI, 1)])
    # Halved, so that it overflows only where the result does.
    far = (large / 2 - 0.25) * xp.log(large)
    far = far - large / 2 + far - large / 2 + (_HALF_LOG_TAU + correction)
    far = xp.where(xp.isinf(large), large, far)
    return xp.where(x < 3, near, xp.where(x < 8, middle, far))


def _sine_of_pi(xp, x):
    """sin(pi x), exact at integers."""
    rest = x - 2 * xp.floor(x / 2)
    turned = xp.where(rest > 1, rest - 1, rest)
    inside = xp.where(turned > 0.5, 1 - turned, turned)
    return xp.where(rest > 1, -1.0, 1.0) * xp.sin(math.pi * inside)


@pointwise("lgamma(input)", promote="float", dtypes="float", real=True)
def lgamma(xp, input: Array):
    """The logarithm of the absolute value of the gamma function of each element: inf at 0, -1, -2, ...

    In float64 within 2e-15 of the value for positive elements; near the zeros below 0 within 1e-14.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.lgamma(ft.tensor([0.5, 1.0, 4.0])).tolist()
        [0.5723649263381958, 0.0, 1.7917594909667969]
    """
    x = input.astype("float64")
    positive = log_gamma_positive(xp, xp.where(x < 0.5, 1 - x, x))
    reflected = math.log(math.pi) - xp.log(xp.absolute(_sine_of_pi(xp, x))) - positive
    small = log_gamma_positive(xp, xp.clip(x, 1e-308, 0.5))
    value = xp.where(x <= 0, reflected, xp.where(x < 0.5, small, positive))
    return xp.where(xp.isinf(x), xp.absolute(x), value).astype(input.dtype)


def _digamma_positive(xp, x):
    """psi(x) for x above 0: lifted above 10, and Stirling's expansion there."""
    total = xp.zeros_like(x)
    for _ in range(10):
        low = x < 10
        total = total - xp.where(low, 1 / x, 0.0)
        x = xp.where(low, x + 1, x)
    square = 1 / (x * x)
    series = square * _tail(square, [b / (2 * k) for k, b in enumerate(BERNOULLI, 1)])
    return total + (xp.log(x) - 0.5 / x - series)


@pointwise("digamma(input)", promote="float", dtypes="float", real=True)
def digamma(xp, input: Array):
    """The derivative of :func:`lgamma` of each element: inf of either sign at 0, nan at -1, -2, ...

    In float64 within 2e-15 of the value, and within 1e-14 near its zeros and poles below 0.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.digamma(ft.tensor([1.0, 0.5])).tolist()
        [-0.5772156715393066, -1.9635100364685059]
    """
    return _digamma(xp, input.astype("float64")).astype(input.dtype)


def _digamma(xp, x):
    positive = _digamma_positive(xp, xp.where(x < 0.5, 1 - x, x))
    # pi / tan(pi x), of what is left of x by the nearest integer.
    rest = x - xp.rint(x)
    value = xp.where(x < 0.5, positive - math.pi / xp.tan(math.pi * rest), positive)
    poles = xp.where(x == 0, xp.copysign(xp.asarray(math.inf), -x), math.nan)
    return xp.where(xp.logical_and(x <= 0, rest == 0), poles, value)


def hurwitz_zeta(xp, s, q):
    """sum of (q + k)^-s over all k from 0 on, for s above 1 and q above 0: Euler and Maclaurin's sum from q + 12 on."""
    total = xp.zeros_like(q)
    for _ in range(12):
        total = total + xp.power(q, -s)
        q = q + 1
    last = xp.power(q, -s)
    total = total + q * last / (s - 1) + last / 2
    factor = last / q * s
    for k, b in enumerate(BERNOULLI, 1):
        total = total + factor * (b / math.factorial(2 * k))
        factor = factor * (s + 2 * k - 1) * (s + 2 * k) / (q * q)
    return total


@pointwise(promote="float", dtypes="float", real=True, inplace=False, function=False, method=False)
def zeta(xp, input: Operand, other: Operand):
    """The Hurwitz zeta function: the sum of ``(other + k)**-input`` over all k from 0 on.

    In float64 within 3e-15 of the value.

    Args:
        input: the exponent: Tensor of any shape, or a number. inf at 1, nan below.
        other: Tensor whose shape broadcasts with ``input``'s, or a number. inf at 0, nan below.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.special.zeta(ft.tensor([2.0, 4.0]), 1.0).tolist()
        [1.644934058189392, 1.0823231935501099]
    """
    dtype = (input if hasattr(input, "dtype") else other).dtype
    s, q = (xp.asarray(x, dtype=dtype).astype("float64") for x in (input, other))
    s, q = xp.broadcast_arrays(s, q)
    inside = xp.logical_and(s > 1, q > 0)
    value = hurwitz_zeta(xp, xp.where(inside, s, 2.0), xp.where(inside, q, 1.0))
    edge = xp.where(xp.logical_or(s == 1, xp.logical_and(s > 1, q == 0)), math.inf, math.nan)
    edge = xp.where(xp.logical_or(s != s, q != q), math.nan, edge)
    return xp.where(inside, value, edge).astype(dtype)


@pointwise("polygamma(input, n)", promote="float", dtypes="float", inplace=False, function=False, method=False)
def polygamma_of(xp, input: Array, n: Int):
    """The ``n``-th derivative of :func:`digamma` of each element: what :func:`polygamma` is made of.

    Args:
        input: Tensor of any shape; integers give the default float.
        n: how often to differentiate, 0 to 100.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.
    """
    x = input.astype("float64")
    if n == 0:
        return _digamma(xp, x).astype(input.dtype)
    sign = -1.0 if n % 2 == 0 else 1.0
    reflected = xp.logical_and(x < 0, x == x)
    above = xp.where(reflected, 1 - x, x)
    value = sign * math.factorial(n) * hurwitz_zeta(xp, float(n + 1), xp.where(above > 0, above, 1.0))
    # The n-th derivative of cot(t) is a polynomial of it: P' turns into -P' (1 + cot^2).
    polynomial = [0, 1]
    for _ in range(n):
        slope = [k * c for k, c in enumerate(polynomial)][1:]
        polynomial = [-a - b for a, b in zip([*slope, 0, 0], [0, 0, *slope], strict=True)]
    rest = x - xp.rint(x)
    cotangent = 1 / xp.tan(math.pi * xp.where(rest == 0, 0.5, rest))
    turned = (-1) ** n * value - math.pi * math.pi**n * _tail(cotangent, [float(c) for c in polynomial])
    value = xp.where(reflected, turned, value)
    poles = sign * math.inf
    value = xp.where(xp.logical_and(x <= 0, rest == 0), poles, value)
    return xp.where(x == x, value, x).astype(input.dtype)


@polygamma_of.check
def _(input, n):
    if input.dtype.kind == "c":
        errors.dtype_error("polygamma_of", None, "a real dtype", input.dtype.name)
    if not 0 <= n <= 100:
        errors.value_error("polygamma_of", "n", "0 to 100", str(n))


# Incomplete gamma functions -------------------------------------------------------------------------------------


def _log_less(xp, a, x):
    """log(x / a) - y, for y = x / a - 1, without cancellation.

    Near 0, with s = y / (2 + y), it is -s y and twice what artanh(s) has beyond s.
    """
    y = (x - a) / a
    near = xp.absolute(y) < 0.4
    z = xp.where(near, y, 0.0)
    s = z / (2 + z)
    series = 2 * s**3 * _tail(s * s, [1 / (2 * k + 3) for k in range(16)])
    return xp.where(near, series - s * z, xp.log(x / a) - y)


def _weight(xp, a, x):
    """x^a exp(-x) / gamma(a), by the distance of x from a: neither power nor exponential need fit."""
    large = xp.maximum(a, 8.0)
    inverse = 1 / large
    correction = inverse * _tail(inverse * inverse, [b / (2 * k * (2 * k - 1)) for k, b in enumerate(BERNOULLI, 1)])
    far = xp.sqrt(large / (2 * math.pi)) * xp.exp(large * _log_less(xp, large, x) - correction)
    small = xp.minimum(a, 8.0)
    near = xp.exp(small * xp.log(x) - x - log_gamma_positive(xp, small))
    return xp.where(a < 8, near, far)


def _legendre_nodes(count):
    """Nodes and weights of Gauss and Legendre's quadrature on [0, 1], by Newton's method (DLMF 3.5)."""
    found = []
    for i in range(count):
        t = math.cos(math.pi * (i + 0.75) / (count + 0.5))
        for _ in range(6):
            before, now = 1.0, t
            for k in range(2, count + 1):
                before, now = now, ((2 * k - 1) * t * now - (k - 1) * before) / k
            slope = count * (t * now - before) / (t * t - 1)
            t -= now / slope
        found.append(((1 + t) / 2, 1 / ((1 - t * t) * slope * slope)))
    return found


_NODES = []


def _incomplete(xp, a, x):
    """The regularised incomplete gamma functions P and Q of float64, for a and x above 0.

    Up to 1, or to a where that is below 30, P is its power series. Elsewhere the smaller of the two is the integral of
    exp(-a s + x (1 - exp(-s))), or of exp(a s - x (exp(s) - 1)), over all s above 0, times x^a exp(-x) / gamma(a): what
    one finds with t = x exp(-s), or t = x exp(s), in the integrals that define them. It falls off faster than any
    exponential, and quadrature of 64 nodes as far as it matters has it to the last digits.
    """
    if not _NODES:
        _NODES.extend(_legendre_nodes(64))
    by_series = xp.logical_or(x <= 1, xp.logical_and(x <= a, a < 30))
    b, y = xp.where(by_series, a, 1.0), xp.where(by_series, x, 0.5)
    term = total = 1 / b
    for k in range(1, 130):
        term = term * (y / (b + k))
        total = total + term
    series = total
    # Elsewhere: the exponent -(d s + x (s - 1 + e^-s)), or -(d s + x (e^s - 1 - s)), with d = |a - x|. It is 42 where
    # d s or the rest is, which is at least x s^2 / 2 less its cube's sixth.
    lower = x <= a
    c, z = xp.where(by_series, 40.0, a), xp.where(by_series, 40.0, x)
    d = xp.absolute(c - z)
    sign = xp.where(lower, -1.0, 1.0)
    reach = xp.minimum(42 / xp.maximum(d, 1e-300), xp.sqrt(84 / z) * xp.where(lower, 1 + xp.sqrt(84 / z) / 2, 1.0))
    integral = xp.zeros_like(reach)
    for node, weight in _NODES:
        s = reach * node
        rest = sign * z * (xp.expm1(sign * s) - sign * s)
        integral = integral + weight * xp.exp(-(d * s + rest * sign))
    integral = integral * reach
    part = _weight(xp, xp.where(by_series, a, c), xp.where(by_series, x, z)) * xp.where(by_series, series, integral)
    part = xp.minimum(part, 1.0)
    is_lower = xp.logical_or(by_series, lower)
    return xp.where(is_lower, part, 1 - part), xp.where(is_lower, 1 - part, part)


def _regularised(xp, input, other, upper):
    dtype = (input if hasattr(input, "dtype") else other).dtype
    a, x = (xp.asarray(v, dtype=dtype).astype("float64") for v in (input, other))
    a, x = xp.broadcast_arrays(a, x)
    inside = xp.logical_and(xp.logical_and(a > 0, x > 0), xp.logical_and(xp.isfinite(a), xp.isfinite(x)))
    value = _incomplete(xp, xp.where(inside, a, 1.0), xp.where(inside, x, 1.0))[upper]
    # At the ends of the range P is 0 at x = 0 and 1 at x = inf; of a = 0 it is 1, of a = inf it is 0.
    nothing = xp.logical_or(x == 0, xp.isinf(a))
    lower = xp.where(nothing, 0.0, 1.0)
    edge = 1 - lower if upper else lower
    unknown = xp.logical_or(xp.logical_and(a == 0, x == 0), xp.logical_and(xp.isinf(a), xp.isinf(x)))
    valid = xp.logical_and(xp.logical_and(a >= 0, x >= 0), xp.logical_not(unknown))
    return xp.where(inside, value, xp.where(valid, edge, math.nan)).astype(dtype)


@pointwise("igamma(input, other)", promote="float", dtypes="float", real=True)
def igamma(xp, input: Operand, other: Operand):
    """The regularised lower incomplete gamma function.

    It is the integral of ``t**(input - 1) exp(-t)`` from 0 to ``other``, divided by that over all t above 0. In float64
    within 6e-15, and within 1e-13 of the value where that is small.

    Args:
        input: Tensor of any shape, or a number; not negative.
        other: Tensor whose shape broadcasts with ``input``'s, or a number; not negative. There is no derivative by
            ``input``.

    Returns:
        Tensor of the broadcast shape and a floating dtype, in [0, 1]; nan for negative elements.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.igamma(ft.tensor([1.0, 4.0]), ft.tensor([1.0, 4.0])).tolist()
        [0.6321205496788025, 0.5665298700332642]
    """
    return _regularised(xp, input, other, 0)


@pointwise("igammac(input, other)", promote="float", dtypes="float", real=True)
def igammac(xp, input: Operand, other: Operand):
    """The regularised upper incomplete gamma function: ``1 - igamma(input, other)``.

    In float64 within 6e-15; where it is small and ``other`` is above 1, within 1e-13 of the value.

    Args:
        input: Tensor of any shape, or a number; not negative.
        other: Tensor whose shape broadcasts with ``input``'s, or a number; not negative. There is no derivative by
            ``input``.

    Returns:
        Tensor of the broadcast shape and a floating dtype, in [0, 1]; nan for negative elements.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.igammac(ft.tensor([1.0, 4.0]), ft.tensor([1.0, 4.0])).tolist()
        [0.3678794503211975, 0.43347012996673584]
    """
    return _regularised(xp, input, other, 1)


checks_broadcast(zeta, igamma, igammac)
