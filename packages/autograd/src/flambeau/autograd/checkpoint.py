"""Computing again in backward what would take memory to keep: ``checkpoint``."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._core.engine import Variable, is_grad_enabled, plain, set_argument_hook, set_saved_hooks
from .modes import enable_grad

__all__ = ["CheckpointError", "checkpoint", "checkpoint_sequential"]


class CheckpointError(RuntimeError):
    """A function did something else when it was computed again."""


def checkpoint(function: Callable[..., Any], *args: Any, preserve_rng_state: bool = True, **kwargs: Any) -> Any:
    """Call a function, but keep nothing of it for backward: what is needed is computed again then.

    Only the arguments are kept. Memory goes down to that of the largest part computed at once, and forward is computed
    twice. Checkpoints may contain others. Gradients are those of a plain call, of any order, also with respect to what
    the function uses without its being an argument, such as the parameters of a module.

    Args:
        function: anything to call that does the same when called again with the same arguments: no reading of files, no
            counters, no change in place of what was there before. Dropout is fine.
        args: its arguments; Tensors, also in lists, tuples and dicts, and anything else.
        preserve_rng_state: draw the same random numbers when it is computed again.
        kwargs: its keyword arguments.

    Returns:
        What the function returns.

    Raises:
        CheckpointError: from backward, when the function kept other values the second time.

    Example:
        >>> from flambeau.autograd.checkpoint import checkpoint
        >>> x = Variable(ft.tensor([0.5, 1.0]), requires_grad=True)
        >>> y = checkpoint(lambda x: x.sin().exp(), x)
        >>> y.sum().backward()
        >>> bool(ft.allclose(x.grad, (x.cos() * x.sin().exp()).detach()))
        True
    """
    if not callable(function):
        errors.type_error("checkpoint", "function", "something to call", type(function).__name__)
    if not is_grad_enabled():
        return function(*args, **kwargs)
    call = _Call(function, args, kwargs, preserve_rng_state)
    outside = set_saved_hooks((call.keep, call.restore))
    try:
        return function(*args, **kwargs)
    finally:
        set_saved_hooks(outside)


def checkpoint_sequential(
    functions: Sequence[Callable[[Any], Any]], segments: int, input: Any, *, preserve_rng_state: bool = True
) -> Any:
    """Apply functions one after the other, in segments of which each is a :func:`checkpoint`, but for the last one.

    Args:
        functions: of one argument each, such as the modules of a ``Sequential``.
        segments: how many; with about the square root of the number of functions, memory is least.
        input: the argument of the first function.
        preserve_rng_state: as for :func:`checkpoint`.

    Returns:
        What the last function returns.

    Raises:
        ValueError: fewer functions than segments, or no segment.

    Example:
        >>> from flambeau.autograd.checkpoint import checkpoint_sequential
        >>> x = Variable(ft.tensor([0.5, 1.0]), requires_grad=True)
        >>> y = checkpoint_sequential([ft.sin, ft.exp, ft.cos, ft.tanh], 2, x)
        >>> bool(ft.allclose(y, x.sin().exp().cos().tanh()))
        True
    """
    functions = list(functions)
    if not 1 <= segments <= max(len(functions), 1):
        errors.value_error("checkpoint_sequential", "segments", f"1 to {len(functions)} segments", str(segments))
    size = len(functions) // segments

    def run(part: list[Callable[[Any], Any]]) -> Callable[[Any], Any]:
        def apply(x: Any) -> Any:
            for function in part:
                x = function(x)
            return x

        return apply

    for start in range(0, size * (segments - 1), size):
        input = checkpoint(run(functions[start : start + size]), input, preserve_rng_state=preserve_rng_state)
    return run(functions[size * (segments - 1) :])(input)


class _Place:
    """Stands in the graph for a value that is computed again when it is asked for."""

    __slots__ = ("__weakref__", "call", "layout", "value")

    def __init__(self, call: _Call, layout: tuple) -> None:
        self.call = call
        self.layout = layout  # shape and dtype
        self.value: Tensor | None = None


class _Call:
    """One call of a checkpointed function: how to make it again, and the places of what it kept."""

    def __init__(self, function: Callable[..., Any], args: tuple, kwargs: dict, preserve_rng_state: bool) -> None:
        self.function = function
        self.rng_state = ft.get_rng_state() if preserve_rng_state else None
        self.places: list[weakref.ref[_Place]] = []
        self.argument_hook = set_argument_hook(None)
        set_argument_hook(self.argument_hook)
        # Within another checkpoint, the arguments are its to compute again: they go through its hooks.
        outer = set_saved_hooks(None)
        set_saved_hooks(outer)
        self.unpack = outer[1] if outer else None
        self.arguments = _replaced((args, kwargs), lambda x: _Argument(x, outer[0] if outer else None))

    def keep(self, value: Tensor) -> _Place:
        place = _Place(self, (value.shape, value.dtype))
        self.places.append(weakref.ref(place))
        return place

    def restore(self, place: _Place) -> Tensor:
        if place.value is None:
            self.compute_again()
        value, place.value = place.value, None
        if value is None:
            raise CheckpointError(_message(self.function, "the value that backward needs", "none"))
        return value

    def compute_again(self) -> None:
        args, kwargs = _replaced(self.arguments, lambda x: x.again(self.unpack), _Argument)
        places = iter(self.places)
        outside = set_saved_hooks((lambda value: self.refill(places, value), _never))
        hook = set_argument_hook(self.argument_hook)
        now = None if self.rng_state is None else ft.get_rng_state()
        try:
            if self.rng_state is not None:
                ft.set_rng_state(self.rng_state)
            with enable_grad():
                self.function(*args, **kwargs)
        finally:
            set_saved_hooks(outside)
            set_argument_hook(hook)
            if now is not None:
                ft.set_rng_state(now)
        left = sum(1 for _ in places)
        if left:
            n = len(self.places)
            raise CheckpointError(_message(self.function, f"{n} values kept for backward", f"{n - left}"))

    def refill(self, places: Iterator[weakref.ref[_Place]], value: Tensor) -> None:
        reference = next(places, None)
        if reference is None:
            n = len(self.places)
            raise CheckpointError(_message(self.function, f"{n} values kept for backward", "more"))
        place = reference()
        if place is None:
            return  # nothing will ask for it
        if place.layout != (value.shape, value.dtype):
            shape, dtype = place.layout
            got = f"shape {value.shape}, {value.dtype.name}"
            raise CheckpointError(_message(self.function, f"a value of shape {shape}, {dtype.name}", got))
        place.value = value


def _message(function: Callable[..., Any], expected: str, got: str) -> str:
    name = getattr(function, "__qualname__", type(function).__name__)
    fix = "it must do the same every time it is called"
    return errors.message("checkpoint", "function", f"{expected} when {name} is computed again", got, fix)


def _never(_: Any) -> Any:
    raise AssertionError("what is computed again is not differentiated")


class _Argument:
    """A Tensor among the arguments."""

    def __init__(self, x: Tensor, pack: Callable[[Tensor], Any] | None) -> None:
        self.variable = isinstance(x, Variable)
        self.requires_grad = self.variable and x.requires_grad
        self.version = x.version
        self.value: Any = plain(x) if pack is None else pack(plain(x))

    def again(self, unpack: Callable[[Any], Tensor] | None) -> Tensor:
        x = self.value if unpack is None else unpack(self.value)
        if unpack is None and x.version != self.version:
            raise CheckpointError(
                f"checkpoint(): argument of shape {x.shape}: expected version {self.version}, got version {x.version} "
                f"after {x.changed_by.name}_ changed it in place; change a clone() instead"
            )
        return Variable(x, requires_grad=self.requires_grad) if self.variable else x


def _replaced(value: Any, replace: Callable[[Any], Any], kind: type = Tensor) -> Any:
    """The same structure of lists, tuples and dicts with everything of a kind replaced."""
    if isinstance(value, kind):
        return replace(value)
    if type(value) in (list, tuple):
        return type(value)(_replaced(x, replace, kind) for x in value)
    if type(value) is dict:
        return {name: _replaced(x, replace, kind) for name, x in value.items()}
    return value
