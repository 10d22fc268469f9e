"""Bytes by Pillow, floats by a formula: what all functions of colours have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors
from PIL import Image

from . import _kinds, _pixels


def coloured(
    operation: str, img: Any, pillow: Callable[[Image.Image], Image.Image], floats: Callable[[ft.Tensor], ft.Tensor]
) -> Any:
    """Bytes by Pillow, whatever holds them; floats in 0..1 by a formula on planes."""

    def work(kind: _kinds.Kind, x: Any) -> Any:
        dtype = kind.dtype(x)
        if dtype == np.uint8 or (isinstance(x, Image.Image) and x.mode != "F"):
            return kind.recolour(operation, x, pillow)
        if dtype.kind != "f" and dtype != ft.bfloat16:
            errors.dtype_error(operation, "img", "uint8 or a floating dtype", str(dtype), "use convert_image_dtype")
        planes = kind.planes(x)
        _pixels.check_colours(operation, planes.shape[-3])
        return kind.from_planes(floats(planes).to(planes.dtype), x)

    return _kinds.apply(operation, img, work)
