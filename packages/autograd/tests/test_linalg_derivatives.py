"""Derivatives of linear algebra that the operator database does not try: complex matrices, compositions, singular
ones."""

import math

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, grad, gradcheck, gradgradcheck
from flambeau.tensor import linalg


def array(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).uniform(-1, 1, shape)


def leaf(values):
    return Variable(ft.from_numpy(np.asarray(values)), requires_grad=True)


def regular(n):
    return array(n, n) / n + np.diag(1.0 + np.arange(n))


def check(function, *values):
    variables = [leaf(v) for v in values]
    assert gradcheck(function, variables)
    assert gradgradcheck(function, variables)


COMPOSED = {
    "solve a vector": (lambda A, b: linalg.solve(A, b), regular(3), array(3)),
    "lu_solve": (lambda A, b: linalg.lu_solve(*linalg.lu_factor(A), b), regular(3), array(3, 2)),
    "lu_solve adjoint": (lambda A, b: linalg.lu_solve(*linalg.lu_factor(A), b, adjoint=True), regular(3), array(3, 2)),
    "lu": (lambda A: linalg.lu(A)[1:], array(3, 2)),
    "lstsq": (lambda A, b: linalg.lstsq(A, b)[0], array(4, 2), array(4, 1)),
    "matrix_power": (lambda A: linalg.matrix_power(A, -3), regular(2)),
    "householder_product": (linalg.householder_product, array(3, 2), array(2)),
    "polar": (lambda A: linalg.polar(A), regular(3)),
    "nuclear norm": (lambda A: linalg.matrix_norm(A, "nuc"), array(3, 2)),
    "spectral norm": (lambda A: linalg.matrix_norm(A, 2), array(3, 2)),
    "norm 1": (lambda A: linalg.matrix_norm(A, 1), array(3, 2)),
    "cond": (lambda A: linalg.cond(A), regular(3)),
    "cond 1": (lambda A: linalg.cond(A, 1), regular(3)),
    "tensorsolve": (linalg.tensorsolve, regular(4).reshape(2, 2, 4), array(2, 2)),
    "vander": (lambda x: linalg.vander(x, 4), array(3)),
    "multi_dot": (lambda a, b: linalg.multi_dot([a, b, a]), array(2, 3), array(3, 2)),
    "eigenvalues of a real matrix": (lambda A: _real(linalg.eigvals(A) ** 2), regular(3)),
}


@pytest.mark.parametrize("function, values", [(c[0], c[1:]) for c in COMPOSED.values()], ids=COMPOSED)
def test_compositions(function, values):
    """First and second derivatives agree with finite differences."""
    check(function, *values)


def _real(x):
    return x.to("float64")


def complex_of(x, y):
    return x + y * 1j


def both(z):
    """A real function of complex numbers in which both parts matter."""
    return _real(z * (0.5 - 1.5j))


def hermitian(z):
    return (z + ft.conj(z.transpose(-2, -1))) * 0.5


COMPLEX = {
    "matmul": lambda z: both(ft.matmul(z, z)),
    "inv": lambda z: both(linalg.inv(z)),
    "solve": lambda z: both(linalg.solve(z, z[:, :1] * 2)),
    "solve on the right": lambda z: both(linalg.solve(z, z[:1], left=False)),
    "solve_triangular": lambda z: both(linalg.solve_triangular(z, z[:, :1] * 1j, upper=True)),
    "det": lambda z: both(linalg.det(z)),
    "slogdet": lambda z: (both(linalg.slogdet(z)[0]), linalg.slogdet(z)[1]),
    "lu": lambda z: both(linalg.lu_factor(z)[0]),
    "qr": lambda z: tuple(both(part) for part in linalg.qr(z)),
    "matrix_exp": lambda z: both(linalg.matrix_exp(z)),
    "pinv": lambda z: both(linalg.pinv(z[:, :2])),
    "cholesky": lambda z: both(linalg.cholesky(hermitian(z) + 3 * ft.eye(3, dtype=ft.float64))),
    "matrix_sqrth": lambda z: both(linalg.matrix_sqrth(hermitian(z) + 3 * ft.eye(3, dtype=ft.float64))),
    "eigvalsh": lambda z: linalg.eigvalsh(hermitian(z)),
    "eigvals": lambda z: both((linalg.eigvals(z) * linalg.eigvals(z)).sum()),
    "svdvals": lambda z: linalg.svdvals(z),
    "einsum": lambda z: both(ft.einsum("ij,kj,kl->il", z, z, z)),
    # Functions of vectors that do not depend on which were taken.
    "eigh": lambda z: both(_projection(linalg.eigh(hermitian(z)).eigenvectors)),
    "eig": lambda z: both(_first_projector(*linalg.eig(z))),
    "svd": lambda z: both(_low_rank(*linalg.svd(z, full_matrices=False))),
}


def _projection(vectors):
    v = vectors[:, :1]
    return ft.matmul(v, ft.conj(v.transpose(-2, -1)))


def _first_projector(values, vectors):
    """The function of the matrix that has 1 for the eigenvalue of greatest real part, and 0 for the others."""
    first = int(np.argmax(values.detach().numpy().real))
    return ft.matmul(vectors[:, first : first + 1], linalg.inv(vectors)[first : first + 1])


def _low_rank(u, s, vh):
    return ft.matmul(u[:, :2] * s[:2], vh[:2])


@pytest.mark.parametrize("function", COMPLEX.values(), ids=COMPLEX)
def test_complex_matrices(function):
    """Derivatives by real and imaginary parts agree with finite differences, twice."""
    check(lambda x, y: function(complex_of(x, y)), regular(3), array(3, 3, seed=1))


def test_determinant_of_singular_matrices():
    """The derivative is the cofactors, which exist where the inverse does not."""
    for values, cofactors in [
        ([[1.0, 2.0], [2.0, 4.0]], [[4.0, -2.0], [-2.0, 1.0]]),
        ([[0.0, 0.0], [0.0, 3.0]], [[3.0, 0.0], [0.0, 0.0]]),
        ([[0.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]),
    ]:
        (found,) = grad(linalg.det(x := leaf(values)), x)
        np.testing.assert_allclose(found.numpy(), cofactors, atol=1e-12)


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
@pytest.mark.parametrize("number", [1, 1 + 0.5j], ids=["real", "complex"])
def test_determinants_of_any_rank_are_differentiable_twice(rank, number):
    """By cofactors, and by what is left without two rows and columns: several singular values may be 0, or equal."""
    for matrix in (np.diag([1.0, 2.0, 2.0]) * (np.arange(3) < rank), array(3, rank) @ array(rank, 3, seed=1)):
        assert gradcheck(linalg.det, leaf(matrix * number))
        assert gradgradcheck(linalg.det, leaf(matrix * number))


@pytest.mark.parametrize("number", [1, 1 + 0.5j], ids=["real", "complex"])
@pytest.mark.parametrize("values", [(0, 0, 0, 0), (2, 0, 0, 0), (2, 2, 0, 0), (2, 2, 2, 0), (3, 1, 1e-5, 1e-5)])
def test_determinants_are_differentiable_any_number_of_times(values, number):
    """Directional derivatives of a determinant are the coefficients of a polynomial, also at equal singular values."""
    q, _ = np.linalg.qr(array(4, 4))
    start, step = q @ np.diag(values) * number, array(4, 4, seed=1) + number * array(4, 4, seed=2)
    points = np.arange(-2, 3)
    expected = np.polyfit(points, [np.linalg.det(start + t * step) for t in points], 4)[::-1]
    derivative = linalg.det(leaf(start) + (t := leaf(0.0 * number)) * ft.from_numpy(step))
    for order, coefficient in enumerate(expected):
        np.testing.assert_allclose(derivative.item(), coefficient * math.factorial(order), atol=1e-9)
        (derivative,) = grad(derivative, t, create_graph=True, grad_outputs=ft.ones_like(derivative))
        derivative = derivative.conj()  # PyTorch's gradients of holomorphic functions are conjugate derivatives


def test_cofactors_to_be_differentiated_are_the_same_numbers():
    """Of singular values of any size all digits are right, whether another derivative will be asked for or not."""
    q, _ = np.linalg.qr(array(10, 10))
    x = leaf(q * 10.0 ** -np.arange(10) @ q)
    plain, recorded = grad(linalg.det(x), x), grad(linalg.det(x), x, create_graph=True)
    np.testing.assert_allclose(recorded[0].detach().numpy(), plain[0].numpy(), rtol=1e-9)
    u, s, vh = np.linalg.svd(x.detach().numpy())
    others = np.prod(np.where(np.eye(10) == 1, 1, s), 1)
    expected = np.linalg.det(u) * np.linalg.det(vh) * (u * others) @ vh
    np.testing.assert_allclose(plain[0].numpy(), expected, rtol=1e-5)  # as sure as the least of s


def test_second_derivatives_of_large_determinants():
    """What is left out of the inverse is small beside the greatest singular value, whatever that is."""
    q, _ = np.linalg.qr(array(30, 30))
    found = []
    for scale in (1, 0.0003):
        x = leaf(q * np.linspace(0, 1.5, 30) * scale)
        (first,) = grad(linalg.det(x), x, create_graph=True)
        (second,) = grad((first * ft.from_numpy(array(30, 30, seed=1))).sum(), x)
        found.append(second.numpy() / scale**28)
    np.testing.assert_allclose(found[0], found[1], atol=1e-9 * abs(found[0]).max())


def test_equal_eigenvalues_are_no_nan():
    """Between vectors that share a value nothing flows."""
    x = leaf(np.eye(3))
    values, vectors = linalg.eigh(x)
    (found,) = grad((values.sum() + (vectors * vectors).sum()), x)
    np.testing.assert_allclose(found.numpy(), np.eye(3))


def test_all_vectors_of_a_long_matrix_have_no_derivative():
    """Those beyond the singular values are arbitrary: the message says so, and names the line."""
    u, _, _ = linalg.svd(leaf(array(3, 2)))
    with pytest.raises(ValueError, match=r"^svd\(\): argument 'full_matrices': expected False for a derivative of U"):
        u.sum().backward()


def test_cholesky_of_a_matrix_that_depends_on_itself():
    """The derivative by a symmetric matrix is symmetric."""
    x = leaf(np.diag([4.0, 9.0]))
    linalg.cholesky(x).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), x.grad.numpy().T)
