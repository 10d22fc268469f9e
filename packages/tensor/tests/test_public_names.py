"""Names that users of PyTorch and NumPy type: constants, short names of dtypes, methods as functions, and hints."""

import math
import pickle
import subprocess
import sys

import flambeau.tensor as ft
import numpy as np
import pytest

SHORT = {
    "bool": "bool", "byte": "uint8", "char": "int8", "short": "int16", "int": "int32", "long": "int64",
    "half": "float16", "float": "float32", "double": "float64", "cfloat": "complex64", "cdouble": "complex128",
}  # fmt: skip


def test_constants():
    """Numbers, and None for a new axis."""
    assert (ft.e, ft.pi, ft.inf, ft.newaxis) == (math.e, math.pi, math.inf, None) and math.isnan(ft.nan)
    assert isinstance(ft.float32, ft.dtype)


@pytest.mark.parametrize("name", SHORT)
def test_short_names_of_dtypes(name):
    """``ft.float`` is a dtype, as the method of that name converts to it."""
    assert getattr(ft, name) == np.dtype(SHORT[name]) == getattr(ft.ones(1), name)().dtype
    assert ft.zeros(2, dtype=getattr(ft, name)).dtype.name == SHORT[name]


def test_short_names_stay_out_of_programs():
    """``import *`` must not put dtypes in the place of Python's own types."""
    code = (
        "from flambeau.tensor import *; assert float('1') == 1.0 and int(2.5) == 2 and bool(1) is True; print(zeros(1))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("[0.]"), done.stderr


def test_methods_as_functions():
    """What only asks something."""
    x = ft.tensor([[1.0, 2.0]])
    assert ft.numel(x) == 2 and ft.is_floating_point(x) and not ft.is_complex(x) and ft.is_signed(x)
    assert ft.is_nonzero(ft.tensor([3])) and ft.is_same_size(x, x) and ft.get_device(x) == -1
    assert ft.scalar_tensor(3).dtype == ft.float32 and ft.scalar_tensor(3, dtype="int8").item() == 3


def test_detach_of_a_plain_tensor():
    """The same memory: there is no history to leave behind. Classes are kept."""
    x = ft.zeros(2)
    for view in (x.detach(), ft.detach(x)):
        assert view is not x and view.data_ptr() == x.data_ptr()
        view.add_(1)
    assert x.tolist() == [2.0, 2.0] and x.version == 2 and x.detach_() is x

    class Own(ft.Tensor):
        pass

    assert type(Own(x).detach()) is Own


def test_numpy_names_say_what_to_use():
    """NumPy's names of functions that have another one here."""
    with pytest.raises(AttributeError, match=r"has no attribute 'array'; use tensor\(data\)$"):
        ft.array  # noqa: B018  (looking it up is what raises)
    with pytest.raises(AttributeError, match=r"^module 'flambeau.tensor' has no attribute 'nothing'$"):
        ft.nothing  # noqa: B018  (the same)


def test_results_can_be_pickled():
    """Named tuples of several results, those of operators and of functions; nothing is asked of the other process."""
    x = ft.tensor([[1.0, 3.0], [4.0, 2.0]])
    for result in (ft.max(x, 1), x.sort(), x.median(0), ft.linalg.eigh(x), ft.aminmax(x), ft.histogram(x, 2)):
        again = pickle.loads(pickle.dumps(result))
        assert type(again) is type(result) and again._fields == result._fields
        assert all(a.tolist() == b.tolist() for a, b in zip(again, result, strict=True))
    code = (
        f"import pickle; r = pickle.loads({pickle.dumps(ft.max(x, 1))!r}); print(r.values.tolist(), type(r).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[3.0, 4.0] max\n", done.stderr


def test_results_have_the_name_that_was_called():
    """Not that of the operator behind it."""
    assert repr(ft.max(ft.tensor([1]), 0)).startswith("max(values=") and type(ft.ones(2).median(0)).__name__ == "median"


def test_divmod():
    """Python's function: quotient and rest, on both sides."""
    x = ft.tensor([7, -7])
    assert [part.tolist() for part in divmod(x, 2)] == [[3, -4], [1, 1]]
    assert [part.tolist() for part in divmod(20, ft.tensor([7, 3]))] == [[2, 6], [6, 2]]
    with pytest.raises(TypeError):
        divmod(x, "a")


def test_bytes_are_the_elements():
    """Not as many zeros as the one element says."""
    assert bytes(ft.tensor([3], dtype="uint8")) == b"\x03" and bytes(ft.tensor([1, 2], dtype="int16").flip(0)) == (
        b"\x02\0\x01\0"
    )


def test_ranges_are_indices():
    """As lists are."""
    x = ft.arange(10)
    assert x[range(1, 6, 2)].tolist() == [1, 3, 5] and x[range(0)].shape == (0,)
    x[range(3)] = -1
    assert x.tolist()[:4] == [-1, -1, -1, 3]


@pytest.mark.parametrize("name", ["var", "std"])
def test_unbiased(name):
    """Another name of corrections by 1 and 0."""
    x = ft.tensor([[1.0, 2.0, 6.0], [0.0, 0.0, 3.0]])
    function, both = getattr(ft, name), getattr(ft, name + "_mean")
    for unbiased in (True, False):
        expected = function(x, 1, correction=int(unbiased)).tolist()
        assert function(x, 1, unbiased=unbiased).tolist() == getattr(x, name)(1, unbiased=unbiased).tolist() == expected
        assert both(x, 1, unbiased=unbiased)[0].tolist() == expected
    for each in (name, name + "_mean"):
        with pytest.raises(TypeError, match=rf"^{each}\(\): .*: expected one of correction and unbiased"):
            getattr(ft, each)(x, correction=0, unbiased=False)


def test_size_of_random_integers():
    """Under PyTorch's name."""
    assert ft.randint(10, size=(2, 3)).shape == (2, 3) and ft.randint(3, 4, size=(5,)).tolist() == [3] * 5
    with pytest.raises(TypeError, match="one of shape and size"):
        ft.randint(0, 3, (2,), size=(2,))


def test_rounding_to_decimals():
    """Of floats alone; halves to even; negative ones are tens."""
    x = ft.tensor([1.25, -3.14159, 1250.0], dtype="float64")
    assert ft.round(x, decimals=1).tolist() == [1.2, -3.1, 1250.0] and x.round(decimals=-2).tolist() == [
        0.0,
        -0.0,
        1200.0,
    ]
    assert x.clone().round_(decimals=1).tolist() == [1.2, -3.1, 1250.0] and x.round().tolist() == [1.0, -3.0, 1250.0]
    out = ft.zeros(3, dtype="float64")
    assert ft.round(x, decimals=2, out=out) is out and out.tolist() == [1.25, -3.14, 1250.0]
    with pytest.raises(ft.DTypeError, match=r"round\(\): argument 'input': expected a floating dtype"):
        ft.round(ft.tensor([1]), decimals=1)


NUMBERS = [7, -7, 6, -6, 0, 5]


@pytest.mark.parametrize("mode, rounded", [("floor", math.floor), ("trunc", math.trunc)])
@pytest.mark.parametrize("divisor", [2, -2, 3, -4])
@pytest.mark.parametrize("dtype", ["int64", "int8", "float32", "float64"])
def test_rounding_mode_of_division(dtype, divisor, mode, rounded):
    """Integers stay integers; as function, method, in place, with ``out=``, with Tensors and numbers."""
    x, y = ft.tensor(NUMBERS, dtype=dtype), ft.tensor(divisor, dtype=dtype)
    expected = [rounded(n / divisor) for n in NUMBERS]
    out = ft.zeros(6, dtype=dtype)
    results = [
        ft.div(x, y, rounding_mode=mode),
        x.div(divisor, rounding_mode=mode),
        ft.divide(x, y, rounding_mode=mode),
    ]
    results += [x.clone().div_(y, rounding_mode=mode), ft.div(x, y, rounding_mode=mode, out=out)]
    for result in results:
        assert result.dtype == x.dtype and result.tolist() == expected
    assert out.tolist() == expected
    assert ft.div(x.abs().to(ft.uint8), 2, rounding_mode=mode).tolist() == [abs(n) // 2 for n in NUMBERS]


def test_rounding_mode_of_divisions_by_zero():
    """As `//` gives: 0 for integers, infinities and nan for floats."""
    for mode in ("floor", "trunc"):
        assert ft.div(ft.tensor([5, -5]), 0, rounding_mode=mode).tolist() == [0, 0]
        assert ft.div(ft.tensor([5.0, -5.0]), 0, rounding_mode=mode).tolist() == [math.inf, -math.inf]
    with pytest.raises(
        ValueError, match=r"^div\(\): argument 'rounding_mode': expected None, 'floor' or 'trunc', got 'up'$"
    ):
        ft.div(ft.ones(1), 2, rounding_mode="up")


def test_unravel_index():
    """Places counted through, taken apart; what is outside is refused."""
    x = ft.arange(24).reshape(2, 3, 4)
    places = ft.tensor([0, 5, 23])
    assert x[ft.unravel_index(places, x.shape)].tolist() == places.tolist()
    assert ft.unravel_index(ft.tensor(5), 6)[0].item() == 5 and ft.unravel_index(places[:0], (0, 2))[0].shape == (0,)
    for wrong in ([24], [-1]):
        with pytest.raises(IndexError, match=r"unravel_index\(\): argument 'indices': expected places in \[0, 23\]"):
            ft.unravel_index(ft.tensor(wrong), (2, 3, 4))


def test_names_of_a_formula_come_in_the_order_of_its_text():
    """Also where the formula is not read in that order: ``a if c else b``."""
    f = ft.pointwise("a if c else b * a")
    assert f.names == ["a", "c", "b"]
    assert f(ft.tensor([1.0, 2.0]), ft.tensor([True, False]), ft.tensor([5.0, 5.0])).tolist() == [1.0, 10.0]
    assert ft.pointwise("sin(pi * x) + where(m, y, x)").names == ["x", "m", "y"]
    assert ft.pointwise("lo < x < hi").names == ["lo", "x", "hi"]
