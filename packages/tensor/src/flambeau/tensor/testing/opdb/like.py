"""New Tensors in the shape, dtype and place of another."""

import numpy as np

from ...errors import DeviceError, DTypeError
from ._helpers import LAYOUTS
from ._info import OpInfo
from ._make import FLOATS, error, sample
from .random import DRAWN, fractions, gaussians


def like_samples(make, *rest):
    for shape in [(2, 3), (), (0, 3)]:
        yield sample(make(shape), *rest)
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), *rest)
    yield sample(make((2,)), *rest, dtype=np.dtype(np.int64))
    yield sample(make((2,)), *rest, dtype=float)


def full_samples(make):
    yield from like_samples(make, 1)
    if make.is_float:
        yield sample(make((2,)), 0.5)


def filled(function):
    """The reference: the shape and dtype of another array, and a number everywhere."""

    def reference(x, *value, dtype=None):
        return function(x.shape, *value, np.float32 if dtype is float else x.dtype if dtype is None else dtype)

    return reference


def like_errors(name, *rest):
    def errors(make):
        message = f"{name}(): argument 'device': expected one of cpu, cuda, got 'abacus'"
        yield error(DeviceError, message, make((2,)), *rest, device="abacus")

    return errors


def full_errors(make):
    yield from like_errors("full_like", 0)(make)
    message = "full_like(): argument 'fill_value': expected a number in the range of uint8, got 300"
    yield error(ValueError, message, make((2,)), 300, dtype=np.dtype(np.uint8))
    message = "full_like(): argument 'fill_value': expected a whole number, for int64, got 1.5"
    yield error(ValueError, message, make.array([0, 1]), 1.5)


def drawn_samples(make):
    for seed, shape in enumerate([(2, 3), (), (0, 3)]):
        yield sample(make(shape), generator=make.generator(seed))
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), generator=make.generator(1))
    yield sample(make((3,)), dtype=np.dtype(np.float64), generator=make.generator(1))


def drawn(values):
    def reference(x, dtype=None, *, generator):
        dtype = x.dtype if dtype is None else dtype
        return values(generator.initial_seed(), x.size, dtype).reshape(x.shape).astype(dtype)

    return reference


def drawn_errors(name):
    def errors(make):
        yield from like_errors(name)(make)
        message = f"{name}(): argument 'dtype': expected a floating dtype, got int64"
        yield error(DTypeError, message, make.array([0, 1]))
        message = f"{name}(): argument 'generator': expected Generator or None, got int"
        yield error(TypeError, message, make((2,)), generator=0)

    return errors


EXACT = {"exact_dtype": True, "widen": False}

ENTRIES = (
    OpInfo("zeros_like", like_samples, filled(np.zeros), errors=like_errors("zeros_like"), **EXACT),
    OpInfo("ones_like", like_samples, filled(np.ones), errors=like_errors("ones_like"), **EXACT),
    OpInfo("empty_like", like_samples, None, errors=like_errors("empty_like")),
    OpInfo("full_like", full_samples, filled(np.full), errors=full_errors, **EXACT),
    OpInfo("rand_like", drawn_samples, drawn(fractions), FLOATS, errors=drawn_errors("rand_like"), **DRAWN),
    OpInfo("randn_like", drawn_samples, drawn(gaussians), FLOATS, errors=drawn_errors("randn_like"), **DRAWN),
)
