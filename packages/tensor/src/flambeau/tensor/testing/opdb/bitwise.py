"""Operations on the bits of integers and on bools."""

import numpy as np

from ._helpers import binary, binary_samples, unary
from ._make import INTEGERS, INTEGRAL, sample


def shift_samples(make):
    yield from binary_samples(0, 3, numbers=(1, 6), extremes=False)(make)
    bits = 8 * make.dtype.itemsize
    ends = make.extremes()
    yield sample(ends[:, None], make.values([0, 1, bits - 3, bits - 1, bits]), smooth=False)
    if make.dtype.kind == "i":
        yield sample(ends[:, None], make.values([-1, -bits]), smooth=False)


def shift(towards):
    """In Python's integers, cut to the dtype's bits."""

    def one(dtype, value, by):
        bits = 8 * dtype.itemsize
        gone = -1 if towards < 0 and value < 0 else 0
        shifted = gone if not 0 <= by < bits else int(value) << int(by) if towards > 0 else int(value) >> int(by)
        return np.array([shifted % 2**bits], np.dtype(f"u{dtype.itemsize}")).view(dtype)[0]

    def reference(x, y):
        dtype = (x if hasattr(x, "dtype") else y).dtype
        x, y = np.broadcast_arrays(x, y)
        values = [one(dtype, a, b) for a, b in zip(x.ravel().tolist(), y.ravel().tolist(), strict=True)]
        return np.array(values, dtype).reshape(x.shape)

    return reference


def whole(function):
    def reference(x, y):
        dtype = (x if hasattr(x, "dtype") else y).dtype
        with np.errstate(all="ignore"):
            return function(np.asarray(x, dtype), np.asarray(y, dtype))

    return reference


ENTRIES = (
    binary("bitwise_and", np.bitwise_and, dtypes=INTEGRAL),
    binary("bitwise_or", np.bitwise_or, dtypes=INTEGRAL),
    binary("bitwise_xor", np.bitwise_xor, dtypes=INTEGRAL, samples=binary_samples(numbers=(1, 6))),
    unary("bitwise_not", np.invert, dtypes=INTEGRAL),
    binary("bitwise_left_shift", shift(1), dtypes=INTEGERS, samples=shift_samples),
    binary("bitwise_right_shift", shift(-1), dtypes=INTEGERS, samples=shift_samples),
    binary("gcd", whole(np.gcd), dtypes=INTEGERS, samples=binary_samples(numbers=(6, 0)), domain=(-60, 60)),
    binary("lcm", whole(np.lcm), dtypes=INTEGERS, samples=binary_samples(numbers=(2, 0)), domain=(-10, 10)),
)
