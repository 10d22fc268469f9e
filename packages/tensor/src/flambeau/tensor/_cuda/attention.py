"""Attention and its gradients: by cuDNN where that pays, else by kernels of our own, a tile of scores at a time."""

from __future__ import annotations

import functools
import math
import struct

from .._composed.determinism import are_deterministic_algorithms_enabled
from .._reference.attention import _batch, _scale_of
from . import _cudnn, kernel
from ._copy import dense
from ._plans import keep
from ._source import FLOATS, Source, is_float, wide

FORWARD, BACKWARD = Source("attention"), Source("attention_backward")
INSTANCES = dict.fromkeys(
    (
        "attention_64", "attention_128", "attention_along", "attention_queries_64", "attention_queries_128",
        "attention_keys_64", "attention_keys_128",
    ),
    FLOATS,
)  # fmt: skip

MOST_MATRICES = 65535  # that a grid has room for along its second dimension; blocks take the others after these
DIMS = 4  # batch dimensions that kernels know


def _view(array) -> tuple[int, ...]:
    """The steps of an array in elements, along four batch dimensions, rows and elements; 0 where it is broadcast."""
    if array is None:
        return (0,) * (DIMS + 2)
    steps = [0 if n == 1 else s // array.dtype.itemsize for n, s in zip(array.shape, array.strides, strict=True)]
    return (0,) * (DIMS + 2 - len(steps)) + tuple(steps)


class _Call:
    """One call of the kernels: what all of them are told."""

    def __init__(self, batch, query, key, value, mask, result, grad, is_causal, scale, dropout) -> None:
        self.sizes = query.shape[-2], key.shape[-2], query.shape[-1], value.shape[-1]
        self.matrices = math.prod(batch)
        views = (n for array in (query, key, value, mask, result, grad) for n in _view(array))
        sizes = (1,) * (DIMS - len(batch)) + batch
        self.numbers = struct.pack("36q4I5i4x", *views, *sizes, *self.sizes, is_causal)
        self.scale = float(_scale_of(scale, self.sizes[2]))
        p, seed, offset = dropout or (0.0, 0, 0)
        self.dropout = struct.pack("QQff", seed % 2**64, offset % 2**64, p, 1 / (1 - p))
        boolean = mask is not None and mask.dtype.kind == "b"
        self.masks = (mask, None) if boolean else (None, mask)
        self.width = 64 if max(self.sizes[2:]) <= 64 else 128

    def grid(self, count: int, rows: int) -> tuple[int, int]:
        """Blocks of so many rows each for every matrix."""
        return -(-count // rows), min(self.matrices, MOST_MATRICES)


@functools.lru_cache(maxsize=1024)
def _taken(dtype, query, key, value) -> tuple[int, ...] | None:
    """The batch dimensions of operands of these shapes, if the kernels take them; None for others."""
    batch = _batch(query, key, value)
    sizes = (*batch, query[-2], key[-2], query[-1], value[-1])
    taken = (
        is_float(dtype)
        and max(sizes[-2:]) <= 128
        and len(batch) <= DIMS
        and min(sizes) > 0
        and math.prod(sizes) < 2**62
        and math.prod(batch) < 2**31
    )
    return batch if taken else None


# How many scores a head must have for cuDNN's kernels, which are compiled for about a second for each shape.
FEWEST_SCORES = 128 * 128

_plans: dict[tuple, object] = {}  # by what cuDNN is told
_found: dict[tuple, object] = {}  # by what of operands that depends on
_MOST_PLANS, _MOST_FOUND = 256, 1024


def _heads(array, ndim: int):
    """The sizes and steps of an array of ``ndim`` dimensions as cuDNN has them: (batch, heads, rows, elements)."""
    before = (1,) * (ndim - array.ndim) + tuple(array.shape)
    heads = (1,) if ndim == 3 else ()  # a batch, of one head each
    sizes = (1,) * (4 - ndim - len(heads)) + before[: ndim - 2] + heads + before[ndim - 2 :]
    steps = iter(reversed([s for n, s in zip(array.shape, array.strides, strict=True) if n != 1]))
    steps = [next(steps) // array.dtype.itemsize if n != 1 else None for n in reversed(sizes)]
    filled = zip(reversed(steps), _cudnn.dense(sizes), strict=True)
    return sizes, tuple(usual if step is None else step for step, usual in filled)


def _is_readable(array, layout) -> bool:
    """Whether cuDNN reads an array as it is: elements next to one another, rows at addresses of 16 bytes."""
    _, steps = layout
    return steps[3] == 1 and all(s % 8 == 0 and s > 0 for s in steps[:3]) and array.data.ptr % 16 == 0


def _by_cudnn(xp, query, key, value, mask, result, grad, is_causal, scale, dropout):
    """cuDNN's plan for the forward pass, or with ``grad`` for the backward one; None where the kernels do it."""
    if query.dtype.itemsize != 2 or dropout is not None:
        return None
    library = _cudnn.library(xp)
    if library is None:
        return None
    arrays = query, key, value, mask, result, grad
    options = is_causal, scale, are_deterministic_algorithms_enabled(), library, library.device()
    known = (*[None if a is None else (a.dtype, a.shape, a.strides, a.data.ptr & 15) for a in arrays], *options)
    plan = _found.get(known, known)
    if plan is known:
        plan = keep(_found, known, _planned(library, *arrays, is_causal, scale), _MOST_FOUND)
    return plan


def _planned(library, query, key, value, mask, result, grad, is_causal, scale):
    """The plan for such arrays, or None."""
    widths, scores = (query.shape[-1], value.shape[-1]), query.shape[-2] * key.shape[-2]
    if scores < FEWEST_SCORES or any(w % 8 for w in widths):
        return None
    if query.shape[:-2] != key.shape[:-2] or key.shape[:-2] != value.shape[:-2]:
        return None
    if (is_causal and query.shape[-2] != key.shape[-2]) or (mask is not None and mask.dtype.kind == "b"):
        return None
    ndim = query.ndim
    if ndim > 4:
        return None
    arrays = query, key, value, mask, result, grad
    layouts = [None if array is None else _heads(array, ndim) for array in arrays]
    if not all(array is None or _is_readable(array, layout) for array, layout in zip(arrays, layouts, strict=True)):
        return None
    options = is_causal, float(_scale_of(scale, widths[0])), are_deterministic_algorithms_enabled()
    what = (grad is not None, query.dtype, *layouts, *options, library, library.device())
    if what not in _plans:
        described = _cudnn.Attention(grad is not None, query.dtype.name, *layouts, *options)
        keep(_plans, what, library.plan(described), _MOST_PLANS)
    return _plans[what]


def _empty_like(xp, query, shape):
    """A result in the order of the query: with heads inside of rows where that has them so."""
    if query.ndim > 2 and query.strides[-3] < query.strides[-2] and query.shape[-3] > 1:
        return xp.empty((*shape[:-3], shape[-2], shape[-3], shape[-1]), query.dtype).swapaxes(-3, -2)
    return xp.empty(shape, query.dtype)


@kernel
def attention(xp, query, key, value, attn_mask=None, is_causal=False, scale=None, dropout=None):
    dtype = query.dtype
    batch = _taken(dtype, query.shape, key.shape, value.shape)
    if batch is None:
        return NotImplemented
    result = _empty_like(xp, query, (*batch, query.shape[-2], value.shape[-1]))
    logsumexp = xp.empty((*batch, query.shape[-2]), wide(dtype))
    plan = _by_cudnn(xp, query, key, value, attn_mask, result, None, is_causal, scale, dropout)
    if plan is not None:
        _cudnn.run(xp, plan, query, key, value, attn_mask, result, logsumexp)
        return result, logsumexp
    call = _Call(batch, query, key, value, attn_mask, result, None, is_causal, scale, dropout)
    rows = 16 if call.width == 128 and dtype.itemsize == 8 else 32
    FORWARD.kernel(f"attention_{call.width}", dtype)(
        call.grid(call.sizes[0], rows), 4 * rows, 0, query, key, value, *call.masks, result, logsumexp, call.matrices,
        call.numbers, call.scale, call.dropout,
    )  # fmt: skip
    return result, logsumexp


@kernel
def attention_backward(xp, grad_output, query, key, value, attn_mask, result, logsumexp, is_causal, scale, dropout):
    dtype = query.dtype
    batch = _taken(dtype, query.shape, key.shape, value.shape)
    if batch is None:
        return NotImplemented
    call = _Call(batch, query, key, value, attn_mask, result, grad_output, is_causal, scale, dropout)
    queries, keys, width, value_width = call.sizes
    logsumexp = dense(logsumexp.astype(wide(dtype), copy=False))
    grads = [xp.empty((*batch, *rest), dtype) for rest in ((queries, width), (keys, width), (keys, value_width))]
    plan = _by_cudnn(xp, query, key, value, attn_mask, result, grad_output, is_causal, scale, dropout)
    if plan is not None:
        _cudnn.run(xp, plan, query, key, value, attn_mask, result, grad_output, logsumexp, *grads)
        return tuple(grads)
    along = xp.empty(logsumexp.shape, logsumexp.dtype)
    BACKWARD.kernel("attention_along", dtype)(
        call.grid(queries, 4), 128, 0, grad_output, result, along, call.matrices, call.numbers
    )
    rows = 32 * 64 // call.width // (2 if dtype.itemsize == 8 else 1)
    given = (grad_output, query, key, value, *call.masks, logsumexp, along)
    told = (call.matrices, call.numbers, call.scale, call.dropout)
    BACKWARD.kernel(f"attention_queries_{call.width}", dtype)(
        call.grid(queries, rows), 4 * rows, 0, *given, grads[0], *told
    )
    BACKWARD.kernel(f"attention_keys_{call.width}", dtype)(
        call.grid(keys, rows), 4 * rows, 0, *given, grads[1], grads[2], *told
    )
    return tuple(grads)
