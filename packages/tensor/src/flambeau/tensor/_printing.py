"""How a Tensor looks: a body as NumPy prints it, and a last line with type, size and device."""

from __future__ import annotations

import numpy as np

from ._dtypes import TENSOR_TYPES, bfloat16


def text(x) -> str:
    array = x.data.numpy()
    body = np.array2string(array.astype(np.float32) if array.dtype == bfloat16 else array, separator=" ")
    return f"{body}\n[{type_string(x)} of size {_size(x)}{_place(x)}]"


def type_string(x) -> str:
    """``flambeau.tensor.cuda.FloatTensor``."""
    place = "" if x.device.type == "cpu" else f"{x.device.type}."
    return f"flambeau.tensor.{place}{TENSOR_TYPES[x.dtype]}"


def _size(x) -> str:
    return "x".join(map(str, x.shape)) if x.ndim else "()"


def _place(x) -> str:
    if x.device.type == "cpu":
        return ""
    return f" (GPU {x.device.index})" if x.device.type == "cuda" else f" ({x.device})"
