"""What a Tensor of a sample is: an image, a mask, boxes or key points, so that transforms treat each as it must be.

::

    Tensor
    ├── Image           (..., C, H, W)
    ├── Video           (..., T, C, H, W)
    ├── Mask            (..., H, W), labels of pixels
    ├── BoundingBoxes   (..., 4), a format and the size of the image they are in
    └── KeyPoints       (..., 2), and the size of the image they are in

They are Tensors in everything; results of operations on them are plain Tensors. :func:`wrap` makes one again.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any, Self, TypeVar

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors

__all__ = ["BoundingBoxFormat", "BoundingBoxes", "Image", "KeyPoints", "Mask", "TVTensor", "Video", "wrap"]

T = TypeVar("T", bound="TVTensor")


class TVTensor(ft.Tensor):
    """A Tensor that knows what it is: the base of the others.

    Args:
        data: A Tensor, whose memory is shared, or what :func:`flambeau.tensor.tensor` takes.
        dtype: None: that of ``data``.
        device: None: that of ``data``.
    """

    least_dimensions = 0
    what = "a Tensor"

    def __init__(self, data: Any, *, dtype: Any = None, device: Any = None):
        tensor = data.data if isinstance(data, TVTensor) else data
        if not isinstance(tensor, ft.Tensor):
            tensor = ft.tensor(np.asarray(tensor))
        if dtype is not None or device is not None:
            tensor = tensor.to(device or tensor.device, dtype or tensor.dtype)
        if tensor.ndim < self.least_dimensions:
            errors.shape_error(type(self).__name__, "data", self.what, f"shape {tuple(tensor.shape)}")
        super().__init__(tensor)

    def __operator__(self, op: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Operations compute with the plain Tensors."""
        return op(*map(_plain, args), **{name: _plain(value) for name, value in kwargs.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, TVTensor):
        return value.data
    if isinstance(value, (list, tuple)):
        return type(value)(map(_plain, value)) if not hasattr(value, "_fields") else value
    return value


class Image(TVTensor):
    """One image or a batch of images of one size.

    Shape:
        - data: ``(..., C, H, W)``

    Example:
        >>> from flambeau.vision.tv_tensors import Image
        >>> from flambeau.vision.transforms import CenterCrop
        >>> type(CenterCrop(2)(Image(ft.zeros(3, 4, 4)))).__name__
        'Image'
    """

    least_dimensions = 3
    what = "shape (..., C, H, W)"


class Video(TVTensor):
    """Frames of one size: all of them get the same transform.

    Shape:
        - data: ``(..., T, C, H, W)``
    """

    least_dimensions = 4
    what = "shape (..., T, C, H, W)"


class Mask(TVTensor):
    """Labels of pixels, or one mask for each of N objects.

    Geometric transforms move it with the image, without making labels that were not there; colours do not touch it.

    Shape:
        - data: ``(..., H, W)``
    """

    least_dimensions = 2
    what = "shape (..., H, W)"


class BoundingBoxFormat(enum.Enum):
    """How four numbers say a box: two corners; a corner and the size; or the centre and the size."""

    XYXY = "XYXY"
    XYWH = "XYWH"
    CXCYWH = "CXCYWH"


class _OnCanvas(TVTensor):
    """Coordinates within an image of known size."""

    canvas_size: tuple[int, int]
    coordinates = 0

    def __init__(self, data: Any, *, canvas_size: tuple[int, int], dtype: Any = None, device: Any = None):
        super().__init__(data, dtype=dtype, device=device)
        if self.shape[-1] != self.coordinates:
            errors.shape_error(type(self).__name__, "data", self.what, f"shape {tuple(self.shape)}")
        height, width = canvas_size
        self.canvas_size = (int(height), int(width))

    def coordinates_array(self) -> np.ndarray:
        """The coordinates as float64, on the CPU."""
        return self.data.cpu().numpy().astype(np.float64)

    def moved(self, coordinates: np.ndarray, **changes: Any) -> Self:
        """The same with other coordinates, in its dtype (integers: the part after the point cut off) and place."""
        return wrap(ft.tensor(coordinates.astype(self.dtype)).to(self.device), like=self, **changes)


class BoundingBoxes(_OnCanvas):
    """Boxes within an image.

    Args:
        data: The boxes.
        format: ``"XYXY"``, ``"XYWH"`` or ``"CXCYWH"``.
        canvas_size: Height and width of the image.

    Shape:
        - data: ``(..., 4)``

    Example:
        >>> from flambeau.vision.tv_tensors import BoundingBoxes
        >>> from flambeau.vision.transforms import functional as F
        >>> boxes = BoundingBoxes([[10, 20, 30, 40]], format="XYXY", canvas_size=(100, 100))
        >>> F.horizontal_flip(boxes).tolist()
        [[70, 20, 90, 40]]
    """

    least_dimensions = 1
    what = "shape (..., 4)"
    coordinates = 4
    format: BoundingBoxFormat

    def __init__(
        self,
        data: Any,
        *,
        format: BoundingBoxFormat | str,
        canvas_size: tuple[int, int],
        dtype: Any = None,
        device: Any = None,
    ):
        super().__init__(data, canvas_size=canvas_size, dtype=dtype, device=device)
        self.format = box_format("BoundingBoxes", "format", format)


class KeyPoints(_OnCanvas):
    """Points ``(x, y)`` within an image, in pixels.

    Args:
        data: The points.
        canvas_size: Height and width of the image.

    Shape:
        - data: ``(..., 2)``
    """

    least_dimensions = 1
    what = "shape (..., 2)"
    coordinates = 2


def box_format(operation: str, argument: str, value: BoundingBoxFormat | str) -> BoundingBoxFormat:
    if isinstance(value, BoundingBoxFormat):
        return value
    if isinstance(value, str) and value.upper() in BoundingBoxFormat.__members__:
        return BoundingBoxFormat[value.upper()]
    errors.value_error(operation, argument, f"one of {', '.join(BoundingBoxFormat.__members__)}", repr(value))


def wrap(tensor: ft.Tensor, *, like: T, **changes: Any) -> T:
    """A Tensor as what ``like`` is, with the attributes of ``like`` where they are not given.

    Args:
        tensor: The Tensor, whose memory is shared.
        like: An Image, Video, Mask, BoundingBoxes or KeyPoints.
        changes: Attributes that differ from those of ``like``: ``format``, ``canvas_size``.

    Returns:
        Of the type of ``like``.

    Example:
        >>> from flambeau.vision.tv_tensors import KeyPoints, wrap
        >>> points = KeyPoints([[1, 2]], canvas_size=(8, 8))
        >>> wrap(points + 1, like=points).canvas_size
        (8, 8)
    """
    return type(like)(tensor, **(vars(like) | changes))


def on_plain(function: Callable[[Any], Any], value: Any) -> Any:
    """``function(value)`` computed with the plain Tensor, the result marked as ``value`` is."""
    return wrap(function(value.data), like=value) if isinstance(value, TVTensor) else function(value)
