"""Pooling beside torch, over its options: values, places and gradients."""

import itertools

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest
from beside_torch import torch
from flambeau.autograd import Variable
from flambeau.tensor.testing import assert_close
from nn_helpers import SIZES, images


def same(result, expected):
    result = (result.detach() if isinstance(result, Variable) else result).numpy()
    expected = expected.detach().numpy()
    assert (result.shape, result.dtype) == (expected.shape, expected.dtype)
    if result.dtype.kind == "i":
        np.testing.assert_array_equal(result, expected)
    else:
        assert_close(result, expected, rtol=1e-11, atol=1e-12)


def compare(name, x, *args, **given):
    ours, theirs = Variable(ft.tensor(x), requires_grad=True), torch.tensor(x, requires_grad=True)
    result = getattr(F, name)(ours, *args, **given)
    expected = getattr(torch.nn.functional, name)(theirs, *args, **given)
    if isinstance(expected, tuple):
        same(result[1], expected[1])
        result, expected = result[0], expected[0]
    same(result, expected)
    grad = np.random.default_rng(1).standard_normal(result.shape).astype(x.dtype)
    result.backward(ft.tensor(grad))
    expected.backward(torch.tensor(grad))
    same(ours.grad, theirs.grad)


def windows(dims, **options):
    """Keyword arguments of pooling: windows of several kinds, with every combination of the options."""
    for kernel, stride, padding in [(2, None, 0), (3, 2, 1), ((3, 2, 4)[:dims], (1, 2, 3)[:dims], (1, 0, 2)[:dims])]:
        for values in itertools.product(*options.values()):
            yield {
                "kernel_size": kernel,
                "stride": stride,
                "padding": padding,
                **dict(zip(options, values, strict=True)),
            }


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("batch", [(2, 3), (1, 17), (3,)])
def test_max_pool(dims, batch):
    dilations = [1, (2, 1, 2)[:dims]]
    for given in windows(dims, dilation=dilations, ceil_mode=[False, True], return_indices=[False, True]):
        compare(f"max_pool{dims}d", images(dims, batch), **given)


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("batch", [(2, 3), (1, 17), (3,)])
def test_avg_pool(dims, batch):
    options = {"ceil_mode": [False, True], "count_include_pad": [True, False]}
    for given in windows(dims, **options, **({} if dims == 1 else {"divisor_override": [None, 5]})):
        compare(f"avg_pool{dims}d", images(dims, batch), **given)


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("batch", [(2, 3), (3,)])
def test_adaptive_pool(dims, batch):
    for out in (1, 3, (9, 7, 8)[:dims], (4, 10, 3)[:dims], (2,) + (None,) * (dims - 1)):
        compare(f"adaptive_avg_pool{dims}d", images(dims, batch), out)
        compare(f"adaptive_max_pool{dims}d", images(dims, batch), out)
        compare(f"adaptive_max_pool{dims}d", images(dims, batch), out, return_indices=True)


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_lp_pool(dims):
    for norm, kernel, stride, ceil_mode in itertools.product(
        [1, 2, 3.5], [2, (3, 2)] if dims == 2 else [2, 3], [None, 2], [False, True]
    ):
        compare(f"lp_pool{dims}d", np.abs(images(dims)), norm, kernel, stride, ceil_mode)


@pytest.mark.parametrize("dims", [2, 3])
def test_fractional_max_pool(dims):
    """With the same samples the windows are the same."""
    for batch, out in itertools.product([(2, 3), (1, 2)], [3, (4, 5, 2)[:dims], 1]):
        samples = np.random.default_rng(2).random((*batch, dims))
        x = images(dims, batch)
        ours, theirs = Variable(ft.tensor(x), requires_grad=True), torch.tensor(x, requires_grad=True)
        name = f"fractional_max_pool{dims}d"
        result, places = getattr(F, name)(ours, 2, out, return_indices=True, _random_samples=ft.tensor(samples))
        expected, their_places = getattr(torch.nn.functional, name)(
            theirs, 2, out, return_indices=True, _random_samples=torch.tensor(samples)
        )
        same(result, expected)
        same(places, their_places)
        result.square().sum().backward()
        expected.square().sum().backward()
        same(ours.grad, theirs.grad)


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("batch", [(2, 3), (3,)])
def test_max_unpool(dims, batch):
    pool, unpool = (getattr(torch.nn.functional, f"max_{what}{dims}d") for what in ("pool", "unpool"))
    whole = np.random.default_rng(3).standard_normal((*batch, *(8, 6, 4)[:dims]))
    odd = images(dims, batch)
    for x, size in [(whole, None), (whole, whole.shape[-dims:]), (odd, SIZES[:dims]), (odd, odd.shape)]:
        values, places = pool(torch.tensor(x), 2, return_indices=True)
        ours = Variable(ft.tensor(values.numpy()), requires_grad=True)
        result = getattr(F, f"max_unpool{dims}d")(ours, ft.tensor(places.numpy()), 2, output_size=size)
        theirs = values.clone().requires_grad_()
        expected = unpool(theirs, places, 2, output_size=size if size is None else size[-dims:])
        same(result, expected)
        result.square().sum().backward()
        expected.square().sum().backward()
        same(ours.grad, theirs.grad)


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("name", ["max_pool", "avg_pool"])
def test_nan_infinity_and_no_images(name, dims):
    x = images(dims)
    x[(0, 0, *[2] * dims)], x[(1, 1, *[3] * dims)], x[1, 2] = np.nan, np.inf, -np.inf
    ours = getattr(F, f"{name}{dims}d")(ft.tensor(x), 3, 2, 1)
    theirs = getattr(torch.nn.functional, f"{name}{dims}d")(torch.tensor(x), 3, 2, 1)
    np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
    compare(f"{name}{dims}d", images(dims, (0, 3)), 2)


LAYERS = [
    ("MaxPool", (3, 2, 1, 1, False, True)),
    ("AvgPool", (3, 2, 1, True, False)),
    ("LPPool", (2, 3, 2)),
    ("AdaptiveAvgPool", (3,)),
    ("AdaptiveMaxPool", (3,)),
]


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize(("name", "args"), LAYERS)
def test_layers(name, args, dims):
    ours, theirs = (getattr(library, f"{name}{dims}d")(*args) for library in (nn, torch.nn))
    x = images(dims)
    same(ours(ft.tensor(x)), theirs(torch.tensor(x)))
    same(ours(ft.tensor(x[0])), theirs(torch.tensor(x[0])))


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_unpooling_layers(dims):
    x = images(dims)
    ours, theirs = (getattr(library, f"MaxPool{dims}d")(2, return_indices=True) for library in (nn, torch.nn))
    back, their_back = (getattr(library, f"MaxUnpool{dims}d")(2) for library in (nn, torch.nn))
    size = SIZES[:dims]
    same(back(*ours(ft.tensor(x)), output_size=size), their_back(*theirs(torch.tensor(x)), output_size=size))
