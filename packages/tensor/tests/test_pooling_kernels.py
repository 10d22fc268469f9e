"""The compiled pooling kernels against the reference kernels, which the operator database tests against loops."""

import os
import subprocess
import sys

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor import ops
from flambeau.tensor._backends import CPU
from flambeau.tensor._core.tensor import instruction_sets
from flambeau.tensor.testing._kernels import call_kernel


def reference(name, *args):
    return call_kernel(getattr(ops, name).definition, np, args, {})


def compiled(name, *args):
    return getattr(ops, name)(*(ft.tensor(a) if isinstance(a, np.ndarray) else a for a in args))


def random_case(rng, dims):
    """A shape and options: widths around whole vectors, strides below and beyond the window, windows cut off."""
    kernel, stride, dilation = (tuple(map(int, rng.integers(1, 5, dims))) for _ in range(3))
    padding = tuple(int(rng.integers(0, k // 2 + 1)) for k in kernel)
    least = [max(d * (k - 1) + 1 - 2 * p, 1) for k, d, p in zip(kernel, dilation, padding, strict=True)]
    size = [n + int(rng.integers(0, (70, 40, 12)[dims - 1])) for n in least]
    return (int(rng.integers(1, 4)), int(rng.integers(1, 6)), *size), kernel, stride, padding, dilation


def agree(name, dtype, *args):
    """The greatest are the very same, and the first of equal ones; means differ by roundings."""
    try:
        expected = reference(name, *args)
    except ft.ShapeError:
        return False
    result = compiled(name, *args)
    if isinstance(expected, tuple):
        np.testing.assert_array_equal(result[0].numpy(), expected[0])
        np.testing.assert_array_equal(result[1].numpy(), expected[1])
    else:
        eps = np.finfo(dtype).eps
        np.testing.assert_allclose(result.numpy(), expected, rtol=64 * eps, atol=64 * eps)
    return True


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("dims", [1, 2, 3])
def test_windows_at_equal_distances(dims, dtype):
    rng = np.random.default_rng(dims)
    seen = 0
    for _ in range(80):
        shape, kernel, stride, padding, dilation = random_case(rng, dims)
        x = rng.integers(-9, 9, shape).astype(dtype)  # with equal ones among them
        ceil = bool(rng.integers(2))
        seen += agree(f"max_pool{dims}d_with_indices", dtype, x, kernel, stride, padding, dilation, ceil)
        x = rng.standard_normal(shape).astype(dtype)
        options = (kernel, stride, padding, ceil, bool(rng.integers(2)), [None, 7][int(rng.integers(2))])
        if agree(f"avg_pool{dims}d", dtype, x, *options):
            grad = rng.standard_normal(compiled(f"avg_pool{dims}d", x, *options).shape).astype(dtype)
            assert agree(f"avg_pool{dims}d_input_gradient", dtype, grad, shape, *options)
            seen += 1
    assert seen > 80


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("dims", [1, 2, 3])
def test_windows_that_share_an_image_out(dims, dtype):
    rng = np.random.default_rng(10 + dims)
    for _ in range(40):
        size = tuple(map(int, rng.integers(1, (80, 40, 9)[dims - 1], dims)))
        out = tuple(map(int, rng.integers(1, 12, dims)))
        x = rng.standard_normal((2, 3, *size)).astype(dtype)
        assert agree(f"adaptive_max_pool{dims}d_with_indices", dtype, x, out)
        for sizes in (out, (1,) * dims):
            assert agree(f"adaptive_avg_pool{dims}d", dtype, x, sizes)
            grad = rng.standard_normal((2, 3, *sizes)).astype(dtype)
            assert agree(f"adaptive_avg_pool{dims}d_input_gradient", dtype, grad, x.shape)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["max_pool2d_scatter", "max_unpool2d_scatter"])
def test_places_with_windows_that_overlap(name, dtype):
    x = np.random.default_rng(0).integers(-9, 9, (3, 4, 17, 19)).astype(dtype)
    values, places = reference("max_pool2d_with_indices", x, 3, 1, 1)
    assert agree(name, dtype, values, places, x.shape)
    for bad in (-1, 17 * 19):
        places[1, 2, 3, 4] = bad
        with pytest.raises(
            IndexError, match=rf"{name}\(\): argument 'indices': expected indices in \[0, 322\], got {bad}"
        ):
            compiled(name, values, places, x.shape)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_windows_of_infinities_and_nan(dtype):
    """A window of nothing but -inf has its first element; of several NaN the last one counts, as in the reference."""
    rng = np.random.default_rng(1)
    x = rng.choice([np.nan, -np.inf, np.inf, 1.0], (2, 3, 20, 37), p=[0.1, 0.7, 0.1, 0.1]).astype(dtype)
    for options in ((2,), (3, 2, 1), (3, 1, 1, 2), ((1, 4), (3, 5))):
        assert agree("max_pool2d_with_indices", dtype, x, *options)
    assert agree("adaptive_max_pool2d_with_indices", dtype, x, (7, 5))


def test_results_do_not_depend_on_the_number_of_threads():
    threads, results = ft.get_num_threads(), []
    x = ft.randn(8, 32, 40, 40)
    try:
        for count in (1, 2):
            ft.set_num_threads(count)
            mean = ft.avg_pool2d(x, 3, 2, 1)
            values, places = ft.max_pool2d_with_indices(x, 3, 2, 1)
            back = ops.avg_pool2d_input_gradient(mean, x.shape, 3, 2, 1)
            results.append([mean, values, places, back, ops.max_pool2d_scatter(values, places, x.shape)])
    finally:
        ft.set_num_threads(threads)
    for one, two in zip(*results, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy())


def test_every_kind_is_compiled():
    for n in (1, 2, 3):
        for name in (
            "max_pool{}d_with_indices",
            "adaptive_max_pool{}d_with_indices",
            "avg_pool{}d",
            "adaptive_avg_pool{}d",
        ):
            assert name.format(n) in CPU.kernels


@pytest.mark.parametrize("isa", instruction_sets())
def test_every_isa(isa):
    """The tests of this file about windows, with each instruction set."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "windows", __file__],
        env={**os.environ, "FLAMBEAU_ISA": isa},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
