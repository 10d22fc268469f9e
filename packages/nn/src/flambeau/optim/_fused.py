"""One program for the step of all parameters: an optimizer's ``update`` is run once on stand-ins and written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flambeau.tensor import Tensor
from flambeau.tensor._tracing import NotPointwise, StandIn, Update

if TYPE_CHECKING:
    from .optimizer import Optimizer, State

_SIMPLE = (bool, int, float, str, type(None))
Entry = tuple[Tensor, Tensor, "State"]  # parameter, gradient, state


def step(optimizer: Optimizer, entries: list[Entry], options: dict[str, Any], maximize: bool) -> None:
    """Update parameters of one group: in one pass over memory where ``update`` allows it, else one by one."""
    for alike in _alike(entries).values():
        try:
            rest = _run(optimizer, alike, options, maximize)
        except NotPointwise:
            rest = alike
        for p, g, state in rest:
            optimizer.update(p, -g if maximize else g, state, **options)


def _alike(entries: list[Entry]) -> dict[Any, list[Entry]]:
    """Entries for which ``update`` does the same: of the same dtypes, and with the same numbers in their states."""
    groups: dict[Any, list[Entry]] = {}
    for p, g, state in entries:
        kinds = tuple((name, _kind(value)) for name, value in state.items())
        groups.setdefault((p.dtype, g.dtype, kinds), []).append((p, g, state))
    return groups


def _kind(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.dtype
    return value if isinstance(value, _SIMPLE) else id(value)


def _run(optimizer: Optimizer, entries: list[Entry], options: dict[str, Any], maximize: bool) -> list[Entry]:
    """Run the update of entries that are alike; gives those it could not run over."""
    p, g, state = entries[0]
    if any(not isinstance(value, (Tensor, *_SIMPLE)) for value in state.values()):
        raise NotPointwise("a state with values that an update could change in place")
    update = Update()
    stand_p, stand_g = update.stand_in(p.dtype), update.stand_in(g.dtype)
    tensors = [name for name, value in state.items() if isinstance(value, Tensor)]
    stand_state = {n: update.stand_in(v.dtype) if isinstance(v, Tensor) else v for n, v in state.items()}
    stands = {name: stand_state[name] for name in tensors}
    optimizer.update(stand_p, -stand_g if maximize else stand_g, stand_state, **options)
    if stand_g.changed_last is not None or list(stand_state) != list(state):
        raise NotPointwise("an update that changes the gradient or what the state consists of")
    numbers = {name: value for name, value in stand_state.items() if name not in stands}
    replaced = any(stand_state[name] is not stand for name, stand in stands.items())
    if replaced or any(isinstance(value, StandIn) for value in numbers.values()):
        raise NotPointwise("an update that puts new Tensors into the state")
    sets = [[p, g, *(state[name] for name in tensors)] for p, g, state in entries]
    left = {id(each) for each in update.run(sets)}
    rest = []
    for entry, each in zip(entries, sets, strict=True):
        if id(each) in left:
            rest.append(entry)
        else:
            entry[2].update(numbers)
    return rest
