"""Shifting and scaling channels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from numbers import Real
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors
from PIL import Image

from ... import tv_tensors
from . import conversion

__all__ = ["normalize"]


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
        tv_tensors.on_plain(lambda x: x.sub_(shift).div_(scale), tensor)
        return tensor
    return tv_tensors.on_plain(lambda x: ft.pointwise("(x - mean) / std")(x, shift, scale), tensor)


def to_normalized(pic: Any, mean: list[float], std: list[float]) -> ft.Tensor:
    """``normalize(to_tensor(pic), mean, std)``: bytes in one pass over memory, with the same result."""
    planes, _ = conversion.planes_to_convert("to_tensor", pic)
    if planes.dtype != np.uint8:
        return normalize(conversion.to_tensor(pic), mean, std)
    shift = _per_channel(planes, "mean", mean, np.dtype(np.float32))
    scale = _per_channel(planes, "std", std, np.dtype(np.float32))
    # the result in the usual order of memory, whatever that of the pixels
    result = ft.empty(tuple(planes.shape), dtype=ft.float32, device=planes.device)
    return ft.pointwise("(x / 255 - mean) / std")(planes, shift, scale, out=result)


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


def _per_channel(tensor: ft.Tensor, name: str, values: list[float], dtype: np.dtype | None = None) -> ft.Tensor:
    channels = tensor.shape[-3]
    if len(values) not in (1, channels):
        expected = "1 number for 1 channel" if channels == 1 else f"1 or {channels} numbers for {channels} channels"
        errors.value_error("normalize", name, expected, f"{len(values)} numbers")
    return _column(tuple(values), dtype or tensor.dtype, str(tensor.device))


@lru_cache(maxsize=32)
def _column(values: tuple[float, ...], dtype: Any, device: str) -> ft.Tensor:
    return ft.tensor(values, dtype=dtype, device=device).reshape(-1, 1, 1)
