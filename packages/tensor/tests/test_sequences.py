"""Tensors from nothing or from data that are made of operators."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor.testing import assert_close


def test_logspace():
    """Powers of the base, with NumPy's values."""
    assert_close(ft.logspace(-1, 3, 9), np.logspace(-1, 3, 9).astype(np.float32))
    assert_close(ft.logspace(0, 4, 5, 2, dtype=ft.int64), np.array([1, 2, 4, 8, 16]))
    assert ft.logspace(0, 1, 0).shape == (0,)
    with pytest.raises(ValueError, match=r"^logspace\(\): argument 'steps': expected 0 or more steps, got -1"):
        ft.logspace(0, 1, -1)


def test_range_includes_its_end():
    """As in PyTorch 0.3: floats, up to and with the end."""
    assert ft.range(1, 3).tolist() == [1.0, 2.0, 3.0] and ft.range(1, 3).dtype == ft.float32
    assert ft.range(3).tolist() == [0.0, 1.0, 2.0, 3.0]
    assert ft.range(1, 2.2, 0.5).tolist() == [1.0, 1.5, 2.0]
    assert ft.range(3, 1, -1, dtype=ft.int64).tolist() == [3, 2, 1]
    for arguments, message in (
        ((0, 1, 0), "range(): argument 'step': expected a step other than 0, got 0"),
        ((0, 1, -1), "range(): argument 'step': expected a step that leads from 0 to 1, got -1"),
        ((0, float("inf")), "range(): expected finite numbers, got range(0, inf, 1)"),
    ):
        with pytest.raises(ValueError) as raised:
            ft.range(*arguments)
        assert str(raised.value) == message


@pytest.mark.parametrize("dtype", ["int64", "float32", "float64"])
def test_vander(dtype):
    """NumPy's values, in the dtype of the vector."""
    a = np.array([1, 2, 3, 5], dtype)
    for arguments in ((), (3,), (0,), (5, True)):
        assert_close(ft.vander(ft.from_numpy(a), *arguments), np.vander(a, *arguments).astype(dtype))
    with pytest.raises(ft.ShapeError, match=r"^vander\(\): argument 'x': expected 1 dimension, got shape \(\)"):
        ft.vander(ft.tensor(1))


def test_complex_and_polar():
    """Both parts are what they were, and neither spoils the other."""
    z = ft.complex(ft.tensor([1.0, float("inf")]), ft.tensor([float("inf"), 2.0]))
    assert z.dtype == ft.complex64 and z.tolist() == [complex(1, float("inf")), complex(float("inf"), 2)]
    assert ft.complex(ft.ones(1).double(), ft.zeros(1).double()).dtype == ft.complex128
    angle = np.linspace(-3, 3, 7)
    z = ft.polar(ft.tensor(2.0, dtype=ft.float64), ft.from_numpy(angle)).numpy()
    np.testing.assert_allclose(z, 2 * np.exp(1j * angle), rtol=1e-15)


def test_frombuffer():
    """The memory is shared, from an offset on; of bytes it stays read-only."""
    memory = bytearray(np.arange(4, dtype=np.float32).tobytes())
    x = ft.frombuffer(memory, dtype=ft.float32, offset=4)
    x[0] = 9
    assert np.frombuffer(memory, np.float32).tolist() == [0, 9, 2, 3]
    assert ft.frombuffer(memory, dtype=ft.bfloat16, count=2).shape == (2,)
    assert ft.frombuffer(b"", dtype=ft.int64).shape == (0,)
    with pytest.raises(ValueError, match="read-only memory"):
        ft.frombuffer(b"1234", dtype=ft.uint8).zero_()
    for arguments, message in (
        ({"buffer": b"123", "dtype": ft.int16}, "argument 'buffer': expected whole elements of 2 bytes, got 3 bytes"),
        ({"buffer": b"1234", "dtype": ft.int16, "count": 3}, "argument 'count': expected at most 2 elements, got 3"),
        ({"buffer": b"1234", "dtype": ft.int16, "offset": 5}, "argument 'offset': expected 0 to 4 bytes, got 5"),
        ({"buffer": b"12", "dtype": ft.bool_}, "argument 'buffer': expected bytes of 0 and 1, for bool, got others"),
        ({"buffer": 3, "dtype": ft.int16}, "argument 'buffer': expected an object with the buffer protocol, got int"),
        ({"buffer": b"12", "dtype": None}, "argument 'dtype': expected a dtype such as ft.float32, got None"),
    ):
        with pytest.raises((ValueError, TypeError)) as raised:
            ft.frombuffer(**arguments)
        assert str(raised.value) == f"frombuffer(): {message}"


def test_asarray():
    """Shared where that can be, copied where asked for, refused where it cannot be and must."""
    a = np.arange(3.0)
    for source in (a, memoryview(a), ft.from_numpy(a)):
        assert np.shares_memory(ft.asarray(source).numpy(), a)
        assert not np.shares_memory(ft.asarray(source, copy=True).numpy(), a)
    assert ft.asarray([1, 2], dtype=ft.float64).tolist() == [1.0, 2.0]
    for source in ([1.0], ft.zeros(2)):
        with pytest.raises(ValueError) as raised:
            ft.asarray(source, dtype=ft.int64, copy=False)
        assert (
            str(raised.value) == "asarray(): argument 'copy': expected True or None, for what needs a copy, got False"
        )
    x = ft.zeros(2)
    assert ft.asarray(x, copy=False) is x
