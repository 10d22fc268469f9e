"""The three kinds of images, and what each can do: the one place where they differ.

A *kind* offers a few primitive operations on its images. The functions of this package are written with those alone:

==============  ==================================  =================================================
kind            images                              work is done by
==============  ==================================  =================================================
PillowKind      ``PIL.Image.Image``                 Pillow
ArrayKind       NumPy, (H, W) or (H, W, C)          Pillow for what computes pixels, NumPy for the rest
TensorKind      Tensors, (..., C, H, W)             the same, and tensor's operators on the device
==============  ==================================  =================================================

So what computes pixels is Pillow's code for all of them, and the results are equal. What Pillow has no code for is
written with tensor's operators on *planes*, a Tensor of shape (..., C, H, W), for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors
from PIL import Image, ImageOps

from ... import tv_tensors
from . import _pixels

Fill = list[float]
ByPillow = Callable[[Image.Image, Any], Image.Image]


class PillowKind:
    """Images of Pillow's, of any of its modes."""

    def size(self, image: Any) -> tuple[int, int]:
        return image.height, image.width

    def channels(self, image: Any) -> int:
        return len(image.getbands())

    def dtype(self, image: Any) -> np.dtype:
        return np.dtype(_pixels.DTYPES.get(image.mode, np.uint8))

    def resample(self, operation: str, image: Any, function: ByPillow, smooth: bool, fill: Fill | None = None) -> Any:
        """Geometry by Pillow: ``function(image, fill)`` with the fill as Pillow takes it."""
        if fill is None:
            return function(image, None)
        values = fill if image.mode == "F" else [int(value) for value in fill]
        # one number would be the first channel's alone
        values = values * (self.channels(image) // len(values))
        return function(image, tuple(values) if len(values) > 1 else values[0])

    def recolour(self, operation: str, image: Any, function: Callable[[Image.Image], Image.Image]) -> Any:
        """Pixels by Pillow, each for itself or all channels together."""
        return function(image)

    def planes(self, image: Any) -> ft.Tensor:
        return _pixels.planes_of(np.asarray(image))

    def from_planes(self, planes: ft.Tensor, like: Any) -> Any:
        array = _pixels.array_of(planes, like.mode in ("1", "L", "P", "I", "I;16", "F"))
        if array.ndim == 3 and array.dtype != np.uint8:
            errors.dtype_error("transforms", "img", "bytes, of which PIL images of colours are", str(array.dtype))
        if planes.dtype == np.uint8 and planes.shape[-3] == self.channels(like):
            return _pixels.image_like(array, like)
        return Image.fromarray(array)

    def flip(self, image: Any, horizontal: bool) -> Any:
        return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT if horizontal else Image.Transpose.FLIP_TOP_BOTTOM)

    def crop(self, image: Any, top: int, left: int, height: int, width: int) -> Any:
        return image.crop((left, top, left + width, top + height))

    def surround(self, image: Any, border: tuple[int, int, int, int], fill: Fill) -> Any:
        """A constant border: left, top, right, bottom."""
        return self.resample("pad", image, lambda x, values: ImageOps.expand(x, border, values), False, fill)

    def take(self, image: Any, rows: np.ndarray, columns: np.ndarray) -> Any:
        """The pixels of these rows and columns."""
        return _pixels.image_like(np.asarray(image)[rows][:, columns], image)


class _IndexedKind:
    """What NumPy arrays and Tensors have in common: indexing, with rows and columns in other places."""

    def at(self, rows: Any, columns: Any) -> tuple[Any, ...]:
        raise NotImplementedError

    def copied(self, image: Any) -> Any:
        raise NotImplementedError

    def filled(self, image: Any, height: int, width: int, fill: Fill) -> Any:
        raise NotImplementedError

    def indices(self, image: Any, indices: np.ndarray) -> Any:
        raise NotImplementedError

    def size(self, image: Any) -> tuple[int, int]:
        raise NotImplementedError

    def dtype(self, image: Any) -> np.dtype:
        return image.dtype

    def flip(self, image: Any, horizontal: bool) -> Any:
        every, back = slice(None), slice(None, None, -1)
        return self.copied(image[self.at(every, back) if horizontal else self.at(back, every)])

    def crop(self, image: Any, top: int, left: int, height: int, width: int) -> Any:
        rows, columns = self.size(image)
        if top >= 0 and left >= 0 and top + height <= rows and left + width <= columns:
            return self.copied(image[self.at(slice(top, top + height), slice(left, left + width))])
        result = self.filled(image, height, width, [0])
        above, before = max(-top, 0), max(-left, 0)
        inside = image[self.at(slice(max(top, 0), max(top + height, 0)), slice(max(left, 0), max(left + width, 0)))]
        if 0 not in (found := self.size(inside)):
            result[self.at(slice(above, above + found[0]), slice(before, before + found[1]))] = inside
        return result

    def surround(self, image: Any, border: tuple[int, int, int, int], fill: Fill) -> Any:
        left, top, right, bottom = border
        height, width = self.size(image)
        result = self.filled(image, height + top + bottom, width + left + right, fill)
        result[self.at(slice(top, top + height), slice(left, left + width))] = image
        return result

    def take(self, image: Any, rows: np.ndarray, columns: np.ndarray) -> Any:
        every = slice(None)
        taken = image[self.at(self.indices(image, rows), every)]
        return taken[self.at(every, self.indices(image, columns))]


class ArrayKind(_IndexedKind):
    """NumPy arrays of shape (H, W) or (H, W, C)."""

    def at(self, rows: Any, columns: Any) -> tuple[Any, ...]:
        return rows, columns

    def copied(self, image: Any) -> Any:
        return np.array(image, order="C")

    def filled(self, image: Any, height: int, width: int, fill: Fill) -> Any:
        result = np.empty((height, width, *image.shape[2:]), image.dtype)
        result[...] = fill
        return result

    def indices(self, image: Any, indices: np.ndarray) -> Any:
        return indices

    def size(self, image: Any) -> tuple[int, int]:
        return image.shape[:2]

    def channels(self, image: Any) -> int:
        return image.shape[2] if image.ndim == 3 else 1

    def resample(self, operation: str, image: Any, function: ByPillow, smooth: bool, fill: Fill | None = None) -> Any:
        _pixels.check_pixels(operation, image.shape)
        if image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3:
            # Pillow's own layout of colours: all channels in one call
            values = None if fill is None else tuple(int(value) for value in fill * (3 // len(fill)))
            return np.array(function(Image.fromarray(np.ascontiguousarray(image)), values))
        planes = image[None] if image.ndim == 2 else image.transpose(2, 0, 1)
        result = _pixels.resampled(operation, planes, function, smooth, fill)
        return result[0] if image.ndim == 2 else np.ascontiguousarray(result.transpose(1, 2, 0))

    def recolour(self, operation: str, image: Any, function: Callable[[Image.Image], Image.Image]) -> Any:
        flat = image.ndim == 3 and image.shape[2] == 1
        _pixels.check_colours(operation, self.channels(image))
        result = np.array(function(Image.fromarray(np.ascontiguousarray(image[:, :, 0] if flat else image))))
        return result[:, :, None] if result.ndim == 2 and image.ndim == 3 else result

    def planes(self, image: Any) -> ft.Tensor:
        return _pixels.planes_of(image)

    def from_planes(self, planes: ft.Tensor, like: Any) -> Any:
        return _pixels.array_of(planes, like.ndim == 2 and planes.shape[-3] == 1)


class TensorKind(_IndexedKind):
    """Tensors of shape (..., C, H, W): one image, or a batch of them."""

    def at(self, rows: Any, columns: Any) -> tuple[Any, ...]:
        return ..., rows, columns

    def copied(self, image: Any) -> Any:
        return image.clone()

    def filled(self, image: Any, height: int, width: int, fill: Fill) -> Any:
        result = ft.empty((*image.shape[:-2], height, width), dtype=image.dtype, device=image.device)
        values = ft.tensor(fill, dtype=ft.float64, device=image.device)
        # one value is also for what has no channels: a mask of shape (H, W)
        return result.copy_(values.reshape(-1, 1, 1) if len(fill) > 1 else values.reshape(()))

    def indices(self, image: Any, indices: np.ndarray) -> Any:
        return ft.tensor(indices, device=image.device)

    def size(self, image: Any) -> tuple[int, int]:
        return tuple(image.shape[-2:])

    def channels(self, image: Any) -> int:
        return image.shape[-3] if image.ndim > 2 else 1

    def resample(self, operation: str, image: Any, function: ByPillow, smooth: bool, fill: Fill | None = None) -> Any:
        array = on_cpu(operation, image).numpy()
        _pixels.check_pixels(operation, array.shape)
        planes = array.reshape(-1, *array.shape[-2:])
        values = fill if fill is None or len(fill) == 1 else fill * (len(planes) // len(fill))
        result = _pixels.resampled(operation, planes, function, smooth, values)
        return ft.from_numpy(result.reshape(*array.shape[:-2], *result.shape[-2:]))

    def recolour(self, operation: str, image: Any, function: Callable[[Image.Image], Image.Image]) -> Any:
        array = on_cpu(operation, image).numpy()
        _pixels.check_colours(operation, array.shape[-3])
        images = array.reshape(-1, *array.shape[-3:])
        done = [_pixels.split(function(_pixels.merged(planes))) for planes in images]
        result = np.stack(done) if done else images
        return ft.from_numpy(result.reshape(*array.shape[:-3], *result.shape[-3:]))

    def planes(self, image: Any) -> ft.Tensor:
        return image

    def from_planes(self, planes: ft.Tensor, like: Any) -> Any:
        return planes


Kind = PillowKind | ArrayKind | TensorKind
PILLOW, ARRAY, TENSOR = PillowKind(), ArrayKind(), TensorKind()


def on_cpu(operation: str, image: ft.Tensor) -> ft.Tensor:
    """Refuse what is elsewhere: moving it here and back in silence would hide what is slow."""
    if image.device.type != "cpu":
        fix = "move it with .cpu(), or apply the transform before moving images to the device"
        errors.device_error(operation, "img", "an image on the CPU", str(image.device), fix)
    return image


def kind_of(operation: str, argument: str, image: Any) -> Kind:
    """Of which kind an image is; raises for what is none."""
    if isinstance(image, Image.Image):
        return PILLOW
    if isinstance(image, ft.Tensor):
        if image.ndim < 3 and not isinstance(image, tv_tensors.Mask):
            errors.shape_error(operation, argument, "shape (..., C, H, W)", f"shape {tuple(image.shape)}")
        return TENSOR
    if isinstance(image, np.ndarray):
        if image.ndim not in (2, 3):
            errors.shape_error(operation, argument, "an array of shape (H, W) or (H, W, C)", f"shape {image.shape}")
        return ARRAY
    errors.type_error(operation, argument, "PIL image, NumPy array or Tensor", type(image).__name__)


def fill_values(operation: str, fill: Any, channels: int) -> Fill:
    """A fill as one number for all channels, or one for each."""
    values = [0.0] if fill is None else list(fill) if isinstance(fill, Sequence) else [fill]
    if len(values) not in (1, channels) or not all(isinstance(value, (int, float)) for value in values):
        errors.value_error(operation, "fill", f"a number, or {channels} of them: one for each channel", repr(fill))
    return values


def apply(operation: str, image: Any, function: Callable[[Kind, Any], Any], argument: str = "img") -> Any:
    """``function(kind, image)``; what was an Image or a Video is one again."""
    kind = kind_of(operation, argument, image)
    return tv_tensors.on_plain(lambda x: function(kind, x), image)
