"""Convolutions beside torch, over their options: values and the gradients of input, weight and bias."""

import itertools

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest
from beside_torch import torch
from flambeau.autograd import Variable
from flambeau.tensor.testing import assert_close
from nn_helpers import SIZES

KERNEL = (3, 2, 3)


def options(dims, transposed):
    """Every combination of a few values of each option; ``same`` only where torch has it."""
    several = [1, (2, 1, 3)[:dims]]
    paddings = [0, (1, 0, 1)[:dims]] if transposed else [0, (1, 0, 1)[:dims], "same", "valid"]
    extras = [0, (1, 0, 1)[:dims]] if transposed else [None]
    for stride, padding, extra, dilation, groups, bias in itertools.product(
        several, paddings, extras, several, [1, 2], [True, False]
    ):
        if padding == "same" and stride != 1:
            continue
        pairs = zip(*(x if isinstance(x, tuple) else (x,) * dims for x in (extra or 0, stride, dilation)), strict=True)
        if any(e >= max(s, d) for e, s, d in pairs):
            continue
        given = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        yield (given if extra is None else {**given, "output_padding": extra}), bias


def compare(name, arrays, given, rtol=1e-11, atol=1e-12):
    ours = [None if a is None else Variable(ft.tensor(a), requires_grad=True) for a in arrays]
    theirs = [None if a is None else torch.tensor(a, requires_grad=True) for a in arrays]
    result = getattr(F, name)(*ours, **given)
    expected = getattr(torch.nn.functional, name)(*theirs, **given)
    assert result.shape == tuple(expected.shape)
    grad = np.random.default_rng(1).standard_normal(result.shape).astype(arrays[0].dtype)
    result.backward(ft.tensor(grad))
    expected.backward(torch.tensor(grad))
    pairs = [(result.detach(), expected.detach())]
    pairs += [(x.grad, t.grad) for x, t in zip(ours, theirs, strict=True) if x is not None]
    for x, t in pairs:
        assert_close(x.numpy(), t.numpy(), rtol=rtol, atol=atol)


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("batch", [(3,), (1,), ()])
def test_conv(dims, batch):
    rng = np.random.default_rng(0)
    for given, bias in options(dims, transposed=False):
        x = rng.standard_normal((*batch, 4, *SIZES[:dims]))
        weight = rng.standard_normal((6, 4 // given["groups"], *KERNEL[:dims]))
        compare(f"conv{dims}d", (x, weight, rng.standard_normal(6) if bias else None), given)


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("batch", [(3,), (1,), ()])
def test_conv_transpose(dims, batch):
    rng = np.random.default_rng(0)
    for given, bias in options(dims, transposed=True):
        x = rng.standard_normal((*batch, 4, *(5, 3, 4)[:dims]))
        weight = rng.standard_normal((4, 6 // given["groups"], *KERNEL[:dims]))
        compare(f"conv_transpose{dims}d", (x, weight, rng.standard_normal(6) if bias else None), given)


@pytest.mark.parametrize(
    ("shape", "weight", "given"),
    [
        ((2, 64, 14, 14), (64, 64, 3, 3), {"padding": 1}),
        ((4, 512, 4, 4), (512, 512, 3, 3), {"padding": 1}),
        ((2, 3, 32, 32), (64, 3, 7, 7), {"padding": 3, "stride": 2}),
        ((2, 128, 14, 14), (128, 1, 3, 3), {"padding": 1, "groups": 128}),
        ((2, 64, 14, 14), (96, 64, 1, 1), {}),
    ],
)
def test_float32_on_shapes_of_networks(shape, weight, given):
    """Within what rounding of float32 allows for sums of so many products."""
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal(shape).astype("float32"), rng.standard_normal(weight).astype("float32")
    w /= np.sqrt(np.prod(weight[1:])).astype("float32")
    compare("conv2d", (x, w, rng.standard_normal(weight[0]).astype("float32")), given, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_empty_batch_and_nan(dims):
    """No images give none, and zeros as gradients; a NaN reaches the windows that see it, and no others."""
    weight = np.random.default_rng(0).standard_normal((6, 4, *KERNEL[:dims]))
    compare(f"conv{dims}d", (np.zeros((0, 4, *SIZES[:dims])), weight, None), {})
    x = np.zeros((2, 4, *SIZES[:dims]))
    x[(1, 2, *[3] * dims)] = np.nan
    ours = getattr(F, f"conv{dims}d")(ft.tensor(x), ft.tensor(weight))
    theirs = getattr(torch.nn.functional, f"conv{dims}d")(torch.tensor(x), torch.tensor(weight))
    np.testing.assert_array_equal(np.isnan(ours.numpy()), np.isnan(theirs.numpy()))


def layers(name, *args, **given):
    """Our layer and torch's with the same parameters, and their gradients after a step."""
    torch.manual_seed(0)
    theirs = getattr(torch.nn, name)(*args, **given).double()
    ours = getattr(nn, name)(*args, **given).double()
    ours.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
    return ours, theirs


def step(ours, theirs, x, *args):
    result, expected = ours(ft.tensor(x), *args), theirs(torch.tensor(x), *args)
    assert_close(result.detach().numpy(), expected.detach().numpy(), rtol=1e-11, atol=1e-12)
    result.square().sum().backward()
    expected.square().sum().backward()
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert_close(p.grad.numpy(), q.grad.numpy(), rtol=1e-10, atol=1e-11)
        q.grad = p.grad = None


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("padding", [(2, 1, 1), "same"])
@pytest.mark.parametrize("dims", [1, 2, 3])
def test_layers_with_what_they_put_around(dims, padding, mode):
    padding = padding if isinstance(padding, str) else padding[:dims]
    x = np.random.default_rng(0).standard_normal((2, 4, *SIZES[:dims]))
    step(*layers(f"Conv{dims}d", 4, 6, KERNEL[:dims], padding=padding, padding_mode=mode), x)


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_transposed_layers(dims):
    x = np.random.default_rng(0).standard_normal((2, 4, *(5, 3, 4)[:dims]))
    step(*layers(f"ConvTranspose{dims}d", 4, 6, KERNEL[:dims], 2, 1, 1, groups=2), x)
    ours, theirs = layers(f"ConvTranspose{dims}d", 4, 6, 3, 2, 1, bias=False)
    for size in ((10, 5, 8)[:dims], (9, 6, 7)[:dims]):
        step(ours, theirs, x, list(size))
