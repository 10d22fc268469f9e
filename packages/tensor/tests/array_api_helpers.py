"""What the tests of the array API share: the kinds of dtypes, data, and the comparison with array-api-strict."""

import math

import array_api_strict as strict
import flambeau.tensor as ft
import numpy as np

SIGNED, UNSIGNED = ("int8", "int16", "int32", "int64"), ("uint8", "uint16", "uint32", "uint64")
INTEGERS, FLOATS, COMPLEX = SIGNED + UNSIGNED, ("float32", "float64"), ("complex64", "complex128")
REAL, INEXACT = INTEGERS + FLOATS, FLOATS + COMPLEX
NUMERIC, ALL = REAL + COMPLEX, ("bool", *REAL, *COMPLEX)
RTOL = {"float32": 2e-6, "float64": 1e-14, "complex64": 5e-6, "complex128": 1e-13}


def special(dtype):
    """All special values of a dtype, and some plain ones."""
    kind = np.dtype(dtype).kind
    if kind == "b":
        return np.array([False, True])
    if kind in "iu":
        limits = np.iinfo(dtype)
        return np.array([0, 1, 2, 3, 7, limits.max, limits.min, *([-1, -2, -7] if kind == "i" else [])], dtype)
    if kind == "c":
        return np.array([0, 1, -1, 1j, -1j, 0.5 + 2j, -2.5 - 0.25j, 3 - 4j], dtype)
    return np.array([0.0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 2.5, -3.7, 1e-30, 1e30, np.inf, -np.inf, np.nan], dtype)


def both(array):
    """An array of ours and one of the oracle's."""
    return ft.from_numpy(np.array(array)), strict.asarray(np.array(array))


def agree(ours, theirs, what):
    """Type, dtype, shape and values are the oracle's; zeros have the sign of its zeros."""
    if isinstance(theirs, (tuple, list)):
        assert isinstance(ours, tuple) and len(ours) == len(theirs), what
        if hasattr(theirs, "_fields"):
            assert ours._fields == theirs._fields, what
        for one, other in zip(ours, theirs, strict=True):
            agree(one, other, what)
        return
    assert type(ours) is ft.Tensor, what
    expected = np.asarray(theirs._array)
    assert (ours.dtype.name, ours.shape) == (expected.dtype.name, expected.shape), what
    np.testing.assert_allclose(ours.numpy(), expected, rtol=RTOL.get(expected.dtype.name, 0), atol=0, err_msg=what)
    if expected.dtype.kind == "f":
        zero = expected == 0
        np.testing.assert_array_equal(np.signbit(ours.numpy()[zero]), np.signbit(expected[zero]), err_msg=what)


def grid(shape, dtype):
    """Small values, some equal, in no order."""
    n = math.prod(shape)
    values = (np.arange(n) * 7 + 3) % 11
    return (values % 2 if dtype == "bool" else values + 1j if dtype in COMPLEX else values).reshape(shape).astype(dtype)


def close(ours, theirs, dtype):
    if isinstance(theirs, tuple):
        assert ours._fields == theirs._fields
        for one, other in zip(ours, theirs, strict=True):
            close(one, other, dtype)
        return
    expected = np.asarray(theirs._array)
    assert (ours.dtype.name, ours.shape) == (expected.dtype.name, expected.shape)
    tolerance = {"float32": 1e-4, "complex64": 1e-4}.get(dtype, 1e-10)
    np.testing.assert_allclose(ours.numpy(), expected, rtol=tolerance, atol=tolerance)
