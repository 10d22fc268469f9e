"""Functions that are composed of operators."""

import inspect

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor import ops
from flambeau.tensor.testing import assert_close, opdb


def test_max_pool2d_is_the_first_part_of_max_pool2d_with_indices():
    """For every sample of the database."""
    for sample in opdb.entry("max_pool2d_with_indices").generate("float64", **opdb.tensors()):
        result = ft.max_pool2d(*sample.args, **sample.kwargs)
        expected, _ = ft.max_pool2d_with_indices(*sample.args, **sample.kwargs)
        assert isinstance(result, ft.Tensor)
        assert str(result.tolist()) == str(expected.tolist())  # nan equals nan


def test_max_pool2d_is_no_method():
    """As in PyTorch."""
    assert not hasattr(ft.Tensor, "max_pool2d")
    assert "max_pool2d" in ft.__all__


def test_max_pool2d_refuses_windows_without_an_element():
    """A dilated window that steps over the whole image would have no greatest element."""
    with pytest.raises(ft.ShapeError, match="expected an element in every window"):
        ft.max_pool2d(ft.ones(1, 1, 2, 2), 2, stride=1, padding=1, dilation=3)


def test_gelu_is_one_of_two_operators():
    """``approximate`` chooses; errors name gelu."""
    for name, approximate in (("gelu_exact", "none"), ("gelu_tanh", "tanh")):
        for sample in opdb.entry(name).generate("float32", **opdb.tensors()):
            expected = getattr(ops, name)(*sample.args)
            assert str(ft.gelu(*sample.args, approximate=approximate).tolist()) == str(expected.tolist())
    with pytest.raises(ValueError) as raised:
        ft.gelu(ft.ones(1), "fast")
    assert str(raised.value) == "gelu(): argument 'approximate': expected 'none' or 'tanh', got 'fast'"
    with pytest.raises(TypeError, match=r"^gelu\(\): argument 'input': expected"):
        ft.gelu(1.0)
    with pytest.raises(ft.DTypeError, match=r"^gelu\(\): expected a floating dtype, got int64"):
        ft.gelu(ft.ones(1, dtype=ft.int64))


@pytest.mark.parametrize("dtype", [ft.float32, ft.float64, ft.bfloat16], ids=str)
def test_logit(dtype):
    """The inverse of sigmoid; eps keeps it finite, and nothing else is changed."""
    x = ft.tensor([0.0, 0.1, 0.3, 0.5, 0.6, 1.0, 2.0, float("nan")], dtype=dtype)
    plain = x.numpy().astype(np.float64)
    with np.errstate(all="ignore"):
        assert_close(ft.logit(x), np.log(plain / (1 - plain)).astype(dtype))
    inside = np.clip(plain, 0.25, 0.75)
    assert_close(ft.logit(x, 0.25), np.log(inside / (1 - inside)).astype(dtype))
    with pytest.raises(TypeError, match=r"^logit\(\): argument 'input': expected"):
        ft.logit("x")


def test_one_sided_clamps():
    """Numbers as in clamp, Tensors as in maximum and minimum; methods, too."""
    x = ft.tensor([-2.0, 0.5, 2.0])
    assert ft.clamp_min(x, 0).tolist() == x.clamp_min(ft.zeros(3)).tolist() == [0.0, 0.5, 2.0]
    assert ft.clamp_max(x, 1).tolist() == x.clamp_max(ft.ones(3)).tolist() == [-2.0, 0.5, 1.0]
    with pytest.raises(ft.DTypeError) as raised:
        ft.tensor([1, 2]).clamp_max(0.5)
    assert str(raised.value) == "clamp_max(): argument 'max': expected an int for a Tensor of int64, got float 0.5"
    with pytest.raises(ft.ShapeError, match=r"^clamp_min\(\): argument 'other'"):
        x.clamp_min(ft.zeros(2))


def test_in_place_twins():
    """What a function gives is written to its first argument, which counts as changed and is returned."""
    for name, args in (("clamp_min", (0,)), ("clamp_max", (1,)), ("logit", (0.1,)), ("float_power", (3,))):
        x = ft.tensor([-2.0, 0.25, 2.0], dtype=ft.float64)
        expected = getattr(ft, name)(x, *args).tolist()
        assert getattr(x, name + "_")(*args) is x
        assert (x.tolist(), x.version) == (expected, 1)
        twin = getattr(ft, name + "_")
        assert twin.__name__ == name + "_"
        assert inspect.signature(twin) == inspect.signature(getattr(ft, name))
    with pytest.raises(ft.ShapeError) as raised:
        ft.ones(2).clamp_min_(ft.zeros(3, 2))
    assert str(raised.value) == "clamp_min(): argument 'input': expected shape (3, 2), the result's, got (2,)"
    with pytest.raises(ft.DTypeError) as raised:
        ft.tensor([1, 2]).float_power_(2)
    assert str(raised.value) == (
        "float_power(): argument 'input': expected a dtype that holds the result's float64, got int64"
    )


def test_float_power():
    """In float64, whatever comes; integers to negative powers, too."""
    for base, exponent in ((ft.tensor([2, 4]), -1), (2, ft.tensor([3])), (ft.tensor([2.0]), ft.tensor([0.5]))):
        result = ft.float_power(base, exponent)
        assert result.dtype == np.float64
        assert_close(result, np.float_power(*(v.numpy() if hasattr(v, "numpy") else v for v in (base, exponent))))


def test_positive():
    """The Tensor itself; bools are refused."""
    x = ft.ones(2)
    assert ft.positive(x) is x
    with pytest.raises(ft.DTypeError) as raised:
        ft.positive(ft.tensor([True]))
    assert str(raised.value) == (
        "positive(): argument 'input': expected a numeric dtype, got bool; convert it with .long()"
    )
