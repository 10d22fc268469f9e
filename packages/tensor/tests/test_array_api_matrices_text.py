"""What the array API standard 2025.12 says of the shapes, dtypes and special cases of linear algebra and transforms.

Read from ``linalg.py``, ``linear_algebra_functions.py`` and ``fft.py`` of https://github.com/data-apis/array-api. What
defines values tries them: products of factors, and sums of exponentials.
"""

import math

import flambeau.tensor as ft
import numpy as np
import pytest
from array_api_helpers import ALL, COMPLEX, FLOATS, INEXACT, NUMERIC, SIGNED, UNSIGNED, grid

xp, la, fft = ft.array_api, ft.array_api.linalg, ft.array_api.fft
REAL_OF = {"float32": "float32", "float64": "float64", "complex64": "float32", "complex128": "float64"}
COMPLEX_OF = {"float32": "complex64", "float64": "complex128", "complex64": "complex64", "complex128": "complex128"}
STACKS = [(), (2,), (0,), (2, 3)]
TALL = [(3, 2), (2, 3), (3, 3), (1, 4), (4, 1)]


def tolerance(dtype):
    return 2e-4 if REAL_OF[dtype] == "float32" else 1e-11


def matrices(stack, m, n, dtype):
    """Full rank, and complex ones complex."""
    rng = np.random.default_rng(m * 10 + n)
    array = rng.standard_normal((*stack, m, n))
    if dtype in COMPLEX:
        array = array + 1j * rng.standard_normal((*stack, m, n))
    return ft.from_numpy(array.astype(dtype))


def definite(stack, n, dtype):
    x = matrices(stack, n, n, dtype).numpy()
    return ft.from_numpy((x @ np.conj(np.swapaxes(x, -1, -2)) + 3 * np.eye(n)).astype(dtype))


def adjoint(array):
    return np.conj(np.swapaxes(array, -1, -2))


def near(found, expected, dtype):
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=tolerance(dtype), atol=tolerance(dtype))


# Square matrices ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("dtype", INEXACT)
def test_square_matrices(stack, dtype):
    """Of each matrix in a stack: ``L L^H``, ``U^H U``, inverses, powers, determinants."""
    x = definite(stack, 3, dtype)
    lower, upper = la.cholesky(x), la.cholesky(x, upper=True)
    assert (lower.dtype, lower.shape) == (upper.dtype, upper.shape) == (x.dtype, x.shape)
    near(lower.numpy() @ adjoint(lower.numpy()), x, dtype)
    near(adjoint(upper.numpy()) @ upper.numpy(), x, dtype)
    assert (np.triu(lower.numpy(), 1) == 0).all() and (np.tril(upper.numpy(), -1) == 0).all()

    inverse = la.inv(x)
    assert (inverse.dtype, inverse.shape) == (x.dtype, x.shape)
    near(inverse.numpy() @ x.numpy(), np.broadcast_to(np.eye(3), x.shape), dtype)
    near(la.matrix_power(x, 0), np.broadcast_to(np.eye(3), x.shape), dtype)
    near(la.matrix_power(x, -1), inverse, dtype)
    np.testing.assert_allclose(la.matrix_power(x, 3).numpy(), x.numpy() @ x.numpy() @ x.numpy(), rtol=tolerance(dtype))

    det, (sign, logabsdet) = la.det(x), la.slogdet(x)
    assert (det.dtype, det.shape, sign.dtype, sign.shape) == (x.dtype, stack, x.dtype, stack)
    assert (logabsdet.dtype.name, logabsdet.shape) == (REAL_OF[dtype], stack)
    assert la.slogdet(x)._fields == ("sign", "logabsdet")
    np.testing.assert_allclose((sign * xp.exp(logabsdet)).numpy(), det.numpy(), rtol=tolerance(dtype))


@pytest.mark.parametrize("dtype", INEXACT)
def test_singular_matrices(dtype):
    """ "If the determinant is zero, the sign should be 0 and logabsdet should be -infinity"."""
    sign, logabsdet = la.slogdet(ft.zeros(2, 2, dtype=dtype))
    assert sign.item() == 0 and logabsdet.item() == -math.inf and la.det(ft.zeros(2, 2, dtype=dtype)).item() == 0


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("dtype", INEXACT)
def test_eigenvalues(stack, dtype):
    """``x = Q L Q^H`` with real values of x's precision; ``x v = l v`` with complex values and vectors."""
    x = definite(stack, 3, dtype)
    values, vectors = la.eigh(x)
    assert la.eigh(x)._fields == la.eig(x)._fields == ("eigenvalues", "eigenvectors")
    assert (values.dtype.name, values.shape) == (REAL_OF[dtype], (*stack, 3))
    assert (vectors.dtype, vectors.shape) == (x.dtype, x.shape)
    near((vectors.numpy() * values.numpy()[..., None, :]) @ adjoint(vectors.numpy()), x, dtype)
    near(adjoint(vectors.numpy()) @ vectors.numpy(), np.broadcast_to(np.eye(3), x.shape), dtype)
    only = la.eigvalsh(x)
    assert (only.dtype, only.shape) == (values.dtype, values.shape)
    near(only, values, dtype)

    x = matrices(stack, 3, 3, dtype)
    values, vectors = la.eig(x)
    assert values.dtype.name == vectors.dtype.name == la.eigvals(x).dtype.name == COMPLEX_OF[dtype]
    assert (values.shape, vectors.shape, la.eigvals(x).shape) == ((*stack, 3), x.shape, (*stack, 3))
    near(x.numpy() @ vectors.numpy(), vectors.numpy() * values.numpy()[..., None, :], dtype)


# Matrices of any shape ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("m, n", TALL)
@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("dtype", INEXACT)
def test_factors(m, n, stack, dtype):
    """Q and R, U, S and Vh: names, shapes of both modes, dtypes, orthonormal columns, and their product."""
    x, k = matrices(stack, m, n, dtype), min(m, n)
    for mode, inner in (("reduced", k), ("complete", m)):
        result = la.qr(x, mode=mode)
        q, r = result
        assert result._fields == ("Q", "R") and q.dtype == r.dtype == x.dtype
        assert (q.shape, r.shape) == ((*stack, m, inner), (*stack, inner, n))
        near(q.numpy() @ r.numpy(), x, dtype)
        near(adjoint(q.numpy()) @ q.numpy(), np.broadcast_to(np.eye(inner), (*stack, inner, inner)), dtype)
        assert (np.tril(r.numpy(), -1) == 0).all()
    for full, rows, columns in ((True, m, n), (False, k, k)):
        result = la.svd(x, full_matrices=full)
        u, s, vh = result
        assert result._fields == ("U", "S", "Vh")
        assert (u.dtype, s.dtype.name, vh.dtype) == (x.dtype, REAL_OF[dtype], x.dtype)
        assert (u.shape, s.shape, vh.shape) == ((*stack, m, rows), (*stack, k), (*stack, columns, n))
        near((u.numpy()[..., :k] * s.numpy()[..., None, :]) @ vh.numpy()[..., :k, :], x, dtype)
        assert (np.diff(s.numpy(), axis=-1) <= 0).all()
    values = la.svdvals(x)
    assert (values.dtype.name, values.shape) == (REAL_OF[dtype], (*stack, k))
    near(values, s, dtype)

    inverse = la.pinv(x)
    assert (inverse.dtype, inverse.shape) == (x.dtype, (*stack, n, m))
    near(x.numpy() @ inverse.numpy() @ x.numpy(), x, dtype)
    rank = la.matrix_rank(x)
    assert (rank.dtype, rank.shape) == (ft.int64, stack) and (rank.numpy() == k).all()


@pytest.mark.parametrize("dtype", FLOATS)
def test_tolerances_of_ranks(dtype):
    """Singular values up to ``rtol * largest`` count as zeros; rtol may be an array for the stack."""
    x = ft.from_numpy(np.stack([np.diag([1.0, 0.1, 0.001])] * 2).astype(dtype))
    assert la.matrix_rank(x).tolist() == [3, 3] and la.matrix_rank(x, rtol=0.01).tolist() == [2, 2]
    rtol = ft.tensor([0.01, 0.5], dtype=dtype)
    assert la.matrix_rank(x, rtol=rtol).tolist() == [2, 1]
    near(la.pinv(x, rtol=rtol).numpy(), [np.diag([1, 10, 0]), np.diag([1, 0, 0])], dtype)


NORMS = {
    "fro": lambda a, s: np.sqrt((np.abs(a) ** 2).sum((-1, -2))),
    "nuc": lambda a, s: s.sum(-1),
    1: lambda a, s: np.abs(a).sum(-2).max(-1),
    -1: lambda a, s: np.abs(a).sum(-2).min(-1),
    2: lambda a, s: s.max(-1),
    -2: lambda a, s: s.min(-1),
    math.inf: lambda a, s: np.abs(a).sum(-1).max(-1),
    -math.inf: lambda a, s: np.abs(a).sum(-1).min(-1),
}


@pytest.mark.parametrize("order", NORMS)
@pytest.mark.parametrize("dtype", INEXACT)
def test_matrix_norms(order, dtype):
    """The formulas of the tables; a real dtype of x's precision; the last two axes go, or have size 1."""
    for stack in ((), (2,), (2, 3)):
        x = matrices(stack, 3, 4, dtype)
        found, kept = la.matrix_norm(x, ord=order), la.matrix_norm(x, ord=order, keepdims=True)
        assert (found.dtype.name, found.shape, kept.shape) == (REAL_OF[dtype], stack, (*stack, 1, 1))
        near(found, NORMS[order](x.numpy(), np.linalg.svd(x.numpy(), compute_uv=False)), dtype)


@pytest.mark.parametrize("order", [0, 1, 2, 3, 2.5, -1, -2, math.inf, -math.inf])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (-1, 0, 1)])
@pytest.mark.parametrize("dtype", INEXACT)
def test_vector_norms(order, axis, dtype):
    """p-norms, extremes, and for 0 the number of elements that are not."""
    x = ft.from_numpy(grid((2, 3, 4), dtype)) - 4
    size = np.abs(x.numpy())
    over = tuple(range(3)) if axis is None else axis
    with np.errstate(divide="ignore"):  # negative powers of the zero among them
        match order:
            case 0:
                expected = (size != 0).sum(over)
            case math.inf:
                expected = size.max(over)
            case _ if order == -math.inf:
                expected = size.min(over)
            case _:
                expected = (size.astype(np.float64) ** order).sum(over) ** (1 / order)
    found = la.vector_norm(x, axis=axis, ord=order)
    assert (found.dtype.name, found.shape) == (REAL_OF[dtype], np.shape(expected))
    near(found, expected, dtype)
    assert la.vector_norm(x, axis=axis, ord=order, keepdims=True).ndim == 3


# Products and parts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", NUMERIC)
def test_products(dtype):
    """Vectors and stacks: shapes as the standard writes them out; the dtype is where both meet."""
    a, b, v = (ft.from_numpy(grid(shape, dtype)) for shape in ((2, 1, 3, 4), (5, 4, 2), (4,)))
    for product in (xp.matmul, la.matmul):
        assert product(a, b).shape == (2, 5, 3, 2) and product(a, b).dtype == a.dtype
        assert product(a, v).shape == (2, 1, 3) and product(v, b).shape == (5, 2) and product(v, v).shape == ()
    near_by = matmul_by_sums(a.numpy()[0, 0], b.numpy()[0])
    np.testing.assert_array_equal(xp.matmul(a, b)[0, 0].numpy(), near_by)
    assert la.outer(v, v[:2]).shape == (4, 2) and la.outer(v, v).dtype == v.dtype
    assert xp.matrix_transpose(a).shape == (2, 1, 4, 3) and la.matrix_transpose(a).dtype == a.dtype
    x = ft.from_numpy(grid((2, 3, 4), dtype))
    assert xp.tensordot(x, x, axes=3).shape == () and xp.tensordot(x, x, axes=0).shape == (2, 3, 4) * 2
    assert xp.tensordot(x, x, axes=((0, -1), (0, 2))).shape == (3, 3)
    dots = xp.vecdot(x, x[:1], axis=-1)
    assert (dots.shape, dots.dtype) == ((2, 3), x.dtype)
    expected = (np.conj(x.numpy()) * x.numpy()[:1]).sum(-1, dtype=x.dtype)
    np.testing.assert_array_equal(dots.numpy(), expected)  # the first vector is conjugated
    assert xp.vecdot(x, x[:, :1], axis=-1).shape == (2, 3) and la.vecdot(x, x, axis=-3).shape == (3, 4)


def matmul_by_sums(a, b):
    return sum(a[:, k, None] * b[k] for k in range(a.shape[1])).astype(a.dtype)


@pytest.mark.parametrize(
    "product",
    [
        lambda: xp.matmul(ft.ones(2, 3), ft.ones(2, 3)),
        lambda: xp.matmul(ft.tensor(1.0), ft.ones(2)),
        lambda: xp.matmul(ft.ones(2), ft.ones(3)),
        lambda: xp.matmul(ft.ones(2, 3, 3), ft.ones(3, 3, 3)),
        lambda: xp.tensordot(ft.ones(2, 3), ft.ones(2, 3), axes=1),
        lambda: xp.vecdot(ft.ones(3), ft.ones(4)),
        lambda: la.cross(ft.ones(2), ft.ones(2)),
        lambda: la.cross(ft.ones(3, 4), ft.ones(3, 4)),
        lambda: la.outer(ft.ones(2, 2), ft.ones(2)),
        lambda: la.det(ft.ones(2, 3)),
        lambda: la.inv(ft.ones(3)),
        lambda: xp.matrix_transpose(ft.ones(3)),
    ],
)
def test_products_that_must_be_refused(product):
    """Sizes that do not match, and too few dimensions."""
    with pytest.raises(ValueError, match="expected"):
        product()


@pytest.mark.parametrize("dtype", NUMERIC)
def test_cross(dtype):
    """Broadcast but for the axis; counted from the end."""
    a, b = ft.from_numpy(grid((2, 3), dtype)), ft.from_numpy(grid((1, 3), dtype) * 2)
    found = la.cross(a, b)
    assert (found.dtype, found.shape) == (a.dtype, (2, 3))
    (x, y, z), (u, v, w) = a.numpy().T, b.numpy().T
    expected = np.stack([y * w - z * v, z * u - x * w, x * v - y * u], -1)
    np.testing.assert_array_equal(found.numpy(), expected)
    np.testing.assert_array_equal(la.cross(a.T, b.T, axis=-2).numpy(), expected.T)


SUMMED = {**dict.fromkeys(SIGNED, "int64"), **dict.fromkeys(UNSIGNED, "uint64"), **{d: d for d in INEXACT}}


@pytest.mark.parametrize("offset", [0, 1, -1, 3, -2, 5])
def test_diagonals_and_traces(offset):
    """Diagonals of each matrix, the new dimension last; their sums, of integers in 64 bits; nothing sums to 0."""
    for dtype in ALL:
        for stack in ((), (2,), (0, 2)):
            x = ft.from_numpy(grid((*stack, 3, 4), dtype))
            size = max(0, min(3, 4 - offset) if offset >= 0 else min(3 + offset, 4))
            found = la.diagonal(x, offset=offset)
            assert (found.dtype, found.shape) == (x.dtype, (*stack, size))
            i = np.arange(size)
            np.testing.assert_array_equal(found.numpy(), x.numpy()[..., i - min(offset, 0), i + max(offset, 0)])
            if dtype != "bool":
                total = la.trace(x, offset=offset)
                assert (total.dtype.name, total.shape) == (SUMMED[dtype], stack)
                np.testing.assert_array_equal(total.numpy(), found.numpy().sum(-1, dtype=SUMMED[dtype]))
                assert la.trace(x, offset=offset, dtype=xp.complex128).dtype == ft.complex128


@pytest.mark.parametrize("dtype", INEXACT)
def test_solve(dtype):
    """``(M,)`` is one vector for every matrix; ``(..., M, K)`` are stacks that broadcast."""
    for stack, right, expected in [
        ((), (3,), (3,)), ((), (3, 2), (3, 2)), ((2,), (3,), (2, 3)), ((2,), (3, 4), (2, 3, 4)),
        ((2, 1), (5, 3, 2), (2, 5, 3, 2)), ((0,), (3, 2), (0, 3, 2)), ((3,), (3, 1), (3, 3, 1)),
    ]:  # fmt: skip
        a, b = definite(stack, 3, dtype), ft.from_numpy(grid(right, dtype))
        x = la.solve(a, b)
        assert (x.dtype, x.shape) == (a.dtype, expected)
        product = (a.numpy() @ x.numpy()[..., None])[..., 0] if len(right) == 1 else a.numpy() @ x.numpy()
        near(product, np.broadcast_to(b.numpy(), expected), dtype)
    assert la.solve(ft.eye(2), ft.ones(2, dtype="float64")).dtype == ft.float64


# Fourier transforms -------------------------------------------------------------------------------------------------


def transform(array, n, axis, sign):
    """The sum of exponentials, over an axis that is cut or filled with zeros to n."""
    array = np.moveaxis(array.astype(np.complex128), axis, -1)[..., :n]
    array = np.concatenate([array, np.zeros((*array.shape[:-1], n - array.shape[-1]))], -1)
    k = np.arange(n)
    return np.moveaxis(array @ np.exp(sign * 2j * np.pi * np.outer(k, k) / n), -1, axis)


FACTORS = {"backward": lambda n: 1, "ortho": lambda n: n**-0.5, "forward": lambda n: 1 / n}
INVERSE = {"backward": "forward", "ortho": "ortho", "forward": "backward"}


@pytest.mark.parametrize("norm", FACTORS)
@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("n", [None, 3, 4, 7])
@pytest.mark.parametrize("dtype", COMPLEX)
def test_fft_and_ifft(n, axis, norm, dtype):
    """Zero-padded or trimmed to n; the dtype stays; factors by mode; each undoes the other."""
    x = ft.from_numpy(grid((4, 5), dtype))
    size = x.shape[axis] if n is None else n
    shape = tuple(size if d == axis % 2 else m for d, m in enumerate(x.shape))
    for function, sign, factor in ((fft.fft, -1, FACTORS[norm]), (fft.ifft, 1, FACTORS[INVERSE[norm]])):
        found = function(x, n=n, axis=axis, norm=norm)
        assert (found.dtype, found.shape) == (x.dtype, shape)
        near(found, transform(x.numpy(), size, axis, sign) * factor(size), dtype)
    if n is None:
        near(fft.ifft(fft.fft(x, axis=axis, norm=norm), axis=axis, norm=norm), x, dtype)


@pytest.mark.parametrize("norm", FACTORS)
@pytest.mark.parametrize("n", [None, 3, 6, 7])
@pytest.mark.parametrize("dtype", FLOATS)
def test_real_transforms(n, norm, dtype):
    """``n//2 + 1`` frequencies in complex numbers of that precision; back to ``n`` reals, ``2 (M - 1)`` by default."""
    x = ft.from_numpy(grid((2, 5), dtype))
    size = 5 if n is None else n
    half = fft.rfft(x, n=n, norm=norm)
    assert (half.dtype.name, half.shape) == (COMPLEX_OF[dtype], (2, size // 2 + 1))
    whole = transform(x.numpy(), size, -1, -1) * FACTORS[norm](size)
    near(half, whole[:, : size // 2 + 1], dtype)
    back = fft.irfft(half, n=size, norm=norm)
    assert (back.dtype, back.shape) == (x.dtype, (2, size))
    near(fft.rfft(back, norm=norm), half, dtype)
    assert fft.irfft(half).shape == fft.hfft(half).shape == (2, 2 * (half.shape[1] - 1))
    # hfft takes the half of a signal whose spectrum is real: a transform forward of what irfft transforms backward.
    spectrum = fft.hfft(half, n=size, norm=norm)
    assert (spectrum.dtype, spectrum.shape) == (x.dtype, (2, size))
    near(spectrum, fft.irfft(xp.conj(half), n=size, norm=INVERSE[norm]), dtype)
    again = fft.ihfft(spectrum, n=size, norm=norm)
    assert (again.dtype, again.shape) == (half.dtype, half.shape)
    near(again, np.conj(fft.rfft(spectrum, norm=INVERSE[norm]).numpy()), dtype)


@pytest.mark.parametrize(
    "s, axes", [(None, None), (None, (0,)), (None, (-1, 0)), ((2, 6), (0, 1)), ((3,), (1,)), ((-1, 4), (0, 2))]
)
@pytest.mark.parametrize("norm", FACTORS)
def test_several_dimensions(s, axes, norm):
    """One transform after the other; ``-1`` stands for the whole axis; real ones halve the last axis that is named."""
    x = ft.from_numpy(grid((2, 3, 4), "complex128"))
    over = tuple(range(3)) if axes is None else axes
    sizes = [x.shape[a] if s is None or s[i] == -1 else s[i] for i, a in enumerate(over)]
    for function, single in ((fft.fftn, fft.fft), (fft.ifftn, fft.ifft)):
        expected = x
        for n, axis in zip(sizes, over, strict=True):
            expected = single(expected, n=n, axis=axis, norm=norm)
        found = function(x, s=s, axes=axes, norm=norm)
        assert (found.dtype, found.shape) == (x.dtype, expected.shape)
        near(found, expected, "complex128")
    real = ft.from_numpy(grid((2, 3, 4), "float32"))
    half = fft.rfftn(real, s=s, axes=axes, norm=norm)
    last = over[-1] % 3
    assert half.dtype == ft.complex64 and half.shape[last] == sizes[-1] // 2 + 1
    back = fft.irfftn(half, s=sizes, axes=over, norm=norm)
    assert back.dtype == ft.float32 and [back.shape[a] for a in over] == sizes
    if s is None:
        near(back, real, "float32")


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_frequencies_and_shifts(n):
    """0 up, then negative ones, by ``1 / (d n)``; shifts put zero in the middle, and back."""
    for dtype in (None, xp.float32, xp.float64):
        whole, half = fft.fftfreq(n, d=0.25, dtype=dtype), fft.rfftfreq(n, d=0.25, dtype=dtype)
        assert whole.dtype == half.dtype == (dtype or ft.float32)
        counts = [*range((n - 1) // 2 + 1), *range(-(n // 2), 0)]
        near(whole, np.array(counts) / (0.25 * n), "float32")
        near(half, np.arange(n // 2 + 1) / (0.25 * n), "float32")
        shifted = fft.fftshift(whole)
        assert shifted.dtype == whole.dtype and (np.diff(shifted.numpy()) > 0).all()
        assert fft.ifftshift(shifted).tolist() == whole.tolist()
    x = ft.from_numpy(grid((n, 3), "int64"))
    assert fft.ifftshift(fft.fftshift(x, axes=(0,)), axes=(0,)).tolist() == x.tolist()
    assert fft.fftshift(x, axes=(1,)).tolist() == [[row[2], row[0], row[1]] for row in x.tolist()]
