"""Operators made of others."""

import numpy as np

from ...errors import ShapeError
from ._info import SEVERAL_STEPS, OpInfo
from ._make import error, is_float, sample


def formula(text):
    from flambeau.tensor import pointwise

    return pointwise(text)


def pointwise_samples(make):
    choice = formula("a if a < b else b * b")
    yield sample(choice, [make((3, 4)), make((4,))])
    yield sample(formula("a"), [make((2, 3))])
    if not is_float(make.dtype):
        return
    chain = formula("tanh(a * b + a) * b - a / 2")
    yield sample(chain, [make((2, 3)), make((2, 3))])
    yield sample(chain, [make((2, 3), layout="transposed"), make((3,))])
    yield sample(chain, (make((4, 1), layout="strided"), make((1, 3), layout="reversed")))
    yield sample(chain, [make(()), make(())])
    yield sample(chain, [make((0, 3)), make((3,))])
    yield sample(formula("(a > 0) * exp(-a) + 1.5"), [make.values([-np.inf, -1.0, 0.0, np.nan, 2.0])], smooth=False)


FORMULAS = {
    "tanh(a * b + a) * b - a / 2": lambda a, b: np.tanh(a * b + a) * b - a / 2,
    "a if a < b else b * b": lambda a, b: np.where(a < b, a, b * b),
    "a": lambda a: a,
    "(a > 0) * exp(-a) + 1.5": lambda a: (a > 0) * np.exp(-a) + 1.5,
}


def pointwise_errors(make):
    message = "pointwise(): argument 'b': expected a shape that broadcasts with a's (2, 3), got (2,)"
    yield error(ShapeError, message, formula("a + b"), [make((2, 3)), make((2,))])
    yield error(TypeError, "pointwise(): argument 'inputs': expected 2 Tensors, got 1", formula("a + b"), [make((2,))])


ENTRIES = (
    OpInfo(
        "pointwise",
        pointwise_samples,
        lambda expression, inputs: FORMULAS[expression.text](*inputs),
        tolerance=SEVERAL_STEPS,
        errors=pointwise_errors,
    ),
)
