"""Derivatives of attention."""

import flambeau.tensor as ft
from flambeau.tensor import ops

from .._rules import gradient


@gradient(ops.attention, "query", "key", "value", fused=True)
def attention(grad, query, key, value, attn_mask, result, logsumexp, is_causal, scale, dropout):
    return ops.attention_backward(grad, query, key, value, attn_mask, result, logsumexp, is_causal, scale, dropout)


@gradient(ops.attention, "attn_mask", fused=True)
def attention_mask(grad, query, key, value, attn_mask, result, logsumexp, scale, dropout):
    # As large as all scores, if the mask is: this one has the weights in memory.
    scale = max(query.shape[-1], 1) ** -0.5 if scale is None else scale
    scores = ft.matmul(query, key.transpose(-2, -1)) * scale + attn_mask
    slopes = ft.matmul(grad, value.transpose(-2, -1))
    if dropout is not None:
        slopes = ops.dropout(slopes, *dropout)
    return ft.exp(scores - logsumexp.unsqueeze(-1)) * (slopes - (grad * result).sum(-1, keepdim=True))
