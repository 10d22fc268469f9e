"""The polynomials of cpp/include/flambeau/math: `python minimax.py [name...]` prints their coefficients, lowest first.

Each is close to the best approximation in the maximum norm of the weighted error, by Lawson's repeated least squares
(C. Lawson, "Contributions to the theory of linear least maximum approximation", thesis, UCLA, 1961) on Chebyshev nodes,
in arithmetic of 80 digits. Coefficients are rounded one after the other, each time fitting the rest anew, so that those
of higher order make up for the rounding of the lower ones. Needs mpmath.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import mpmath as mp
from mpmath import mpf

mp.mp.dps = 80


@dataclass(frozen=True)
class Fit:
    """`function` on [low, high] by a polynomial whose error is measured times `weight`."""

    function: Callable
    low: mpf
    high: mpf
    degree: int
    dtype: str  # of the coefficients
    weight: Callable = lambda x: mpf(1)
    pairs: int = 0  # how many of the first coefficients are held as the sum of two numbers


def rounded(x: mpf, dtype: str, pair: bool = False) -> mpf:
    if pair:
        high = rounded(x, dtype)
        return high + rounded(x - high, dtype)
    if dtype == "double":
        return mpf(float(x))
    with mp.workprec(24):
        return +x


def horner(coefficients: list, x: mpf) -> mpf:
    result = mpf(0)
    for c in reversed(coefficients):
        result = result * x + c
    return result


def lawson(points: list, powers: list[int], rounds: int = 24) -> list:
    """Coefficients of x**p for the given powers: least squares with ever more weight where errors are large."""
    rows = [[w * x**p for p in powers] + [w * f] for x, f, w in points]
    share = [mpf(1) / len(rows)] * len(rows)
    n, best, least = len(powers), None, mp.inf
    for _ in range(rounds):
        normal, right = mp.matrix(n, n), mp.matrix(n, 1)
        for i in range(n):
            for j in range(i + 1):
                normal[i, j] = normal[j, i] = mp.fsum(s * r[i] * r[j] for s, r in zip(share, rows, strict=True))
            right[i] = mp.fsum(s * r[i] * r[n] for s, r in zip(share, rows, strict=True))
        coefficients = list(mp.lu_solve(normal, right))
        errors = [abs(mp.fdot(coefficients, r[:n]) - r[n]) for r in rows]
        if max(errors) < least:
            best, least = coefficients, max(errors)
        share = [s * (e + least / 50) for s, e in zip(share, errors, strict=True)]
        total = mp.fsum(share)
        share = [s / total for s in share]
    return best


def fit(f: Fit) -> tuple[list, mpf]:
    """Coefficients as the dtype holds them, and the largest error of the polynomial that they make."""
    middle, half, n = (f.low + f.high) / 2, (f.high - f.low) / 2, 8 * (f.degree + 2)
    nodes = [middle - half * mp.cos(mp.pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    points = [(x, f.function(x), f.weight(x)) for x in nodes]
    fixed: list = []
    # Of double only the first coefficients are worth it: the others are small against their rounding.
    for k in range(f.degree + 1 if f.dtype == "float" else min(4, f.degree + 1)):
        left = [(x, y - horner(fixed, x), w) for x, y, w in points]
        rest = lawson(left, list(range(k, f.degree + 1)))
        fixed.append(rounded(rest[0], f.dtype, k < f.pairs))
    fixed += [rounded(c, f.dtype) for c in rest[1:]] if len(fixed) <= f.degree else []
    return fixed, max(abs((horner(fixed, x) - y) * w) for x, y, w in points)


def series(function: Callable, first: int, step: int, terms: int = 60) -> Callable:
    """(function(x) - its Taylor terms below x**first) / x**first, of x**step: safe at 0."""
    taylor = mp.taylor(function, 0, first + step * terms)
    kept = [taylor[first + step * k] for k in range(terms + 1)]
    return lambda z: horner(kept, z)


def log1p_tail(f: mpf) -> mpf:  # (log(1 + f) - f + f^2/2) / f^3
    if abs(f) > mpf("1e-6"):
        return (mp.log1p(f) - f + f * f / 2) / f**3
    return horner([mpf(1) / 3, -mpf(1) / 4, mpf(1) / 5, -mpf(1) / 6, mpf(1) / 7, -mpf(1) / 8, mpf(1) / 9], f)


def log_ratio_tail(z: mpf) -> mpf:  # (log((1 + s) / (1 - s)) - 2 s) / s^3 with z = s^2
    return horner([mpf(2) / (2 * k + 3) for k in range(80)], z)


def atan_tail(z: mpf) -> mpf:  # (atan(a) - a) / a^3 with z = a^2
    if z > mpf("1e-4"):
        a = mp.sqrt(z)
        return (mp.atan(a) - a) / a**3
    return horner([(-1) ** (k + 1) / mpf(2 * k + 3) for k in range(12)], z)


def erfcx_scaled(k: mpf) -> Callable:
    """(1 + 2 x) exp(x^2) erfc(x) as a function of t = (x - k) / (x + k): smooth from x = 0 to infinity (M. Shepherd and
    J. Laframboise, "Chebyshev approximation of (1 + 2 x) exp(x^2) erfc x", Math. Comp. 36, 1981)."""

    def function(t: mpf) -> mpf:
        x = k * (1 + t) / (1 - t)
        return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)

    return function


def erfcx_fit(k: mpf, most: mpf, degree: int, dtype: str) -> Fit:
    function = erfcx_scaled(k)
    return Fit(function, (HALF - k) / (HALF + k), (most - k) / (most + k), degree, dtype, relative(function), pairs=1)


HALF = mpf(1) / 2
LN2 = mp.log(2)
SQRT2 = mp.sqrt(2)
PI = mp.pi
exp_tail = series(mp.exp, 2, 1, 40)
exp2_tail = series(lambda x: mpf(2) ** x, 1, 1, 40)
sin_tail, cos_tail = series(mp.sin, 3, 2, 20), series(mp.cos, 4, 2, 20)
tanh_tail, sinh_tail = series(mp.tanh, 3, 2, 50), series(mp.sinh, 3, 2, 20)
asin_tail = series(mp.asin, 3, 2, 90)
erf_tail = series(mp.erf, 1, 2, 50)
S2 = (3 - 2 * SQRT2) ** 2  # the largest s^2 with s = f / (2 + f)


def erfinv_ratio(w: mpf) -> mpf:
    """erfinv(x) / x for w = -log(1 - x^2): M. Giles, "Approximating the erfinv function", GPU Computing Gems, 2011."""
    if w < mpf("1e-30"):
        return mp.sqrt(mp.pi) / 2
    complement = mp.exp(-w) / (1 + mp.sqrt(-mp.expm1(-w)))  # 1 - x, without cancellation
    x = 1 - complement
    y = mp.sqrt(mp.log(2 / complement)) if complement < mpf("0.1") else x
    for _ in range(60):
        step = (mp.erfc(y) - complement) * mp.sqrt(mp.pi) / 2 * mp.exp(y * y)
        y += step
        if abs(step) < mpf(10) ** -50:
            break
    return y / x


def relative(function: Callable) -> Callable:
    return lambda x: 1 / function(x)


FITS = {
    # exp(r) = 1 + r + r^2 p(r)
    "exp_float": Fit(exp_tail, -LN2 / 2 * 1.001, LN2 / 2 * 1.001, 4, "float", lambda r: r * r),
    "exp_double": Fit(exp_tail, -LN2 / 2 * 1.001, LN2 / 2 * 1.001, 9, "double", lambda r: r * r),
    "exp_narrow": Fit(exp_tail, -LN2 / 2 * 1.001, LN2 / 2 * 1.001, 5, "double", lambda r: r * r),
    # 2^r = 1 + r p(r)
    "exp2_float": Fit(exp2_tail, -HALF, HALF, 5, "float", lambda r: r),
    "exp2_double": Fit(exp2_tail, -HALF, HALF, 10, "double", lambda r: r),
    # log(1 + f) = f - f^2/2 + f^3 p(f)
    "log_float": Fit(log1p_tail, SQRT2 / 2 - 1, SQRT2 - 1, 8, "float", lambda f: f * f),
    # log((1 + s) / (1 - s)) = 2 s + s^3 p(s^2)
    "log_double": Fit(log_ratio_tail, mpf(0), S2 * 1.001, 6, "double", lambda z: z / 2),
    "log_narrow": Fit(log_ratio_tail, mpf(0), S2 * 1.001, 3, "double", lambda z: z / 2),
    # log((1 + s) / (1 - s)) = 2 s + 2/3 s^3 + s^5 p(s^2)
    "log_wide": Fit(
        lambda z: horner([mpf(2) / (2 * k + 5) for k in range(80)], z), mpf(0), S2 * 1.001, 7, "double", lambda z: z * z
    ),
    # tanh(x) = x + x^3 p(x^2)
    "tanh_float": Fit(tanh_tail, mpf(0), mpf("0.36"), 4, "float", lambda z: z),
    "tanh_double": Fit(tanh_tail, mpf(0), mpf("0.36"), 11, "double", lambda z: z),
    # sinh(x) = x + x^3 p(x^2)
    "sinh_float": Fit(sinh_tail, mpf(0), mpf(1), 3, "float", lambda z: z),
    "sinh_double": Fit(sinh_tail, mpf(0), mpf(1), 7, "double", lambda z: z),
    # sin(r) = r + r^3 p(r^2), cos(r) = 1 - r^2/2 + r^4 p(r^2)
    "sin_double": Fit(sin_tail, mpf(0), (PI / 4) ** 2 * 1.001, 5, "double", lambda z: z),
    "cos_double": Fit(cos_tail, mpf(0), (PI / 4) ** 2 * 1.001, 5, "double", lambda z: z * z),
    "sin_narrow": Fit(sin_tail, mpf(0), (PI / 2) ** 2 * 1.001, 4, "double", lambda z: z),
    "sin_quarter": Fit(sin_tail, mpf(0), (PI / 4) ** 2 * 1.001, 3, "double", lambda z: z),
    "cos_quarter": Fit(cos_tail, mpf(0), (PI / 4) ** 2 * 1.001, 3, "double", lambda z: z * z),
    # asin(x) = x + x^3 p(x^2)
    "asin_float": Fit(asin_tail, mpf(0), HALF**2, 4, "float", lambda z: z),
    "asin_double": Fit(asin_tail, mpf(0), HALF**2, 12, "double", lambda z: z),
    # atan(a) = a + a^3 p(a^2)
    "atan_float": Fit(atan_tail, mpf(0), mpf(1), 9, "float", lambda z: z),
    "atan_double": Fit(atan_tail, mpf(0), mpf(1), 20, "double", lambda z: z),
    # erf(x) = x + x p(x^2)
    "erf_float": Fit(lambda z: erf_tail(z) - 1, mpf(0), HALF**2, 4, "float", relative(erf_tail)),
    "erf_double": Fit(lambda z: erf_tail(z) - 1, mpf(0), HALF**2, 9, "double", relative(erf_tail)),
    # erfc(x) = exp(-x^2) / (1 + 2 x) p((x - k) / (x + k)) from 1/2 to where it is 0
    "erfcx_float": erfcx_fit(mpf(9) / 4, mpf("10.2"), 9, "float"),
    "erfcx_double": erfcx_fit(mpf(15) / 4, mpf("27.3"), 21, "double"),
    # cbrt(1 + f) = p(f), to start from
    "cbrt_start": Fit(lambda f: mp.cbrt(1 + f), SQRT2 / 2 - 1, SQRT2 - 1, 4, "double", lambda f: 1 / mp.cbrt(1 + f)),
    # erfinv(x) = x p(w - 5/2) for w = -log(1 - x^2) up to 5, x p(sqrt(w) - 4) from there to where x is 1
    "erfinv_center": Fit(
        lambda t: erfinv_ratio(t + mpf(5) / 2),
        -mpf(5) / 2,
        mpf(5) / 2,
        9,
        "double",
        lambda t: 1 / erfinv_ratio(t + mpf(5) / 2),
    ),
    "erfinv_tail": Fit(
        lambda t: erfinv_ratio((t + 4) ** 2),
        mp.sqrt(5) - 4,
        mpf("2.15"),
        14,
        "double",
        lambda t: 1 / erfinv_ratio((t + 4) ** 2),
    ),
}


def literal(c: mpf, dtype: str) -> str:
    high = rounded(c, dtype)
    if high != c:
        return f"{{{literal(high, dtype)}, {literal(c - high, dtype)}}}"
    return float(c).hex() if dtype == "double" else float(c).hex().replace("0000000p", "p") + "f"


def main(names: list[str]) -> None:
    for name in names or FITS:
        coefficients, error = fit(FITS[name])
        body = ", ".join(literal(c, FITS[name].dtype) for c in coefficients)
        print(f"// {name}: error 2^{float(mp.log(error, 2)):.1f}\n{{{body}}};", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
