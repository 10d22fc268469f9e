"""Factors of symmetric and Hermitian matrices that make rows swap and blocks of size 2."""

import flambeau.tensor as ft
import numpy as np
import pytest

DTYPES = ["float32", "float64", "complex64", "complex128"]


def indefinite(shape, dtype, hermitian, seed=0):
    """Without any order of size, now and then with zeros on the diagonal."""
    rng = np.random.default_rng([seed, *shape])
    a = rng.standard_normal(shape)
    if np.dtype(dtype).kind == "c":
        a = a + 1j * rng.standard_normal(shape)
    turned = np.swapaxes(a, -1, -2)
    a = a + (np.conj(turned) if hermitian else turned)
    return np.where(np.eye(shape[-1]) * (rng.random(shape) < 0.3), 0, a).astype(dtype)


def product(packed, pivots, hermitian):
    """The matrix, from its factors: each step undone, the last one first."""
    n = len(pivots)
    a = np.zeros((n, n), packed.dtype)
    k = n - 1
    while k >= 0:
        size = 2 if pivots[k] < 0 else 1
        first = k - size + 1
        block = np.tril(packed[first : k + 1, first : k + 1])
        below = np.tril(block, -1)
        block = block + (np.conj(below.T) if hermitian else below.T)
        column = np.zeros((n, size), packed.dtype)
        column[first : k + 1], column[k + 1 :] = np.eye(size), packed[k + 1 :, first : k + 1]
        a += column @ block @ (np.conj(column.T) if hermitian else column.T)
        other = abs(pivots[k]) - 1
        order = np.arange(n)
        order[[k, other]] = order[[other, k]]
        a = a[order][:, order]
        k = first - 1
    return a


@pytest.mark.parametrize("hermitian", [False, True])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("dtype", DTYPES)
def test_factors_and_solutions(dtype, n, hermitian):
    """The factors multiply to the matrix, and solve systems of it, each matrix of a batch by steps of its own."""
    tolerance = 1e-3 if dtype in ("float32", "complex64") else 1e-9
    a = indefinite((20, n, n), dtype, hermitian) + np.asarray(n == 1, dtype)
    LD, pivots = ft.linalg.ldl_factor(ft.from_numpy(np.tril(a)), hermitian=hermitian)
    assert LD.dtype.name == dtype and pivots.dtype == ft.int32
    for one, packed, swaps in zip(a, LD.numpy(), pivots.numpy(), strict=True):
        np.testing.assert_allclose(product(packed, swaps, hermitian), one, rtol=tolerance, atol=tolerance)
    if n > 2:
        assert (pivots.numpy() < 0).any() and (pivots.numpy() > 0).any()
    b = np.random.default_rng(1).standard_normal((n, 2)).astype(dtype)
    x = ft.linalg.ldl_solve(LD, pivots, ft.from_numpy(b), hermitian=hermitian)
    difference = np.abs(a @ x.numpy() - b) / np.maximum(1, np.abs(x.numpy()).max((-1, -2), keepdims=True))
    assert x.shape == (20, n, 2) and difference.max() < 10 * tolerance


@pytest.mark.parametrize("n", [2, 3, 5, 12])
def test_factors_are_pytorchs(n):
    """Those of LAPACK, to rounding, for real matrices."""
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    a = indefinite((30, n, n), "float64", False, seed=2)
    theirs = torch.linalg.ldl_factor_ex(torch.from_numpy(a))
    ours = ft.linalg.ldl_factor_ex(ft.from_numpy(a))
    assert ours.pivots.tolist() == theirs.pivots.tolist() and ours.info.tolist() == theirs.info.tolist()
    np.testing.assert_allclose(ours.LD.numpy(), np.tril(theirs.LD.numpy()), rtol=1e-9, atol=1e-9)


def test_singular_matrices():
    """A block that is 0 is named; ``_ex`` says its number."""
    a = ft.tensor([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [1.0, 1.0]]])
    assert ft.linalg.ldl_factor_ex(a).info.tolist() == [0, 2]
    for function, options in ((ft.linalg.ldl_factor, {}), (ft.linalg.ldl_factor_ex, {"check_errors": True})):
        with pytest.raises(ft.linalg.LinAlgError, match="expected matrices with blocks other than 0"):
            function(a, **options)
