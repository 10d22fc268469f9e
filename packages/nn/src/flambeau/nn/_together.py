"""Running an in-place function over many sets of Tensors in one pass over memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flambeau.autograd import no_grad
from flambeau.tensor import Tensor


def together(function: Callable[..., Any], sets: Iterable[Sequence[Tensor]]) -> None:
    """Call ``function`` on each set of Tensors, the first of which it changes in place.

    It is made of pointwise operators and numbers, so that it can be run once on stand-ins; what the program found so
    cannot run over, such as memory in another order, is done one by one.
    """
    # Not when this module is loaded: most programs never need it.
    from flambeau.tensor._tracing import NotPointwise, Update

    kinds: dict[Any, list[list[Tensor]]] = {}
    for each in sets:
        plain = [x.data for x in each]
        kinds.setdefault(tuple(x.dtype for x in plain), []).append(plain)
    with no_grad():
        for dtypes, alike in kinds.items():
            try:
                update = Update()
                function(*map(update.stand_in, dtypes))
                rest = update.run(alike)
            except NotPointwise:
                rest = alike
            for each in rest:
                function(*each)
