"""flambeau.tensor.array_api beside array-api-strict: signatures, dtypes, shapes, values and special cases.

The tables say for which kinds of dtypes the standard defines a function; what it says of inf, nan and signed zeros is
tried with all of them in every operand.
"""

import inspect
import itertools
import math

import array_api_strict as strict
import flambeau.tensor as ft
import numpy as np
import pytest
from array_api_helpers import (
    ALL,
    COMPLEX,
    FLOATS,
    INEXACT,
    INTEGERS,
    NUMERIC,
    REAL,
    RTOL,
    SIGNED,
    UNSIGNED,
    agree,
    both,
    grid,
    special,
)  # fmt: skip
from flambeau.tensor import array_api as xp

# The warnings are NumPy's, of the oracle: it computes with inf and nan, and divides by zero.
quiet = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@pytest.fixture(autouse=True)
def newest():
    """The version of the standard that the oracle keeps to."""
    before = strict.get_array_api_strict_flags()["api_version"]
    strict.set_array_api_strict_flags(api_version="2025.12")
    yield
    strict.set_array_api_strict_flags(api_version=before)


# The namespace ------------------------------------------------------------------------------------------------------


def names(module):
    found = getattr(module, "__all__", dir(module))
    other = {"ArrayAPIStrictFlags", "Device", "ModuleType", "fft", "linalg"}
    return [n for n in found if not n.startswith("_") and "flags" not in n and n not in other]


MODULES = [(xp, strict), (xp.linalg, strict.linalg), (xp.fft, strict.fft)]


@pytest.mark.parametrize(
    "ours, theirs",
    [pytest.param(getattr(o, n, None), getattr(t, n), id=n) for o, t in MODULES for n in names(t)],
)
def test_signatures(ours, theirs):
    """Every name is there, and functions take what the standard says, by position or keyword as it says."""
    assert ours is not None or theirs is None  # newaxis
    if not inspect.isfunction(theirs):
        return
    mine, given = inspect.signature(ours).parameters, inspect.signature(theirs).parameters
    assert [(p.name, p.kind) for p in mine.values()] == [(p.name, p.kind) for p in given.values()]
    assert [p.default is p.empty for p in mine.values()] == [p.default is p.empty for p in given.values()]


def test_tensors_name_the_namespace():
    """``__array_namespace__`` gives it for every version there is."""
    x = ft.ones(1)
    for version in (None, "2021.12", "2022.12", "2023.12", "2024.12", "2025.12"):
        assert x.__array_namespace__(api_version=version) is xp
    with pytest.raises(ValueError, match=r"expected one of 2021\.12, .*, got '1999\.12'"):
        x.__array_namespace__(api_version="1999.12")
    assert xp.__array_api_version__ == "2025.12"
    assert x.to_device("cpu") is x.to_device(x.device) is x


def test_info():
    """What the namespace says of itself is in the standard's words."""
    info, theirs = xp.__array_namespace_info__(), strict.__array_namespace_info__()
    assert info.capabilities() == theirs.capabilities()
    assert info.default_device() == "cpu" and "cpu" in [str(d) for d in info.devices()]
    assert info.default_dtypes() == {
        "real floating": ft.float32, "complex floating": ft.complex64, "integral": ft.int64, "indexing": ft.int64,
    }  # fmt: skip
    for kind in (None, "bool", "signed integer", "integral", "real floating", "numeric", ("bool", "integral")):
        assert sorted(info.dtypes(kind=kind)) == sorted(theirs.dtypes(kind=kind))
        assert all(dtype.name == name for name, dtype in info.dtypes(kind=kind).items())
    with pytest.raises(ValueError, match="dtypes"):
        info.dtypes(kind="real")


# Elementwise --------------------------------------------------------------------------------------------------------

UNARY = {
    **dict.fromkeys("abs negative positive sign square".split(), NUMERIC),
    **dict.fromkeys("ceil floor round trunc".split(), REAL),
    **dict.fromkeys(
        "acos acosh asin asinh atan atanh cos cosh exp expm1 log log1p log2 log10 reciprocal sin sinh sqrt tan".split(),
        FLOATS,
    ),
    **dict.fromkeys("isfinite isinf isnan".split(), NUMERIC),
    **dict.fromkeys("conj imag real".split(), COMPLEX),
    "signbit": FLOATS,
    "tanh": FLOATS,
    "logical_not": ("bool",),
    "bitwise_invert": ("bool", *INTEGERS),
}  # fmt: skip


@pytest.mark.parametrize("name, dtype", [(n, d) for n, dtypes in UNARY.items() for d in dtypes])
@quiet
def test_unary(name, dtype):
    """Functions of one operand, on all special values, and on no dimensions and no elements."""
    for shape in ((-1,), (-1, 1), ()):
        x = special(dtype)
        x, y = both(x.reshape(shape) if shape else x[1])
        agree(getattr(xp, name)(x), getattr(strict, name)(y), f"{name}({dtype})")
    empty, other = both(np.zeros((0, 2), dtype))
    agree(getattr(xp, name)(empty), getattr(strict, name)(other), name)


COMPLEX_TOO = "acos acosh asin asinh atan atanh cos cosh exp expm1 log log1p log2 log10 sin sinh sqrt tan tanh".split()


@pytest.mark.parametrize("name", [*COMPLEX_TOO, "abs", "sign", "square", "reciprocal", "isnan", "isinf", "isfinite"])
@pytest.mark.parametrize("dtype", COMPLEX)
@quiet
def test_complex_functions(name, dtype):
    """Complex numbers in all quadrants, and with every pair of special parts."""
    parts = [0.0, -0.0, 1.0, -0.5, np.inf, -np.inf, np.nan]
    x, y = both(np.array([complex(*pair) for pair in itertools.product(parts, parts)], dtype))
    ours, theirs = getattr(xp, name)(x).numpy(), np.asarray(getattr(strict, name)(y)._array)
    assert ours.dtype == theirs.dtype
    if name == "expm1":  # NumPy gives nan at infinities; what the standard says, test_array_api_special_cases.py tries
        known = np.isfinite(x.numpy().real)
        ours, theirs = ours[known], theirs[known]
    for part in (np.real, np.imag):
        np.testing.assert_allclose(part(ours), part(theirs), rtol=RTOL[dtype], atol=RTOL[dtype])


BINARY = {
    **dict.fromkeys("add subtract multiply equal not_equal".split(), NUMERIC),
    **dict.fromkeys("less less_equal greater greater_equal maximum minimum".split(), REAL),
    "divide": INEXACT,
    **dict.fromkeys("floor_divide remainder".split(), FLOATS),
    **dict.fromkeys("atan2 copysign hypot logaddexp nextafter pow".split(), FLOATS),
    **dict.fromkeys("logical_and logical_or logical_xor".split(), ("bool",)),
    **dict.fromkeys("bitwise_and bitwise_or bitwise_xor".split(), ("bool", *INTEGERS)),
}


@pytest.mark.parametrize("name, dtype", [(n, d) for n, dtypes in BINARY.items() for d in dtypes])
@quiet
def test_binary(name, dtype):
    """Functions of two operands, on all pairs of special values."""
    (x, y), (u, v) = both(special(dtype)[:, None]), both(special(dtype))
    if dtype in COMPLEX and name == "divide":
        u, v = both(special(dtype)[1:])
    agree(getattr(xp, name)(x, u), getattr(strict, name)(y, v), f"{name}({dtype})")


@pytest.mark.parametrize("name", ["floor_divide", "remainder", "pow", "bitwise_left_shift", "bitwise_right_shift"])
@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers(name, dtype):
    """Whole numbers, where the standard says what must come: no division by zero, no negative powers or shifts."""
    signed = [-7, -1] if dtype in SIGNED else []
    (x, y), (u, v) = both(np.array([0, 1, 2, 7, *signed], dtype)[:, None]), both(np.array([1, 2, 3], dtype))
    agree(getattr(xp, name)(x, u), getattr(strict, name)(y, v), name)


SAME_KIND = [
    *itertools.product(SIGNED, SIGNED),
    *itertools.product(UNSIGNED, UNSIGNED),
    *itertools.product(INEXACT, INEXACT),
]
MIXED = [(a, b) for a in SIGNED for b in UNSIGNED if b != "uint64"]


@pytest.mark.parametrize("a, b", SAME_KIND + MIXED + [("bool", "bool")])
def test_promotion(a, b):
    """Two dtypes meet where the standard's table says, in functions, operators and ``result_type``."""
    x, y = ft.ones(1, dtype=a), ft.ones(1, dtype=b)
    expected = strict.result_type(getattr(strict, a), getattr(strict, b))._np_dtype
    assert xp.result_type(getattr(xp, a), y) == xp.result_type(x, getattr(xp, b)) == expected
    assert xp.where(x != 0, x, y).dtype == xp.concat([x, y]).dtype == expected
    if a != "bool":
        assert (x + y).dtype == xp.multiply(x, y).dtype == expected
    assert xp.can_cast(getattr(xp, a), getattr(xp, b)) == strict.can_cast(getattr(strict, a), getattr(strict, b))


KINDS = {"b": bool, "i": int, "u": int, "f": float, "c": complex}


def meets(number, dtype):
    """Whether the standard defines what a Python number and an array of a dtype give."""
    order = list(dict.fromkeys(KINDS.values()))
    own, kind = type(number), KINDS[np.dtype(dtype).kind]
    return order.index(own) <= order.index(kind) and (own is not bool or kind is bool)


NUMBERS = [(number, dtype) for number in (True, 3, 2.5, 1j) for dtype in ALL if meets(number, dtype)]


@pytest.mark.parametrize("number, dtype", NUMBERS)
def test_python_numbers(number, dtype):
    """Python numbers take part where their kind allows, on both sides, without changing the dtype's width."""
    x, y = both(special(dtype)[1:3])
    if dtype != "bool":
        agree(xp.add(x, number), strict.add(y, number), dtype)
        agree(xp.multiply(number, x), strict.multiply(number, y), dtype)
    agree(xp.where(xp.asarray([True, False]), x, number), strict.where(strict.asarray([True, False]), y, number), dtype)
    assert xp.result_type(x, number) == strict.result_type(y, number)._np_dtype


@pytest.mark.parametrize("dtype", REAL)
def test_clip(dtype):
    """Bounds may be numbers, arrays or absent; the dtype stays."""
    x, y = both(special(dtype)[:6])
    low, other = both(np.ones(6, dtype))
    agree(xp.clip(x), strict.clip(y), "clip")
    agree(xp.clip(x, 1, 2), strict.clip(y, 1, 2), "clip")
    agree(xp.clip(x, max=2), strict.clip(y, max=2), "clip")
    agree(xp.clip(x, low), strict.clip(y, other), "clip")
    agree(xp.clip(x, low, 2), strict.clip(y, other, 2), "clip")


# Everything else ----------------------------------------------------------------------------------------------------


REDUCTIONS = {"sum": NUMERIC, "prod": NUMERIC, "max": REAL, "min": REAL, "mean": FLOATS, "std": FLOATS, "var": FLOATS,
              "all": ALL, "any": ALL, "count_nonzero": ALL}  # fmt: skip


@pytest.mark.parametrize("name, dtype", [(n, d) for n, dtypes in REDUCTIONS.items() for d in dtypes])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (), (0, 1, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions(name, dtype, axis, keepdims):
    """Over one, some, all or no axes; integers are added in 64 bits of their own kind."""
    x, y = both(grid((2, 1, 3), dtype))
    options = {"axis": axis, "keepdims": keepdims}
    agree(getattr(xp, name)(x, **options), getattr(strict, name)(y, **options), name)


CALLS = [
    lambda xp, x: xp.std(x, correction=1), lambda xp, x: xp.var(x, axis=1, correction=0.5),
    lambda xp, x: xp.sum(x, dtype=xp.float64), lambda xp, x: xp.prod(x, axis=0, dtype=xp.float64),
    lambda xp, x: xp.argmax(x), lambda xp, x: xp.argmax(x, axis=0, keepdims=True),
    lambda xp, x: xp.argmin(x, keepdims=True), lambda xp, x: xp.argmin(x, axis=-1),
    lambda xp, x: xp.sort(x), lambda xp, x: xp.sort(x, axis=0, descending=True, stable=False),
    lambda xp, x: xp.argsort(x), lambda xp, x: xp.argsort(x, axis=0, descending=True),
    lambda xp, x: xp.cumulative_sum(x, axis=0), lambda xp, x: xp.cumulative_sum(x, axis=-1, include_initial=True),
    lambda xp, x: xp.cumulative_prod(x, axis=1, include_initial=True),
    lambda xp, x: xp.cumulative_sum(xp.reshape(x, (-1,))), lambda xp, x: xp.cumulative_sum(x, axis=0, dtype=xp.float64),
    lambda xp, x: xp.diff(x), lambda xp, x: xp.diff(x, axis=0, n=2),
    lambda xp, x: xp.diff(x, axis=0, prepend=x[:1, ...], append=x[:2, ...]),
    lambda xp, x: xp.take(x, xp.asarray([1, 0, -1]), axis=0), lambda xp, x: xp.take(x[0, :], xp.asarray([0, -2])),
    lambda xp, x: xp.take_along_axis(x, xp.asarray([[0, -1], [1, 1], [0, 0]])),
    lambda xp, x: xp.take_along_axis(x, xp.asarray([[0, 2, 1, -1]]), axis=0),
    lambda xp, x: xp.nonzero(x), lambda xp, x: xp.where(x > 4, x, x[:, :1]),
    lambda xp, x: xp.searchsorted(xp.sort(x[:, 0]), x),
    lambda xp, x: xp.searchsorted(xp.sort(x[0, :]), x, side="right"),
    lambda xp, x: xp.searchsorted(x[:, 0], x[0, :], sorter=xp.argsort(x[:, 0])),
    lambda xp, x: xp.isin(x, x[0, :]), lambda xp, x: xp.isin(x, 3),
    lambda xp, x: xp.unique_all(x), lambda xp, x: xp.unique_counts(x), lambda xp, x: xp.unique_inverse(x),
    lambda xp, x: xp.unique_values(x),
    lambda xp, x: xp.broadcast_arrays(x, x[0, :], x[:, :1]), lambda xp, x: xp.broadcast_to(x[:, :1], (2, 3, 4)),
    lambda xp, x: xp.concat([x, x[:, :1]], axis=1), lambda xp, x: xp.concat((x, x[0, :]), axis=None),
    lambda xp, x: xp.expand_dims(x, axis=0), lambda xp, x: xp.expand_dims(x, axis=-1),
    lambda xp, x: xp.expand_dims(x, axis=(0, -1)), lambda xp, x: xp.flip(x), lambda xp, x: xp.flip(x, axis=-1),
    lambda xp, x: xp.flip(x, axis=(0, 1)), lambda xp, x: xp.moveaxis(x[None, ...], 0, -1),
    lambda xp, x: xp.moveaxis(x[None, ...], (0, 1), (-1, 0)), lambda xp, x: xp.permute_dims(x, (1, 0)),
    lambda xp, x: xp.permute_dims(x[None, ...], (-1, 0, 1)),
    lambda xp, x: xp.repeat(x, 2), lambda xp, x: xp.repeat(x, 2, axis=1),
    lambda xp, x: xp.repeat(x, xp.asarray([1, 0, 2]), axis=0),
    lambda xp, x: xp.reshape(x, (-1, 2)), lambda xp, x: xp.reshape(x, (4, 3), copy=True),
    lambda xp, x: xp.reshape(x, (12,), copy=False),
    lambda xp, x: xp.roll(x, 1), lambda xp, x: xp.roll(x, (1, -2), axis=(0, 1)), lambda xp, x: xp.roll(x, -1, axis=1),
    lambda xp, x: xp.squeeze(x[:, :1], axis=1), lambda xp, x: xp.squeeze(x[None, :1, :], axis=(0, -2)),
    lambda xp, x: xp.stack([x, x]), lambda xp, x: xp.stack((x, x), axis=-1), lambda xp, x: xp.tile(x, (2,)),
    lambda xp, x: xp.tile(x, (2, 1, 3)), lambda xp, x: xp.unstack(x), lambda xp, x: xp.unstack(x, axis=1),
    lambda xp, x: xp.tril(x), lambda xp, x: xp.triu(x, k=-1), lambda xp, x: xp.tril(x[None, ...], k=2),
    lambda xp, x: xp.meshgrid(x[0, :], x[:, 0]), lambda xp, x: xp.meshgrid(x[0, :], x[:, 0], indexing="ij"),
    lambda xp, x: xp.zeros_like(x), lambda xp, x: xp.ones_like(x, dtype=xp.int8), lambda xp, x: xp.full_like(x, 3),
    lambda xp, x: xp.empty_like(x) * 0 == 0, lambda xp, x: xp.astype(x, xp.float64),
    lambda xp, x: xp.astype(x, xp.bool),
    lambda xp, x: xp.matmul(x, xp.matrix_transpose(x)), lambda xp, x: xp.tensordot(x, x, axes=2),
    lambda xp, x: xp.tensordot(x, x, axes=((0,), (0,))), lambda xp, x: xp.asarray(x, copy=True),
    lambda xp, x: xp.asarray(x),
    lambda xp, x: xp.matmul(x, x[0, :]),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "uint8", "int16"])
def test_calls(call, dtype):
    """Calls of everything else, on a matrix of a few dtypes."""
    x, y = both(grid((3, 4), dtype))
    try:
        expected = call(strict, y)
    except TypeError as error:
        pytest.skip(f"the standard does not define it: {error}")
    agree(call(xp, x), expected, dtype)


CREATIONS = [
    lambda xp: xp.arange(5), lambda xp: xp.arange(1, 5, 2), lambda xp: xp.arange(5, 1, -2), lambda xp: xp.arange(3, 1),
    lambda xp: xp.arange(0.0, 2.0, 0.5, dtype=xp.float64), lambda xp: xp.arange(3, dtype=xp.uint8),
    lambda xp: xp.arange(5.0, dtype=xp.float32), lambda xp: xp.linspace(0, 1, 5, dtype=xp.float64),
    lambda xp: xp.linspace(0, 1, 5, endpoint=False, dtype=xp.float64),
    lambda xp: xp.linspace(2, 1, 1, dtype=xp.float64),
    lambda xp: xp.linspace(1, 2, 0, dtype=xp.float64), lambda xp: xp.linspace(0, 2 + 4j, 3, dtype=xp.complex128),
    lambda xp: xp.zeros(3, dtype=xp.int32), lambda xp: xp.ones((2, 0), dtype=xp.float64),
    lambda xp: xp.zeros((), dtype=xp.bool),
    lambda xp: xp.full((2, 3), 7), lambda xp: xp.full(2, True), lambda xp: xp.full((1,), 2.5, dtype=xp.float64),
    lambda xp: xp.full((2,), 1 + 2j, dtype=xp.complex128), lambda xp: xp.eye(3, dtype=xp.float64),
    lambda xp: xp.eye(2, 4, k=1, dtype=xp.int8), lambda xp: xp.eye(4, 2, k=-2, dtype=xp.complex64),
    lambda xp: xp.asarray([[1, 2], [3, 4]]), lambda xp: xp.asarray([True, False]), lambda xp: xp.asarray(3),
    lambda xp: xp.asarray([1.5, 2], dtype=xp.float64), lambda xp: xp.asarray([1, 2], dtype=xp.uint16),
    lambda xp: xp.asarray(memoryview(bytearray(b"abc"))), lambda xp: xp.asarray([]) == 0,
]  # fmt: skip


@pytest.mark.parametrize("call", CREATIONS)
def test_creation(call):
    """Arrays of nothing and of Python's data."""
    agree(call(xp), call(strict), "creation")


def test_defaults_of_creation():
    """The default float is float32, of complex numbers complex64, of integers int64."""
    for x in (xp.zeros(1), xp.ones(1), xp.empty(1), xp.full(1, 1.5), xp.eye(1), xp.linspace(0, 1, 2), xp.asarray(1.5)):
        assert x.dtype == ft.float32
    assert xp.full(1, 1j).dtype == xp.asarray(1j).dtype == xp.linspace(0, 1j, 2).dtype == ft.complex64


def test_asarray_copies_and_shares():
    """Buffers and arrays are shared unless told otherwise, and never copied against one's word."""
    a = np.ones(2)
    assert np.shares_memory(xp.asarray(a).numpy(), a) and np.shares_memory(xp.asarray(a, copy=False).numpy(), a)
    assert not np.shares_memory(xp.asarray(a, copy=True).numpy(), a)
    x = ft.ones(2)
    assert xp.asarray(x) is x and xp.asarray(x, copy=True) is not x
    for obj in (x, a, memoryview(a)):
        with pytest.raises(ValueError, match="asarray"):
            xp.asarray(obj, dtype=xp.int8, copy=False)
    with pytest.raises(ValueError, match="asarray"):
        xp.asarray([1, 2], copy=False)


def test_copies_of_astype_and_reshape():
    """``copy`` decides whether the result may be, or must be, the array itself."""
    x = ft.arange(6.0)
    assert xp.astype(x, xp.float32, copy=False) is x
    assert xp.astype(x, xp.float32).data_ptr() != x.data_ptr()
    assert xp.reshape(x, (2, 3), copy=False).data_ptr() == x.data_ptr() != xp.reshape(x, (2, 3), copy=True).data_ptr()
    with pytest.raises(ValueError, match="view"):
        xp.reshape(xp.reshape(x, (2, 3)).T, (6,), copy=False)
    with pytest.raises(TypeError, match="astype"):
        xp.astype(ft.tensor([1j]), xp.float32)


def test_unique_of_nan():
    """nan is never equal to anything: each is an element of its own."""
    x, y = both(np.array([np.nan, 1.0, np.nan, 0.0, 1.0]))
    agree(xp.unique_values(x), strict.unique_values(y), "unique")
    assert xp.unique_counts(x).counts.tolist() == [1, 2, 1, 1]


@pytest.mark.parametrize(
    "call, exception",
    [
        (lambda: xp.nonzero(ft.tensor(1)), ValueError),
        (lambda: xp.squeeze(ft.ones(2, 1), axis=0), ValueError),
        (lambda: xp.expand_dims(ft.ones(2), axis=3), IndexError),
        (lambda: xp.take(ft.ones(2, 2), ft.tensor([0])), TypeError),
        (lambda: xp.cumulative_sum(ft.ones(2, 2)), ValueError),
        (lambda: xp.broadcast_to(ft.ones(2), (3,)), ValueError),
        (lambda: xp.broadcast_shapes((2,), (3,)), ValueError),
        (lambda: xp.isdtype(xp.int8, "whole"), ValueError),
        (lambda: xp.matrix_transpose(ft.ones(2)), ValueError),
        (lambda: xp.result_type(1, 2), ValueError),
        (lambda: xp.moveaxis(ft.ones(2, 2), 0, 2), IndexError),
    ],
)
def test_what_must_be_refused(call, exception):
    """Where the standard wants an exception there is one."""
    with pytest.raises(exception):
        call()


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize(
    "kind", ["bool", "signed integer", "unsigned integer", "integral", "real floating", "complex floating", "numeric",
             ("bool", "real floating")],
)  # fmt: skip
def test_isdtype(dtype, kind):
    """Kinds of dtypes are the standard's."""
    assert xp.isdtype(getattr(xp, dtype), kind) == strict.isdtype(getattr(strict, dtype), kind)
    assert xp.isdtype(getattr(xp, dtype), getattr(xp, dtype)) is True


def test_isin_inverted():
    """``invert`` gives the opposite."""
    x = ft.tensor([[1, 2], [3, 4]])
    assert xp.isin(x, ft.tensor([2, 3]), invert=True).tolist() == [[True, False], [False, True]]


def test_broadcast_shapes():
    """Any number of shapes, none included."""
    assert xp.broadcast_shapes() == () and xp.broadcast_shapes((2, 1), (3,), ()) == (2, 3)


def test_constants():
    """Numbers, and None for a new axis."""
    assert (xp.e, xp.pi, xp.inf, xp.newaxis) == (math.e, math.pi, math.inf, None) and math.isnan(xp.nan)
