"""What several files of autograd's tests share besides fixtures: user functions, and the message of an error."""

import linecache
import sys

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Function, Variable, once_differentiable


def message_of(exception, call):
    with pytest.raises(exception) as raised:
        call()
    return str(raised.value)


def here():
    """The line after the one that calls this, as messages write it."""
    frame = sys._getframe(1)
    number, file = frame.f_lineno + 1, frame.f_code.co_filename
    text = linecache.getline(file, number).strip()
    return f'File "{file}", line {number}: {text}'


class Square(Function):
    """Differentiable twice."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 2 * x


class NumpyExp(Function):
    """Computes with NumPy, keeps its result, and says that it can be differentiated once."""

    @staticmethod
    def forward(ctx, x):
        result = ft.from_numpy(np.exp(x.numpy()))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        (result,) = ctx.saved_tensors
        return ft.from_numpy(g.numpy() * result.numpy())


def made(forward, backward):
    """A Function of two lambdas."""
    return type("Made", (Function,), {"forward": staticmethod(forward), "backward": staticmethod(backward)})


def double(*numbers):
    return Variable(ft.tensor(list(numbers), dtype="float64"), requires_grad=True)
