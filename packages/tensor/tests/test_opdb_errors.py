"""Calls that must fail, generated from the operator database: the whole message is compared."""

import inspect

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor._schema import Kind
from flambeau.tensor.testing import opdb

SAMPLES = [
    pytest.param(info, number, id=f"{info.name}-{number}")
    for info in opdb.entries()
    for number, _ in enumerate(info.generate_errors(convert=ft.from_numpy))
]
WITH_TENSORS = [
    pytest.param(info, id=info.name)
    for info in opdb.entries()
    if info.operator.parameters and info.operator.parameters[0].kind in (Kind.ARRAY, Kind.OPERAND)
]


@pytest.mark.parametrize("info, number", SAMPLES)
def test_bad_calls_say_what_is_wrong(info, number):
    """Each bad call of the database raises the exception and exactly the message that stand there."""
    bad = list(info.generate_errors(**opdb.tensors()))[number]
    with pytest.raises(bad.exception) as raised:
        info.function(*bad.args, **bad.kwargs)
    assert str(raised.value) == bad.message
    assert type(raised.value) is bad.exception


@pytest.mark.parametrize("info", WITH_TENSORS)
def test_first_argument_must_be_a_tensor(info):
    """A string for the first Tensor raises TypeError with operation, argument, expected and got."""
    first = info.operator.parameters[0]
    sample = next(iter(info.generate(info.dtypes[-1], **opdb.tensors())))
    with pytest.raises(TypeError) as raised:
        info.function("three", *sample.args[1:], **sample.kwargs)
    expected = "Tensor or number" if first.kind is Kind.OPERAND else "Tensor"
    assert str(raised.value) == f"{info.name}(): argument '{first.name}': expected {expected}, got str"


@pytest.mark.parametrize(
    "info", [case for case in WITH_TENSORS if case.values[0].function is not case.values[0].operator]
)
def test_unknown_argument_is_refused(info):
    """An argument that the signature does not have raises TypeError and is named."""
    assert "colour" not in inspect.signature(info.function).parameters
    sample = next(iter(info.generate(info.dtypes[-1], **opdb.tensors())))
    with pytest.raises(TypeError, match=rf"{info.name}\(\).*'colour'"):
        info.function(*sample.args, **sample.kwargs, colour="red")


def first_of_several_tensors(info):
    """The first sample of an operator with more than one Tensor."""
    for sample in info.generate(info.dtypes[-1]):
        found = []
        sample.map(lambda v: found.append(v) if isinstance(v, np.ndarray) else None)  # noqa: B023
        if len(found) > 1:
            return sample
    return None


def tensor_names(info, sample):
    """What messages call the Tensors of a sample, in order."""
    for parameter, value in zip(info.operator.parameters, sample.args, strict=False):
        if isinstance(value, ft.Tensor):
            yield parameter.name
        elif isinstance(value, (list, tuple)):
            yield from (f"{parameter.name}[{i}]" for i, v in enumerate(value) if isinstance(v, ft.Tensor))


APART = ("index", "copy")  # they take Tensors from other devices
SEVERAL = [case for case in WITH_TENSORS if first_of_several_tensors(case.values[0]) and case.id not in APART]


@pytest.mark.parametrize("info", SEVERAL)
def test_tensors_on_two_devices_are_refused(info, strict_device):
    """Tensors on different devices raise DeviceError, which names them and says how to move them."""
    devices = ("cpu", "strict:1", *["cpu"] * 9)
    places = iter(devices)
    sample = first_of_several_tensors(info).map(
        lambda v: ft.tensor(v, device=next(places)) if isinstance(v, np.ndarray) else v
    )
    with pytest.raises(ft.DeviceError) as raised:
        info.function(*sample.args, **sample.kwargs)
    listed = ", ".join(f"{name} on {device}" for name, device in zip(tensor_names(info, sample), devices, strict=False))
    message = f"{info.name}(): expected all Tensors on one device, got {listed}; move them with .to(device)"
    assert str(raised.value) == message


def test_error_types_are_the_builtin_ones_too():
    """Who catches ValueError, TypeError or RuntimeError catches ours."""
    assert issubclass(ft.ShapeError, ValueError)
    assert issubclass(ft.DTypeError, TypeError)
    assert issubclass(ft.DeviceError, RuntimeError)
    assert np.dtype(np.float32) == ft.float32
