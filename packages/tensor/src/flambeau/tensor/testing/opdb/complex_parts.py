"""Complex elements. Samples are real, as everywhere in the database; tests/test_complex.py has others, and so have the
generated tests of derivatives."""

import functools

import numpy as np

from ...errors import DTypeError, ShapeError
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


def view_as_real_samples(make):
    if make.dtype.kind == "c":
        yield from unary_samples(make)
        return
    x = make.array([[1 + 2j, -3j, 2], [0.5, 4, -1j]], np.complex64)
    for array in (x, x.T, x[::-1, ::2], x[:0]):
        yield sample(array)
    yield sample(make.array(1j, np.complex128))


def view_as_real_errors(make):
    yield error(DTypeError, "view_as_real(): argument 'input': expected a complex dtype, got float32", make((2,)))


def side_by_side(x):
    return np.stack([x.real, x.imag], -1)


def view_as_complex_samples(make):
    """float32 and float64 only; in every layout that allows it."""
    make = make if make.dtype in (np.float32, np.float64) else functools.partial(_floats, make)
    for shape in ((2,), (3, 2), (2, 3, 2), (0, 2)):
        yield sample(make(shape))
    for array in (make((4, 2))[::-2], make((3, 2, 2)).swapaxes(0, 1), make((3, 6))[:, 2:4]):
        yield sample(array, smooth=False)  # views of what would be the leaves


def _floats(make, shape):
    return make.array(np.arange(np.prod(shape)).reshape(shape) - 2, np.float32)


def view_as_complex_errors(make):
    start = "view_as_complex(): argument 'input': expected "
    fix = "convert it with .float()"
    yield error(DTypeError, start + f"float32 or float64, got float16; {fix}", make.array([1, 2], np.float16))
    for shape in ((), (3,), (2, 1)):
        yield error(ShapeError, start + f"a last dimension of size 2, got shape {shape}", make(shape))
    layout = start + "parts that are neighbours, and elements whole elements apart, got strides of {} bytes; {}"
    fix = "use .contiguous()"
    yield error(ShapeError, layout.format((4, 12), fix), make((2, 3)).T)
    yield error(ShapeError, layout.format((12, 4), fix), make((2, 3))[:, :2])


def as_complex(x):
    return x[..., 0] + np.asarray(1j, np.complex64 if x.dtype == np.float32 else np.complex128) * x[..., 1]


def angle(x):
    return np.where(np.isnan(x), x, np.where(x < 0, np.pi, 0))


ENTRIES = (
    view("real", lambda x: x, unary_samples),
    OpInfo("imag", imag_samples, np.imag, exact_dtype=True, widen=False, errors=imag_errors),
    OpInfo(
        "view_as_real",
        view_as_real_samples,
        side_by_side,
        exact_dtype=True,
        widen=False,
        errors=view_as_real_errors,
    ),
    OpInfo(
        "view_as_complex",
        view_as_complex_samples,
        as_complex,
        exact_dtype=True,
        widen=False,
        errors=view_as_complex_errors,
    ),
    unary("conj_physical", lambda x: x, dtypes=ALL),
    unary("angle", angle, kinks=(0,), **TO_FLOAT),
    unary("sgn", np.sign, kinks=(0,)),
)
