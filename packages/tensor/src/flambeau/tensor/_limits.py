"""``finfo`` and ``iinfo``: what the numbers of a dtype are like."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from . import errors
from ._core.tensor import Tensor, as_dtype

__all__ = ["finfo", "iinfo"]


class FloatLimits(NamedTuple):
    """What :func:`finfo` gives."""

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    tiny: float
    resolution: float
    dtype: np.dtype


class IntegerLimits(NamedTuple):
    """What :func:`iinfo` gives."""

    bits: int
    max: int
    min: int
    dtype: np.dtype


def finfo(dtype: Any = None) -> FloatLimits:
    """The limits of a floating dtype; of a complex one, those of its parts.

    Args:
        dtype: dtype or Tensor; by default the default float.

    Returns:
        ``bits``; ``eps``, from 1 to the next larger number; ``max``, ``min``; ``smallest_normal``, also called
        ``tiny``; ``resolution``, of decimal digits; ``dtype``.

    Raises:
        DTypeError: not a floating dtype.

    Example:
        >>> ft.finfo(ft.float32).eps == 2**-23, ft.finfo("bfloat16").bits
        (True, 16)
    """
    from ._defaults import get_default_dtype

    wanted = _dtype("finfo", dtype) or get_default_dtype()
    if wanted.kind == "c":
        wanted = np.dtype(f"f{wanted.itemsize // 2}")
    if wanted.kind == "f":
        limits: Any = np.finfo(wanted)
    elif wanted.name == "bfloat16":
        import ml_dtypes

        limits = ml_dtypes.finfo(wanted)
    else:
        errors.dtype_error("finfo", "dtype", "a floating dtype", wanted.name, "use iinfo()")
    names = ("eps", "max", "min", "smallest_normal", "tiny", "resolution")
    return FloatLimits(limits.bits, *(float(getattr(limits, name)) for name in names), wanted)


def iinfo(dtype: Any) -> IntegerLimits:
    """The limits of an integer dtype.

    Args:
        dtype: dtype or Tensor.

    Returns:
        ``bits``, ``max``, ``min``, ``dtype``.

    Raises:
        DTypeError: not an integer dtype.

    Example:
        >>> ft.iinfo(ft.int8).max
        127
    """
    wanted = _dtype("iinfo", dtype)
    if wanted is None or wanted.kind not in "iu":
        errors.dtype_error("iinfo", "dtype", "an integer dtype", str(wanted), "use finfo()")
    limits = np.iinfo(wanted)
    return IntegerLimits(limits.bits, limits.max, limits.min, wanted)


def _dtype(operation: str, value: Any) -> Any:
    return as_dtype(value.dtype if isinstance(value, Tensor) else value, operation)
