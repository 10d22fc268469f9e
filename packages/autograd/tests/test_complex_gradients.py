"""Gradients by complex numbers: the convention, real and complex numbers mixed, what is refused."""

import flambeau.tensor as ft
import numpy as np
import pytest
from autograd_helpers import message_of
from flambeau.autograd import GradcheckError, Variable, grad, gradcheck, gradgradcheck
from flambeau.tensor.testing import assert_close

rng = np.random.default_rng(0)


def leaf(values):
    return Variable(ft.tensor(values), requires_grad=True)


def real(*shape):
    return Variable(ft.from_numpy(rng.uniform(0.5, 2.0, shape)), requires_grad=True)


def complex_(*shape):
    return Variable(ft.from_numpy(rng.uniform(0.5, 2.0, shape) + 1j * rng.uniform(-1, 1, shape)), requires_grad=True)


@pytest.mark.parametrize(
    "function, expected",
    [
        (lambda z: (z * z.conj()).real, lambda z: 2 * z),
        (lambda z: z.abs(), lambda z: z / abs(z)),
        (lambda z: z.real, lambda z: 1),
        (lambda z: z.imag, lambda z: 1j),
        (lambda z: z.angle(), lambda z: 1j * z / abs(z) ** 2),
        (lambda z: (z * z).real, lambda z: np.conj(2 * z)),
    ],
    ids=["square of abs", "abs", "real", "imag", "angle", "real part of an analytic function"],
)
def test_gradient_is_the_direction_of_steepest_ascent(function, expected):
    """Of a real ``L``: ``dL/dx + i dL/dy``, which for ``L = real(f(z))`` is the conjugate of ``f'(z)``."""
    values = [3 + 4j, -1 + 0.5j]
    z = leaf(values)
    function(z).sum().backward()
    assert z.grad.dtype == z.dtype
    assert_close(z.grad, np.array([expected(v) for v in values], np.complex64))


MIXED = {
    "add": lambda x, z: x + z,
    "sub": lambda x, z: z - x,
    "mul": lambda x, z: x * z,
    "div": lambda x, z: x / z,
    "div by a real": lambda x, z: z / x,
    "pow": lambda x, z: x**z,
    "pow of a complex base": lambda x, z: z**x,
    "where": lambda x, z: ft.where(x > 1, x, z),
    "matmul": lambda x, z: x.transpose(0, 1) @ z,
    "addcmul": lambda x, z: ft.addcmul(z, x, z, value=2),
    "addcdiv": lambda x, z: ft.addcdiv(z, x, z, value=3) + ft.addcdiv(z, z, x),
    "over a number": lambda x, z: (z * x) / (1 - 2j),
    "lerp": lambda x, z: ft.lerp(z, z * z, x),
    "polar": lambda x, z: ft.polar(x, x * 2) * z,
    "complex": lambda x, z: ft.complex(x, z.real) * z.imag,
    "view_as_real": lambda x, z: ft.view_as_real(z)[..., 0] * x + ft.view_as_real(z).prod(-1),
    "view_as_complex": lambda x, z: ft.view_as_complex(ft.stack((x, x * x), -1)) * z,
    "outer": lambda x, z: ft.outer(x[0], z[0]),
    "cat": lambda x, z: ft.cat([x.to(ft.complex128), z]) ** 2,
    "einsum": lambda x, z: ft.einsum("ij,kj->ik", x.to(ft.complex128), z),
    "numbers": lambda x, z: (x * (1 - 2j) + 2**z + (1 + 1j) ** x) / (2j - z),
    "abs and angle": lambda x, z: z.abs() * x + z.angle(),
    "softmax of abs": lambda x, z: ft.softmax(z.abs() * x, 1),
}


@pytest.mark.parametrize("function", MIXED.values(), ids=MIXED)
def test_real_and_complex_arguments(function):
    """A real argument gets a real gradient; both derivatives agree with finite differences."""
    x, z = real(2, 3), complex_(2, 3)
    assert gradcheck(function, (x, z))
    assert gradgradcheck(function, (x, z))


def test_zeros():
    """What has no direction gets nothing: no nan of abs, sgn, sqrt and norm at 0; products are right with zeros."""
    for function in (ft.abs, ft.angle, ft.sgn, ft.sqrt, ft.norm, lambda z: ft.linalg.vector_norm(z), ft.std):
        z = Variable(ft.zeros(3, dtype=ft.complex128), requires_grad=True)
        y = function(z)
        (found,) = grad(y, z, ft.ones(y.shape, dtype=y.dtype))
        assert (found == 0).all(), function
    values = np.array([[0, 1 + 2j, 3j], [0, 2j, 0]])
    for function in (lambda z: ft.prod(z, 1), lambda z: ft.cumprod(z, 1), ft.prod):
        z = Variable(ft.from_numpy(values), requires_grad=True)
        assert gradcheck(function, z) and gradgradcheck(function, z)


def test_writing_into_parts():
    """``real`` and ``imag`` are views: what is written through them has its gradient."""

    def function(z, x):
        y = z * 1
        y.real.mul_(x)
        y.imag = x * x
        ft.view_as_real(y)[1, 0] = x[2]
        return y * y

    assert gradcheck(function, (complex_(3), real(3)))


def test_a_complex_result_needs_a_gradient():
    """There is no gradient of a complex number without a direction."""
    expected = (
        "backward(): argument 'gradient': expected a gradient for a complex output, got none; give one, or take a real "
        "number of it: real, imag, abs()"
    )
    assert message_of(RuntimeError, lambda: leaf(1j).backward()) == expected
    z = leaf(2 + 1j)
    (z * z).backward(ft.tensor(1 + 0j))
    assert z.grad.item() == 4 - 2j


def test_gradcheck_names_the_part():
    """A derivative that forgets the conjugate is found, and the message says where."""
    from flambeau.autograd import Function

    class Square(Function):
        @staticmethod
        def forward(ctx, z):
            ctx.save_for_backward(z)
            return z * z

        @staticmethod
        def backward(ctx, g):
            (z,) = ctx.saved_tensors
            return g * z * 2

    z = Variable(ft.tensor([1 + 2j], dtype=ft.complex128), requires_grad=True)
    message = message_of(GradcheckError, lambda: gradcheck(Square.apply, z))
    assert message == (
        "gradcheck(): derivative of output 0 at (0,), real part by input 0 at (0,), imaginary part: expected -4 "
        "(numerical), got 4 (analytical); 2 of 4 derivatives differ"
    )
    message = message_of(ft.DTypeError, lambda: gradcheck(ft.exp, leaf([1j])))
    expected = "expected complex128, for differences to be precise, got complex64; use .to('complex128')"
    assert message == f"gradcheck(): argument 'input 0': {expected}"


def test_gradients_are_pytorchs():
    """The same numbers as PyTorch's, for functions that are not analytic."""
    torch = pytest.importorskip("torch", reason="torch is an oracle: pip install torch")
    values = rng.standard_normal(6) + 1j * rng.standard_normal(6)
    for name in "abs angle sgn exp sqrt sin tan log reciprocal square sigmoid tanh acosh cumprod var std".split():
        arguments = (0,) if name.startswith("cum") else ()
        z, t = leaf(values), torch.tensor(values, requires_grad=True)
        ours, theirs = getattr(ft, name)(z, *arguments), getattr(torch, name)(t, *arguments)
        seed = rng.standard_normal(6)[: ours.numel()] * (1 if not ours.is_complex() else 1 - 2j)
        ours.backward(ft.tensor(seed.reshape(ours.shape)))
        theirs.backward(torch.tensor(seed.reshape(ours.shape)))
        np.testing.assert_allclose(z.grad.numpy(), t.grad.numpy(), 1e-10, 1e-12, err_msg=name)
