"""Dimensions, sizes and scales of transforms, and the transforms themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .. import errors, ops
from .._composed import called, existing_dim
from .._core.tensor import Tensor


def resized(operation: str, x: Tensor, n: int | None, dim: int) -> Tensor:
    """The first ``n`` elements along a dimension, with zeros behind them where there are fewer."""
    if n is None:
        return x
    if not isinstance(n, int) or n < 1:
        errors.value_error(operation, "n", "1 or more", str(n))
    have = x.shape[dim]
    if n < have:
        return ops.narrow(x, dim, 0, n)
    if n > have:
        shape = [n - have if d == dim else size for d, size in enumerate(x.shape)]
        return ops.cat([x, ops.zeros(shape, dtype=x.dtype, device=x.device)], dim)
    return x


def scale_of(operation: str, norm: str | None, count: int, inverse: bool) -> float:
    if norm not in (None, "backward", "forward", "ortho"):
        errors.value_error(operation, "norm", "'backward', 'ortho' or 'forward'", repr(norm))
    if norm == "ortho":
        return 1 / math.sqrt(count or 1)
    return 1 / (count or 1) if inverse != (norm == "forward") else 1.0


def places_of(operation: str, x: Tensor, s: Sequence[int] | None, dim: Any) -> tuple[list[int], list[int | None]]:
    """The dimensions and the sizes they get."""
    if isinstance(dim, int):
        dim = (dim,)
    if isinstance(s, int):
        s = (s,)
    if dim is None:
        count = x.ndim if s is None else len(s)
        if count > x.ndim:
            errors.shape_error(operation, "s", f"at most {x.ndim} sizes", str(tuple(s or ())))
        dim = range(x.ndim - count, x.ndim)
    dims = [existing_dim(operation, "dim", d, x.ndim) for d in dim]
    if len(set(dims)) != len(dims):
        errors.value_error(operation, "dim", "different dimensions", str(tuple(dims)))
    sizes: list[int | None] = [None] * len(dims) if s is None else [None if n == -1 else n for n in s]
    if len(sizes) != len(dims):
        errors.value_error(operation, "s", f"{len(dims)} sizes", str(tuple(s or ())))
    return dims, sizes


def c2c(operation: str, x: Tensor, s: Any, dim: Any, norm: str | None, inverse: bool) -> Tensor:
    dims, sizes = places_of(operation, x, s, dim)
    for d, n in zip(dims, sizes, strict=True):
        x = resized(operation, x, n, d)
    scale = scale_of(operation, norm, math.prod(x.shape[d] for d in dims), inverse)
    return called(operation, ops.fft_c2c, x, tuple(dims), not inverse, scale)


def r2c(operation: str, x: Tensor, s: Any, dim: Any, norm: str | None) -> Tensor:
    dims, sizes = places_of(operation, x, s, dim)
    if not dims:
        errors.value_error(operation, "dim", "at least one dimension", "none")
    for d, n in zip(dims, sizes, strict=True):
        x = resized(operation, x, n, d)
    scale = scale_of(operation, norm, math.prod(x.shape[d] for d in dims), False)
    half = called(operation, ops.fft_r2c, x, dims[-1], scale)
    return called(operation, ops.fft_c2c, half, tuple(dims[:-1]), True, 1.0) if dims[1:] else half


def c2r(operation: str, x: Tensor, s: Any, dim: Any, norm: str | None, inverse: bool = True) -> Tensor:
    dims, sizes = places_of(operation, x, s, dim)
    if not dims:
        errors.value_error(operation, "dim", "at least one dimension", "none")
    last = sizes[-1]
    n = 2 * (x.shape[dims[-1]] - 1) if last is None else last
    if not isinstance(n, int) or n < 1:
        errors.value_error(operation, "n", "1 or more", str(n))
    for d, size in zip(dims[:-1], sizes[:-1], strict=True):
        x = resized(operation, x, size, d)
    x = resized(operation, x, n // 2 + 1, dims[-1])
    scale = scale_of(operation, norm, n * math.prod(x.shape[d] for d in dims[:-1]), inverse)
    if dims[1:]:
        x = called(operation, ops.fft_c2c, x, tuple(dims[:-1]), False, 1.0)
    return called(operation, ops.fft_c2r, x, dims[-1], n, scale)
