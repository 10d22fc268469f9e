"""Bessel and Airy functions, computed in float64 by Chebyshev expansions.

Which one holds where, and what it leaves over, is said in ``_tables`` and ``cpp/tools/chebyshev.py``.
"""

import math

from .._schema import Array, pointwise
from .gamma import chebyshev

_HIDDEN = {"promote": "float", "dtypes": "float", "real": True, "inplace": False, "function": False, "method": False}


def _tables():
    from . import _tables

    return _tables


# Modified, of the first kind ------------------------------------------------------------------------------------


def _scaled_i(xp, x, near, far):
    """exp(-x) I(x) for x above 0; where it is near, what the expansion of ``near`` gives."""
    inside = xp.minimum(x, 8.0)
    outside = xp.maximum(x, 8.0)
    away = chebyshev(far, 16 / outside - 1) / xp.sqrt(outside)
    return xp.where(x <= 8, near(inside, inside / 4 - 1), away)


def _i0e(xp, x):
    tables = _tables()
    return _scaled_i(xp, xp.absolute(x), lambda a, t: chebyshev(tables.I0_NEAR, t), tables.I0_FAR)


def _i1e(xp, x):
    tables = _tables()
    value = _scaled_i(xp, xp.absolute(x), lambda a, t: a * chebyshev(tables.I1_NEAR, t), tables.I1_FAR)
    return xp.copysign(value, x)


def _grown(xp, scaled, x, at_infinity):
    """scaled exp(|x|), in two steps: the exponential may overflow where the result does not."""
    half = xp.exp(xp.minimum(xp.absolute(x), 1400.0) / 2)
    return xp.where(xp.isinf(x), at_infinity, scaled * half * half)


@pointwise("i0(input)", promote="float", dtypes="float", real=True)
def i0(xp, input: Array):
    """The modified Bessel function of the first kind of order 0 of each element.

    In float64 within 1e-14 of the value: as far as ``exp`` goes.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.i0(ft.tensor([0.0, 1.0])).tolist()
        [1.0, 1.2660658359527588]
    """
    x = input.astype("float64")
    return _grown(xp, _i0e(xp, x), x, xp.absolute(x)).astype(input.dtype)


@pointwise("i0e(input)", **_HIDDEN)
def i0e(xp, input: Array):
    """``exp(-abs(input)) * i0(input)`` of each element: the modified Bessel function of order 0, scaled.

    In float64 within 2e-15 of the value.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.i0e(ft.tensor([0.0, 1000.0])).tolist()
        [1.0, 0.012617240659892559]
    """
    return _i0e(xp, input.astype("float64")).astype(input.dtype)


@pointwise("i1(input)", **_HIDDEN)
def i1(xp, input: Array):
    """The modified Bessel function of the first kind of order 1 of each element.

    In float64 within 1e-14 of the value: as far as ``exp`` goes.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.i1(ft.tensor([0.0, 1.0])).tolist()
        [0.0, 0.5651590824127197]
    """
    x = input.astype("float64")
    return _grown(xp, _i1e(xp, x), x, x).astype(input.dtype)


@pointwise("i1e(input)", **_HIDDEN)
def i1e(xp, input: Array):
    """``exp(-abs(input)) * i1(input)`` of each element: the modified Bessel function of order 1, scaled.

    In float64 within 2e-15 of the value.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.i1e(ft.tensor([0.0, 1.0])).tolist()
        [0.0, 0.207910418510437]
    """
    return _i1e(xp, input.astype("float64")).astype(input.dtype)


# Modified, of the second kind -----------------------------------------------------------------------------------


def _modified_k(xp, input, order, scaled):
    """inf at 0, nan below; with a logarithm split off up to 2, an exponential from there on."""
    tables = _tables()
    x = input.astype("float64")
    inside, outside = xp.clip(x, 1e-308, 2.0), xp.maximum(x, 2.0)
    square = inside * inside / 2 - 1
    growth = xp.exp(inside)
    if order == 0:
        near = chebyshev(tables.K0_NEAR, square) - xp.log(inside / 2) * _i0e(xp, inside) * growth
    else:
        near = chebyshev(tables.K1_NEAR, square) / inside + xp.log(inside / 2) * _i1e(xp, inside) * growth
    far = chebyshev(tables.K0_FAR if order == 0 else tables.K1_FAR, 4 / outside - 1) / xp.sqrt(outside)
    value = xp.where(x <= 2, near * growth, far) if scaled else xp.where(x <= 2, near, far * xp.exp(-outside))
    value = xp.where(x > 0, value, xp.where(x == 0, math.inf, math.nan))
    return value.astype(input.dtype)


@pointwise("modified_bessel_k0(input)", **_HIDDEN)
def modified_bessel_k0(xp, input: Array):
    """The modified Bessel function of the second kind of order 0 of each element: inf at 0, nan below.

    In float64 within 2e-15 of the value.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.modified_bessel_k0(ft.tensor([0.0, 1.0])).tolist()
        [inf, 0.4210244417190552]
    """
    return _modified_k(xp, input, 0, False)


@pointwise("modified_bessel_k1(input)", **_HIDDEN)
def modified_bessel_k1(xp, input: Array):
    """The modified Bessel function of the second kind of order 1 of each element: inf at 0, nan below.

    In float64 within 2e-15 of the value.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.modified_bessel_k1(ft.tensor([0.0, 1.0])).tolist()
        [inf, 0.6019072532653809]
    """
    return _modified_k(xp, input, 1, False)


@pointwise("scaled_modified_bessel_k0(input)", **_HIDDEN)
def scaled_modified_bessel_k0(xp, input: Array):
    """``exp(input) * modified_bessel_k0(input)`` of each element.

    In float64 within 2e-15 of the value.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.scaled_modified_bessel_k0(ft.tensor([1.0, 1000.0])).tolist()
        [1.144463062286377, 0.039628323167562485]
    """
    return _modified_k(xp, input, 0, True)


@pointwise("scaled_modified_bessel_k1(input)", **_HIDDEN)
def scaled_modified_bessel_k1(xp, input: Array):
    """``exp(input) * modified_bessel_k1(input)`` of each element.

    In float64 within 2e-15 of the value.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.scaled_modified_bessel_k1(ft.tensor([1.0, 1000.0])).tolist()
        [1.6361534595489502, 0.03964813053607941]
    """
    return _modified_k(xp, input, 1, True)


# Of the first and second kind -----------------------------------------------------------------------------------


def _waves(xp, x, order, second):
    """Beyond 8: sqrt(2 / (pi x)) (P cos(w) - Q sin(w)), or P sin(w) + Q cos(w), for w = x - pi / 4 - order pi / 2."""
    tables = _tables()
    outside = xp.where(xp.isfinite(x), xp.maximum(x, 8.0), 8.0)
    z = (8 / outside) ** 2
    p = chebyshev(tables.P1 if order else tables.P0, 2 * z - 1)
    q = chebyshev(tables.Q1 if order else tables.Q0, 2 * z - 1) / outside
    sine, cosine = xp.sin(outside), xp.cos(outside)
    # sqrt(2) times cosine and sine of w, without a rounding of the angle.
    c, s = (sine - cosine, -sine - cosine) if order else (cosine + sine, sine - cosine)
    value = (p * s + q * c if second else p * c - q * s) / xp.sqrt(math.pi * outside)
    return xp.where(xp.isinf(x), 0.0, value)


def _first(xp, x, order):
    tables = _tables()
    a = xp.absolute(x)
    inside = xp.minimum(a, 8.0)
    t = inside * inside / 32 - 1
    if order:
        near = inside * chebyshev(tables.J1_NEAR, t)
    else:  # 1 at 0 exactly
        near = xp.where(inside < 1e-3, 1 - inside * inside / 4, chebyshev(tables.J0_NEAR, t))
    value = xp.where(a <= 8, near, _waves(xp, a, order, False))
    value = xp.where(x == x, value, x)
    return xp.where(x < 0, -value, value) if order else value


def _second(xp, x, order):
    tables = _tables()
    inside = xp.clip(x, 1e-308, 8.0)
    t = inside * inside / 32 - 1
    logarithm = (2 / math.pi) * xp.log(inside / 2) * _first(xp, inside, order)
    if order:
        near = inside * chebyshev(tables.Y1_NEAR, t) + logarithm - (2 / math.pi) / inside
    else:
        near = chebyshev(tables.Y0_NEAR, t) + logarithm
    value = xp.where(x <= 8, near, _waves(xp, x, order, True))
    return xp.where(x > 0, value, xp.where(x == 0, -math.inf, math.nan))


@pointwise("bessel_j0(input)", **_HIDDEN)
def bessel_j0(xp, input: Array):
    """The Bessel function of the first kind of order 0 of each element.

    In float64 within 2e-15, not of the value.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.bessel_j0(ft.tensor([0.0, 1.0])).tolist()
        [1.0, 0.7651976943016052]
    """
    return _first(xp, input.astype("float64"), 0).astype(input.dtype)


@pointwise("bessel_j1(input)", **_HIDDEN)
def bessel_j1(xp, input: Array):
    """The Bessel function of the first kind of order 1 of each element.

    In float64 within 2e-15, not of the value.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.bessel_j1(ft.tensor([0.0, 1.0])).tolist()
        [0.0, 0.44005057215690613]
    """
    return _first(xp, input.astype("float64"), 1).astype(input.dtype)


@pointwise("bessel_y0(input)", **_HIDDEN)
def bessel_y0(xp, input: Array):
    """The Bessel function of the second kind of order 0 of each element: -inf at 0, nan below.

    In float64 within 2e-15, or as much of the value where that is more.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.bessel_y0(ft.tensor([0.0, 1.0])).tolist()
        [-inf, 0.08825696259737015]
    """
    return _second(xp, input.astype("float64"), 0).astype(input.dtype)


@pointwise("bessel_y1(input)", **_HIDDEN)
def bessel_y1(xp, input: Array):
    """The Bessel function of the second kind of order 1 of each element: -inf at 0, nan below.

    In float64 within 2e-15, or as much of the value where that is more.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.bessel_y1(ft.tensor([0.0, 1.0])).tolist()
        [-inf, -0.7812128067016602]
    """
    return _second(xp, input.astype("float64"), 1).astype(input.dtype)


@pointwise(**_HIDDEN)
def spherical_bessel_j0(xp, input: Array):
    """The spherical Bessel function of order 0 of each element: ``sin(input) / input``, and 1 at 0.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.spherical_bessel_j0(ft.tensor([0.0, 1.0])).tolist()
        [1.0, 0.8414709568023682]
    """
    x = input.astype("float64")
    value = xp.sin(xp.where(xp.isinf(x), 1.0, x)) / xp.where(x == 0, 1.0, x)
    return xp.where(x == 0, 1.0, value).astype(input.dtype)


# Airy -----------------------------------------------------------------------------------------------------------

_LEFT, _RIGHT = 2 * 6**1.5 / 3, 2 * 2**1.5 / 3


def _airy(xp, x, near, far, wave, quarter):
    """From -6 to 2 by ``near``; above by ``far``, which decays; below by ``wave``; both by ``abs(x) ** quarter``."""
    inside = chebyshev(near, (xp.clip(x, -6.0, 2.0) + 2) / 4)
    right = xp.clip(x, 2.0, 1e4)  # where it has long been 0
    z = right * xp.sqrt(right) * (2 / 3)
    decay = chebyshev(far, 2 * _RIGHT / z - 1) * xp.exp(-z) / (2 * math.sqrt(math.pi)) * right**quarter
    left = xp.clip(-x, 6.0, 1e10)
    z = left * xp.sqrt(left) * (2 / 3)
    waves = wave(2 * (_LEFT / z) ** 2 - 1, z, xp.sin(z), xp.cos(z)) / math.sqrt(2 * math.pi) * left**quarter
    value = xp.where(x > 2, decay, xp.where(x < -6, waves, inside))
    value = xp.where(x < -1e10, math.nan, value)
    return xp.where(x == x, value, x)


@pointwise(**_HIDDEN)
def airy_ai(xp, input: Array):
    """The Airy function Ai of each element.

    In float64 within 1e-15 from -6 to 2, within 1e-13 of the value above (as far as ``exp`` goes), and within
    1e-15 ``abs(input)`` below.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.special.airy_ai(ft.tensor([0.0, 1.0])).tolist()
        [0.35502806305885315, 0.1352924108505249]
    """
    tables, x = _tables(), input.astype("float64")

    def wave(t, z, sine, cosine):
        return chebyshev(tables.AIRY_P, t) * (cosine + sine) + chebyshev(tables.AIRY_Q, t) / z * (sine - cosine)

    value = _airy(xp, x, tables.AIRY_NEAR, tables.AIRY_FAR, wave, -0.25)
    return xp.where(x == -math.inf, 0.0, value).astype(input.dtype)


@pointwise(**_HIDDEN)
def airy_ai_slope(xp, input: Array):
    """The derivative of the Airy function Ai at each element.

    In float64 as accurate as :func:`airy_ai`, below -6 within 1e-15 ``abs(input)**1.5``.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.
    """
    tables, x = _tables(), input.astype("float64")

    def wave(t, z, sine, cosine):
        p, q = chebyshev(tables.AIRY_SLOPE_P, t), chebyshev(tables.AIRY_SLOPE_Q, t) / z
        return p * (sine - cosine) - q * (cosine + sine)

    return _airy(xp, x, tables.AIRY_SLOPE_NEAR, [-c for c in tables.AIRY_SLOPE_FAR], wave, 0.25).astype(input.dtype)
