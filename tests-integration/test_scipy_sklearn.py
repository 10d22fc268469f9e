"""SciPy and scikit-learn on Tensors, by the array API standard: the page of the docs, and values beside NumPy's."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("scipy", reason="needs SciPy to use us")

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "scipy.md"


def run(code):
    """What a program prints in an interpreter of its own: SciPy reads its switch once."""
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "SCIPY_ARRAY_API": "1"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_page_of_the_docs():
    """The program on the page runs, and prints what the page says."""
    pytest.importorskip("sklearn", reason="needs scikit-learn to use us")
    page = PAGE.read_text()
    (program,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    (printed,) = re.findall(r"```text\n(.*?)```", page, flags=re.DOTALL)
    assert run(program) == printed


HEAD = """
import numpy as np, flambeau.tensor as ft
def check(call, *arrays, rtol=1e-6):
    mine, numpys = call(*[ft.from_numpy(a) for a in arrays]), call(*arrays)
    assert type(mine) is ft.Tensor, type(mine)
    assert str(mine.dtype) == str(numpys.dtype) and mine.shape == np.shape(numpys), (mine.dtype, numpys.dtype)
    np.testing.assert_allclose(mine.numpy(), numpys, rtol=rtol, atol=rtol)
"""


def test_scipy():
    """Special functions, filters and statistics give Tensors of NumPy's values."""
    run(
        HEAD
        + """
from scipy import signal, special, stats
for dtype in ("float32", "float64"):
    x = np.linspace(0.1, 2, 20).astype(dtype)
    rtol = 1e-5 if dtype == "float32" else 1e-12
    for function in (special.expit, special.gammaln, special.logsumexp, special.softmax, special.erf, special.ndtr):
        check(function, x, rtol=rtol)
    check(special.xlogy, x, x, rtol=rtol)
    check(signal.convolve, x, x[:5], rtol=rtol)
    check(lambda b, a, x: signal.lfilter(b, a, x), x[:2], x[3:5], x, rtol=rtol)
    check(signal.detrend, x, rtol=rtol)
    check(stats.zscore, x, rtol=rtol)
"""
    )


def test_sklearn():
    """PCA and linear discriminant analysis find what they find on NumPy's arrays."""
    pytest.importorskip("sklearn", reason="needs scikit-learn to use us")
    run(
        HEAD
        + """
import sklearn
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.preprocessing import StandardScaler
sklearn.set_config(array_api_dispatch=True)
rng = np.random.default_rng(0)
for dtype in ("float32", "float64"):
    X = rng.standard_normal((60, 4)).astype(dtype)
    y = (X[:, 0] + X[:, 1] > 0).astype("int64")
    rtol = 1e-3 if dtype == "float32" else 1e-8
    for solver in ("full", "covariance_eigh"):
        check(lambda X: PCA(2, svd_solver=solver).fit_transform(X), X, rtol=rtol)
        check(lambda X: PCA(2, svd_solver=solver).fit(X).explained_variance_ratio_, X, rtol=rtol)
    check(lambda X, y: LinearDiscriminantAnalysis().fit(X, y).predict(X), X, y)
    check(lambda X, y: LinearDiscriminantAnalysis().fit(X, y).predict_proba(X), X, y, rtol=rtol)
    check(StandardScaler().fit_transform, X, rtol=rtol)
"""
    )
