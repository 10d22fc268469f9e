"""Moving a module's parameters and buffers to another device or dtype."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

if TYPE_CHECKING:
    from .module import Module

M = TypeVar("M", bound="Module")


def target(args: tuple[Any, ...], device: Any, dtype: Any) -> tuple[Any, Any]:
    """The device and the dtype that arguments of ``Module.to`` mean; None for what is to stay."""
    for value in args:
        if isinstance(value, Tensor):
            device, dtype = value.device, value.dtype
        elif _is_dtype(value):
            dtype = value
        elif isinstance(value, (str, ft.Device)):
            device = value
        elif value is not None:
            errors.type_error("to", None, "a device, a dtype or a Tensor", type(value).__name__)
    if dtype is not None and not ft.empty(0, dtype=dtype).is_floating_point():
        errors.dtype_error("to", "dtype", "a floating dtype", np.dtype(dtype).name)
    return device, dtype


def _is_dtype(value: Any) -> bool:
    if isinstance(value, (np.dtype, type)):
        return True
    return isinstance(value, str) and value.partition(":")[0] not in ("cpu", "cuda", "strict") and hasattr(ft, value)


def to(module: M, device: Any, dtype: Any) -> M:
    """Convert in place what is in a module and all modules in it."""

    def convert(tensor: Tensor) -> Tensor:
        result = tensor.data if device is None else tensor.data.to(device)
        return result.to(dtype) if dtype is not None and result.is_floating_point() else result

    done: dict[int, Tensor] = {}  # a buffer in several places stays one
    for part in module.modules():
        for _, parameter in part.named_parameters(recurse=False):
            if id(parameter) not in done:
                done[id(parameter)] = parameter
                _replace_data(parameter, convert(parameter))
        for name, buffer in part.named_buffers(recurse=False):
            if id(buffer) not in done:
                converted = convert(buffer)
                unchanged = (converted.dtype, converted.device) == (buffer.dtype, buffer.device)
                done[id(buffer)] = buffer if unchanged else converted
            part.__dict__[name] = done[id(buffer)]
    return module


def _replace_data(parameter: Any, data: Tensor) -> None:
    """Give a parameter other memory: it stays the same object, since optimizers and other modules know it."""
    if (data.dtype, data.device) == (parameter.dtype, parameter.device):
        return
    gradient = parameter.grad
    Tensor.__init__(parameter, data)
    if gradient is not None:
        parameter.grad = gradient.data.to(data.device).to(data.dtype)
