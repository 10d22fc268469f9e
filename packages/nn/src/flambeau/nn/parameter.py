"""What a Module holds: Parameters, which it trains, and Buffers, which it does not; with a shape, or one to come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor, errors

__all__ = ["Buffer", "Parameter", "UninitializedBuffer", "UninitializedParameter"]


class Parameter(Variable):
    """A Variable that becomes one of a module's parameters when assigned to an attribute of it.

    What operations make of Parameters are Variables, never Parameters.

    Args:
        data: Tensor or NumPy array, whose memory is shared, or data as :func:`flambeau.tensor.tensor` takes it.
        requires_grad: whether gradients with respect to it are wanted.

    Raises:
        DTypeError: ``requires_grad`` and elements that are not floats.

    Example:
        >>> from flambeau.nn import Parameter
        >>> w = Parameter(ft.ones(2))
        >>> w.requires_grad, type(w * 2).__name__
        (True, 'Variable')
    """

    def __init__(self, data: Any = None, requires_grad: bool = True) -> None:
        super().__init__(data, requires_grad)

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"


class Buffer(Tensor):
    """A Tensor that becomes one of a module's buffers when assigned to an attribute of it.

    Args:
        data: Tensor or NumPy array, whose memory is shared, or data as :func:`flambeau.tensor.tensor` takes it.
        persistent: whether it is part of the ``state_dict``.

    Example:
        >>> import flambeau.nn as nn
        >>> module = nn.Module()
        >>> module.count = nn.Buffer(ft.zeros(1))
        >>> list(module.state_dict())
        ['count']
    """

    def __init__(self, data: Any = None, *, persistent: bool = True) -> None:
        super().__init__(data)
        self.persistent = persistent


class _Unknown:
    """What Parameters and Buffers share that learn their shape from the first input."""

    _becomes: type[Tensor]

    def materialize(self, shape: tuple[int, ...], device: Any = None, dtype: Any = None) -> None:
        """Take a shape, with arbitrary values, and become an ordinary one.

        Args:
            shape: the shape.
            device: where, if not where it was to be.
            dtype: its dtype, if not the one it was to have.
        """
        this: Any = self
        made = ft.empty(shape, device=device or this.device, dtype=dtype or this.dtype)
        this.__class__ = self._becomes
        if isinstance(this, Variable):
            this.data = made
        else:
            this.set_(made)

    @property
    def shape(self) -> tuple[int, ...]:
        raise self._error("shape")

    def _error(self, what: str) -> RuntimeError:
        expected = "a call of its module, or materialize(), before"
        return RuntimeError(errors.message(what, "self", expected, f"an {type(self).__name__}"))

    def __operator__(self, op: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        raise self._error(op.name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class UninitializedParameter(_Unknown, Parameter):
    """A Parameter whose shape is not known yet: ``materialize`` makes it an ordinary one. Lazy layers have such.

    Args:
        requires_grad: whether gradients with respect to it are wanted.
        device: where it is to be.
        dtype: dtype it is to have.

    Example:
        >>> import flambeau.nn as nn
        >>> weight = nn.UninitializedParameter()
        >>> weight.materialize((2, 3))
        >>> type(weight).__name__, weight.shape
        ('Parameter', (2, 3))
    """

    _becomes = Parameter

    def __init__(self, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(ft.empty(0, device=device, dtype=dtype), requires_grad)


class UninitializedBuffer(_Unknown, Buffer):
    """A Buffer whose shape is not known yet: ``materialize`` makes it an ordinary one. Lazy layers have such.

    Args:
        requires_grad: not used: buffers want no gradients.
        device: where it is to be.
        dtype: dtype it is to have.
        persistent: whether it is part of the ``state_dict``.
    """

    _becomes = Buffer

    def __init__(
        self, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> None:
        super().__init__(ft.empty(0, device=device, dtype=dtype), persistent=persistent)

    def like(self, convert: Callable[[Tensor], Tensor]) -> UninitializedBuffer:
        """One that is to have the dtype and device ``convert`` gives."""
        made = convert(ft.empty(0, dtype=self.dtype, device=self.device))
        return UninitializedBuffer(device=made.device, dtype=made.dtype, persistent=self.persistent)
