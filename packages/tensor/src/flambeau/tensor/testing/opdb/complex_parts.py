"""Complex elements. Samples are real, as everywhere in the database; tests/test_complex.py has others, and so have the
generated tests of derivatives."""

import numpy as np

from ...errors import DTypeError
from ._helpers import TO_FLOAT, unary, unary_samples, view
from ._info import OpInfo
from ._make import ALL, error, sample


def imag_samples(make):
    if make.dtype.kind == "c":
        yield from unary_samples(make)
        return
    yield sample(make.array([[1 + 2j, -3j], [0.5, 4]], np.complex64))
    yield sample(make.array(1j, np.complex128))


def imag_errors(make):
    yield error(DTypeError, "imag(): argument 'input': expected a complex dtype, got float32", make((2,)))


def angle(x):
    return np.where(np.isnan(x), x, np.where(x < 0, np.pi, 0))


ENTRIES = (
    view("real", lambda x: x, unary_samples),
    OpInfo("imag", imag_samples, np.imag, exact_dtype=True, widen=False, errors=imag_errors),
    unary("conj_physical", lambda x: x, dtypes=ALL),
    unary("angle", angle, kinks=(0,), **TO_FLOAT),
    unary("sgn", np.sign, kinks=(0,)),
)
