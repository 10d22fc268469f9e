"""Layers that learn the size of their input from the first one."""

from __future__ import annotations

from typing import Any

from flambeau.tensor import Tensor, errors

from ..functional._types import Pair, Single, Triple
from ..module import Module
from ..parameter import UninitializedBuffer, UninitializedParameter
from ..utils.init import init_without_values
from .convolution import Conv1d, Conv2d, Conv3d
from .dense import Linear
from .transposed_convolution import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d

__all__ = [
    "LazyConv1d", "LazyConv2d", "LazyConv3d", "LazyConvTranspose1d", "LazyConvTranspose2d", "LazyConvTranspose3d",
    "LazyLinear",
]  # fmt: skip


class LazyModuleMixin:
    """What lazy layers share: the first call makes the parameters, and turns the layer into an ordinary one.

    A subclass of it and of a layer names in ``cls_to_become`` what it becomes, in ``_size`` the argument that the first
    input decides, and says in ``_size_of`` how.
    """

    cls_to_become: type[Module]
    _size: str
    _options: dict[str, Any]

    def _prepare(self, **options: Any) -> None:
        """Be the layer of these options, with parameters and buffers that have no shape."""
        this: Any = self
        this._options = {name: value for name, value in options.items() if name not in ("device", "dtype")}
        init_without_values(this, self.cls_to_become, **{self._size: options.get("groups", 1)}, **options)
        setattr(this, self._size, 0)
        place: dict[str, Any] = {"device": options.get("device"), "dtype": options.get("dtype")}
        for name, kind in this._registered.items():
            value = this.__dict__[name]
            if kind == "parameter" and value is not None:
                this.__dict__[name] = UninitializedParameter(**place)
            elif kind == "buffer" and value is not None and value.ndim:
                this.__dict__[name] = UninitializedBuffer(**place)

    def has_uninitialized_params(self) -> bool:
        """Whether a parameter or buffer has no shape yet."""
        this: Any = self
        return any(hasattr(value, "materialize") for _, value in this._own("parameter", "buffer"))

    def initialize_parameters(self, input: Tensor) -> None:
        """Make the parameters for such an input, with new initial values, and all else that goes by its size."""
        this: Any = self
        size = self._size_of(input)
        fresh = self.has_uninitialized_params()
        made: Any = self.cls_to_become(**{self._size: size}, **this._options)
        for name, value in this._own("parameter", "buffer"):
            if hasattr(value, "materialize"):
                value.materialize(made.__dict__[name].shape)
            if fresh:
                value.data.copy_(made.__dict__[name].data)
        own = ("training", "_registered", "_hooks", *this._registered)
        this.__dict__.update({name: value for name, value in vars(made).items() if name not in own})

    def _size_of(self, input: Tensor) -> int:
        raise NotImplementedError

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        this: Any = self
        self.initialize_parameters(*args, **kwargs)
        del this.__dict__["_options"]
        this.__class__ = self.cls_to_become
        return this(*args, **kwargs)


class LazyLinear(LazyModuleMixin, Linear):
    r"""A :class:`Linear` whose ``in_features`` is the last dimension of its first input.

    Args:
        out_features: size of the last dimension of what goes out.
        bias: whether there is a b.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (\*, in_features) to (\*, out_features).

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.LazyLinear(3)
        >>> layer
        LazyLinear(in_features=0, out_features=3, bias=True)
        >>> _ = layer(ft.ones(2, 5))
        >>> layer
        Linear(in_features=5, out_features=3, bias=True)
    """

    cls_to_become = Linear
    _size = "in_features"

    def __init__(self, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        self._prepare(out_features=out_features, bias=bias, device=device, dtype=dtype)

    def _size_of(self, input: Tensor) -> int:
        return input.shape[-1]


class _LazyConvolution(LazyModuleMixin):
    _size = "in_channels"
    dims: int

    def _size_of(self, input: Tensor) -> int:
        if input.ndim not in (self.dims + 1, self.dims + 2):
            wanted = f"{self.dims + 1} or {self.dims + 2} dimensions"
            errors.shape_error(type(self).__name__, "input", wanted, f"shape {tuple(input.shape)}")
        return input.shape[-self.dims - 1]


class LazyConv1d(_LazyConvolution, Conv1d):
    r"""A :class:`Conv1d` whose ``in_channels`` are those of its first input.

    Args: all of :class:`Conv1d` but ``in_channels``.

    Shape:
        (N, in_channels, L) to (N, out_channels, ...), or both without N.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.LazyConv1d(4, 3)
        >>> _ = layer(ft.ones(2, 3, 9))
        >>> layer.in_channels
        3
    """

    cls_to_become = Conv1d

    def __init__(
        self,
        out_channels: int,
        kernel_size: Single,
        stride: Single = 1,
        padding: str | Single = 0,
        dilation: Single = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        self._prepare(
            out_channels=out_channels, kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation,
            groups=groups, bias=bias, padding_mode=padding_mode, device=device, dtype=dtype,
        )  # fmt: skip


class LazyConv2d(_LazyConvolution, Conv2d):
    r"""A :class:`Conv2d` whose ``in_channels`` are those of its first input.

    Args: all of :class:`Conv2d` but ``in_channels``.

    Shape:
        (N, in_channels, H, W) to (N, out_channels, ...), or both without N.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.LazyConv2d(4, 3)
        >>> _ = layer(ft.ones(2, 3, 9, 9))
        >>> layer.in_channels
        3
    """

    cls_to_become = Conv2d

    def __init__(
        self,
        out_channels: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: str | Pair = 0,
        dilation: Pair = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        self._prepare(
            out_channels=out_channels, kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation,
            groups=groups, bias=bias, padding_mode=padding_mode, device=device, dtype=dtype,
        )  # fmt: skip


class LazyConv3d(_LazyConvolution, Conv3d):
    r"""A :class:`Conv3d` whose ``in_channels`` are those of its first input.

    Args: all of :class:`Conv3d` but ``in_channels``.

    Shape:
        (N, in_channels, D, H, W) to (N, out_channels, ...), or both without N.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.LazyConv3d(4, 3)
        >>> _ = layer(ft.ones(2, 3, 9, 9, 9))
        >>> layer.in_channels
        3
    """

    cls_to_become = Conv3d

    def __init__(
        self,
        out_channels: int,
        kernel_size: Triple,
        stride: Triple = 1,
        padding: str | Triple = 0,
        dilation: Triple = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        self._prepare(
            out_channels=out_channels, kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation,
            groups=groups, bias=bias, padding_mode=padding_mode, device=device, dtype=dtype,
        )  # fmt: skip


class LazyConvTranspose1d(_LazyConvolution, ConvTranspose1d):
    r"""A :class:`ConvTranspose1d` whose ``in_channels`` are those of its first input.

    Args: all of :class:`ConvTranspose1d` but ``in_channels``.

    Shape:
        (N, in_channels, L) to (N, out_channels, ...), or both without N.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.LazyConvTranspose1d(4, 3)
        >>> _ = layer(ft.ones(2, 3, 9))
        >>> layer.in_channels
        3
    """

    cls_to_become = ConvTranspose1d

    def __init__(
        self,
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
        self._prepare(
            out_channels=out_channels, kernel_size=kernel_size, stride=stride, padding=padding,
            output_padding=output_padding, groups=groups, bias=bias, dilation=dilation, padding_mode=padding_mode,
            device=device, dtype=dtype,
        )  # fmt: skip


class LazyConvTranspose2d(_LazyConvolution, ConvTranspose2d):
    r"""A :class:`ConvTranspose2d` whose ``in_channels`` are those of its first input.

    Args: all of :class:`ConvTranspose2d` but ``in_channels``.

    Shape:
        (N, in_channels, H, W) to (N, out_channels, ...), or both without N.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.LazyConvTranspose2d(4, 3)
        >>> _ = layer(ft.ones(2, 3, 9, 9))
        >>> layer.in_channels
        3
    """

    cls_to_become = ConvTranspose2d

    def __init__(
        self,
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
        self._prepare(
            out_channels=out_channels, kernel_size=kernel_size, stride=stride, padding=padding,
            output_padding=output_padding, groups=groups, bias=bias, dilation=dilation, padding_mode=padding_mode,
            device=device, dtype=dtype,
        )  # fmt: skip


class LazyConvTranspose3d(_LazyConvolution, ConvTranspose3d):
    r"""A :class:`ConvTranspose3d` whose ``in_channels`` are those of its first input.

    Args: all of :class:`ConvTranspose3d` but ``in_channels``.

    Shape:
        (N, in_channels, D, H, W) to (N, out_channels, ...), or both without N.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.LazyConvTranspose3d(4, 3)
        >>> _ = layer(ft.ones(2, 3, 9, 9, 9))
        >>> layer.in_channels
        3
    """

    cls_to_become = ConvTranspose3d

    def __init__(
        self,
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
        self._prepare(
            out_channels=out_channels, kernel_size=kernel_size, stride=stride, padding=padding,
            output_padding=output_padding, groups=groups, bias=bias, dilation=dilation, padding_mode=padding_mode,
            device=device, dtype=dtype,
        )  # fmt: skip
