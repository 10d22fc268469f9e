"""Windows that a signal is multiplied by before its spectrum is taken."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .. import errors, ops
from . import composed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


def _places(operation, size, periodic, device):
    """0 to 1 over the window, a period or all its points; computed in float64."""
    if isinstance(size, bool) or not hasattr(size, "__index__"):
        errors.type_error(operation, "window_length", "int", type(size).__name__)
    if size < 0:
        errors.value_error(operation, "window_length", "0 or more", str(size))
    points = ops.arange(0, size, 1, dtype="float64", device=device)
    return points / max(size if periodic else size - 1, 1)


def _cosines(operation, size, periodic, weights, dtype, device):
    """The sum of ``weights[k] cos(2 pi k t)``, t from 0 to 1."""
    places = _places(operation, size, periodic, device)
    angles = places * (2 * math.pi)
    return _window(operation, places, sum(weight * ops.cos(angles * k) for k, weight in enumerate(weights)), dtype)


def _window(operation, places, values, dtype):
    """The values at these places, in the dtype; of one point alone, 1."""
    from .._core.tensor import as_dtype
    from .._defaults import get_default_dtype

    dtype = get_default_dtype() if dtype is None else as_dtype(dtype, operation)
    if dtype.kind != "f" and dtype.name != "bfloat16":
        errors.dtype_error(operation, "dtype", "a floating dtype", dtype.name)
    return ops.cast(places + 1 if tuple(places.shape) == (1,) else values, dtype)


@composed(method=False)
def hann_window(window_length: int, periodic: bool = True, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Hann's window, a squared sine.

    It is ``sin(pi n / N)**2``, where N is ``window_length``, or one less unless ``periodic``.

    Args:
        window_length: how many points.
        periodic: the first ``window_length`` points of the symmetric window of one more, as spectra want it.
        dtype: floating dtype; the default float if not given.
        device: where to make it; the CPU if not given.

    Returns:
        Tensor of shape ``(window_length,)``.

    Raises:
        ValueError: a negative length.
        DTypeError: no floating dtype.

    Example:
        >>> ft.hann_window(4).round(decimals=6).tolist()
        [0.0, 0.5, 1.0, 0.5]
    """
    return _cosines("hann_window", window_length, periodic, (0.5, -0.5), dtype, device)


@composed(method=False)
def hamming_window(
    window_length: int,
    periodic: bool = True,
    alpha: float = 0.54,
    beta: float = 0.46,
    *,
    dtype: Any = None,
    device: Any = None,
) -> Tensor:
    """Hamming's window, a cosine on a pedestal.

    It is ``alpha - beta cos(2 pi n / N)``, where N is ``window_length``, or one less unless ``periodic``.

    Args:
        window_length: how many points.
        periodic: the first ``window_length`` points of the symmetric window of one more, as spectra want it.
        alpha: the constant part.
        beta: the weight of the cosine.
        dtype: floating dtype; the default float if not given.
        device: where to make it; the CPU if not given.

    Returns:
        Tensor of shape ``(window_length,)``.

    Raises:
        ValueError: a negative length.
        DTypeError: no floating dtype.

    Example:
        >>> ft.hamming_window(3, periodic=False).round(decimals=2).tolist()
        [0.07999999821186066, 1.0, 0.07999999821186066]
    """
    return _cosines("hamming_window", window_length, periodic, (alpha, -beta), dtype, device)


@composed(method=False)
def blackman_window(window_length: int, periodic: bool = True, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Blackman's window, of two cosines.

    It is ``0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N)``, where N is ``window_length``, or one less unless
    ``periodic``.

    Args:
        window_length: how many points.
        periodic: the first ``window_length`` points of the symmetric window of one more, as spectra want it.
        dtype: floating dtype; the default float if not given.
        device: where to make it; the CPU if not given.

    Returns:
        Tensor of shape ``(window_length,)``.

    Raises:
        ValueError: a negative length.
        DTypeError: no floating dtype.

    Example:
        >>> (ft.blackman_window(5, periodic=False) * 100).round().tolist()
        [-0.0, 34.0, 100.0, 34.0, -0.0]
    """
    return _cosines("blackman_window", window_length, periodic, (0.42, -0.5, 0.08), dtype, device)


@composed(method=False)
def bartlett_window(window_length: int, periodic: bool = True, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Bartlett's window, a triangle.

    It is ``1 - |2 n / N - 1|``, where N is ``window_length``, or one less unless ``periodic``.

    Args:
        window_length: how many points.
        periodic: the first ``window_length`` points of the symmetric window of one more, as spectra want it.
        dtype: floating dtype; the default float if not given.
        device: where to make it; the CPU if not given.

    Returns:
        Tensor of shape ``(window_length,)``.

    Raises:
        ValueError: a negative length.
        DTypeError: no floating dtype.

    Example:
        >>> ft.bartlett_window(5, periodic=False).tolist()
        [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    places = _places("bartlett_window", window_length, periodic, device)
    return _window("bartlett_window", places, 1 - ops.abs(places * 2 - 1), dtype)


@composed(method=False)
def kaiser_window(
    window_length: int, periodic: bool = True, beta: float = 12.0, *, dtype: Any = None, device: Any = None
) -> Tensor:
    """Kaiser's window, of a Bessel function.

    It is ``i0(beta sqrt(1 - (2 n / N - 1)**2)) / i0(beta)``, where N is ``window_length``, or one less unless
    ``periodic``.

    Args:
        window_length: how many points.
        periodic: the first ``window_length`` points of the symmetric window of one more, as spectra want it.
        beta: how narrow it is.
        dtype: floating dtype; the default float if not given.
        device: where to make it; the CPU if not given.

    Returns:
        Tensor of shape ``(window_length,)``.

    Raises:
        ValueError: a negative length.
        DTypeError: no floating dtype.

    Example:
        >>> (ft.kaiser_window(3, periodic=False, beta=2.0) * 100).round().tolist()
        [44.0, 100.0, 44.0]
    """
    places = _places("kaiser_window", window_length, periodic, device)
    inside = ops.clamp(1 - ops.square(places * 2 - 1), 0, None)
    window = ops.i0(ops.sqrt(inside) * beta) / ops.i0(ops.full((), beta, dtype="float64", device=device))
    return _window("kaiser_window", places, window, dtype)
