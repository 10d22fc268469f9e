"""Running products, extrema and logarithms of sums."""

import numpy as np

from ._helpers import LAYOUTS, dim_error
from ._info import SEVERAL_STEPS, OpInfo
from ._make import FLOATS, error, sample


def scan_samples(array="__call__", dtype=False):
    def samples(make):
        values = make.distinct if array == "distinct" else make
        for dim in (0, 1, -1):
            yield sample(values((2, 3, 2)), dim)
        for layout in LAYOUTS:
            yield sample(values((3, 4), layout=layout), dim=1)
        yield sample(values((5, 3), layout="transposed"), 0)
        yield sample(values((2, 0)), 1)
        yield sample(values((0, 2)), 1)
        yield sample(values(()), 0)
        if dtype:
            yield sample(values((2, 3)), 1, dtype=np.dtype(np.float64))
        if make.is_float:
            yield sample(
                make.values([[1.0, np.nan, 2.0], [np.inf, -np.inf, 3.0], [-np.inf, -np.inf, 0.0]]), 1, smooth=False
            )

    return samples


def cumprod(x, dim, dtype=None):
    x = x.astype(np.int64) if x.dtype.kind in "biu" else x
    result = np.cumprod(x, dim) if x.ndim else x
    return result if dtype is None else result.astype(dtype)


def cumprod_samples(make):
    yield from scan_samples(dtype=True)(make)
    yield sample(make.values([[2.0, 0.0, 3.0, 2.0], [0.0, 2.0, 0.0, 1.0], [1.0, 2.0, 3.0, 2.0]]), 1)


def running_extreme(better):
    """Element by element: the last one of equal ones; after a nan, it stays the extreme one until the next nan."""

    def reference(x, dim):
        values, indices = np.array(x), np.zeros(x.shape, np.int64)
        if x.ndim == 0:
            return values, indices
        rows, places = np.moveaxis(values, dim, -1), np.moveaxis(indices, dim, -1)
        for row in np.ndindex(rows.shape[:-1]):
            at = 0
            for k in range(rows.shape[-1]):
                now, best = rows[row][k], rows[row][at]
                if now != now or (best == best and (better(now, best) or now == best)):
                    at = k
                rows[row][k] = rows[row][at]
                places[row][k] = at
        return values, indices

    return reference


def extreme_samples(make):
    yield from scan_samples("distinct")(make)
    yield sample(make.values([1, 0, 1, 1, 0, 0, 1]), 0, smooth=False)


def logcumsumexp(x, dim):
    return np.logaddexp.accumulate(x, dim) if x.ndim else x


def errors_of(name):
    def errors(make):
        yield from dim_error(name)(make)
        yield error(TypeError, f"{name}(): argument 'dim': expected int, got NoneType", make((2,)), None)

    return errors


ENTRIES = (
    OpInfo("cumprod", cumprod_samples, cumprod, domain=(1, 2), errors=errors_of("cumprod"), tolerance=SEVERAL_STEPS),
    OpInfo("cummax", extreme_samples, running_extreme(lambda a, b: a > b), errors=errors_of("cummax")),
    OpInfo("cummin", extreme_samples, running_extreme(lambda a, b: a < b), errors=errors_of("cummin")),
    OpInfo(
        "logcumsumexp",
        scan_samples(),
        logcumsumexp,
        FLOATS,
        errors=errors_of("logcumsumexp"),
        tolerance=SEVERAL_STEPS,
    ),
)
