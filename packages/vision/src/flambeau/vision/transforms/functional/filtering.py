"""What looks at the pixels around, or puts others in their place: blur, noise, compression, erasing."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors
from PIL import Image

from ... import tv_tensors
from .. import _random
from . import _kinds
from ._checks import int_within, not_negative

__all__ = ["erase", "gaussian_blur", "gaussian_noise", "jpeg"]


def gaussian_blur(img: Any, kernel_size: int | Sequence[int], sigma: float | Sequence[float] | None = None) -> Any:
    """An image blurred by a Gaussian, mirrored at its borders.

    Args:
        img: An image of any kind.
        kernel_size: How many pixels wide and high the kernel is: one odd number for both, or two.
        sigma: The standard deviation in pixels: one for both directions, or two; None: ``0.15 * kernel_size + 0.35``.

    Returns:
        A new image of the same kind. Computed in float32 (float64 for float64); bytes are rounded.

    Raises:
        TypeError: ``img`` no image.
        ValueError: A size that is not odd and positive, or a sigma that is not positive.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.gaussian_blur(np.array([[0, 0, 90, 0, 0]], np.uint8), [3, 1], 1.0).tolist()
        [[0, 25, 41, 25, 0]]
    """
    sizes = check_kernel_size("gaussian_blur", kernel_size)
    if sigma is None:
        sigmas = [size * 0.15 + 0.35 for size in sizes]
    else:
        sigmas = [float(value) for value in (sigma if isinstance(sigma, Sequence) else [sigma])]
    if len(sigmas) not in (1, 2) or not all(value > 0 for value in sigmas):
        errors.value_error("gaussian_blur", "sigma", "one or two positive numbers", repr(sigma))
    sigmas = sigmas * (2 // len(sigmas))

    def blurred(kind: _kinds.Kind, x: Any) -> Any:
        planes = kind.planes(x)
        wide = planes.dtype == ft.float64
        result = planes if wide else planes.float()
        for dim, size, deviation in ((-1, sizes[0], sigmas[0]), (-2, sizes[1], sigmas[1])):
            result = _convolved(result, dim, _gaussian(size, deviation))
        if planes.dtype.kind in "iu":
            result = result.round()
        return kind.from_planes(result.to(planes.dtype), x)

    return _kinds.apply("gaussian_blur", img, blurred)


def check_kernel_size(operation: str, kernel_size: Any) -> list[int]:
    sizes = list(kernel_size) if isinstance(kernel_size, Sequence) else [kernel_size]
    if len(sizes) not in (1, 2) or not all(isinstance(n, int) and n > 0 and n % 2 == 1 for n in sizes):
        errors.value_error(operation, "kernel_size", "one or two odd and positive ints", repr(kernel_size))
    return sizes * (2 // len(sizes))


def _gaussian(size: int, sigma: float) -> np.ndarray:
    place = np.arange(size) - (size - 1) / 2
    weights = np.exp(-0.5 * (place / sigma) ** 2)
    return weights / weights.sum()


def _convolved(planes: ft.Tensor, dim: int, weights: np.ndarray) -> ft.Tensor:
    """Along one dimension, mirrored at both ends."""
    length, reach = planes.shape[dim], len(weights) // 2
    if length == 0 or reach == 0:
        return planes
    mirrored = np.pad(np.arange(length), reach, mode="reflect" if length > 1 else "edge")
    longer = planes.index_select(dim, ft.tensor(mirrored, device=planes.device))
    step = ft.pointwise("total + x * weight")
    result = longer.narrow(dim, 0, length) * float(weights[0])
    for place in range(1, len(weights)):
        result = step(result, longer.narrow(dim, place, length), float(weights[place]), out=result)
    return result


def gaussian_noise(
    img: Any, mean: float = 0.0, sigma: float = 0.1, clip: bool = True, generator: ft.Generator | None = None
) -> Any:
    """An image with noise added to each value.

    Args:
        img: An image of any kind: bytes, or floats in 0..1.
        mean: Of the noise; of bytes too, 1 is the whole range.
        sigma: The standard deviation of the noise.
        clip: Keep the values of floats in 0..1; those of bytes always stay in 0..255.
        generator: Where the noise comes from; None: that of the sample that is read, see
            :func:`flambeau.data.sample_generator`.

    Returns:
        A new image of the same kind.

    Raises:
        TypeError: ``img`` no image, or of other numbers.
        ValueError: A negative ``sigma``.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.gaussian_noise(ft.zeros(1, 2, 2), mean=0.5, sigma=0.0).tolist()
        [[[0.5, 0.5], [0.5, 0.5]]]
    """
    not_negative("gaussian_noise", "sigma", sigma)

    def noisy(kind: _kinds.Kind, x: Any) -> Any:
        planes = kind.planes(x)
        if planes.dtype != np.uint8 and planes.dtype.kind != "f":
            errors.dtype_error("gaussian_noise", "img", "uint8 or a floating dtype", str(planes.dtype))
        noise = ft.randn(tuple(planes.shape), generator=_random.source(generator)).to(planes.device) * sigma + mean
        if planes.dtype == np.uint8:
            return kind.from_planes((planes.float() + noise * 255).round().clamp(0, 255).to(ft.uint8), x)
        result = planes + noise.to(planes.dtype)
        return kind.from_planes(result.clamp(0, 1) if clip else result, x)

    return _kinds.apply("gaussian_noise", img, noisy)


def jpeg(img: Any, quality: int) -> Any:
    """An image after JPEG compression and decompression, by Pillow.

    Args:
        img: An image of any kind, of bytes: grey or RGB.
        quality: 1 to 100; less is smaller and worse.

    Returns:
        A new image of the same kind.

    Raises:
        TypeError: ``img`` no image, or not of bytes.
        ValueError: Another quality, or another number of channels.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.jpeg(np.full((8, 8), 100, np.uint8), 50).max().item()
        100
    """
    int_within("jpeg", "quality", quality, 1, 100)

    def compressed(image: Image.Image) -> Image.Image:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality)
        result = Image.open(file)
        result.load()
        return result if result.mode == image.mode else result.convert(image.mode)

    def work(kind: _kinds.Kind, x: Any) -> Any:
        if kind.dtype(x) != np.uint8:
            errors.dtype_error("jpeg", "img", "uint8", str(kind.dtype(x)))
        return kind.recolour("jpeg", x, compressed)

    return _kinds.apply("jpeg", img, work)


def erase(img: Any, i: int, j: int, h: int, w: int, v: Any, inplace: bool = False) -> Any:
    """An image with a rectangle of it replaced.

    Args:
        img: An image of any kind.
        i, j: The corner of the rectangle: top and left.
        h, w: Its height and width.
        v: What comes there: a number, one for each channel, or an array or Tensor that broadcasts to ``(C, h, w)``.
        inplace: Change a Tensor itself.

    Returns:
        The image, of the same kind.

    Raises:
        TypeError: ``img`` no image.
        ShapeError: A ``v`` that does not fit.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.erase(ft.zeros(1, 2, 2), 0, 1, 2, 1, 5).tolist()
        [[[0.0, 5.0], [0.0, 5.0]]]
    """

    def work(kind: _kinds.Kind, x: Any) -> Any:
        planes = kind.planes(x)
        result = planes if inplace and isinstance(x, ft.Tensor) else planes.clone()
        values = v.data if isinstance(v, tv_tensors.TVTensor) else v
        values = values if isinstance(values, ft.Tensor) else ft.tensor(np.asarray(values))
        values = values.to(planes.device, planes.dtype)
        part = result[..., i : i + h, j : j + w]
        if values.ndim == 1 and len(values) > 1:
            values = values.reshape(-1, 1, 1)
        try:
            fits = np.broadcast_shapes(tuple(values.shape), tuple(part.shape)) == tuple(part.shape)
        except ValueError:
            fits = False
        if not fits:
            errors.shape_error("erase", "v", f"values for shape {tuple(part.shape)}", f"shape {tuple(values.shape)}")
        result[..., i : i + h, j : j + w] = values
        return kind.from_planes(result, x)

    return _kinds.apply("erase", img, work)
