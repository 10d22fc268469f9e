"""Tensors from nothing, and Tensors filled in place."""

import numpy as np

from ...errors import DeviceError, DTypeError, ShapeError
from ._info import OpInfo
from ._make import error, sample


def shaped_samples(make):
    yield sample(2, 3, dtype=make.dtype)
    yield sample((2, 3), dtype=make.dtype)
    yield sample((), dtype=make.dtype)
    yield sample(0, 3, dtype=make.dtype)
    yield sample([4], dtype=make.dtype)
    yield sample(2, 3)


def shaped_errors(name):
    def errors(make):
        yield error(ValueError, f"{name}(): argument 'shape': expected sizes of 0 or more, got (2, -1)", 2, -1)
        yield error(TypeError, f"{name}(): argument 'shape': expected ints, got float", 2.0)
        message = f"{name}(): argument 'device': expected one of cpu, cuda, got 'abacus'"
        yield error(DeviceError, message, 2, device="abacus")

    return errors


def full_samples(make):
    yield sample((2, 3), 1, dtype=make.dtype)
    yield sample((), 1, dtype=make.dtype)
    yield sample((0, 2), 0, dtype=make.dtype)
    yield sample((2,), 1)
    yield sample((2,), 1.0)
    yield sample((2,), True)
    yield sample((2,), 2.0, dtype=make.dtype)
    yield sample((2,), np.int64(3))  # NumPy's integers are integers
    if make.is_float:
        yield sample((2,), 0.5, dtype=make.dtype)


def full(shape, value, dtype=None):
    return np.full(shape, value, dtype or (bool if value is True else default_dtype(value)))


def full_errors(make):
    yield error(ValueError, "full(): argument 'shape': expected sizes of 0 or more, got (-1,)", (-1,), 0)
    yield error(TypeError, "full(): argument 'fill_value': expected a number, got str", (2,), "one")
    message = "full(): argument 'fill_value': expected a number in the range of"
    yield error(ValueError, f"{message} uint8, got 300", (2,), 300, dtype=np.dtype(np.uint8))
    yield error(ValueError, f"{message} int64, got {2**63}", (2,), 2**63)
    yield error(ValueError, f"{message} float32, got {10**400}", (2,), 10**400, dtype=np.dtype(np.float32))
    message = "full(): argument 'fill_value': expected a whole number, for int64, got"
    yield error(ValueError, f"{message} nan", (2,), np.nan, dtype=np.dtype(np.int64))
    yield error(ValueError, f"{message} 1.5", (2,), np.float32(1.5), dtype=np.dtype(np.int64))
    message = "full(): argument 'fill_value': expected a real value, got a complex one"
    yield error(DTypeError, message, (2,), np.complex64(1j))


def arange_samples(make):
    yield sample(5, dtype=make.dtype)
    yield sample(2, 7, dtype=make.dtype)
    yield sample(1, 8, 3, dtype=make.dtype)
    yield sample(8, 1, -3, dtype=make.dtype)
    yield sample(0, dtype=make.dtype)
    yield sample(3, 3, dtype=make.dtype)
    yield sample(3)
    yield sample(3.0)
    yield sample(True)
    yield sample(np.int64(3))
    yield sample(np.int8(-100), np.int8(100), 100)  # whose difference is no int8
    if make.is_float:
        yield sample(0.5, 2.0, 0.25, dtype=make.dtype)
        yield sample(0.5, 3, dtype=make.dtype)
        yield sample(1, 2, 0.5, dtype=make.dtype)


def default_dtype(*numbers):
    return np.int64 if all(isinstance(n, (int, np.integer)) for n in numbers) else np.float32


def arange(start, end=None, step=1, dtype=None):
    start, end = (0, start) if end is None else (start, end)
    numbers = [n.item() if isinstance(n, np.generic) else n for n in (start, end, step)]
    return np.arange(*numbers).astype(dtype or default_dtype(*numbers))


def arange_errors(make):
    yield error(ValueError, "arange(): argument 'step': expected a step other than 0, got 0", 0, 3, 0)
    yield error(ValueError, "arange(): argument 'step': expected a step that leads from 0 to 3, got -1", 0, 3, -1)


def linspace_samples(make):
    yield sample(0, 4, 5, dtype=make.dtype)
    yield sample(4, 0, 5, dtype=make.dtype)
    yield sample(1, 3, 1, dtype=make.dtype)
    yield sample(1, 3, 0, dtype=make.dtype)
    yield sample(1, 2, 3)
    if make.is_float:
        yield sample(-1.0, 1.0, 6, dtype=make.dtype)


def linspace_errors(make):
    yield error(ValueError, "linspace(): argument 'steps': expected 0 or more steps, got -1", 0, 1, -1)
    yield error(TypeError, "linspace(): argument 'steps': expected int, got float", 0, 1, 2.0)


def eye_samples(make):
    yield sample(3, dtype=make.dtype)
    yield sample(2, 3, dtype=make.dtype)
    yield sample(3, m=0, dtype=make.dtype)
    yield sample(0, dtype=make.dtype)
    yield sample(2)
    yield sample(np.int64(2), np.int64(3), dtype=make.dtype)


def eye_errors(make):
    yield error(ValueError, "eye(): argument 'm': expected a size of 0 or more, got -1", 1, -1)
    yield error(TypeError, "eye(): argument 'm': expected int or None, got float", 1, 2.0)
    yield error(ValueError, "eye(): argument 'n': expected a size of 0 or more, got -1", -1)


def fill_samples(make):
    yield sample(make((2, 3)), 2)
    yield sample(make(()), make(()))
    yield sample(make((0, 3)), 1)
    yield sample(make((3, 4), layout="transposed"), 1)
    yield sample(make((3, 4), layout="strided"), make(()))
    yield sample(make((3, 4), layout="reversed"), 0)


def fill(x, value):
    return np.full_like(x, value)


def fill_errors(make):
    message = "fill(): argument 'value': expected a number or a Tensor without dimensions, got shape (2,); use copy_()"
    yield error(ShapeError, message, make((2,)), make((2,)))
    message = "fill(): argument 'value': expected a whole number, for int64, got 1.5"
    yield error(ValueError, message, make.array([0, 1]), 1.5)
    message = "fill(): argument 'value': expected a number in the range of uint8, got 300"
    yield error(ValueError, message, make.array([0, 1], np.uint8), 300)


def zero_samples(make):
    for layout in ("contiguous", "transposed", "strided", "reversed"):
        yield sample(make((3, 4), layout=layout))
    yield sample(make(()))
    yield sample(make((0, 2)))


def copy_samples(make):
    for layout in ("contiguous", "transposed", "strided", "reversed"):
        yield sample(make((3, 4), layout=layout), make((3, 4)))
        yield sample(make((3, 4)), make((3, 4), layout=layout))
    yield sample(make((2, 3)), make((3,)))
    yield sample(make((2, 3)), make(()))
    yield sample(make((0, 2)), make((0, 2)))


def copy_errors(make):
    message = "copy(): argument 'other': expected a shape that broadcasts to input's (2,), got (3,)"
    yield error(ShapeError, message, make((2,)), make((3,)))
    message = "copy(): argument 'other': expected a real value, got a complex one"
    yield error(DTypeError, message, make((2,)), make.array([1j, 2j], np.complex64))


EXACT = {"exact_dtype": True}


def filled(function):
    def reference(*shape, dtype=np.float32):
        return function(shape[0] if isinstance(shape[0], (tuple, list)) else shape, dtype)

    return reference


def linspace(start, end, steps, dtype=np.float32):
    return np.linspace(start, end, steps).astype(dtype)


def eye(n, m=None, dtype=np.float32):
    return np.eye(n, m, dtype=dtype)


ENTRIES = (
    OpInfo("zeros", shaped_samples, filled(np.zeros), errors=shaped_errors("zeros"), **EXACT),
    OpInfo("ones", shaped_samples, filled(np.ones), errors=shaped_errors("ones"), **EXACT),
    OpInfo("empty", shaped_samples, None, errors=shaped_errors("empty")),
    OpInfo("full", full_samples, full, errors=full_errors, **EXACT),
    OpInfo("arange", arange_samples, arange, errors=arange_errors, **EXACT),
    OpInfo("linspace", linspace_samples, linspace, errors=linspace_errors, **EXACT),
    OpInfo("eye", eye_samples, eye, errors=eye_errors, **EXACT),
    OpInfo("fill", fill_samples, fill, errors=fill_errors),
    OpInfo("zero", zero_samples, np.zeros_like),
    OpInfo("copy", copy_samples, lambda x, other: np.broadcast_to(other, x.shape), errors=copy_errors),
)
