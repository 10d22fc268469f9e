"""What Tensors are when nothing is said: default dtype and device, and the limits of dtypes."""

import threading

import flambeau.tensor as ft
import ml_dtypes
import numpy as np
import pytest
from flambeau.tensor.testing import opdb

FLOATS = ["float16", "bfloat16", "float32", "float64"]


@pytest.fixture(params=FLOATS)
def default(request):
    """Each floating dtype as the default, until the test is over."""
    ft.set_default_dtype(request.param)
    yield ft.get_default_dtype()
    ft.set_default_dtype(ft.float32)


# The default float --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda: ft.zeros(2), lambda: ft.ones(2), lambda: ft.empty(2), lambda: ft.full((2,), 1.5), lambda: ft.eye(2),
        lambda: ft.arange(0.0, 2.0), lambda: ft.linspace(0, 1, 3), lambda: ft.rand(2), lambda: ft.randn(2),
        lambda: ft.rand(2, generator=ft.Generator(1)), lambda: ft.tensor([1.0]), lambda: ft.tensor([]),
        lambda: ft.tensor(1.5), lambda: ft.as_tensor([1.0]), lambda: ft.zeros(2, dtype=float),
        lambda: ft.ones(1).to(float),
    ],
)  # fmt: skip
def test_what_is_made_of_floats(default, make):
    """All functions that make Tensors take it, compiled or not."""
    assert make().dtype == default


def test_what_is_not_made_of_floats(default):
    """Integers, bools and what is asked for stay what they are."""
    assert (
        ft.arange(3).dtype == ft.full((1,), 2).dtype == ft.randint(0, 3, (2,)).dtype == ft.tensor([1]).dtype == "int64"
    )
    assert ft.tensor([True]).dtype == "bool"
    assert ft.zeros(2, dtype="float32").dtype == ft.ones(1, dtype="float32").add(1.5).dtype == ft.float32
    assert ft.tensor(np.ones(1)).dtype == ft.float64
    assert ft.tensor([1j]).dtype == ("complex128" if default == "float64" else "complex64")


@pytest.mark.parametrize("n", [3, 10_000])
def test_integers_that_become_floats(default, n):
    """Operators and compiled formulas give integers the default float, small or large."""
    x = ft.ones(n, dtype="int64")
    for result in (x * 1.5, x / 2, x.exp(), x.sqrt(), 1.5 + x, ft.pointwise("sin(a) + 0.5")(x)):
        assert result.dtype == default
    assert (x + x).dtype == ft.int64
    assert ft.promote_types("float16", "bfloat16") == ft.float32  # their own meeting place


INTEGER = [
    info for info in opdb.entries() if np.dtype("int32") in info.dtypes and info.name not in ("cast", "pointwise")
]


def floats_in(sample):
    """Whether a Tensor of floats is among the arguments, whose dtype then decides."""
    found = []
    sample.map(lambda value: found.append(ft.is_tensor(value) and value.dtype.kind not in "iub") or value)
    return any(found)


@pytest.mark.parametrize("info", INTEGER, ids=lambda info: info.name)
def test_every_operator_follows(info):
    """Whatever gives float32 (or complex64) of integers gives float64 when that is the default, compiled or not."""

    def dtypes():
        return [
            [part.dtype for part in opdb.to_tuple(info.function(*sample.args, **sample.kwargs)) if ft.is_tensor(part)]
            for sample in info.generate("int32", **opdb.tensors())
            if "dtype" not in sample.kwargs and not floats_in(sample)
        ]

    usual = dtypes()
    ft.set_default_dtype("float64")
    try:
        wide = {ft.float32: ft.float64, ft.complex64: ft.complex128}
        assert dtypes() == [[wide.get(d, d) for d in parts] for parts in usual]
    finally:
        ft.set_default_dtype("float32")


def test_formulas_follow_the_default():
    """A formula compiled for integers before the default changed is compiled anew."""
    f, x = ft.pointwise("a * 0.5"), ft.ones(3, dtype="int32")
    assert f(x).dtype == f(x).dtype == ft.float32
    ft.set_default_dtype("float64")
    try:
        assert f(x).dtype == f(x).dtype == ft.float64
    finally:
        ft.set_default_dtype("float32")
    assert f(x).dtype == ft.float32


@pytest.mark.parametrize(
    "dtype, got", [("int32", "int32"), ("complex64", "complex64"), ("bool", "bool"), (None, "None")]
)
def test_other_dtypes_are_no_default(dtype, got):
    """Only floats can be the default float."""
    with pytest.raises(ft.DTypeError) as raised:
        ft.set_default_dtype(dtype)
    assert str(raised.value) == f"set_default_dtype(): argument 'dtype': expected a floating dtype, got {got}"
    assert ft.get_default_dtype() == ft.float32


# The default device -------------------------------------------------------------------------------------------------


def test_default_device(strict_device):
    """What is made without a device goes there; what has a place stays; None is the CPU again."""
    ft.set_default_device(strict_device)
    try:
        assert ft.get_default_device() == strict_device
        made = [
            ft.zeros(2),
            ft.arange(3),
            ft.rand(2),
            ft.tensor([1.0]),
            ft.as_tensor(np.ones(2)),
            ft.zeros_like(ft.ones(1)),
        ]
        assert {str(x.device) for x in made} == {strict_device}
        assert ft.zeros(2, device="cpu").device == ft.from_numpy(np.ones(1)).device == "cpu"
        here = ft.zeros(2, device="cpu")
        assert (
            ft.tensor(here).device
            == ft.as_tensor(here).device
            == ft.zeros_like(here).device
            == (here + 1).device
            == "cpu"
        )
    finally:
        ft.set_default_device(None)
    assert ft.zeros(1).device == ft.get_default_device() == "cpu"


def test_default_device_for_a_while(strict_device):
    """``with ft.device`` nests, ends with the block, and is of its own thread alone."""
    elsewhere = []
    with ft.device(strict_device) as place:
        assert ft.zeros(1).device == place
        with ft.device("cpu"):
            assert ft.zeros(1).device == "cpu"
        thread = threading.Thread(target=lambda: elsewhere.append(ft.zeros(1).device))
        thread.start()
        thread.join()
        assert ft.tensor(1.0).device == place
    assert ft.zeros(1).device == elsewhere[0] == "cpu"
    with pytest.raises(RuntimeError, match="stop"), ft.device(strict_device):
        raise RuntimeError("stop")
    assert ft.zeros(1).device == "cpu"


def test_devices_that_are_not_there():
    """A default that could not be used is refused at once."""
    for choose in (lambda: ft.set_default_device("tpu"), lambda: ft.device("tpu").__enter__()):
        with pytest.raises(ft.DeviceError, match=r"\(\): argument 'device': expected one of cpu, cuda, got 'tpu'"):
            choose()
        assert ft.zeros(1).device == "cpu"


# Limits -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64", "complex128"])
def test_finfo(dtype):
    """As NumPy knows them, in Python's floats; a complex dtype has those of its parts."""
    limits, numpys = ft.finfo(dtype), np.finfo(dtype)
    for name in ("bits", "eps", "max", "min", "smallest_normal", "tiny", "resolution"):
        assert getattr(limits, name) == getattr(numpys, name)
        assert type(getattr(limits, name)) is (int if name == "bits" else float)
    assert limits.dtype == numpys.dtype
    assert ft.finfo(ft.ones(1, dtype=dtype)) == limits


def test_finfo_of_bfloat16():
    """8 bits of significand, float32's exponents."""
    limits = ft.finfo(ft.bfloat16)
    assert (limits.bits, limits.eps, limits.smallest_normal) == (16, 2**-7, 2**-126)
    assert limits.max == float(ml_dtypes.finfo(ml_dtypes.bfloat16).max) == -limits.min


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"])
def test_iinfo(dtype):
    """As NumPy knows them."""
    limits, numpys = ft.iinfo(dtype), np.iinfo(dtype)
    assert (limits.bits, limits.max, limits.min, limits.dtype) == (numpys.bits, numpys.max, numpys.min, np.dtype(dtype))
    assert ft.iinfo(ft.zeros(1, dtype=dtype)) == limits


def test_limits_of_the_wrong_kind():
    """Each says whom to ask."""
    with pytest.raises(ft.DTypeError) as raised:
        ft.finfo(ft.int8)
    assert str(raised.value) == "finfo(): argument 'dtype': expected a floating dtype, got int8; use iinfo()"
    with pytest.raises(ft.DTypeError) as raised:
        ft.iinfo(ft.float32)
    assert str(raised.value) == "iinfo(): argument 'dtype': expected an integer dtype, got float32; use finfo()"
    assert ft.finfo().dtype == ft.float32
