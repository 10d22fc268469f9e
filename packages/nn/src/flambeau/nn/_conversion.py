"""Moving what modules hold to another dtype or device."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Self

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._registration import BUFFERS
from ._tree import Tree
from .parameter import UninitializedBuffer

if TYPE_CHECKING:
    from .module import Module


class Convertible(Tree):
    """The part of :class:`Module` that changes all it holds at once."""

    def to(self, *target: Any, dtype: Any = None, device: Any = None, memory_format: Any = None) -> Self:
        """Convert all parameters and buffers, in place; gives this module.

        Args:
            target: a floating dtype, a device, both, or a Tensor whose dtype and device to take.
            dtype: the dtype, by name. What does not hold floats keeps its own.
            device: the device, by name.
            memory_format: how parameters and buffers with as many dimensions as the format is for lie in memory from
                now on: ``ft.channels_last`` for the weights of convolutions of images.

        Raises:
            DTypeError: a dtype that is not a floating one.

        Example:
            >>> import flambeau.nn as nn
            >>> nn.Linear(1, 1).to(ft.float64).weight.dtype.name
            'float64'
        """

        def like(x: Tensor) -> Tensor:
            fits = memory_format is not None and memory_format.order is not None and x.ndim == len(memory_format.order)
            return x.to(*target, dtype=dtype, device=device, memory_format=memory_format if fits else None)

        asked = like(ft.empty(0)).dtype
        if not ft.empty(0, dtype=asked).is_floating_point():
            errors.dtype_error("to", "dtype", "a floating dtype", asked.name)

        def convert(x: Tensor) -> Tensor:
            if x.is_floating_point():
                return like(x)
            # What holds no floats only goes along to the device on which floats would be.
            return x.to(device=like(ft.empty(0, device=x.device)).device)

        change(self.modules(), convert)
        return self

    def type(self, dst_type: Any) -> Self:
        """Convert all floating parameters and buffers, in place: PyTorch's other name of :meth:`to` with a dtype.

        Args:
            dst_type: a dtype, its name, or a typed constructor such as ``ft.DoubleTensor``.
        """
        asked = ft.empty(0).type(dst_type)
        return self.to(dtype=asked.dtype, device=asked.device)

    def float(self) -> Self:
        """Convert all floating parameters and buffers to float32, in place."""
        return self.to(ft.float32)

    def double(self) -> Self:
        """Convert all floating parameters and buffers to float64, in place."""
        return self.to(ft.float64)

    def half(self) -> Self:
        """Convert all floating parameters and buffers to float16, in place."""
        return self.to(ft.float16)

    def bfloat16(self) -> Self:
        """Convert all floating parameters and buffers to bfloat16, in place."""
        return self.to(ft.bfloat16)

    def cpu(self) -> Self:
        """Move all parameters and buffers to the CPU, in place."""
        return self.to("cpu")

    def cuda(self, device: int | str | None = None) -> Self:
        """Move all parameters and buffers to a CUDA device, in place; the current one by default."""
        return self.to(f"cuda:{device}" if isinstance(device, int) else device or "cuda")

    def to_empty(self, *, device: Any, recurse: bool = True) -> Self:
        """Move all parameters and buffers to a device without what is in them, in place.

        Args:
            device: the device; what is there has arbitrary values, to be filled by ``load_state_dict`` or initialisers.
            recurse: also those of the modules inside.
        """
        held: Any = self.modules() if recurse else (self,)
        change(held, lambda x: ft.empty(x.shape, dtype=x.dtype, device=device))
        return self

    def share_memory(self) -> Self:
        """Move all parameters and buffers into memory that other processes can share, in place; gives this module.

        Example:
            >>> import flambeau.nn as nn
            >>> nn.Linear(1, 1).share_memory().weight.is_shared()
            True
        """
        change(self.modules(), lambda x: x if x.is_shared() else x.clone().share_memory_())
        return self

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Say of all parameters whether they want gradients; gives this module.

        Example:
            >>> import flambeau.nn as nn
            >>> nn.Linear(1, 1).requires_grad_(False).weight.requires_grad
            False
        """
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters.

        Args:
            set_to_none: whether ``grad`` becomes None or zeros.
        """
        for param in self.parameters():
            if param.grad is not None:
                param.grad = None if set_to_none else param.grad.data.zero_()


def change(modules: Iterable[Module | Any], convert: Callable[[Tensor], Tensor]) -> None:
    """Put what ``convert`` gives in place: Parameters stay the objects they are, and what is shared stays shared."""
    done: dict[int, Tensor] = {}
    for module in modules:
        for _, param in module._own("parameter"):
            if id(param) in done:
                continue
            done[id(param)] = param
            data, grad = param.data, param.grad
            converted = convert(data)
            if converted is not data:
                param.data = converted
                param.grad = None if grad is None else convert(grad.data)
        for name, buffer in module._own(*BUFFERS):
            if id(buffer) not in done:
                done[id(buffer)] = buffer.like(convert) if isinstance(buffer, UninitializedBuffer) else convert(buffer)
            module.__dict__[name] = done[id(buffer)]
