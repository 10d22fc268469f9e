"""Whether convolutions on the CPU may use transforms that round more than plain sums."""

from __future__ import annotations

from . import errors

__all__ = ["get_exact_convolution", "set_exact_convolution"]


def get_exact_convolution() -> bool:
    """Whether convolutions on the CPU are plain sums always. At first they are not.

    Returns:
        bool, see :func:`set_exact_convolution`.

    Example:
        >>> ft.get_exact_convolution()
        False
    """
    from ._cpu import convolution

    return bool(convolution.get_exact())


def set_exact_convolution(exact: bool) -> None:
    """Have convolutions on the CPU computed as plain sums always, or let them use Winograd's transforms.

    The transforms serve float32 convolutions of many channels with 3x3 windows of stride 1, and the gradient with
    respect to their input. They need a quarter of the products, and round as if each result were the sum of a few more
    windows in its neighbourhood: an infinite or NaN pixel makes all results of the 4x4 pixels around it NaN, not only
    those whose windows see it. Holds for the whole process, from the next convolution on.

    Args:
        exact: whether to do without.

    Raises:
        TypeError: ``exact`` is no bool.

    Example:
        >>> ft.set_exact_convolution(True)
        >>> ft.get_exact_convolution()
        True
        >>> ft.set_exact_convolution(False)
    """
    if not isinstance(exact, bool):
        errors.type_error("set_exact_convolution", "exact", "bool", type(exact).__name__)
    from ._cpu import convolution

    convolution.set_exact(exact)
