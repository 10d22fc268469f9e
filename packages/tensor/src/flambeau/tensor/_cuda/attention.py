"""Attention and its gradients, a tile of scores at a time."""

from __future__ import annotations

import math
import struct

from .._reference.attention import _batch, _scale_of
from . import kernel
from ._source import FLOATS, Source

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


def _view(array, batch) -> tuple[int, ...]:
    """The steps of an array in elements, along four batch dimensions, rows and elements; 0 where it is broadcast."""
    if array is None:
        return (0,) * (DIMS + 2)
    steps = [0 if n == 1 else s // array.dtype.itemsize for n, s in zip(array.shape, array.strides, strict=True)]
    return (0,) * (DIMS + 2 - len(steps)) + tuple(steps)


class _Call:
    """One call of the kernels: what all of them are told."""

    def __init__(self, query, key, value, mask, result, grad, is_causal, scale, dropout) -> None:
        self.batch = _batch(query.shape, key.shape, value.shape)
        self.sizes = query.shape[-2], key.shape[-2], query.shape[-1], value.shape[-1]
        self.matrices = math.prod(self.batch)
        views = (n for array in (query, key, value, mask, result, grad) for n in _view(array, self.batch))
        sizes = (1,) * (DIMS - len(self.batch)) + self.batch
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


def _taken(query, key, value) -> bool:
    """Whether the kernels take such operands."""
    batch = _batch(query.shape, key.shape, value.shape)
    sizes = (*batch, query.shape[-2], key.shape[-2], query.shape[-1], value.shape[-1])
    return (
        query.dtype.name in FLOATS
        and max(sizes[-2:]) <= 128
        and len(batch) <= DIMS
        and min(sizes) > 0
        and math.prod(sizes) < 2**62
        and math.prod(batch) < 2**31
    )


def _empty_like(xp, query, shape):
    """A result in the order of the query: with heads inside of rows where that has them so."""
    if query.ndim > 2 and query.strides[-3] < query.strides[-2] and query.shape[-3] > 1:
        return xp.empty((*shape[:-3], shape[-2], shape[-3], shape[-1]), query.dtype).swapaxes(-3, -2)
    return xp.empty(shape, query.dtype)


@kernel
def attention(xp, query, key, value, attn_mask=None, is_causal=False, scale=None, dropout=None):
    if not _taken(query, key, value):
        return NotImplemented
    dtype = query.dtype
    batch = _batch(query.shape, key.shape, value.shape)
    result = _empty_like(xp, query, (*batch, query.shape[-2], value.shape[-1]))
    logsumexp = xp.empty((*batch, query.shape[-2]), xp.promote_types(dtype, "float32"))
    call = _Call(query, key, value, attn_mask, result, None, is_causal, scale, dropout)
    rows = 16 if call.width == 128 and dtype.itemsize == 8 else 32
    FORWARD.kernel(f"attention_{call.width}", dtype)(
        call.grid(call.sizes[0], rows), 4 * rows, 0, query, key, value, *call.masks, result, logsumexp, call.matrices,
        call.numbers, call.scale, call.dropout,
    )  # fmt: skip
    return result, logsumexp


@kernel
def attention_backward(xp, grad_output, query, key, value, attn_mask, result, logsumexp, is_causal, scale, dropout):
    if not _taken(query, key, value):
        return NotImplemented
    dtype = query.dtype
    call = _Call(query, key, value, attn_mask, result, grad_output, is_causal, scale, dropout)
    queries, keys, width, value_width = call.sizes
    logsumexp = xp.ascontiguousarray(logsumexp, dtype=xp.promote_types(dtype, "float32"))
    along = xp.empty(logsumexp.shape, logsumexp.dtype)
    grads = [xp.empty((*call.batch, *rest), dtype) for rest in ((queries, width), (keys, width), (keys, value_width))]
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
