"""autocast: operations in 16 bits where that is fast and does no harm."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

import flambeau.tensor as ft
from flambeau.autograd._core.engine import set_argument_hook
from flambeau.tensor import Operator, Tensor, errors, ops

from .table import FLOAT32, LOWER_PRECISION

__all__ = ["autocast", "get_autocast_dtype", "is_autocast_enabled"]

F = TypeVar("F", bound=Callable[..., Any])


class autocast:
    """Operations run in 16 bits where that is fast and does no harm, and in float32 where it would.

    Within a ``with`` block, or in a function that it decorates, matrix products, convolutions and attention convert
    their arguments to ``dtype``, and exponentials, sums, normalisation and losses theirs to float32; everything else
    takes what it gets. Parameters stay float32, and so do their gradients. It is for the forward pass and the loss;
    backward follows the dtypes of forward by itself, and belongs outside.

    It applies to operations in which a Variable takes part, on this thread, and neither to float64 and complex numbers
    nor to what is written in place or to ``out=``. Blocks may be nested, also with ``enabled=False``.

    Args:
        device_type: the devices it applies to, ``"cpu"`` or ``"cuda"``; all if not given. A dtype is taken as
            ``dtype``.
        dtype: bfloat16 or float16; bfloat16 if not given. With float16 use a :class:`GradScaler`.
        enabled: False for no conversion within the block.
        cache_enabled: has no effect: nothing is cached.

    Raises:
        TypeError: a generator or coroutine to decorate.
        ValueError: another dtype, or another device.

    Example:
        >>> from flambeau import nn
        >>> from flambeau.nn.amp import autocast
        >>> layer = nn.Linear(4, 2)
        >>> with autocast(dtype=ft.bfloat16):
        ...     hidden = layer(ft.ones(3, 4))
        ...     loss = hidden.exp().mean()
        >>> hidden.dtype, loss.dtype
        (dtype(bfloat16), dtype('float32'))
        >>> loss.backward()
        >>> layer.weight.grad.dtype
        dtype('float32')
    """

    def __init__(
        self, device_type: Any = None, dtype: Any = None, enabled: bool = True, cache_enabled: bool | None = None
    ) -> None:
        if device_type is not None and not isinstance(device_type, str):
            device_type, dtype = None, device_type
        if device_type not in (None, "cpu", "cuda"):
            errors.value_error("autocast", "device_type", "'cpu' or 'cuda'", repr(device_type))
        self.dtype = ft.bfloat16 if dtype is None else dtype
        if self.dtype not in (ft.bfloat16, ft.float16):
            errors.value_error("autocast", "dtype", "bfloat16 or float16", str(self.dtype))
        self.device_type = device_type
        self.enabled = enabled
        self._outside = _Outside()

    def __enter__(self) -> None:
        self._outside.hooks.append(set_argument_hook(_casts(self.dtype, self.device_type) if self.enabled else None))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        set_argument_hook(self._outside.hooks.pop())

    def __call__(self, function: F) -> F:
        kinds = inspect.iscoroutinefunction, inspect.isasyncgenfunction, inspect.isgeneratorfunction
        if any(is_kind(function) for is_kind in kinds):
            got = f"the generator or coroutine {function.__name__}"
            errors.type_error("autocast", "function", "a function", got, "use `with` inside it")

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return wrapped  # type: ignore[return-value]  # it takes what the function takes


class _Outside(threading.local):
    """The hooks outside the blocks that a thread is in."""

    def __init__(self) -> None:
        self.hooks: list[Any] = []

    def __deepcopy__(self, memo: Any) -> _Outside:
        return _Outside()

    def __reduce__(self) -> Any:
        return (_Outside, ())


class _Casts:
    """Converts the arguments of operations: what autograd calls before each one on Variables."""

    def __init__(self, dtype: Any, device_type: str | None) -> None:
        self.dtype, self.device_type = dtype, device_type
        self.targets: dict[Operator, Any] = {getattr(ops, name): dtype for name in LOWER_PRECISION}
        self.targets.update({getattr(ops, name): ft.float32 for name in FLOAT32})

    def __call__(self, op: Operator, args: tuple[Any, ...]) -> tuple[Any, ...]:
        target = self.targets.get(op)
        if target is None or not self._may_convert(args):
            return args
        return tuple([_converted(value, target) for value in args])

    def _may_convert(self, values: Any) -> bool:
        for value in values:
            if isinstance(value, (list, tuple)):
                if not self._may_convert(value):
                    return False
            elif isinstance(value, Tensor):
                if (value.is_floating_point() or value.is_complex()) and value.dtype not in _CONVERTED:
                    return False
                if self.device_type is not None and value.device.type != self.device_type:
                    return False
        return True


@functools.cache
def _casts(dtype: Any, device_type: str | None) -> _Casts:
    return _Casts(dtype, device_type)


_CONVERTED = (ft.float32, ft.bfloat16, ft.float16)


def _converted(value: Any, target: Any) -> Any:
    if isinstance(value, Tensor):
        return value.to(target) if value.dtype in _CONVERTED and value.dtype != target else value
    if isinstance(value, (list, tuple)) and any(isinstance(each, Tensor) for each in value):
        return type(value)(_converted(each, target) for each in value)
    return value


def _current() -> _Casts | None:
    hook = set_argument_hook(None)
    set_argument_hook(hook)
    return hook if isinstance(hook, _Casts) else None


def is_autocast_enabled() -> bool:
    """Whether this thread is within :class:`autocast`.

    Example:
        >>> from flambeau.nn.amp import autocast, is_autocast_enabled
        >>> with autocast():
        ...     print(is_autocast_enabled())
        True
    """
    return _current() is not None


def get_autocast_dtype() -> Any:
    """The dtype that the :class:`autocast` around converts to, or None outside.

    Example:
        >>> from flambeau.nn.amp import autocast, get_autocast_dtype
        >>> with autocast():
        ...     print(get_autocast_dtype())
        bfloat16
    """
    casts = _current()
    return None if casts is None else casts.dtype
