"""Transposed convolutional layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flambeau.autograd import Variable
from flambeau.tensor import Tensor, errors

from .. import functional as F
from ..functional._types import Pair, Single, Triple
from ._check import several
from ._windows import expected_images
from .convolution import Convolution

__all__ = ["ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"]


class TransposedConvolution(Convolution):
    """What transposed convolutional layers of any number of dimensions share."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...],
        padding: int | tuple[int, ...],
        output_padding: int | tuple[int, ...],
        groups: int,
        bias: bool,
        dilation: int | tuple[int, ...],
        padding_mode: str,
        device: Any,
        dtype: Any,
    ) -> None:
        layer = type(self).__name__
        if padding_mode != "zeros":
            errors.value_error(layer, "padding_mode", "'zeros'", repr(padding_mode))
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype
        )
        self.output_padding = several(layer, "output_padding", output_padding, self.dims, least=0)

    def _weight_shape(self) -> tuple[int, ...]:
        return (self.in_channels, self.out_channels // self.groups, *self.kernel_size)

    def _checked_padding(self, padding: Any) -> tuple[int, ...]:
        return several(type(self).__name__, "padding", padding, self.dims, least=0)

    def _output_padding(self, input: Tensor, output_size: Any) -> tuple[int, ...]:
        """What must be added to the result's end for a size that was asked for."""
        if output_size is None:
            return self.output_padding
        layer = type(self).__name__
        given = tuple(output_size) if isinstance(output_size, (tuple, list)) else (output_size,) * self.dims
        sizes = several(layer, "output_size", given[-self.dims :], self.dims)
        least = [
            (n - 1) * s - sum(p) + d * (k - 1) + 1
            for n, s, p, d, k in zip(
                input.shape[-self.dims :], self.stride, self._sides(), self.dilation, self.kernel_size, strict=True
            )
        ]
        if any(not low <= size < low + s for size, low, s in zip(sizes, least, self.stride, strict=True)):
            most = tuple(low + s - 1 for low, s in zip(least, self.stride, strict=True))
            errors.value_error(layer, "output_size", f"sizes from {tuple(least)} to {most}", str(sizes))
        return tuple(size - low for size, low in zip(sizes, least, strict=True))

    def _transposed(self, function: Any, input: Tensor, output_size: Any) -> Any:
        more = self._output_padding(input, output_size)
        return function(input, self.weight, self.bias, self.stride, self.padding, more, self.groups, self.dilation)

    def expected_input(self, input: Tensor) -> str | None:
        return expected_images(input, self.dims, self.in_channels)


class ConvTranspose1d(TransposedConvolution):
    r"""Transposed convolution of sequences: each element spreads a trained filter, and what falls together is added.

    .. math:: y[n, o, s i + d k - p] = b[o] + \sum x[n, c, i] \, w[c, o, k]

    Args:
        in_channels: channels of the sequences that come in.
        out_channels: channels of those that go out.
        kernel_size: the size of the filters.
        stride: the distance between neighbouring elements' filters.
        padding: how much of the result is left out on each side.
        output_padding: how much more the result has at its end.
        groups: into how many groups the channels are cut; each output channel sees one group only.
        bias: whether a trained number is added to each output channel.
        dilation: the distance between the elements of a filter.
        padding_mode: ``'zeros'``.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (N, in_channels, L) to (N, out_channels, OL), or both without N,
        where OL = (L - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1.

    Both ``weight``, of shape (in_channels, out_channels / groups, K), and ``bias``, of shape (out_channels,),
    start uniformly in :math:`\pm 1 / \sqrt{\text{out\_channels} \cdot K / \text{groups}}`. Called
    with ``output_size``, the layer adds to the result's end what that size needs.

    Raises:
        ValueError: an argument is out of range, or ``groups`` does not divide both numbers of channels.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.ConvTranspose1d(3, 8, kernel_size=4, stride=2, padding=1)
        >>> layer(ft.randn(4, 3, 16)).shape
        (4, 8, 32)
    """

    dims = 1

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Single,
        stride: Single = 1,
        padding: Single = 0,
        output_padding: Single = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Single = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            output_padding,
            groups,
            bias,
            dilation,
            padding_mode,
            device,
            dtype,
        )

    if TYPE_CHECKING:

        def __call__(self, input: Tensor, output_size: Any = None) -> Variable: ...

    def forward(self, input: Tensor, output_size: Any = None) -> Variable:
        return self._transposed(F.conv_transpose1d, input, output_size)


class ConvTranspose2d(TransposedConvolution):
    r"""Transposed convolution of images: each pixel spreads a trained filter, and what falls together is added.

    .. math:: y[n, o, s i + d k - p, s j + d l - p] = b[o] + \sum x[n, c, i, j] \, w[c, o, k, l]

    Args:
        in_channels: channels of the images that come in.
        out_channels: channels of those that go out.
        kernel_size: the size of the filters.
        stride: the distance between neighbouring pixels' filters.
        padding: how much of the result is left out on each side.
        output_padding: how much more the result has at its end.
        groups: into how many groups the channels are cut; each output channel sees one group only.
        bias: whether a trained number is added to each output channel.
        dilation: the distance between the elements of a filter.
        padding_mode: ``'zeros'``.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (N, in_channels, H, W) to (N, out_channels, OH, OW), or both without N,
        where OH = (H - 1) stride - 2 padding + dilation (KH - 1) + output_padding + 1.

    Both ``weight``, of shape (in_channels, out_channels / groups, KH, KW), and ``bias``, of shape (out_channels,),
    start uniformly in :math:`\pm 1 / \sqrt{\text{out\_channels} \cdot KH \cdot KW / \text{groups}}`. Called
    with ``output_size``, the layer adds to the result's end what that size needs.

    Raises:
        ValueError: an argument is out of range, or ``groups`` does not divide both numbers of channels.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.ConvTranspose2d(3, 8, kernel_size=3, stride=2, padding=1, output_padding=1)
        >>> layer(ft.randn(4, 3, 16, 16)).shape
        (4, 8, 32, 32)
    """

    dims = 2

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Pair = 0,
        output_padding: Pair = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Pair = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            output_padding,
            groups,
            bias,
            dilation,
            padding_mode,
            device,
            dtype,
        )

    if TYPE_CHECKING:

        def __call__(self, input: Tensor, output_size: Any = None) -> Variable: ...

    def forward(self, input: Tensor, output_size: Any = None) -> Variable:
        return self._transposed(F.conv_transpose2d, input, output_size)


class ConvTranspose3d(TransposedConvolution):
    r"""Transposed convolution of volumes: each element spreads a trained filter, and what falls together is added.

    .. math:: y[n, o, s i + d k - p, s j + d l - p, s m + d t - p] = b[o] + \sum x[n, c, i, j, m] \, w[c, o, k, l, t]

    Args:
        in_channels: channels of the volumes that come in.
        out_channels: channels of those that go out.
        kernel_size: the size of the filters.
        stride: the distance between neighbouring elements' filters.
        padding: how much of the result is left out on each side.
        output_padding: how much more the result has at its end.
        groups: into how many groups the channels are cut; each output channel sees one group only.
        bias: whether a trained number is added to each output channel.
        dilation: the distance between the elements of a filter.
        padding_mode: ``'zeros'``.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (N, in_channels, D, H, W) to (N, out_channels, OD, OH, OW), or both without N,
        where OD = (D - 1) stride - 2 padding + dilation (KD - 1) + output_padding + 1.

    Both ``weight``, of shape (in_channels, out_channels / groups, KD, KH, KW), and ``bias``, of shape (out_channels,),
    start uniformly in :math:`\pm 1 / \sqrt{\text{out\_channels} \cdot KD \cdot KH \cdot KW / \text{groups}}`. Called
    with ``output_size``, the layer adds to the result's end what that size needs.

    Raises:
        ValueError: an argument is out of range, or ``groups`` does not divide both numbers of channels.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.ConvTranspose3d(1, 4, kernel_size=2, stride=2)
        >>> layer(ft.randn(2, 1, 2, 4, 4)).shape
        (2, 4, 4, 8, 8)
    """

    dims = 3

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Triple,
        stride: Triple = 1,
        padding: Triple = 0,
        output_padding: Triple = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Triple = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            output_padding,
            groups,
            bias,
            dilation,
            padding_mode,
            device,
            dtype,
        )

    if TYPE_CHECKING:

        def __call__(self, input: Tensor, output_size: Any = None) -> Variable: ...

    def forward(self, input: Tensor, output_size: Any = None) -> Variable:
        return self._transposed(F.conv_transpose3d, input, output_size)
