"""Matrix products and parts of matrices."""

import numpy as np

from ...errors import ShapeError
from ._helpers import LAYOUTS
from ._info import SEVERAL_STEPS, OpInfo
from ._make import NUMERIC, error, sample


def matmul_samples(make):
    for a, b in [
        ((2, 3), (3, 4)),
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 2)),
        ((2, 2, 3), (3, 2)),
        ((3,), (2, 3, 4)),
        ((2, 4, 3), (3,)),
        ((2, 1, 2, 3), (3, 3, 2)),
        ((0, 3), (3, 2)),
        ((2, 0), (0, 3)),
    ]:
        yield sample(make(a), make(b))
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), make((4, 3)))
        yield sample(make((3, 4)), make((4, 3), layout=layout))


def matmul_errors(make):
    yield error(
        ShapeError,
        "matmul(): argument 'other': expected first dimension 3 to match input's last, got shape (4, 5)",
        make((2, 3)),
        make((4, 5)),
    )

    message = (
        "matmul(): argument 'other': expected second-to-last dimension 3 to match input's last, got shape (1, 2, 3)"
    )
    yield error(ShapeError, message, make((2, 3)), make((1, 2, 3)))
    message = (
        "matmul(): argument 'other': expected leading dimensions that broadcast with input's (2,), got shape (3, 3, 1)"
    )
    yield error(ShapeError, message, make((2, 1, 3)), make((3, 3, 1)))
    message = "matmul(): argument 'input': expected at least 1 dimension, got shape (); multiply by numbers with *"
    yield error(ShapeError, message, make(()), make((2,)))


def linear_samples(make):
    yield sample(make((4, 3)), make((2, 3)))
    yield sample(make((4, 3)), make((2, 3)), make((2,)))
    yield sample(make((3,)), make((2, 3)), make((2,)))
    yield sample(make((2, 2, 3)), make((2, 3)), make((2,)))
    yield sample(make((0, 3)), make((2, 3)), make((2,)))
    yield sample(make((3, 4), layout="transposed"), make((2, 4), layout="strided"), make((2,), layout="reversed"))


def linear(x, weight, bias=None):
    result = x @ weight.T
    return result if bias is None else result + bias


def linear_errors(make):
    message = (
        "linear(): argument 'weight': expected shape (out_features, 3) to match input's last dimension, got (2, 4)"
    )
    yield error(ShapeError, message, make((2, 3)), make((2, 4)))
    message = "linear(): argument 'bias': expected shape (2,) to match weight's first dimension, got (3,)"
    yield error(ShapeError, message, make((4, 3)), make((2, 3)), make((3,)))


def vector_error(name):
    def errors(make):
        message = f"{name}(): argument 'other': expected 1 dimension, got shape (2, 2)"
        yield error(ShapeError, message, make((2,)), make((2, 2)))

    return errors


def matrix_error(name):
    def errors(make):
        message = f"{name}(): argument 'input': expected at least 2 dimensions, got shape (3,)"
        yield error(ShapeError, message, make((3,)))

    return errors


def dot_samples(make):
    yield sample(make((3,)), make((3,)))
    yield sample(make((0,)), make((0,)))
    yield sample(make((3,), layout="strided"), make((3,), layout="reversed"))


def outer_samples(make):
    yield sample(make((3,)), make((2,)))
    yield sample(make((0,)), make((2,)))
    yield sample(make((3,), layout="strided"), make((2,), layout="reversed"))


def triangle_samples(make):
    yield sample(make((3, 4)))
    yield sample(make((2, 3, 3)), 1)
    yield sample(make((3, 3)), -1)
    yield sample(make((0, 3)))
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), diagonal=1)


def diagonal_samples(make):
    yield sample(make((3, 4)))
    yield sample(make((3, 4)), 1)
    yield sample(make((3, 4)), offset=-1)
    yield sample(make((3, 4)), 7)
    yield sample(make((3, 4)), -7)
    yield sample(make((2, 3, 4)), 0, 1, 2)
    yield sample(make((2, 3, 4)), offset=1, dim1=-1, dim2=0)
    yield sample(make((3, 4), layout="transposed"))


def diagonal_errors(make):
    message = "diagonal(): argument 'dim2': expected a dimension in [-1, 0], got 1"
    yield error(IndexError, message, make((3,)))
    message = "diagonal(): argument 'dim2': expected another dimension than dim1's 1, got 1"
    yield error(ValueError, message, make((3, 3)), dim1=1)


def diagonal(x, offset=0, dim1=0, dim2=1):
    return np.diagonal(x, offset, dim1, dim2)


ENTRIES = (
    OpInfo("matmul", matmul_samples, np.matmul, NUMERIC, errors=matmul_errors, tolerance=SEVERAL_STEPS),
    OpInfo("linear", linear_samples, linear, NUMERIC, errors=linear_errors, tolerance=SEVERAL_STEPS),
    OpInfo("dot", dot_samples, np.dot, NUMERIC, errors=vector_error("dot"), tolerance=SEVERAL_STEPS),
    OpInfo("outer", outer_samples, np.outer, errors=vector_error("outer")),
    OpInfo("tril", triangle_samples, lambda x, diagonal=0: np.tril(x, diagonal), errors=matrix_error("tril")),
    OpInfo("triu", triangle_samples, lambda x, diagonal=0: np.triu(x, diagonal), errors=matrix_error("triu")),
    OpInfo("diagonal", diagonal_samples, diagonal, errors=diagonal_errors),
)
