"""Finding what made a NaN or an infinity: ``detect_anomaly``."""

from __future__ import annotations

import contextlib
import linecache
import sys
import threading
from types import FrameType, TracebackType
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import Tensor

from . import _observing
from ._core.engine import Node, keep_stacks, set_place

__all__ = ["AnomalyError", "detect_anomaly", "is_anomaly_enabled", "set_detect_anomaly"]


class AnomalyError(RuntimeError):
    """Under :class:`detect_anomaly`, backward met a NaN or an infinity."""


class detect_anomaly(contextlib.ContextDecorator):
    """Within the block, backward raises when it meets a NaN, and says which operation made the first one.

    Every operation, of any thread, is looked at: the first that made a NaN or an infinity from finite numbers is
    remembered, with its line, its arguments and their values. :func:`backward` raises when what it starts from is not
    finite, or when the derivative of an operation makes a NaN of a finite gradient; the error names the operation in
    forward, with all calls that led to it, and what was remembered. Errors of any other kind in backward name these
    calls, too. An infinity given as a number, as in ``x.masked_fill(mask, -inf)``, is meant to be there.

    This looks at every element of every result, so it is slow: for finding faults only.

    Args:
        check_nan: look for NaN and infinities; without, only the calls are remembered.

    Raises:
        AnomalyError: from backward, in the block.

    Example:
        >>> x = Variable(ft.tensor([1.0, 0.0]), requires_grad=True)
        >>> with detect_anomaly():
        ...     loss = (x.log() * x).sum()
        ...     loss.backward()
        Traceback (most recent call last):
            ...
        flambeau.autograd.anomaly.AnomalyError: backward(): output 0: expected finite numbers, got 1 NaN of 1 elements
        ...
    """

    def __init__(self, check_nan: bool = True) -> None:
        self.check_nan = bool(check_nan)
        self._before: list[tuple[bool, bool]] = []

    def __enter__(self) -> None:
        self._before.append(_switch(True, self.check_nan))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _switch(*self._before.pop())


class set_detect_anomaly:
    """Switch :class:`detect_anomaly` on or off by a flag: at once, and until the end of a ``with`` block if any.

    Args:
        mode: whether to look for anomalies.
        check_nan: as for :class:`detect_anomaly`.

    Example:
        >>> with set_detect_anomaly(True):
        ...     inside = is_anomaly_enabled()
        >>> inside, is_anomaly_enabled()
        (True, False)
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = _switch(bool(mode), bool(check_nan))

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _switch(*self._before)


def is_anomaly_enabled() -> bool:
    """Whether anomalies are being looked for.

    Example:
        >>> is_anomaly_enabled()
        False
    """
    return _state[0]


_state = (False, True)  # enabled, check_nan
_watching: contextlib.ExitStack | None = None


def _switch(enabled: bool, check_nan: bool) -> tuple[bool, bool]:
    """Go over to a state; gives the one before."""
    global _state, _watching
    before, _state = _state, (enabled, check_nan)
    keep_stacks(enabled)
    watching = enabled and check_nan
    if watching and _watching is None:
        watch = _Watch()
        _watching = contextlib.ExitStack()
        _watching.enter_context(ft.observe(watch.after_call, watch.before_call))
        _observing.add(watch)
        _watching.callback(_observing.remove, watch)
    elif not watching and _watching is not None:
        stack, _watching = _watching, None
        stack.close()
    return before


class _Watch:
    """Looks at results in forward and at gradients in backward."""

    def __init__(self) -> None:
        self.events: dict[str, str] = {}  # what happened first, by kind, in the order in which it happened
        self.thread = threading.local()

    # Forward

    def before_call(self, op: Any, args: tuple, out: Any) -> None:
        if out is not None and not self.depth:
            self.thread.overwritten = _flaws([out])

    def after_call(self, op: Any, args: tuple, out: Any, result: Any) -> None:
        if self.depth:
            return  # an operation of backward: what it makes is looked at with its node
        self.look_at(op.name, [p.name for p in op.parameters], args, out, result)

    def before_function(self, function: Any, args: tuple) -> None:
        pass

    def after_function(self, function: Any, args: tuple, returned: Any) -> None:
        if not self.depth:
            self.look_at(
                f"{function.__name__}.apply", [f"argument {i}" for i in range(len(args))], args, None, returned
            )

    def look_at(self, name: str, parameters: list[str], args: tuple, out: Any, result: Any) -> None:
        """Remember a call whose result is not finite, if it is the first of its kind."""
        results = result if isinstance(result, (tuple, list)) else (result,)
        nan, infinity = _flaws(results)
        if not (nan or infinity):
            return
        tensors, numbers = _inputs(args)
        nan_before, infinity_before = _flaws([x for x in tensors if x is not out])
        if out is not None:
            nan_before |= self.thread.overwritten[0]
            infinity_before |= self.thread.overwritten[1]
        meant = any(not np.isfinite(x) for x in numbers)
        if nan and not nan_before and not any(np.isnan(x) for x in numbers):
            self.remember("made the first NaN", name, parameters, args, results)
        elif infinity and not infinity_before and not meant:
            self.remember("made the first infinity", name, parameters, args, results)
        elif (nan_before or infinity_before) and not self.events:
            self.remember("was given numbers that are not finite", name, parameters, args, results)

    def remember(self, what: str, name: str, parameters: list[str], args: tuple, results: Any) -> None:
        if what in self.events:
            return
        lines = [f"{what[:1].upper()}{what[1:]}: {name}(), at {_calls()[-1]}{_place()}"]
        for parameter, value in zip(parameters, args, strict=False):
            several = value if isinstance(value, (tuple, list)) else [value]
            if any(isinstance(x, Tensor) for x in several):
                lines += [f"  {parameter}: {_described(x)}" for x in several if isinstance(x, Tensor)]
            elif value is not None:
                lines.append(f"  {parameter}: {value!r}")
        lines += [f"  result: {_described(x)}" for x in results if isinstance(x, Tensor)]
        if len(_calls()) > 1:
            lines += ["  called from:", *(f"    {call}" for call in _calls()[:-1])]
        self.events[what] = "\n".join(lines)

    @property
    def story(self) -> str:
        return "".join(f"\n{event}" for event in self.events.values())

    # Backward

    @property
    def depth(self) -> int:
        return getattr(self.thread, "depth", 0)

    def begin(self, outputs: tuple) -> None:
        self.thread.depth = self.depth + 1
        if self.depth > 1:
            return
        self.thread.infinite = ""
        for i, x in enumerate(outputs):
            if any(_flaws([x])):
                raise AnomalyError(f"backward(): output {i}: expected finite numbers, got {_flawed(x)}{self.story}")

    def end(self) -> None:
        self.thread.depth = self.depth - 1
        if not self.depth:
            self.events.clear()

    def before(self, node: Node, grads: Any) -> None:
        pass

    def after(self, node: Node, grads: Any, found: list) -> None:
        given = [g for g in (grads if isinstance(grads, list) else [grads]) if isinstance(g, Tensor)]
        nan, infinity = _flaws(found)
        nan_before, infinity_before = _flaws(given)
        if nan and not nan_before:
            i, bad = next((i, g) for i, g in enumerate(found) if isinstance(g, Tensor) and _flaws([g])[0])
            lines = [f"backward of {node.name}: expected finite gradients, got {_flawed(bad)} in that of its input {i}"]
            lines += [f"  gradient of the result: {_described(g)}" for g in given]
            lines += [f"  {name}, kept: {_described(x)}" for name, x in node.kept.items() if isinstance(x, Tensor)]
            lines.append(f"  gradient of input {i}: {_described(bad)}")
            raise AnomalyError("\n".join(lines) + self.thread.infinite + self.story)
        if infinity and not infinity_before and not self.thread.infinite:
            bad = next(g for g in found if isinstance(g, Tensor) and _flaws([g])[1])
            self.thread.infinite = (
                f"\nMade the first infinite gradient: backward of {node.name}, recorded at {node.line}\n"
                f"  gradient: {_described(bad)}"
            )


def _inputs(args: tuple) -> tuple[list[Tensor], list[complex]]:
    """All Tensors and all numbers among the arguments."""
    tensors: list[Tensor] = []
    numbers: list[complex] = []
    for value in args:
        for x in value if isinstance(value, (tuple, list)) else [value]:
            if isinstance(x, Tensor):
                tensors.append(x)
            elif isinstance(x, (int, float, complex)):
                numbers.append(x)
    return tensors, numbers


def _array(x: Tensor) -> np.ndarray:
    return x.data.numpy()


def _flaws(values: Any) -> tuple[bool, bool]:
    """Whether there is a NaN, and whether there is an infinity, in any of the Tensors."""
    nan = infinity = False
    for x in values:
        if isinstance(x, Tensor) and (x.is_floating_point() or x.is_complex()):
            array = _array(x)
            if not np.isfinite(array).all():
                nan = nan or bool(np.isnan(array).any())
                infinity = infinity or bool(np.isinf(array).any())
    return nan, infinity


def _flawed(x: Tensor) -> str:
    """``1 NaN and 2 infinities of 3 elements``."""
    array = _array(x)
    counts = [(int(np.isnan(array).sum()), "NaN"), (int(np.isinf(array).sum()), "infinite")]
    return f"{' and '.join(f'{n} {what}' for n, what in counts if n)} of {array.size} elements"


def _described(x: Tensor) -> str:
    """Shape, dtype and values."""
    array = _array(x)
    about = f"shape {x.shape}, {x.dtype.name}"
    if any(_flaws([x])):
        first = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        about += f", {_flawed(x)}, the first at {first}"
    elif array.size > 6 and not x.is_complex():
        about += f", from {array.min():.4g} to {array.max():.4g}"
    options: Any = {"threshold": 6, "edgeitems": 2, "precision": 4, "separator": ", "}
    return f"{about}: {' '.join(np.array2string(array, **options).split())}"


def _calls() -> list[str]:
    """The lines of user code that are running, the outermost first."""
    found = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if not frame.f_globals.get("__name__", "").startswith("flambeau."):
            code = frame.f_code
            text = linecache.getline(code.co_filename, frame.f_lineno).strip()
            line = f'File "{code.co_filename}", line {frame.f_lineno}, in {code.co_name}'
            found.append(f"{line}: {text}" if text else line)
        frame = frame.f_back
    return found[::-1] or ["an unknown line"]


def _place() -> str:
    place = set_place(None)
    set_place(place)
    return "" if place is None else f" (in {place})"
