"""Functions that run around an optimizer's steps, and around saving and loading its state."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flambeau.nn._hooks import RemovableHandle

if TYPE_CHECKING:
    from .optimizer import Optimizer


class Hooks:
    """What an optimizer has of hooks."""

    def __init__(self) -> None:
        self._hooks: dict[str, list[Callable[..., Any]]] = {}

    def _add(self, when: str, hook: Callable[..., Any]) -> RemovableHandle:
        hooks = self._hooks.setdefault(when, [])
        hooks.append(hook)
        return RemovableHandle(hooks, hook)

    def _run(self, when: str, *args: Any) -> None:
        for hook in tuple(self._hooks.get(when, ())):
            hook(*args)

    def _filtered(self, when: str, value: Any) -> Any:
        """What hooks make of a value; those that give None leave it."""
        for hook in tuple(self._hooks.get(when, ())):
            changed = hook(self, value)
            value = value if changed is None else changed
        return value

    def _before_step(self, closure: Any) -> Any:
        for hook in tuple(self._hooks.get("step_pre", ())):
            changed = hook(self, (closure,), {})
            if changed is not None:
                args, kwargs = changed
                closure = {"closure": args[0] if args else None, **kwargs}["closure"]
        return closure

    def _after_step(self, closure: Any) -> None:
        if self._hooks:
            self._run("step_post", self, (closure,), {})

    def register_step_pre_hook(
        self, hook: Callable[[Optimizer, tuple[Any, ...], dict[str, Any]], Any]
    ) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` before each step.

        Args:
            hook: gets what :meth:`step` got, ``(closure,)`` and ``{}``; may return a changed pair of both.

        Returns:
            What takes the hook away again.

        Example:
            >>> from flambeau import nn, optim
            >>> w = nn.Parameter(ft.ones(1))
            >>> optimizer = optim.SGD([w], lr=0.5)
            >>> with optimizer.register_step_pre_hook(lambda optimizer, args, kwargs: print("a step")):
            ...     optimizer.step()
            a step
        """
        return self._add("step_pre", hook)

    def register_step_post_hook(
        self, hook: Callable[[Optimizer, tuple[Any, ...], dict[str, Any]], None]
    ) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` after each step.

        Args:
            hook: gets what :meth:`step` got.

        Returns:
            What takes the hook away again.
        """
        return self._add("step_post", hook)

    def register_state_dict_pre_hook(self, hook: Callable[[Optimizer], None]) -> RemovableHandle:
        """Call ``hook(optimizer)`` before :meth:`state_dict` looks at the state.

        Args:
            hook: gets the optimizer.

        Returns:
            What takes the hook away again.
        """
        return self._add("state_dict_pre", hook)

    def register_state_dict_post_hook(self, hook: Callable[[Optimizer, dict[str, Any]], Any]) -> RemovableHandle:
        """Let ``hook(optimizer, state_dict)`` see what :meth:`state_dict` gives.

        Args:
            hook: may return another dict in its place.

        Returns:
            What takes the hook away again.
        """
        return self._add("state_dict_post", hook)

    def register_load_state_dict_pre_hook(self, hook: Callable[[Optimizer, Any], Any]) -> RemovableHandle:
        """Let ``hook(optimizer, state_dict)`` see what :meth:`load_state_dict` is about to load.

        Args:
            hook: may return another dict in its place.

        Returns:
            What takes the hook away again.
        """
        return self._add("load_state_dict_pre", hook)

    def register_load_state_dict_post_hook(self, hook: Callable[[Optimizer], None]) -> RemovableHandle:
        """Call ``hook(optimizer)`` when :meth:`load_state_dict` is done.

        Args:
            hook: gets the optimizer.

        Returns:
            What takes the hook away again.
        """
        return self._add("load_state_dict_post", hook)
