"""Tensors from nothing, and Tensors filled in place."""

import numpy as np

from ...errors import DeviceError, ShapeError
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
    if make.is_float:
        yield sample((2,), 0.5, dtype=make.dtype)


def full(shape, value, dtype=None):
    return np.full(shape, value, dtype or (bool if value is True else default_dtype(value)))


def full_errors(make):
    yield error(ValueError, "full(): argument 'shape': expected sizes of 0 or more, got (-1,)", (-1,), 0)
    yield error(TypeError, "full(): argument 'fill_value': expected a number, got str", (2,), "one")


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
    if make.is_float:
        yield sample(0.5, 2.0, 0.25, dtype=make.dtype)
        yield sample(0.5, 3, dtype=make.dtype)
        yield sample(1, 2, 0.5, dtype=make.dtype)


def default_dtype(*numbers):
    return np.int64 if all(isinstance(n, int) for n in numbers) else np.float32


def arange(start, end=None, step=1, dtype=None):
    start, end = (0, start) if end is None else (start, end)
    return np.arange(start, end, step).astype(dtype or default_dtype(start, end, step))


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
