"""Groups of layers that many vision models are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
from flambeau.tensor import Tensor

__all__ = [
    "MLP",
    "Conv2dNormActivation",
    "Conv3dNormActivation",
    "FrozenBatchNorm2d",
    "LayerNorm2d",
    "Permute",
    "SqueezeExcitation",
]

Layer = Callable[..., nn.Module]


class _ConvNormActivation(nn.Sequential):
    """A convolution, a norm and an activation, the last two when there are such."""

    def __init__(
        self,
        convolution: Layer,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        groups: int,
        norm_layer: Layer | None,
        activation_layer: Layer | None,
        dilation: Any,
        bias: bool | None,
    ) -> None:
        if padding is None:
            padding = _same(kernel_size, dilation)
        if bias is None:  # a norm has one of its own
            bias = norm_layer is None
        layers = [convolution(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias)]
        if norm_layer is not None:
            layers.append(norm_layer(out_channels))
        if activation_layer is not None:
            layers.append(activation_layer())
        super().__init__(*layers)
        self.out_channels = out_channels


def _same(kernel_size: Any, dilation: Any) -> Any:
    """The padding that keeps the size at stride 1."""
    if isinstance(kernel_size, int) and isinstance(dilation, int):
        return (kernel_size - 1) // 2 * dilation
    count = len(kernel_size) if isinstance(kernel_size, Sequence) else len(dilation)
    sizes, steps = ([v] * count if isinstance(v, int) else v for v in (kernel_size, dilation))
    return tuple((k - 1) // 2 * d for k, d in zip(sizes, steps, strict=True))


class Conv2dNormActivation(_ConvNormActivation):
    """A 2d convolution, a norm and an activation.

    Args:
        in_channels: channels of what comes in.
        out_channels: channels of what goes out.
        kernel_size: size of the convolution.
        stride: its stride.
        padding: its padding; None keeps the size at stride 1.
        groups: its groups.
        norm_layer: makes the norm from the number of channels; None for none.
        activation_layer: makes the activation; None for none.
        dilation: dilation of the convolution.
        bias: whether the convolution has a bias; None: when there is no norm.

    Shape:
        (N, in_channels, H, W) to (N, out_channels, H', W').

    Example:
        >>> from flambeau.vision import ops
        >>> ops.Conv2dNormActivation(3, 8, stride=2)(ft.ones(1, 3, 16, 16)).shape
        (1, 8, 8, 8)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int] = 3,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] | str | None = None,
        groups: int = 1,
        norm_layer: Layer | None = nn.BatchNorm2d,
        activation_layer: Layer | None = nn.ReLU,
        dilation: int | tuple[int, int] = 1,
        bias: bool | None = None,
    ) -> None:
        options = (kernel_size, stride, padding, groups, norm_layer, activation_layer, dilation, bias)
        super().__init__(nn.Conv2d, in_channels, out_channels, *options)


class Conv3dNormActivation(_ConvNormActivation):
    """A 3d convolution, a norm and an activation; arguments as of :class:`Conv2dNormActivation`.

    Shape:
        (N, in_channels, D, H, W) to (N, out_channels, D', H', W').

    Example:
        >>> from flambeau.vision import ops
        >>> ops.Conv3dNormActivation(3, 8)(ft.ones(1, 3, 4, 8, 8)).shape
        (1, 8, 4, 8, 8)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int, int] = 3,
        stride: int | tuple[int, int, int] = 1,
        padding: int | tuple[int, int, int] | str | None = None,
        groups: int = 1,
        norm_layer: Layer | None = nn.BatchNorm3d,
        activation_layer: Layer | None = nn.ReLU,
        dilation: int | tuple[int, int, int] = 1,
        bias: bool | None = None,
    ) -> None:
        options = (kernel_size, stride, padding, groups, norm_layer, activation_layer, dilation, bias)
        super().__init__(nn.Conv3d, in_channels, out_channels, *options)


class SqueezeExcitation(nn.Module):
    r"""Scales each channel by what a small network makes of the means of all.

    .. math:: y_c = x_c \cdot s(W_2 \, a(W_1 \, \bar x))_c

    After Hu and others, "Squeeze-and-Excitation Networks" (arXiv:1709.01507).

    Args:
        input_channels: channels of the image.
        squeeze_channels: size of the small network's hidden layer.
        activation: makes a.
        scale_activation: makes s.

    Shape:
        (N, input_channels, H, W) to the same.

    Example:
        >>> from flambeau.vision import ops
        >>> ops.SqueezeExcitation(8, 2)(ft.ones(1, 8, 4, 4)).shape
        (1, 8, 4, 4)
    """

    def __init__(
        self,
        input_channels: int,
        squeeze_channels: int,
        activation: Layer = nn.ReLU,
        scale_activation: Layer = nn.Sigmoid,
    ) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(input_channels, squeeze_channels, 1)
        self.fc2 = nn.Conv2d(squeeze_channels, input_channels, 1)
        self.activation = activation()
        self.scale_activation = scale_activation()

    def forward(self, input: Tensor) -> Tensor:
        hidden = self.activation(self.fc1(self.avgpool(input)))
        return self.scale_activation(self.fc2(hidden)) * input


class MLP(nn.Sequential):
    """Linear layers with norms, activations and dropouts between them.

    Args:
        in_channels: size of the last dimension of what comes in.
        hidden_channels: sizes after each linear layer; the last is what goes out.
        norm_layer: makes a norm from a size; None for none.
        activation_layer: makes the activation.
        bias: whether the linear layers have biases.
        dropout: probability of each dropout.

    Shape:
        (\\*, in_channels) to (\\*, hidden_channels[-1]).

    Example:
        >>> from flambeau.vision import ops
        >>> ops.MLP(4, [8, 2])(ft.ones(3, 4)).shape
        (3, 2)
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: Sequence[int],
        norm_layer: Layer | None = None,
        activation_layer: Layer = nn.ReLU,
        bias: bool = True,
        dropout: float = 0.0,
    ) -> None:
        layers: list[nn.Module] = []
        for size in hidden_channels[:-1]:
            layers.append(nn.Linear(in_channels, size, bias))
            if norm_layer is not None:
                layers.append(norm_layer(size))
            layers += [activation_layer(), nn.Dropout(dropout)]
            in_channels = size
        layers += [nn.Linear(in_channels, hidden_channels[-1], bias), nn.Dropout(dropout)]
        super().__init__(*layers)


class Permute(nn.Module):
    """The dimensions in another order.

    Args:
        dims: the order.

    Example:
        >>> from flambeau.vision import ops
        >>> ops.Permute([0, 2, 1])(ft.ones(2, 3, 4)).shape
        (2, 4, 3)
    """

    def __init__(self, dims: Sequence[int]) -> None:
        super().__init__()
        self.dims = tuple(dims)

    def forward(self, input: Tensor) -> Tensor:
        return input.permute(*self.dims)

    def extra_repr(self) -> str:
        return f"dims={self.dims}"


class LayerNorm2d(nn.LayerNorm):
    """Layer norm over the channels of images.

    Shape:
        (N, C, H, W) to the same.

    Example:
        >>> from flambeau.vision import ops
        >>> ops.LayerNorm2d(8)(ft.ones(1, 8, 4, 4)).shape
        (1, 8, 4, 4)
    """

    def forward(self, input: Tensor) -> Tensor:  # type: ignore[override]  # of another type than its input
        return super().forward(input.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class FrozenBatchNorm2d(nn.Module):
    r"""Batch norm whose statistics and affine map stay as they are loaded: all four are buffers.

    .. math:: y = (x - \mu) / \sqrt{\sigma^2 + \epsilon} \cdot w + b

    Args:
        num_features: number of channels.
        eps: :math:`\epsilon`.

    Shape:
        (N, num_features, H, W) to the same.

    Example:
        >>> from flambeau.vision import ops
        >>> ops.FrozenBatchNorm2d(8, eps=0)(ft.ones(1, 8, 4, 4)).sum().item()
        128.0
    """

    weight: Tensor
    bias: Tensor
    running_mean: Tensor
    running_var: Tensor

    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.register_buffer("weight", ft.ones(num_features))
        self.register_buffer("bias", ft.zeros(num_features))
        self.register_buffer("running_mean", ft.zeros(num_features))
        self.register_buffer("running_var", ft.ones(num_features))

    def forward(self, input: Tensor) -> Tensor:
        return F.batch_norm(input, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)

    def extra_repr(self) -> str:
        return f"{self.weight.shape[0]}, eps={self.eps}"
