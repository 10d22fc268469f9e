"""The test tools themselves: assert_close, the makers of samples, the database's lookups."""

import doctest
import importlib
import pkgutil

import flambeau.tensor as ft
import ml_dtypes
import numpy as np
import pytest
from flambeau.tensor import testing
from flambeau.tensor.testing import assert_close, opdb, strict, tolerances

MODULES = [testing.__name__, *(m.name for m in pkgutil.walk_packages(testing.__path__, f"{testing.__name__}."))]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    """The examples of the test tools run."""
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    module = importlib.import_module(name)
    assert doctest.testmod(module, extraglobs={"ft": ft, "np": np}, optionflags=flags).failed == 0


@pytest.mark.parametrize(
    "dtype, expected",
    [("f8", (1e-7, 1e-7)), ("f4", (1.3e-6, 1e-5)), ("f2", (1e-3, 1e-5)), (ml_dtypes.bfloat16, (1.6e-2, 1e-5))],
    ids=str,
)
def test_tolerances_are_those_of_pytorch(dtype, expected):
    """Each float has PyTorch's default tolerances; integers must be equal."""
    assert tolerances(dtype) == expected
    assert tolerances("i8") == (0.0, 0.0)


CLOSE = {
    "tensors": (ft.ones(2), ft.ones(2) + 1e-6),
    "tensor and list": (ft.ones(2), [1.0, 1.0]),
    "number": (ft.tensor(2.0), 2),
    "arrays": (np.ones(2), np.ones(2)),
    "nan": (ft.tensor([float("nan")]), ft.tensor([float("nan")])),
    "infinities": (ft.tensor([float("inf"), -float("inf")]), ft.tensor([float("inf"), -float("inf")])),
    "empty": (ft.zeros(0, 2), ft.zeros(0, 2)),
    "bfloat16": (ft.ones(2, dtype=ft.bfloat16), ft.ones(2, dtype=ft.bfloat16) * 1.01),
    "large integers": (ft.tensor([2**62 + 1]), ft.tensor([2**62 + 1])),
}


@pytest.mark.parametrize("actual, expected", CLOSE.values(), ids=CLOSE)
def test_close(actual, expected):
    """What is equal to rounding passes."""
    assert_close(actual, expected)


DIFFERENT = {
    "value": (
        np.array([1.0, 2.0]),
        np.array([1.0, 2.5]),
        "float64 (2,): 1 of 2 elements differ by more than rtol=1e-07, atol=1e-07; greatest difference 0.5 at (1,): "
        "expected 2.5, got 2.0",
    ),
    "shape": (np.ones(2), np.ones((2, 1)), "float64: expected shape (2, 1), got (2,)"),
    "dtype": (np.ones(2), np.ones(2, np.float32), "(2,): expected dtype float32, got float64"),
    "nan": (
        np.array([[np.nan, 1.0]]),
        np.array([[1.0, 1.0]]),
        "float64 (1, 2): 1 of 2 elements differ by more than rtol=1e-07, atol=1e-07; greatest difference nan at "
        "(0, 0): expected 1.0, got nan",
    ),
    "infinity": (
        np.array([1e300]),
        np.array([np.inf]),
        "float64 (1,): 1 of 1 elements differ by more than rtol=1e-07, atol=1e-07; greatest difference inf at (0,): "
        "expected inf, got 1e+300",
    ),
    "integers beyond float64": (
        np.array([2**62 + 1]),
        np.array([2**62]),
        "int64 (1,): 1 of 1 elements differ by more than rtol=0, atol=0; greatest difference 2.22507e-308 at (0,): "
        "expected 4611686018427387904, got 4611686018427387905",
    ),
}


@pytest.mark.parametrize("actual, expected, message", DIFFERENT.values(), ids=DIFFERENT)
def test_different(actual, expected, message):
    """What differs raises; the message says how much, and where most."""
    with pytest.raises(AssertionError) as raised:
        assert_close(actual, expected, what="add")
    assert str(raised.value) == f"add, {message}"


@pytest.mark.parametrize("layout", ["contiguous", "transposed", "strided", "reversed"])
@pytest.mark.parametrize("shape", [(0, 3), (3,), (3, 4), (2, 3, 4)], ids=str)
def test_layouts_have_the_shape_asked_for(shape, layout):
    """Every layout gives the shape and, beyond one element, is what its name says."""
    x = opdb.Make(np.float32)(shape, layout=layout)
    assert x.shape == shape
    if layout != "contiguous" and x.size and (len(shape) > 1 or layout != "transposed"):
        assert not x.flags.c_contiguous


def test_samples_repeat():
    """Two runs of a generator give the same values."""
    info = opdb.entry("add")
    for one, other in zip(info.generate("float32"), info.generate("float32"), strict=True):
        for a, b in zip(one.args, other.args, strict=True):
            np.testing.assert_array_equal(a, b)


def test_smooth_samples_keep_away_from_kinks():
    """Where derivatives are checked, no value is near a point without one."""
    for sample in opdb.entry("relu").generate_smooth():
        assert (np.abs(sample.args[0]) >= 0.05).all()


def test_sample_is_readable():
    """A sample prints as the call it is."""
    x = opdb.Make(np.float32)((2, 3))
    assert str(opdb.sample([x, x], dim=1)) == "([float32 (2, 3), float32 (2, 3)], dim=1)"


def test_unknown_entry():
    """Asking for an entry that is not there raises KeyError."""
    with pytest.raises(KeyError):
        opdb.entry("frobnicate")


def test_strict_devices_have_to_be_registered():
    """Without ``register()`` there is no strict device."""
    with pytest.raises(ft.DeviceError) as raised:
        ft.zeros(2, device="strict:0")
    assert str(raised.value) == "zeros(): argument 'device': expected one of cpu, cuda, got 'strict:0'"
    assert strict.strict_xp.zeros(2).device_index == 0


def test_assert_close_sees_imaginary_parts():
    """Complex elements that differ in their imaginary parts alone do differ."""
    with pytest.raises(AssertionError, match="1 of 2 elements differ"):
        assert_close(np.array([1j, 2j]), np.array([1j, 3j]))


@pytest.mark.parametrize("layout", ["contiguous", "transposed", "strided", "reversed"])
def test_given_values_in_every_layout(layout):
    """``values`` keeps the values whatever the memory, which is not in order but where asked."""
    array = np.arange(6.0).reshape(2, 3)
    made = opdb.Make(np.dtype("f8")).values(array, layout)
    np.testing.assert_array_equal(made, array)
    assert made.flags["C_CONTIGUOUS"] == (layout == "contiguous")


def database(tmp_path, monkeypatch, name, **families):
    """A package of families, each a line of code."""
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").touch()
    for family, line in families.items():
        imports = "from flambeau.tensor.testing import opdb\n"
        (folder / f"{family}.py").write_text(f"{imports}{line}\n")
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module(name)


ABSOLUTE = "opdb.FunctionInfo(name='{}', calls=abs, samples=lambda make: [opdb.sample(make((2,)))], reference=abs)"


def test_databases_of_other_packages(tmp_path, monkeypatch):
    """Their entries are found by their place, and are of functions that are no operators."""
    line = f"ENTRIES = [{ABSOLUTE.format('size')}]"
    entries = opdb.collect(database(tmp_path, monkeypatch, "sizes", norms=line, _helpers="raise AssertionError"))
    assert list(entries) == ["size"]
    info = entries["size"]
    assert info.function is abs and info.differentiable
    sample = next(info.generate("float32", **opdb.tensors()))
    assert_close(info.function(*sample.args), *info.expected(opdb.arrays_of(sample), "float32"))
    with pytest.raises(TypeError) as raised:
        _ = info.operator
    assert str(raised.value) == "size is made of operators and is none itself"
    with pytest.raises(ValueError) as raised:
        opdb.collect(database(tmp_path, monkeypatch, "doubles", a=line, b=line))
    assert str(raised.value) == "the operator database has two entries for size"
