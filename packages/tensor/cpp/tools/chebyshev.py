"""The tables of _reference/_tables.py and of math/tables.hpp: `python chebyshev.py python > .../_reference/_tables.py`
and `python chebyshev.py cpp > .../math/tables.hpp` write them. Needs mpmath.

Each is the Chebyshev expansion of a function that is smooth on an interval, interpolated at Chebyshev nodes in
arithmetic of 40 digits and cut where coefficients no longer count in float64. What is divided off (powers, logarithms,
exponentials, phases) is what the function's expansions at 0 and at infinity begin with: NIST Digital Library of
Mathematical Functions, sections 5.11 (gamma function), 9.4 and 9.7 (Airy), 10.8, 10.17, 10.31 and 10.40 (Bessel).
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import mpmath as mp
from mpmath import mpf

mp.mp.dps = 40
NODES = 96


def expansion(function: Callable, low: float, high: float) -> list[float]:
    """Coefficients c of ``sum of c[k] T_k(t)``, for t from -1 to 1 where x goes from low to high."""
    low, high = mpf(low), mpf(high)
    angles = [mp.pi * (2 * j + 1) / (2 * NODES) for j in range(NODES)]
    values = [function((low + high) / 2 + (high - low) / 2 * mp.cos(a)) for a in angles]
    found = [
        mp.fsum(v * mp.cos(k * a) for v, a in zip(values, angles, strict=True)) * (2 if k else 1) / NODES
        for k in range(NODES)
    ]
    size = max(abs(c) for c in found)
    while abs(found[-1]) < size * mpf("2e-18"):
        found.pop()
    if len(found) > NODES * 3 // 4:
        raise ValueError(f"{function}: {NODES} nodes are too few on [{low}, {high}]")
    return [float(c) for c in found]


def hankel(order: int, part: str) -> Callable:
    """P or x Q of J = sqrt(2 / (pi x)) (P cos(w) - Q sin(w)), w = x - (order / 2 + 1 / 4) pi, by (8 / x)^2."""

    def function(z: mpf) -> mpf:
        x = 8 / mp.sqrt(z)
        with mp.extradps(20):
            w = x - (mpf(order) / 2 + mpf(1) / 4) * mp.pi
            j, y, scale = mp.besselj(order, x), mp.bessely(order, x), mp.sqrt(mp.pi * x / 2)
            if part == "p":
                return scale * (j * mp.cos(w) + y * mp.sin(w))
            return x * scale * (y * mp.cos(w) - j * mp.sin(w))

    return function


def airy_phase(part: str) -> Callable:
    """P or z Q of Ai(-x) sqrt(pi) x^(1/4) = P cos(w) + Q sin(w), w = z - pi / 4, z = 2/3 x^(3/2), by (Z / z)^2."""

    def function(t: mpf) -> mpf:
        z = AIRY / mp.sqrt(t)
        with mp.extradps(20):
            x, w = (3 * z / 2) ** (mpf(2) / 3), z - mp.pi / 4
            scale = mp.sqrt(mp.pi) * mp.root(x, 4)
            a, b = mp.airyai(-x) * scale, mp.airybi(-x) * scale
            return a * mp.cos(w) - b * mp.sin(w) if part == "p" else z * (a * mp.sin(w) + b * mp.cos(w))

    return function


def airy_slope_phase(part: str) -> Callable:
    """P or z Q of Ai'(-x) sqrt(pi) / x^(1/4) = P sin(w) - Q cos(w), by (Z / z)^2."""

    def function(t: mpf) -> mpf:
        z = AIRY / mp.sqrt(t)
        with mp.extradps(20):
            x, w = (3 * z / 2) ** (mpf(2) / 3), z - mp.pi / 4
            scale = mp.sqrt(mp.pi) / mp.root(x, 4)
            a, b = mp.airyai(-x, derivative=1) * scale, mp.airybi(-x, derivative=1) * scale
            return a * mp.sin(w) + b * mp.cos(w) if part == "p" else z * (b * mp.sin(w) - a * mp.cos(w))

    return function


def airy_slope_decay(t: mpf) -> mpf:
    """-2 sqrt(pi) exp(z) Ai'(x) / x^(1/4), by Y / z."""
    z = AIRY_RIGHT / t
    x = (3 * z / 2) ** (mpf(2) / 3)
    return -2 * mp.sqrt(mp.pi) / mp.root(x, 4) * mp.exp(z) * mp.airyai(x, derivative=1)


def airy_decay(t: mpf) -> mpf:
    """2 sqrt(pi) x^(1/4) exp(z) Ai(x), by Y / z."""
    z = AIRY_RIGHT / t
    x = (3 * z / 2) ** (mpf(2) / 3)
    return 2 * mp.sqrt(mp.pi) * mp.root(x, 4) * mp.exp(z) * mp.airyai(x)


def far(function: Callable, edge: float) -> Callable:
    """``function(x)`` by edge / x."""
    return lambda t: function(edge / t)


def even(function: Callable) -> Callable:
    """``function(x)`` by x^2."""
    return lambda z: function(mp.sqrt(z))


def gamma_ratio(x: mpf) -> mpf:
    """log(gamma(x)) / ((x - 1) (x - 2)), which is smooth at 1 and 2."""
    for root in (1, 2):
        if abs(x - root) < mpf("1e-15"):
            x += mpf("1e-15")
    return mp.loggamma(x).real / ((x - 1) * (x - 2))


AIRY = 2 * mp.sqrt(mpf(6)) ** 3 / 3
AIRY_RIGHT = 2 * mp.sqrt(mpf(2)) ** 3 / 3
LOG = mp.log
TWO_OVER_PI = 2 / mp.pi

TABLES = {
    "GAMMA_SMALL": (gamma_ratio, 1, 3, "log(gamma(x)) / ((x - 1) (x - 2))"),
    "GAMMA_MIDDLE": (lambda x: mp.loggamma(x).real, 3, 8, "log(gamma(x))"),
    "I0_NEAR": (lambda x: mp.exp(-x) * mp.besseli(0, x), 0, 8, "exp(-x) I0(x)"),
    "I0_FAR": (far(lambda x: mp.exp(-x) * mp.sqrt(x) * mp.besseli(0, x), 8), 0, 1, "exp(-x) sqrt(x) I0(x), by 8 / x"),
    "I1_NEAR": (lambda x: mp.exp(-x) * (mp.besseli(1, x) / x if x else mpf(1) / 2), 0, 8, "exp(-x) I1(x) / x"),
    "I1_FAR": (far(lambda x: mp.exp(-x) * mp.sqrt(x) * mp.besseli(1, x), 8), 0, 1, "exp(-x) sqrt(x) I1(x), by 8 / x"),
    "K0_NEAR": (
        even(lambda x: mp.besselk(0, x) + LOG(x / 2) * mp.besseli(0, x)), 0, 4, "K0(x) + log(x / 2) I0(x), by x^2"),
    "K0_FAR": (far(lambda x: mp.exp(x) * mp.sqrt(x) * mp.besselk(0, x), 2), 0, 1, "exp(x) sqrt(x) K0(x), by 2 / x"),
    "K1_NEAR": (
        even(lambda x: x * (mp.besselk(1, x) - LOG(x / 2) * mp.besseli(1, x))), 0, 4,
        "x (K1(x) - log(x / 2) I1(x)), by x^2"),
    "K1_FAR": (far(lambda x: mp.exp(x) * mp.sqrt(x) * mp.besselk(1, x), 2), 0, 1, "exp(x) sqrt(x) K1(x), by 2 / x"),
    "J0_NEAR": (even(lambda x: mp.besselj(0, x)), 0, 64, "J0(x), by x^2"),
    "J1_NEAR": (even(lambda x: mp.besselj(1, x) / x), 0, 64, "J1(x) / x, by x^2"),
    "Y0_NEAR": (
        even(lambda x: mp.bessely(0, x) - TWO_OVER_PI * LOG(x / 2) * mp.besselj(0, x)), 0, 64,
        "Y0(x) - 2 / pi log(x / 2) J0(x), by x^2"),
    "Y1_NEAR": (
        even(lambda x: (mp.bessely(1, x) - TWO_OVER_PI * (LOG(x / 2) * mp.besselj(1, x) - 1 / x)) / x), 0, 64,
        "(Y1(x) - 2 / pi (log(x / 2) J1(x) - 1 / x)) / x, by x^2"),
    "P0": (hankel(0, "p"), 0, 1, "P of order 0, by (8 / x)^2"),
    "Q0": (hankel(0, "q"), 0, 1, "x Q of order 0, by (8 / x)^2"),
    "P1": (hankel(1, "p"), 0, 1, "P of order 1, by (8 / x)^2"),
    "Q1": (hankel(1, "q"), 0, 1, "x Q of order 1, by (8 / x)^2"),
    "AIRY_NEAR": (mp.airyai, -6, 2, "Ai(x)"),
    "AIRY_P": (airy_phase("p"), 0, 1, "P of Ai(-x), by (Z / z)^2 with Z = 2/3 6^(3/2)"),
    "AIRY_Q": (airy_phase("q"), 0, 1, "z Q of Ai(-x), by (Z / z)^2"),
    "AIRY_FAR": (airy_decay, 0, 1, "2 sqrt(pi) x^(1/4) exp(z) Ai(x), by Y / z with Y = 2/3 2^(3/2)"),
    "AIRY_SLOPE_NEAR": (lambda x: mp.airyai(x, derivative=1), -6, 2, "Ai'(x)"),
    "AIRY_SLOPE_P": (airy_slope_phase("p"), 0, 1, "P of Ai'(-x), by (Z / z)^2"),
    "AIRY_SLOPE_Q": (airy_slope_phase("q"), 0, 1, "z Q of Ai'(-x), by (Z / z)^2"),
    "AIRY_SLOPE_FAR": (airy_slope_decay, 0, 1, "-2 sqrt(pi) exp(z) Ai'(x) / x^(1/4), by Y / z"),
}  # fmt: skip

HEADERS = {
    "python": '''\
"""Chebyshev expansions of what special functions are made of; written by cpp/tools/chebyshev.py, with mpmath."""
# fmt: off
# ruff: noqa: E501  (rows of figures, as the script writes them)
''',
    "cpp": """\
// Chebyshev expansions of what special functions are made of; written by tools/chebyshev.py, with mpmath.
#pragma once

#include "flambeau/isa.hpp"

namespace flambeau::FLAMBEAU_ISA::math::tables {
""",
}


def main(language: str) -> None:
    print(HEADERS[language])
    cpp = language == "cpp"
    for name, (function, low, high, meaning) in TABLES.items():
        coefficients = expansion(function, low, high)
        print(f"{'//' if cpp else '#'} {meaning}, from {low} to {high}")
        print(f"constexpr double {name}[] = {{" if cpp else f"{name} = (")
        for at in range(0, len(coefficients), 5):
            print("    " + " ".join(f"{c.hex() if cpp else repr(c)}," for c in coefficients[at : at + 5]))
        print("};" if cpp else ")", flush=True)
    if cpp:
        print("\n}  // namespace flambeau::FLAMBEAU_ISA::math::tables")


if __name__ == "__main__":
    main(sys.argv[1])
