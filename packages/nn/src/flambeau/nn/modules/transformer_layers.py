"""The layers of a Transformer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flambeau.tensor import Tensor, errors

from .. import functional as F
from ..functional._types import T
from ..module import Module
from ._check import check_size
from .attention import MultiheadAttention
from .dense import Linear
from .noise import Dropout
from .row_normalization import LayerNorm

__all__ = ["TransformerDecoderLayer", "TransformerEncoderLayer"]

ACTIVATIONS: dict[str, Callable[..., Any]] = {"relu": F.relu, "gelu": F.gelu}


class _Layer(Module):
    """What the layers of encoder and decoder share: attention to oneself, and two dense layers."""

    _attentions: tuple[str, ...]

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Any], Any] = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        layer = type(self).__name__
        check_size(layer, "dim_feedforward", dim_feedforward)
        if isinstance(activation, str) and activation not in ACTIVATIONS:
            errors.value_error(layer, "activation", "'relu', 'gelu' or a function", repr(activation))
        place: dict[str, Any] = {"device": device, "dtype": dtype}
        for name in self._attentions:
            attention = MultiheadAttention(d_model, nhead, dropout, bias=bias, batch_first=batch_first, **place)
            self.add_module(name, attention)
        self.linear1 = Linear(d_model, dim_feedforward, bias, **place)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **place)
        self.norm_first = norm_first
        for i in range(1, len(self._attentions) + 2):
            self.add_module(f"norm{i}", LayerNorm(d_model, layer_norm_eps, bias=bias, **place))
        for i in range(1, len(self._attentions) + 2):
            self.add_module(f"dropout{i}", Dropout(dropout))
        self.activation = ACTIVATIONS[activation] if isinstance(activation, str) else activation

    def _attended(self, name: str, number: int, x: Any, memory: Any, mask: Any, padding: Any, causal: bool) -> Any:
        attention, dropout = self.__dict__[name], self.__dict__[f"dropout{number}"]
        return dropout(attention(x, memory, memory, padding, False, mask, True, causal)[0])

    def _fed(self, number: int, x: Any) -> Any:
        inner = self.dropout(self.activation(self.linear1(x)))
        return self.__dict__[f"dropout{number}"](self.linear2(inner))

    def expected_input(self, input: Tensor) -> str | None:
        width = self.linear1.in_features
        return None if input.shape[-1:] == (width,) else f"(*, {width})"


class TransformerEncoderLayer(_Layer):
    r"""Attention of a sequence to itself, then two dense layers at each place; each with what came in added, and
    normalised (Vaswani et al., 2017).

    .. math:: h = \mathrm{norm}(x + \mathrm{attention}(x, x, x)), \qquad
        y = \mathrm{norm}(h + W_2 \, \sigma(W_1 h + b_1) + b_2)

    Args:
        d_model: E, the width of what comes in and goes out.
        nhead: how many heads the attention has.
        dim_feedforward: the width between the dense layers.
        dropout: the probability of leaving out, while training: attention weights, what is between the dense layers,
            and what is added.
        activation: the function between the dense layers: ``"relu"``, ``"gelu"`` or any other.
        layer_norm_eps: added to variances.
        batch_first: whether the batch is the first dimension, instead of the second.
        norm_first: normalise what goes into attention and dense layers, not what comes out (arXiv 2002.04745).
        bias: whether dense layers, projections and normalisations have biases.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (S, N, E), or (N, S, E) with ``batch_first``, or (S, E), to the same.

    Raises:
        ValueError: an argument is out of range, or ``nhead`` does not divide ``d_model``.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.TransformerEncoderLayer(d_model=8, nhead=2, batch_first=True)
        >>> layer(ft.randn(4, 5, 8)).shape
        (4, 5, 8)
    """

    _attentions = ("self_attn",)

    if TYPE_CHECKING:
        norm1: LayerNorm
        norm2: LayerNorm
        self_attn: MultiheadAttention

        def __call__(self, src: T, *args: Any, **kwargs: Any) -> T: ...

    def forward(
        self,
        src: T,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> T:
        """One layer's step.

        Args:
            src: the sequences.
            src_mask: who does not see whom, or what is added to the scores, as ``attn_mask`` of
                :class:`MultiheadAttention`.
            src_key_padding_mask: Tensor of shape (N, S): True where nobody looks.
            is_causal: whether each place sees only those up to it, where there is no ``src_mask``.
        """
        x: Any = src
        if self.norm_first:
            inner: Any = self.norm1(x)
            x = x + self._attended("self_attn", 1, inner, inner, src_mask, src_key_padding_mask, is_causal)
            return x + self._fed(2, self.norm2(x))
        x = self.norm1(x + self._attended("self_attn", 1, x, x, src_mask, src_key_padding_mask, is_causal))
        return self.norm2(x + self._fed(2, x))


class TransformerDecoderLayer(_Layer):
    r"""Attention of a sequence to itself and to another, then two dense layers at each place; each with what came in
    added, and normalised (Vaswani et al., 2017).

    .. math:: g = \mathrm{norm}(x + \mathrm{attention}(x, x, x)), \quad
        h = \mathrm{norm}(g + \mathrm{attention}(g, m, m)), \quad
        y = \mathrm{norm}(h + W_2 \, \sigma(W_1 h + b_1) + b_2)

    Args:
        d_model: E, the width of what comes in and goes out.
        nhead: how many heads each attention has.
        dim_feedforward: the width between the dense layers.
        dropout: the probability of leaving out, while training: attention weights, what is between the dense layers,
            and what is added.
        activation: the function between the dense layers: ``"relu"``, ``"gelu"`` or any other.
        layer_norm_eps: added to variances.
        batch_first: whether the batch is the first dimension, instead of the second.
        norm_first: normalise what goes into attention and dense layers, not what comes out.
        bias: whether dense layers, projections and normalisations have biases.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (T, N, E) and the memory (S, N, E), or N first with ``batch_first``, or both without N, to (T, N, E).

    Raises:
        ValueError: an argument is out of range, or ``nhead`` does not divide ``d_model``.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.TransformerDecoderLayer(d_model=8, nhead=2, batch_first=True)
        >>> layer(ft.randn(4, 3, 8), ft.randn(4, 5, 8)).shape
        (4, 3, 8)
    """

    _attentions = ("self_attn", "multihead_attn")

    if TYPE_CHECKING:
        norm1: LayerNorm
        norm2: LayerNorm
        norm3: LayerNorm

        def __call__(self, tgt: T, memory: Tensor, *args: Any, **kwargs: Any) -> T: ...

    def forward(
        self,
        tgt: T,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> T:
        """One layer's step.

        Args:
            tgt: the sequences that are decoded.
            memory: what the encoder gave.
            tgt_mask: who does not see whom among ``tgt``, or what is added to the scores.
            memory_mask: the same of ``tgt`` and ``memory``.
            tgt_key_padding_mask: Tensor of shape (N, T): True where nobody looks.
            memory_key_padding_mask: Tensor of shape (N, S): True where nobody looks.
            tgt_is_causal: whether each place sees only those up to it, where there is no ``tgt_mask``.
            memory_is_causal: the same of ``memory``.
        """
        x: Any = tgt
        own = (tgt_mask, tgt_key_padding_mask, tgt_is_causal)
        other = (memory_mask, memory_key_padding_mask, memory_is_causal)
        if self.norm_first:
            inner: Any = self.norm1(x)
            x = x + self._attended("self_attn", 1, inner, inner, *own)
            x = x + self._attended("multihead_attn", 2, self.norm2(x), memory, *other)
            return x + self._fed(3, self.norm3(x))
        x = self.norm1(x + self._attended("self_attn", 1, x, x, *own))
        x = self.norm2(x + self._attended("multihead_attn", 2, x, memory, *other))
        return self.norm3(x + self._fed(3, x))
