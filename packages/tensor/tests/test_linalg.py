"""flambeau.tensor.linalg: real and complex matrices in both precisions against NumPy, and what fails."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor import linalg
from flambeau.tensor.testing import assert_close

DTYPES = ["float32", "float64", "complex64", "complex128"]
TOLERANCE = {"float32": 2e-4, "complex64": 2e-4, "float64": 1e-9, "complex128": 1e-9}


def numbers(dtype, *shape, seed=0):
    random = np.random.default_rng([seed, *shape])
    x = random.uniform(-1, 1, shape)
    if dtype.startswith("complex"):
        x = x + 1j * random.uniform(-1, 1, shape)
    return x.astype(dtype)


def regular(dtype, *batch, n):
    return (numbers(dtype, *batch, n, n) / n + np.diag(1.0 + np.arange(n))).astype(dtype)


def hermitian(dtype, *batch, n):
    x = regular(dtype, *batch, n=n)
    return np.matmul(x, np.conj(np.swapaxes(x, -2, -1)))


def close(found, expected, dtype):
    assert_close(found, np.asarray(expected), TOLERANCE[dtype], TOLERANCE[dtype])


def real(dtype):
    return {"complex64": "float32", "complex128": "float64"}.get(dtype, dtype)


@pytest.fixture(params=DTYPES)
def dtype(request):
    return request.param


SIZES = [(2, 5), (7, 3), (40,), (3, 0), (0, 3)]


@pytest.fixture(params=SIZES, ids=str)
def matrices(request, dtype):
    return regular(dtype, *request.param[:-1], n=request.param[-1])


def test_inverse_and_determinant(matrices, dtype):
    """inv, det, slogdet."""
    A = ft.from_numpy(matrices)
    close(linalg.inv(A), np.linalg.inv(matrices), dtype)
    close(linalg.det(A / 8), np.linalg.det(matrices / 8), dtype)
    sign, logarithm = linalg.slogdet(A)
    close(sign, np.linalg.slogdet(matrices)[0], dtype)
    close(logarithm, np.linalg.slogdet(matrices)[1], real(dtype))


def test_solutions(matrices, dtype):
    """solve, of matrices and vectors, on either side; by triangles; and from factors."""
    n, batch = matrices.shape[-1], matrices.shape[:-2]
    A, right = ft.from_numpy(matrices), numbers(dtype, *batch, n, 2)
    B, left = ft.from_numpy(right), ft.from_numpy(np.swapaxes(right, -2, -1))
    expected = np.linalg.solve(matrices, right)
    close(linalg.solve(A, B), expected, dtype)
    close(linalg.solve(ft.transpose(A, -2, -1), left, left=False), np.swapaxes(expected, -2, -1), dtype)
    close(linalg.solve(A, B[..., 0]), expected[..., 0], dtype)
    LU, pivots = linalg.lu_factor(A)
    close(linalg.lu_solve(LU, pivots, B), expected, dtype)
    turned = np.linalg.solve(np.conj(np.swapaxes(matrices, -2, -1)), right)
    close(linalg.lu_solve(LU, pivots, B, adjoint=True), turned, dtype)
    close(linalg.lu_solve(LU, pivots, left, left=False), np.swapaxes(
        np.linalg.solve(np.swapaxes(matrices, -2, -1), right), -2, -1), dtype)  # fmt: skip
    close(linalg.solve_triangular(A, B, upper=True), np.linalg.solve(np.triu(matrices), right), dtype)


def test_cholesky(matrices, dtype):
    x = np.matmul(matrices, np.conj(np.swapaxes(matrices, -2, -1)))
    expected = np.linalg.cholesky(x)
    close(linalg.cholesky(ft.from_numpy(x)), expected, dtype)
    close(linalg.cholesky(ft.from_numpy(x), upper=True), np.conj(np.swapaxes(expected, -2, -1)), dtype)
    other_triangle = np.tril(x) + np.triu(np.full_like(x, 99), 1)
    close(linalg.cholesky(ft.from_numpy(other_triangle)), expected, dtype)


@pytest.mark.parametrize("shape", [(3, 3), (2, 5, 3), (2, 3, 5), (20, 30), (30, 20)], ids=str)
def test_factors_multiply_to_the_matrix(shape, dtype):
    """lu, qr, svd, polar; orthogonal factors are."""
    x = numbers(dtype, *shape)
    A, n = ft.from_numpy(x), min(shape[-2:])
    P, L, U = linalg.lu(A)
    close(ft.matmul(ft.matmul(P, L), U), x, dtype)
    assert np.abs(L.numpy()).max() <= 1 + 1e-6
    Q, R = linalg.qr(A)
    close(ft.matmul(Q, R), x, dtype)
    identity = np.broadcast_to(np.eye(n, dtype=dtype), (*shape[:-2], n, n))
    close(ft.matmul(ft.conj(Q.transpose(-2, -1)), Q), identity, dtype)
    close(linalg.qr(A, "r")[1], np.linalg.qr(x, "r"), dtype)
    u, s, vh = linalg.svd(A, full_matrices=False)
    close(ft.matmul(u * s.unsqueeze(-2), vh), x, dtype)
    close(linalg.svdvals(A), np.linalg.svd(x, compute_uv=False), real(dtype))
    W, H = linalg.polar(A, side="right" if shape[-2] >= shape[-1] else "left")
    product = ft.matmul(W, H) if shape[-2] >= shape[-1] else ft.matmul(H, W)
    assert_close(product, x, 10 * TOLERANCE[dtype], 10 * TOLERANCE[dtype])
    a, tau = ft.geqrf(A)
    if shape[-2] >= shape[-1]:
        close(ft.matmul(linalg.householder_product(a, tau), a[..., : shape[-1], :].triu()), x, dtype)


def test_eigenvalues(dtype):
    """eigh, eigvalsh, eig, eigvals: vectors belong to their values."""
    x = hermitian(dtype, 2, n=5)
    values, vectors = linalg.eigh(ft.from_numpy(x))
    close(values, np.linalg.eigvalsh(x), real(dtype))
    close(linalg.eigvalsh(ft.from_numpy(np.triu(x)), "U"), np.linalg.eigvalsh(x), real(dtype))
    close(ft.matmul(ft.from_numpy(x), vectors), (vectors * values.unsqueeze(-2)).numpy(), dtype)
    x = regular(dtype, 2, n=5)
    values, vectors = linalg.eig(ft.from_numpy(x))
    wide = "complex64" if np.dtype(real(dtype)) == np.float32 else "complex128"
    assert values.dtype == vectors.dtype == wide
    close(ft.matmul(ft.from_numpy(x.astype(wide)), vectors), (vectors * values.unsqueeze(-2)).numpy(), wide)
    close(
        ft.from_numpy(np.sort(linalg.eigvals(ft.from_numpy(x)).numpy())),
        np.sort(np.linalg.eigvals(x)).astype(wide),
        wide,
    )


def test_pseudoinverse_and_least_squares(dtype):
    """pinv, lstsq, matrix_rank; also where the rank is deficient."""
    x = numbers(dtype, 2, 6, 3)
    x[1, :, 2] = x[1, :, 0]
    b = numbers(dtype, 2, 6, 2)
    A, B = ft.from_numpy(x), ft.from_numpy(b)
    close(linalg.pinv(A), np.linalg.pinv(x, rcond=6 * np.finfo(real(dtype)).eps), dtype)
    assert linalg.matrix_rank(A).tolist() == [3, 2]
    assert linalg.matrix_rank(ft.matmul(ft.conj(A.transpose(-2, -1)), A), hermitian=True).tolist() == [3, 2]
    solution, residuals, rank, values = linalg.lstsq(A, B)
    for i in range(2):
        close(solution[i], np.linalg.lstsq(x[i], b[i], rcond=None)[0], dtype)
    assert residuals.numel() == 0 and rank.tolist() == [3, 2] and values.shape == (2, 3)
    if dtype.startswith("float"):
        _, expected, _, _ = np.linalg.lstsq(x[0], b[0], rcond=None)
        close(linalg.lstsq(A[0], B[0]).residuals, expected, dtype)


@pytest.mark.parametrize("ord", [None, "fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf])
def test_matrix_norms_and_conditions(ord):
    x = regular("float64", 2, n=4)
    A = ft.from_numpy(x)
    expected = np.stack([np.linalg.norm(m, ord) for m in x])
    if ord is not None:
        assert_close(linalg.matrix_norm(A, ord), expected, 1e-9, 1e-9)
        assert_close(linalg.norm(A, ord, dim=(1, 2), keepdim=True), expected[:, None, None], 1e-9, 1e-9)
        assert_close(linalg.matrix_norm(A.permute(1, 0, 2), ord, dim=(0, 2)), expected, 1e-9, 1e-9)
    assert_close(linalg.cond(A, ord), np.linalg.cond(x, ord), 1e-9, 1e-9)


@pytest.mark.parametrize("ord", [2, 1, 0, 3, 0.5, np.inf, -np.inf])
def test_vector_norms(ord):
    x = numbers("float64", 3, 4)
    A = ft.from_numpy(x)
    assert_close(linalg.vector_norm(A, ord, dim=1), np.linalg.norm(x, ord, axis=1), 1e-9, 1e-9)
    assert_close(linalg.vector_norm(A, ord), np.asarray(np.linalg.norm(x.ravel(), ord)), 1e-9, 1e-9)
    assert_close(linalg.norm(A, dim=0), np.linalg.norm(x, axis=0), 1e-9, 1e-9)
    assert_close(linalg.norm(A[0], ord), np.asarray(np.linalg.norm(x[0], ord)), 1e-9, 1e-9)


def test_functions_of_matrices(dtype):
    """matrix_power, matrix_exp, matrix_sqrth, vander, vecdot, multi_dot, tensorinv, tensorsolve."""
    x = regular(dtype, 2, n=3)
    A = ft.from_numpy(x)
    for n in (-3, -1, 0, 1, 2, 7):
        close(linalg.matrix_power(A, n), np.linalg.matrix_power(x, n), dtype)
    values, vectors = np.linalg.eig(x)
    expected = vectors * np.exp(values)[..., None, :] @ np.linalg.inv(vectors)
    close(linalg.matrix_exp(A), expected.astype(dtype), dtype)
    h = hermitian(dtype, 2, n=3)
    root = linalg.matrix_sqrth(ft.from_numpy(h))
    close(ft.matmul(root, root), h, dtype)
    v = numbers(dtype, 2, 3)
    powers = np.stack([np.vander(row, 4, increasing=True) for row in v]).astype(dtype)
    close(linalg.vander(ft.from_numpy(v), 4), powers, dtype)
    close(linalg.vecdot(A, ft.from_numpy(v).unsqueeze(1)), (np.conj(x) * v[:, None]).sum(-1), dtype)
    parts = [numbers(dtype, 3), numbers(dtype, 3, 5), numbers(dtype, 5, 2), numbers(dtype, 2)]
    close(linalg.multi_dot([ft.from_numpy(p) for p in parts]), np.linalg.multi_dot(parts), dtype)
    t = regular(dtype, n=6).reshape(2, 3, 6)
    close(linalg.tensorinv(ft.from_numpy(t), 2), np.linalg.tensorinv(t, 2), dtype)
    right = numbers(dtype, 2, 3)
    close(linalg.tensorsolve(ft.from_numpy(t), ft.from_numpy(right)), np.linalg.tensorsolve(t, right), dtype)


def test_layouts():
    """Transposed, reversed and broadcast matrices give what their copies do."""
    x = regular("float64", 3, n=4)
    for view in (x.swapaxes(-2, -1), x[::-1, ::-1, ::-1], x[:, ::2, ::2], np.broadcast_to(x[0], (2, 4, 4))):
        for function in (linalg.inv, linalg.lu_factor, linalg.qr, linalg.det, linalg.matrix_exp):
            for one, other in zip(_parts(function(ft.from_numpy(view))), _parts(function(ft.from_numpy(view.copy()))),
                                  strict=True):  # fmt: skip
                assert_close(one, other, 1e-12, 1e-12)


def _parts(result):
    return result if isinstance(result, tuple) else (result,)


SINGULAR = ft.tensor([[1.0, 2.0], [2.0, 4.0]])
BATCH = ft.stack([ft.eye(2), ft.eye(2), SINGULAR])
PLACES = ft.stack([BATCH, ft.stack([ft.eye(2), SINGULAR, SINGULAR])])


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: linalg.inv(SINGULAR),
         "inv(): argument 'A': expected invertible matrices, got a singular one; pinv() gives a pseudoinverse"),
        (lambda: linalg.inv(BATCH),
         "inv(): argument 'A': expected invertible matrices, got a singular one at index 2 of the batch; "
         "pinv() gives a pseudoinverse"),
        (lambda: linalg.solve(PLACES, ft.ones(2, 1)),
         "solve(): argument 'A': expected invertible matrices, got a singular one at index (0, 2) of the batch; "
         "lstsq() finds the nearest"),
        (lambda: linalg.cholesky(-BATCH),
         "cholesky(): argument 'A': expected positive definite matrices, got one that is not at index 0 of the batch"),
        (lambda: linalg.lu_factor(BATCH),
         "lu_factor(): argument 'A': expected matrices with independent rows, got a singular one at index 2 of the "
         "batch; lu_factor_ex() does not fail"),
        (lambda: linalg.matrix_power(SINGULAR, -1),
         "matrix_power(): argument 'A': expected invertible matrices, got a singular one; "
         "pinv() gives a pseudoinverse"),
        (lambda: linalg.cholesky_ex(-BATCH, check_errors=True),
         "cholesky_ex(): argument 'A': expected positive definite matrices, got one that is not at index 0 of the "
         "batch"),
        (lambda: linalg.tensorinv(SINGULAR, 1),
         "tensorinv(): argument 'A': expected invertible matrices, got a singular one; "
         "pinv() gives a pseudoinverse"),
    ],
)  # fmt: skip
def test_what_fails_names_the_matrix(call, message):
    """LinAlgError, with the place in the batch; it is a RuntimeError."""
    with pytest.raises(linalg.LinAlgError) as raised:
        call()
    assert str(raised.value) == message
    assert isinstance(raised.value, RuntimeError)


def test_what_does_not_fail_says_where():
    """``info`` is 1 + the place of the first failure, of each matrix."""
    assert linalg.inv_ex(PLACES).info.tolist() == [[0, 0, 2], [0, 2, 2]]
    assert linalg.solve_ex(BATCH, ft.ones(2))[1].tolist() == [0, 0, 2]
    assert linalg.lu_factor_ex(BATCH).info.tolist() == [0, 0, 2]
    assert linalg.cholesky_ex(BATCH).info.tolist() == [0, 0, 2]
    big = np.broadcast_to(np.eye(50), (2, 50, 50)).copy()
    big[1, 30, 30] = -1
    assert linalg.cholesky_ex(ft.from_numpy(big)).info.tolist() == [0, 31]
    big[1, 30, 30] = 0
    assert linalg.inv_ex(ft.from_numpy(big)).info[1].item() > 0


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (lambda: linalg.inv(ft.ones(2, 3)), ft.ShapeError,
         "inv(): argument 'A': expected square matrices, got shape (2, 3)"),
        (lambda: linalg.solve(ft.eye(2), ft.ones(3)), ft.ShapeError,
         "solve(): argument 'B': expected size 2 in dimension -2, as A's, got shape (3, 1)"),
        (lambda: linalg.solve(ft.eye(2), ft.ones(2), left=False), ft.ShapeError,
         "solve(): argument 'B': expected matrices, where A is on the right, got shape (2,)"),
        (lambda: linalg.inv(ft.eye(2).long()), ft.DTypeError,
         "inv(): expected a floating dtype, got int64; convert it with .float()"),
        (lambda: linalg.eigh(ft.eye(2) / 0), ValueError,
         "eigh(): argument 'A': expected finite elements, got nan or inf"),
        (lambda: linalg.svdvals(ft.eye(2) / 0), ValueError,
         "svdvals(): argument 'A': expected finite elements, got nan or inf"),
        (lambda: linalg.eigh(ft.eye(2), "X"), ValueError, "eigh(): argument 'UPLO': expected 'L' or 'U', got 'X'"),
        (lambda: linalg.qr(ft.eye(2), "full"), ValueError,
         "qr(): argument 'mode': expected 'reduced', 'complete' or 'r', got 'full'"),
        (lambda: linalg.matrix_norm(ft.eye(2), 3), ValueError,
         "matrix_norm(): argument 'ord': expected 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, got 3"),
        (lambda: linalg.norm(ft.ones(2, 2, 2), 2), ft.ShapeError,
         "norm(): argument 'A': expected 1 or 2 dimensions, or dim to say which, got shape (2, 2, 2)"),
        (lambda: linalg.polar(ft.ones(2, 3)), ft.ShapeError,
         "polar(): argument 'A': expected matrices that are not longer than the positive factor's side allows, "
         "got shape (2, 3)"),
        (lambda: linalg.multi_dot([ft.ones(2)]), ValueError,
         "multi_dot(): argument 'tensors': expected at least 2 Tensors, got 1"),
        (lambda: linalg.matrix_power(ft.eye(2), 0.5), TypeError,
         "matrix_power(): argument 'n': expected int, got float"),
        (lambda: linalg.tensorinv(ft.ones(2, 3), 1), ft.ShapeError,
         "tensorinv(): argument 'A': expected a product of the first 1 sizes equal to that of the others, "
         "got shape (2, 3)"),
        (lambda: linalg.lstsq(ft.ones(2, 2), ft.ones(3)), ft.ShapeError,
         "lstsq(): argument 'B': expected 2 rows, as A, got shape (3,)"),
        (lambda: linalg.lu_solve(ft.eye(2), ft.tensor([3, 3]), ft.ones(2, 1)), IndexError,
         "lu_solve(): argument 'pivots': expected indices in [1, 2], got 3"),
        (lambda: linalg.householder_product(ft.ones(3, 2), ft.ones(3)), ft.ShapeError,
         "householder_product(): argument 'tau': expected shape () and at most 2 factors, got shape (3,)"),
    ],
)  # fmt: skip
def test_bad_arguments(call, exception, message):
    """Named, with the function that was called."""
    with pytest.raises(exception) as raised:
        call()
    assert str(raised.value) == message


def test_the_namespace_is_loaded_when_used():
    """Importing the package does not import it; its names are all there."""
    import subprocess
    import sys

    code = "import sys, flambeau.tensor as ft; print('flambeau.tensor.linalg' in sys.modules, 'linalg' in dir(ft))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.split() == ["False", "True"]
    assert all(callable(getattr(linalg, name)) for name in linalg.__all__)
    with pytest.raises(AttributeError):
        ft.linear_algebra  # noqa: B018


OUT = {
    "cholesky": 1, "det": 1, "inv": 1, "pinv": 1, "matrix_norm": 1, "vector_norm": 1, "cond": 1, "matrix_exp": 1,
    "eigvalsh": 1, "svdvals": 1, "matrix_rank": 1, "qr": 2, "slogdet": 2, "eigh": 2, "lu_factor": 2, "lu": 3, "svd": 3,
    "inv_ex": 2, "cholesky_ex": 2, "eig": 2, "eigvals": 1,
}  # fmt: skip


@pytest.mark.parametrize("name", OUT)
def test_out(name):
    """The result, or each of its parts, is written to what is given, which comes back."""
    function = getattr(linalg, name)
    x = ft.tensor(hermitian("float64", 2, n=3))
    expected = function(x)
    many = isinstance(expected, tuple)
    out = tuple(ft.empty_like(part) for part in expected) if many else ft.empty_like(expected)
    found = function(x, out=out)
    assert OUT[name] == (len(expected) if many else 1)
    for part, given, right in zip(*[t if many else (t,) for t in (found, out, expected)], strict=True):
        assert part is given and np.array_equal(part.numpy(), right.numpy())
    assert type(found) is type(expected)
    if many:
        with pytest.raises(
            TypeError, match=rf"{name}\(\): argument 'out': expected a tuple of {OUT[name]} Tensors, got"
        ):
            function(x, out=out[0])
    else:
        with pytest.raises(TypeError, match=rf"{name}\(\): argument 'out': expected Tensor, got"):
            function(x, out=expected.numpy())


def test_every_function_of_torch_takes_out():
    """All of the namespace but those that give views."""
    import inspect

    names = [name for name in linalg.__all__ if inspect.isroutine(getattr(linalg, name))]
    without = [name for name in names if "out" not in inspect.signature(getattr(linalg, name)).parameters]
    assert without == ["diagonal"]
