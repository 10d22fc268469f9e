"""Layers that normalise each sample by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from .. import functional as F
from .. import init
from ..functional._types import T
from ..module import Module
from ..parameter import Parameter
from ._check import check_size

__all__ = ["CrossMapLRN2d", "GroupNorm", "LayerNorm", "LocalResponseNorm", "RMSNorm"]


class _Norm(Module):
    if TYPE_CHECKING:

        def __call__(self, input: T) -> T: ...

    def reset_parameters(self) -> None:
        """Go back to the beginning."""
        for name, parameter in self.named_parameters(recurse=False):
            (init.ones_ if name == "weight" else init.zeros_)(parameter)

    def _add_parameters(self, shape: tuple[int, ...], weight: bool, bias: bool, device: Any, dtype: Any) -> None:
        for name, wanted in (("weight", weight), ("bias", bias)):
            made = Parameter(ft.empty(shape, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, made)
        self.reset_parameters()


def _shape(name: str, normalized_shape: int | Sequence[int]) -> tuple[int, ...]:
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if not shape:
        errors.value_error(name, "normalized_shape", "at least one size", "()")
    for size in shape:
        check_size(name, "normalized_shape", size)
    return shape


class LayerNorm(_Norm):
    r"""Each sample brought to mean 0 and variance 1 over its last dimensions, then scaled and shifted.

    .. math:: y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \, w + b

    Args:
        normalized_shape: the sizes of the last dimensions; an int for one of them.
        eps: added to the variance.
        elementwise_affine: whether there are ``weight`` and ``bias``, which start as ones and zeros.
        bias: whether there is a ``bias``.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (\*, normalized_shape) to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> y = nn.LayerNorm(10)(ft.randn(3, 10) * 5 + 7)
        >>> bool(ft.all(ft.abs(y.detach().mean(1)) < 1e-5))
        True
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape("LayerNorm", normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        affine = elementwise_affine
        self._add_parameters(self.normalized_shape, affine, affine and bias, device, dtype)

    def forward(self, input: T) -> T:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def expected_input(self, input: Tensor) -> str | None:
        fits = tuple(input.shape[-len(self.normalized_shape) :]) == self.normalized_shape
        return None if fits else f"(*, {', '.join(map(str, self.normalized_shape))})"

    def extra_repr(self) -> str:
        text = f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
        return f"{text}, bias={self.bias is not None}"


class RMSNorm(_Norm):
    r"""Each sample divided by its root mean square over the last dimensions, then scaled by trained numbers.

    .. math:: y = \frac{x}{\sqrt{\mathrm{E}[x^2] + \epsilon}} \, w

    Args:
        normalized_shape: the sizes of the last dimensions; an int for one of them.
        eps: added to the mean square; the dtype's epsilon if not given.
        elementwise_affine: whether there is a ``weight``, which starts as ones.
        device: where to make the parameter.
        dtype: dtype of the parameter.

    Shape:
        (\*, normalized_shape) to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> y = nn.RMSNorm(10)(ft.randn(3, 10) * 5 + 7).detach()
        >>> bool(ft.all(ft.abs((y * y).mean(1) - 1) < 1e-5))
        True
    """

    weight: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape("RMSNorm", normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        made = Parameter(ft.empty(self.normalized_shape, device=device, dtype=dtype)) if elementwise_affine else None
        self.register_parameter("weight", made)
        self.reset_parameters()

    def forward(self, input: T) -> T:
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def expected_input(self, input: Tensor) -> str | None:
        fits = tuple(input.shape[-len(self.normalized_shape) :]) == self.normalized_shape
        return None if fits else f"(*, {', '.join(map(str, self.normalized_shape))})"

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(_Norm):
    r"""Groups of the channels of each sample brought to mean 0 and variance 1, then scaled and shifted by channel.

    .. math:: y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \, w + b

    Args:
        num_groups: how many groups of neighbouring channels.
        num_channels: channels of the input; a multiple of ``num_groups``.
        eps: added to the variance.
        affine: whether there are ``weight`` and ``bias``, which start as ones and zeros.
        device: where to make the parameters.
        dtype: dtype of the parameters.
        bias: whether there is a ``bias``.

    Shape:
        (N, num_channels, \*) to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> y = nn.GroupNorm(2, 6)(ft.randn(3, 6, 4, 4) * 5 + 7).detach()
        >>> bool(ft.all(ft.abs(y.reshape(3, 2, 48).mean(2)) < 1e-5))
        True
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        check_size("GroupNorm", "num_groups", num_groups)
        check_size("GroupNorm", "num_channels", num_channels)
        if num_channels % num_groups:
            wanted = f"a divisor of the {num_channels} channels"
            errors.value_error("GroupNorm", "num_groups", wanted, str(num_groups))
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self._add_parameters((num_channels,), affine, affine and bias, device, dtype)

    def forward(self, input: T) -> T:
        if input.ndim < 2 or input.shape[1] != self.num_channels:
            errors.shape_error("GroupNorm", "input", f"shape (N, {self.num_channels}, ...)", str(tuple(input.shape)))
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def expected_input(self, input: Tensor) -> str | None:
        fits = input.ndim >= 2 and input.shape[1] == self.num_channels
        return None if fits else f"(N, {self.num_channels}, *)"

    def extra_repr(self) -> str:
        text = f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}"
        return f"{text}, bias={self.bias is not None}"


class LocalResponseNorm(_Norm):
    r"""Each element divided by what neighbouring channels have in its place.

    .. math:: y_c = x_c \left( k + \frac{\alpha}{n} \sum_{d} x_d^2 \right)^{-\beta}

    The sum is over the n channels around c.

    Args:
        size: the number n of neighbouring channels.
        alpha: how much they count.
        beta: the exponent.
        k: what is added.

    Shape:
        (N, C, \*) to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.LocalResponseNorm(2)(ft.randn(3, 6, 4, 4)).shape
        (3, 6, 4, 4)
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        check_size("LocalResponseNorm", "size", size)
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: T) -> T:
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class CrossMapLRN2d(LocalResponseNorm):
    r"""Each channel of images divided by how strong those around it are, with as many before as after it.

    .. math:: y_c = x_c \Bigl(k + \frac{\alpha}{n} \sum_{|i - c| \le \lfloor (n - 1) / 2 \rfloor} x_i^2\Bigr)^{-\beta}

    Args:
        size: the number n of channels.
        alpha: the factor.
        beta: the exponent.
        k: added to the sum.

    Shape:
        (N, C, H, W) to the same.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.CrossMapLRN2d(3)(ft.ones(1, 5, 2, 2)).shape
        (1, 5, 2, 2)
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1) -> None:
        super().__init__(size, alpha, beta, k)

    def forward(self, input: T) -> T:
        if input.ndim != 4:
            errors.shape_error("CrossMapLRN2d", "input", "shape (N, C, H, W)", str(tuple(input.shape)))
        window = 2 * ((self.size - 1) // 2) + 1  # odd: of an even size one channel is left out
        return F.local_response_norm(input, window, self.alpha * window / self.size, self.beta, self.k)
