"""What layers that slide windows over images share."""

from __future__ import annotations

from flambeau.tensor import Tensor, errors

from .. import functional as F

SIZES = (("L",), ("H", "W"), ("D", "H", "W"))


def expected_images(
    input: Tensor, dims: int, channels: int | None, spans: list[int] | None = None, ones: bool = True
) -> str | None:
    """The shape that was expected, if the input has another.

    Args:
        input: what came.
        dims: over how many dimensions windows slide.
        channels: how many there must be, if that is known.
        spans: the least size of each dimension.
        ones: whether one image may come without the batch dimension.
    """
    named = "C" if channels is None else str(channels)
    wanted = range(dims + 1 if ones else dims + 2, dims + 3)
    if input.ndim not in wanted or (channels is not None and input.shape[-dims - 1] != channels):
        return f"(N, {named}, {', '.join(SIZES[dims - 1])})"
    if spans and any(size < span for size, span in zip(input.shape[-dims:], spans, strict=True)):
        least = (f"{name} >= {span}" for name, span in zip(SIZES[dims - 1], spans, strict=True))
        return f"(N, {named}, {', '.join(least)})"
    return None


PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def around(operation: str, input: Tensor, sides: list[tuple[int, int]], mode: str) -> Tensor:
    """The input with more of itself before and after its last dimensions; errors are those of the layer."""
    for dim, (low, high) in enumerate(sides, input.ndim - len(sides)):
        if low == high == 0:
            continue
        size = input.shape[dim]
        most = size - 1 if mode == "reflect" else size
        if mode != "replicate" and max(low, high) > most:
            expected = f"at least {max(low, high) + (mode == 'reflect')} elements for a padding of {max(low, high)}"
            errors.shape_error(operation, "input", f"{expected} by '{mode}'", str(size))
    pad = tuple(n for pair in reversed(sides) for n in pair)
    return F.pad(input, pad, mode) if any(pad) else input


def check_half(operation: str, padding: tuple[int, ...], kernel_size: tuple[int, ...], given: object) -> None:
    """A window that lay in the padding alone would have no element."""
    if any(2 * p > k for p, k in zip(padding, kernel_size, strict=True)):
        errors.value_error(operation, "padding", f"at most half the window's size {kernel_size}", str(given))
