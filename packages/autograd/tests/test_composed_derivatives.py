"""Derivatives of functions that are made of operators: a sample of each, with both derivatives, real and complex."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, gradcheck, gradgradcheck
from flambeau.tensor import fft, linalg, special

rng = np.random.default_rng(0)
# All different and away from kinks: 12 numbers between 0.3 and 3.
X = ((rng.permutation(12) + 1) / 4 + rng.uniform(0.05, 0.1, 12)).reshape(3, 4)
Y = ((rng.permutation(12) + 1) / 5 + rng.uniform(0.05, 0.1, 12)).reshape(3, 4)
S = X[:, :3] @ X[:, :3].T / 9 + np.eye(3) * 2  # symmetric, positive definite
I2, ROWS = ft.tensor([0, 2]), ft.tensor([[0, 1, 2, 0]])


def symmetric(a):
    return (a + a.transpose(-2, -1).conj()) * 0.5


def factor(a):
    return linalg.cholesky(symmetric(a))


# Functions of x and y, of shape (3, 4), or of a positive definite matrix `a`: their parameters say which.
SHAPES = {
    "adjoint": lambda x: ft.adjoint(x),
    "as_strided_scatter": lambda x, y: ft.as_strided_scatter(x, y[:2, :2], (2, 2), (1, 2)),
    "atleast": lambda x: (ft.atleast_1d(x[0, 0]), ft.atleast_2d(x[0]), ft.atleast_3d(x)),
    "block_diag": lambda x, y: ft.block_diag(x, y),
    "broadcast_tensors": lambda x, y: tuple(ft.broadcast_tensors(x[:1], y)),
    "cartesian_prod": lambda x, y: ft.cartesian_prod(x[0], y[1]),
    "chunk": lambda x: ft.chunk(x, 2, 1),
    "column_stack": lambda x, y: ft.column_stack([x[0], y[1]]),
    "combinations": lambda x: ft.combinations(x[0]),
    "diag": lambda x: (ft.diag(x, 1), ft.diag(x[0]), ft.diagflat(x)),
    "diagonal_scatter": lambda x, y: ft.diagonal_scatter(x, y[:, 0]),
    "splits": lambda x: (
        *ft.hsplit(x, 2),
        *ft.vsplit(x, 3),
        *ft.tensor_split(x, 3, 1),
        *ft.split_with_sizes(x, [1, 2]),
    ),
    "stacks": lambda x, y: (ft.hstack([x, y]), ft.vstack([x, y]), ft.dstack([x, y])),
    "expand_as": lambda x, y: ft.expand_as(x[:1], y),
    "flatten": lambda x: (ft.flatten(x), ft.ravel(x), ft.unflatten(x, 1, (2, 2)), ft.reshape_as(x, ft.ones(4, 3))),
    "flips": lambda x: (ft.fliplr(x), ft.flipud(x), ft.rot90(x)),
    "meshgrid": lambda x, y: tuple(ft.meshgrid(x[0], y[1], indexing="ij")),
    "moving": lambda x: (ft.movedim(x, 0, 1), ft.t(x), ft.swapaxes(x, 0, 1)),
    "narrow_copy": lambda x: ft.narrow_copy(x, 1, 1, 2),
    "repeat": lambda x: (x.repeat(2, 1), ft.repeat_interleave(x, 2, 0)),
    "scatters": lambda x, y: (ft.select_scatter(x, y[0], 0, 1), ft.slice_scatter(x, y[:, :2], 1, 1, 3)),
    "select": lambda x: (ft.select(x, 1, 2), ft.index_select(x, 0, I2), ft.take_along_dim(x, ROWS, 0)),
    "sum_to_size": lambda x: x.sum_to_size(1, 4),
    "tril": lambda x: (ft.tril(x), ft.triu(x, 1)),
    "view_as": lambda x: x.view_as(ft.ones(2, 6)),
}
MATHEMATICS = {
    "clamp_min": lambda x: (ft.clamp_min(x, 1.03), ft.clamp_max(x, 1.03)),
    "float_power": lambda x, y: ft.float_power(x, y),
    "gelu": lambda x: (ft.gelu(x), ft.gelu(x, "tanh")),
    "logit": lambda x: ft.logit(x / 4),
    "logit with eps": lambda x: ft.logit(x / 4, 0.1),
    "polygamma": lambda x: (ft.polygamma(0, x), ft.polygamma(2, x)),
    "mvlgamma": lambda x: ft.mvlgamma(x + 1, 2),
    "positive": lambda x: ft.positive(x),
    "polynomials": lambda x: tuple(
        getattr(special, name)(x / 4, 3)
        for name in dir(special)
        if "_polynomial_" in name and not name.startswith("shifted")
    ),
    "shifted polynomials": lambda x: tuple(
        getattr(special, f"shifted_chebyshev_polynomial_{k}")(x / 4, 3) for k in "tuvw"
    ),
    "msort": lambda x: (ft.msort(x), ft.aminmax(x, dim=1)[0], ft.max(x), ft.min(x, 0)[0], ft.median(x, 1)[0]),
    "nan": lambda x: (ft.nansum(x), ft.nanmean(x, 1), ft.nanmedian(x), ft.nanquantile(x, 0.3, 1)),
    "range": lambda x: ft.range(0, 3) * x[0],
    "searched": lambda x: ft.take(x, ft.bucketize(ft.tensor([0.5, 1.5]), ft.tensor([1.0, 2.0, 3.0]))),
    "unique": lambda x: ft.index_select(x, 0, ft.unique(ft.tensor([2, 0, 2]))),
    "segment_reduce": lambda x: tuple(
        ft.segment_reduce(x, how, lengths=ft.tensor([2, 1])) for how in ("sum", "mean", "max", "prod")
    ),
    "renorm": lambda x: ft.renorm(x, 2, 0, 1.5),
    "pdist": lambda x, y: (ft.pdist(x), ft.dist(x, y), ft.dist(x, y, 3)),
    "quantile": lambda x: ft.quantile(x, 0.4, 1),
    "max_pool2d": lambda x: ft.max_pool2d(x.reshape(1, 1, 3, 4), 2),
}
PRODUCTS = {
    "bmm": lambda x, y: (ft.bmm(x[None], y.t()[None]), ft.mm(x, y.t()), ft.mv(x, y[0])),
    "chain_matmul": lambda x, y: ft.chain_matmul(x, y.t(), x),
    "cross": lambda x, y: (ft.cross(x, y, 0), linalg.cross(x.t(), y.t())),
    "einsum": lambda x, y: (ft.einsum("ij,kj->ik", x, y), ft.einsum("ij,ij->", x, y)),
    "inner": lambda x, y: (ft.inner(x, y), ft.vdot(x[0], y[0]), linalg.vecdot(x, y)),
    "kron": lambda x, y: ft.kron(x[:2, :2], y[:, :1]),
    "tensordot": lambda x, y: ft.tensordot(x, y, ([0], [0])),
    "trace": lambda x: ft.trace(x),
    "vander": lambda x: (linalg.vander(x[0], 3), ft.vander(x[1])),
    "diff": lambda x: (ft.diff(x), ft.trapezoid(x), ft.cumulative_trapezoid(x, dim=0), *ft.gradient(x)),
    "statistics": lambda x: (ft.cov(x), ft.corrcoef(x), *ft.var_mean(x, 0), *ft.std_mean(x, 1)),
    "norms": lambda x: (linalg.vector_norm(x, 3), linalg.matrix_norm(x), linalg.matrix_norm(x, 2), linalg.norm(x)),
}
MATRICES = {
    "cholesky": lambda a: (ft.cholesky(symmetric(a)), ft.cholesky_inverse(factor(a))),
    "cholesky_solve": lambda a: ft.cholesky_solve(a[:, :1], factor(a)),
    "inverse": lambda a: (ft.inverse(a), ft.pinverse(a), linalg.pinv(a[:, :2])),
    "lu": lambda a: linalg.lu(a)[1:],
    "lu_solve": lambda a: linalg.lu_solve(*linalg.lu_factor(a), a[:, :1]),
    "lstsq": lambda a: linalg.lstsq(a[:, :2], a[:, 2:])[0],
    "matrix_power": lambda a: (ft.matrix_power(a, 3), ft.matrix_power(a, -2)),
    "multi_dot": lambda a: linalg.multi_dot([a, a[:, :1], a[:1]]),
    "sqrth": lambda a: linalg.matrix_sqrth(symmetric(a)),
    "solve": lambda a: (linalg.solve(a, a[:, :2]), ft.triangular_solve(a[:, :1], a)[0]),
    "tensorinv": lambda a: linalg.tensorinv(a[:2, :2].reshape(2, 2, 1), 1),
    "singular values": lambda a: (linalg.svdvals(a), linalg.cond(a), linalg.matrix_norm(a, "nuc")),
    "eigenvalues": lambda a: (linalg.eigvalsh(symmetric(a)), linalg.eigvals(a).sum().real),
    "qr": lambda a: linalg.qr(a)[0] @ linalg.qr(a)[1] @ linalg.qr(a)[1],
    "polar": lambda a: linalg.polar(a),
}
TRANSFORMS = {
    "fft": lambda x: (fft.fft(x), fft.ifft(x, dim=0), fft.fft2(x), fft.ifftn(x)),
    "real": lambda x: (fft.rfft(x.real), fft.ihfft(x.real), fft.rfft2(x.real)),
    "to real": lambda x: (fft.irfft(x), fft.hfft(x), fft.irfft2(x), fft.irfftn(x, (3, 5))),
    "shift": lambda x: (fft.fftshift(x), fft.ifftshift(x, 1)),
    "stft": lambda x: ft.stft(x.real.reshape(-1), 4, window=ft.ones(4, dtype=ft.float64), return_complex=True),
}
REAL = {"eigenvalues", "polar"}  # of a complex matrix: not Hermitian, so no more than the real case says


def leaves(function, kind):
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    values = {"x": X, "y": Y, "a": S}
    found = []
    for name in names:
        array = values[name].copy()
        if kind == "complex":
            array = array * (1 + 0.2j * rng.uniform(-1, 1, array.shape))
        found.append(Variable(ft.from_numpy(array), requires_grad=True))
    return found


def check(function, kind):
    variables = leaves(function, kind)
    assert gradcheck(function, variables, atol=1e-4)
    assert gradgradcheck(function, variables, atol=1e-4, fast_mode=True)


ALL = SHAPES | MATHEMATICS | PRODUCTS | MATRICES | TRANSFORMS
COMPLEX = {name: f for name, f in (SHAPES | PRODUCTS | MATRICES | TRANSFORMS).items() if name not in REAL}


@pytest.mark.parametrize("function", ALL.values(), ids=ALL)
def test_of_real_numbers(function):
    """Both derivatives agree with finite differences."""
    check(function, "real")


@pytest.mark.parametrize("function", COMPLEX.values(), ids=COMPLEX)
def test_of_complex_numbers(function):
    """Both derivatives agree with finite differences by real and imaginary parts."""
    check(function, "complex")
