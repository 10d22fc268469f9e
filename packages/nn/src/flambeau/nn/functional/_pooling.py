"""What pooling over any number of dimensions shares."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors, ops

from ._batches import batched


def with_places(operation: str, dims: int, pool: Callable[..., Any], input: Any, *args: Any) -> Any:
    """What pooling gives, and where it found it; its errors name the function that was called."""
    try:
        return batched(dims, input, pool, *args)
    except Exception as error:
        errors.attribute(error, f"{operation}_with_indices", operation)
        raise


def drawn(
    operation: str, dims: int, input: Any, kernel_size: Any, output_size: Any, output_ratio: Any, samples: Any
) -> Any:
    """Fractional max pooling, with samples of our own if none are given."""
    if (output_size is None) == (output_ratio is None):
        got = "neither" if output_size is None else "both"
        errors.value_error(operation, "output_size", "one of output_size and output_ratio", got)
    if not isinstance(input, Tensor):
        errors.type_error(operation, "input", "Tensor", type(input).__name__)
    if output_ratio is not None:
        ratios = output_ratio if isinstance(output_ratio, (tuple, list)) else (output_ratio,) * dims
        if len(ratios) != dims or not all(0 < ratio < 1 for ratio in ratios):
            errors.value_error(operation, "output_ratio", "numbers between 0 and 1", str(output_ratio))
        output_size = tuple(int(n * ratio) for n, ratio in zip(input.shape[-dims:], ratios, strict=True))
    if samples is None:
        images = (1, input.shape[0]) if input.ndim == dims + 1 else tuple(input.shape[:2])
        samples = ft.rand(*images, dims, dtype=input.dtype, device=input.device)
    pool = getattr(ft, f"fractional_max_pool{dims}d_with_indices")
    return with_places(operation, dims, pool, input, kernel_size, output_size, samples)


def norms(
    operation: str, dims: int, input: Any, norm_type: float, kernel_size: Any, stride: Any, ceil_mode: bool
) -> Any:
    """The p-norm of each window; of one that is cut off, as if the rest of it had the mean of what it has."""
    if not norm_type > 0:
        errors.value_error(operation, "norm_type", "a number greater than 0", str(norm_type))
    count = kernel_size**dims if isinstance(kernel_size, int) else math.prod(kernel_size)
    pool = getattr(ft, f"avg_pool{dims}d")
    try:
        means = batched(dims, input**norm_type, pool, kernel_size, stride, 0, ceil_mode)
    except Exception as error:
        errors.attribute(error, f"avg_pool{dims}d", operation)
        raise
    return (means * count) ** (1 / norm_type)


def unpooled(
    operation: str, dims: int, input: Any, indices: Any, kernel_size: Any, stride: Any, padding: Any, output_size: Any
) -> Any:
    """Elements put back where they were, in images of the size that pooling came from."""
    if not isinstance(input, Tensor):
        errors.type_error(operation, "input", "Tensor", type(input).__name__)
    if input.ndim not in (dims + 1, dims + 2):
        errors.shape_error(operation, "input", f"{dims + 2} dimensions", f"shape {tuple(input.shape)}")
    kernel = kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size,) * dims
    steps = kernel if stride is None else stride if isinstance(stride, (tuple, list)) else (stride,) * dims
    paddings = padding if isinstance(padding, (tuple, list)) else (padding,) * dims
    usual = tuple(
        (n - 1) * s - 2 * p + k for n, s, p, k in zip(input.shape[-dims:], steps, paddings, kernel, strict=True)
    )
    sizes = usual
    if output_size is not None:
        sizes = tuple(output_size)[-dims:]
        if len(sizes) != dims or not all(u - s < size < u + s for size, u, s in zip(sizes, usual, steps, strict=True)):
            errors.value_error(operation, "output_size", f"sizes within a stride of {usual}", str(tuple(output_size)))
    put = getattr(ops, f"max_unpool{dims}d_scatter")
    try:
        if input.ndim == dims + 1:
            return put(input.unsqueeze(0), indices.unsqueeze(0), (1, input.shape[0], *sizes)).squeeze(0)
        return put(input, indices, (*input.shape[:2], *sizes))
    except Exception as error:
        errors.attribute(error, f"max_unpool{dims}d_scatter", operation)
        raise
