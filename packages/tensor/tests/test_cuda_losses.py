"""Losses on CUDA devices, at sizes that take lanes, blocks and several of them, as on the CPU."""

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor import ops
from flambeau.tensor.testing import assert_close

pytestmark = fibres.needed

# Rows of few classes and of many, with more targets than one block weighs, and classes that lie apart.
SHAPES = ((64, 10), (6000, 5), (300, 130), (5, 3001), (2, 40000), (3, 7, 50, 41), (2, 24, 9, 11), (2, 3, 2, 2, 2, 2))


def same(got, want, tolerance):
    assert got.dtype == want.dtype
    assert_close(got.cpu().float().numpy(), want.float().numpy(), tolerance, tolerance)


@pytest.mark.parametrize("last", (False, True))
@pytest.mark.parametrize("dtype", ("float32", "bfloat16"))
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_cross_entropy(shape, dtype, last, device):
    draw = np.random.default_rng(0)
    x = ft.tensor(draw.normal(0, 4, shape)).to(dtype)
    target = ft.tensor(draw.integers(0, shape[1], (shape[0], *shape[2:])))
    target = ft.where(ft.tensor(draw.random(target.shape) < 0.1), -100, target)
    weight = ft.tensor(draw.uniform(0.5, 2, shape[1])).float()
    grad = ft.tensor(draw.normal(size=target.shape)).to(dtype)
    there = x.to(device)
    if last and x.ndim > 2:
        order, back = (0, *range(2, x.ndim), 1), (0, x.ndim - 1, *range(1, x.ndim - 1))
        there = there.permute(*order).contiguous().permute(*back)
    tolerance = 2e-2 if dtype == "bfloat16" else 2e-4
    for w in (None, weight):
        for reduction in ("none", "sum", "mean"):
            for smoothing in (0.0, 0.2):
                options = (-100, reduction, smoothing)
                there_too = (target.to(device), None if w is None else w.to(device), *options)
                want = ft.cross_entropy(x, target, w, *options)
                same(ft.cross_entropy(there, *there_too), want, tolerance)
                g = grad if reduction == "none" else grad.reshape(-1)[0]
                slopes = ops.cross_entropy_backward(g.to(device), there, *there_too)
                same(slopes, ops.cross_entropy_backward(g, x, target, w, *options), tolerance)
                if last and x.ndim > 2:
                    assert slopes.permute(*order).is_contiguous()


@pytest.mark.parametrize("count", (1, 1000, 100_003))
@pytest.mark.parametrize("reduction", ("none", "sum", "mean"))
def test_squares(count, reduction, device):
    draw = np.random.default_rng(1)
    x, y = (ft.tensor(draw.normal(size=count)).float() for _ in range(2))
    same(ft.mse_loss(x.to(device), y.to(device), reduction), ft.mse_loss(x, y, reduction), 1e-5)


def test_sums_are_the_same_each_time(device):
    """Blocks may end in any order: what they found is added up in theirs."""
    x = ft.tensor(np.random.default_rng(2).normal(size=(4000, 33))).float().to(device)
    target = ft.arange(4000, device=device) % 33
    first = ft.cross_entropy(x, target).item()
    with fibres.order(last_first=True):
        assert ft.cross_entropy(x, target).item() == first
