"""``functional``: products with Jacobians and Hessians, by formulas written out and, where it is there, by PyTorch."""

import flambeau.tensor as ft
import numpy as np
import pytest
from autograd_helpers import NumpyExp, message_of
from flambeau.autograd import Variable, functional, grad, gradcheck, is_grad_enabled, set_grad_enabled
from flambeau.tensor.testing import assert_close


def double(*values):
    return ft.tensor(list(values), dtype="float64")


A, B = double(1.0, 2.0), double(3.0, -1.0, 0.5)


def scalar(a, b):
    """f = (a . a) sum(b^3) + prod(a)."""
    return (a * a).sum() * (b**3).sum() + a.prod()


def several(a, b):
    """Two outputs of other shapes than the inputs; the second does not depend on b."""
    return a.reshape(2, 1) * b.sin(), a.exp()


def gradient_of_scalar():
    a, b = A.numpy(), B.numpy()
    return 2 * a * (b**3).sum() + a[::-1], 3 * b**2 * (a @ a)


def hessian_of_scalar():
    a, b = A.numpy(), B.numpy()
    aa = 2 * (b**3).sum() * np.eye(2) + np.array([[0.0, 1.0], [1.0, 0.0]])
    ab = np.outer(2 * a, 3 * b**2)
    return (aa, ab), (ab.T, np.diag(6 * b) * (a @ a))


def jacobian_of_several():
    a, b = A.numpy(), B.numpy()
    by_a = np.einsum("ik,j->ijk", np.eye(2), np.sin(b))
    by_b = np.einsum("i,jk->ijk", a, np.diag(np.cos(b)))
    return (by_a, by_b), (np.diag(np.exp(a)), np.zeros((2, 3)))


def assert_all_close(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        if isinstance(one, tuple):
            assert_all_close(one, other)
        else:
            assert type(one) is Variable
            assert_close(one, ft.tensor(np.array(other)))


# Values -----------------------------------------------------------------------------------------------------------


def test_jacobian_of_several_outputs_and_inputs():
    """A tuple for each output, a Jacobian for each input, zeros where there is no dependence."""
    assert_all_close(functional.jacobian(several, (A, B)), jacobian_of_several())


def test_hessian_of_several_inputs():
    """All blocks, those off the diagonal too."""
    assert_all_close(functional.hessian(scalar, (A, B)), hessian_of_scalar())


def test_products_with_jacobians():
    """vjp and jvp are the Jacobian times what is given, from either side."""
    u = ft.arange(6, dtype="float64").reshape(2, 3), double(1.0, -2.0)
    v = double(0.5, 2.0), double(1.0, 0.0, -1.0)
    jacobian = jacobian_of_several()
    outputs, found = functional.vjp(several, (A, B), u)
    assert_all_close(outputs, [y.numpy() for y in several(A, B)])
    assert_all_close(
        found, [sum(np.tensordot(u[o].numpy(), jacobian[o][i], u[o].dim()) for o in range(2)) for i in range(2)]
    )
    outputs, found = functional.jvp(several, (A, B), v)
    assert_all_close(outputs, [y.numpy() for y in several(A, B)])
    assert_all_close(found, [sum(jacobian[o][i] @ v[i].numpy() for i in range(2)) for o in range(2)])


@pytest.mark.parametrize("product", [functional.hvp, functional.vhp])
def test_products_with_hessians(product):
    """hvp and vhp are the Hessian times what is given."""
    v = double(0.5, 2.0), double(1.0, 0.0, -1.0)
    hessian = hessian_of_scalar()
    output, found = product(scalar, (A, B), v)
    assert output.item() == scalar(A, B).item()
    assert_all_close(found, [sum(hessian[i][j] @ v[j].numpy() for j in range(2)) for i in range(2)])


def test_one_element_needs_no_vector():
    """The vector may be left out where it can only be 1."""
    assert functional.vjp(lambda x: (x * x).sum(), A)[1].tolist() == [2.0, 4.0]
    assert functional.jvp(lambda x: x * A, ft.tensor(2.0))[1].tolist() == [1.0, 2.0]
    assert functional.vhp(lambda x: x**3, ft.tensor([2.0]))[1].tolist() == [12.0]


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3)])
def test_shapes_of_jacobians(shape):
    """The output's shape, then the input's, for single and for no elements too."""
    x = ft.ones(shape)
    assert functional.jacobian(lambda x: x * 2, x).shape == (*shape, *shape)
    assert functional.hessian(lambda x: (x * x).sum(), x).shape == (*shape, *shape)
    assert functional.jacobian(lambda x: x.sum(), x).shape == shape


def test_form_of_results():
    """A Tensor for a Tensor, a tuple for a tuple, of one element too."""
    assert functional.jacobian(lambda x: x * x, A).shape == (2, 2)
    ((block,),) = functional.jacobian(lambda x: (x * x,), (A,))
    assert block.shape == (2, 2)
    ((block,),) = functional.hessian(lambda x: x.prod(), [A])
    assert block.shape == (2, 2)


@pytest.mark.parametrize("constant", [lambda x: ft.ones(()), lambda x: x.detach().sum(), lambda x: x.sum() * 0 + 1])
def test_constant_functions_have_zero_derivatives(constant):
    """No dependence is a derivative of zero, unless strict."""
    for derivative in (functional.jacobian, functional.hessian):
        assert not derivative(constant, A).any()
    for product in (functional.jvp, functional.hvp, functional.vhp):
        assert not product(constant, A, A)[1].any()
    assert functional.vjp(constant, A)[1].tolist() == [0.0, 0.0]


# Graphs -----------------------------------------------------------------------------------------------------------


def test_derivatives_are_by_the_arguments_alone():
    """What the function takes from around itself, the same Variable even, is a constant."""
    x = Variable(A, requires_grad=True)
    assert functional.jacobian(lambda y: x * y, x).tolist() == [[1.0, 0.0], [0.0, 2.0]]
    assert functional.jacobian(lambda y: x * y, x, create_graph=True).tolist() == [[1.0, 0.0], [0.0, 2.0]]
    assert x.grad is None


@pytest.mark.parametrize("recording", [True, False])
def test_results_have_no_history_unless_asked_for(recording):
    """Without create_graph nothing is kept; where nothing is recorded, derivatives are computed all the same."""
    x = Variable(A, requires_grad=True)
    with set_grad_enabled(recording):
        y, found = functional.vjp(lambda x: x * x, x, A)
        assert is_grad_enabled() == recording
    assert (y.requires_grad, found.requires_grad) == (False, False)
    assert found.tolist() == [2.0, 8.0]


@pytest.mark.parametrize(
    "derivative",
    [
        lambda x: functional.jacobian(lambda x: x.sin() * x[0], x, create_graph=True),
        lambda x: functional.hessian(lambda x: x.prod() ** 2, x, create_graph=True),
        lambda x: functional.vjp(lambda x: x**3, x, A, create_graph=True)[1],
        lambda x: functional.jvp(lambda x: x**3, x, A, create_graph=True)[1],
        lambda x: functional.vhp(lambda x: x.prod() ** 2, x, A, create_graph=True)[1],
        lambda x: functional.hvp(lambda x: x.prod() ** 2, x, A, create_graph=True)[1],
        lambda x: functional.vjp(lambda y: x**2 * y, A, x, create_graph=True)[1],
    ],
)
def test_results_can_be_differentiated(derivative):
    """Under create_graph all that is returned has the right derivative."""
    assert gradcheck(derivative, Variable(double(0.3, 0.7), requires_grad=True))


def test_vectors_can_be_differentiated():
    """Under create_graph the product is differentiable by the vector."""
    v = Variable(A, requires_grad=True)
    for product in (functional.vjp, functional.jvp):
        (found,) = grad(product(lambda x: x * x, A, v, create_graph=True)[1].sum(), v)
        assert found.tolist() == [2.0, 4.0]


def test_a_function_may_change_its_copies():
    """Results written in place are differentiated."""

    def function(x):
        y = x * 1
        y[0] = x[1] * x[1]
        return y

    assert functional.jacobian(function, A).tolist() == [[0.0, 4.0], [0.0, 1.0]]


def test_no_second_derivative_is_said_so():
    """A Function that is differentiable once raises in a Hessian, and names itself."""
    with pytest.raises(RuntimeError, match=r"NumpyExp.backward\(\): expected to be differentiable"):
        functional.hessian(lambda x: NumpyExp.apply(x).sum(), A)


# Errors -----------------------------------------------------------------------------------------------------------

EVERYTHING = "expected everything to depend on the inputs, because strict=True, got"


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (
            lambda: functional.jacobian(lambda x: ft.ones(2), A, strict=True),
            RuntimeError,
            f"jacobian(): argument 'func': {EVERYTHING} output 0 that does not depend on the inputs",
        ),
        (
            lambda: functional.jacobian(several, (A, B), strict=True),
            RuntimeError,
            f"jacobian(): argument 'func': {EVERYTHING} a result or gradient that does not depend on input 1",
        ),
        (
            lambda: functional.vjp(lambda x, y: x * 2, (A, B), A, strict=True),
            RuntimeError,
            f"vjp(): argument 'func': {EVERYTHING} a result or gradient that does not depend on input 1",
        ),
        (
            lambda: functional.hessian(lambda x: x.sum(), A, strict=True),
            RuntimeError,
            f"hessian(): argument 'func': {EVERYTHING} a constant gradient by input 0",
        ),
        (
            lambda: functional.hvp(lambda x: x.sum(), A, A, strict=True),
            RuntimeError,
            f"hvp(): argument 'func': {EVERYTHING} a constant gradient by input 0",
        ),
        (
            lambda: functional.jacobian(lambda x: x * 2, A, create_graph=True, strict=True),
            RuntimeError,
            f"jacobian(): argument 'func': {EVERYTHING} a constant derivative",
        ),
        (
            lambda: functional.hessian(lambda x: x * x, A),
            ft.ShapeError,
            "hessian(): argument 'func': expected a function that returns one Tensor of one element, got (2,)",
        ),
        (
            lambda: functional.vhp(lambda x: (x.sum(), x.sum()), A, A),
            ft.ShapeError,
            "vhp(): argument 'func': expected a function that returns one Tensor of one element, got (), ()",
        ),
        (
            lambda: functional.vjp(lambda x: x * x, A),
            ValueError,
            "vjp(): argument 'v': expected a vector, because the outputs have shape (2,), got none",
        ),
        (
            lambda: functional.jvp(lambda x: x.sum(), A),
            ValueError,
            "jvp(): argument 'v': expected a vector, because the inputs have shape (2,), got none",
        ),
        (
            lambda: functional.jvp(lambda x: x.sum(), A, B),
            ft.ShapeError,
            "jvp(): argument 'v': expected the shapes of the inputs, (2,), got (3,)",
        ),
        (
            lambda: functional.vjp(several, (A, B), (A,)),
            ft.ShapeError,
            "vjp(): argument 'v': expected the shapes of the outputs, (2, 3), (2,), got (2,)",
        ),
        (
            lambda: functional.jacobian(lambda x: x.tolist(), A),
            TypeError,
            "jacobian(): argument 'func': expected a function that returns a Tensor or several, got (float, float)",
        ),
        (
            lambda: functional.jacobian(lambda x: 3.0, A),
            TypeError,
            "jacobian(): argument 'func': expected a function that returns a Tensor or several, got float",
        ),
        (
            lambda: functional.jacobian(lambda: A, ()),
            TypeError,
            "jacobian(): argument 'inputs': expected a Tensor or several, got ()",
        ),
        (
            lambda: functional.jacobian(lambda x: x, ft.tensor([1, 2])),
            ft.DTypeError,
            "jacobian(): argument 'inputs': expected a floating dtype, got int64; convert it with .float()",
        ),
    ],
)
def test_refusals(call, exception, message):
    """What does not fit is named."""
    assert message_of(exception, call) == message


# A second opinion -------------------------------------------------------------------------------------------------


def mixture(library, a, b):
    y = library.tanh(a @ b) * a.sum()
    return (y * y).sum() + library.exp(b).prod() * library.sin(a[0, 0])


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", functional.__all__)
def test_agrees_with_torch(name, strict):
    """Values and forms of the results are PyTorch's."""
    torch = pytest.importorskip("torch", reason="torch is an oracle: pip install torch")
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal((3, 2)), rng.standard_normal((2, 2))]

    def result(module, library, make):
        inputs = tuple(make(array) for array in arrays)
        vector = {"jacobian": (), "hessian": (), "vjp": (make(np.array(2.0)),)}.get(name, (inputs,))
        return getattr(module, name)(lambda *x: mixture(library, *x), inputs, *vector, strict=strict)

    found, expected = result(functional, ft, ft.tensor), result(torch.autograd.functional, torch, torch.tensor)
    for one, other in zip(flattened(found), flattened(expected), strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-9, atol=1e-12)


def flattened(values):
    return [x for v in values for x in flattened(v)] if isinstance(values, tuple) else [values]
