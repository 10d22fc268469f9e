"""Layers that put elements around Tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flambeau.tensor import errors

from .. import functional as F
from ..functional._types import T
from ..module import Module

__all__ = [
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
]


class _Pad(Module):
    """What all of them share: how much on each side, and for how many dimensions from the last one on."""

    dims = 1
    mode = "constant"

    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__()
        name = type(self).__name__
        values = tuple(padding) if isinstance(padding, (tuple, list)) else (padding,) * (2 * self.dims)
        if len(values) != 2 * self.dims or not all(type(n) is int for n in values):
            errors.type_error(name, "padding", f"an int or {2 * self.dims} ints", repr(padding))
        self.padding = values

    if TYPE_CHECKING:

        def __call__(self, input: T) -> T: ...

    def forward(self, input: T) -> T:
        if input.ndim not in (self.dims + 1, self.dims + 2):
            wanted = f"{self.dims + 1} or {self.dims + 2} dimensions"
            errors.shape_error(type(self).__name__, "input", wanted, f"shape {input.shape}")
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPad(_Pad):
    """One value around Tensors of any number of dimensions."""

    def __init__(self, padding: int | tuple[int, ...], value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: T) -> T:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class CircularPad1d(_Pad):
    """Around signals what is at their other ends.

    Args:
        padding: how many elements to put on each side: an int, or (left, right). Negative numbers take away.

    Shape:
        (N, C, W) to (N, C, OW); N may be left out.

    Raises:
        TypeError: another number of ints.
        ShapeError: another number of dimensions, or the padding is more than the size.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.CircularPad1d((1, 2))(ft.tensor([[[1, 2, 3]]])).tolist()
        [[[3, 1, 2, 3, 1, 2]]]
    """

    dims = 1
    mode = "circular"


class CircularPad2d(_Pad):
    """Around images what is at their other ends.

    Args:
        padding: how many elements to put on each side: an int, or (left, right, top, bottom). Negative numbers take
            away.

    Shape:
        (N, C, H, W) to (N, C, OH, OW); N may be left out.

    Raises:
        TypeError: another number of ints.
        ShapeError: another number of dimensions, or the padding is more than the size.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.CircularPad2d((1, 2, 0, 0))(ft.tensor([[[[1, 2, 3]]]])).tolist()
        [[[[3, 1, 2, 3, 1, 2]]]]
    """

    dims = 2
    mode = "circular"


class CircularPad3d(_Pad):
    """Around volumes what is at their other ends.

    Args:
        padding: how many elements to put on each side: an int, or (left, right, top, bottom, front, back). Negative
            numbers take away.

    Shape:
        (N, C, D, H, W) to (N, C, OD, OH, OW); N may be left out.

    Raises:
        TypeError: another number of ints.
        ShapeError: another number of dimensions, or the padding is more than the size.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.CircularPad3d((1, 2, 0, 0, 0, 0))(ft.tensor([[[[[1, 2, 3]]]]])).tolist()
        [[[[[3, 1, 2, 3, 1, 2]]]]]
    """

    dims = 3
    mode = "circular"


class ConstantPad1d(_ConstantPad):
    """One value around signals.

    Args:
        padding: how many elements to put on each side: an int, or (left, right). Negative numbers take away.
        value: of the new elements.

    Shape:
        (N, C, W) to (N, C, OW); N may be left out.

    Raises:
        TypeError: another number of ints.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ConstantPad1d((1, 2), 9)(ft.tensor([[[1, 2, 3]]])).tolist()
        [[[9, 1, 2, 3, 9, 9]]]
    """

    dims = 1


class ConstantPad2d(_ConstantPad):
    """One value around images.

    Args:
        padding: how many elements to put on each side: an int, or (left, right, top, bottom). Negative numbers take
            away.
        value: of the new elements.

    Shape:
        (N, C, H, W) to (N, C, OH, OW); N may be left out.

    Raises:
        TypeError: another number of ints.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ConstantPad2d((1, 2, 0, 0), 9)(ft.tensor([[[[1, 2, 3]]]])).tolist()
        [[[[9, 1, 2, 3, 9, 9]]]]
    """

    dims = 2


class ConstantPad3d(_ConstantPad):
    """One value around volumes.

    Args:
        padding: how many elements to put on each side: an int, or (left, right, top, bottom, front, back). Negative
            numbers take away.
        value: of the new elements.

    Shape:
        (N, C, D, H, W) to (N, C, OD, OH, OW); N may be left out.

    Raises:
        TypeError: another number of ints.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ConstantPad3d((1, 2, 0, 0, 0, 0), 9)(ft.tensor([[[[[1, 2, 3]]]]])).tolist()
        [[[[[9, 1, 2, 3, 9, 9]]]]]
    """

    dims = 3


class ReflectionPad1d(_Pad):
    """Signals mirrored at their outermost elements.

    Args:
        padding: how many elements to put on each side: an int, or (left, right). Negative numbers take away.

    Shape:
        (N, C, W) to (N, C, OW); N may be left out.

    Raises:
        TypeError: another number of ints.
        ShapeError: another number of dimensions, or the padding is not less than the size.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ReflectionPad1d((1, 2))(ft.tensor([[[1, 2, 3]]])).tolist()
        [[[2, 1, 2, 3, 2, 1]]]
    """

    dims = 1
    mode = "reflect"


class ReflectionPad2d(_Pad):
    """Images mirrored at their outermost elements.

    Args:
        padding: how many elements to put on each side: an int, or (left, right, top, bottom). Negative numbers take
            away.

    Shape:
        (N, C, H, W) to (N, C, OH, OW); N may be left out.

    Raises:
        TypeError: another number of ints.
        ShapeError: another number of dimensions, or the padding is not less than the size.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ReflectionPad2d((1, 2, 0, 0))(ft.tensor([[[[1, 2, 3]]]])).tolist()
        [[[[2, 1, 2, 3, 2, 1]]]]
    """

    dims = 2
    mode = "reflect"


class ReflectionPad3d(_Pad):
    """Volumes mirrored at their outermost elements.

    Args:
        padding: how many elements to put on each side: an int, or (left, right, top, bottom, front, back). Negative
            numbers take away.

    Shape:
        (N, C, D, H, W) to (N, C, OD, OH, OW); N may be left out.

    Raises:
        TypeError: another number of ints.
        ShapeError: another number of dimensions, or the padding is not less than the size.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ReflectionPad3d((1, 2, 0, 0, 0, 0))(ft.tensor([[[[[1, 2, 3]]]]])).tolist()
        [[[[[2, 1, 2, 3, 2, 1]]]]]
    """

    dims = 3
    mode = "reflect"


class ReplicationPad1d(_Pad):
    """The outermost elements of signals around them.

    Args:
        padding: how many elements to put on each side: an int, or (left, right). Negative numbers take away.

    Shape:
        (N, C, W) to (N, C, OW); N may be left out.

    Raises:
        TypeError: another number of ints.
        ShapeError: another number of dimensions.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ReplicationPad1d((1, 2))(ft.tensor([[[1, 2, 3]]])).tolist()
        [[[1, 1, 2, 3, 3, 3]]]
    """

    dims = 1
    mode = "replicate"


class ReplicationPad2d(_Pad):
    """The outermost elements of images around them.

    Args:
        padding: how many elements to put on each side: an int, or (left, right, top, bottom). Negative numbers take
            away.

    Shape:
        (N, C, H, W) to (N, C, OH, OW); N may be left out.

    Raises:
        TypeError: another number of ints.
        ShapeError: another number of dimensions.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ReplicationPad2d((1, 2, 0, 0))(ft.tensor([[[[1, 2, 3]]]])).tolist()
        [[[[1, 1, 2, 3, 3, 3]]]]
    """

    dims = 2
    mode = "replicate"


class ReplicationPad3d(_Pad):
    """The outermost elements of volumes around them.

    Args:
        padding: how many elements to put on each side: an int, or (left, right, top, bottom, front, back). Negative
            numbers take away.

    Shape:
        (N, C, D, H, W) to (N, C, OD, OH, OW); N may be left out.

    Raises:
        TypeError: another number of ints.
        ShapeError: another number of dimensions.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ReplicationPad3d((1, 2, 0, 0, 0, 0))(ft.tensor([[[[[1, 2, 3]]]]])).tolist()
        [[[[[1, 1, 2, 3, 3, 3]]]]]
    """

    dims = 3
    mode = "replicate"


class ZeroPad1d(_ConstantPad):
    """Zeros around signals.

    Args:
        padding: how many elements to put on each side: an int, or (left, right). Negative numbers take away.

    Shape:
        (N, C, W) to (N, C, OW); N may be left out.

    Raises:
        TypeError: another number of ints.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ZeroPad1d((1, 2))(ft.tensor([[[1, 2, 3]]])).tolist()
        [[[0, 1, 2, 3, 0, 0]]]
    """

    dims = 1

    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__(padding, 0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad2d(_ConstantPad):
    """Zeros around images.

    Args:
        padding: how many elements to put on each side: an int, or (left, right, top, bottom). Negative numbers take
            away.

    Shape:
        (N, C, H, W) to (N, C, OH, OW); N may be left out.

    Raises:
        TypeError: another number of ints.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ZeroPad2d((1, 2, 0, 0))(ft.tensor([[[[1, 2, 3]]]])).tolist()
        [[[[0, 1, 2, 3, 0, 0]]]]
    """

    dims = 2

    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__(padding, 0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad3d(_ConstantPad):
    """Zeros around volumes.

    Args:
        padding: how many elements to put on each side: an int, or (left, right, top, bottom, front, back). Negative
            numbers take away.

    Shape:
        (N, C, D, H, W) to (N, C, OD, OH, OW); N may be left out.

    Raises:
        TypeError: another number of ints.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.ZeroPad3d((1, 2, 0, 0, 0, 0))(ft.tensor([[[[[1, 2, 3]]]]])).tolist()
        [[[[[0, 1, 2, 3, 0, 0]]]]]
    """

    dims = 3

    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__(padding, 0)

    def extra_repr(self) -> str:
        return f"{self.padding}"
