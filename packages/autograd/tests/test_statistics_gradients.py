"""Gradients through functions that are made of operators: statistics, differences, distances."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, gradcheck, gradgradcheck

rng = np.random.default_rng(0)
X = rng.permutation(24).reshape(4, 6) / 4 + rng.uniform(0.0, 0.1, (4, 6))
HOLES = np.where(np.arange(24).reshape(4, 6) % 7 == 0, np.nan, X)

FUNCTIONS = {
    "aminmax": lambda x: tuple(ft.aminmax(x, dim=1)),
    "median": lambda x: (ft.median(x), ft.median(x, 1).values, ft.nanmedian(x, 0).values),
    "quantile": lambda x: (ft.quantile(x, 0.3, 1), ft.quantile(x, ft.tensor([0.2, 0.9]), keepdim=True)),
    "std_mean": lambda x: (*ft.std_mean(x, 1), *ft.var_mean(x, 0)),
    "cov": lambda x: (ft.cov(x), ft.corrcoef(x), ft.cov(x, aweights=ft.arange(1.0, 7.0))),
    "dist": lambda x: (ft.dist(x, x * 2 + 1), ft.pdist(x), ft.renorm(x, 2, 0, 5.0)),
    "diff": lambda x: (ft.diff(x, 2), ft.trapezoid(x), ft.cumulative_trapezoid(x, dim=0), *ft.gradient(x)),
    "trace": ft.trace,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_first_and_second_derivative(name):
    """Both agree with finite differences."""
    x = Variable(ft.from_numpy(X), requires_grad=True)
    assert gradcheck(FUNCTIONS[name], (x,))
    assert gradgradcheck(FUNCTIONS[name], (x,), fast_mode=True)


def test_nan_that_is_left_out_gets_no_gradient():
    """nansum, nanmean and nanquantile: 0 there, not nan."""
    for function in (ft.nansum, lambda x: ft.nanmean(x, 1).sum(), lambda x: ft.nanquantile(x, 0.3, 1).sum()):
        x = Variable(ft.from_numpy(HOLES), requires_grad=True)
        function(x).backward()
        assert ft.isfinite(x.grad).all()
        assert (x.grad.numpy()[np.isnan(HOLES)] == 0).all()


def test_distances_of_equal_points_have_no_slope():
    """0, the smallest subgradient, not nan."""
    for p in (1, 2, 3, float("inf")):
        x = Variable(ft.ones(30, 2), requires_grad=True)
        (ft.pdist(x, p).sum() + ft.cdist(x, x, p).sum()).backward()
        assert (x.grad == 0).all()


def test_renorm_in_place_is_recorded():
    """The twin has the gradient of the function."""
    x = Variable(ft.from_numpy(X), requires_grad=True)
    y = x.clone()
    y.renorm_(2, 0, 5.0)
    (y * y * y).sum().backward()
    again = Variable(ft.from_numpy(X), requires_grad=True)
    (ft.renorm(again, 2, 0, 5.0) ** 3).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), again.grad.numpy())
