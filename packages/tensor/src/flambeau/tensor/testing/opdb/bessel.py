"""Bessel and Airy functions, by quadrature of their integrals."""

import numpy as np

from ._helpers import TO_FLOAT, unary, unary_samples
from ._make import sample
from .gamma import LOOSE, inner

ANGLES = (np.arange(400) + 0.5) * np.pi / 400
NODES, WEIGHTS = np.polynomial.legendre.leggauss(400)
TIMES, STEPS = (NODES + 1) * 5, WEIGHTS * 5  # from 0 to 10


def mean(function):
    """The mean over angles of what is periodic: exact as soon as nodes are many enough."""
    return lambda x: function(np.asarray(x, np.float64)[..., None], ANGLES).mean(-1)


def integral(function):
    return lambda x: (function(np.asarray(x, np.float64)[..., None], TIMES) * STEPS).sum(-1)


def modified(order, scale):
    return mean(lambda x, a: np.exp(x * np.cos(a) - scale * np.abs(x)) * np.cos(order * a))


def modified_k(order, scale):
    away = integral(lambda x, t: np.exp(scale * x - x * np.cosh(t)) * np.cosh(order * t))
    return lambda x: np.where(np.asarray(x) == 0, np.inf, away(x))


def first(order):
    return mean(lambda x, a: np.cos(x * np.sin(a) - order * a))


def second(order):
    half = (NODES + 1) * np.pi / 2

    def function(x):
        x = np.asarray(x, np.float64)[..., None]
        waves = (np.sin(x * np.sin(half) - order * half) * WEIGHTS / 2).sum(-1)
        decay = (np.exp(order * TIMES) + (-1) ** order * np.exp(-order * TIMES)) * np.exp(-x * np.sinh(TIMES))
        return np.where(x[..., 0] == 0, -np.inf, waves - (decay * STEPS).sum(-1) / np.pi)

    return function


def airy(x):
    turned = np.exp(1j * np.pi / 6)
    return integral(lambda x, t: (turned * np.exp(-(t**3) / 3 + 1j * x * t * turned)).real / np.pi)(x)


def airy_slope(x):
    turned = np.exp(1j * np.pi / 6)
    return integral(lambda x, t: (1j * t * turned**2 * np.exp(-(t**3) / 3 + 1j * x * t * turned)).real / np.pi)(x)


def both_sides(make):
    yield from inner(unary_samples)(make)
    yield sample(make(6, 7, 12))
    yield sample(make.values([0.0, 0.5, 8.0]), smooth=False)


def one_side(make):
    yield from inner(unary_samples)(make)
    yield sample(make(6, 7, 12))


def airy_samples(make):
    yield from both_sides(make)
    if make.dtype.kind != "u":
        yield sample(make(6, -9, 6))


BOTH = {"samples": both_sides, "tolerance": LOOSE, **TO_FLOAT}
ONE = {"samples": one_side, "domain": (0.5, 3), "tolerance": LOOSE, **TO_FLOAT}

ENTRIES = (
    unary("i0", modified(0, 0), **BOTH),
    unary("i1", modified(1, 0), **BOTH),
    unary("i0e", modified(0, 1), kinks=(0,), **BOTH),
    unary("i1e", modified(1, 1), kinks=(0,), **BOTH),
    unary("modified_bessel_k0", modified_k(0, 0), **ONE),
    unary("modified_bessel_k1", modified_k(1, 0), **ONE),
    unary("scaled_modified_bessel_k0", modified_k(0, 1), **ONE),
    unary("scaled_modified_bessel_k1", modified_k(1, 1), **ONE),
    unary("bessel_j0", first(0), **BOTH),
    unary("bessel_j1", first(1), **BOTH),
    unary("bessel_y0", second(0), **ONE),
    unary("bessel_y1", second(1), **ONE),
    unary("spherical_bessel_j0", lambda x: np.sinc(x / np.pi), kinks=(0,), **BOTH),
    unary("airy_ai", airy, samples=airy_samples, tolerance=LOOSE, **TO_FLOAT),
    unary("airy_ai_slope", airy_slope, samples=airy_samples, tolerance=LOOSE, **TO_FLOAT),
)
