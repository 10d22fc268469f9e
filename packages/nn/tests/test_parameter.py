"""Parameters: Variables that modules register."""

import copy
import pickle

import flambeau.nn as nn
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable


def test_a_parameter_requires_grad():
    """A Parameter is a leaf Variable that requires grad unless told otherwise."""
    p = nn.Parameter(ft.ones(2))
    assert isinstance(p, Variable)
    assert (p.requires_grad, p.is_leaf) == (True, True)
    assert not nn.Parameter(ft.ones(2), requires_grad=False).requires_grad


def test_a_parameter_shares_memory():
    """A Parameter made of a Tensor or an array is the same memory."""
    x, a = ft.ones(2), np.ones(2)
    p, q = nn.Parameter(x), nn.Parameter(a)
    x.mul_(3)
    a *= 4
    assert (p.tolist(), q.tolist()) == ([3.0, 3.0], [4.0, 4.0])


def test_a_parameter_of_data():
    """Lists and numbers become Tensors as ft.tensor makes them."""
    assert nn.Parameter([1.0, 2.0]).dtype == ft.float32


def test_results_are_never_parameters():
    """Functions, methods, operators, views and copies of Parameters give plain Variables."""
    p = nn.Parameter(ft.ones(2, 2))
    for result in (p + 1, 1 - p, ft.exp(p), p.sum(), p[0], p.T, p.detach(), p.clone(), ft.cat([p, p])):
        assert type(result) is Variable
    assert type(p.data) is ft.Tensor


def test_integers_cannot_require_grad():
    """Only floats have gradients; integers may be Parameters without."""
    with pytest.raises(ft.DTypeError) as raised:
        nn.Parameter(ft.arange(3))
    assert str(raised.value) == "requires_grad(): expected a floating dtype, got int64; convert it with .float()"
    assert nn.Parameter(ft.arange(3), requires_grad=False).dtype == ft.int64


def test_new_data_keeps_the_object():
    """Assigning data changes memory and dtype of the same Parameter."""
    p = nn.Parameter(ft.ones(2))
    p.data = ft.zeros(3, dtype=ft.float64)
    assert (p.dtype, p.shape, p.requires_grad) == (ft.float64, (3,), True)
    (p * 2).sum().backward()
    assert p.grad.tolist() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize("again", [copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))])
def test_copies_are_parameters(again):
    """deepcopy and pickle give a Parameter of its own memory."""
    p = nn.Parameter(ft.ones(2), requires_grad=False)
    q = again(p)
    q.add_(1)
    assert type(q) is nn.Parameter
    assert (p.tolist(), q.tolist(), q.requires_grad) == ([1.0, 1.0], [2.0, 2.0], False)


def test_repr():
    """A Parameter says that it is one."""
    assert repr(nn.Parameter(ft.ones(2))) == (
        "Parameter containing:\n[1. 1.]\n[flambeau.tensor.FloatTensor of size 2, requires_grad]"
    )
