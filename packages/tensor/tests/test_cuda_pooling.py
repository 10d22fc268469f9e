"""Pooling on CUDA devices: both orders of channels, every kind of window, and gradients, as on the CPU."""

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor import ops
from flambeau.tensor.testing import assert_close

pytestmark = fibres.needed

# (input, kernel_size, stride, padding, dilation, ceil_mode)
WINDOWS = (
    ((2, 8, 13, 9), 3, 2, 1, 1, False),
    ((1, 3, 12, 11), (2, 3), (3, 1), (1, 0), 1, True),
    ((2, 4, 9, 9), 3, 1, 0, 2, False),
    ((1, 16, 8, 8), 2, None, 0, 1, False),
    ((3, 5, 6), 3, 2, 1, 1, False),
    ((1, 8, 5, 6, 7), 3, 2, 1, 1, False),
)
SHARED = (((2, 8, 7, 5), (3, 2)), ((2, 8, 6, 6), 3), ((2, 16, 9, 9), 1), ((2, 3, 5), 8), ((1, 2, 3, 4, 5), (2, 4, 3)))


def draw(shape, last, dtype, seed=1):
    x = ft.tensor(np.random.default_rng(seed).normal(size=shape)).to(dtype)
    return x, last and x.ndim > 2


def arranged(x, last, device):
    x = x.to(device)
    if not last:
        return x
    order = (0, *range(2, x.ndim), 1)
    return x.permute(*order).contiguous().permute(0, x.ndim - 1, *range(1, x.ndim - 1))


def same(got, want):
    assert got.dtype == want.dtype
    assert_close(got.cpu().float().numpy(), want.float().numpy(), 1e-2 if want.dtype == ft.bfloat16 else 1e-5, 1e-2)


def is_last(x):
    return x.permute(0, *range(2, x.ndim), 1).is_contiguous()


def check(forward, backward, x, last, device):
    """The result, and where a gradient of it goes, on both devices, with the order of the channels kept."""
    want = forward(x)
    grad = ft.tensor(np.random.default_rng(2).normal(size=want[0].shape)).to(x.dtype)
    want_grad = backward(grad, *want)
    there = arranged(x, last, device)
    got = forward(there)
    got_grad = backward(arranged(grad, last, device), *got)
    for g, w in zip((*got, got_grad), (*want, want_grad), strict=True):
        same(g, w)
    if last and x.shape[1] > 1 and min(want[0].shape[2:]) > 1:
        assert is_last(got[0]) and is_last(got_grad)


@pytest.mark.parametrize("last", (False, True))
@pytest.mark.parametrize("dtype", ("float32", "bfloat16"))
@pytest.mark.parametrize("case", WINDOWS, ids=str)
def test_windows(case, dtype, last, device):
    shape, kernel, stride, padding, dilation, ceil = case
    x, last = draw(shape, last, dtype)
    n = len(shape) - 2
    pool, scatter = getattr(ops, f"max_pool{n}d_with_indices"), getattr(ops, f"max_pool{n}d_scatter")
    check(
        lambda x: pool(x, kernel, stride, padding, dilation, ceil),
        lambda grad, result, places: scatter(grad, places, shape, (kernel, stride, padding, dilation)),
        x, last, device,
    )  # fmt: skip
    if dilation == 1:
        for more in ((True, None), (False, None), (True, 7)):
            options = (kernel, stride, padding, ceil, *more)
            mean, back = getattr(ops, f"avg_pool{n}d"), getattr(ops, f"avg_pool{n}d_input_gradient")
            check(
                lambda x, mean=mean, options=options: (mean(x, *options),),
                lambda grad, _, back=back, options=options: back(grad, shape, *options),
                x, last, device,
            )  # fmt: skip


@pytest.mark.parametrize("last", (False, True))
@pytest.mark.parametrize("dtype", ("float32", "bfloat16"))
@pytest.mark.parametrize("shape, counts", SHARED, ids=str)
def test_shared_out(shape, counts, dtype, last, device):
    x, last = draw(shape, last, dtype)
    n = len(shape) - 2
    pool, scatter = getattr(ops, f"adaptive_max_pool{n}d_with_indices"), getattr(ops, f"max_pool{n}d_scatter")
    mean, back = getattr(ops, f"adaptive_avg_pool{n}d"), getattr(ops, f"adaptive_avg_pool{n}d_input_gradient")
    check(lambda x: pool(x, counts), lambda grad, result, places: scatter(grad, places, shape, ()), x, last, device)
    check(lambda x: (mean(x, counts),), lambda grad, _: back(grad, shape), x, last, device)


def test_indices_of_another_pooling(device):
    """Places that the windows given do not reach get nothing, and nothing else is touched."""
    grad = ft.ones((1, 1, 2, 2), device=device)
    places = ft.tensor([[[[0, 15], [5, 3]]]], device=device)
    back = ops.max_pool2d_scatter(grad, places, (1, 1, 4, 4), (2, 2, 0, 1))
    assert back.cpu().sum().item() == 1
