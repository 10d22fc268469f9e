"""Vision transformer: Dosovitskiy and others, "An Image is Worth 16x16 Words" (arXiv:2010.11929)."""

from __future__ import annotations

import math

import flambeau.nn as nn
import flambeau.tensor as ft
from flambeau.nn import init
from flambeau.tensor import Tensor, errors

from ._builder import Builder
from ._initial import no_bias

__all__ = ["VisionTransformer", "vit_b_16", "vit_b_32", "vit_h_14", "vit_l_16", "vit_l_32"]


class MLPBlock(nn.Sequential):
    """Two linear layers with a GELU between."""

    def __init__(self, width: int, hidden: int, dropout: float) -> None:
        first, second = nn.Linear(width, hidden), nn.Linear(hidden, width)
        super().__init__(first, nn.GELU(), nn.Dropout(dropout), second, nn.Dropout(dropout))
        for layer in (first, second):
            init.xavier_uniform_(layer.weight)
            assert layer.bias is not None
            init.normal_(layer.bias, std=1e-6)


class EncoderBlock(nn.Module):
    """Self-attention and the linear layers, each after a norm and beside a shortcut."""

    def __init__(self, heads: int, width: int, hidden: int, dropout: float, attention_dropout: float) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(width, eps=1e-6)
        self.self_attention = nn.MultiheadAttention(width, heads, dropout=attention_dropout, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.ln_2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = MLPBlock(width, hidden, dropout)

    def forward(self, x: Tensor) -> Tensor:
        y = self.ln_1(x)
        attended, _ = self.self_attention(y, y, y, need_weights=False)
        x = self.dropout(attended) + x
        return x + self.mlp(self.ln_2(x))


class Encoder(nn.Module):
    """The positions' embedding, the blocks and a norm."""

    def __init__(
        self,
        length: int,
        layers: int,
        heads: int,
        width: int,
        hidden: int,
        dropout: float,
        attention_dropout: float,
    ) -> None:
        super().__init__()
        self.pos_embedding = nn.Parameter(ft.empty(1, length, width).normal_(0, 0.02))
        self.dropout = nn.Dropout(dropout)
        block = (heads, width, hidden, dropout, attention_dropout)
        self.layers = nn.Sequential({f"encoder_layer_{i}": EncoderBlock(*block) for i in range(layers)})
        self.ln = nn.LayerNorm(width, eps=1e-6)

    def forward(self, x: Tensor) -> Tensor:
        return self.ln(self.layers(self.dropout(x + self.pos_embedding)))


class VisionTransformer(nn.Module):
    """The image in patches, a transformer over them and a token for the class, and a linear layer on that token.

    Args:
        patch_size: height and width of a patch.
        num_layers: number of blocks.
        num_heads: number of attention heads.
        hidden_dim: width of a token.
        mlp_dim: width between a block's linear layers.
        image_size: height and width of the images.
        dropout: probability of the dropouts.
        attention_dropout: probability of the dropout of attention weights.
        num_classes: number of outputs.

    Shape:
        (N, 3, image_size, image_size) to (N, num_classes).

    Raises:
        ValueError: the image is not a whole number of patches.
    """

    def __init__(
        self,
        patch_size: int,
        num_layers: int,
        num_heads: int,
        hidden_dim: int,
        mlp_dim: int,
        image_size: int = 224,
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
        num_classes: int = 1000,
    ) -> None:
        super().__init__()
        if image_size % patch_size:
            errors.value_error(
                "VisionTransformer", "image_size", f"a multiple of patch_size={patch_size}", str(image_size)
            )
        self.image_size = image_size
        self.conv_proj = nn.Conv2d(3, hidden_dim, patch_size, stride=patch_size)
        self.class_token = nn.Parameter(ft.zeros(1, 1, hidden_dim))
        length = (image_size // patch_size) ** 2 + 1
        options = (num_layers, num_heads, hidden_dim, mlp_dim, dropout, attention_dropout)
        self.encoder = Encoder(length, *options)
        head = nn.Linear(hidden_dim, num_classes)
        self.heads = nn.Sequential({"head": head})
        init.trunc_normal_(self.conv_proj.weight, std=math.sqrt(1 / (3 * patch_size**2)))
        no_bias(self.conv_proj)
        init.zeros_(head.weight)
        no_bias(head)

    def forward(self, x: Tensor) -> Tensor:
        expected = (self.image_size, self.image_size)
        if x.ndim != 4 or x.shape[2:] != expected:
            fix = "resize the images, or make the model with another image_size"
            errors.value_error(type(self).__name__, "x", f"(N, 3, {expected[0]}, {expected[1]})", str(x.shape), fix)
        patches = self.conv_proj(x).flatten(2).transpose(1, 2)
        tokens = ft.cat([self.class_token.expand(x.shape[0], -1, -1), patches], 1)
        return self.heads(self.encoder(tokens)[:, 0])


def _vit(name: str, patch_size: int, layers: int, heads: int, width: int) -> Builder[VisionTransformer]:
    defaults = {"num_layers": layers, "num_heads": heads, "hidden_dim": width, "mlp_dim": 4 * width}
    return Builder(name, VisionTransformer, "vit", defaults | {"patch_size": patch_size})


vit_b_16 = _vit("vit_b_16", 16, 12, 12, 768)
vit_b_32 = _vit("vit_b_32", 32, 12, 12, 768)
vit_l_16 = _vit("vit_l_16", 16, 24, 16, 1024)
vit_l_32 = _vit("vit_l_32", 32, 24, 16, 1024)
vit_h_14 = _vit("vit_h_14", 14, 32, 16, 1280)
