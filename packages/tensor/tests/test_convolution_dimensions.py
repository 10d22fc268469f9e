"""The compiled passes over one and three dimensions, transposed ones and paddings that differ, against the reference
kernels in float64. Those are tested against loops by the operator database, which has small shapes only."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor import ops
from flambeau.tensor._backends import CPU


def reference(name, *args):
    """What the reference kernel gives, and the same sums of magnitudes: what rounding is measured by."""
    definition = getattr(ops, name).definition

    def compute(function):
        wide = [function(np.float64(a)) if isinstance(a, np.ndarray) else a for a in args]
        return definition.kernel(np, *(definition.check_function(*wide) or wide))

    return compute(lambda x: x), compute(np.abs)


def agree(name, count, *args):
    result = getattr(ops, name)(*(ft.tensor(a) if isinstance(a, np.ndarray) else a for a in args)).numpy()
    exact, size = reference(name, *args)
    assert result.shape == exact.shape
    assert not np.isnan(result).any()
    bound = (count + 2) * np.finfo(result.dtype).eps * size
    assert (np.abs(result - exact) <= bound).all(), (
        name,
        [a if not isinstance(a, np.ndarray) else a.shape for a in args],
    )


def random_case(rng, dims):
    groups = int(rng.choice([1, 1, 2, 3]))
    kernel, stride, dilation = (rng.integers(1, 4, dims) for _ in range(3))
    low, high = rng.integers(0, 3, dims), rng.integers(0, 3, dims)
    size = np.maximum(dilation * (kernel - 1) + 1 - low - high, 1) + rng.integers(0, 21 if dims == 1 else 7, dims)
    n, c, o = (int(rng.integers(1, most)) for most in (20, 7, 40))
    shape, weight = (n, groups * c, *map(int, size)), (groups * o, c, *map(int, kernel))
    padding = tuple((int(a), int(b)) for a, b in zip(low, high, strict=True))
    stride, dilation = tuple(map(int, stride)), tuple(map(int, dilation))
    return shape, weight, stride, padding, dilation, groups


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_all_passes_agree_with_the_reference(dims, dtype):
    rng = np.random.default_rng(dims)
    for _ in range(40):
        shape, weight_shape, *options = random_case(rng, dims)
        x, weight = (rng.standard_normal(s).astype(dtype) for s in (shape, weight_shape))
        window, taps = int(np.prod(weight_shape[1:])), int(np.prod(weight_shape[2:]))
        bias = rng.standard_normal(weight_shape[0]).astype(dtype)
        agree(f"conv{dims}d", window + 1, x, weight, bias, *options)
        out = getattr(ft, f"conv{dims}d")(x, weight, None, *options).shape
        grad = rng.standard_normal(out).astype(dtype)
        agree(f"conv{dims}d_input_gradient", weight_shape[0] * taps, grad, weight, shape, *options)
        pixels = out[0] * int(np.prod(out[2:]))
        agree(f"conv{dims}d_weight_gradient", pixels, grad, x, weight_shape, *options)


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_transposed_passes_agree_with_the_reference(dims, dtype):
    """With a bias and an output padding."""
    rng = np.random.default_rng(10 + dims)
    for _ in range(40):
        groups, n, c, o = (int(rng.integers(1, most)) for most in (4, 20, 5, 20))
        kernel, stride, dilation = (tuple(map(int, rng.integers(1, 4, dims))) for _ in range(3))
        extra = tuple(int(rng.integers(0, max(s, d))) for s, d in zip(stride, dilation, strict=True))
        padding = tuple(int(rng.integers(0, d * (k - 1) // 2 + 1)) for k, d in zip(kernel, dilation, strict=True))
        shape = (n, groups * c, *map(int, rng.integers(1, 7, dims)))
        x, weight = (rng.standard_normal(s).astype(dtype) for s in (shape, (groups * c, o, *kernel)))
        bias = rng.standard_normal(groups * o).astype(dtype)
        count = c * int(np.prod(kernel)) + 1
        agree(f"conv_transpose{dims}d", count, x, weight, bias, stride, padding, extra, groups, dilation)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("dims", [1, 2, 3])
def test_narrow_floats_are_computed_as_float32(dims, dtype):
    x, weight = ft.randn(2, 3, *[6] * dims).to(dtype), ft.randn(4, 3, *[3] * dims).to(dtype)
    forward = getattr(ft, f"conv{dims}d")
    wide = forward(x.float(), weight.float(), padding=1)
    result = forward(x, weight, padding=1)
    assert result.dtype == x.dtype
    np.testing.assert_array_equal(result.float().numpy(), wide.to(dtype).float().numpy())


def test_every_pass_is_compiled():
    names = (f"{name}{dims}d{what}" for dims in (1, 2, 3) for name, what in (
        ("conv", ""), ("conv", "_input_gradient"), ("conv", "_weight_gradient"), ("conv_transpose", ""),
    ))  # fmt: skip
    assert set(names) <= set(CPU.kernels)


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_results_do_not_depend_on_the_number_of_threads(dims):
    threads, results = ft.get_num_threads(), []
    x, weight = ft.randn(4, 20, *[(300, 24, 9)[dims - 1]] * dims), ft.randn(36, 20, *[3] * dims)
    try:
        for count in (1, 2):
            ft.set_num_threads(count)
            y = getattr(ft, f"conv{dims}d")(x, weight)
            results.append([
                y.numpy(),
                getattr(ops, f"conv{dims}d_input_gradient")(y, weight, x.shape).numpy(),
                getattr(ops, f"conv{dims}d_weight_gradient")(y, x, weight.shape).numpy(),
            ])  # fmt: skip
    finally:
        ft.set_num_threads(threads)
    for one, two in zip(*results, strict=True):
        np.testing.assert_array_equal(one, two)
