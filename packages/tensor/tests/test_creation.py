"""``tensor``, ``as_tensor`` and the constructor: dtypes, copies, refusals. (Creation operators are in the database.)"""

import flambeau.tensor as ft
import numpy as np
import pytest


@pytest.mark.parametrize(
    "data, dtype",
    [
        (1, "int64"),
        (1.5, "float32"),
        (True, "bool"),
        (1j, "complex64"),
        ([], "float32"),
        ([[], []], "float32"),
        ([1, 2.5], "float32"),
        ([True, 2], "int64"),
        ([1, 2j], "complex64"),
        (range(3), "int64"),
        (-(2**63), "int64"),
        (np.float64(1), "float64"),
        (np.int8(1), "int8"),
        (np.ones(2, "f2"), "float16"),
        (np.ones(2, ">i4"), "int32"),
        ([np.float64(1), 2], "float64"),
        ([np.int8(1), 2], "int8"),
    ],
)
def test_dtype_of_plain_data(data, dtype):
    """Python numbers get the default dtype of their kind; NumPy data keeps its own, in native byte order."""
    x = ft.tensor(data)
    assert x.dtype == np.dtype(dtype)
    assert x.dtype.isnative
    assert x.shape == np.shape(data)


@pytest.mark.parametrize(
    "data, dtype",
    [
        ([ft.tensor(1.0), 2], ft.float32),
        ([2, ft.tensor(1.0)], ft.float32),
        ([ft.tensor(1.0).half(), 2.5], ft.float16),
        ([ft.tensor(1.0).bfloat16(), 2], ft.bfloat16),
        ([ft.tensor(1), 2.5], ft.float32),
        ([ft.tensor(1).int(), ft.tensor(1).char()], ft.int32),
        ([ft.tensor(True), 2], ft.int64),
        ([ft.tensor(1.0), ft.tensor(1.0).double()], ft.float64),
        ([ft.zeros(0).long()], ft.int64),
        ([[ft.ones(2)], [ft.zeros(2)]], ft.float32),
    ],
)
def test_dtype_of_lists_with_tensors(data, dtype):
    """Tensors inside lists decide; numbers beside them matter only by their kind."""
    assert ft.tensor(data).dtype == dtype


def test_values_and_shape_of_nested_data():
    """Lists, tuples, Tensors and arrays nest."""
    x = ft.tensor([(1, 2), ft.tensor([3, 4]), np.array([5, 6])])
    assert x.tolist() == [[1, 2], [3, 4], [5, 6]]


@pytest.mark.parametrize("data", [np.ones(2, "f4"), ft.ones(2), [1.0, 1.0]])
@pytest.mark.parametrize("options", [{}, {"dtype": "float32"}, {"device": "cpu"}, {"dtype": "float64"}])
def test_tensor_always_copies(data, options):
    """What ``tensor`` gives shares no memory with its data."""
    x = ft.tensor(data, **options)
    x.fill_(5)
    assert np.asarray(data).tolist() == [1.0, 1.0]
    assert x.base is None


def test_as_tensor_copies_only_when_it_must():
    """A Tensor comes back itself, an array shares its memory, another dtype copies."""
    x, a = ft.ones(2), np.ones(2)
    assert ft.as_tensor(x) is x
    assert ft.as_tensor(x, dtype=ft.float32, device="cpu") is x
    assert np.shares_memory(ft.as_tensor(a).numpy(), a)
    assert not np.shares_memory(ft.as_tensor(a, dtype="float32").numpy(), a)
    assert ft.as_tensor([1, 2]).tolist() == [1, 2]
    assert ft.as_tensor(3.0).shape == ()


def test_constructor_shares():
    """``Tensor(x)`` is a view of a Tensor, and shares an array's memory."""
    x, a = ft.ones(2), np.ones(2)
    assert ft.Tensor(x).base is x
    ft.Tensor(a).zero_()
    assert a.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    "data, dtype, exception, message",
    [
        ("a", None, ft.DTypeError, "expected numbers, got str of dtype <U1"),
        (None, None, ft.DTypeError, "expected numbers, got NoneType of dtype object"),
        ([None], None, ft.DTypeError, "expected numbers, got list of dtype object"),
        ({1}, None, ft.DTypeError, "expected numbers, got set of dtype object"),
        (b"a", None, ft.DTypeError, "expected numbers, got bytes of dtype |S1"),
        (np.array(["a"]), None, ft.DTypeError, "expected an array of bool, int, float or complex, got dtype <U1"),
        (np.array([None]), None, ft.DTypeError, "expected an array of bool, int, float or complex, got dtype object"),
        (2**63, None, ValueError, f"expected numbers in the range of int64, got {2**63}"),
        (2**64, None, ValueError, "expected integers of at most 64 bits, got a larger one"),
        ([1, 300], "uint8", ValueError, "expected numbers in the range of uint8, got 300"),
        (-1, "uint64", ValueError, "expected numbers in the range of uint64, got -1"),
        (float("nan"), "int64", ValueError, "expected numbers in the range of int64, got nan"),
        (float("inf"), "int8", ValueError, "expected numbers in the range of int8, got inf"),
        (1j, "float32", ft.DTypeError, "expected real numbers for float32, got complex ones"),
    ],
)
def test_refused_data(data, dtype, exception, message):
    """Data that is no numbers, or numbers that do not fit, are refused; nothing wraps around silently."""
    with pytest.raises(exception) as raised:
        ft.tensor(data, dtype=dtype)
    assert str(raised.value) == f"tensor(): argument 'data': {message}"
    assert type(raised.value) is exception


@pytest.mark.parametrize("data", [[1, [2]], [[1, 2], [3]], [ft.ones(2), ft.ones(3)]])
def test_uneven_lists(data):
    """Nested lists of uneven lengths say so."""
    with pytest.raises(ValueError) as raised:
        ft.tensor(data)
    assert str(raised.value).startswith(
        "tensor(): argument 'data': expected nested lists of even lengths, got uneven ones"
    )


@pytest.mark.parametrize("dtype", [object, "U3", "datetime64[s]", ">f4", "longdouble", "i4,f4", "V2"])
@pytest.mark.parametrize(
    "operation, call",
    [
        ("tensor", lambda dtype: ft.tensor([1.0], dtype=dtype)),
        ("zeros", lambda dtype: ft.zeros(1, dtype=dtype)),
        ("to", lambda dtype: ft.zeros(1).to(np.dtype(dtype))),
        ("sum", lambda dtype: ft.zeros(1).sum(dtype=dtype)),
    ],
)
def test_dtypes_a_tensor_cannot_have(dtype, operation, call):
    """No operation makes a Tensor of objects, text, foreign byte order or more than 64 bits."""
    with pytest.raises(ft.DTypeError) as raised:
        call(dtype)
    got = repr(np.dtype(dtype))
    assert str(raised.value) == f"{operation}(): argument 'dtype': expected a dtype such as ft.float32, got {got}"


@pytest.mark.parametrize("dtype", ["float33", "", 7, [1]])
def test_no_dtype_at_all(dtype):
    """What names no dtype is refused."""
    with pytest.raises(TypeError) as raised:
        ft.zeros(1, dtype=dtype)
    assert str(raised.value) == f"zeros(): argument 'dtype': expected a dtype such as ft.float32, got {dtype!r}"


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: ft.Tensor(), "expected a Tensor or a NumPy array, got nothing; use ft.empty(shape)"),
        (lambda: ft.Tensor([1]), "expected a Tensor or a NumPy array, got list; use ft.tensor(data)"),
        (lambda: ft.Tensor(3), "expected a Tensor or a NumPy array, got int; use ft.tensor(data)"),
    ],
)
def test_constructor_refuses_other_data(call, message):
    """The constructor takes Tensors and arrays, and names the function for the rest."""
    with pytest.raises(TypeError) as raised:
        call()
    assert str(raised.value) == f"Tensor(): argument 'data': {message}"


@pytest.mark.filterwarnings("error")
def test_what_is_too_large_for_a_float_becomes_infinite():
    """Without a warning, from arrays and from numbers."""
    assert ft.tensor(np.array([1e300, -1e300, 1.0]), dtype=ft.float32).tolist() == [float("inf"), float("-inf"), 1.0]
    assert ft.tensor([1e6, 1.0], dtype=ft.float16).tolist() == [float("inf"), 1.0]
