"""Short-time Fourier transforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors, ops
from . import composed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


@composed()
def stft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
) -> Tensor:
    """The short-time Fourier transform: that of each of many overlapping frames of a signal.

    Args:
        input: signals, of shape (n,) or (batch, n).
        n_fft: the size of a frame.
        hop_length: the distance between frames; ``n_fft // 4`` by default.
        win_length: the size of the window, which is in the middle of the frame; ``n_fft`` by default.
        window: Tensor of shape (win_length,) that frames are multiplied by; ones by default.
        center: frame t has sample ``t * hop_length`` in its middle: the signal is continued by ``n_fft // 2`` samples
            on both sides.
        pad_mode: how it is continued: ``"reflect"``, ``"replicate"``, ``"circular"`` or ``"constant"`` (zeros).
        normalized: divide by the root of ``n_fft``.
        onesided: give only the first ``n_fft // 2 + 1`` frequencies; by default if everything is real.
        return_complex: False would give real and imaginary parts in one more dimension, which is not supported.

    Returns:
        complex Tensor of shape (frequencies, frames) or (batch, frequencies, frames).

    Raises:
        ShapeError: the signal is too short, or the window has another size.
        ValueError: a size or a mode is out of range.

    Example:
        >>> ft.stft(ft.ones(16), 8, window=ft.ones(8)).shape
        (5, 9)
    """
    if return_complex is False:
        errors.value_error("stft", "return_complex", "True", "False", "take real and imaginary parts of the result")
    if input.ndim not in (1, 2):
        errors.shape_error("stft", "input", "1 or 2 dimensions", f"shape {tuple(input.shape)}")
    hop, window = _window("stft", input, n_fft, hop_length, win_length, window)
    real = input.dtype.kind != "c" and window.dtype.kind != "c"
    onesided = real if onesided is None else onesided
    if onesided and not real:
        errors.value_error("stft", "onesided", "False for complex signals", "True")
    x = _continued(input, n_fft // 2, pad_mode) if center else input
    length = x.shape[-1]
    if length < n_fft:
        errors.shape_error("stft", "input", f"at least {n_fft} samples", f"shape {tuple(input.shape)}")
    count = (length - n_fft) // hop + 1
    places = _frame_places(x, n_fft, hop, count)
    frames = ops.reshape(ops.index_select(x, x.ndim - 1, places), (*x.shape[:-1], count, n_fft)) * window
    scale = n_fft**-0.5 if normalized else 1.0
    last = frames.ndim - 1
    found = ops.fft_r2c(frames, last, scale) if onesided else ops.fft_c2c(frames, (last,), True, scale)
    return ops.transpose(found, -2, -1)


@composed()
def istft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: int | None = None,
    return_complex: bool = False,
) -> Tensor:
    """The inverse of :func:`stft`: overlapping frames are added, and divided by the sum of their squared windows.

    Args:
        input: what ``stft`` gave, of shape (frequencies, frames) or (batch, frequencies, frames).
        n_fft, hop_length, win_length, window, center, normalized, onesided: as for ``stft``.
        length: the size of the signal; by default as far as frames reach.
        return_complex: give a complex signal, which ``onesided`` rules out.

    Returns:
        Tensor of shape (n,) or (batch, n).

    Raises:
        ShapeError: the shape does not fit ``n_fft``, or the window has another size.
        ValueError: some samples are in no frame, or where the window is 0.

    Example:
        >>> x = ft.arange(16.0)
        >>> ft.istft(ft.stft(x, 8), 8).round().tolist() == x.tolist()
        True
    """
    if input.ndim not in (2, 3):
        errors.shape_error("istft", "input", "2 or 3 dimensions", f"shape {tuple(input.shape)}")
    hop, window = _window("istft", input, n_fft, hop_length, win_length, window)
    onesided = input.shape[-2] != n_fft if onesided is None else onesided
    wanted = n_fft // 2 + 1 if onesided else n_fft
    if input.shape[-2] != wanted or not input.shape[-1]:
        errors.shape_error("istft", "input", f"{wanted} frequencies and some frames", f"shape {tuple(input.shape)}")
    if onesided and return_complex:
        errors.value_error("istft", "onesided", "False for complex signals", "True")
    spectra = ops.transpose(input, -2, -1)
    last, scale = spectra.ndim - 1, n_fft**-0.5 if normalized else 1 / n_fft
    if onesided:
        frames = ops.fft_c2r(spectra, last, n_fft, scale)
    else:
        frames = ops.fft_c2c(spectra, (last,), False, scale)
        if not return_complex:
            frames = ops.cast(frames, "float64" if frames.dtype.itemsize == 16 else "float32")
    count = spectra.shape[-2]
    total = n_fft + hop * (count - 1)
    places = _frame_places(frames, n_fft, hop, count)
    shape = tuple(spectra.shape[:-2])
    signal = ops.zeros((*shape, total), dtype=frames.dtype, device=frames.device)
    signal = ops.index_add(signal, len(shape), places, ops.reshape(frames * window, (*shape, count * n_fft)))
    squares = ops.reshape(ops.expand(window * window, (count, n_fft)), (count * n_fft,))
    weights = ops.index_add(ops.zeros((total,), dtype=window.dtype, device=window.device), 0, places, squares)
    first = n_fft // 2 if center else 0
    end = first + length if length is not None else total - first if center else total
    kept = min(end, total)
    if kept <= first or ops.amin(ops.abs(ops.narrow(weights, 0, first, kept - first)), (0,), False).item() < 1e-11:
        errors.value_error("istft", "window", "one that covers every sample", "a sum of squares of 0 somewhere")
    result = ops.narrow(signal, len(shape), first, kept - first) / ops.narrow(weights, 0, first, kept - first)
    if end > kept:
        rest = ops.zeros((*shape, end - kept), dtype=result.dtype, device=result.device)
        result = ops.cat([result, rest], len(shape))
    return result


def _window(operation: str, x: Tensor, n_fft: Any, hop: Any, size: Any, window: Any) -> tuple[int, Tensor]:
    """The distance of frames, and the window in the middle of a whole frame."""
    size = n_fft if size is None else size
    hop = n_fft // 4 if hop is None else hop
    if not isinstance(n_fft, int) or n_fft < 1:
        errors.value_error(operation, "n_fft", "1 or more", str(n_fft))
    if not 0 < size <= n_fft:
        errors.value_error(operation, "win_length", f"1 to n_fft's {n_fft}", str(size))
    if hop < 1:
        errors.value_error(operation, "hop_length", "1 or more", str(hop))
    if window is None:
        double = x.dtype.itemsize == (16 if x.dtype.kind == "c" else 8) and x.dtype.kind in "fc"
        window = ops.ones((size,), dtype="float64" if double else "float32", device=x.device)
    elif tuple(window.shape) != (size,):
        errors.shape_error(operation, "window", f"shape ({size},)", str(tuple(window.shape)))
    before = (n_fft - size) // 2
    around = [
        ops.zeros((n,), dtype=window.dtype, device=window.device) for n in (before, n_fft - size - before)
    ]  # fmt: skip
    return hop, ops.cat([around[0], window, around[1]], 0) if size < n_fft else window


def _continued(x: Tensor, by: int, mode: str) -> Tensor:
    """A signal with more samples on both sides."""
    n = x.shape[-1]
    if mode == "constant":
        zeros = ops.zeros((*x.shape[:-1], by), dtype=x.dtype, device=x.device)
        return ops.cat([zeros, x, zeros], x.ndim - 1)
    if mode not in ("reflect", "replicate", "circular"):
        errors.value_error("stft", "pad_mode", "'reflect', 'replicate', 'circular' or 'constant'", repr(mode))
    if by >= n + (mode == "circular") and mode != "replicate":
        errors.shape_error("stft", "input", f"more than {by} samples, to {mode} them", f"shape {tuple(x.shape)}")
    places = ops.arange(-by, n + by, dtype="int64", device=x.device)
    if mode == "reflect":
        places = (n - 1) - ops.abs((n - 1) - ops.abs(places))
    elif mode == "replicate":
        places = ops.clamp(places, 0, n - 1)
    else:
        places = ops.remainder(places, n)
    return ops.index_select(x, x.ndim - 1, places)


def _frame_places(x: Tensor, n_fft: int, hop: int, count: int) -> Tensor:
    starts = ops.arange(0, count, dtype="int64", device=x.device) * hop
    within = ops.arange(0, n_fft, dtype="int64", device=x.device)
    return ops.reshape(ops.unsqueeze(starts, -1) + within, (count * n_fft,))
