"""Padding, folding, interpolation and sampling beside torch: values and gradients, over the options."""

import itertools

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest
from beside_torch import leaves, torch
from flambeau.tensor.testing import assert_close
from nn_helpers import random

TF = torch.nn.functional


def check(ours, theirs, *arrays, rtol=1e-10, atol=1e-11):
    """The same values and gradients in float64."""
    inputs, their_inputs = leaves(*arrays)
    result, expected = ours(*inputs), theirs(*their_inputs)
    assert result.shape == tuple(expected.shape)
    assert_close(result.detach().numpy(), expected.detach().numpy(), rtol, atol)
    weights = random(*result.shape, seed=1)
    (result * ft.tensor(weights)).sum().backward()
    (expected * torch.tensor(weights)).sum().backward()
    for x, y in zip(inputs, their_inputs, strict=True):
        assert_close(x.grad.numpy(), y.grad.numpy(), rtol, atol)


PADS = {1: [(1, 2), (2, 0), (-1, 2)], 2: [(1, 2, 2, 1), (0, 1, -1, 2)], 3: [(1, 2, 0, 1, 2, 1)]}


@pytest.mark.parametrize(("dims", "pad"), [(d, p) for d, pads in PADS.items() for p in pads])
@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular"])
def test_pad(mode, dims, pad):
    """Every mode, for signals, images and volumes, also where elements are taken away."""
    x = random(2, 3, *(4, 5, 6)[:dims])
    check(lambda a: F.pad(a, pad, mode), lambda a: TF.pad(a, pad, mode), x)


def test_pad_with_a_value():
    """Any number of dimensions, and of any dtype."""
    for pad in ((1, 2), (0, 0, 1, 0), (1, -1, 2, 0, 0, 1)):
        check(lambda a, p=pad: F.pad(a, p, value=2.5), lambda a, p=pad: TF.pad(a, p, value=2.5), random(2, 3, 4))
    assert F.pad(ft.tensor([1, 2]), (1, 0), value=7).tolist() == [7, 1, 2]
    assert F.pad(ft.tensor([True]), (1, 1)).tolist() == [False, True, False]


PADDING = [
    (f"{kind}Pad{d}d", (*([2] if kind != "Constant" else [2, 1.5]),), d)
    for kind in ("Zero", "Constant", "Reflection", "Replication", "Circular")
    for d in (1, 2, 3)
]


@pytest.mark.parametrize(("name", "args", "dims"), PADDING, ids=[case[0] for case in PADDING])
def test_padding_layers(name, args, dims):
    """Layers, and how they print."""
    ours, theirs = getattr(nn, name)(*args), getattr(torch.nn, name)(*args)
    check(ours, theirs, random(2, 3, *(4, 5, 6)[:dims]))
    assert repr(ours) == repr(theirs)


SHUFFLES = [
    ("PixelShuffle", (2,), (2, 8, 3, 4)), ("PixelShuffle", (3,), (9, 2, 1)), ("PixelUnshuffle", (2,), (2, 3, 4, 6)),
    ("PixelUnshuffle", (3,), (2, 2, 1, 3, 6)), ("ChannelShuffle", (3,), (2, 6, 4, 5)),
    ("ChannelShuffle", (2,), (2, 6, 4)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args", "shape"), SHUFFLES)
def test_shuffles(name, args, shape):
    """Pixels and channels, and how the layers print."""
    ours, theirs = getattr(nn, name)(*args), getattr(torch.nn, name)(*args)
    check(ours, theirs, random(*shape))
    assert repr(ours) == repr(theirs)


WINDOWS = [
    {"kernel_size": 2}, {"kernel_size": (3, 2), "padding": (1, 2)}, {"kernel_size": 2, "stride": (2, 3)},
    {"kernel_size": (2, 3), "dilation": (2, 1), "padding": 1, "stride": 2},
]  # fmt: skip


@pytest.mark.parametrize("options", WINDOWS, ids=str)
@pytest.mark.parametrize("batch", [(2,), ()])
def test_unfold_and_fold(options, batch):
    """Windows as columns and back, over the options, with and without a batch."""
    ours, theirs = nn.Unfold(**options), torch.nn.Unfold(**options)
    x = random(*batch, 3, 6, 7)
    check(ours, theirs, x)
    assert repr(ours) == repr(theirs)
    columns = random(*ours(ft.tensor(x)).shape, seed=2)
    ours, theirs = nn.Fold((6, 7), **options), torch.nn.Fold((6, 7), **options)
    check(ours, theirs, columns)
    assert repr(ours) == repr(theirs)


SIZES = {1: ((7,), (4,), (12,), (1,)), 2: ((5, 9), (3, 3), (10, 4), (1, 1)), 3: ((3, 4, 9), (2, 2, 2), (7, 3, 1))}
MODES = [
    *[(mode, d) for mode in ("nearest", "nearest-exact", "area") for d in (1, 2, 3)],
    ("linear", 1), ("bilinear", 2), ("bicubic", 2), ("trilinear", 3),
]  # fmt: skip


def options_of(mode):
    smooth = mode in ("linear", "bilinear", "bicubic", "trilinear")
    for corners in (None, True, False) if smooth else (None,):
        for antialias in (False, True) if mode in ("bilinear", "bicubic") else (False,):
            yield {"mode": mode, "align_corners": corners, "antialias": antialias}


@pytest.mark.parametrize(("mode", "dims"), MODES)
def test_interpolate_to_a_size(mode, dims):
    """Larger, smaller, both at once, and one element."""
    x = random(2, 3, *(5, 6, 4)[:dims])
    for options, size in itertools.product(options_of(mode), [*SIZES[dims], (5, 6, 4)[:dims]]):
        check(
            lambda a, o=options, s=size: F.interpolate(a, s, **o),
            lambda a, o=options, s=size: TF.interpolate(a, s, **o),
            x,
        )


@pytest.mark.parametrize(("mode", "dims"), MODES)
@pytest.mark.parametrize("recompute", [None, True])
def test_interpolate_by_a_factor(mode, dims, recompute):
    """Whole and broken factors, one for all dimensions and one for each, with the scale given or from the sizes."""
    x = random(1, 2, *(5, 6, 4)[:dims])
    for options, factor in itertools.product(options_of(mode), [2, 0.5, 1.7, 0.3, (1.5, 0.7, 1)[:dims]]):
        if (
            min(int(n * (factor if isinstance(factor, (int, float)) else factor[i])) for i, n in enumerate(x.shape[2:]))
            < 1
        ):
            continue
        call = {"scale_factor": factor, "recompute_scale_factor": recompute, **options}
        check(lambda a, c=call: F.interpolate(a, **c), lambda a, c=call: TF.interpolate(a, **c), x)


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
def test_interpolate_in_float32(mode):
    """Many pixels, to single precision."""
    x = random(3, 17, 40, 33).astype(np.float32)
    for size in ((80, 66), (25, 70), (13, 9)):
        result = F.interpolate(ft.tensor(x), size, mode=mode)
        expected = TF.interpolate(torch.tensor(x), size, mode=mode)
        assert_close(result.numpy(), expected.numpy(), 1e-4, 1e-4)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("Upsample", {"scale_factor": 2}), ("Upsample", {"size": (7, 3), "mode": "bilinear", "align_corners": True}),
        ("UpsamplingNearest2d", {"scale_factor": 2}), ("UpsamplingBilinear2d", {"size": (7, 3)}),
    ],
)  # fmt: skip
def test_upsampling_layers(name, options):
    """Layers, and how they print."""
    ours, theirs = getattr(nn, name)(**options), getattr(torch.nn, name)(**options)
    check(ours, theirs, random(2, 3, 4, 5))
    assert repr(ours) == repr(theirs)
    assert F.upsample(ft.ones(1, 1, 2), 4).shape == (1, 1, 4)


GRIDS = list(itertools.product(["zeros", "border", "reflection"], [True, False]))


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize(("padding", "corners"), GRIDS)
def test_grid_sample_of_images(mode, padding, corners):
    """Every mode within the images and far beyond their ends."""
    for shape, grid in (((2, 3, 5, 4), (2, 6, 7, 2)), ((1, 2, 1, 3), (1, 4, 1, 2))):
        check(
            lambda a, g: F.grid_sample(a, g, mode, padding, corners),
            lambda a, g: TF.grid_sample(a, g, mode, padding, corners),
            random(*shape),
            random(*grid, seed=3) * 1.5,
        )


@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
@pytest.mark.parametrize(("padding", "corners"), GRIDS)
def test_grid_sample_of_volumes(mode, padding, corners):
    """The same of five dimensions."""
    check(
        lambda a, g: F.grid_sample(a, g, mode, padding, corners),
        lambda a, g: TF.grid_sample(a, g, mode, padding, corners),
        random(2, 3, 4, 5, 3),
        random(2, 3, 4, 2, 3, seed=3) * 1.5,
    )


@pytest.mark.filterwarnings("ignore:Since version 1.3.0:UserWarning")  # torch's, of sizes of 1: these are compared too
@pytest.mark.parametrize("corners", [True, False])
@pytest.mark.parametrize("size", [(2, 3, 4, 5), (1, 1, 1, 3), (2, 1, 3, 4, 2)])
def test_affine_grid(size, corners):
    """Maps of images and volumes."""
    dims = len(size) - 2
    theta = random(size[0], dims, dims + 1)
    check(lambda t: F.affine_grid(t, size, corners), lambda t: TF.affine_grid(t, size, corners), theta)
