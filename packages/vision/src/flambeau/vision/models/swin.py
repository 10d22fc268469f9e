"""Swin transformers: Liu and others, arXiv:2103.14030 (V1) and arXiv:2111.09883 (V2)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
from flambeau.nn import init
from flambeau.tensor import Tensor

from ..ops.blocks import MLP, Permute
from ..ops.stochastic import StochasticDepth
from ._builder import Builder
from ._initial import initialise, small_truncated

__all__ = ["SwinTransformer", "swin_b", "swin_s", "swin_t", "swin_v2_b", "swin_v2_s", "swin_v2_t"]

_FAR = -100.0  # added to the logits of pairs that only the cyclic shift brought into one window


class WindowAttention(nn.Module):
    """Self-attention within windows that may be shifted, with a bias for each relative position.

    V1 learns the bias of each relative position; V2 computes it from the position by a small network, and attends by
    cosines with a learned scale.
    """

    relative_position_index: Tensor
    relative_coords_table: Tensor

    def __init__(
        self, width: int, window: int, shift: int, heads: int, dropout: float, attention_dropout: float, v2: bool
    ) -> None:
        super().__init__()
        self.window, self.shift, self.heads = window, shift, heads
        self.dropout, self.attention_dropout = dropout, attention_dropout
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.v2 = v2
        if v2:
            self.logit_scale = nn.Parameter(ft.full((heads, 1, 1), math.log(10)))
            self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(inplace=True), nn.Linear(512, heads, bias=False))
            steps = ft.arange(1 - window, window, dtype=ft.float32) * (8 / (window - 1))
            steps = steps.sign() * (steps.abs() + 1).log2() / 3  # the paper's equation 4
            grid = ft.stack(ft.meshgrid(steps, steps, indexing="ij"), -1)
            self.register_buffer("relative_coords_table", grid[None])
        else:
            table = ft.empty((2 * window - 1) ** 2, heads)
            self.relative_position_bias_table = nn.Parameter(init.trunc_normal_(table, std=0.02))
        rows, columns = (grid.flatten() for grid in ft.meshgrid(ft.arange(window), ft.arange(window), indexing="ij"))
        down, right = (x[:, None] - x[None, :] + window - 1 for x in (rows, columns))
        self.register_buffer("relative_position_index", (down * (2 * window - 1) + right).flatten())

    def bias(self) -> Tensor:
        """What is added to the logits: of shape (heads, L, L), where a window has L places."""
        if self.v2:
            table = self.cpb_mlp(self.relative_coords_table).reshape(-1, self.heads)
        else:
            table = self.relative_position_bias_table
        length = self.window**2
        bias = table[self.relative_position_index].reshape(length, length, self.heads).permute(2, 0, 1)
        return 16 * bias.sigmoid() if self.v2 else bias

    def projected(self, x: Tensor) -> list[Tensor]:
        """Queries, keys and values, each of shape (windows, heads, L, width / heads)."""
        if not self.v2:
            qkv = self.qkv(x)
        else:  # keys have no bias
            third = x.shape[-1]
            assert self.qkv.bias is not None
            q, _, v = self.qkv.bias.split(third)
            qkv = F.linear(x, self.qkv.weight, ft.cat([q, x.new_zeros(third), v]))
        n, length, _ = x.shape
        return list(qkv.reshape(n, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0))

    def attend(self, x: Tensor, mask: Tensor) -> Tensor:
        q, k, v = self.projected(x)
        scale = None
        if self.v2:
            q = F.normalize(q, dim=-1) * self.logit_scale.clamp(max=math.log(100)).exp()
            k, scale = F.normalize(k, dim=-1), 1.0
        p = self.attention_dropout if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, mask, p, scale=scale)
        return F.dropout(self.proj(y.transpose(1, 2).reshape(x.shape)), self.dropout, self.training)

    def forward(self, x: Tensor) -> Tensor:
        n, height, width, channels = x.shape
        window = self.window
        below, right = -height % window, -width % window
        if below or right:
            x = F.pad(x, (0, 0, 0, right, 0, below))
        size = (height + below, width + right)
        # a window as large as the image has nowhere to go
        shifts = tuple(self.shift if window < extent else 0 for extent in size)
        if any(shifts):
            x = x.roll((-shifts[0], -shifts[1]), (1, 2))
        grid = (size[0] // window, size[1] // window)
        windows = x.reshape(n, grid[0], window, grid[1], window, channels).permute(0, 1, 3, 2, 4, 5)
        mask = self.bias()
        if any(shifts):
            apart = shifted_apart(size, window, shifts, x)
            mask = (mask + apart[:, None]).expand(n, -1, -1, -1, -1).reshape(-1, *mask.shape)
        y = self.attend(windows.reshape(-1, window**2, channels), mask)
        y = y.reshape(n, *grid, window, window, channels).permute(0, 1, 3, 2, 4, 5).reshape(n, *size, channels)
        if any(shifts):
            y = y.roll(shifts, (1, 2))
        return y[:, :height, :width]


def shifted_apart(size: tuple[int, int], window: int, shifts: tuple[int, ...], like: Tensor) -> Tensor:
    """Of shape (windows, L, L): what is added to the logits of two places of a window that came from apart."""
    strips = []
    for extent, shift in zip(size, shifts, strict=True):
        places = ft.arange(extent, device=like.device)
        strips.append((places >= extent - window).long() + (places >= extent - shift).long())
    region = strips[0][:, None] * 3 + strips[1][None, :]
    grid = (size[0] // window, size[1] // window)
    region = region.reshape(grid[0], window, grid[1], window).permute(0, 2, 1, 3).reshape(-1, window**2)
    return (region[:, None] != region[:, :, None]).to(like.dtype) * _FAR


class PatchMerging(nn.Module):
    """Half the size and twice the channels: 2x2 places side by side, and a linear layer."""

    def __init__(self, width: int, v2: bool) -> None:
        super().__init__()
        self.reduction = nn.Linear(4 * width, 2 * width, bias=False)
        self.norm = nn.LayerNorm(2 * width if v2 else 4 * width, eps=1e-5)
        self.v2 = v2

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[1] % 2 or x.shape[2] % 2:
            x = F.pad(x, (0, 0, 0, x.shape[2] % 2, 0, x.shape[1] % 2))
        x = ft.cat([x[:, i::2, j::2] for j in (0, 1) for i in (0, 1)], -1)
        return self.norm(self.reduction(x)) if self.v2 else self.reduction(self.norm(x))


class SwinTransformerBlock(nn.Module):
    """Window attention and two linear layers, each beside a shortcut; V1 norms before them, V2 after."""

    def __init__(
        self,
        width: int,
        heads: int,
        window: int,
        shift: int,
        ratio: float,
        dropouts: tuple[float, float],
        drop: float,
        v2: bool,
    ) -> None:
        super().__init__()
        dropout, attention_dropout = dropouts
        self.norm1 = nn.LayerNorm(width, eps=1e-5)
        self.attn = WindowAttention(width, window, shift, heads, dropout, attention_dropout, v2)
        self.stochastic_depth = StochasticDepth(drop, "row")
        self.norm2 = nn.LayerNorm(width, eps=1e-5)
        self.mlp = MLP(width, [int(width * ratio), width], activation_layer=nn.GELU, dropout=dropout)
        self.v2 = v2

    def forward(self, x: Tensor) -> Tensor:
        for branch, norm in ((self.attn, self.norm1), (self.mlp, self.norm2)):
            y = norm(branch(x)) if self.v2 else branch(norm(x))
            x = x + self.stochastic_depth(y)
        return x


class SwinTransformer(nn.Module):
    """Four stages of window attention, at a half of the size each, and a linear layer on the mean over the image.

    Args:
        embed_dim: width of the first stage.
        depths: number of blocks of each stage.
        num_heads: attention heads of each stage.
        window_size: height and width of a window.
        patch_size: height and width of a patch.
        mlp_ratio: width between a block's linear layers over the stage's.
        dropout: probability of the dropouts.
        attention_dropout: probability of the dropout of attention weights.
        stochastic_depth_prob: probability of leaving out the last block's branches; it grows linearly from 0.
        num_classes: number of outputs.
        v2: whether it is a Swin V2.

    Shape:
        (N, 3, H, W) to (N, num_classes).
    """

    def __init__(
        self,
        embed_dim: int,
        depths: Sequence[int],
        num_heads: Sequence[int],
        window_size: int,
        patch_size: int = 4,
        mlp_ratio: float = 4.0,
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
        stochastic_depth_prob: float = 0.1,
        num_classes: int = 1000,
        v2: bool = False,
    ) -> None:
        super().__init__()
        patches = nn.Conv2d(3, embed_dim, patch_size, stride=patch_size)
        layers: list[nn.Module] = [nn.Sequential(patches, Permute([0, 2, 3, 1]), nn.LayerNorm(embed_dim, eps=1e-5))]
        width, number, last = embed_dim, 0, sum(depths) - 1
        for stage, (depth, heads) in enumerate(zip(depths, num_heads, strict=True)):
            if stage:
                layers.append(PatchMerging(width, v2))
                width *= 2
            blocks = []
            for i in range(depth):
                place = (width, heads, window_size, window_size // 2 if i % 2 else 0)
                options = (mlp_ratio, (dropout, attention_dropout), stochastic_depth_prob * number / last, v2)
                blocks.append(SwinTransformerBlock(*place, *options))
                number += 1
            layers.append(nn.Sequential(*blocks))
        self.features = nn.Sequential(*layers)
        self.norm = nn.LayerNorm(width, eps=1e-5)
        self.permute = Permute([0, 3, 1, 2])
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten(1)
        self.head = nn.Linear(width, num_classes)
        initialise(self, {nn.Linear: small_truncated})

    def forward(self, x: Tensor) -> Tensor:
        x = self.permute(self.norm(self.features(x)))
        return self.head(self.flatten(self.avgpool(x)))


def _swin(name: str, width: int, depth: int, heads: int, drop: float, v2: bool = False) -> Builder[SwinTransformer]:
    defaults = {
        "embed_dim": width,
        "depths": (2, 2, depth, 2),
        "num_heads": (heads, 2 * heads, 4 * heads, 8 * heads),
        "window_size": 8 if v2 else 7,
        "stochastic_depth_prob": drop,
        "v2": v2,
    }
    return Builder(name, SwinTransformer, "swin", defaults)


swin_t = _swin("swin_t", 96, 6, 3, 0.2)
swin_s = _swin("swin_s", 96, 18, 3, 0.3)
swin_b = _swin("swin_b", 128, 18, 4, 0.5)
swin_v2_t = _swin("swin_v2_t", 96, 6, 3, 0.2, v2=True)
swin_v2_s = _swin("swin_v2_s", 96, 18, 3, 0.3, v2=True)
swin_v2_b = _swin("swin_v2_b", 128, 18, 4, 0.5, v2=True)
