"""Types of Tensors as names, and Tensors made from others."""

import pickle

import flambeau.tensor as ft
import numpy as np
import pytest


def test_typed_constructors():
    """Of sizes, of data, of nothing; what a size() gives is sizes."""
    assert ft.FloatTensor(2, 3).shape == (2, 3)
    assert ft.FloatTensor().shape == (0,)
    assert ft.FloatTensor(ft.zeros(4, 5).size()).shape == (4, 5)
    assert ft.LongTensor([[1, 2]]).tolist() == [[1, 2]]
    assert ft.ByteTensor([1, 2]).dtype == ft.uint8
    assert ft.IntTensor((1.0, 2.0)).tolist() == [1, 2]
    assert ft.HalfTensor([1]).dtype == ft.float16 and ft.BFloat16Tensor(1).dtype == ft.bfloat16


def test_typed_constructors_share_memory_of_their_type():
    """Arrays and Tensors of that dtype are shared, others converted."""
    array = np.zeros(2, np.float32)
    ft.FloatTensor(array)[0] = 1
    ft.FloatTensor(ft.from_numpy(array))[1] = 2
    assert array.tolist() == [1, 2]
    ft.DoubleTensor(array)[0] = 5
    assert array.tolist() == [1, 2]


NAMES = "Float Double Half Byte Char Short Int Long Bool ComplexFloat".split()


@pytest.mark.parametrize("name", [f"{name}Tensor" for name in NAMES])
def test_isinstance_knows_dtype_and_place(name):
    """One type of Tensor is known by its names of dtype and device."""
    kind = getattr(ft, name)
    x = kind(1)
    assert isinstance(x, kind) and isinstance(x, ft.Tensor) and type(x) is ft.Tensor
    assert not isinstance(x, ft.UInt16Tensor) and not isinstance(x, getattr(ft.cuda, name)) and not isinstance(1, kind)
    assert x.type() == f"flambeau.tensor.{name}" and repr(kind) == f"<class 'flambeau.tensor.{name}'>"
    for target in (kind, x.type(), f"torch.{name}", name):
        assert isinstance(ft.ones(2).type(target), kind)
    assert pickle.loads(pickle.dumps(kind)) is kind and getattr(ft, name) is kind


def test_cuda_types_say_what_is_missing():
    """Where there is no CUDA device; what is there already stays."""
    if ft.cuda.is_available():
        pytest.skip("there is a CUDA device")
    for call in (lambda: ft.cuda.FloatTensor(2), lambda: ft.zeros(1).type(ft.cuda.FloatTensor),
                 lambda: ft.zeros(1).type("flambeau.tensor.cuda.HalfTensor")):  # fmt: skip
        with pytest.raises(ft.DeviceError, match="expected a CUDA device, got none on this machine; pip install"):
            call()


ERRORS = {
    "FloatTensor(): expected sizes as ints, or a list, an array or a Tensor, got float": lambda: ft.FloatTensor(2.0),
    "FloatTensor(): expected sizes as ints, or a list, an array or a Tensor, got list, list": (
        lambda: ft.FloatTensor([1], [2])
    ),
    "FloatTensor(): argument 'sizes': expected sizes of 0 or more, got (2, -1)": lambda: ft.FloatTensor(2, -1),
    "type(): argument 'dtype': expected a type such as 'flambeau.tensor.FloatTensor', got 'jax.FloatTensor'": (
        lambda: ft.zeros(1).type("jax.FloatTensor")
    ),
    "new_empty_strided(): argument 'stride': expected steps of 0 or more, got (-1,)": (
        lambda: ft.zeros(1).new_empty_strided((2,), (-1,))
    ),
}


@pytest.mark.parametrize("message", ERRORS)
def test_errors(message):
    """Wrong arguments are named, with what was expected and what came."""
    with pytest.raises((TypeError, ValueError)) as raised:
        ERRORS[message]()
    assert str(raised.value) == message
    with pytest.raises(AttributeError, match="has no attribute 'FlatTensor'"):
        ft.FlatTensor  # noqa: B018
    with pytest.raises(AttributeError, match="has no attribute 'FlatTensor'"):
        ft.cuda.FlatTensor  # noqa: B018


def test_new_is_of_the_same_kind():
    """Dtype and place are the Tensor's unless others are named."""
    x = ft.zeros(2, 2, dtype=ft.int16)
    assert x.new(3).shape == (3,) and x.new([5]).tolist() == [5] and x.new().shape == (0,)
    assert x.new(x.size()).shape == (2, 2)
    assert x.new_tensor([1, 2]).tolist() == [1, 2]
    assert x.new_zeros(2, 1).tolist() == [[0], [0]] and x.new_ones((2,)).tolist() == [1, 1]
    assert x.new_full((2,), 7).tolist() == [7, 7] and x.new_empty(2, 3).shape == (2, 3)
    assert x.new_empty_strided((2, 3), (1, 2)).stride() == (1, 2)
    made = (x.new(3), x.new_tensor([1]), x.new_zeros(1), x.new_ones(1), x.new_full((1,), 0), x.new_empty(1),
            x.new_empty_strided((1,), (1,)))  # fmt: skip
    assert {y.dtype for y in made} == {np.dtype("int16")}
    assert x.new_zeros(1, dtype=ft.float64).dtype == ft.float64


def test_conversions():
    """By type, by Tensor, by name; ``non_blocking`` is accepted."""
    x = ft.tensor([1.5, -2.0])
    assert x.type_as(ft.zeros(1, dtype=ft.int64)).tolist() == [1, -2]
    assert x.to(ft.zeros(1, dtype=ft.float64)).dtype == ft.float64
    assert x.to("cpu", ft.float16, non_blocking=True).dtype == ft.float16
    assert x.cfloat().dtype == ft.complex64 and x.cdouble().dtype == ft.complex128
    assert x.to("uint16").dtype == ft.uint16 and x.to(ft.uint64).dtype == ft.uint64
    assert x.to(x) is x and x.to(x, copy=True) is not x
