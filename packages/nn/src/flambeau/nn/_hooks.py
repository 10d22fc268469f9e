"""Functions that run around a call, and around the backward pass through it, until they are taken away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Self

from flambeau.autograd import Function, Variable
from flambeau.tensor import Tensor, errors

from ._warnings import warn

__all__ = ["RemovableHandle"]

HookKind = Literal["forward_pre", "forward", "backward_pre", "backward", "state_pre", "state", "load_pre", "load"]


class Hook:
    """A function and how it wants to be called."""

    __slots__ = ("always_call", "function", "with_kwargs")

    def __init__(self, function: Callable[..., Any], with_kwargs: bool = False, always_call: bool = False) -> None:
        self.function = function
        self.with_kwargs = with_kwargs
        self.always_call = always_call


HookTable = dict[HookKind, list[Hook]]


class RemovableHandle:
    """What registering a hook gives: ``remove()`` takes the hook away, as does the end of a ``with`` block.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.ReLU()
        >>> with layer.register_forward_hook(lambda module, args, output: output + 1):
        ...     layer(ft.zeros(1)).tolist()
        [1.0]
        >>> layer(ft.zeros(1)).tolist()
        [0.0]
    """

    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self._hooks: list[Any] | None = hooks
        self._hook = hook

    def remove(self) -> None:
        """Take the hook away; a second call does nothing."""
        if self._hooks is not None and self._hook in self._hooks:
            self._hooks.remove(self._hook)
        self._hooks = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()


class Hooked:
    """The part of :class:`Module` that runs hooks."""

    _hooks: HookTable  # empty until the first is registered: a call then looks no further

    def _add_hook(self, kind: HookKind, hook: Any, prepend: bool = False, **options: bool) -> RemovableHandle:
        if not callable(hook):
            errors.type_error(f"register_{kind}_hook", "hook", "a function", type(hook).__name__)
        hooks = self._hooks.setdefault(kind, [])
        entry = Hook(hook, **options)
        hooks.insert(0 if prepend else len(hooks), entry)
        return RemovableHandle(hooks, entry)

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args)`` before every ``forward``.

        Args:
            hook: gets the module and the tuple of its positional arguments; what it returns, unless None, is used
                instead of them (a tuple, or one argument).
            prepend: run it before the hooks that are there already, not after.
            with_kwargs: call ``hook(module, args, kwargs)``; what it returns, unless None, is a pair to use instead.

        Returns:
            A handle whose ``remove()`` takes the hook away.
        """
        return self._add_hook("forward_pre", hook, prepend, with_kwargs=with_kwargs)

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after every ``forward``.

        Args:
            hook: gets the module, the tuple of its positional arguments and what ``forward`` returned; what it
                returns, unless None, is used instead.
            prepend: run it before the hooks that are there already, not after.
            with_kwargs: call ``hook(module, args, kwargs, output)``.
            always_call: call it, with None for an output, also when ``forward`` or another hook raises.

        Returns:
            A handle whose ``remove()`` takes the hook away.

        Example:
            >>> import flambeau.nn as nn
            >>> layer = nn.Linear(3, 2)
            >>> shapes = []
            >>> with layer.register_forward_hook(lambda module, args, output: shapes.append(output.shape)):
            ...     _ = layer(ft.ones(5, 3))
            >>> shapes
            [(5, 2)]
        """
        return self._add_hook("forward", hook, prepend, with_kwargs=with_kwargs, always_call=always_call)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)`` when gradients have come back through a call.

        Args:
            hook: gets the module and two tuples of gradients: one for each positional argument and one for each output,
                None for what is no Tensor or wants none. What it returns, unless None, is used instead of
                ``grad_input``.
            prepend: run it before the hooks that are there already, not after.

        Returns:
            A handle whose ``remove()`` takes the hook away.

        What goes in and comes out of the module must not be changed in place while there is such a hook.

        Example:
            >>> import flambeau.nn as nn
            >>> layer = nn.Linear(2, 3)
            >>> seen = []
            >>> _ = layer.register_full_backward_hook(lambda module, grads, outs: seen.append((grads, outs[0].shape)))
            >>> layer(ft.ones(5, 2)).sum().backward()
            >>> seen
            [((None,), (5, 3))]
        """
        return self._add_hook("backward", hook, prepend)

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """PyTorch 0.3's name of :meth:`register_full_backward_hook`, which see.

        There the hook saw the gradients of the last operation only; here those of the whole module.
        """
        return self.register_full_backward_hook(hook)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_output)`` before gradients go back through a call.

        Args:
            hook: gets the module and a tuple of one gradient for each output; what it returns, unless None, is used
                instead (a tuple, or one gradient).
            prepend: run it before the hooks that are there already, not after.

        Returns:
            A handle whose ``remove()`` takes the hook away.
        """
        return self._add_hook("backward_pre", hook, prepend)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must define forward")

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        for hook in tuple(self._hooks.get("forward_pre", ())):
            if hook.with_kwargs:
                changed = hook.function(self, args, kwargs)
                if changed is not None:
                    args, kwargs = _pair(changed)
            else:
                changed = hook.function(self, args)
                if changed is not None:
                    args = _tuple(changed)
        backward = None
        if self._hooks.get("backward") or self._hooks.get("backward_pre"):
            backward = _Backward(self)
            args = backward.watch_inputs(args)
        after = list(self._hooks.get("forward", ()))
        result = None
        try:
            result = self.forward(*args, **kwargs)
            while after:
                hook = after.pop(0)
                changed = self._after(hook, args, kwargs, result)
                if changed is not None:
                    result = changed
        except Exception:
            for hook in after:
                if hook.always_call:
                    self._after(hook, args, kwargs, None)
            raise
        return result if backward is None else backward.watch_outputs(result)

    def _after(self, hook: Hook, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> Any:
        if hook.with_kwargs:
            return hook.function(self, args, kwargs, result)
        return hook.function(self, args, result)


def _tuple(changed: Any) -> tuple[Any, ...]:
    return changed if isinstance(changed, tuple) else (changed,)


def _pair(changed: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if not (isinstance(changed, tuple) and len(changed) == 2):
        got = type(changed).__name__
        errors.type_error("register_forward_pre_hook", "hook", "a function that returns None or (args, kwargs)", got)
    return changed


class _Backward:
    """The gradients of one call on their way back: those of its outputs come first, those of its inputs last."""

    def __init__(self, module: Hooked) -> None:
        self.module = module
        self.outputs: tuple[Any, ...] | None = None  # gradients, once they came
        self.inputs: tuple[int, ...] = ()  # where among the arguments there is a watched Variable
        self.count = 0

    def watch_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        self.count = len(args)
        self.inputs = tuple(i for i, x in enumerate(args) if isinstance(x, Variable) and x.requires_grad)
        return _watched(args, self.inputs, self._inputs_came)

    def watch_outputs(self, result: Any) -> Any:
        if not isinstance(result, (Tensor, tuple)):
            warn(
                f"the backward hooks of {type(self.module).__name__} are not called: forward() returned "
                f"{type(result).__name__}, expected a Tensor or a tuple of Tensors"
            )
            return result
        outputs = _tuple(result)
        places = tuple(i for i, x in enumerate(outputs) if isinstance(x, Variable) and x.requires_grad)

        def came(grads: tuple[Any, ...]) -> tuple[Any, ...]:
            return self._outputs_came(grads, places, len(outputs))

        watched = _watched(outputs, places, came)
        return watched if isinstance(result, tuple) else watched[0]

    def _outputs_came(self, grads: tuple[Any, ...], places: tuple[int, ...], count: int) -> tuple[Any, ...]:
        spread = _put((None,) * count, places, grads)
        for hook in tuple(self.module._hooks.get("backward_pre", ())):
            changed = hook.function(self.module, spread)
            if changed is not None:
                spread = _as_many("register_full_backward_pre_hook", changed, count)
        self.outputs = spread
        if not self.inputs:
            self._run((None,) * self.count)
        return tuple(spread[i] for i in places)

    def _inputs_came(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        spread = self._run(_put((None,) * self.count, self.inputs, grads))
        return tuple(spread[i] for i in self.inputs)

    def _run(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        for hook in tuple(self.module._hooks.get("backward", ())):
            changed = hook.function(self.module, inputs, self.outputs)
            if changed is not None:
                inputs = _as_many("register_full_backward_hook", changed, self.count)
        return inputs


def _put(values: tuple[Any, ...], places: tuple[int, ...], new: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same values, with new ones at some places."""
    changed = list(values)
    for place, value in zip(places, new, strict=True):
        changed[place] = value
    return tuple(changed)


def _as_many(operation: str, changed: Any, count: int) -> tuple[Any, ...]:
    grads = _tuple(changed)
    if len(grads) != count:
        errors.value_error(operation, "hook", f"a function that returns {count} gradients", str(len(grads)))
    return grads


def _watched(values: tuple[Any, ...], places: tuple[int, ...], came: Callable[..., Any]) -> tuple[Any, ...]:
    """The same values, some of them seen by ``came`` when their gradients are there."""
    if not places:
        return values
    return _put(values, places, _Through.apply(came, *(values[i] for i in places)))


class _Through(Function):
    """What goes in comes out; gradients are shown, all at once, to a function that may change them."""

    @staticmethod
    def forward(ctx: Any, came: Callable[..., Any], *xs: Tensor) -> tuple[Tensor, ...]:
        ctx.set_materialize_grads(False)
        ctx.came = came
        return xs

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Any, ...]:
        return (None, *ctx.came(grads))
