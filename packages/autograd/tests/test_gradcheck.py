"""gradcheck and gradgradcheck themselves: what they find, what they leave alone, what they refuse."""

import flambeau.autograd as fa
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Function, GradcheckError, Variable, gradcheck, gradgradcheck
from flambeau.tensor.testing import opdb

BOTH = pytest.mark.parametrize("check", [gradcheck, gradgradcheck])


def leaf(values, dtype="float64"):
    return Variable(ft.tensor(values, dtype=dtype), requires_grad=True)


class Doubled(Function):
    """Twice its argument, and a backward that says three times."""

    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, grad):
        return grad * 3


def test_wrong_derivative_is_found():
    """The message names output, input, their elements, and both derivatives."""
    with pytest.raises(GradcheckError) as raised:
        gradcheck(Doubled.apply, leaf([1.0, 2.0]))
    assert str(raised.value) == (
        "gradcheck(): derivative of output 0 at (0,) by input 0 at (0,): expected 2 (numerical), got 3 (analytical); "
        "2 of 4 derivatives differ"
    )
    assert gradcheck(Doubled.apply, leaf([1.0, 2.0]), raise_exception=False) is False
    assert issubclass(GradcheckError, RuntimeError) and "GradcheckError" in fa.__all__


def test_backward_that_differs_from_run_to_run_is_found():
    """Two runs of one backward must agree, to ``nondet_tol``."""

    class Uncertain(Doubled):
        @staticmethod
        def backward(ctx, grad):
            return grad * 2 + ft.rand_like(grad) * 1e-7

    with pytest.raises(GradcheckError, match="expected the same from every backward"):
        gradcheck(Uncertain.apply, leaf([1.0]))
    assert gradcheck(Uncertain.apply, leaf([1.0]), nondet_tol=1e-6)


@BOTH
@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_empty_inputs_pass(check, shape):
    """Without elements there is nothing to share memory, and nothing to be wrong."""
    x = Variable(ft.zeros(shape, dtype="float64"), requires_grad=True)
    assert check(ft.exp, x)
    assert check(ft.sum, x)


@pytest.mark.parametrize("function", [ft.var, ft.std])
def test_derivatives_that_are_nan_on_both_sides_pass(function):
    """One element has no variance: nan is what both ways give, and no sign of chance."""
    assert gradcheck(function, leaf(2.0))


def test_backward_that_is_not_linear_is_found():
    """Right for the unit vectors, which is all that single derivatives ask for."""

    class Signed(Doubled):
        @staticmethod
        def backward(ctx, grad):
            return ft.sign(grad) * 2

    with pytest.raises(GradcheckError, match="expected gradients in proportion to those of the output, got"):
        gradcheck(Signed.apply, leaf([1.0, 2.0]))


def test_nan_on_one_side_does_not_pass():
    """A derivative that is nan where the function has one is wrong."""

    class Lost(Doubled):
        @staticmethod
        def backward(ctx, grad):
            return grad * np.nan

    with pytest.raises(GradcheckError, match=r"expected 2 \(numerical\), got nan \(analytical\)"):
        gradcheck(Lost.apply, leaf([1.0]))


@BOTH
def test_results_that_do_not_require_grad_are_left_out(check):
    """Plain Tensors, detached ones and integers are no one's derivative."""

    def function(x):
        return x.detach() * 3, x.sin(), ft.ones(2, dtype="float64"), x.argmax(0)

    assert check(function, leaf([1.0, 2.0]))


@BOTH
def test_refusals(check):
    """What cannot be checked is refused by name."""
    name = check.__name__
    shared = Variable(ft.ones(1, dtype="float64").expand(3), requires_grad=True)
    refused = [
        (
            lambda x: x,
            ft.ones(2),
            ValueError,
            "argument 'inputs': expected at least one Variable that requires grad, got none",
        ),
        (
            lambda x: x.detach(),
            leaf([1.0]),
            ValueError,
            "argument 'function': expected at least one result that requires grad, got none",
        ),
        (lambda x: 1.0, leaf([1.0]), TypeError, "argument 'function': expected Tensors as results, got float"),
        (
            ft.exp,
            leaf([1.0], "float32"),
            ft.DTypeError,
            "argument 'input 0': expected float64, for differences to be precise, got float32; use .double()",
        ),
        (
            ft.exp,
            shared,
            ValueError,
            "argument 'input 0': expected elements of their own, got some that share memory; clone() it",
        ),
    ]
    for function, inputs, exception, message in refused:
        with pytest.raises(exception) as raised:
            check(function, inputs)
        assert str(raised.value) == f"{name}(): {message}"


def test_inputs_are_as_before():
    """The differences change the inputs in place, and change them back."""
    x = leaf([1.0, 2.0])
    assert gradcheck(ft.exp, x) and gradgradcheck(ft.exp, x)
    assert x.tolist() == [1.0, 2.0] and x.grad is None


def test_lists_and_numbers_among_the_inputs():
    """Variables in lists are checked, too; other arguments are handed over."""
    assert gradcheck(lambda xs, n: ft.cat(xs) * n, ([leaf([1.0]), leaf([2.0, 3.0])], 2))
    assert gradcheck(ft.matmul, (leaf([[1.0, 2.0]]), ft.ones(2, 3, dtype="float64")), fast_mode=True)


def test_the_database_has_entries_to_check():
    """Operators with a derivative are found by the generated tests."""
    assert opdb.entry("bernoulli").differentiable and not opdb.entry("order").differentiable
