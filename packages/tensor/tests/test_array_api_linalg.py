"""The linear algebra and the Fourier transforms of flambeau.tensor.array_api beside array-api-strict."""

import itertools
import math

import array_api_strict as strict
import flambeau.tensor as ft
import numpy as np
import pytest
from array_api_helpers import COMPLEX, FLOATS, both, close, grid
from flambeau.tensor import array_api as xp

MATRICES = np.array([[[4.0, 1, 0.5], [1, 3, 0], [0.5, 0, 5]], [[2.0, -1, 0], [-1, 2, -1], [0, -1, 2]]])

LINALG = [
    lambda la, x: la.cholesky(x), lambda la, x: la.cholesky(x, upper=True), lambda la, x: la.cross(x, x[:, ::-1, :]),
    lambda la, x: la.cross(x, x[:1, ...], axis=-2), lambda la, x: la.det(x), lambda la, x: la.diagonal(x, offset=1),
    lambda la, x: la.eigvalsh(x), lambda la, x: la.inv(x), lambda la, x: la.matmul(x, x),
    lambda la, x: la.matrix_norm(x),
    lambda la, x: la.matrix_norm(x, ord="nuc", keepdims=True), lambda la, x: la.matrix_norm(x, ord=1),
    lambda la, x: la.matrix_norm(x, ord=-math.inf), lambda la, x: la.matrix_norm(x, ord=2),
    lambda la, x: la.matrix_power(x, 3), lambda la, x: la.matrix_power(x, -2), lambda la, x: la.matrix_power(x, 0),
    lambda la, x: la.matrix_rank(x), lambda la, x: la.matrix_rank(x, rtol=0.5), lambda la, x: la.matrix_transpose(x),
    lambda la, x: la.outer(x[0, 0, :], x[1, 1, :]), lambda la, x: la.pinv(x), lambda la, x: la.slogdet(x),
    lambda la, x: la.solve(x, x[:, :, :2]), lambda la, x: la.solve(x, x[0, 0, :]), lambda la, x: la.solve(x[0, ...], x),
    lambda la, x: la.solve(x, x[0, :, :2]),
    lambda la, x: la.svdvals(x), lambda la, x: la.tensordot(x, x, axes=((0, 2), (0, 1))), lambda la, x: la.trace(x),
    lambda la, x: la.trace(x, offset=-1), lambda la, x: la.vecdot(x, x),
    lambda la, x: la.vecdot(x, x[:1, ...], axis=-2),
    lambda la, x: la.vector_norm(x), lambda la, x: la.vector_norm(x, axis=(0, 2), keepdims=True, ord=3),
    lambda la, x: la.vector_norm(x, axis=-1, ord=math.inf), lambda la, x: la.vector_norm(x, axis=0, ord=0),
    lambda la, x: la.vector_norm(x, keepdims=True, ord=1),
]  # fmt: skip


@pytest.mark.parametrize("call", LINALG)
@pytest.mark.parametrize("dtype", FLOATS)
def test_linalg(call, dtype):
    """What has one answer is the oracle's, to rounding."""
    x, y = both(MATRICES.astype(dtype))
    close(call(xp.linalg, x), call(strict.linalg, y), dtype)


@pytest.mark.parametrize("dtype", FLOATS)
def test_decompositions(dtype):
    """Named factors of the standard's shapes, whose product is the matrix again."""
    x = ft.from_numpy(MATRICES[:, :, :2].astype(dtype))
    square = ft.from_numpy(MATRICES.astype(dtype))
    tolerance = 1e-4 if dtype == "float32" else 1e-10
    for mode, k in (("reduced", 2), ("complete", 3)):
        q, r = xp.linalg.qr(x, mode=mode)
        assert (q.shape, r.shape) == ((2, 3, k), (2, k, 2))
        np.testing.assert_allclose((q @ r).numpy(), x.numpy(), atol=tolerance)
    for full, k in ((True, 3), (False, 2)):
        u, s, vh = xp.linalg.svd(x, full_matrices=full)
        assert (u.shape, s.shape, vh.shape) == ((2, 3, k), (2, 2), (2, 2, 2))
        np.testing.assert_allclose(((u[..., :2] * s[:, None, :]) @ vh).numpy(), x.numpy(), atol=tolerance)
    values, vectors = xp.linalg.eigh(square)
    np.testing.assert_allclose((square @ vectors).numpy(), (vectors * values[:, None, :]).numpy(), atol=tolerance)
    result = xp.linalg.eig(square)
    assert result._fields == ("eigenvalues", "eigenvectors") and result.eigenvalues.dtype.kind == "c"
    assert xp.linalg.eigvals(square).dtype == result.eigenvalues.dtype


FFT = [
    lambda fft, x: fft.fft(x), lambda fft, x: fft.fft(x, n=3, axis=0, norm="ortho"),
    lambda fft, x: fft.ifft(x, n=7, norm="forward"), lambda fft, x: fft.fftn(x),
    lambda fft, x: fft.fftn(x, s=(2,), axes=(1,)),
    lambda fft, x: fft.ifftn(x, axes=(0, 1)), lambda fft, x: fft.irfft(x), lambda fft, x: fft.irfft(x, n=5, axis=0),
    lambda fft, x: fft.irfftn(x), lambda fft, x: fft.hfft(x), lambda fft, x: fft.hfft(x, n=6, norm="ortho"),
    lambda fft, x: fft.fftshift(x), lambda fft, x: fft.ifftshift(x, axes=(1,)),
]  # fmt: skip
RFFT = [
    lambda fft, x: fft.rfft(x), lambda fft, x: fft.rfft(x, n=3, axis=0), lambda fft, x: fft.rfftn(x),
    lambda fft, x: fft.rfftn(x, s=(2, 4), axes=(0, 1), norm="forward"), lambda fft, x: fft.ihfft(x),
]  # fmt: skip


@pytest.mark.parametrize(
    "call, dtype",
    [*itertools.product(FFT, COMPLEX), *itertools.product(RFFT, FLOATS)],
)
def test_fft(call, dtype):
    """Transforms are the oracle's, to rounding."""
    x, y = both(grid((3, 4), dtype))
    close(call(xp.fft, x), call(strict.fft, y), dtype)


@pytest.mark.parametrize("n", [4, 5])
def test_frequencies(n):
    """The frequencies of bins."""
    for name in ("fftfreq", "rfftfreq"):
        ours = getattr(xp.fft, name)(n, d=0.5, dtype=xp.float64)
        close(ours, getattr(strict.fft, name)(n, d=0.5), "float64")
        assert getattr(xp.fft, name)(n).dtype == ft.float32
