"""Elements joined with those where indices say: several may go to one place."""

from __future__ import annotations

from .._composed.determinism import are_deterministic_algorithms_enabled, refuse_any_order
from .._reference._helpers import is_floating, narrowed, widened
from .._reference._indices import corner
from .._reference.scattering import _neutral
from . import kernel
from ._source import ALL, Source, is_known
from .indexing import along, by_index, flat, is_movable, on_a_copy, slices, write

SOURCE = Source("scattering")
NAMES = {
    "sum": "add_at_places",
    "mean": "add_at_places",
    "prod": "multiply_at_places",
    "amax": "greatest_at_places",
    "amin": "least_at_places",
}
INSTANCES = dict.fromkeys(NAMES.values(), ALL)


def add(xp, places, value):
    """Add to what is at the places: floats in any order, which may be refused."""
    if places is None or not is_known(places.data.dtype):
        return NotImplemented
    if is_floating(places.data.dtype):
        refuse_any_order()
    return write(xp, places, value, SOURCE, "add_at_places")


@on_a_copy("scatter_add")
def scatter_add(xp, input, dim, index, src):
    return add(xp, along(input, dim, index), corner(src, index.shape))


@on_a_copy("index_add")
def index_add(xp, input, dim, index, source, *, alpha=1):
    scaled = source if alpha == 1 else xp.multiply(source, xp.asarray(alpha, dtype=source.dtype))
    return add(xp, slices(input, dim, index), scaled)


@on_a_copy("index_put")
def index_put(xp, input, index, value, accumulate=False):
    if not is_movable(input):
        return NotImplemented
    places = by_index(input, index)
    return add(xp, places, value) if accumulate else write(xp, places, value)


@on_a_copy("put")
def put(xp, input, index, source, accumulate=False):
    if not is_movable(input):
        return NotImplemented
    places = flat(input, index)
    source = source.reshape(index.shape)
    return add(xp, places, source) if accumulate else write(xp, places, source)


def _reduced(xp, input, find, values, reduce, include_self):
    """``input`` reduced with ``values`` at the places that ``find`` gives of an array of its shape."""
    dtype = input.dtype
    if not is_known(dtype):
        return NotImplemented
    if is_floating(dtype):
        if reduce == "prod" and are_deterministic_algorithms_enabled():
            return NotImplemented  # the definition multiplies in order
        if reduce in ("sum", "mean"):
            refuse_any_order()
    result = widened(input)
    if result is input:
        result = input.copy()
    values = widened(values)
    places = find(result)
    if not include_self and write(xp, places, _neutral(xp, reduce, result.dtype)) is NotImplemented:
        return NotImplemented
    if write(xp, places, values, SOURCE, NAMES[reduce]) is NotImplemented:
        return NotImplemented
    if reduce == "mean":
        counts = xp.full(input.shape, 1 if include_self else 0, "int64")
        write(xp, find(counts), 1, SOURCE, "add_at_places")
        counts = xp.maximum(counts, 1).astype(result.dtype)
        result = result / counts if is_floating(result.dtype) else result // counts
    return narrowed(result, dtype)


@kernel
def scatter_reduce(xp, input, dim, index, src, reduce, *, include_self=True):
    values = corner(src, index.shape)
    return _reduced(xp, input, lambda array: along(array, dim, index), values, reduce, include_self)


@kernel
def index_reduce(xp, input, dim, index, source, reduce, *, include_self=True):
    return _reduced(xp, input, lambda array: slices(array, dim, index), source, reduce, include_self)
