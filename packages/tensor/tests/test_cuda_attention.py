"""Attention on CUDA devices: sequences of several tiles, in every order in memory, with every kind of mask."""

import itertools

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest
from cuda_launches import recorded
from fibres import dnn
from flambeau.tensor import ops
from flambeau.tensor._cuda import attention
from flambeau.tensor.testing import assert_close

pytestmark = fibres.needed

ROUNDING = {"float16": (1e-2, 1e-2), "float32": (1e-5, 1e-5), "float64": (1e-12, 1e-12)}


def random(*shape, dtype="float32", seed=0):
    return ft.from_numpy(np.random.default_rng(seed).standard_normal(shape).astype(dtype))


def both_passes(q, k, v, mask=None, is_causal=False, scale=None, dropout=None):
    result, logsumexp = ops.attention(q, k, v, mask, is_causal, scale, dropout)
    grad = ft.sin(result.clone())
    return result, logsumexp, *ops.attention_backward(grad, q, k, v, mask, result, logsumexp, is_causal, scale, dropout)


def compare(device, *args, **kwargs):
    """Both passes on the device and on the CPU, the latter in float64."""
    dtype = args[0].dtype.name
    there = [a.to(device) if isinstance(a, ft.Tensor) else a for a in args]
    wide = [a.double() if isinstance(a, ft.Tensor) and a.dtype.kind != "b" else a for a in args]
    for got, expected in zip(both_passes(*there, **kwargs), both_passes(*wide, **kwargs), strict=True):
        assert_close(got.cpu().double(), expected, *ROUNDING[dtype])


@pytest.mark.parametrize("dtype", ROUNDING)
@pytest.mark.parametrize("width, value_width", [(8, 8), (20, 64), (64, 20), (36, 100), (128, 128)])
def test_several_tiles(width, value_width, dtype, device):
    """Of queries, keys and columns, none of them whole."""
    q, k, v = (
        random(2, n, w, dtype=dtype, seed=i) for i, (n, w) in enumerate(((37, width), (45, width), (45, value_width)))
    )
    compare(device, q, k, v)


@pytest.mark.parametrize("queries, keys", [(70, 70), (40, 70), (70, 40), (1, 33), (33, 1)])
def test_causal(queries, keys, device):
    q, k, v = random(2, queries, 16), random(2, keys, 16, seed=1), random(2, keys, 16, seed=2)
    compare(device, q, k, v, is_causal=True)


@pytest.mark.parametrize("shape", [(35, 40), (1, 40), (35, 1), (3, 1, 35, 40), (2, 1, 1, 1, 40), (2, 3, 1, 35, 1)])
@pytest.mark.parametrize("boolean", [False, True])
def test_masks(shape, boolean, device):
    """Added or boolean, broadcast in any dimension; some queries see no key."""
    q, k, v = random(2, 3, 2, 35, 8), random(2, 3, 2, 40, 8, seed=1), random(2, 3, 2, 40, 8, seed=2)
    mask = random(*shape, seed=3)
    mask = mask > 0 if boolean else ft.where(mask > 0.5, -np.inf, mask)
    compare(device, q, k, v, mask)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_dropout_leaves_out_what_the_cpu_does(dtype, device):
    q, k, v = (
        random(2, 35, 8, dtype=dtype),
        random(2, 41, 8, dtype=dtype, seed=1),
        random(2, 41, 8, dtype=dtype, seed=2),
    )
    compare(device, q, k, v, dropout=(0.3, 2**60 + 5, 7))


def test_scale(device):
    compare(device, random(1, 9, 8), random(1, 9, 8, seed=1), random(1, 9, 8, seed=2), scale=0.7)


def test_heads_inside_of_rows_stay_there(device):
    """What projections give is read without a copy, and the result can be joined again without one."""
    q, k, v = (random(2, 11, 3, 8, seed=i).to(device).transpose(1, 2) for i in range(3))
    with recorded() as launches:
        result, _ = ops.attention(q, k, v)
    assert launches == ["attention.attention_64<float32>"]
    assert result.transpose(1, 2).is_contiguous()
    compare(device, q.cpu(), k.cpu(), v.cpu())


def test_keys_for_several_heads(device):
    """Leading dimensions broadcast: the keys of one head for all."""
    compare(device, random(2, 4, 10, 8), random(2, 1, 12, 8, seed=1), random(1, 1, 12, 8, seed=2))


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite(value, device):
    q, k, v = random(1, 40, 8), random(1, 50, 8, seed=1), random(1, 50, 8, seed=2)
    k[0, 41, 3] = value
    results = [ops.attention(*(x.to(place) for x in (q, k, v))) for place in (device, "cpu")]
    for got, expected in zip(*results, strict=True):
        assert_close(got.cpu(), expected, 1e-5, 1e-5)


def test_many_matrices(device):
    """More than a grid has blocks for in a dimension."""
    q, k, v = (random(70000, 1, 1, seed=i).to(device) for i in range(3))
    result, _ = ops.attention(q, k, v)
    assert_close(result.cpu(), v.cpu())


@pytest.mark.parametrize("batch", list(itertools.product((1, 2), repeat=4)))
def test_four_batch_dimensions(batch, device):
    q, k, v = random(*batch, 3, 4), random(*batch, 5, 4, seed=1), random(5, 4, seed=2)
    compare(device, q, k, v)


@pytest.fixture
def cudnn(device, monkeypatch):
    """cuDNN, for heads with a few scores already."""
    monkeypatch.setattr(attention, "FEWEST_SCORES", 64)
    with dnn.emulated() as library:
        yield library


MASKS = [((), None), ((), (16, 24)), ((3,), (3, 1, 24)), ((2, 3), (1, 24)), ((2, 3), (3, 1, 24)), ((2, 3), None)]


@pytest.mark.parametrize("leading, mask", MASKS)
def test_cudnn_is_told_what_the_kernels_are(leading, mask, device, cudnn):
    q, k, v = (random(*leading, n, w, dtype="float16", seed=i) for i, (n, w) in enumerate(((16, 8), (24, 8), (24, 16))))
    added = None if mask is None else random(*mask, dtype="float16", seed=3)
    compare(device, q, k, v, added)
    assert [what.backward for what in cudnn.planned] == [False, True]


def test_cudnn_reads_heads_inside_of_rows(device, cudnn):
    q, k, v = (random(2, 16, 3, 8, dtype="float16", seed=i).to(device).transpose(1, 2) for i in range(3))
    with recorded() as launches:
        both_passes(q, k, v, is_causal=True)
    assert not any("attention" in label for label in launches)
    assert cudnn.planned[0].query == ((2, 3, 16, 8), (384, 8, 24, 1)) == cudnn.planned[0].result
    compare(device, q.cpu(), k.cpu(), v.cpu(), is_causal=True)


REFUSED = {
    "float32": {"dtype": "float32"},
    "a width of 12": {"width": 12},
    "dropout": {"dropout": (0.5, 1, 0)},
    "more queries than keys, causal": {"keys": 8, "is_causal": True},
    "few scores": {"keys": 1},
    "odd addresses": {"shift": 1},
}


@pytest.mark.parametrize("why", REFUSED)
def test_cudnn_is_not_asked_for(why, device, cudnn):
    options = {"dtype": "float16", "width": 8, "keys": 16, "shift": 0} | REFUSED[why]
    dtype, width, keys, shift = (options.pop(name) for name in ("dtype", "width", "keys", "shift"))
    arrays = []
    for i, n in enumerate((16, keys, keys)):
        flat = random(2 * n * width + shift, dtype=dtype, seed=i).to(device)
        arrays.append(flat[shift:].reshape(2, n, width))
    ops.attention(*arrays, **options)
    assert cudnn.planned == []
