"""Moving what modules hold to another dtype or device."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._registration import BUFFERS

if TYPE_CHECKING:
    from .module import Module


def convert(modules: Iterable[Module], target: tuple[Any, ...], dtype: Any, device: Any) -> None:
    """What ``Module.to`` does: Parameters stay the objects they are, and what is shared stays shared."""

    def like(x: Tensor) -> Tensor:
        return x.to(*target, dtype=dtype, device=device)

    dtype_asked = like(ft.empty(0)).dtype
    if not ft.empty(0, dtype=dtype_asked).is_floating_point():
        errors.dtype_error("to", "dtype", "a floating dtype", dtype_asked.name)
    done: dict[int, Tensor] = {}
    for module in modules:
        for _, param in module._own("parameter"):
            data, grad = param.data, param.grad
            converted = like(data)
            if converted is not data:
                param.data = converted
                param.grad = None if grad is None else like(grad.data)
        for name, buffer in module._own(*BUFFERS):
            if id(buffer) not in done:
                # What holds no floats only goes along to the device on which floats would be.
                place = like(ft.empty(0, device=buffer.device)).device
                done[id(buffer)] = like(buffer) if buffer.is_floating_point() else buffer.to(device=place)
            module.__dict__[name] = done[id(buffer)]
