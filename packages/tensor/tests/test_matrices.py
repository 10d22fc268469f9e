"""Linear algebra under the names beside ft.linalg, and those of PyTorch 0.3."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor.testing import assert_close


def numbers(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).uniform(-1, 1, shape)


SQUARE = numbers(2, 3, 3) + 2 * np.eye(3)
POSITIVE = SQUARE @ SQUARE.swapaxes(-2, -1)
RIGHT = numbers(2, 3, 2)
A, P, B = (ft.from_numpy(x) for x in (SQUARE, POSITIVE, RIGHT))


def close(found, expected):
    assert_close(found, expected, 1e-9, 1e-9)


def test_inverses_and_determinants():
    """inverse, pinverse, logdet, matrix_power."""
    close(A.inverse(), np.linalg.inv(SQUARE))
    close(A.pinverse(), np.linalg.inv(SQUARE))
    close(P.logdet(), np.log(np.linalg.det(POSITIVE)))
    close(A.matrix_power(3), np.linalg.matrix_power(SQUARE, 3))
    assert np.isnan(ft.logdet(-ft.eye(3)).item()) and ft.logdet(ft.zeros(2, 2)).item() == -np.inf


def test_cholesky():
    """The factor, and what is solved and inverted with it, of either triangle."""
    for upper in (False, True):
        L = P.cholesky(upper)
        close(ft.matmul(L.transpose(-2, -1), L) if upper else ft.matmul(L, L.transpose(-2, -1)), POSITIVE)
        close(B.cholesky_solve(L, upper), np.linalg.solve(POSITIVE, RIGHT))
        close(L.cholesky_inverse(upper), np.linalg.inv(POSITIVE))


def test_orthogonal_factors():
    """qr, svd, geqrf, orgqr, ormqr."""
    x = numbers(2, 5, 3)
    y = ft.from_numpy(x)
    Q, R = y.qr()
    close(ft.matmul(Q, R), x)
    assert y.qr(some=False)[0].shape == (2, 5, 5)
    U, S, V = y.svd()
    close(ft.matmul(U * S.unsqueeze(-2), V.transpose(-2, -1)), x)
    assert y.svd(some=False)[0].shape == (2, 5, 5)
    zeros, values, _ = y.svd(compute_uv=False)
    close(values, np.linalg.svd(x, compute_uv=False))
    assert zeros.shape == (2, 5, 5) and not zeros.abs().amax().item()
    a, tau = y.geqrf()
    Q, other = a.orgqr(tau), numbers(2, 5, 2)
    close(ft.matmul(Q, a[:, :3].triu()), x)
    moved = a.ormqr(tau, ft.from_numpy(other), transpose=True)
    close(moved[:, :3], Q.transpose(-2, -1).numpy() @ other)
    close(a.ormqr(tau, moved), other)
    whole = a.ormqr(tau, ft.eye(5, dtype=ft.float64).expand(2, 5, 5)).numpy()
    turned = other.swapaxes(-2, -1)
    close(a.ormqr(tau, ft.from_numpy(turned), left=False), turned @ whole)


def test_solutions():
    """lu, lu_solve, lu_unpack, triangular_solve, lstsq."""
    LU, pivots = A.lu()
    close(B.lu_solve(LU, pivots), np.linalg.solve(SQUARE, RIGHT))
    assert A.lu(get_infos=True)[2].tolist() == [0, 0]
    P, L, U = ft.lu_unpack(LU, pivots)
    close(ft.matmul(ft.matmul(P, L), U), SQUARE)
    assert ft.lu_unpack(LU, pivots, unpack_pivots=False)[0] is None
    for upper, transpose in [(True, False), (False, False), (True, True)]:
        triangle = np.triu(SQUARE) if upper else np.tril(SQUARE)
        expected = np.linalg.solve(triangle.swapaxes(-2, -1) if transpose else triangle, RIGHT)
        found, given = B.triangular_solve(A, upper, transpose)
        close(found, expected)
        assert given is A
        close(B.trtrs(A, upper, transpose)[0], expected)
    close(A.lstsq(B).solution, np.linalg.solve(SQUARE, RIGHT))


def test_old_names():
    """They do what they did, or say what is done now."""
    X, LU = B.gesv(A)
    close(X, np.linalg.solve(SQUARE, RIGHT))
    assert LU.shape == A.shape
    close(P.symeig()[0], np.linalg.eigvalsh(POSITIVE))
    values, vectors = P.symeig(eigenvectors=True)
    close(ft.matmul(P, vectors), (vectors * values.unsqueeze(-2)).numpy())
    assert ft.ger is ft.outer
    for name, new in [
        ("potrf", "cholesky(A, upper=True)"),
        ("potri", "cholesky_inverse(u, upper=True)"),
        ("potrs", "cholesky_solve(B, u, upper=True)"),
        ("gels", "linalg.lstsq(A, B)"),
        ("btrifact", "lu(A)"),
        ("btrisolve", "lu_solve(B, LU, pivots)"),
        ("eig", "linalg.eig(A)"),
    ]:
        with pytest.raises(TypeError) as raised:
            getattr(A, name)(A, upper=False)
        assert str(raised.value) == (
            f"{name}(): expected the name it has now, ft.{new}, got that of PyTorch 0.3, ft.{name}"
        )


def test_errors_name_what_was_called():
    """Also where another function does the work."""
    for call, message in [
        (lambda: ft.gesv(ft.ones(2, 1), ft.ones(2, 2)),
         "gesv(): argument 'A': expected invertible matrices, got a singular one; lstsq() finds the nearest"),
        (lambda: ft.logdet(ft.ones(2, 3)), "logdet(): argument 'A': expected square matrices, got shape (2, 3)"),
        (lambda: ft.symeig(ft.ones(2, 3)), "symeig(): argument 'A': expected square matrices, got shape (2, 3)"),
        (lambda: ft.lu(ft.ones(3)), "lu(): argument 'A': expected at least 2 dimensions, got shape (3,)"),
        (lambda: ft.ormqr(ft.ones(3, 2), ft.ones(2), ft.ones(2, 2)),
         "ormqr(): argument 'other': expected 3 rows, as input, got shape (2, 2)"),
        (lambda: ft.cholesky_inverse(ft.ones(2, 3)),
         "cholesky_inverse(): argument 'input': expected square matrices, got shape (2, 3)"),
    ]:  # fmt: skip
        with pytest.raises((ValueError, RuntimeError)) as raised:
            call()
        assert str(raised.value) == message
