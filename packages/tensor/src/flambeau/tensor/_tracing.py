"""Running an in-place update over many sets of Tensors at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ._core.tensor import NotPointwise, Operator, PointwiseProgram, Tensor

__all__ = ["NotPointwise", "StandIn", "Update"]


class StandIn(Tensor):
    """Stands for a Tensor whose elements nobody knows yet: operations on it are written down.

    Only pointwise operations on other stand-ins and numbers are possible, in place or not. Everything else, looking at
    elements or sizes among it, raises :class:`NotPointwise`.
    """

    update: Update
    value: Any
    changed_last: Operator | None

    def __init__(self, update: Update, value: Any) -> None:
        super().__init__(np.empty((), value.dtype))
        self.update = update
        self.value = value
        self.changed_last = None

    def __operator__(self, op: Operator, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return self.update.record(op, args, kwargs.get("out"))

    def __getattribute__(self, name: str) -> Any:
        if name in _HIDDEN:
            raise NotPointwise(f"'{name}' of a Tensor whose elements are not known yet")
        return super().__getattribute__(name)


# What shows sizes or elements.
_HIDDEN = frozenset(
    "shape size ndim dim numel nelement nbytes stride is_contiguous data_ptr item tolist numpy data".split()
)


def _refused(name: str) -> Callable[..., Any]:
    def method(self: StandIn, *args: Any, **kwargs: Any) -> Any:
        raise NotPointwise(f"{name}() of a Tensor whose elements are not known yet")

    return method


for _name in "bool float int complex index len iter contains array dlpack".split():
    setattr(StandIn, f"__{_name}__", _refused(_name))


class Update:
    """An in-place update, written down by running it once on stand-ins, and then run over many sets in one call.

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
    """

    def __init__(self) -> None:
        self.program = PointwiseProgram()
        self.stand_ins: list[StandIn] = []

    def stand_in(self, dtype: np.dtype) -> StandIn:
        """A stand-in for the next Tensor of each set."""
        self.stand_ins.append(StandIn(self, self.program.input(dtype)))
        return self.stand_ins[-1]

    def record(self, op: Operator, args: tuple[Any, ...], out: Any) -> StandIn:
        """Write down one operation."""
        values = []
        for value in args:
            if isinstance(value, StandIn):
                value = value.value
            elif isinstance(value, (Tensor, np.ndarray)):
                raise NotPointwise(f"{op.name}() with a Tensor that is not among those of the update")
            values.append(value)
        result = self.program.apply(op, values)
        if out is None:
            return StandIn(self, result)
        if not isinstance(out, StandIn):
            raise NotPointwise(f"{op.name}() written to a Tensor that is not among those of the update")
        out.value = self.program.convert(result, out.value.dtype)
        out.changed_last = op
        return out

    def run(self, sets: list[list[Tensor]]) -> list[list[Tensor]]:
        """Run over many sets of Tensors; each has one for each stand-in, in the order they were made.

        Returns:
            The sets that the program cannot run over, unchanged: Tensors that are not contiguous, of unequal shapes, of
            other dtypes than declared or not on the CPU.
        """
        written = [i for i, s in enumerate(self.stand_ins) if s.changed_last is not None]
        if self.program.outputs == 0:
            for i in written:
                self.program.output(self.stand_ins[i].value)
        changes = tuple((i, self.stand_ins[i].changed_last) for i in written)
        return self.program.run_all(sets, changes)
