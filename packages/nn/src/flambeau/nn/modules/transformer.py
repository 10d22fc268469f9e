"""Stacks of Transformer layers."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from .. import functional as F
from .. import init
from ..functional._types import T
from ..module import Module
from ._check import check_size
from .container import ModuleList
from .row_normalization import LayerNorm
from .transformer_layers import TransformerDecoderLayer, TransformerEncoderLayer

__all__ = ["Transformer", "TransformerDecoder", "TransformerEncoder"]


class _Stack(Module):
    def __init__(self, layer: Module, num_layers: int, norm: Module | None) -> None:
        super().__init__()
        check_size(type(self).__name__, "num_layers", num_layers)
        self.layers = ModuleList(copy.deepcopy(layer) for _ in range(num_layers))
        self.num_layers = num_layers
        self.add_module("norm", norm)

    norm: Module | None


class TransformerEncoder(_Stack):
    """Layers one upon the other, each a copy of one, and a normalisation at the end.

    Args:
        encoder_layer: what is copied, with its weights: a :class:`TransformerEncoderLayer`.
        num_layers: how many copies.
        norm: a module that the result goes through, or None.
        enable_nested_tensor: not used: there are no nested tensors.
        mask_check: not used.

    Shape:
        That of the layer.

    Example:
        >>> import flambeau.nn as nn
        >>> encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2), num_layers=3)
        >>> encoder(ft.randn(5, 4, 8)).shape
        (5, 4, 8)
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__(encoder_layer, num_layers, norm)

    if TYPE_CHECKING:

        def __call__(self, src: T, *args: Any, **kwargs: Any) -> T: ...

    def forward(
        self,
        src: T,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> T:
        """All layers' steps; arguments as for :meth:`TransformerEncoderLayer.forward`."""
        x: Any = src
        for layer in self.layers:
            x = layer(x, src_mask=mask, src_key_padding_mask=src_key_padding_mask, is_causal=bool(is_causal))
        return x if self.norm is None else self.norm(x)


class TransformerDecoder(_Stack):
    """Layers one upon the other, each a copy of one, and a normalisation at the end.

    Args:
        decoder_layer: what is copied, with its weights: a :class:`TransformerDecoderLayer`.
        num_layers: how many copies.
        norm: a module that the result goes through, or None.

    Shape:
        That of the layer.

    Example:
        >>> import flambeau.nn as nn
        >>> decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2), num_layers=3)
        >>> decoder(ft.randn(3, 4, 8), ft.randn(5, 4, 8)).shape
        (3, 4, 8)
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__(decoder_layer, num_layers, norm)

    if TYPE_CHECKING:

        def __call__(self, tgt: T, memory: Tensor, *args: Any, **kwargs: Any) -> T: ...

    def forward(
        self,
        tgt: T,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> T:
        """All layers' steps; arguments as for :meth:`TransformerDecoderLayer.forward`."""
        x: Any = tgt
        for layer in self.layers:
            x = layer(
                x,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
                tgt_is_causal=bool(tgt_is_causal),
                memory_is_causal=memory_is_causal,
            )
        return x if self.norm is None else self.norm(x)


class Transformer(Module):
    """An encoder of one sequence, and a decoder of another that looks at what the encoder gave (Vaswani et al., 2017).

    Args:
        d_model: E, the width of what comes in and goes out.
        nhead: how many heads each attention has.
        num_encoder_layers: how many layers the encoder has.
        num_decoder_layers: how many layers the decoder has.
        dim_feedforward: the width between the dense layers.
        dropout: the probability of leaving out, while training.
        activation: the function between the dense layers: ``"relu"``, ``"gelu"`` or any other.
        custom_encoder: a module to use for an encoder, or None.
        custom_decoder: a module to use for a decoder, or None.
        layer_norm_eps: added to variances.
        batch_first: whether the batch is the first dimension, instead of the second.
        norm_first: normalise what goes into attention and dense layers, not what comes out.
        bias: whether dense layers, projections and normalisations have biases.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (S, N, E) and (T, N, E), or N first with ``batch_first``, or both without N, to (T, N, E).

    Raises:
        ValueError: an argument is out of range, or ``nhead`` does not divide ``d_model``.

    Example:
        >>> import flambeau.nn as nn
        >>> net = nn.Transformer(8, 2, 1, 1, dim_feedforward=16)
        >>> net(ft.randn(5, 4, 8), ft.randn(3, 4, 8)).shape
        (3, 4, 8)
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Any], Any] = F.relu,
        custom_encoder: Module | None = None,
        custom_decoder: Module | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        options = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias)

        def norm() -> LayerNorm:
            return LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)

        if custom_encoder is None:
            layer: Module = TransformerEncoderLayer(*options, device=device, dtype=dtype)
            custom_encoder = TransformerEncoder(layer, num_encoder_layers, norm())
        if custom_decoder is None:
            layer = TransformerDecoderLayer(*options, device=device, dtype=dtype)
            custom_decoder = TransformerDecoder(layer, num_decoder_layers, norm())
        self.encoder: Any = custom_encoder
        self.decoder: Any = custom_decoder
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first

    if TYPE_CHECKING:

        def __call__(self, src: Tensor, tgt: T, *args: Any, **kwargs: Any) -> T: ...

    def forward(
        self,
        src: Tensor,
        tgt: T,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> T:
        """Encode ``src``, then decode ``tgt`` with it.

        Args:
            src: the sequences that are encoded.
            tgt: the sequences that are decoded.
            src_mask: who does not see whom among ``src``: bool, True where not, or numbers to add to scores.
            tgt_mask: the same among ``tgt``.
            memory_mask: the same of ``tgt`` and what the encoder gave.
            src_key_padding_mask: Tensor of shape (N, S): True where nobody looks.
            tgt_key_padding_mask: Tensor of shape (N, T): True where nobody looks.
            memory_key_padding_mask: Tensor of shape (N, S): True where nobody looks.
            src_is_causal: whether each place sees only those up to it, where there is no mask.
            tgt_is_causal: the same among ``tgt``.
            memory_is_causal: the same of what the encoder gave.
        """
        batch = 0 if self.batch_first else 1
        if src.ndim == 3 and (tgt.ndim != 3 or src.shape[batch] != tgt.shape[batch]):
            wanted = f"a batch of {src.shape[batch]} as src's, in dimension {batch}"
            errors.shape_error("Transformer", "tgt", wanted, f"shape {tuple(tgt.shape)}")
        for name, x in (("src", src), ("tgt", tgt)):
            if x.shape[-1:] != (self.d_model,):
                errors.shape_error("Transformer", name, f"shape (*, {self.d_model})", str(tuple(x.shape)))
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal)
        result: T = self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )
        return result

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Tensor:
        """The mask with which each place sees only those up to it: -inf above the diagonal, 0 elsewhere.

        Args:
            sz: how many places.
            device: where to make it.
            dtype: its dtype.

        Example:
            >>> import flambeau.nn as nn
            >>> nn.Transformer.generate_square_subsequent_mask(2).tolist()
            [[0.0, -inf], [0.0, 0.0]]
        """
        return ft.triu(ft.full((sz, sz), float("-inf"), dtype=dtype, device=device), diagonal=1)
