"""Diagonals of matrices, made and filled."""

import numpy as np

from ...errors import ShapeError
from ._helpers import view
from ._info import OpInfo
from ._make import error, sample
from .shape import call, calls


def diag_embed(x, offset=0, dim1=-2, dim2=-1):
    n = x.shape[-1] + abs(offset)
    result = np.zeros((*x.shape[:-1], n, n), x.dtype)
    for i in range(x.shape[-1]):
        result[..., i + max(-offset, 0), i + max(offset, 0)] = x[..., i]
    return np.moveaxis(result, (-2, -1), (dim1, dim2))


def diag_embed_errors(make):
    yield error(ShapeError, "diag_embed(): argument 'input': expected at least 1 dimension, got shape ()", make(()))
    message = "diag_embed(): argument 'dim1': expected a dimension in [-2, 1], got 2"
    yield error(IndexError, message, make((3,)), 0, 2)
    message = "diag_embed(): argument 'dim2': expected another dimension than dim1's 1, got 1"
    yield error(ValueError, message, make((3,)), 0, 1, -1)


def fill_diagonal_samples(make):
    for shape in ((3, 3), (2, 4), (7, 2), (0, 3), (3, 0), (3, 3, 3)):
        yield sample(make(shape), 2)
        yield sample(make(shape), 1, True)
    for layout in ("transposed", "strided", "reversed"):
        yield sample(make((3, 4), layout=layout), make(()))
    yield sample(make((8, 2)), make(()), wrap=True)


def fill_diagonal(x, fill_value, wrap=False):
    result = x.copy()
    if x.size:
        np.fill_diagonal(result, fill_value, wrap)
    return result


def fill_diagonal_errors(make):
    message = "fill_diagonal(): argument 'input': expected 2 dimensions, or more of one size, got shape"
    yield error(ShapeError, f"{message} (3,)", make((3,)), 0)
    yield error(ShapeError, f"{message} (2, 2, 3)", make((2, 2, 3)), 0)
    message = "fill_diagonal(): argument 'fill_value': expected no dimensions, got shape (1,)"
    yield error(ShapeError, message, make((3, 3)), make((1,)))
    message = "fill_diagonal(): argument 'fill_value': expected a number in the range of uint8, got 300"
    yield error(ValueError, message, make.array([[0, 1]], np.uint8), 300)


ENTRIES = (
    view(
        "diag_embed",
        diag_embed,
        calls(call((3,)), call((2, 3), 1), call((2, 3), -2), call((2, 3), 0, 0, 1), call((2, 3), 1, -1, 0), call((0,)),
              call((2, 0), 1)),
        errors=diag_embed_errors,
    ),
    OpInfo("fill_diagonal", fill_diagonal_samples, fill_diagonal, errors=fill_diagonal_errors),
)  # fmt: skip
