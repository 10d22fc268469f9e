"""Operators that put tensors together."""

import numpy as np

from ...errors import ShapeError
from ._info import OpInfo
from ._make import error, sample


def cat_samples(make):
    yield sample([make((2, 3)), make((1, 3))])
    yield sample([make((2, 3)), make((2, 1)), make((2, 0))], 1)
    yield sample((make((2, 3), layout="reversed"), make((2, 3), layout="transposed")), dim=-1)
    yield sample([make((3, 2), layout="strided")])
    yield sample([make((0, 2)), make((0, 2))])


def stack_samples(make):
    yield sample([make((2, 3)), make((2, 3))])
    yield sample([make((2, 3)), make((2, 3)), make((2, 3))], 1)
    yield sample((make((2, 3), layout="reversed"), make((2, 3), layout="transposed")), dim=-1)
    yield sample([make(()), make(())])
    yield sample([make((0, 2))], 1)


def cat_errors(make):
    message = "cat(): argument 'tensors[1]': expected shape (*, 3) as tensors[0], got (1, 4)"
    yield error(ShapeError, message, [make((2, 3)), make((1, 4))])
    yield error(ValueError, "cat(): argument 'tensors': expected at least one Tensor, got an empty list", [])
    message = "cat(): argument 'tensors[0]': expected at least 1 dimension, got shape (); use stack()"
    yield error(ShapeError, message, [make(()), make(())])
    message = "cat(): argument 'tensors': expected a list or tuple of Tensors, got Tensor"
    yield error(TypeError, message, make((2, 3)))


def stack_errors(make):
    message = "stack(): argument 'tensors[1]': expected shape (2, 3) as tensors[0], got (3, 2)"
    yield error(ShapeError, message, [make((2, 3)), make((3, 2))])


ENTRIES = (
    OpInfo("cat", cat_samples, lambda tensors, dim=0: np.concatenate(tensors, dim), errors=cat_errors),
    OpInfo("stack", stack_samples, lambda tensors, dim=0: np.stack(tensors, dim), errors=stack_errors),
)
