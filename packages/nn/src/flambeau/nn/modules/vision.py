"""Layers that put the elements of images into another order or size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import functional as F
from ..functional._types import Pair, T
from ..module import Module
from ._check import check_size

__all__ = [
    "ChannelShuffle",
    "Fold",
    "PixelShuffle",
    "PixelUnshuffle",
    "Unfold",
    "Upsample",
    "UpsamplingBilinear2d",
    "UpsamplingNearest2d",
]


class _ImageLayer(Module):
    if TYPE_CHECKING:

        def __call__(self, input: T) -> T: ...


class PixelShuffle(_ImageLayer):
    """Groups of r² channels as squares of r by r pixels (Shi et al., 2016).

    Args:
        upscale_factor: r.

    Shape:
        (..., C r², H, W) to (..., C, H r, W r).

    Raises:
        ValueError: r is less than 1.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.PixelShuffle(3)(ft.ones(1, 9, 4, 4)).shape
        (1, 1, 12, 12)
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        check_size("PixelShuffle", "upscale_factor", upscale_factor)
        self.upscale_factor = upscale_factor

    def forward(self, input: T) -> T:
        return F.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(_ImageLayer):
    """Squares of r by r pixels as groups of r² channels: the opposite of :class:`PixelShuffle`.

    Args:
        downscale_factor: r.

    Shape:
        (..., C, H r, W r) to (..., C r², H, W).

    Raises:
        ValueError: r is less than 1.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.PixelUnshuffle(3)(ft.ones(1, 1, 12, 12)).shape
        (1, 9, 4, 4)
    """

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        check_size("PixelUnshuffle", "downscale_factor", downscale_factor)
        self.downscale_factor = downscale_factor

    def forward(self, input: T) -> T:
        return F.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(_ImageLayer):
    """Channels of several groups in turn (Zhang et al., 2018).

    Args:
        groups: how many groups there are.

    Shape:
        (N, C, ...) to the same.

    Raises:
        ValueError: ``groups`` is less than 1.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ChannelShuffle(2)(ft.arange(4.0).reshape(1, 4, 1, 1)).flatten().tolist()
        [0.0, 2.0, 1.0, 3.0]
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        check_size("ChannelShuffle", "groups", groups)
        self.groups = groups

    def forward(self, input: T) -> T:
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"


class Unfold(_ImageLayer):
    """All windows of images as columns.

    Args:
        kernel_size: the size of the windows, (KH, KW).
        dilation: the distance between the elements of a window.
        padding: zeros put around the images, on each side.
        stride: the distance between windows.

    Shape:
        (N, C, H, W) to (N, C KH KW, windows); N may be left out.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Unfold(kernel_size=(2, 3))(ft.ones(2, 5, 3, 4)).shape
        (2, 30, 4)
    """

    def __init__(self, kernel_size: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1) -> None:
        super().__init__()
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def forward(self, input: T) -> T:
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"


class Fold(_ImageLayer):
    """Columns put back where :class:`Unfold` takes them from, added up.

    Args:
        output_size: the images' size, (H, W).
        kernel_size: the size of the windows, (KH, KW).
        dilation: the distance between the elements of a window.
        padding: how far windows reach over the edge, on each side.
        stride: the distance between windows.

    Shape:
        (N, C KH KW, windows) to (N, C, H, W); N may be left out.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Fold(output_size=(3, 4), kernel_size=(2, 3))(ft.ones(2, 30, 4)).shape
        (2, 5, 3, 4)
    """

    def __init__(
        self, output_size: Pair, kernel_size: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1
    ) -> None:
        super().__init__()
        self.output_size, self.kernel_size, self.dilation = output_size, kernel_size, dilation
        self.padding, self.stride = padding, stride

    def forward(self, input: T) -> T:
        return F.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
            f"padding={self.padding}, stride={self.stride}"
        )


class Upsample(_ImageLayer):
    """Signals, images or volumes brought to another size, by :func:`flambeau.nn.functional.interpolate`.

    Args:
        size: the size wanted, one int for all dimensions or one for each.
        scale_factor: by what to multiply the size instead; one number or one for each dimension.
        mode: ``"nearest"``, ``"linear"``, ``"bilinear"``, ``"bicubic"``, ``"trilinear"`` and others.
        align_corners: whether the centres of the outermost elements coincide, rather than their edges.
        recompute_scale_factor: whether the scale follows from the sizes, which were rounded down.

    Shape:
        (N, C, ...) to (N, C, ...).

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Upsample(scale_factor=2, mode="bilinear")(ft.ones(1, 3, 4, 5)).shape
        (1, 3, 8, 10)
    """

    def __init__(
        self,
        size: Any = None,
        scale_factor: Any = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.size = size
        if isinstance(scale_factor, (tuple, list)):
            self.scale_factor: Any = tuple(float(f) for f in scale_factor)
        else:
            self.scale_factor = float(scale_factor) if scale_factor else None
        self.mode, self.align_corners = mode, align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: T) -> T:
        return F.interpolate(
            input, self.size, self.scale_factor, self.mode, self.align_corners, self.recompute_scale_factor
        )

    def extra_repr(self) -> str:
        shown = f"size={self.size}" if self.scale_factor is None else f"scale_factor={self.scale_factor}"
        return f"{shown}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Images brought to another size, each pixel that of the nearest one.

    Args:
        size: the size wanted, one int or (H, W).
        scale_factor: by what to multiply the size instead.

    Shape:
        (N, C, H, W) to (N, C, OH, OW).

    Example:
        >>> import flambeau.nn as nn
        >>> nn.UpsamplingNearest2d(scale_factor=2)(ft.tensor([[[[1.0, 2.0]]]])).tolist()
        [[[[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]]]
    """

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """Images brought to another size by bilinear interpolation, the corners aligned.

    Args:
        size: the size wanted, one int or (H, W).
        scale_factor: by what to multiply the size instead.

    Shape:
        (N, C, H, W) to (N, C, OH, OW).

    Example:
        >>> import flambeau.nn as nn
        >>> nn.UpsamplingBilinear2d(size=(1, 3))(ft.tensor([[[[1.0, 2.0]]]])).tolist()
        [[[[1.0, 1.5, 2.0]]]]
    """

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)
