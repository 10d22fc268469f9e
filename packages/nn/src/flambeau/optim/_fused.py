"""One program for the step of all parameters: an optimizer's ``update`` is run once on stand-ins and written down.

Parameters are alike when ``update`` does the same for them: they, their gradients and states have the same dtypes, and
the numbers in their states are equal. Those run together, in one call. In the next step ``update`` is repeated on the
same stand-ins, which gives the numbers of that step; the program stays.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from flambeau.tensor import Tensor
from flambeau.tensor._tracing import Changed, NotPointwise, StandIn, Update

if TYPE_CHECKING:
    from .optimizer import Optimizer, State

_SIMPLE = (bool, int, float, str, type(None))
Entry = tuple[Tensor, Tensor, "State"]  # parameter, gradient, state
Programs = dict[Any, "_Program | None"]  # by what parameters have in common; None where update is no program


def step(optimizer: Optimizer, programs: Programs, entries: list[Entry], options: dict[str, Any]) -> None:
    """Update parameters of one group: in one pass over memory where ``update`` allows it, else one by one."""
    maximize = options.pop("maximize")
    while entries:
        key = _kind(*entries[0], maximize)
        try:
            program = programs[key] if key in programs else _Program(optimizer, entries[0], options, maximize)
            programs[key] = program
            if program is None:
                raise NotPointwise("tried before")
            entries = program.run(optimizer, entries, options)
        except NotPointwise:
            programs[key] = None
            rest = []
            for entry in entries:
                if _kind(*entry, maximize) == key:
                    one_by_one(optimizer, entry, options, maximize)
                else:
                    rest.append(entry)
            entries = rest


def one_by_one(optimizer: Optimizer, entry: Entry, options: dict[str, Any], maximize: bool) -> None:
    """Update a single parameter by running ``update`` as it is."""
    # Plain Tensors: nothing is recorded, and backward notices that what it kept was changed.
    p, g = entry[0].data, entry[1].data
    optimizer.update(p, -g if maximize else g, entry[2], **options)


def _kind(p: Tensor, g: Tensor, state: State, maximize: bool) -> Any:
    kinds = [(n, v.dtype if isinstance(v, Tensor) else None if v is None else True) for n, v in state.items()]
    return (p.dtype, g.dtype, maximize, *kinds)


class _Program:
    """The update of parameters of one kind."""

    def __init__(self, optimizer: Optimizer, entry: Entry, options: dict[str, Any], maximize: bool) -> None:
        p, g, state = entry
        if not all(isinstance(value, (Tensor, *_SIMPLE)) for value in state.values()):
            raise NotPointwise("a state with values that an update could change in place")
        self.kind = _kind(p, g, state, maximize)
        self.maximize = maximize
        self.dtypes = p.dtype, g.dtype
        self.tensors = [(name, value.dtype) for name, value in state.items() if isinstance(value, Tensor)]
        self.tensors_of = _getter([name for name, _ in self.tensors])
        self.names = list(state)
        self.numbers = [name for name, value in state.items() if not isinstance(value, Tensor)]
        self.numbers_of = _getter(self.numbers)
        self.after: State = {}  # the numbers in the state after it has run
        self._write_down(optimizer, options, self.numbers_of(state))
        self.is_new = True

    def _write_down(self, optimizer: Optimizer, options: dict[str, Any], numbers: tuple[Any, ...]) -> None:
        self.update = Update()
        self.p, self.g = map(self.update.stand_in, self.dtypes)
        self.stands = {name: self.update.stand_in(dtype) for name, dtype in self.tensors}
        self.negative = -self.g if self.maximize else self.g
        self.update.calls.clear()  # the negative is taken once: it is no part of what is repeated
        self.after = self._after(optimizer, options, numbers)
        if self.g.changed_last is not None:
            raise NotPointwise("an update that changes the gradient")

    def _after(self, optimizer: Optimizer, options: dict[str, Any], numbers: tuple[Any, ...]) -> State:
        """Run the update on the stand-ins; gives the numbers in the state afterwards."""
        state = {**dict.fromkeys(self.names), **self.stands, **dict(zip(self.numbers, numbers, strict=True))}
        optimizer.update(self.p, self.negative, state, **options)
        after = {name: state[name] for name in self.numbers if name in state}
        if list(state) != self.names or any(isinstance(value, StandIn) for value in after.values()):
            raise NotPointwise("an update that changes what the state consists of")
        if any(state[name] is not stand for name, stand in self.stands.items()):
            raise NotPointwise("an update that puts new Tensors into the state")
        return after

    def _take_numbers(self, optimizer: Optimizer, options: dict[str, Any], numbers: tuple[Any, ...]) -> None:
        """Make the program that of these options and numbers."""
        if self.is_new:  # it was written down with these
            self.is_new = False
            return
        after: State = {}
        try:
            self.update.repeat(lambda: after.update(self._after(optimizer, options, numbers)))
        except Changed:
            self._write_down(optimizer, options, numbers)
        else:
            self.after = after

    def run(self, optimizer: Optimizer, entries: list[Entry], options: dict[str, Any]) -> list[Entry]:
        """Update all that are like the first one; gives the others."""
        numbers, numbers_of, tensors_of = self.numbers_of(entries[0][2]), self.numbers_of, self.tensors_of
        alike: list[Entry] = []
        others: list[Entry] = []
        sets = []
        for entry in entries:
            p, g, state = entry
            try:
                if len(state) == len(self.names) and numbers_of(state) == numbers:
                    sets.append([p, g, *tensors_of(state)])
                    alike.append(entry)
                    continue
            except KeyError:
                pass
            others.append(entry)
        self._take_numbers(optimizer, options, numbers)
        left = self.update.run(sets)
        if left:
            unable = {id(each) for each in left}
            for entry in [entry for entry, each in zip(alike, sets, strict=True) if id(each) in unable]:
                if entry is entries[0] or _kind(*entry, self.maximize) == self.kind:
                    one_by_one(optimizer, entry, options, self.maximize)
                else:
                    others.append(entry)
            alike = [entry for entry, each in zip(alike, sets, strict=True) if id(each) not in unable]
        for _, _, state in alike:
            state.update(self.after)
        return others


def _getter(names: list[str]) -> Callable[[State], tuple[Any, ...]]:
    """A function that gives the values of these names as a tuple."""
    if len(names) > 1:
        return itemgetter(*names)
    return (lambda state: (state[names[0]],)) if names else lambda state: ()
