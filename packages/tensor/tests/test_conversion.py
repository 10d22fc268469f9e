"""``to`` and its short forms."""

import flambeau.tensor as ft
import numpy as np
import pytest

SHORT = {
    "float": "float32", "double": "float64", "half": "float16", "bfloat16": "bfloat16", "int": "int32", "long": "int64",
    "short": "int16", "char": "int8", "byte": "uint8", "bool": "bool",
}  # fmt: skip


@pytest.mark.parametrize("name", SHORT)
def test_short_forms(name):
    """``x.double()`` and its siblings convert, and give the Tensor itself where nothing changes."""
    x = ft.tensor([0, 1, 2], dtype="int16" if name != "short" else "int32")
    y = getattr(x, name)()
    assert y.dtype.name == SHORT[name]
    assert y.tolist() == ([False, True, True] if name == "bool" else [0, 1, 2])
    assert getattr(y, name)() is y


@pytest.mark.parametrize(
    "target, dtype",
    [
        ((ft.int64,), "int64"),
        (("float64",), "float64"),
        (("bfloat16",), "bfloat16"),
        ((np.float16,), "float16"),
        ((float,), "float32"),
        ((int,), "int64"),
        ((bool,), "bool"),
        ((complex,), "complex64"),
        (("cpu",), "float32"),
        (("cpu", ft.int64), "int64"),
        ((ft.device("cpu"), "int8"), "int8"),
        ((ft.zeros(1).long(),), "int64"),
        ((None,), "float32"),
    ],
)
def test_targets(target, dtype):
    """``to`` takes a dtype, a device, both, or another Tensor."""
    x = ft.ones(2)
    y = x.to(*target)
    assert y.dtype.name == dtype
    assert (y is x) == (dtype == "float32")


def test_copy_on_demand():
    """``copy=True`` copies even when nothing changes."""
    x = ft.ones(2)
    y = x.to(ft.float32, copy=True)
    assert y is not x and y.base is None
    assert x.to(ft.float64, copy=True).dtype == ft.float64


def test_names_of_types():
    """``type()`` names the Tensor's type; with a dtype it converts."""
    x = ft.ones(2)
    assert x.type() == "flambeau.tensor.FloatTensor"
    assert x.long().type() == "flambeau.tensor.LongTensor"
    assert x.type(ft.float64).dtype == ft.float64
    assert x.type("float32") is x


def test_float_to_int_truncates():
    """Conversion to integers drops the fraction, towards zero."""
    assert ft.tensor([1.7, -1.7]).long().tolist() == [1, -1]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x: x.to(3), "to(): argument 'target': expected a dtype, a device or a Tensor, got int"),
        (lambda x: x.to([]), "to(): argument 'target': expected a dtype, a device or a Tensor, got list"),
        (lambda x: x.to("float33"), "to(): argument 'dtype': expected a dtype such as ft.float32, got 'float33'"),
        (lambda x: x.to(dtype="float33"), "to(): argument 'dtype': expected a dtype such as ft.float32, got 'float33'"),
    ],
)
def test_refused_targets(call, message):
    """What is neither dtype, device nor Tensor is refused."""
    with pytest.raises(TypeError) as raised:
        call(ft.ones(1))
    assert str(raised.value) == message


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x: x.item(), "item(): expected a Tensor of one element, got shape (2, 3)"),
        (lambda x: bool(x), "bool(): expected a Tensor of one element, got shape (2, 3); use .any() or .all()"),
        (lambda x: float(x), "item(): expected a Tensor of one element, got shape (2, 3)"),
        (lambda x: ft.zeros(0).item(), "item(): expected a Tensor of one element, got shape (0,)"),
    ],
)
def test_python_numbers_need_one_element(call, message):
    """A Python number comes from exactly one element."""
    with pytest.raises(ValueError) as raised:
        call(ft.zeros(2, 3))
    assert str(raised.value) == message


def test_python_numbers():
    """``int``, ``float``, ``complex``, ``bool`` and list indices take Tensors of one element, of any ndim."""
    x = ft.tensor([[2]])
    assert (int(x), float(x), complex(x), bool(x)) == (2, 2.0, 2 + 0j, True)
    assert "abc"[x] == "c"
    assert list(range(5))[: ft.tensor(2)] == [0, 1]
    assert f"{ft.tensor(2.5):.2f}" == "2.50"


@pytest.mark.parametrize("x", [ft.tensor(1.0), ft.tensor([1, 2]), ft.tensor([True])])
def test_only_integers_are_indices(x):
    """A list index is one integer, not a float, a bool or several."""
    with pytest.raises(TypeError) as raised:
        "abc"[x]
    got = f"dtype {x.dtype.name}, shape {x.shape}"
    assert str(raised.value) == f"index(): expected a Tensor of one integer, got {got}"
