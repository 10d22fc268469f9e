"""Normalisation on CUDA devices, at sizes that take several blocks, and with channels innermost."""

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor import ops
from flambeau.tensor.testing import assert_close

pytestmark = pytest.mark.skipif(fibres.missing() is not None, reason=str(fibres.missing()))


@pytest.fixture
def device():
    with fibres.device() as name:
        yield name


def channels_last(x):
    """The same values, the channels innermost in memory."""
    order = (0, *range(2, x.ndim), 1)
    back = (0, x.ndim - 1, *range(1, x.ndim - 1))
    return x.permute(*order).clone().permute(*back)


def draw(shape, seed, dtype="float32"):
    return ft.tensor(np.random.default_rng(seed).normal(3, 2, shape)).to(dtype)


def same(got, want, tolerance):
    for g, w in zip(got, want, strict=True):
        if w is not None:
            assert g.dtype == w.dtype
            assert_close(g.cpu().float().numpy(), w.float().numpy(), tolerance, tolerance, what="result")


def is_channels_last(x):
    return x.permute(0, *range(2, x.ndim), 1).is_contiguous()


# Few and many elements a channel, that 16 bytes divide and do not; one channel; rows of channels.
SHAPES = (
    (2, 3, 4, 4),
    (3, 8, 5, 5),
    (2, 1, 33, 3),
    (40, 8, 24, 24),
    (6, 5, 61, 61),
    (9000, 8),
    (700, 24, 3),
    (3, 260, 2),
)
DTYPES = ("float32", "bfloat16", "float64")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("last", (False, True))
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_batch_norm(shape, last, dtype, device):
    x, grad = draw(shape, 1, dtype), draw(shape, 2, dtype)
    own = "float64" if dtype == "float64" else "float32"
    weight, bias = draw(shape[1], 3, own), draw(shape[1], 4, own)
    want = ft.batch_norm(x, weight, bias)
    want_grads = ops.batch_norm_backward(grad, x, weight, want.mean, want.invstd)
    x, grad, weight, bias = (t.to(device) for t in (x, grad, weight, bias))
    if last and len(shape) > 2:
        x, grad = channels_last(x), channels_last(grad)
    tolerance = {"float32": 2e-4, "bfloat16": 4e-2, "float64": 1e-10}[dtype]
    got = ft.batch_norm(x, weight, bias)
    same(got, want, tolerance)
    grads = ops.batch_norm_backward(grad, x, weight, got.mean, got.invstd)
    same(grads, want_grads, tolerance * (1 if dtype == "float64" else np.sqrt(x.numel() / shape[1])))
    if last and len(shape) > 2 and shape[1] > 1:
        assert is_channels_last(got.result) and is_channels_last(grads.grad_input)
