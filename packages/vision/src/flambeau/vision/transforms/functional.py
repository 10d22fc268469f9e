"""The work beneath the transforms: functions of an image and parameters, without state or randomness."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors
from PIL import Image

__all__ = ["normalize", "to_tensor"]

_BYTE_MODES = ("L", "LA", "La", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV", "LAB")


def to_tensor(pic: Image.Image | np.ndarray) -> ft.Tensor:
    """An image of HxW pixels and C channels as a Tensor of shape ``(C, H, W)``.

    Bytes become float32 in 0..1: ``value / 255``. Other numbers keep their values:

    ==================================  ==============================================
    image                               Tensor
    ==================================  ==============================================
    PIL, 8 bits per channel             float32, 0..1
    PIL, mode ``"1"``                   float32, 0 or 1
    PIL, modes ``"I"`` and ``"I;16"``   int32, values kept
    PIL, mode ``"F"``                   float32, values kept
    uint8 array, (H, W) or (H, W, C)    float32, 0..1
    other array, (H, W) or (H, W, C)    its dtype, values kept
    ==================================  ==============================================

    Args:
        pic: The image.

    Returns:
        Tensor of shape ``(C, H, W)`` that shares no memory with the image.

    Raises:
        TypeError: Neither a PIL image nor an array.
        ValueError: An array that is not 2- or 3-dimensional, or a PIL image with a palette or another mode.

    Example:
        >>> from flambeau.vision.transforms.functional import to_tensor
        >>> to_tensor(np.array([[0, 51], [102, 255]], dtype=np.uint8)).tolist() # doctest: +ELLIPSIS
        [[[0.0, 0.2...], [0.4..., 1.0]]]
    """
    if isinstance(pic, Image.Image):
        array = _array_of_image(pic)
    elif isinstance(pic, np.ndarray):
        array = pic
    else:
        errors.type_error("to_tensor", "pic", "PIL image or NumPy array", type(pic).__name__)
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3:
        errors.shape_error("to_tensor", "pic", "an array of shape (H, W) or (H, W, C)", f"shape {array.shape}")
    planes = array.transpose(2, 0, 1)
    if array.dtype == np.uint8:
        return ft.from_numpy(np.divide(planes, np.float32(255), dtype=np.float32, order="C"))
    return ft.from_numpy(np.array(planes, order="C"))


def _array_of_image(image: Image.Image) -> np.ndarray:
    if image.mode in _BYTE_MODES:
        return np.asarray(image)
    if image.mode == "1":
        return np.asarray(image).astype(np.float32)
    if image.mode == "F":
        return np.asarray(image)
    if image.mode == "I" or image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.int32)
    # A palette's indices are no intensities: silently dividing them by 255 would train on nonsense.
    fix = 'convert it first, with image.convert("RGB")'
    errors.value_error("to_tensor", "pic", "grey or colour image", f"mode {image.mode!r}", fix)


def normalize(
    tensor: ft.Tensor, mean: float | Sequence[float], std: float | Sequence[float], inplace: bool = False
) -> ft.Tensor:
    r"""Shift and scale each channel.

    .. math:: \text{output}_c = (\text{input}_c - \text{mean}_c) / \text{std}_c

    Args:
        tensor: Floating images.
        mean: What to subtract: one number for each channel, or one for all.
        std: What to divide by: one number for each channel, or one for all.
        inplace: Change ``tensor`` itself.

    Shape:
        - tensor: ``(..., C, H, W)``
        - output: the same

    Returns:
        The normalized images; ``tensor`` itself with ``inplace``.

    Raises:
        TypeError: ``tensor`` not a Tensor, or not floating; ``mean`` or ``std`` not numbers.
        ShapeError: ``tensor`` of fewer than three dimensions.
        ValueError: ``mean`` or ``std`` of another length than the number of channels, or a zero in ``std``.

    Example:
        >>> from flambeau.vision.transforms.functional import normalize
        >>> normalize(ft.ones(1, 1, 2), mean=[0.5], std=[0.25]).tolist()
        [[[2.0, 2.0]]]
    """
    if not isinstance(tensor, ft.Tensor):
        fix = "apply ToTensor first" if isinstance(tensor, (Image.Image, np.ndarray)) else None
        errors.type_error("normalize", "tensor", "Tensor", type(tensor).__name__, fix)
    if tensor.ndim < 3:
        errors.shape_error("normalize", "tensor", "shape (..., C, H, W)", f"shape {tuple(tensor.shape)}")
    if tensor.dtype not in (ft.float16, ft.bfloat16, ft.float32, ft.float64):
        errors.dtype_error("normalize", "tensor", "a floating dtype", str(tensor.dtype), "use tensor.float()")
    means, stds = check_normalization("normalize", mean, std)
    shift, scale = _per_channel(tensor, "mean", means), _per_channel(tensor, "std", stds)
    if inplace:
        return tensor.sub_(shift).div_(scale)
    return (tensor - shift) / scale


def check_normalization(operation: str, mean: Any, std: Any) -> tuple[list[float], list[float]]:
    """``mean`` and ``std`` as lists of numbers, one number alone being a list of one; ``std`` without a zero."""
    lists = []
    for name, values in (("mean", mean), ("std", std)):
        numbers = list(values) if isinstance(values, Iterable) else [values]
        for number in numbers:
            if not isinstance(number, Real):
                errors.type_error(operation, name, "a number, or a list of numbers", type(number).__name__)
        lists.append([float(number) for number in numbers])
    if 0 in lists[1]:
        errors.value_error(operation, "std", "numbers other than zero", str(lists[1]))
    return lists[0], lists[1]


def _per_channel(tensor: ft.Tensor, name: str, values: list[float]) -> ft.Tensor:
    channels = tensor.shape[-3]
    if len(values) not in (1, channels):
        expected = "1 number for 1 channel" if channels == 1 else f"1 or {channels} numbers for {channels} channels"
        errors.value_error("normalize", name, expected, f"{len(values)} numbers")
    return ft.tensor(values, dtype=tensor.dtype, device=tensor.device).reshape(-1, 1, 1)
