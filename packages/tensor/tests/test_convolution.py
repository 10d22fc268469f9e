"""The compiled convolution passes, against sums over every place of the window in float64.

The bound of an element is that of a sum of products in any order: (count + 2) * eps * (the same sum of magnitudes).
"""

import itertools
import os
import subprocess
import sys

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor import ops
from flambeau.tensor._core.tensor import instruction_sets


def taps(case):
    """For each place of the window: its index, and the part of the padded image that all windows see there."""
    (_, _, h, w), (_, _, kh, kw), (sy, sx), (py, px), (dy, dx), _ = case
    oh, ow = (h + 2 * py - dy * (kh - 1) - 1) // sy + 1, (w + 2 * px - dx * (kw - 1) - 1) // sx + 1
    for i, j in itertools.product(range(kh), range(kw)):
        rows = slice(i * dy, i * dy + sy * (oh - 1) + 1, sy)
        yield i, j, (..., rows, slice(j * dx, j * dx + sx * (ow - 1) + 1, sx))


def padded(x, case):
    py, px = case[3]
    return np.pad(x, ((0, 0), (0, 0), (py, py), (px, px)))


def forward(case, x, weight):
    groups = case[5]
    image = padded(x, case)
    image = image.reshape(x.shape[0], groups, x.shape[1] // groups, *image.shape[2:])
    filters = weight.reshape(groups, -1, *weight.shape[1:])
    result = sum(np.einsum("ngcyx,goc->ngoyx", image[part], filters[..., i, j]) for i, j, part in taps(case))
    return result.reshape(x.shape[0], weight.shape[0], *result.shape[3:])


def input_gradient(case, grad, weight):
    (n, c, h, w), _, _, (py, px), _, groups = case
    image = np.zeros((n, groups, c // groups, h + 2 * py, w + 2 * px))
    g = grad.reshape(n, groups, weight.shape[0] // groups, *grad.shape[2:])
    filters = weight.reshape(groups, -1, *weight.shape[1:])
    for i, j, part in taps(case):
        image[part] += np.einsum("ngoyx,goc->ngcyx", g, filters[..., i, j])
    return image.reshape(n, c, h + 2 * py, w + 2 * px)[..., py : py + h, px : px + w]


def weight_gradient(case, grad, x):
    groups = case[5]
    image = padded(x, case)
    image = image.reshape(x.shape[0], groups, x.shape[1] // groups, *image.shape[2:])
    g = grad.reshape(x.shape[0], groups, case[1][0] // groups, *grad.shape[2:])
    result = np.zeros((groups, case[1][0] // groups, *case[1][1:]))
    for i, j, part in taps(case):
        result[..., i, j] = np.einsum("ngoyx,ngcyx->goc", g, image[part])
    return result.reshape(case[1])


def assert_sums(result, exact, size, count):
    got = np.asarray(result)
    assert got.shape == exact.shape
    bound = (count + 2) * np.finfo(got.dtype).eps * size
    assert not np.isnan(got).any()
    worst = (np.abs(got - exact) - bound).max(initial=0)
    assert worst <= 0, f"off by {worst} over the bound"


def check(case, dtype="float32", with_bias=True):
    rng = np.random.default_rng(1)
    shape, weight_shape, *options = case
    x, weight = rng.standard_normal(shape).astype(dtype), rng.standard_normal(weight_shape).astype(dtype)
    bias = rng.standard_normal(weight_shape[0]).astype(dtype) if with_bias else None
    wide, big = np.float64(x), np.float64(weight)
    exact, size = forward(case, wide, big), forward(case, abs(wide), abs(big))
    if with_bias:
        exact, size = exact + bias[:, None, None], size + abs(bias)[:, None, None]
    window = int(np.prod(weight_shape[1:]))
    assert_sums(ft.conv2d(x, weight, bias, *options), exact, size, window + 1)
    grad = rng.standard_normal(exact.shape).astype(dtype)
    g = np.float64(grad)
    assert_sums(
        ops.conv2d_input_gradient(grad, weight, shape, *options),
        input_gradient(case, g, big),
        input_gradient(case, abs(g), abs(big)),
        weight_shape[0] * weight_shape[2] * weight_shape[3],
    )
    assert_sums(
        ops.conv2d_weight_gradient(grad, x, weight_shape, *options),
        weight_gradient(case, g, wide),
        weight_gradient(case, abs(g), abs(wide)),
        grad.shape[0] * grad.shape[2] * grad.shape[3],
    )


def case(n, c, size, o, kernel, stride=1, padding=0, dilation=1, groups=1):
    def two(value):
        return value if isinstance(value, tuple) else (value, value)

    return ((n, c, *two(size)), (o, c // groups, *two(kernel)), two(stride), two(padding), two(dilation), groups)


# What each reaches is said where it is not plain.
CASES = {
    "3x3": case(2, 5, 9, 7, 3, 1, 1),
    "rows of all lengths": case(1, 2, (4, 29), 33, 3, 1, 1),
    "one pixel windows": case(3, 20, (7, 11), 40, 1),
    "one pixel windows, stride": case(2, 6, 9, 5, 1, 2),
    "one pixel windows, padding": case(2, 6, 5, 5, 1, 1, 2),
    "even window": case(2, 3, (8, 10), 4, (2, 4), 1, (1, 2)),
    "stride 2": case(2, 3, (11, 14), 18, 3, 2, 1),
    "strides of either kind": case(2, 3, (13, 11), 6, (3, 2), (3, 2), (2, 1)),
    "stride beyond the window": case(2, 3, 13, 4, 2, 4, 1),
    "rows after the last window": case(1, 2, 12, 3, 3, 4),
    "dilation": case(2, 3, (15, 13), 6, 3, 1, 2, 2),
    "dilation and stride with common factors": case(1, 3, (17, 19), 5, 3, (2, 4), 3, (4, 2)),
    "padding beyond the window": case(1, 2, 5, 3, 2, 1, 4),
    "groups": case(2, 12, 7, 18, 3, 1, 1, 1, 3),
    "groups, wide": case(1, 80, 6, 80, 3, 1, 1, 1, 2),
    "depthwise": case(2, 9, (8, 19), 9, 3, 1, 1, 1, 9),
    "depthwise, stride and dilation": case(2, 4, (13, 21), 4, (3, 5), (2, 3), (1, 2), (1, 2), 4),
    "depthwise, large window": case(2, 3, (15, 30), 3, (5, 4), 1, 2, 1, 3),
    "depthwise, several filters": case(2, 4, 9, 12, 3, 1, 1, 1, 4),
    "7x7 stride 2": case(2, 3, 39, 20, 7, 2, 3),
    "images as rows of tiles": case(29, 8, 4, 36, 3, 1, 1),
    "images as rows of tiles, strides": case(16, 4, 5, 9, 3, 2, 1),
    "one pixel results": case(20, 6, 3, 40, 3),
    "few outputs": case(2, 20, (9, 70), 3, 3, 1, 1),
    "one output": case(3, 7, (6, 33), 1, (3, 5), 1, (0, 2)),
    "few outputs of groups": case(2, 12, (11, 18), 8, 3, (2, 1), 1, 1, 2),
    "several slabs": case(3, 200, 7, 34, 3, 1, 1),
    "several slabs of images": case(17, 200, 3, 34, 3, 1, 1),
    "several rounds": case(5, 64, 40, 8, 3, 1, 1),
    "a row longer than a strip": case(1, 2, (3, 1100), 3, 3, 1, 1),
    "window as large as the image": case(3, 4, 6, 5, 6),
    "one channel": case(3, 1, 28, 32, 5),
    "short sums, a row not of whole vectors": case(3, 2, (9, 31), 70, 3, 1, 1),
    "short sums, rows apart": case(2, 2, (13, 30), 6, 3, (2, 1), 1),
    "short sums of groups": case(2, 4, (6, 16), 26, 3, 1, 1, 1, 2),
    "no images": case(0, 3, 6, 4, 3, 1, 1),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_passes_agree_with_sums_over_windows(name, dtype):
    check(CASES[name], dtype)
    check(CASES[name], dtype, with_bias=False)


def test_random_cases():
    rng = np.random.default_rng(3)
    for _ in range(150):
        groups = int(rng.choice([1, 1, 1, 2, 3]))
        kernel, stride, dilation = rng.integers(1, 5, 2), rng.integers(1, 4, 2), rng.integers(1, 4, 2)
        padding = rng.integers(0, 4, 2)
        least = np.maximum(dilation * (kernel - 1) + 1 - 2 * padding, 1)
        size = least + rng.integers(0, 20, 2)
        n, c, o = (int(rng.integers(1, most)) for most in (20, 9, 40))
        options = [tuple(map(int, v)) for v in (kernel, stride, padding, dilation)]
        check(case(n, groups * c, tuple(map(int, size)), groups * o, *options, groups))


# Shapes that Winograd's transforms serve: images that are no multiple of 4, channels that are no multiple of vectors,
# blocks of tiles across images and rounds of images.
TRANSFORMED = {
    "plain": case(4, 64, 16, 64, 3, 1, 1),
    "odd sizes": case(5, 33, (15, 18), 47, 3, 1, 1),
    "no padding": case(40, 32, (7, 5), 32, 3, 1, 0),
    "padding 2": case(9, 70, (10, 13), 65, 3, 1, (2, 1)),
    "rounds": case(6, 130, 40, 32, 3, 1, 1),
    "small images": case(70, 32, 2, 40, 3, 1, 1),
    "few tiles": case(33, 140, 4, 70, 3, 1, 1),
    "few tiles, odd sizes": case(7, 65, (7, 9), 33, 3, 1, (2, 0)),
}


@pytest.fixture
def exact():
    """Convolutions as plain sums while the test runs."""
    ft.set_exact_convolution(True)
    yield
    ft.set_exact_convolution(False)


def test_passes_are_exact_where_asked(exact):
    for name in ("plain", "odd sizes"):
        check(TRANSFORMED[name])


@pytest.mark.parametrize("name", TRANSFORMED)
def test_transformed_windows_round_little(name):
    """Within 32 eps of the greatest sum of magnitudes; and they are transformed: the plain sums differ."""
    rng = np.random.default_rng(5)
    shape, weight_shape, *options = TRANSFORMED[name]
    x, weight = rng.standard_normal(shape).astype("float32"), rng.standard_normal(weight_shape).astype("float32")
    bias = rng.standard_normal(weight_shape[0]).astype("float32")
    wide, big = np.float64(x), np.float64(weight)
    eps = np.finfo("float32").eps
    result = ft.conv2d(x, weight, bias, *options).numpy()
    exact = forward(TRANSFORMED[name], wide, big) + bias[:, None, None]
    size = forward(TRANSFORMED[name], abs(wide), abs(big)).max()
    assert np.abs(result - exact).max() < 32 * eps * size
    grad = rng.standard_normal(exact.shape).astype("float32")
    gradient = ops.conv2d_input_gradient(grad, weight, shape, *options).numpy()
    size = input_gradient(TRANSFORMED[name], abs(np.float64(grad)), abs(big)).max()
    assert np.abs(gradient - input_gradient(TRANSFORMED[name], np.float64(grad), big)).max() < 32 * eps * size
    ft.set_exact_convolution(True)
    try:
        assert (ft.conv2d(x, weight, bias, *options).numpy() != result).any()
        assert (ops.conv2d_input_gradient(grad, weight, shape, *options).numpy() != gradient).any()
    finally:
        ft.set_exact_convolution(False)


def test_a_bad_pixel_does_not_get_lost_in_transforms():
    x, weight = np.ones((4, 32, 16, 16), "float32"), np.ones((32, 32, 3, 3), "float32")
    x[1, 2, 5, 5] = np.inf
    result = ft.conv2d(x, weight, None, 1, 1).numpy()
    assert not np.isfinite(result[1, :, 4:7, 4:7]).any()
    assert np.isfinite(result[1, :, 8:]).all() and np.isfinite(np.delete(result, 1, 0)).all()


def test_set_exact_convolution_refuses_what_is_no_bool():
    message = "set_exact_convolution(): argument 'exact': expected bool, got int"
    with pytest.raises(TypeError) as error:
        ft.set_exact_convolution(1)
    assert str(error.value) == message
    assert ft.get_exact_convolution() is False


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_zeros_do_not_hide_nan_and_infinity(bad):
    x, weight = np.zeros((2, 3, 6, 6), "float32"), np.zeros((4, 3, 3, 3), "float32")
    x[1, 2, 3, 3] = bad
    result = ft.conv2d(x, weight, None, 1, 1).numpy()
    seen = np.zeros((2, 4, 6, 6), bool)
    seen[1, :, 2:5, 2:5] = True
    np.testing.assert_array_equal(np.isnan(result), seen)


def test_results_do_not_depend_on_the_number_of_threads():
    threads, results = ft.get_num_threads(), []
    try:
        for count in (1, 2):
            ft.set_num_threads(count)
            rng = np.random.default_rng(4)
            results.append([])
            for each in (
                *map(CASES.get, ("groups, wide", "7x7 stride 2", "several slabs of images", "several rounds")),
                *map(CASES.get, ("depthwise", "depthwise, stride and dilation", "short sums, rows apart")),
                *map(TRANSFORMED.get, ("odd sizes", "rounds", "few tiles")),
            ):
                shape, weight_shape, *options = each
                x, weight = (
                    rng.standard_normal(shape).astype("float32"),
                    rng.standard_normal(weight_shape).astype("float32"),
                )
                result = ft.conv2d(x, weight, None, *options)
                results[-1] += [
                    result.numpy(),
                    ops.conv2d_input_gradient(result, weight, shape, *options).numpy(),
                    ops.conv2d_weight_gradient(result, x, weight_shape, *options).numpy(),
                ]
    finally:
        ft.set_num_threads(threads)
    for one, two in zip(*results, strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("isa", instruction_sets())
def test_every_isa(isa):
    """The tests of this file that know nothing of instruction sets, with each of them."""
    chosen = "(windows or random or zeros) and not isa"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", chosen, __file__],
        env={**os.environ, "FLAMBEAU_ISA": isa},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
