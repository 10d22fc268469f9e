"""Attention layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor, errors

from .. import functional as F
from .. import init
from ..module import Module
from ..parameter import Parameter
from ._check import check_size
from .dense import Linear

__all__ = ["MultiheadAttention"]


class MultiheadAttention(Module):
    r"""Attention by several heads, each on projections of its own (Vaswani et al., 2017).

    .. math:: y = [h_1, \dots, h_n] \, W^T + b \quad\text{where}\quad
        h_i = \mathrm{attention}(Q W_{Qi}^T, K W_{Ki}^T, V W_{Vi}^T)

    Args:
        embed_dim: E, the width of queries and results.
        num_heads: how many heads; each has width E / num_heads.
        dropout: the probability of leaving a weight out while training.
        bias: whether projections have biases.
        add_bias_kv: whether there is a further, trained key and value.
        add_zero_attn: whether there is a further key and value of zeros.
        kdim: the width of keys; E if not given.
        vdim: the width of values; E if not given.
        batch_first: whether the batch is the first dimension, instead of the second.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        query (L, N, E), key (S, N, kdim), value (S, N, vdim) to (L, N, E), and weights (N, L, S); all without N for one
        sequence; N first with ``batch_first``.

    Raises:
        ValueError: an argument is out of range, or ``num_heads`` does not divide ``embed_dim``.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.MultiheadAttention(8, 2, batch_first=True)
        >>> x = ft.randn(4, 5, 8)
        >>> y, weights = layer(x, x, x)
        >>> y.shape, weights.shape
        ((4, 5, 8), (4, 5, 5))
    """

    in_proj_weight: Parameter | None
    q_proj_weight: Parameter | None
    k_proj_weight: Parameter | None
    v_proj_weight: Parameter | None
    in_proj_bias: Parameter | None
    bias_k: Parameter | None
    bias_v: Parameter | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        check_size("MultiheadAttention", "embed_dim", embed_dim)
        check_size("MultiheadAttention", "num_heads", num_heads)
        if embed_dim % num_heads:
            errors.value_error("MultiheadAttention", "num_heads", f"a divisor of embed_dim {embed_dim}", str(num_heads))
        if not 0 <= dropout <= 1:
            errors.value_error("MultiheadAttention", "dropout", "a probability in [0, 1]", str(dropout))
        self.embed_dim, self.num_heads, self.dropout, self.batch_first = embed_dim, num_heads, dropout, batch_first
        self.kdim, self.vdim = embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim
        check_size("MultiheadAttention", "kdim", self.kdim)
        check_size("MultiheadAttention", "vdim", self.vdim)
        self.add_zero_attn = add_zero_attn

        def parameter(name: str, wanted: bool, *shape: int) -> None:
            made = Parameter(ft.empty(*shape, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, made)

        alike = self.kdim == embed_dim == self.vdim
        parameter("q_proj_weight", not alike, embed_dim, embed_dim)
        parameter("k_proj_weight", not alike, embed_dim, self.kdim)
        parameter("v_proj_weight", not alike, embed_dim, self.vdim)
        parameter("in_proj_weight", alike, 3 * embed_dim, embed_dim)
        parameter("in_proj_bias", bias, 3 * embed_dim)
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, device=device, dtype=dtype)
        parameter("bias_k", add_bias_kv, 1, 1, embed_dim)
        parameter("bias_v", add_bias_kv, 1, 1, embed_dim)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        for bias in (self.in_proj_bias, self.out_proj.bias):
            if bias is not None:
                init.zeros_(bias)
        for further in (self.bias_k, self.bias_v):
            if further is not None:
                # Of the normal distribution of Glorot and Bengio, for as many inputs as outputs.
                init.normal_(further, std=(1 / self.embed_dim) ** 0.5)

    def expected_input(self, input: Tensor) -> str | None:
        return None if input.shape[-1:] == (self.embed_dim,) else f"(*, {self.embed_dim})"

    if TYPE_CHECKING:

        def __call__(self, query: Tensor, key: Tensor, value: Tensor, **options: Any) -> tuple[Variable, Any]: ...

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Variable, Any]:
        """Attention of queries to keys.

        Args:
            query: Tensor of shape (L, N, E).
            key: Tensor of shape (S, N, kdim).
            value: Tensor of shape (S, N, vdim).
            key_padding_mask: Tensor of shape (N, S): bool, True for keys that nobody sees, or numbers that are added.
            need_weights: whether the weights are wanted; without them they are never in memory, and it is faster.
            attn_mask: Tensor of shape (L, S) or (N num_heads, L, S): bool, True where a query does not see a key, or
                numbers that are added to the scores.
            average_attn_weights: whether the weights are the mean over the heads.
            is_causal: whether query i sees only keys up to i, where there is no ``attn_mask``.

        Returns:
            Tensor of shape (L, N, E); and the weights, or None.
        """
        turned = self.batch_first and query.ndim == 3
        if turned:
            # One Tensor for all three stays one: it is then projected by one product.
            swapped = {id(x): x.transpose(0, 1) for x in (query, key, value)}
            query, key, value = swapped[id(query)], swapped[id(key)], swapped[id(value)]
        result, weights = F.multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            self.training,
            key_padding_mask,
            need_weights,
            attn_mask,
            self.in_proj_weight is None,
            self.q_proj_weight,
            self.k_proj_weight,
            self.v_proj_weight,
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
        )
        return result.transpose(0, 1) if turned else result, weights
