"""Normalisation on CUDA devices, at sizes that take several blocks, and with channels innermost."""

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor import ops
from flambeau.tensor.testing import assert_close

pytestmark = fibres.needed


def channels_last(x):
    """The same values, the channels innermost in memory."""
    order = (0, *range(2, x.ndim), 1)
    back = (0, x.ndim - 1, *range(1, x.ndim - 1))
    return x.permute(*order).contiguous().permute(*back)


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
    (2, 3, 2, 2, 2, 2),
)
DTYPES = ("float32", "bfloat16", "float64")


def test_gradient_of_no_channels(device):
    """There is nothing to do, and nobody to divide the work among."""
    x, mean = ft.ones(2, 0, device=device), ft.ones(0, device=device)
    assert [g.shape for g in ops.batch_norm_backward(x, x, None, mean, mean)] == [(2, 0), (0,), (0,)]


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


# Rows of some lanes, of a warp, of a block and of one that reads them twice, that 16 bytes divide and do not; and sums
# over many rows.
ROWS = (
    (3, 1),
    (5, 7),
    (700, 24),
    (9, 513),
    (5, 1024),
    (3, 1032),
    (3, 4096),
    (2, 8192),
    (2, 8193),
    (2, 9001),
    (4, 20000),
)


def row_case(dtype, shape, size, device):
    own = "float64" if dtype == "float64" else "float32"
    x, grad = draw(shape, 1, dtype), draw(shape, 2, dtype)
    weight, bias = draw(size, 3, own), draw(size, 4, own)
    return (x, grad, weight, bias), [t.to(device) for t in (x, grad, weight, bias)]


def check_norm(function, backward, arguments, dtype, host, there, rows, has_bias=True):
    """The result and the gradients of a norm and its parameters, as on the CPU."""
    found = []
    for x, grad, weight, bias in (host, there):
        result = function(x, arguments, weight, *([bias] if has_bias else []))
        found.append((result, backward(grad, x, arguments, weight, *tuple(result)[1:])))
    tolerance = {"float32": 2e-4, "bfloat16": 4e-2, "float64": 1e-10}[dtype]
    same(found[1][0], found[0][0], tolerance)
    same(found[1][1], found[0][1], tolerance * (1 + rows**0.5))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", ROWS, ids=str)
def test_rows(shape, dtype, device):
    case = row_case(dtype, shape, shape[1:], device)
    check_norm(ops.layer_norm, ops.layer_norm_backward, 1, dtype, *case, shape[0])
    check_norm(ops.rms_norm, ops.rms_norm_backward, 1, dtype, *case, shape[0], False)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "shape, groups", (((3, 6, 5), 3), ((2, 8, 16, 16), 2), ((40, 4, 23, 23), 4), ((2, 4, 70, 70), 1))
)
def test_groups(shape, groups, dtype, device):
    case = row_case(dtype, shape, shape[1], device)
    check_norm(ops.group_norm, ops.group_norm_backward, groups, dtype, *case, shape[0] * np.prod(shape[2:]))


@pytest.mark.parametrize("dtype", ("float16", "float32"))
@pytest.mark.parametrize("size", (8, 129, 1200))
def test_rows_and_weights_that_begin_anywhere(size, dtype, device):
    case = [draw(n, i, dtype) for i, n in enumerate((5 * size + 2, size + 1, size + 3))]
    found = []
    for x, weight, bias in (case, [t.to(device) for t in case]):
        x, weight, bias = x[2:].reshape(5, size), weight[1:], bias[3:]
        results = ops.layer_norm(x, 1, weight, bias), ops.rms_norm(x, 1, weight)
        grads = (
            ops.layer_norm_backward(x, x, 1, weight, *tuple(results[0])[1:]),
            ops.rms_norm_backward(x, x, 1, weight, results[1].invrms),
        )
        found.append((*results, *grads))
    for want, got in zip(*found, strict=True):
        same(got, want, 2e-4 if dtype == "float32" else 2e-2)


@pytest.mark.parametrize("places", (1, 3))
def test_rows_that_begin_between_16_bytes(places, device):
    """A view into memory is read from where it begins."""
    x = draw(40 * 33 + places, 1, "float16")
    want = ops.layer_norm(x[places:].reshape(40, 33), 1)
    same(ops.layer_norm(x.to(device)[places:].reshape(40, 33), 1), want, 4e-3)
    same(ft.batch_norm(x.to(device)[places:].reshape(1, 40, 33)), ft.batch_norm(x[places:].reshape(1, 40, 33)), 4e-3)


@pytest.mark.parametrize("size", (40, 4096, 4099, 20000))
@pytest.mark.parametrize("first", (10000, 1e9))
def test_rows_with_a_large_mean_or_a_large_element(size, first, device):
    """Neither takes digits from the small differences that are normalised."""
    x = np.random.default_rng(1).normal(10000, 1, (3, size)).astype("float32")
    x[1] -= 10000
    x[:2, 0] = first  # with which distances from the mean begin
    mean = x.astype("float64").mean(1, keepdims=True)
    invstd = 1 / np.sqrt(x.astype("float64").var(1, keepdims=True) + 1e-5)
    got = ops.layer_norm(ft.tensor(x).to(device), 1)
    same(got, [ft.tensor(a).float() for a in ((x - mean) * invstd, mean[:, 0], invstd[:, 0])], 3e-3)


@pytest.mark.parametrize("dtype", ("float32", "bfloat16"))
@pytest.mark.parametrize("value", (np.inf, -np.inf, np.nan))
@pytest.mark.parametrize("size", (24, 513, 4096))
def test_rows_with_something_infinite(size, value, dtype, device):
    """They are nan, and their neighbours what they were."""
    x = draw((6, size), 1, dtype)
    for row, place in ((1, 0), (3, size // 2), (4, size - 1)):
        x[row, place] = value
    for norm in (ops.layer_norm, ops.rms_norm):
        got, want = (norm(t, 1).result.cpu().float().numpy() for t in (x.to(device), x))
        assert_close(got, want, 4e-2, 4e-2, what="result")
    mean = ops.layer_norm(x.to(device), 1).mean.cpu().numpy()
    assert_close(mean, ops.layer_norm(x, 1).mean.numpy(), 2e-4, 2e-4, what="mean")
