"""Convolutions on CUDA devices: what cuDNN is asked for, with NumPy in its place, and the products without it."""

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest
from cuda_launches import recorded
from fibres import dnn
from flambeau.tensor import ops
from flambeau.tensor._cuda import _columns, _cudnn, _settings
from flambeau.tensor._cuda.convolution import dense_order
from flambeau.tensor.testing import assert_close, opdb

pytestmark = fibres.needed

CONVOLUTIONS = [info for info in opdb.entries() if info.name.startswith("conv")]


@pytest.fixture
def cudnn(device):
    with dnn.emulated() as library:
        yield library


def random(*shape, dtype="float32", seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def channels_last(array):
    """The same array, stored with its channels last."""
    last = array.ndim - 1
    return np.ascontiguousarray(array.transpose(0, *range(2, array.ndim), 1)).transpose(0, last, *range(1, last))


def on(device, *arrays):
    return [ft.from_numpy(a).to(device) for a in arrays]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("info", CONVOLUTIONS, ids=str)
def test_cudnn_gives_what_the_database_says(info, dtype, device, cudnn):
    for sample in info.generate(np.dtype(dtype), **opdb.tensors(device)):
        expected = info.expected(opdb.arrays_of(sample.fresh()), np.dtype(dtype))
        call = sample.fresh()
        result = info.function(*call.args, **call.kwargs)
        assert_close(result.cpu(), expected[0], *info.tolerance_of(dtype), what=f"{info.name}{sample}")


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_channels_stay_last(dims, device, cudnn):
    """Nothing is copied: images, results and gradients keep their order in memory, and cuDNN is told of it."""
    x, w = random(2, 6, *(5,) * dims), random(4, 6, *(3,) * dims, seed=1)
    image, filters, bias = on(device, channels_last(x), w, random(4))
    result = getattr(ft, f"conv{dims}d")(image, filters, bias, padding=1)
    assert_close(result.cpu(), getattr(ft, f"conv{dims}d")(*on("cpu", x, w, random(4)), padding=1), 1e-5, 1e-5)
    grad = getattr(ops, f"conv{dims}d_input_gradient")(result, filters, x.shape, 1, 1)
    weight_grad = getattr(ops, f"conv{dims}d_weight_gradient")(result, image, w.shape, 1, 1)
    for array in (result, grad, weight_grad):
        assert dense_order(array.shape, array.stride(), 1) is True
    assert [c.kind for c in cudnn.planned] == ["forward", "input", "weight"]
    forward = cudnn.planned[0]
    assert forward.first[1][1] == 1 and forward.second[1][-1] == 1 and forward.result[1][1] == 1
    assert all(len(sizes) == max(dims, 2) + 2 for sizes, _ in forward[2:5])


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_filters_of_one_pixel(dims, dtype, device, cudnn):
    """Over images with their channels last they are a product, and cuDNN is not asked."""
    ones = (1,) * dims
    x, w = random(2, 6, *(5,) * dims, dtype=dtype), random(4, 6, *ones, dtype=dtype, seed=1)
    g, bias = random(2, 4, *(5,) * dims, dtype=dtype, seed=2), random(4, dtype=dtype)
    tolerance = 1e-2 if dtype == "float16" else 1e-5
    here = on("cpu", x, w, bias, g)
    for filters in (w, channels_last(w)):
        image, weights, shift, grad = on(device, channels_last(x), filters, bias, channels_last(g))
        calls = (
            lambda x, w, b, g: getattr(ft, f"conv{dims}d")(x, w, b),
            lambda x, w, b, g: getattr(ops, f"conv{dims}d_input_gradient")(g, w, x.shape),
            lambda x, w, b, g: getattr(ops, f"conv{dims}d_weight_gradient")(g, x, w.shape),
            lambda x, w, b, g: getattr(ft, f"conv_transpose{dims}d")(g, w),
        )
        for call in calls:
            result = call(image, weights, shift, grad)
            assert_close(result.cpu(), call(*here), tolerance, 10 * tolerance)
            assert dense_order(result.shape, result.stride(), 1) is True or result.shape == w.shape
    assert not cudnn.planned


@pytest.mark.parametrize("options", [{"stride": 2}, {"padding": 1}, {"groups": 2}])
def test_filters_of_one_pixel_that_are_no_product(options, device, cudnn):
    """With pixels left out or added, or channels in groups."""
    x, w = random(2, 6, 5, 5), random(4, 6 // options.get("groups", 1), 1, 1, seed=1)
    image, filters = on(device, channels_last(x), w)
    assert_close(ft.conv2d(image, filters, **options).cpu(), ft.conv2d(*on("cpu", x, w), **options), 1e-5, 1e-5)
    assert len(cudnn.planned) == 1


@pytest.mark.parametrize("padding", [1, (1, 0), (0, 1)])
def test_pixels_that_no_filter_of_one_pixel_meets(padding, device, cudnn):
    """A transposed convolution that is larger than its input is no product, even without strides."""
    g, w, bias = random(2, 3, 4, 5), random(3, 4, 1, 1, seed=1), random(4, seed=2)
    options = {"dilation": 2, "output_padding": padding}
    result = ft.conv_transpose2d(*on(device, channels_last(g), w, bias), **options)
    assert_close(result.cpu(), ft.conv_transpose2d(*on("cpu", g, w, bias), **options), 1e-5, 1e-5)
    assert len(cudnn.planned) == 1


def test_images_in_other_orders_are_copied(device, cudnn):
    x, w = random(2, 3, 8, 5)[:, :, ::2], random(4, 3, 3, 3, seed=1)
    assert_close(ft.conv2d(*on(device, x, w)).cpu(), ft.conv2d(*on("cpu", x, w)), 1e-5, 1e-5)


def test_plans_are_made_once(device, cudnn, monkeypatch):
    """Until something that they depend on is another."""
    x, w = on(device, random(1, 3, 6, 6), random(4, 3, 3, 3))
    for _ in range(3):
        ft.conv2d(x, w)
    assert len(cudnn.planned) == 1 and not cudnn.planned[0].allow_tf32 and not cudnn.planned[0].deterministic
    monkeypatch.setattr(_settings, "allow_tf32", True)
    ft.conv2d(x, w)
    ft.use_deterministic_algorithms(True)
    try:
        ft.conv2d(x, w)
    finally:
        ft.use_deterministic_algorithms(False)
    assert [(c.allow_tf32, c.deterministic) for c in cudnn.planned[1:]] == [(True, False), (True, True)]


def test_padding_that_differs_at_the_ends(device, cudnn):
    x, w = random(1, 2, 6, 6), random(3, 2, 2, 4, seed=1)
    result = ft.conv2d(*on(device, x, w), padding="same")
    assert_close(result.cpu(), ft.conv2d(*on("cpu", x, w), padding="same"), 1e-5, 1e-5)
    assert (cudnn.planned[0].before, cudnn.planned[0].after) == ((0, 1), (1, 2))


def test_what_cudnn_refuses_is_done_without_it(device, cudnn, monkeypatch):
    monkeypatch.setattr(dnn.Dnn, "plan", lambda self, convolution: None)
    x, w = random(2, 4, 6, 6), random(6, 2, 3, 3, seed=1)
    assert_close(ft.conv2d(*on(device, x, w), groups=2).cpu(), ft.conv2d(*on("cpu", x, w), groups=2), 1e-5, 1e-5)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("groups", [1, 2])
def test_images_are_taken_a_few_at_a_time(dtype, groups, device, monkeypatch):
    """Without cuDNN the windows of all images together may be too large."""
    monkeypatch.setattr(_columns, "MOST", 2 * 4 * 9 * 36)  # of two images
    x, w, grad = (
        random(5, 4, 6, 6, dtype=dtype),
        random(6, 4 // groups, 3, 3, dtype=dtype),
        random(5, 6, 6, 6, dtype=dtype),
    )
    rounding = {"float16": (2e-2, 2e-2), "float32": (1e-5, 1e-5)}[dtype]
    here, there = on("cpu", x, w, grad), on(device, channels_last(x), w, grad)
    windows = (1, 1, 1, groups)
    for run in (
        lambda x, w, grad: ft.conv2d(x, w, None, *windows),
        lambda x, w, grad: ops.conv2d_input_gradient(grad, w, x.shape, *windows),
        lambda x, w, grad: ops.conv2d_weight_gradient(grad, x, w.shape, *windows),
    ):
        assert_close(run(*there).cpu(), run(*here), *rounding)


def test_pixels_that_are_windows_are_not_copied(device):
    """A 1x1 convolution without cuDNN is one product, and no other kernel."""
    x, w = on(device, random(2, 3, 4, 4), random(5, 3, 1, 1))
    with recorded() as launches:
        result = ft.conv2d(x, w)
    assert launches == []
    assert_close(result.cpu(), ft.conv2d(x.cpu(), w.cpu()), 1e-5, 1e-5)


def test_another_library_is_for_a_while():
    """What was there before is there again, also that nothing was looked for yet."""
    before = _cudnn._library
    with dnn.emulated() as library:
        assert _cudnn.library(None) is library
    assert _cudnn._library is before
