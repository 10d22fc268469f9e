"""``assert_close``: are these numbers the same, to what their dtype can say?"""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

__all__ = ["assert_close", "tolerances"]

# PyTorch's defaults: (rtol, atol).
_TOLERANCES = {
    np.dtype(ml_dtypes.bfloat16): (1.6e-2, 1e-5),
    np.dtype(np.float16): (1e-3, 1e-5),
    np.dtype(np.float32): (1.3e-6, 1e-5),
    np.dtype(np.float64): (1e-7, 1e-7),
    np.dtype(np.complex64): (1.3e-6, 1e-5),
    np.dtype(np.complex128): (1e-7, 1e-7),
}


def tolerances(dtype: Any) -> tuple[float, float]:
    """``(rtol, atol)`` that :func:`assert_close` uses for a dtype; zeros for all but floats."""
    return _TOLERANCES.get(np.dtype(dtype), (0.0, 0.0))


def assert_close(
    actual: Any, expected: Any, rtol: float | None = None, atol: float | None = None, *, what: str = ""
) -> None:
    """Check that two tensors have one shape, one dtype and, to a tolerance, the same values.

    .. math:: |actual - expected| \\le atol + rtol \\cdot |expected|

    NaN equals NaN, and infinities equal themselves.

    Args:
        actual: Tensor, NumPy array, number or nested list.
        expected: the same. A number or a list takes the dtype of ``actual``.
        rtol: relative tolerance; by default 1e-7 for float64, 1.3e-6 for float32 (and complex numbers of these), 1e-3
            for float16, 1.6e-2 for bfloat16 and 0 for the rest.
        atol: absolute tolerance; by default 1e-7 for float64, 1e-5 for the other floats and 0 for the rest.
        what: what is compared, for the message: the name of an operation.

    Raises:
        AssertionError: they differ; the message says where most, and by how much.

    Example:
        >>> from flambeau.tensor.testing import assert_close
        >>> assert_close(ft.tensor([1.0, 2.0]).exp(), [2.7182817, 7.389056])
        >>> assert_close(np.array([1.0, 2.0]), np.array([1.0, 2.5]), what="add")
        Traceback (most recent call last):
            ...
        AssertionError: add, float64 (2,): 1 of 2 elements differ by more than rtol=1e-07, atol=1e-07; ...
    """
    got = _array(actual)
    want = _array(expected)
    if not hasattr(expected, "dtype"):
        want = want.astype(got.dtype)
    title = f"{what}, " if what else ""
    if got.shape != want.shape:
        raise AssertionError(f"{title}{got.dtype}: expected shape {want.shape}, got {got.shape}")
    if got.dtype != want.dtype:
        raise AssertionError(f"{title}{got.shape}: expected dtype {want.dtype}, got {got.dtype}")
    default_rtol, default_atol = tolerances(got.dtype)
    rtol = default_rtol if rtol is None else rtol
    atol = default_atol if atol is None else atol
    difference, allowed = _difference(got, want, rtol, atol)
    wrong = ~(difference <= allowed)  # a NaN on one side only counts as wrong
    if not wrong.any():
        return
    worst = _place_of_worst(difference, wrong)
    raise AssertionError(
        f"{title}{got.dtype} {got.shape}: {int(wrong.sum())} of {got.size} elements differ by more than rtol={rtol:g}, "
        f"atol={atol:g}; greatest difference {difference[worst]:g} at {worst}: expected {want[worst]!s}, "
        f"got {got[worst]!s}"
    )


def _array(value: Any) -> np.ndarray:
    if isinstance(value, np.ndarray):
        return value
    if hasattr(value, "detach"):
        value = value.detach()
    return value.numpy() if hasattr(value, "numpy") else np.asarray(value)


def _difference(got: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> tuple[np.ndarray, np.ndarray]:
    """Elementwise |got - want| and the greatest allowed, in float64 or complex128 (integers compared exactly)."""
    with np.errstate(all="ignore"):
        if got.dtype.kind in "biu":
            unequal = got != want
            difference = np.abs(got.astype(np.float64) - want.astype(np.float64))
            difference = np.where(unequal, np.maximum(difference, np.finfo(np.float64).tiny), 0.0)
            return difference, atol + rtol * np.abs(want.astype(np.float64))
        wide = np.complex128 if "c" in (got.dtype.kind, want.dtype.kind) else np.float64
        x, y = got.astype(wide), want.astype(wide)
        same = (x == y) | (np.isnan(x) & np.isnan(y))
        allowed = np.where(np.isfinite(y), atol + rtol * np.abs(y), 0.0)
        return np.where(same, 0.0, np.abs(x - y)), allowed


def _place_of_worst(difference: np.ndarray, wrong: np.ndarray) -> tuple[int, ...]:
    rank = np.where(wrong, np.where(np.isnan(difference), np.inf, difference), -1.0)
    return tuple(int(i) for i in np.unravel_index(int(rank.argmax()), rank.shape))
