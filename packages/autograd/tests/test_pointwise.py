"""Derivatives of pointwise expressions."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, grad, gradcheck, gradgradcheck, no_grad

F = ft.pointwise("sigmoid(a * b + a) * b - a")


def leaves(*shapes):
    rng = np.random.default_rng(0)
    return [Variable(ft.from_numpy(rng.uniform(0.5, 1.5, s)), requires_grad=True) for s in shapes]


def test_gradients_are_those_of_the_operations():
    """First and second derivatives, through broadcasting, are those of the same operations one after the other."""
    a, b = leaves((3, 4), (4,))
    assert gradcheck(lambda a, b: F(a, b), (a, b))
    assert gradgradcheck(lambda a, b: F(a, b), (a, b))
    together = grad(F(a, b).sum(), (a, b))
    apart = grad(F.composite(a, b).sum(), (a, b))
    for x, y in zip(together, apart, strict=True):
        np.testing.assert_allclose(x.numpy(), y.numpy(), rtol=1e-12)


def test_numbers_and_plain_tensors_among_the_arguments():
    """What is no Variable gets no gradient and is in nobody's way."""
    (a,) = leaves((3,))
    assert gradcheck(lambda a: F(a, 0.5), (a,))
    assert gradcheck(lambda a: F(ft.ones(3, dtype="float64"), a), (a,))
    with no_grad():
        assert not F(a, 2.0).requires_grad


def test_integers_get_no_gradient():
    """An input of integers is taken, and left out when gradients are made."""
    (a,) = leaves((3,))
    n = Variable(ft.arange(3))
    ft.pointwise("a * n")(a, n).sum().backward()
    assert a.grad.tolist() == [0.0, 1.0, 2.0]
    assert n.grad is None


def test_an_input_changed_in_place_is_noticed():
    """Only inputs are kept for backward, so a change of one before it is an error and no wrong gradient."""
    a, b = leaves((3,), (3,))
    c = b * 1
    result = F(a, c).sum()
    c.mul_(2)
    with pytest.raises(RuntimeError) as caught:
        result.backward()
    text = str(caught.value)
    assert text.startswith(
        "pointwise(): argument 'inputs', kept for backward: expected its Tensors unchanged, as recorded at File "
    )
    assert "got a change in place since; change a clone() instead" in text
