"""Attention."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._types import T
from .noise import dropout

__all__ = ["multi_head_attention_forward", "scaled_dot_product_attention"]


def scaled_dot_product_attention(
    query: T,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> T:
    r"""For each query the mean of the values, weighted by how well their keys fit it.

    .. math:: y = \mathrm{softmax}\Bigl(\frac{Q K^T}{\sqrt{E}} + M\Bigr) \, V

    It is computed in tiles (Dao, 2023): the matrix of weights is never in memory, neither here nor in the backward
    pass. Only a mask of numbers that itself wants a gradient has that computed in one piece.

    Args:
        query: Tensor of shape (..., L, E).
        key: Tensor of shape (..., S, E).
        value: Tensor of shape (..., S, V); leading dimensions of the three broadcast.
        attn_mask: Tensor that broadcasts to (..., L, S): bool, True where a query sees a key, or numbers M that are
            added. A query that sees no key gives zeros.
        dropout_p: the probability of leaving a weight out; the others are scaled by ``1 / (1 - dropout_p)``.
        is_causal: whether query i sees only keys up to i; not together with ``attn_mask``.
        scale: what products of queries and keys are multiplied by; :math:`1 / \sqrt{E}` if not given.
        enable_gqa: whether there may be fewer heads (third dimension from the end) of ``key`` and ``value`` than of
            ``query``: each then serves several heads in a row.

    Returns:
        Tensor of shape (..., L, V).

    Raises:
        ShapeError: the shapes do not fit together.
        DTypeError: the dtypes differ, or the mask is neither bool nor of theirs.
        ValueError: both ``attn_mask`` and ``is_causal``, or ``dropout_p`` is not in [0, 1].

    Example:
        >>> import flambeau.nn.functional as F
        >>> query, key = ft.tensor([[1.0, 0.0]]), ft.tensor([[9.0, 0.0], [0.0, 9.0]])
        >>> F.scaled_dot_product_attention(query, key, ft.tensor([[1.0], [2.0]]), scale=10.0).tolist()
        [[1.0]]
    """
    q: Any
    k: Any
    v: Any
    q, k, v = query, key, value
    if not 0 <= dropout_p <= 1:
        name = "scaled_dot_product_attention"
        errors.value_error(name, "dropout_p", "a probability in [0, 1]", str(dropout_p))
    if enable_gqa:
        q, k, v, attn_mask = _grouped(q, k, v, attn_mask, *_heads(q, k, v))
    try:
        result = _attention(q, k, v, attn_mask, dropout_p, is_causal, scale)
    except (ValueError, TypeError) as error:
        errors.attribute(error, "attention", "scaled_dot_product_attention")
        raise
    return result.flatten(-4, -3) if enable_gqa else result


def _attention(query: Any, key: Any, value: Any, mask: Any, dropout_p: float, is_causal: bool, scale: Any) -> Any:
    dropout = None
    if dropout_p == 1:
        value, dropout_p = value * 0, 0.0
    if dropout_p:
        batch = ft.broadcast_shapes(query.shape[:-2], key.shape[:-2], value.shape[:-2])
        count = query.shape[-2] * key.shape[-2]
        for n in batch:
            count *= n
        dropout = (dropout_p, *ft.random.default_generator.reserve(count))
    return ft.ops.attention(query, key, value, mask, is_causal, scale, dropout)[0]


def _heads(query: Any, key: Any, value: Any) -> tuple[int, int]:
    """How many heads keys have, and how many of the queries' share one."""
    name = "scaled_dot_product_attention"
    for argument, x in (("query", query), ("key", key), ("value", value)):
        if x.ndim < 3:
            errors.shape_error(
                name, argument, "at least 3 dimensions (..., H, L, E) with enable_gqa", f"shape {x.shape}"
            )
    count, total = key.shape[-3], query.shape[-3]
    if value.shape[-3] != count or not count or total % count:
        wanted = f"as many heads as value's {value.shape[-3]}, a divisor of query's {total}"
        errors.shape_error(name, "key", wanted, f"shape {key.shape}")
    return count, total // count


def _grouped(query: Any, key: Any, value: Any, mask: Any, count: int, each: int) -> tuple[Any, ...]:
    """Heads that share keys in a dimension of their own, along which keys and values broadcast."""
    if mask is not None and mask.ndim >= 3:
        mask = mask.unsqueeze(-3) if mask.shape[-3] == 1 else mask.unflatten(-3, (count, each))
    return query.unflatten(-3, (count, each)), key.unsqueeze(-3), value.unsqueeze(-3), mask


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Any, Any]:
    r"""Attention by several heads, each on projections of its own (Vaswani et al., 2017).

    :class:`flambeau.nn.MultiheadAttention` holds the weights and says what the arguments mean.

    Args:
        query: Tensor of shape (L, N, E), or (L, E) without a batch.
        key: Tensor of shape (S, N, kdim), or (S, kdim).
        value: Tensor of shape (S, N, vdim), or (S, vdim).
        embed_dim_to_check: E.
        num_heads: a divisor of E.
        in_proj_weight: the projections of query, key and value, one below the other: Tensor of shape (3 E, E).
        in_proj_bias: Tensor of shape (3 E,), or None.
        bias_k: a further key for all: Tensor of shape (1, 1, E), or None.
        bias_v: the value that belongs to it, or None.
        add_zero_attn: whether there is a further key and value of zeros.
        dropout_p: the probability of leaving a weight out, in training.
        out_proj_weight: Tensor of shape (E, E).
        out_proj_bias: Tensor of shape (E,), or None.
        training: whether weights are left out.
        key_padding_mask: Tensor of shape (N, S): bool, True for keys that nobody sees, or numbers that are added.
        need_weights: whether the weights are wanted; without them they are never in memory.
        attn_mask: Tensor of shape (L, S) or (N num_heads, L, S): bool, True where a query does not see a key, or
            numbers.
        use_separate_proj_weight: whether the next three are used instead of ``in_proj_weight``.
        q_proj_weight: Tensor of shape (E, E).
        k_proj_weight: Tensor of shape (E, kdim).
        v_proj_weight: Tensor of shape (E, vdim).
        static_k: keys to use instead of those projected: Tensor of shape (N num_heads, S, E / num_heads), or None.
        static_v: values that belong to them, or None.
        average_attn_weights: whether the weights are the mean over the heads.
        is_causal: whether query i sees only keys up to i, where there is no ``attn_mask``.

    Returns:
        Tensor like ``query``; and the weights, of shape (N, L, S) or, not averaged, (N, num_heads, L, S), or None.

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> import flambeau.nn.functional as F
        >>> x, w = ft.ones(3, 1, 2), ft.eye(2)
        >>> arguments = (2, 1, ft.cat([w, w, w]), None, None, None, False, 0.0, w, None)
        >>> y, weights = F.multi_head_attention_forward(x, x, x, *arguments)
        >>> y.shape, weights.shape
        ((3, 1, 2), (1, 3, 3))
    """
    name = "multi_head_attention_forward"
    batched = _check_inputs(name, query, key, value, embed_dim_to_check)
    if not batched:
        query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    projections = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else in_proj_weight
    q, k, v = _projected(query, key, value, projections, in_proj_bias, num_heads)
    k, v = _fixed(name, "static_k", static_k, k), _fixed(name, "static_v", static_v, v)
    count = k.shape[2]
    added = _widths(num_heads, bias_k, bias_v)
    if added:
        k, v = (ft.cat([x, b.expand(x.shape[0], *b.shape)], 2) for x, b in zip((k, v), added, strict=True))
    if add_zero_attn:
        k, v = (ft.cat([x, ft.zeros_like(x[:, :, :1])], 2) for x in (k, v))
    mask = _joined_mask(name, attn_mask, key_padding_mask, (*q.shape[:3], count), k.shape[2] - count)
    dropped = dropout_p if training else 0.0
    weights = None
    if need_weights:
        if mask is None and is_causal:
            mask = _causal(q.shape[2], k.shape[2], q.device)
        heads, weights = _with_weights(q, k, v, mask, dropped)
        weights = weights.mean(1) if average_attn_weights else weights
    else:
        heads = scaled_dot_product_attention(q, k, v, mask, dropped, is_causal and mask is None)
    result = ft.linear(heads.permute(2, 0, 1, 3).flatten(-2), out_proj_weight, out_proj_bias)
    if batched:
        return result, weights
    return result.squeeze(1), None if weights is None else weights.squeeze(0)


def _check_inputs(name: str, query: Any, key: Any, value: Any, width: int) -> bool:
    """Whether there is a batch."""
    for argument, x in (("query", query), ("key", key), ("value", value)):
        if x.ndim != query.ndim or x.ndim not in (2, 3):
            wanted = "shape (L, N, E), or (L, E) for all three"
            errors.shape_error(name, argument, wanted, f"shape {tuple(x.shape)}")
    if query.shape[-1] != width:
        errors.shape_error(name, "query", f"last dimension {width}", f"shape {tuple(query.shape)}")
    if key.shape[:-1] != value.shape[:-1]:
        errors.shape_error(
            name, "value", f"leading dimensions {key.shape[:-1]} as key's", f"shape {tuple(value.shape)}"
        )
    if query.ndim == 3 and key.shape[1] != query.shape[1]:
        errors.shape_error(name, "key", f"a batch of {query.shape[1]} as query's", f"shape {tuple(key.shape)}")
    return query.ndim == 3


def _projected(query: Any, key: Any, value: Any, weights: Any, bias: Any, heads: int) -> tuple[Any, ...]:
    """Queries, keys and values as (N, heads, L, E / heads); by one product what is projected from one Tensor."""
    if query is key and key is value and isinstance(weights, Tensor):
        together = ft.linear(query, weights, bias).unflatten(-1, (3, heads, -1))
        return together.permute(2, 1, 3, 0, 4).unbind(0)
    parts = weights.chunk(3) if isinstance(weights, Tensor) else weights
    biases = (None, None, None) if bias is None else bias.chunk(3)
    each = zip((query, key, value), parts, biases, strict=True)
    return tuple(ft.linear(x, w, b).unflatten(-1, (heads, -1)).permute(1, 2, 0, 3) for x, w, b in each)


def _fixed(name: str, argument: str, given: Any, projected: Any) -> Any:
    """Keys or values that are given in their heads, or else those projected."""
    if given is None:
        return projected
    batch, heads, _, width = projected.shape
    if given.ndim != 3 or given.shape[::2] != (batch * heads, width):
        errors.shape_error(name, argument, f"shape ({batch * heads}, S, {width})", str(tuple(given.shape)))
    return given.unflatten(0, (batch, heads))


def _widths(heads: int, *biases: Any) -> list[Any]:
    """Further keys and values of shape (1, 1, E) as (heads, 1, E / heads)."""
    return [b.reshape(heads, 1, b.shape[-1] // heads) for b in biases if b is not None]


def _causal(queries: int, keys: int, device: Any) -> Any:
    return ft.arange(queries, device=device).unsqueeze(1) >= ft.arange(keys, device=device)


def _joined_mask(name: str, attn_mask: Any, padding: Any, shape: tuple[int, ...], further: int) -> Any:
    """Both masks as one that broadcasts to (N, heads, L, S), True where a query sees a key; `further` keys all see."""
    batch, heads, queries, keys = shape
    masks = []
    if attn_mask is not None:
        if attn_mask.shape not in ((queries, keys), (batch * heads, queries, keys)):
            wanted = f"shape {(queries, keys)} or {(batch * heads, queries, keys)}"
            errors.shape_error(name, "attn_mask", wanted, str(attn_mask.shape))
        masks.append(attn_mask if attn_mask.ndim == 2 else attn_mask.unflatten(0, (batch, heads)))
    if padding is not None:
        if padding.shape != (batch, keys):
            errors.shape_error(name, "key_padding_mask", f"shape {(batch, keys)}", str(padding.shape))
        masks.append(padding.reshape(batch, 1, 1, keys))
    if not masks:
        return None
    if all(mask.dtype.kind == "b" for mask in masks):
        hidden = masks[0] if len(masks) == 1 else masks[0] | masks[1]
        mask = ~hidden
    else:
        numbers = [ft.where(m, float("-inf"), 0.0) if m.dtype.kind == "b" else m for m in masks]
        mask = numbers[0] if len(numbers) == 1 else numbers[0] + numbers[1]
    if not further:
        return mask
    seen = ft.ones(*mask.shape[:-1], further, dtype=mask.dtype, device=mask.device)
    return ft.cat([mask, seen if mask.dtype.kind == "b" else seen * 0], -1)


def _with_weights(q: Any, k: Any, v: Any, mask: Any, dropped: float) -> tuple[Any, Any]:
    """Attention that also gives its weights."""
    scores = ft.matmul(q * q.shape[-1] ** -0.5, k.transpose(-2, -1))
    if mask is not None:
        scores = ft.where(mask, scores, float("-inf")) if mask.dtype.kind == "b" else scores + mask
        sees = (scores != float("-inf")).any(-1, keepdim=True)
        weights = ft.where(sees, ft.softmax(ft.where(sees, scores, 0), -1), 0)
    else:
        weights = ft.softmax(scores, -1)
    weights = dropout(weights, dropped)
    return ft.matmul(weights, v), weights
