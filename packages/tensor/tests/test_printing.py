"""How Tensors look: NumPy's body, and a last line with type, size and device."""

import flambeau.tensor as ft
import numpy as np
import pytest


@pytest.mark.parametrize(
    "x, text",
    [
        (ft.tensor([[1.0, 2.0], [3.0, 4.5]]), "[[1.  2. ]\n [3.  4.5]]\n[flambeau.tensor.FloatTensor of size 2x2]"),
        (ft.tensor(2.5), "2.5\n[flambeau.tensor.FloatTensor of size ()]"),
        (ft.tensor([True, False]), "[ True False]\n[flambeau.tensor.BoolTensor of size 2]"),
        (ft.tensor([-1, 10]), "[-1 10]\n[flambeau.tensor.LongTensor of size 2]"),
        (ft.tensor([1j]), "[0.+1.j]\n[flambeau.tensor.ComplexFloatTensor of size 1]"),
        (ft.zeros(0), "[]\n[flambeau.tensor.FloatTensor of size 0]"),
        (ft.zeros(2, 0, 3), "[]\n[flambeau.tensor.FloatTensor of size 2x0x3]"),
        (
            ft.tensor([float("nan"), float("inf"), -float("inf")]),
            "[ nan  inf -inf]\n[flambeau.tensor.FloatTensor of size 3]",
        ),
        (ft.tensor([1.5]).bfloat16(), "[1.5]\n[flambeau.tensor.BFloat16Tensor of size 1]"),
        (ft.tensor(0.1).bfloat16(), "0.10009766\n[flambeau.tensor.BFloat16Tensor of size ()]"),
        (ft.tensor([0.1]).half(), "[0.1]\n[flambeau.tensor.HalfTensor of size 1]"),
        (ft.tensor([1e30, 1e-30]), "[1.e+30 1.e-30]\n[flambeau.tensor.FloatTensor of size 2]"),
    ],
)
def test_text(x, text):
    """Body and last line, for every kind of content; ``str`` and ``repr`` agree."""
    assert repr(x) == str(x) == f"{x}" == text


@pytest.mark.parametrize(
    "dtype, name",
    [
        ("bool", "Bool"), ("uint8", "Byte"), ("int8", "Char"), ("int16", "Short"), ("int32", "Int"), ("int64", "Long"),
        ("uint16", "UInt16"), ("uint32", "UInt32"), ("uint64", "UInt64"), ("float16", "Half"), ("bfloat16", "BFloat16"),
        ("float32", "Float"), ("float64", "Double"), ("complex64", "ComplexFloat"), ("complex128", "ComplexDouble"),
        ("longlong", "Long"),
    ],
)  # fmt: skip
def test_every_dtype_has_a_name(dtype, name):
    """The last line of every dtype; ``long long`` is another name of int64."""
    x = ft.from_numpy(np.zeros(1, dtype)) if dtype == "longlong" else ft.zeros(1, dtype=dtype)
    assert repr(x).split("\n")[-1] == f"[flambeau.tensor.{name}Tensor of size 1]"


def test_huge_tensors_are_summarised():
    """Beyond NumPy's threshold the middle is left out."""
    text = repr(ft.arange(10_000_000))
    assert (
        text == "[      0       1       2 ... 9999997 9999998 9999999]\n[flambeau.tensor.LongTensor of size 10000000]"
    )


def test_numpys_print_options_apply():
    """The body is printed as NumPy is told to print."""
    with np.printoptions(precision=2, suppress=True):
        assert repr(ft.tensor([1 / 3])).startswith("[0.33]\n")


def test_views_print_their_own_elements():
    """Strides and steps are followed."""
    assert (
        repr(ft.arange(6).reshape(2, 3).T[::-1]) == "[[2 5]\n [1 4]\n [0 3]]\n[flambeau.tensor.LongTensor of size 3x2]"
    )


def test_subclasses_print():
    """A Python subclass prints as the Tensor it is."""

    class Sub(ft.Tensor):
        def __operator__(self, op, args, kwargs):
            raise AssertionError("printing computes nothing")

    assert repr(Sub(ft.ones(1))) == "[1.]\n[flambeau.tensor.FloatTensor of size 1]"


def test_format_of_one_element():
    """A format goes to the number of a Tensor without dimensions."""
    assert f"{ft.tensor(3.14159):.2f}" == "3.14"
    assert f"{ft.tensor(7):03d}" == "007"
