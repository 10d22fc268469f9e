"""Special functions: accuracy against mpmath, the ends of their ranges, and where users find them."""

import importlib
import inspect
import pickle
import subprocess
import sys

import flambeau.tensor as ft
import mpmath
import numpy as np
import pytest
from flambeau.tensor import ops

INF, NAN = float("inf"), float("nan")
special = ft.special
rng = np.random.default_rng(0)


def test_namespace_is_loaded_when_used():
    """Importing the package does not import it; ``dir`` shows it; nothing else is found by accident."""
    code = "import sys, flambeau.tensor as ft; print('flambeau.tensor.special' in sys.modules, 'special' in dir(ft))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False True\n"
    assert importlib.import_module("flambeau.tensor.special") is ft.special
    with pytest.raises(AttributeError, match="no attribute 'spezial'"):
        ft.spezial  # noqa: B018


@pytest.mark.parametrize("name", special.__all__)
def test_functions_of_the_namespace(name):
    """Real functions with signature, summary and example, that pickle by name."""
    function = getattr(special, name)
    doc = inspect.getdoc(function)
    assert inspect.signature(function).parameters
    assert doc.split("\n")[0].rstrip().endswith((".", ":")) and "Example:" in doc
    assert pickle.loads(pickle.dumps(function)) is function


def test_examples_of_the_namespace():
    """Run as they stand."""
    import doctest

    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    report = []
    for name in special.__all__:
        for test in doctest.DocTestFinder(recurse=False).find(getattr(special, name), name, globs={"ft": ft, "np": np}):
            runner.run(test, out=report.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)


def positive(low=1e-3, high=30.0, n=60):
    return np.concatenate([rng.uniform(low, high, n), np.exp(rng.uniform(np.log(low), np.log(high), n))])


def both(high=30.0):
    x = positive(high=high)
    return np.concatenate([x, -x])


# name: (points, mpmath's function, greatest error, relative to the greater of the value and the last figure)
UNARY = {
    "lgamma": (positive(), lambda m, x: m.loggamma(x), 3e-15, 0),
    "digamma": (positive(), lambda m, x: m.digamma(x), 3e-15, 1),
    "i0": (both(), lambda m, x: m.besseli(0, x), 1e-14, 0),
    "i0e": (both(), lambda m, x: m.besseli(0, x) * m.exp(-abs(x)), 2e-15, 0),
    "i1": (both(), lambda m, x: m.besseli(1, x), 1e-14, 0),
    "i1e": (both(), lambda m, x: m.besseli(1, x) * m.exp(-abs(x)), 2e-15, 0),
    "modified_bessel_k0": (positive(), lambda m, x: m.besselk(0, x), 3e-15, 0),
    "modified_bessel_k1": (positive(), lambda m, x: m.besselk(1, x), 3e-15, 0),
    "scaled_modified_bessel_k0": (positive(), lambda m, x: m.besselk(0, x) * m.exp(x), 2e-15, 0),
    "scaled_modified_bessel_k1": (positive(), lambda m, x: m.besselk(1, x) * m.exp(x), 2e-15, 0),
    "bessel_j0": (both(100), lambda m, x: m.besselj(0, x), 2e-15, 1),
    "bessel_j1": (both(100), lambda m, x: m.besselj(1, x), 2e-15, 1),
    "bessel_y0": (positive(high=100), lambda m, x: m.bessely(0, x), 2e-15, 1),
    "bessel_y1": (positive(high=100), lambda m, x: m.bessely(1, x), 2e-15, 1),
    "spherical_bessel_j0": (both(), lambda m, x: m.sinc(x), 1e-15, 1),
    "airy_ai": (rng.uniform(-30, 2, 200), lambda m, x: m.airyai(x), 2e-14, 1),
    "airy_ai_slope": (rng.uniform(-30, 2, 200), lambda m, x: m.airyai(x, derivative=1), 2e-13, 1),
    "erfcx": (np.concatenate([positive(), -positive(high=3)]), lambda m, x: m.exp(x * x) * m.erfc(x), 3e-15, 0),
    "ndtr": (rng.uniform(-5, 8, 200), lambda m, x: m.ncdf(x), 1e-14, 0),
    "log_ndtr": (rng.uniform(-100, 5, 200), lambda m, x: m.log(m.erfc(-x / m.sqrt(2)) / 2), 1e-14, 0),
    "entr": (positive(), lambda m, x: -x * m.log(x), 5e-15, 1),
}


@pytest.mark.parametrize("name", UNARY)
def test_accuracy(name):
    """In float64 within what the docstring says; in float32 to the last digit or two."""
    points, function, most, least = UNARY[name]
    record = getattr(ops, name)
    with mpmath.workdps(40):
        exact = [function(mpmath.mp, mpmath.mpf(float(x))) for x in points]
        got = record(ft.from_numpy(points)).numpy()
        errors = [float(abs(g - e) / max(abs(e), least, 1e-300)) for g, e in zip(got.tolist(), exact, strict=True)]
        assert max(errors) <= most, f"{max(errors)} at {points[int(np.argmax(errors))]}"
        narrow = points.astype(np.float32)
        exact = np.array([float(function(mpmath.mp, mpmath.mpf(float(x)))) for x in narrow])
    got = record(ft.from_numpy(narrow)).numpy()
    np.testing.assert_allclose(got, exact, 2.5e-7, 2.5e-7 * least)


@pytest.mark.parametrize("n", [1, 2, 3, 7])
def test_polygamma_accuracy(n):
    """By the zeta function above 0, by reflection below."""
    for points, most in ((positive(high=20), 3e-15), (rng.uniform(-6, 0, 100), 2e-14)):
        got = ft.polygamma(n, ft.from_numpy(points)).tolist()
        with mpmath.workdps(40):
            exact = [mpmath.polygamma(n, mpmath.mpf(float(x))) for x in points]
            assert max(float(abs((g - e) / e)) for g, e in zip(got, exact, strict=True)) <= most


def test_accuracy_of_functions_of_two():
    """The incomplete gamma functions for small and large a, and the zeta function."""
    a = np.exp(rng.uniform(-5, 6, 150))
    x = a * np.exp(rng.normal(0, 1, 150) * np.minimum(1, 3 / np.sqrt(a)))
    lower, upper = (f(ft.from_numpy(a), ft.from_numpy(x)).tolist() for f in (ft.igamma, ft.igammac))
    s, q = rng.uniform(1.05, 20, 100), rng.uniform(0.05, 50, 100)
    zeta = special.zeta(ft.from_numpy(s), ft.from_numpy(q)).tolist()
    with mpmath.workdps(80):
        for i in range(150):
            exact = mpmath.gammainc(float(a[i]), 0, float(x[i]), regularized=True)
            assert abs(lower[i] - exact) <= min(2e-15, float(exact) * 1e-13 + 1e-300) + 1e-15 * float(exact)
            assert abs(upper[i] - (1 - exact)) <= 3e-15
        for i in range(100):
            exact = mpmath.zeta(mpmath.mpf(float(s[i])), mpmath.mpf(float(q[i])))
            assert abs(zeta[i] - exact) <= 4e-15 * abs(exact)


def test_ndtri_is_the_inverse():
    """Of ndtr, from the smallest probability to the middle and beyond."""
    p = np.concatenate([10.0 ** rng.uniform(-290, 0, 100), rng.uniform(0, 1, 100), 0.5 + rng.uniform(-1e-6, 1e-6, 20)])
    p = ft.from_numpy(p)
    y = special.ndtri(p)
    np.testing.assert_allclose(special.log_ndtr(y).numpy(), p.log().numpy(), 1e-13)
    np.testing.assert_allclose(special.ndtri(1 - p[100:200]).numpy(), -y[100:200].numpy(), 1e-9, 1e-15)


ENDS = {
    "lgamma": {0.0: INF, 1.0: 0.0, 2.0: 0.0, -3.0: INF, INF: INF, -INF: INF, NAN: NAN, 1e308: INF},
    "digamma": {0.0: -INF, -1.0: NAN, INF: INF, NAN: NAN},
    "i0": {0.0: 1.0, INF: INF, -INF: INF, NAN: NAN},
    "i1": {0.0: 0.0, INF: INF, -INF: -INF, NAN: NAN},
    "i0e": {0.0: 1.0, INF: 0.0, -INF: 0.0, NAN: NAN},
    "i1e": {0.0: 0.0, INF: 0.0, -INF: -0.0, NAN: NAN},
    "modified_bessel_k0": {0.0: INF, -1.0: NAN, INF: 0.0, NAN: NAN},
    "modified_bessel_k1": {0.0: INF, -1.0: NAN, INF: 0.0, NAN: NAN},
    "scaled_modified_bessel_k0": {0.0: INF, -1.0: NAN, INF: 0.0, NAN: NAN},
    "scaled_modified_bessel_k1": {0.0: INF, -1.0: NAN, INF: 0.0, NAN: NAN},
    "bessel_j0": {0.0: 1.0, INF: 0.0, -INF: 0.0, NAN: NAN},
    "bessel_j1": {0.0: 0.0, INF: 0.0, -INF: 0.0, NAN: NAN},
    "bessel_y0": {0.0: -INF, -1.0: NAN, INF: 0.0, NAN: NAN},
    "bessel_y1": {0.0: -INF, -1.0: NAN, INF: 0.0, NAN: NAN},
    "spherical_bessel_j0": {0.0: 1.0, INF: 0.0, -INF: 0.0, NAN: NAN},
    "airy_ai": {INF: 0.0, -INF: 0.0, NAN: NAN, 1e300: 0.0},
    "airy_ai_slope": {INF: 0.0, -INF: NAN, NAN: NAN, 1e300: 0.0},
    "erfcx": {0.0: 1.0, INF: 0.0, -INF: INF, NAN: NAN},
    "ndtr": {0.0: 0.5, INF: 1.0, -INF: 0.0, NAN: NAN},
    "log_ndtr": {INF: 0.0, -INF: -INF, NAN: NAN},
    "ndtri": {0.0: -INF, 0.5: 0.0, 1.0: INF, -1.0: NAN, 2.0: NAN, NAN: NAN, INF: NAN},
    "entr": {0.0: 0.0, 1.0: 0.0, -1.0: -INF, INF: -INF, -INF: -INF, NAN: NAN},
}


@pytest.mark.parametrize("dtype", [ft.float32, ft.float64], ids=str)
@pytest.mark.parametrize("name", ENDS)
def test_ends_of_the_range(name, dtype):
    """What stands at zeros, poles, infinities and nan, alone and among others."""
    points = ENDS[name]
    if dtype == ft.float32:
        points = {x: y for x, y in points.items() if not 1e40 < abs(x) < INF}
    record = getattr(ops, name)
    got = record(ft.tensor(list(points), dtype=dtype)).numpy()
    np.testing.assert_array_equal(got, list(points.values()))
    for x, y in points.items():
        np.testing.assert_array_equal(record(ft.tensor(x, dtype=dtype)).item(), y)


def test_ends_of_the_range_of_two():
    """Incomplete gamma and zeta functions; of nan, nan."""
    for a, x, lower in ((2, 0, 0), (2, INF, 1), (0, 2, 1), (INF, 2, 0), (0, 0, NAN), (INF, INF, NAN), (-1, 2, NAN),
                        (2, -1, NAN), (NAN, 1, NAN), (1, NAN, NAN), (1e5, 1, 0), (1, 1e5, 1)):  # fmt: skip
        a, x = ft.tensor([float(a)]), ft.tensor([float(x)])
        np.testing.assert_array_equal(ft.igamma(a, x).item(), lower)
        np.testing.assert_array_equal(ft.igammac(a, x).item(), 1 - lower)
    for s, q, value in ((1, 2, INF), (2, 0, INF), (0.5, 2, NAN), (2, -0.5, NAN), (NAN, 1, NAN), (2, NAN, NAN)):
        np.testing.assert_array_equal(special.zeta(ft.tensor([float(s)]), float(q)).item(), value)
    assert special.xlog1py(0.0, ft.tensor([-1.0, -2.0, INF])).tolist() == [0.0, 0.0, 0.0]
    assert np.isnan(special.xlog1py(0.0, ft.tensor([NAN])).item())


def test_pole_of_digamma_has_the_sign_of_the_side():
    """inf from below, -inf from above, as the sign of 0 says."""
    assert ft.digamma(ft.tensor([-0.0, 0.0])).tolist() == [INF, -INF]


def test_polygamma_and_mvlgamma():
    """As function, method and in place; orders and dimensions out of range are refused."""
    x = ft.tensor([1.5, 4.0], dtype=ft.float64)
    assert x.polygamma(2).tolist() == ft.polygamma(2, x).tolist()
    assert ft.polygamma(0, x).tolist() == ft.digamma(x).tolist()
    y = x.clone()
    assert y.polygamma_(1) is y and y.tolist() == x.polygamma(1).tolist()
    expected = np.log(np.pi) / 2 + (ft.lgamma(x) + ft.lgamma(x - 0.5)).numpy()
    np.testing.assert_allclose(special.multigammaln(x, 2).numpy(), expected, 1e-14)
    y = x.clone()
    assert y.mvlgamma_(2) is y and y.tolist() == x.mvlgamma(2).tolist()
    for call, message in (
        (lambda: ft.polygamma(-1, x), "polygamma(): argument 'n': expected 0 to 100, got -1"),
        (lambda: ft.mvlgamma(x, 0), "mvlgamma(): argument 'p': expected 1 to 1000, got 0"),
    ):
        with pytest.raises(ValueError) as raised:
            call()
        assert str(raised.value) == message


POLYNOMIALS = {
    "chebyshev_polynomial_t": lambda m, n, x: m.chebyt(n, x),
    "chebyshev_polynomial_u": lambda m, n, x: m.chebyu(n, x),
    "chebyshev_polynomial_v": lambda m, n, x: m.cos((n + 0.5) * m.acos(x)) / m.cos(m.acos(x) / 2),
    "chebyshev_polynomial_w": lambda m, n, x: m.sin((n + 0.5) * m.acos(x)) / m.sin(m.acos(x) / 2),
    "hermite_polynomial_h": lambda m, n, x: m.hermite(n, x),
    "hermite_polynomial_he": lambda m, n, x: m.hermite(n, x / m.sqrt(2)) / m.sqrt(2) ** n,
    "laguerre_polynomial_l": lambda m, n, x: m.laguerre(n, 0, x),
    "legendre_polynomial_p": lambda m, n, x: m.legendre(n, x),
}
POLYNOMIALS |= {
    f"shifted_{name}": lambda m, n, x, f=function: f(m, n, 2 * x - 1)
    for name, function in list(POLYNOMIALS.items())[:4]
}


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_polynomials(name):
    """One degree for all, and one for each."""
    x = rng.uniform(0.05, 0.95, 6)
    function = getattr(special, name)
    degrees = np.array([0, 1, 2, 5, 9, 20])
    with mpmath.workdps(30):
        exact = np.array(
            [[float(POLYNOMIALS[name](mpmath.mp, int(n), mpmath.mpf(float(v)))) for v in x] for n in degrees]
        )
    for n, row in zip(degrees.tolist(), exact, strict=True):
        np.testing.assert_allclose(function(ft.from_numpy(x), n).numpy(), row, 1e-12, 1e-13 * np.abs(row).max())
    several = function(ft.from_numpy(x), ft.from_numpy(degrees)[:, None]).numpy()
    np.testing.assert_allclose(several, exact, 1e-12, 1e-12)
    assert function(ft.from_numpy(x), -1).tolist() == [0.0] * 6
    assert function(ft.zeros(0), ft.zeros(0, dtype=ft.int64)).shape == (0,)
    with pytest.raises(ValueError) as raised:
        function(ft.from_numpy(x), 10**9)
    assert str(raised.value) == f"{name}(): argument 'n': expected at most 10000, got 1000000000"
    with pytest.raises(TypeError) as raised:
        function(ft.from_numpy(x), 1.5)
    assert str(raised.value) == f"{name}(): argument 'n': expected int, or Tensor of them, got float"
