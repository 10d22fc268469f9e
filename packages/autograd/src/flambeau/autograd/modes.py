"""Switching the recording of operations on and off."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, TypeVar, overload

from flambeau.tensor import errors

from ._core.engine import set_grad_mode

__all__ = ["enable_grad", "no_grad", "set_grad_enabled"]

F = TypeVar("F", bound=Callable[..., Any])


class _Mode:
    """A context manager and decorator under which recording is on or off, on this thread."""

    def __init__(self, mode: bool) -> None:
        self.mode = mode
        # Of each thread that is in a `with` of this object: the modes to go back to, one for each nested `with`.
        self._previous: dict[int, list[bool]] = {}

    def __enter__(self) -> None:
        self._remember(set_grad_mode(self.mode))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        set_grad_mode(self._previous[threading.get_ident()].pop())

    def _remember(self, previous: bool) -> None:
        self._previous.setdefault(threading.get_ident(), []).append(previous)

    def __call__(self, function: F) -> F:
        return _under(self.mode, function)


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
    def __new__(cls, function: F) -> F: ...  # type: ignore[misc]
    @overload
    def __new__(cls) -> no_grad: ...
    def __new__(cls, function=None):
        return super().__new__(cls) if function is None else _under(False, function)

    def __init__(self) -> None:
        super().__init__(False)


class enable_grad(_Mode):
    """Operations are recorded, also within :class:`no_grad`.

    A context manager, and a decorator of functions and generators, as :class:`no_grad` is.

    Example:
        >>> x = Variable(ft.tensor(2.0), requires_grad=True)
        >>> with no_grad(), enable_grad():
        ...     y = x * x
        >>> y.requires_grad
        True
    """

    @overload
    def __new__(cls, function: F) -> F: ...  # type: ignore[misc]
    @overload
    def __new__(cls) -> enable_grad: ...
    def __new__(cls, function=None):
        return super().__new__(cls) if function is None else _under(True, function)

    def __init__(self) -> None:
        super().__init__(True)


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
        super().__init__(bool(mode))
        self._before = set_grad_mode(self.mode)

    def __enter__(self) -> None:
        set_grad_mode(self.mode)
        self._remember(self._before)

    def __call__(self, function: F) -> F:
        set_grad_mode(self._before)  # as a decorator it applies to the function's calls only
        return super().__call__(function)


def _under(mode: bool, function: Any) -> Any:
    """The function, always run with recording on or off."""
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        name = "enable_grad" if mode else "no_grad"
        fix = "use `with` inside it, around parts without await"
        errors.type_error(name, "function", "a function or generator", f"the coroutine {function.__name__}", fix)
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def generator(*args, **kwargs):
            return (yield from _stepped(mode, function(*args, **kwargs)))

        return generator

    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        previous = set_grad_mode(mode)
        try:
            return function(*args, **kwargs)
        finally:
            set_grad_mode(previous)

    return wrapped


def _stepped(mode: bool, inner: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """Run a generator with a mode of its own: the caller's returns whenever it yields."""

    def run(resume: Callable[..., Any], *values: Any) -> Any:
        nonlocal mode
        outside = set_grad_mode(mode)
        try:
            return resume(*values)
        finally:
            mode = set_grad_mode(outside)  # where it paused inside a block of its own, it goes on in that

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
