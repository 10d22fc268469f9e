"""Attention, against loops over queries."""

import numpy as np

from ...errors import DTypeError, ShapeError
from ._info import SEVERAL_STEPS, OpInfo
from ._make import FLOATS, error, sample

INFINITY = float("inf")


def attention_samples(make):
    yield sample(make((4, 3)), make((5, 3)), make((5, 2)))
    yield sample(make((2, 1, 4, 3)), make((3, 5, 3)), make((2, 3, 5, 6)))  # leading dimensions broadcast
    yield sample(make((2, 4, 3)), make((2, 5, 3)), make((2, 5, 4)), make.bools((4, 5)))
    yield sample(make((2, 4, 3)), make((2, 5, 3)), make((2, 5, 4)), make((2, 1, 5)), False, 0.25)
    yield sample(make((2, 4, 3)), make((2, 5, 3)), make((2, 5, 4)), make((4, 5)))
    yield sample(make((2, 5, 3)), make((2, 4, 3)), make((2, 4, 2)), is_causal=True)
    yield sample(make((2, 4, 3)), make((2, 6, 3)), make((2, 6, 2)), None, True)
    blind = np.ones((3, 4), bool)
    blind[1] = False
    yield sample(make((3, 2)), make((4, 2)), make((4, 2)), make.array(blind))
    yield sample(make((3, 2)), make((4, 2)), make((4, 2)), make.values(np.where(blind, 0.5, -np.inf)), smooth=False)
    yield sample(make((2, 3, 4)), make((2, 5, 4)), make((2, 5, 4)), None, False, None, (0.5, 7, 3))
    yield sample(make((3, 4), layout="transposed"), make((5, 4), layout="strided"), make((5, 2), layout="reversed"))
    yield sample(make((0, 3, 2)), make((0, 4, 2)), make((0, 4, 2)))
    yield sample(make((0, 2)), make((4, 2)), make((4, 2)))
    yield sample(make((3, 2)), make((0, 2)), make((0, 2)))
    yield sample(make((3, 0)), make((4, 0)), make((4, 2)))
    yield sample(make.values([[1, np.nan], [0, 1]]), make((4, 2)), make((4, 2)), smooth=False)


def scores_of(q, k, attn_mask, is_causal, scale):
    """What each query of one item of the batch thinks of each key."""
    scale = 1 / np.sqrt(max(q.shape[-1], 1)) if scale is None else scale
    scores = np.zeros((len(q), len(k)))
    for i, row in enumerate(q):
        scores[i] = [scale * (row * other).sum() for other in k]
        if attn_mask is not None:
            scores[i] = (
                np.where(attn_mask[i], scores[i], -INFINITY) if attn_mask.dtype == bool else scores[i] + attn_mask[i]
            )
        if is_causal:
            scores[i, i + 1 :] = -INFINITY
    return scores


def weights_of(scores):
    """Weights and logsumexp of rows of scores."""
    weights, sums = np.zeros(scores.shape), np.full(len(scores), INFINITY)
    for i, row in enumerate(scores):
        if not np.all(row == -INFINITY):
            greatest = row.max()
            sums[i] = np.log(np.exp(row - greatest).sum()) + greatest
            weights[i] = np.exp(row - sums[i])
    return weights, sums


def factors_of(shape, dropout):
    """By what dropout multiplies the weights: the stream of random numbers is another operator's business."""
    import flambeau.tensor as ft

    return 1.0 if dropout is None else ft.ops.dropout(ft.ones(shape, dtype=ft.float64), *dropout).numpy()


def items(query, key, value, attn_mask, is_causal, scale, dropout):
    """Of each item of the batch its index, the three matrices, the scores, and by what weights are multiplied."""
    batch = np.broadcast_shapes(query.shape[:-2], key.shape[:-2], value.shape[:-2])
    q, k, v = (np.broadcast_to(x, batch + x.shape[-2:]) for x in (query, key, value))
    both = (*batch, q.shape[-2], k.shape[-2])
    mask = None if attn_mask is None else np.broadcast_to(attn_mask, both)
    factors = np.broadcast_to(factors_of(both, dropout), both)
    for b in np.ndindex(batch):
        scores = scores_of(q[b], k[b], None if mask is None else mask[b], is_causal, scale)
        yield b, q[b], k[b], v[b], scores, factors[b]


def attention(query, key, value, attn_mask=None, is_causal=False, scale=None, dropout=None):
    wide = np.float64 if query.dtype == np.float64 else np.float32
    query, key, value = (x.astype(np.float64) for x in (query, key, value))
    mask = attn_mask if attn_mask is None or attn_mask.dtype == bool else attn_mask.astype(np.float64)
    batch = np.broadcast_shapes(query.shape[:-2], key.shape[:-2], value.shape[:-2])
    result = np.zeros((*batch, query.shape[-2], value.shape[-1]))
    logsumexp = np.zeros(result.shape[:-1])
    for b, _, _, v, scores, factors in items(query, key, value, mask, is_causal, scale, dropout):
        weights, logsumexp[b] = weights_of(scores)
        result[b] = (weights * factors) @ v
    return result, logsumexp.astype(wide)


def narrow_result(query, *args, **kwargs):
    result, logsumexp = attention(query, *args, **kwargs)
    return result.astype(query.dtype), logsumexp


def backward_samples(make):
    for call in attention_samples(make):
        args = [*call.args, *(None, False, None, None)[len(call.args) - 3 :]]
        if "is_causal" in call.kwargs:
            args[4] = True
        batch = np.broadcast_shapes(*(x.shape[:-2] for x in args[:3]))
        shape = (*batch, args[0].shape[-2], args[2].shape[-1])
        yield sample(make(shape), *args[:4], make(shape), make(shape[:-1], 1, 3), *args[4:], smooth=call.smooth)


def attention_backward(grad, query, key, value, attn_mask, result, logsumexp, is_causal, scale, dropout):
    """The derivatives of a softmax are ``weights * (slopes - along)``, along being the part that all scores have."""
    factor = 1 / np.sqrt(max(query.shape[-1], 1)) if scale is None else scale
    batch = grad.shape[:-2]
    grads = [np.zeros(batch + x.shape[-2:]) for x in (query, key, value)]
    for b, q, k, v, scores, factors in items(query, key, value, attn_mask, is_causal, scale, dropout):
        weights = np.exp(scores - logsumexp[b][:, None])
        along = (grad[b] * result[b]).sum(-1, keepdims=True)
        slopes = weights * (grad[b] @ v.T * factors - along) * factor
        grads[0][b], grads[1][b], grads[2][b] = slopes @ k, slopes.T @ q, (weights * factors).T @ grad[b]
    return grads


def attention_errors(make):
    q, k, v = make((4, 3)), make((5, 3)), make((5, 2))
    message = "attention(): argument 'query': expected at least 2 dimensions (..., L, E), got shape (3,)"
    yield error(ShapeError, message, make((3,)), k, v)
    yield error(
        ShapeError, "attention(): argument 'key': expected last dimension 3 as query's, got shape (5, 2)", q, v, v
    )
    yield error(ShapeError, "attention(): argument 'value': expected 5 rows as key has, got shape (4, 3)", q, k, q)
    message = (
        "attention(): argument 'key': expected leading dimensions that broadcast with query's (2,), got shape (3, 5, 3)"
    )
    yield error(ShapeError, message, make((2, 4, 3)), make((3, 5, 3)), make((5, 2)))
    message = "attention(): argument 'attn_mask': expected a shape that broadcasts to (4, 5), got (4, 4)"
    yield error(ShapeError, message, q, k, v, make.bools((4, 4)))
    message = "attention(): argument 'attn_mask': expected bool or query's dtype float32, got int64"
    yield error(DTypeError, message, q, k, v, make.integers((4, 5), 0, 2))
    message = "attention(): argument 'is_causal': expected False where there is an attn_mask, got True; use one of them"
    yield error(ValueError, message, q, k, v, make.bools((4, 5)), True)
    message = "attention(): argument 'dropout': expected a probability in [0, 1), got 1.5"
    yield error(ValueError, message, q, k, v, dropout=(1.5, 0, 0))
    message = "attention(): argument 'key': expected query's dtype float32, got float64"
    yield error(DTypeError, message, q, make.array(np.ones((5, 3)), np.float64), v)


ENTRIES = (
    OpInfo(
        "attention",
        attention_samples,
        narrow_result,
        FLOATS,
        errors=attention_errors,
        tolerance=SEVERAL_STEPS,
        widen=False,
        exact_dtype=True,
    ),
    OpInfo(
        "attention_backward", backward_samples, attention_backward, FLOATS, domain=(-1.0, 1.0), tolerance=SEVERAL_STEPS
    ),
)
