"""The exact error of a result: mpmath with 60 digits, more where arguments are far apart."""

from __future__ import annotations

import math

FORMATS = {"float32": (23, 127), "float64": (52, 1023)}  # digits after the first, bias


def _functions(mp) -> dict:
    def sigmoid(x):
        return 1 / (1 + mp.exp(-x))

    return {
        name: getattr(mp, name)
        for name in ("exp expm1 log log10 log1p tanh sinh cosh asinh acosh atanh sigmoid sin cos tan asin acos atan "
                     "atan2 erf erfc erfinv sqrt cbrt hypot").split()
        if name != "sigmoid"
    } | {
        "exp2": lambda x: mp.power(2, x),
        "log2": lambda x: mp.log(x) / mp.log(2),
        "sigmoid": sigmoid,
        "sinc": mp.sincpi,
        "log_odds": lambda x: mp.log(x) - mp.log1p(-x),
        "pow": mp.power,
        "rsqrt": lambda x: 1 / mp.sqrt(x),
        "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
        "gelu": lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2,
        "gelu_tanh": lambda x: x * sigmoid(2 * mp.sqrt(2 / mp.pi) * (x + mp.mpf(44715) / 1000000 * x**3)),
        "silu": lambda x: x * sigmoid(x),
        "softplus": lambda x: mp.log1p(mp.exp(x)),
        "log_sigmoid": lambda x: -mp.log1p(mp.exp(-x)),
        "mish": lambda x: x * mp.tanh(mp.log1p(mp.exp(x))),
    }  # fmt: skip


def exact_error(function: str, dtype: str, arguments: list[float], got: float) -> float:
    """The distance of `got` from the exact result, in units in the last place of that."""
    from mpmath import mp

    fraction, bias = FORMATS[dtype]
    if math.isnan(got) or any(not math.isfinite(a) for a in arguments):
        raise ValueError(f"{function}{tuple(arguments)} is {got}: no finite error to look at")
    exponents = [math.frexp(a)[1] for a in arguments] + [0]
    with mp.workdps(60 + int(0.31 * (max(exponents) - min(exponents)))):
        right = _functions(mp)[function](*[mp.mpf(a) for a in arguments])
        if right == 0:
            return 0.0 if got == 0 else math.inf
        exponent = max(mp.frexp(right)[1] - 1, 1 - bias)
        value = mp.mpf(got) if math.isfinite(got) else mp.sign(right) * mp.mpf(2) ** (bias + 1)
        return float(abs(value - right) * mp.mpf(2) ** (fraction - exponent))
