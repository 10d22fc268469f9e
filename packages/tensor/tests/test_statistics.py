"""Statistics, differences and comparisons of whole Tensors, against NumPy."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor.testing import assert_close

rng = np.random.default_rng(0)
X = rng.standard_normal((3, 4, 5)).astype(np.float32)
HOLES = np.where(rng.random((3, 4, 5)) < 0.2, np.nan, X).astype(np.float32)
T, H = ft.from_numpy(X), ft.from_numpy(HOLES)
DIMS = pytest.mark.parametrize("dim", [None, 0, 1, -1])
LOOSE = {"rtol": 1e-5, "atol": 1e-6}


def refused(kind, message, call, *args, **kwargs):
    with pytest.raises(kind) as raised:
        call(*args, **kwargs)
    assert str(raised.value) == message


@DIMS
def test_aminmax(dim):
    """Both at once, by name."""
    result = ft.aminmax(T, dim=dim, keepdim=True)
    assert_close(result.min, X.min(dim, keepdims=True))
    assert_close(result.max, X.max(dim, keepdims=True))
    refused(IndexError, "aminmax(): argument 'dim': expected a dimension in [-3, 2], got 3", T.aminmax, dim=3)


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_medians_along_a_dimension_are_elements(dim):
    """Of two the lower one, and its place; nan wins in median and does not count in nanmedian."""
    middle = (X.shape[dim] - 1) // 2
    values, indices = ft.median(T, dim)
    assert_close(values, np.take(np.sort(X, dim), middle, dim))
    assert_close(T.gather(dim, indices.unsqueeze(dim)).squeeze(dim), values)
    missing = np.isnan(HOLES).any(dim)
    assert_close(ft.isnan(ft.median(H, dim).values), missing)
    got = H.nanmedian(dim, True)
    assert got.values.shape == got.indices.shape == tuple(1 if d == dim % 3 else n for d, n in enumerate(X.shape))
    assert_close(H.gather(dim, got.indices), got.values)


def test_median_of_all():
    """A Tensor without dimensions; nan for no elements, which integers cannot say."""
    assert ft.median(T).item() == np.sort(X.ravel())[29]
    assert ft.nanmedian(H).item() == np.sort(HOLES.ravel())[(np.isfinite(HOLES).sum() - 1) // 2]
    assert np.isnan(ft.median(ft.zeros(0)).item())
    with pytest.raises(ft.ShapeError, match=r"^median\(\): argument 'input': expected at least one element"):
        ft.median(ft.zeros(0, dtype=ft.int64))
    refused(TypeError, "median(): argument 'axis': expected one of dim and axis, got both", ft.median, T, 0, axis=1)
    message = "median(): argument 'keepdim': expected a dim to keep, got none; give dim"
    refused(ValueError, message, ft.median, T, keepdim=True)


@DIMS
@pytest.mark.parametrize("method", ["linear", "lower", "higher", "nearest", "midpoint"])
def test_quantile(dim, method):
    """Numbers and Tensors of them, in all interpolations; the dimension of q comes first."""
    for q in (0.3, [0.0, 0.25, 1.0]):
        for keepdim in (False, True):
            given = q if isinstance(q, float) else ft.tensor(q)
            expected = np.quantile(X, q, dim, method=method, keepdims=keepdim).astype(np.float32)
            assert_close(ft.quantile(T, given, dim, keepdim, interpolation=method), expected, **LOOSE)
            expected = np.nanquantile(HOLES, q, dim, method=method, keepdims=keepdim).astype(np.float32)
            assert_close(H.nanquantile(given, dim, keepdim, interpolation=method), expected, **LOOSE)
    assert_close(ft.isnan(ft.quantile(H, 0.5, dim)), np.isnan(HOLES).any(dim))


def test_quantile_refuses():
    """What is no fraction, no way to interpolate, no float, no element."""
    refused(ValueError, "quantile(): argument 'q': expected 0 to 1, got 1.5", ft.quantile, T, 1.5)
    refused(ValueError, "nanquantile(): argument 'q': expected 0 to 1, got nan", ft.nanquantile, T, float("nan"))
    message = "quantile(): argument 'interpolation': expected one of linear, lower, higher, nearest, midpoint, got 'x'"
    refused(ValueError, message, ft.quantile, T, 0.5, interpolation="x")
    message = "quantile(): argument 'input': expected a floating dtype, got int64; convert it with .float()"
    refused(ft.DTypeError, message, ft.quantile, ft.arange(3), 0.5)
    message = "quantile(): argument 'input': expected at least one element, got shape (2, 0)"
    refused(ft.ShapeError, message, ft.quantile, ft.zeros(2, 0), 0.5)
    message = "quantile(): argument 'q': expected at most 1 dimension, got shape (1, 1)"
    refused(ft.ShapeError, message, ft.quantile, T, ft.zeros(1, 1))
    refused(IndexError, "quantile(): argument 'dim': expected a dimension in [-3, 2], got 3", ft.quantile, T, 0.5, 3)


@pytest.mark.parametrize("dim", [None, 0, -1, (0, 2)])
def test_sums_without_nan(dim):
    """nansum and nanmean leave nan out; integers have none; dtype= says what to compute in."""
    assert_close(ft.nansum(H, dim), np.nansum(HOLES, dim), **LOOSE)
    assert_close(H.nanmean(dim, keepdim=True), np.nanmean(HOLES, dim, keepdims=True), **LOOSE)
    assert ft.nansum(H, dim, dtype=ft.float64).dtype == ft.nanmean(H, dim, dtype=ft.float64).dtype == np.float64
    assert_close(ft.nansum(ft.arange(4)), np.array(6))
    assert np.isnan(ft.nanmean(ft.tensor([float("nan")])).item())


@DIMS
def test_moments_in_pairs(dim):
    """std_mean and var_mean are std, var and mean."""
    for pair, one in ((ft.std_mean, ft.std), (ft.var_mean, ft.var)):
        spread, mean = pair(T, dim, correction=0)
        assert_close(spread, one(T, dim, correction=0))
        assert_close(mean, ft.mean(T, dim))


def test_covariance():
    """With and without weights, of several variables and of one."""
    x = X[0]
    often, weight = rng.integers(1, 4, 5), rng.random(5).astype(np.float32)
    f, a = ft.from_numpy(often), ft.from_numpy(weight)
    for ours, numpys in (
        ({}, {}),
        ({"correction": 0}, {"ddof": 0}),
        ({"fweights": f}, {"fweights": often}),
        ({"fweights": f, "aweights": a}, {"fweights": often, "aweights": weight}),
    ):
        assert_close(ft.cov(T[0], **ours), np.cov(x, **numpys).astype(np.float32), **LOOSE)
    assert_close(ft.cov(T[0, 0]), np.cov(x[0]).astype(np.float32), **LOOSE)
    assert_close(ft.corrcoef(T[0]), np.corrcoef(x).astype(np.float32), **LOOSE)
    assert ft.corrcoef(T[0, 0]).item() == 1
    message = "cov(): argument 'fweights': expected integers, got float32"
    refused(ft.DTypeError, message, ft.cov, T[0], fweights=a)
    message = "cov(): argument 'aweights': expected shape (5,), one for each observation, got (2,)"
    refused(ft.ShapeError, message, ft.cov, T[0], aweights=ft.zeros(2))
    message = "cov(): argument 'aweights': expected no negative weights, got some"
    refused(ValueError, message, ft.cov, T[0], aweights=-a)
    refused(ft.ShapeError, "corrcoef(): argument 'input': expected at most 2 dimensions, got shape (3, 4, 5)",
            ft.corrcoef, T)  # fmt: skip


def test_histograms():
    """NumPy's counts; the range is the data's where it is not given, and that of equal elements is widened."""
    assert_close(ft.histc(T, 7), np.histogram(X, 7)[0].astype(np.float32))
    assert_close(ft.histc(T, 7, -1, 1), np.histogram(X, 7, (-1, 1))[0].astype(np.float32))
    assert_close(ft.histc(ft.ones(3), 4), np.array([0, 0, 3, 0], np.float32))
    hist, edges = ft.histogram(T, 7, range=(-1.0, 1.0), weight=T, density=True)
    expected, places = np.histogram(X, 7, (-1, 1), weights=X, density=True)
    assert_close(hist, expected.astype(np.float32), 1e-4)
    assert_close(edges, places.astype(np.float32))
    given = ft.tensor([-1.0, 0.0, 3.0])
    assert ft.histogram(T, given).bin_edges is given
    message = "histc(): argument 'input': expected a finite range, got (nan, nan)"
    refused(ValueError, message, ft.histc, ft.tensor([float("nan")]))
    refused(ValueError, "histc(): argument 'bins': expected 1 or more, got 0", ft.histc, T, 0)
    message = "histogram(): argument 'range': expected edges in order, got (1, 0)"
    refused(ValueError, message, ft.histogram, T, 3, range=(1, 0))
    message = "histogram(): argument 'bins': expected edges in order, got some that are not"
    refused(ValueError, message, ft.histogram, T, ft.tensor([1.0, 0.0]))


@pytest.mark.parametrize("p", [0, 1, 2, 3, float("inf")])
def test_distances(p):
    """dist is a norm; pdist is what cdist has above the diagonal; renorm bounds."""
    assert_close(ft.dist(T, T[:1], p), ft.norm(T - T[:1], p))
    square = ft.cdist(T[0], T[0], p).numpy()
    assert_close(ft.pdist(T[0], p), square[np.triu_indices(4, 1)], **LOOSE)
    assert ft.pdist(T[0, :1], p).shape == (0,)
    if p:
        bounded = ft.renorm(T, p, 1, 0.5)
        assert_close(ft.norm(bounded, p, (0, 2)), np.full(4, 0.5, np.float32), **LOOSE)
        assert_close(ft.renorm(T, p, 1, 1e6), X)
        again = T.clone()
        assert again.renorm_(p, 1, 0.5) is again
        assert_close(again, bounded)
    message = "renorm(): argument 'dim': expected a dimension in [-3, 2], got 3"
    refused(IndexError, message, ft.renorm, T, 2, 3, 1)


def test_trace():
    """Integers in int64."""
    assert_close(ft.trace(T[0]), np.trace(X[0]))
    assert ft.trace(ft.ones(2, 2, dtype=ft.uint8)).dtype == np.int64
    refused(ft.ShapeError, "trace(): argument 'input': expected 2 dimensions, got shape (3, 4, 5)", ft.trace, T)


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_differences_and_areas(dim):
    """diff, trapezoid, cumulative_trapezoid and gradient."""
    for n in (0, 1, 2, 9):
        assert_close(ft.diff(T, n, dim), np.diff(X, n, dim), **LOOSE)
    edge = ft.narrow(T, dim, 0, 1)
    assert_close(T.diff(1, dim, edge, edge), np.diff(X, 1, dim, edge.numpy(), edge.numpy()), **LOOSE)
    size = X.shape[dim]
    x = np.sort(rng.random(size)).astype(np.float32)
    places = ft.from_numpy(x)
    assert_close(ft.trapezoid(T, places, dim=dim), np.trapezoid(X, x, axis=dim), **LOOSE)
    assert_close(ft.trapz(T, dx=0.5, dim=dim), np.trapezoid(X, dx=0.5, axis=dim), **LOOSE)
    sums = ft.cumulative_trapezoid(T, places, dim=dim)
    assert_close(ft.narrow(sums, dim, size - 2, 1).squeeze(dim), ft.trapezoid(T, places, dim=dim), **LOOSE)
    for order in (1, 2):
        (slope,) = ft.gradient(T, spacing=2.0, dim=dim, edge_order=order)
        assert_close(slope, np.gradient(X, 2.0, axis=dim, edge_order=order), **LOOSE)
        (slope,) = ft.gradient(T, spacing=[places], dim=dim, edge_order=order)
        assert_close(slope, np.gradient(X, x, axis=dim, edge_order=order), 1e-4, 1e-4)


def test_differences_of_bools_and_few():
    """Whether neighbours differ; no area under one sample; no slope without two."""
    assert ft.diff(ft.tensor([True, True, False])).tolist() == [False, True]
    assert ft.trapezoid(ft.ones(1)).item() == ft.trapezoid(ft.ones(0)).item() == 0
    message = "gradient(): argument 'input': expected at least 2 samples along dimension 0, got shape (1,)"
    refused(ft.ShapeError, message, ft.gradient, ft.ones(1))
    message = "trapezoid(): argument 'x': expected size 5 in dimension -1, as y, got shape (4,)"
    refused(ft.ShapeError, message, ft.trapezoid, T, ft.ones(4))
    refused(ValueError, "diff(): argument 'n': expected 0 or more, got -1", ft.diff, T, -1)


def test_closeness():
    """NumPy's isclose; nan and infinities; integers; other dtypes are refused."""
    one = np.array([1.0, 1.0, np.inf, np.inf, np.nan, 0.0], np.float32)
    other = np.array([1.000001, 1.1, np.inf, -np.inf, np.nan, 1e-9], np.float32)
    for equal_nan in (False, True):
        got = ft.isclose(ft.from_numpy(one), ft.from_numpy(other), equal_nan=equal_nan)
        assert_close(got, np.isclose(one, other, equal_nan=equal_nan))
    assert ft.allclose(H, H, equal_nan=True) and not ft.allclose(H, H) and H.allclose(H + 1e-9, equal_nan=True)
    assert ft.isclose(ft.arange(3), ft.arange(3) + 1, atol=1).all()
    assert ft.equal(T, T.clone()) and not ft.equal(H, H) and not ft.equal(T, T[0])
    message = "allclose(): argument 'other': expected input's dtype float32, got float64; convert one of them"
    refused(ft.DTypeError, message, ft.allclose, T, T.double())
    refused(ValueError, "isclose(): argument 'rtol': expected 0 or more, got -1", ft.isclose, T, T, -1)


def test_infinities_by_sign():
    """isposinf and isneginf; integers have none."""
    x = ft.tensor([float("inf"), -float("inf"), 0.0, float("nan")])
    assert ft.isposinf(x).tolist() == [True, False, False, False]
    assert x.isneginf().tolist() == [False, True, False, False]
    assert not ft.isposinf(ft.arange(3)).any()
    message = "isposinf(): argument 'input': expected a real dtype, got complex64"
    refused(ft.DTypeError, message, ft.isposinf, ft.tensor([1j]))


def test_statistics_of_complex_numbers():
    """Variances are real, covariances Hermitian; as NumPy's."""
    x = rng.standard_normal((3, 5)) + 1j * rng.standard_normal((3, 5))
    t, weights = ft.from_numpy(x), rng.uniform(1, 2, 5)
    assert_close(ft.var(t, 1), x.var(1, ddof=1))
    assert_close(ft.std(t), x.std(ddof=1))
    assert_close(ft.norm(t), np.linalg.norm(x))
    assert_close(ft.cov(t), np.cov(x))
    assert_close(ft.cov(t, aweights=ft.from_numpy(weights)), np.cov(x, aweights=weights))
    assert_close(ft.corrcoef(t), np.corrcoef(x))
