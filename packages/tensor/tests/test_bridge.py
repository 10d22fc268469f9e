"""Between Tensors and NumPy (and torch): who shares memory with whom, and what is refused."""

import copy
import pickle

import flambeau.tensor as ft
import ml_dtypes
import numpy as np
import pytest

DTYPES = [
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64",
    "complex64", "complex128", ml_dtypes.bfloat16,
]  # fmt: skip


# Sharing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_from_numpy_and_numpy_share_memory(dtype):
    """Both directions are views of one memory, for every dtype, with shape, strides and dtype kept."""
    a = np.zeros((3, 4), dtype=dtype)[::2, ::-1]
    x = ft.from_numpy(a)
    assert (x.shape, x.dtype, x.stride()) == ((2, 4), a.dtype, (8, -1))
    a[0, 0] = 1
    b = x.numpy()
    assert b is not a and np.shares_memory(a, b)
    assert b[0, 0] == 1
    x[1, 1] = 1
    assert a[1, 1] == b[1, 1] == 1


@pytest.mark.parametrize("a", [np.array(1.5), np.zeros(0), np.zeros((2, 0, 3)), np.asfortranarray(np.ones((2, 3)))])
def test_odd_shapes_cross_over(a):
    """0-d, empty and column-major arrays keep shape, strides and memory."""
    x = ft.from_numpy(a)
    b = x.numpy()
    assert (b.shape, b.strides, b.dtype) == (a.shape, a.strides, a.dtype)
    assert b.ctypes.data == a.ctypes.data == x.data_ptr()


def test_numpy_scalars_are_arrays_without_dimensions():
    """What NumPy makes of an array without dimensions is taken as one."""
    x = ft.from_numpy(np.arange(3.0)[1])
    assert (x.shape, x.dtype, x.item()) == ((), ft.float64, 1.0)


def test_unaligned_memory_computes():
    """An array at an odd address is taken and computed with."""
    a = np.frombuffer(b"x" + np.arange(4, dtype="f4").tobytes(), dtype="f4", offset=1, count=4)
    assert not a.flags.aligned
    assert (ft.from_numpy(a) * 2).tolist() == [0.0, 2.0, 4.0, 6.0]


def test_subclasses_of_ndarray_become_plain():
    """A masked array or matrix is taken as the plain array it is made of."""
    a = np.ma.masked_array([1.0, 2.0], [False, True])
    x = ft.from_numpy(a)
    assert type(x.numpy()) is np.ndarray
    assert np.shares_memory(x.numpy(), a)


@pytest.mark.parametrize(
    "array, text",
    [
        (np.array([None]), "an array of bool, int, float or complex, got dtype object"),
        (np.array(["a"]), "an array of bool, int, float or complex, got dtype <U1"),
        (np.array([b"a"]), "an array of bool, int, float or complex, got dtype |S1"),
        (np.zeros(1, "i4,f4"), "an array of bool, int, float or complex, got dtype [('f0', '<i4'), ('f1', '<f4')]"),
        (np.zeros(1, "M8[s]"), "an array of bool, int, float or complex, got dtype datetime64[s]"),
        (np.zeros(1, "V2"), "an array of bool, int, float or complex, got dtype |V2"),
        (np.zeros(1, "g"), f"at most float64 or complex128, got dtype {np.dtype('g')}"),
        (np.zeros(1, "G"), f"at most float64 or complex128, got dtype {np.dtype('G')}"),
        (
            np.zeros(1, ">f4"),
            "native byte order, got dtype >f4; convert it with array.astype(array.dtype.newbyteorder('='))",
        ),
        (np.zeros(1, ml_dtypes.float8_e4m3fn), "an array of bool, int, float or complex, got dtype float8_e4m3fn"),
    ],
)
@pytest.mark.parametrize("subclass", [False, True])
def test_arrays_a_tensor_cannot_hold(array, text, subclass):
    """Object, text, structured, byte-swapped and wider arrays are refused by name."""
    if subclass:
        array = array.view(type("Sub", (np.ndarray,), {}))
    with pytest.raises(ft.DTypeError) as raised:
        ft.from_numpy(array)
    assert str(raised.value) == f"from_numpy(): argument 'array': expected {text}"


@pytest.mark.parametrize("value", [[1.0], 1.0, None, "a"])
def test_from_numpy_takes_arrays_only(value):
    """Anything but an ndarray is refused, and says what to use."""
    with pytest.raises(TypeError) as raised:
        ft.from_numpy(value)
    got = type(value).__name__
    assert (
        str(raised.value) == f"from_numpy(): argument 'array': expected numpy.ndarray, got {got}; use ft.tensor(data)"
    )


def test_from_numpy_takes_scalars():
    """What NumPy makes of an array without dimensions becomes a Tensor without dimensions."""
    x = ft.from_numpy(np.zeros(()) + np.float64(1))
    assert (x.shape, x.dtype, x.item()) == ((), ft.float64, 1.0)


def test_dtypes_cannot_be_smuggled_in_by_operators():
    """A NumPy array used as an operand is checked as from_numpy checks it."""
    with pytest.raises(ft.DTypeError) as raised:
        ft.ones(1) + np.array([None])
    message = "add(): argument 'other': expected an array of bool, int, float or complex, got dtype object"
    assert str(raised.value) == message


def test_read_only_stays_read_only():
    """A read-only array stays so through Tensor, views, ``numpy()`` and ``__array__``."""
    a = np.arange(4.0)
    a.flags.writeable = False
    x = ft.from_numpy(a)
    for out in (x.numpy(), x[1:].numpy(), x.reshape(2, 2).numpy(), np.asarray(x)):
        assert not out.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            out[...] = 1


# The array inside -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "get", [lambda x: x.numpy(), lambda x: np.asarray(x), lambda x: x.__array__(), lambda x: x.data.numpy()]
)
def test_array_inside_is_never_handed_out(get):
    """Reshaping, retyping or locking the array one got does not reach the Tensor."""
    x = ft.arange(6).to(ft.float32)
    a = get(x)
    assert a is not get(x)
    a.shape = (2, 3)
    a.flags.writeable = False
    assert x.shape == (6,)
    x.fill_(1)
    a.dtype = np.int32
    assert x.dtype == ft.float32
    assert x.sum().item() == 6


def test_array_given_is_not_the_array_inside():
    """Reshaping the array that was given does not reach the Tensor."""
    a = np.arange(6.0)
    x, y = ft.from_numpy(a), ft.Tensor(a)
    a.shape = (2, 3)
    assert x.shape == y.shape == (6,)


def test_memory_outlives_its_owners():
    """Views keep the memory alive, whichever side made it."""
    a = (ft.ones(1000) * 2).numpy()
    x = ft.from_numpy(np.full(1000, 3.0))[10:]
    assert a.sum() == 2000
    assert x.sum().item() == 2970


# NumPy's own doors ----------------------------------------------------------------------------------------------


def test_array_protocol():
    """``np.asarray`` shares, ``np.array`` copies, a dtype converts, ``copy=False`` refuses to convert."""
    x = ft.ones(2)
    assert np.shares_memory(np.asarray(x), x.numpy())
    assert not np.shares_memory(np.array(x), x.numpy())
    assert np.asarray(x, dtype="f8").dtype == np.float64
    assert np.shares_memory(np.array(x, copy=False), x.numpy())
    with pytest.raises(ValueError, match="copy"):
        np.array(x, dtype="f8", copy=False)
    with pytest.raises(ValueError) as raised:
        x.__array__("f8", copy=False)
    expected = "expected True or None to convert float32 to float64, got False"
    assert str(raised.value) == f"__array__(): argument 'copy': {expected}"


@pytest.mark.parametrize(
    "call, expected",
    [
        (lambda a, x: a + x, [2.0, 4.0]),
        (lambda a, x: a - x, [0.0, 0.0]),
        (lambda a, x: a[0] * x, [1.0, 2.0]),
        (lambda a, x: a / x, [1.0, 1.0]),
        (lambda a, x: a**x, [1.0, 4.0]),
        (lambda a, x: a @ x, 5.0),
        (lambda a, x: a == x, [True, True]),
        (lambda a, x: a < x, [False, False]),
        (lambda a, x: np.float64(2) > x, [True, False]),
        (lambda a, x: a // x, [1.0, 1.0]),
        (lambda a, x: a % x, [0.0, 0.0]),
        (lambda a, x: a.astype(int) & x.long(), [1, 2]),
        (lambda a, x: np.int64(1) | x.long(), [1, 3]),
    ],
)
def test_arrays_and_numpy_scalars_on_the_left_give_tensors(call, expected):
    """A NumPy operand on either side makes no difference: the result is a Tensor."""
    result = call(np.array([1.0, 2.0]), ft.tensor([1.0, 2.0], dtype="float64"))
    assert type(result) is ft.Tensor
    assert result.tolist() == expected


def test_numpy_functions_give_arrays():
    """NumPy's own functions see an array and give one."""
    result = np.add(ft.ones(2), ft.ones(2))
    assert type(result) is np.ndarray and result.tolist() == [2.0, 2.0]
    assert np.sum(ft.ones(3).numpy()) == 3


def test_bfloat16_crosses_over():
    """bfloat16 arrays of ml_dtypes share memory, and give Python floats."""
    a = np.array([1.5, 2.5], dtype=ml_dtypes.bfloat16)
    x = ft.from_numpy(a)
    assert x.dtype == ft.bfloat16
    assert np.shares_memory(x.numpy(), a)
    assert x.tolist() == [1.5, 2.5]
    value = x[0].item()
    assert type(value) is float and value == 1.5
    assert (x + 1).dtype == ft.bfloat16


@pytest.mark.parametrize("value, kind", [(True, bool), (3, int), (2.5, float), (1j, complex)])
def test_item_gives_python_numbers(value, kind):
    """``item()`` and ``tolist()`` give Python's own numbers."""
    assert type(ft.tensor(value).item()) is kind
    assert type(ft.tensor([value]).tolist()[0]) is kind
    assert ft.tensor([value]).tolist() == [value]


# DLPack ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "int64", "uint8", "float16", "complex64", "bool"])
def test_dlpack_to_numpy_shares_memory(dtype):
    """``np.from_dlpack`` sees the same memory."""
    x = ft.ones(2, 3).to(dtype).T
    a = np.from_dlpack(x)
    assert (a.shape, a.dtype) == ((3, 2), np.dtype(dtype))
    x.zero_()
    assert not a.any()


def test_dlpack_says_cpu():
    """The device is DLPack's (1, 0): the CPU."""
    assert ft.ones(1).__dlpack_device__() == (1, 0)


def test_torch_shares_memory_by_dlpack():
    """torch takes a Tensor without a copy, and gives one back through NumPy."""
    torch = pytest.importorskip("torch")
    x = ft.arange(4).to(ft.float32)
    t = torch.from_dlpack(x)
    t[0] = 7
    assert x[0].item() == 7
    assert ft.from_numpy(t.numpy()).data_ptr() == x.data_ptr()


# Copies ---------------------------------------------------------------------------------------------------------


class Named(ft.Tensor):
    """A subclass with attributes and a constructor of its own."""

    def __init__(self, data, name):
        super().__init__(data)
        self.name = name


COPIES = {
    "pickle": lambda x: pickle.loads(pickle.dumps(x)),
    "oldest pickle": lambda x: pickle.loads(pickle.dumps(x, protocol=2)),
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
}


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_copies_are_equal_and_apart(how, dtype):
    """Pickle, copy and deepcopy keep value, shape and dtype, and share nothing."""
    x = ft.ones(2, 3).to(dtype).T
    y = COPIES[how](x)
    assert type(y) is ft.Tensor
    assert (y.shape, y.dtype, y.tolist()) == (x.shape, x.dtype, x.tolist())
    assert not np.shares_memory(x.numpy(), y.numpy())
    assert (y.version, y.base) == (0, None)


@pytest.mark.parametrize("how", COPIES)
def test_copies_of_subclasses_keep_class_and_attributes(how):
    """A copy of a subclass is of that subclass, with its attributes."""
    y = COPIES[how](Named(ft.ones(2), "weights"))
    assert type(y) is Named
    assert y.name == "weights"
    assert y.tolist() == [1.0, 1.0]


def test_deepcopy_keeps_shared_references():
    """A Tensor that appears twice is copied once."""
    x = ft.ones(2)
    a, b = copy.deepcopy([x, x])
    assert a is b and a is not x


def test_copies_of_read_only_memory_may_be_written():
    """A copy is memory of its own."""
    for how in COPIES.values():
        assert how(ft.ones(1).expand(3)).add_(1).tolist() == [2.0, 2.0, 2.0]
