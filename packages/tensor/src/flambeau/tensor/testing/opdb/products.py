"""Products of matrices and vectors that are added to something, and the cross product."""

import numpy as np

from ...errors import ShapeError
from ._helpers import LAYOUTS
from ._info import SEVERAL_STEPS, OpInfo
from ._make import NUMERIC, error, sample


def sums_samples(first, second, full, thin):
    """A factor, another, and what is added in the result's shape and in one that broadcasts to it."""

    def samples(make):
        for shape in (full, thin, ()):
            yield sample(make(shape), make(first), make(second))
            yield sample(make(shape), make(first), make(second), beta=2, alpha=3)
        if make.is_float:
            yield sample(make(full), make(first), make(second), beta=0.5, alpha=-1.5)
            yield sample(make.values(np.full(full, np.nan)), make(first), make(second), beta=0, smooth=False)
        for layout in LAYOUTS:
            yield sample(make(full, layout=layout), make(first, layout=layout), make(second, layout=layout))
        yield sample(*[make([0 if n == 3 else n for n in shape]) for shape in (full, first, second)])

    return samples


def added(product):
    def reference(input, first, second, *, beta=1, alpha=1):
        result = alpha * product(first, second)
        return result + beta * input if beta else result

    return reference


def sum_errors(name, first, second, full, names):
    def errors(make):
        message = f"{name}(): argument 'input': expected a shape that broadcasts to {full}, got shape (7,)"
        yield error(ShapeError, message, make((7,)), make(first), make(second))
        noun = "dimension" if len(first) == 1 else "dimensions"
        message = f"{name}(): argument '{names[0]}': expected {len(first)} {noun}, got shape ()"
        yield error(ShapeError, message, make(full), make(()), make(second))

    return errors


def whole_number_error(make):
    yield from sum_errors("addmm", (2, 3), (3, 4), (2, 4), ("mat1",))(make)
    message = "addmm(): argument 'mat2': expected size 3 in dimension 0 to match mat1's last, got shape (4, 2)"
    yield error(ShapeError, message, make((2, 2)), make((2, 3)), make((4, 2)))
    message = "addmm(): argument 'alpha': expected a whole number, for integers, got 0.5"
    integers = [make.array(np.ones((2, 2)), np.int64) for _ in range(3)]
    yield error(ValueError, message, *integers, alpha=0.5)


def entry(name, product, first, second, full, thin, names, errors=None):
    return OpInfo(
        name,
        sums_samples(first, second, full, thin),
        added(product),
        NUMERIC,
        tolerance=SEVERAL_STEPS,
        errors=errors or sum_errors(name, first, second, full, names),
    )


def summed_products(a, b):
    return np.matmul(a, b).sum(0, dtype=a.dtype)


def cross_samples(make):
    yield sample(make((3,)), make((3,)), -1)
    yield sample(make((2, 3)), make((3,)), -1)
    yield sample(make((3, 2)), make((3, 1)), -2)
    yield sample(make((0, 3)), make((1, 3)), -1)
    for layout in LAYOUTS:
        yield sample(make((4, 3), layout=layout), make((4, 3), layout=layout), -1)


def cross_errors(make):
    message = "cross_product(): argument 'other': expected size 3 in dimension -1, got shape (2,)"
    yield error(ShapeError, message, make((3,)), make((2,)), -1)
    message = "cross_product(): argument 'other': expected a shape that broadcasts with input's (2, 3), got (4, 3)"
    yield error(ShapeError, message, make((2, 3)), make((4, 3)), -1)


ENTRIES = (
    entry("addmm", np.matmul, (2, 3), (3, 4), (2, 4), (2, 1), ("mat1",), whole_number_error),
    entry("baddbmm", np.matmul, (2, 4, 3), (2, 3, 1), (2, 4, 1), (4, 1), ("batch1",)),
    entry("addbmm", summed_products, (2, 4, 3), (2, 3, 2), (4, 2), (2,), ("batch1",)),
    entry("addmv", np.matmul, (2, 3), (3,), (2,), (1,), ("mat",)),
    entry("addr", np.outer, (2,), (3,), (2, 3), (3,), ("vec1",)),
    OpInfo(
        "cross_product",
        cross_samples,
        lambda a, b, dim: np.cross(a, b, axis=dim),
        NUMERIC,
        errors=cross_errors,
        tolerance=SEVERAL_STEPS,
    ),
)
