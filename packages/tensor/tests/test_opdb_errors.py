"""Calls that must fail, generated from the operator database: the whole message is compared."""

import inspect

import numpy as np
import pytest

import flambeau.tensor as ft
from flambeau.tensor._schema import Kind
from flambeau.tensor.testing import opdb

DEVICES = ("cpu", "strict:1")

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


@pytest.mark.parametrize("info", [case for case in WITH_TENSORS if case.values[0].function is not case.values[0].operator])
def test_unknown_argument_is_refused(info):
    """An argument that the signature does not have raises TypeError and is named."""
    assert "colour" not in inspect.signature(info.function).parameters
    sample = next(iter(info.generate(info.dtypes[-1], **opdb.tensors())))
    with pytest.raises(TypeError, match=rf"{info.name}\(\).*'colour'"):
        info.function(*sample.args, **sample.kwargs, colour="red")


def mixed(sample):
    """The sample with its second Tensor on another device, or None when there is no second one."""
    seen = 0

    def move(value):
        nonlocal seen
        if isinstance(value, ft.Tensor):
            seen += 1
            if seen == 2:
                return value.to(device="strict:1")
        return value

    moved = sample.map(move)
    return moved if seen >= 2 else None


@pytest.mark.parametrize("info", WITH_TENSORS)
def test_tensors_on_two_devices_are_refused(info, strict_device):
    """Tensors on different devices raise DeviceError, which names them and says how to move them."""
    for sample in info.generate(info.dtypes[-1], **opdb.tensors()):
        call = mixed(sample)
        if call is None or info.name in ("index", "index_put"):
            continue
        with pytest.raises(ft.DeviceError) as raised:
            info.function(*call.args, **call.kwargs)
        message = str(raised.value)
        assert message.startswith(f"{info.name}(): expected all Tensors on one device, got ")
        assert message.endswith(" on strict:1; move them with .to(device)") or " on strict:1, " in message
        return
    pytest.skip("no sample has two Tensors")


def test_error_types_are_the_builtin_ones_too():
    """Who catches ValueError, TypeError or RuntimeError catches ours."""
    assert issubclass(ft.ShapeError, ValueError)
    assert issubclass(ft.DTypeError, TypeError)
    assert issubclass(ft.DeviceError, RuntimeError)
    assert np.dtype(np.float32) == ft.float32
