"""Attention: means of values, weighted by how well their keys fit queries."""

import math

from .. import errors
from .._schema import Anything, Array, Bool, OptionalArray, OptionalNumber, operator
from . import _philox
from ._helpers import check_same_dtype, expands_to, fit, narrowed, widened


def _scale_of(scale, width):
    return scale if scale is not None else 1 / math.sqrt(max(width, 1))


def _scores(xp, query, key, attn_mask, is_causal, scale):
    """What each query thinks of each key: minus infinity where it does not see it."""
    scores = xp.matmul(query, key.swapaxes(-2, -1)) * _scale_of(scale, query.shape[-1])
    unseen = xp.asarray(float("-inf"), dtype=scores.dtype)
    if is_causal:
        scores = xp.where(_earlier(xp, *scores.shape[-2:]), scores, unseen)
    if attn_mask is None:
        return scores
    return xp.where(attn_mask, scores, unseen) if attn_mask.dtype.kind == "b" else scores + widened(attn_mask)


def _earlier(xp, queries, keys, **place):
    """Which keys are no later than a query."""
    return xp.arange(queries, **place)[:, None] >= xp.arange(keys, **place)


def _kept(xp, shape, dropout):
    """By what dropout multiplies each weight."""
    p, seed, offset = dropout
    kept = _philox.uniform(xp, math.prod(shape), seed, offset, "float32").reshape(shape) >= p
    return xp.where(kept, 1 / (1 - p), 0.0)


@operator(dtypes="float", real=True, auxiliary=("logsumexp",), function=False, method=False)
def attention(
    xp,
    query: Array,
    key: Array,
    value: Array,
    attn_mask: OptionalArray = None,
    is_causal: Bool = False,
    scale: OptionalNumber = None,
    dropout: Anything = None,
):
    """``softmax(scale * query @ key.mT + attn_mask) @ value``, without the matrix of weights in memory.

    Args:
        query: Tensor of shape (..., L, E).
        key: Tensor of shape (..., S, E).
        value: Tensor of shape (..., S, V); leading dimensions of the three broadcast.
        attn_mask: Tensor that broadcasts to (..., L, S): bool, True where a query sees a key, or numbers that are
            added to the scores. A query that sees no key gives zeros.
        is_causal: whether query i sees only keys up to i.
        scale: 1 / sqrt(E) if not given.
        dropout: None, or ``(p, seed, offset)``: weights are left out as ``ops.dropout`` of all weights does it.

    Returns:
        ``result`` of shape (..., L, V), and ``logsumexp``, of shape (..., L): that of each query's scores, infinite
        where it sees no key.

    Raises:
        ShapeError: the shapes do not fit together.
        DTypeError: the dtypes differ, or the mask is neither bool nor of the others' dtype.
        ValueError: both ``attn_mask`` and ``is_causal``, or a probability that is not in [0, 1).
    """
    q, k, v = widened(query), widened(key), widened(value)
    scores = _scores(xp, q, k, attn_mask, is_causal, scale)
    if scores.shape[-1] == 0:
        sums = xp.full(scores.shape[:-1], float("inf"), dtype=q.dtype)
        return narrowed(xp.matmul(scores, v), query.dtype), sums
    greatest = xp.max(scores, axis=-1, keepdims=True)
    greatest = xp.where(xp.isfinite(greatest), greatest, xp.zeros((), dtype=q.dtype))
    powers = xp.exp(scores - greatest)
    total = xp.sum(powers, axis=-1, keepdims=True)
    sees = total != 0
    sums = xp.where(sees, xp.log(total) + greatest, xp.asarray(float("inf"), dtype=q.dtype))
    weights = powers / xp.where(sees, total, xp.ones((), dtype=q.dtype))
    if dropout is not None:
        weights = weights * _kept(xp, weights.shape, dropout).astype(q.dtype)
    return narrowed(xp.matmul(weights, v), query.dtype), sums[..., 0]


@attention.check_shapes
def _(query, key, value, attn_mask, is_causal, scale, dropout):
    shapes = tuple(query.shape), tuple(key.shape), tuple(value.shape)
    for name, shape in zip(("query", "key", "value"), shapes, strict=True):
        if len(shape) < 2:
            errors.shape_error("attention", name, "at least 2 dimensions (..., L, E)", f"shape {shape}")
    check_same_dtype("attention", "key", key.dtype, "query", query.dtype)
    check_same_dtype("attention", "value", value.dtype, "query", query.dtype)
    if shapes[1][-1] != shapes[0][-1]:
        errors.shape_error("attention", "key", f"last dimension {shapes[0][-1]} as query's", f"shape {shapes[1]}")
    if shapes[2][-2] != shapes[1][-2]:
        errors.shape_error("attention", "value", f"{shapes[1][-2]} rows as key has", f"shape {shapes[2]}")
    for name, shape in (("key", shapes[1]), ("value", shapes[2])):
        if not fit(shape[:-2], shapes[0][:-2]) or not fit(shapes[1][:-2], shapes[2][:-2]):
            wanted = f"leading dimensions that broadcast with query's {shapes[0][:-2]}"
            errors.shape_error("attention", name, wanted, f"shape {shape}")
    if dropout is not None and not 0 <= dropout[0] < 1:
        errors.value_error("attention", "dropout", "a probability in [0, 1)", str(dropout[0]))
    if attn_mask is None:
        return
    if is_causal:
        errors.value_error("attention", "is_causal", "False where there is an attn_mask", "True", "use one of them")
    if attn_mask.dtype.kind != "b" and attn_mask.dtype != query.dtype:
        wanted = f"bool or query's dtype {query.dtype.name}"
        errors.dtype_error("attention", "attn_mask", wanted, attn_mask.dtype.name)
    wanted = (*_batch(*shapes), shapes[0][-2], shapes[1][-2])
    if not expands_to(attn_mask.shape, wanted):
        errors.shape_error(
            "attention", "attn_mask", f"a shape that broadcasts to {wanted}", str(tuple(attn_mask.shape))
        )


def _batch(*shapes):
    """The leading dimensions, broadcast."""
    longest = max(len(shape) for shape in shapes) - 2
    padded = [(1,) * (longest + 2 - len(shape)) + tuple(shape[:-2]) for shape in shapes]
    return tuple(next((n for n in sizes if n != 1), 1) for sizes in zip(*padded, strict=True))


@attention.composite
def _(query, key, value, attn_mask=None, is_causal=False, scale=None, dropout=None):
    import flambeau.tensor as ft

    scores = ft.matmul(query, key.transpose(-2, -1)) * _scale_of(scale, query.shape[-1])
    if is_causal:
        attn_mask = _earlier(ft, *scores.shape[-2:], device=scores.device)
    if attn_mask is not None:
        boolean = attn_mask.dtype.kind == "b"
        scores = ft.where(attn_mask, scores, float("-inf")) if boolean else scores + attn_mask
    if scores.shape[-1] == 0:
        return ft.matmul(scores, value)
    sees = (scores != float("-inf")).any(-1, keepdim=True)
    weights = ft.where(sees, ft.softmax(ft.where(sees, scores, 0), -1), 0)
    if dropout is not None:
        weights = ft.ops.dropout(weights, *dropout)
    return ft.matmul(weights, value)


@operator(
    outputs=("grad_query", "grad_key", "grad_value"),
    dtypes="float",
    real=True,
    function=False,
    method=False,
    differentiable=False,
)
def attention_backward(
    xp,
    grad_output: Array,
    query: Array,
    key: Array,
    value: Array,
    attn_mask: OptionalArray,
    result: Array,
    logsumexp: Array,
    is_causal: Bool,
    scale: OptionalNumber,
    dropout: Anything,
):
    """The gradients of :func:`attention` with respect to query, key and value, their leading dimensions broadcast.

    Args:
        grad_output: gradient of the result, of its shape.
        query: as in the forward pass.
        key: as in the forward pass.
        value: as in the forward pass.
        attn_mask: as in the forward pass.
        result: what the forward pass gave.
        logsumexp: what the forward pass gave.
        is_causal: as in the forward pass.
        scale: as in the forward pass.
        dropout: as in the forward pass.

    Returns:
        Tensors of shape (..., L, E), (..., S, E) and (..., S, V).
    """
    q, k, v, grad = widened(query), widened(key), widened(value), widened(grad_output)
    weights = xp.exp(_scores(xp, q, k, attn_mask, is_causal, scale) - widened(logsumexp)[..., None])
    by_weights = xp.matmul(grad, v.swapaxes(-2, -1))
    used = weights
    if dropout is not None:
        kept = _kept(xp, weights.shape, dropout).astype(q.dtype)
        used, by_weights = weights * kept, by_weights * kept
    along = xp.sum(grad * widened(result), axis=-1, keepdims=True)
    by_scores = weights * (by_weights - along) * _scale_of(scale, q.shape[-1])
    grads = (
        xp.matmul(by_scores, k),
        xp.matmul(by_scores.swapaxes(-2, -1), q),
        xp.matmul(used.swapaxes(-2, -1), grad),
    )
    return tuple(narrowed(g, query.dtype) for g in grads)
