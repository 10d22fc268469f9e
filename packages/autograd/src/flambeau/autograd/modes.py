"""Switching the recording of operations on and off."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, TypeVar, overload

from flambeau.tensor import errors

from ._core.engine import get_modes, set_modes

__all__ = ["enable_grad", "inference_mode", "no_grad", "set_grad_enabled"]

F = TypeVar("F", bound=Callable[..., Any])


GRAD, INFERENCE = 1, 2  # the bits of `set_modes`


class _Mode:
    """A context manager and decorator that changes what is recorded, on this thread."""

    def __init__(self) -> None:
        # Of each thread that is in a `with` of this object: the modes to go back to, one for each nested `with`.
        self._previous: dict[int, list[int]] = {}

    def _inside(self, outside: int) -> int:
        """The modes that apply inside, given those outside."""
        raise NotImplementedError

    def __enter__(self) -> None:
        outside = get_modes()
        self._remember(outside)
        set_modes(self._inside(outside))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        set_modes(self._previous[threading.get_ident()].pop())

    def _remember(self, previous: int) -> None:
        self._previous.setdefault(threading.get_ident(), []).append(previous)

    def __call__(self, function: F) -> F:
        return _under(self, function)


class no_grad(_Mode):
    """Nothing is recorded: results have no history, and what is computed needs no memory for backward.

    A context manager, and a decorator of functions and generators; a generator's mode applies while it runs, not
    between. It applies to the current thread. Creating Variables with ``requires_grad=True`` still works, and leaves
    may be changed in place.

    Example:
        >>> x = Variable(ft.tensor(2.0), requires_grad=True)
        >>> with no_grad():
        ...     y = x * x
        >>> y.requires_grad
        False
        >>> @no_grad()
        ... def double(x):
        ...     return x * 2
        >>> double(x).requires_grad
        False
    """

    @overload
    def __new__(cls, function: F) -> F: ...  # type: ignore[misc]  # it gives the function back, decorated
    @overload
    def __new__(cls) -> no_grad: ...
    def __new__(cls, function=None):
        return super().__new__(cls) if function is None else cls()(function)

    def _inside(self, outside: int) -> int:
        return outside & ~GRAD


class enable_grad(_Mode):
    """Operations are recorded, also within :class:`no_grad`.

    A context manager, and a decorator of functions and generators, as :class:`no_grad` is. It does not end
    :class:`inference_mode`.

    Example:
        >>> x = Variable(ft.tensor(2.0), requires_grad=True)
        >>> with no_grad(), enable_grad():
        ...     y = x * x
        >>> y.requires_grad
        True
    """

    @overload
    def __new__(cls, function: F) -> F: ...  # type: ignore[misc]  # it gives the function back, decorated
    @overload
    def __new__(cls) -> enable_grad: ...
    def __new__(cls, function=None):
        return super().__new__(cls) if function is None else cls()(function)

    def _inside(self, outside: int) -> int:
        return outside | GRAD


class set_grad_enabled(_Mode):
    """Recording is switched on or off by a flag: at once, and until the end of a ``with`` block if it opens one.

    Args:
        mode: whether to record.

    Example:
        >>> x = Variable(ft.tensor(2.0), requires_grad=True)
        >>> with set_grad_enabled(False):
        ...     y = x * x
        >>> y.requires_grad, (x * x).requires_grad
        (False, True)
    """

    def __init__(self, mode: bool) -> None:
        super().__init__()
        self.mode = bool(mode)
        self._before = get_modes()
        set_modes(self._inside(self._before))

    def _inside(self, outside: int) -> int:
        return outside | GRAD if self.mode else outside & ~GRAD

    def __enter__(self) -> None:
        set_modes(self._inside(get_modes()))
        self._remember(self._before)

    def __call__(self, function: F) -> F:
        set_modes(self._before)  # as a decorator it applies to the function's calls only
        return super().__call__(function)


class inference_mode(_Mode):
    """Nothing is recorded, whatever :class:`enable_grad` says inside, and the results never take part in gradients.

    A context manager, and a decorator of functions and generators, for what is no part of training at all. It is
    :class:`no_grad` that tells when its results come back to training by mistake: outside, they cannot be kept for
    backward, changed in place, or made to require grad. A ``clone()`` can.

    Args:
        mode: False records again inside an ``inference_mode``.

    Example:
        >>> w = Variable(ft.tensor(2.0), requires_grad=True)
        >>> with inference_mode():
        ...     y = w * 3
        >>> y.requires_grad, y.is_inference()
        (False, True)
        >>> (w * y.clone()).requires_grad
        True
    """

    @overload
    def __new__(cls, mode: F) -> F: ...  # type: ignore[misc]  # it gives the function back, decorated
    @overload
    def __new__(cls, mode: bool = True) -> inference_mode: ...
    def __new__(cls, mode=True):
        return cls()(mode) if callable(mode) else super().__new__(cls)

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self.mode = bool(mode)

    def _inside(self, outside: int) -> int:
        return INFERENCE if self.mode else GRAD


def _under(mode: _Mode, function: Any) -> Any:
    """The function, always run with what is recorded changed."""
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        fix = "use `with` inside it, around parts without await"
        errors.type_error(type(mode).__name__, "function", "a function or generator",
                          f"the coroutine {function.__name__}", fix)  # fmt: skip
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def generator(*args, **kwargs):
            return (yield from _stepped(mode, function(*args, **kwargs)))

        return generator

    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        previous = get_modes()
        set_modes(mode._inside(previous))
        try:
            return function(*args, **kwargs)
        finally:
            set_modes(previous)

    return wrapped


def _stepped(mode: _Mode, inner: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """Run a generator with a mode of its own: the caller's returns whenever it yields."""

    inside: int | None = None

    def run(resume: Callable[..., Any], *values: Any) -> Any:
        nonlocal inside
        outside = get_modes()
        set_modes(mode._inside(outside) if inside is None else inside)
        try:
            return resume(*values)
        finally:
            inside = set_modes(outside)  # where it paused inside a block of its own, it goes on in that

    try:
        item = run(next, inner)
        while True:
            try:
                sent = yield item
            except GeneratorExit:
                run(inner.close)
                raise
            except BaseException as error:
                item = run(inner.throw, error)
            else:
                item = run(inner.send, sent)
    except StopIteration as stop:
        return stop.value
