"""Running an in-place update over many sets of Tensors at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ._core.tensor import Changed, NotPointwise, Operator, PointwiseProgram, Recorded, Tape, Tensor

__all__ = ["Changed", "NotPointwise", "StandIn", "Update"]


class StandIn(Recorded):
    """Stands for a Tensor whose elements nobody knows yet: operations on it are written down.

    Only pointwise operations on other stand-ins and numbers are possible, in place or not. Everything else, looking at
    elements or sizes among it, raises :class:`NotPointwise`.
    """

    value: Any
    changed_last: Operator | None

    def __init__(self, update: Update, value: Any) -> None:
        super().__init__(update, np.empty((), value.dtype))
        self.value = value
        self.changed_last = None


def _refused(name: str) -> Callable[..., Any]:
    def method(self: StandIn, *args: Any, **kwargs: Any) -> Any:
        raise NotPointwise(f"{name} of a Tensor whose elements are not known yet")

    return method


# What shows sizes or elements.
for _name in "shape size ndim dim numel nelement nbytes stride is_contiguous data_ptr item tolist numpy data".split():
    setattr(StandIn, _name, property(_refused(f"'{_name}'")))
for _name in "bool float int complex index len iter contains array dlpack".split():
    setattr(StandIn, f"__{_name}__", _refused(f"{_name}()"))


class Update(Tape):
    """An in-place update, written down by running it once on stand-ins, and then run over many sets in one call.

    Where it is the same each time but for its numbers, :meth:`repeat` finds the new ones without writing it anew.

    Example:
        >>> from flambeau.tensor._tracing import Update
        >>> update = Update()
        >>> p, g = update.stand_in(ft.float32), update.stand_in(ft.float32)
        >>> _ = p.sub_(0.5 * g)
        >>> w = ft.ones(2)
        >>> update.run([[w, ft.ones(2)]])
        []
        >>> w.tolist()
        [0.5, 0.5]
        >>> update.repeat(lambda: p.sub_(0.25 * g))
        >>> update.run([[w, ft.ones(2)]])
        []
        >>> w.tolist()
        [0.25, 0.25]
    """

    def __init__(self) -> None:
        self.program = PointwiseProgram()
        self.stand_ins: list[StandIn] = []
        self._changes: tuple[tuple[int, Operator], ...] | None = None  # what run() says is changed, and by what

    def stand_in(self, dtype: np.dtype) -> StandIn:
        """A stand-in for the next Tensor of each set."""
        self.stand_ins.append(StandIn(self, self.program.input(dtype)))
        return self.stand_ins[-1]

    def record(self, op: Operator, args: tuple[Any, ...], out: Any) -> StandIn:
        """Write down one operation."""
        self._changes = None
        values = []
        for value in args:
            if isinstance(value, StandIn):
                value = value.value
            elif isinstance(value, (Tensor, np.ndarray)):
                raise NotPointwise(f"{op.name}() with a Tensor that is not among those of the update")
            values.append(value)
        before = len(self.program.constants)
        value = self.program.apply(op, values)
        if out is None:
            result = StandIn(self, value)
        elif isinstance(out, StandIn):
            out.value = self.program.convert(value, out.value.dtype)
            out.changed_last = op
            result = out
        else:
            raise NotPointwise(f"{op.name}() written to a Tensor that is not among those of the update")
        changes = [type(value) in (int, float) for value in args]
        if len(self.program.constants) - before != sum(changes):
            changes = [False] * len(args)  # some of them decide what is computed
        expected = [type(v) if change else v for v, change in zip(args, changes, strict=True)]
        self.calls.append((op, expected, changes, out, result))
        return result

    def repeat(self, update: Callable[[], Any]) -> None:
        """Call the update again, on the same stand-ins, and take the numbers it uses now.

        Raises:
            Changed: it does something else this time; what was written down is as it was.
        """
        self.start()
        try:
            update()
        finally:
            whole = self.stop()
        if not whole:
            raise Changed
        self.program.set_constants(self.numbers)

    def run(self, sets: list[list[Tensor]]) -> list[list[Tensor]]:
        """Run over many sets of Tensors; each has one for each stand-in, in the order they were made.

        Returns:
            The sets that the program cannot run over, unchanged: Tensors that are not contiguous, of unequal shapes, of
            other dtypes than declared, or on a device without compiled programs.
        """
        if self._changes is None:
            written = [(i, s) for i, s in enumerate(self.stand_ins) if s.changed_last is not None]
            if self.program.outputs == 0:
                for _, stand_in in written:
                    self.program.output(stand_in.value)
            self._changes = tuple((i, stand_in.changed_last) for i, stand_in in written)
        return self.program.run_all(sets, self._changes)
