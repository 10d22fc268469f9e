"""What NumPy's own doors give: functions and operators on Tensors, the buffer protocol, pickles out of band, copies."""

import copy
import pickle

import flambeau.tensor as ft
import numpy as np
import pytest

# Operators and functions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [np.float64(2), np.float32(2), np.int64(2), np.bool_(True)])
def test_numpy_numbers_are_numbers(number):
    """A number of NumPy's beside a Tensor has no width, on either side."""
    x = ft.tensor([1.0, 3.0])
    for result in (number * x, x * number, np.multiply(number, x)):
        assert type(result) is ft.Tensor
        assert (result.dtype, result.tolist()) == (ft.float32, [float(number), 3.0 * float(number)])


def test_an_array_and_a_tensor_give_a_tensor():
    """Whether written as an operator or by NumPy's name of it, which NumPy does not tell apart."""
    a, x = np.array([1.0, 2.0], "f4"), ft.tensor([3.0, 5.0])
    for result in (a + x, x + a, np.add(a, x), np.add(x, a)):
        assert type(result) is ft.Tensor and result.tolist() == [4.0, 7.0]


@pytest.mark.parametrize("symbol", "+ - * / // % ** @ & | ^ << >> == != < <= > >=".split())
def test_every_operator_takes_an_array_first(symbol):
    """Whatever Python writes between an array and a Tensor is an operation of ours."""
    a, x = np.array([5, 6]), ft.tensor([1, 2])
    result = eval(f"a {symbol} x")
    assert type(result) is ft.Tensor
    assert result.tolist() == eval(f"a {symbol} b", {"a": a, "b": x.numpy()}).tolist()


def test_arrays_are_updated_in_place():
    """``array += x`` writes the array, which stays the array it was; NumPy's rule of casting applies."""
    a = b = np.array([1.0, 2.0])
    a += ft.tensor([1.0, 1.0])
    a *= ft.tensor([2, 2])
    assert a is b and a.tolist() == [4.0, 6.0]
    whole = np.array([1, 2])
    with pytest.raises(TypeError, match="Cannot cast"):
        whole += ft.tensor([0.5, 0.5])


@pytest.mark.parametrize(
    "call, expected",
    [
        (lambda x: np.exp(x), np.exp),
        (lambda x: np.add(x, x), lambda a: a + a),
        (lambda x: np.add.reduce(x), lambda a: np.add.reduce(a)),
        (lambda x: np.multiply.outer(x, x), lambda a: np.multiply.outer(a, a)),
        (lambda x: np.divmod(x, 2)[1], lambda a: a % 2),
        (lambda x: np.add(x, x, dtype="f8"), lambda a: np.add(a, a, dtype="f8")),
        (lambda x: np.concatenate([x, x]), lambda a: np.concatenate([a, a])),
        (lambda x: np.concatenate([x, x.numpy()]), lambda a: np.concatenate([a, a])),
        (lambda x: np.sum(x, axis=0), lambda a: np.sum(a, axis=0)),
        (lambda x: np.std(x), np.std),
        (lambda x: np.var(x, ddof=1), lambda a: np.var(a, ddof=1)),
        (lambda x: np.max(x), np.max),
        (lambda x: np.clip(x, 0, 2), lambda a: np.clip(a, 0, 2)),
        (lambda x: np.where(x > 1, x, 0), lambda a: np.where(a > 1, a, 0)),
        (lambda x: np.median(x), np.median),
        (lambda x: np.transpose(x), np.transpose),
        (lambda x: np.linalg.norm(x), np.linalg.norm),
        (lambda x: np.einsum("ij,kj->ik", x, x), lambda a: np.einsum("ij,kj->ik", a, a)),
        (lambda x: np.array_split(x, 2)[0], lambda a: np.array_split(a, 2)[0]),
        (lambda x: np.block([[x], [x]]), lambda a: np.block([[a], [a]])),
    ],
)
def test_numpy_functions_see_arrays(call, expected):
    """NumPy's functions give on Tensors what they give on arrays of the same memory, type and all."""
    x = ft.tensor([[1.0, 2.5], [-3.0, 4.0]])
    result, wanted = call(x), expected(x.numpy())
    assert type(result) is type(wanted)
    assert result.dtype == wanted.dtype
    np.testing.assert_array_equal(result, wanted)


def test_numpy_answers_about_tensors():
    """Functions that give no array work as on arrays."""
    x = ft.ones(2, 3)
    assert np.shape(x) == (2, 3) and np.ndim(x) == 2 and np.size(x) == 6
    assert np.allclose(x, 1) is True
    assert np.shares_memory(x, x[1:]) is True
    np.testing.assert_allclose(x, np.ones((2, 3)))


def test_numpy_writes_tensors_through_out():
    """A Tensor as ``out=`` is written, given back, and the change counts."""
    x = ft.zeros(2)
    before = x.version
    assert np.exp(np.zeros(2, "f4"), out=x) is x
    assert (x.tolist(), x.version) == ([1.0, 1.0], before + 1)
    assert np.sum(ft.ones(2, 3), axis=1, out=x) is x
    assert x.tolist() == [3.0, 3.0]
    assert np.add(x, 1, out=x, where=np.array([True, False])) is x
    assert x.tolist() == [4.0, 3.0]
    np.add.at(x, [0, 0], 1)
    assert x.tolist() == [6.0, 3.0]


def test_subclasses_hear_of_operators_with_arrays():
    """What a subclass does with an operation it also does when NumPy's array comes first."""
    seen = []

    class Loud(ft.Tensor):
        def __operator__(self, op, args, kwargs):
            seen.append(op.name)
            return super().__operator__(op, args, kwargs)

    np.ones(2) * Loud(ft.ones(2))
    assert seen == ["mul"]


def test_another_library_decides():
    """An operand that has something to say about NumPy's functions is asked."""

    class Other:
        def __array_ufunc__(self, *args, **kwargs):
            return "other"

        __radd__ = __array_ufunc__

    assert ft.ones(2) + Other() == "other"


# The buffer protocol ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "dtype, format",
    [("bool", "?"), ("int8", "b"), ("uint8", "B"), ("int16", "h"), ("int32", "i"), ("int64", "l"), ("float16", "e"),
     ("float32", "f"), ("float64", "d"), ("complex64", "Zf"), ("complex128", "Zd"), ("uint64", "L")],
)  # fmt: skip
def test_memoryview(dtype, format):
    """``memoryview`` sees format, shape, strides and the memory itself."""
    x = ft.ones(2, 3).to(dtype).T
    view = memoryview(x)
    assert (view.format, view.shape, view.strides) == (format, (3, 2), x.numpy().strides)
    x.zero_()
    assert not np.asarray(view).any()
    assert not view.readonly


def test_buffers_keep_memory_and_can_be_written():
    """A buffer outlives the Tensor; bytes written into it are seen; other functions of Python take it."""
    x = ft.zeros(4, dtype="uint8")
    view = memoryview(x)
    view[1] = 7
    assert x.tolist() == [0, 7, 0, 0]
    assert bytes(x) == b"\0\7\0\0"
    del x
    assert view.tolist() == [0, 7, 0, 0]


def test_read_only_buffers():
    """A read-only Tensor lends a read-only buffer."""
    x = ft.ones(1).expand(3)
    assert memoryview(x).readonly
    with pytest.raises(TypeError):
        memoryview(x)[0] = 1.0


def test_bfloat16_has_no_buffer_format():
    """bfloat16 is refused by name, and NumPy gets it all the same."""
    x = ft.ones(2).bfloat16()
    with pytest.raises(BufferError) as raised:
        memoryview(x)
    expected = "expected elements on the CPU that the buffer protocol has a format for, got bfloat16 on cpu"
    assert str(raised.value) == f"buffer(): {expected}"
    assert np.asarray(x).dtype == ft.bfloat16


def test_buffers_leak_nothing():
    """A thousand buffers, taken and refused, leave as many references as there were."""
    import sys

    a = np.ones(3)
    x, refused = ft.from_numpy(a), ft.ones(1).bfloat16()

    def trip():
        memoryview(x).release()
        with pytest.raises(BufferError):
            memoryview(refused)

    trip()
    before = sys.getrefcount(a), sys.getrefcount(None)
    for _ in range(1000):
        trip()
    after = sys.getrefcount(a), sys.getrefcount(None)
    assert after[0] == before[0] and after[1] < before[1] + 500


# Pickles and copies -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool", "complex64"])
@pytest.mark.parametrize("transposed", [False, True])
def test_pickle_out_of_band(dtype, transposed):
    """Protocol 5 hands the memory over as it is: nothing of it is in the pickle, nothing is copied."""
    x = ft.ones(100, 100).to(dtype)
    x = x.T if transposed else x
    buffers = []
    data = pickle.dumps(x, protocol=5, buffer_callback=buffers.append)
    assert len(data) < 1000 and len(buffers) == 1
    y = pickle.loads(data, buffers=buffers)
    assert (y.dtype, y.stride(), y.data_ptr()) == (x.dtype, x.stride(), x.data_ptr())


def test_pickle_out_of_band_into_read_only_memory():
    """Buffers that may not be written make Tensors that may not be written."""
    buffers = []
    data = pickle.dumps(ft.ones(3), protocol=5, buffer_callback=buffers.append)
    y = pickle.loads(data, buffers=[bytes(b) for b in buffers])
    with pytest.raises(ValueError, match="read-only"):
        y.add_(1)


def test_pickled_views_take_their_elements_only():
    """A view into large memory is pickled without the rest."""
    assert len(pickle.dumps(ft.zeros(100_000)[:2])) < 1000


def test_deepcopy_keeps_views_views():
    """Tensors that share memory have copies that share memory, apart from the originals, and versions."""
    x = ft.arange(6).reshape(2, 3).clone()
    row, column, flat = x[1], x[:, ::-2], ft.from_numpy(x.numpy().reshape(-1))
    a, b, c, d = copy.deepcopy([row, x, column, flat])
    b[1, 2] = 100
    assert (a.tolist(), c.tolist(), d.tolist()) == ([3, 4, 100], [[2, 0], [100, 3]], [0, 1, 2, 3, 4, 100])
    assert row.tolist() == [3, 4, 5]
    assert a.version == b.version == c.version == 1
    assert (b.shape, b.stride(), c.stride()) == (x.shape, x.stride(), column.stride())


def test_deepcopy_of_odd_views():
    """Empty, reversed, read-only and repeating views are copied too, the last two without sharing."""
    x = ft.arange(4.0)
    empty, reverse, wide, windows = copy.deepcopy([x[4:], x[::-1], x.unsqueeze(0).expand(2, 4), x[:0].reshape(0, 3)])
    assert (empty.shape, reverse.tolist(), windows.shape) == ((0,), [3.0, 2.0, 1.0, 0.0], (0, 3))
    wide[0, 0] = 9
    assert wide.tolist()[1] == [0.0, 1.0, 2.0, 3.0] and reverse.tolist()[3] == 0.0


def test_deepcopy_of_subclasses_keeps_sharing():
    """A subclass's copy shares with the copy of the plain Tensor it was made of."""

    class Named(ft.Tensor):
        pass

    x = ft.zeros(3)
    y = Named(x)
    y.name = "n"
    a, b = copy.deepcopy([x, y])
    a.fill_(5)
    assert (type(b), b.name, b.tolist(), b.version) == (Named, "n", [5.0] * 3, 1)


# Subclasses -------------------------------------------------------------------------------------------------------


def test_as_subclass():
    """The same memory and version under another class; anything but a subclass is refused."""

    class Named(ft.Tensor):
        pass

    x = ft.zeros(2)
    y = x.as_subclass(Named)
    y.add_(1)
    assert (type(y), x.tolist(), x.version) == (Named, [1.0, 1.0], 1)
    for value, got in ((int, "int"), (3, "int")):
        with pytest.raises(TypeError) as raised:
            x.as_subclass(value)
        assert str(raised.value) == f"as_subclass(): argument 'cls': expected a subclass of Tensor, got {got}"


def test_cuda_array_interface_is_for_cuda():
    """A Tensor on the CPU has no such attribute."""
    assert not hasattr(ft.ones(1), "__cuda_array_interface__")
