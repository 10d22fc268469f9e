"""Signs, remainders and what is special about floats."""

import ml_dtypes
import numpy as np

from ...errors import ShapeError
from ._helpers import TO_FLOAT, binary, binary_samples, unary, unary_samples
from ._info import OpInfo
from ._make import ALL, FLOATS, NUMERIC, error, sample


def heaviside_samples(make):
    yield from binary_samples()(make)
    yield sample(make.values([-1, 0, 1, 2]), make.values([3]))


def heaviside_errors(make):
    message = "heaviside(): argument 'values': expected a shape that broadcasts with input's (2, 3), got (2,)"
    yield error(ShapeError, message, make((2, 3)), make((2,)))


def heaviside(x, values):
    return np.where(x == 0, values, np.where(np.isnan(x), x, x > 0)).astype(np.result_type(x, values))


def ends_samples(make):
    yield from unary_samples(make)
    yield sample(make.extremes(), 1.5, 2.5, -2.5, smooth=False)
    yield sample(make.extremes(), neginf=-1, smooth=False)
    yield sample(make((2, 3)), posinf=1.0)


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    if x.dtype.kind in "iu":
        return x
    limit = float(ml_dtypes.finfo(x.dtype).max)
    result = np.array(x)
    result[np.isnan(x)] = nan
    result[x == np.inf] = limit if posinf is None else posinf
    result[x == -np.inf] = -limit if neginf is None else neginf
    return result


def after_samples(make):
    yield from binary_samples()(make)
    yield sample(make((3,)), float("inf"))


def nextafter(x, y):
    dtype = (x if hasattr(x, "dtype") else y).dtype
    return np.nextafter(np.asarray(x, dtype), np.asarray(y, dtype))


def ldexp_samples(make):
    yield from binary_samples(extremes=False)(make)
    if not make.is_float:
        return
    info = ml_dtypes.finfo(make.dtype)
    least, most = float(info.smallest_normal), float(info.max)
    yield sample(make.values([least, most]), make.values([2 * info.maxexp - 4, -2 * info.maxexp + 4]), smooth=False)
    ends = make.values([0.0, -0.0, np.inf, -np.inf, np.nan])
    yield sample(ends, make.values([3, -3, -4, 5, 1]), smooth=False)


def ldexp(x, y):
    half = np.trunc(np.asarray(y, float) / 2)
    return x * 2.0**half * 2.0 ** (y - half)


def frexp_samples(make):
    yield from unary_samples(make)
    yield sample(make.values([1.0, -0.5, 3.0, 1024.0]), smooth=False)


def frexp(x):
    mantissa, exponent = np.frexp(x)
    return mantissa, np.where(np.isfinite(x), exponent, 0).astype(np.int32)


ENTRIES = (
    unary("frac", lambda x: np.where(np.isinf(x), np.nan, np.modf(x)[0]), dtypes=FLOATS, kinks=(-2, -1, 0, 1, 2)),
    binary("fmod", np.fmod, samples=binary_samples(4, 7, numbers=(7,), extremes=False), dtypes=NUMERIC),
    binary("fmax", np.fmax),
    binary("fmin", np.fmin),
    binary("copysign", np.copysign, kinks=(0.0,), **TO_FLOAT),
    unary("signbit", np.signbit, dtypes=ALL),
    OpInfo("heaviside", heaviside_samples, heaviside, errors=heaviside_errors),
    binary("nextafter", nextafter, samples=after_samples, dtypes=FLOATS, widen=False),
    binary("ldexp", ldexp, samples=ldexp_samples, **TO_FLOAT),
    OpInfo("frexp", frexp_samples, frexp, FLOATS, kinks=(-2, -1, -0.5, 0, 0.5, 1, 2)),
    OpInfo("nan_to_num", ends_samples, nan_to_num, NUMERIC, widen=False),
)
