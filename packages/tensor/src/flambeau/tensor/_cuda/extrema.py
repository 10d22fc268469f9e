"""Greatest and smallest elements, and where they are."""

from __future__ import annotations

from . import kernel
from ._reduce import INT64, Reduction
from ._source import ALL, Source

SOURCE = Source("extrema")
INSTANCES = {
    f"{name}_{scheme}": ALL
    for name in ("amax", "amin", "argmax", "argmin")
    for scheme in ("rows", "columns", "partial")
}

_amax, _amin = Reduction(SOURCE, "amax", ALL), Reduction(SOURCE, "amin", ALL)
_argmax, _argmin = Reduction(SOURCE, "argmax", ALL, ordered=True), Reduction(SOURCE, "argmin", ALL, ordered=True)


def _place(reduction, xp, input, dim, keepdim, with_values):
    dtype = input.dtype
    made = reduction.plan(input, dim, keepdim, dtype)
    if made is None:
        return NotImplemented
    values = xp.empty(made.shape, dtype) if with_values else None
    places = xp.empty(made.shape, INT64)
    reduction.launch(xp, made, input, (values, places))
    return (values, places) if with_values else places


@kernel
def amax(xp, input, dim, keepdim):
    return _amax(xp, input, dim, keepdim, (input.dtype,))


@kernel
def amin(xp, input, dim, keepdim):
    return _amin(xp, input, dim, keepdim, (input.dtype,))


@kernel
def argmax(xp, input, dim, keepdim):
    return _place(_argmax, xp, input, dim, keepdim, False)


@kernel
def argmin(xp, input, dim, keepdim):
    return _place(_argmin, xp, input, dim, keepdim, False)


@kernel
def max_with_indices(xp, input, dim, keepdim):
    return _place(_argmax, xp, input, dim, keepdim, True)


@kernel
def min_with_indices(xp, input, dim, keepdim):
    return _place(_argmin, xp, input, dim, keepdim, True)
