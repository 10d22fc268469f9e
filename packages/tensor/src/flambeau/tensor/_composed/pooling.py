"""Max pooling where nobody asks for the places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import ops
from . import called, composed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


@composed(method=False)
def max_pool1d(
    input: Tensor,
    kernel_size: int | tuple[int],
    stride: int | tuple[int] | None = None,
    padding: int | tuple[int] = 0,
    dilation: int | tuple[int] = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """The greatest element of each window of sequences; :func:`max_pool1d_with_indices` says where they are, too.

    Args:
        input: sequences, of shape (N, C, L).
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: how far windows reach over the edge, on each side; nothing there is ever the greatest.
        dilation: the distance between the elements of a window.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.

    Returns:
        Tensor of shape (N, C, OL), where OL = (L + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the padded sequences.
        ValueError: a size, stride, padding or dilation out of range.

    Example:
        >>> ft.max_pool1d(ft.arange(5.0).reshape(1, 1, 5), 2).tolist()
        [[[1.0, 3.0]]]
    """
    record = ops.max_pool1d_with_indices
    return called("max_pool1d", record, input, kernel_size, stride, padding, dilation, ceil_mode)[0]


@composed(method=False)
def max_pool2d(
    input: Tensor,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """The greatest element of each window of images; :func:`max_pool2d_with_indices` says where they are, too.

    Args:
        input: images, of shape (N, C, H, W).
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: how far windows reach over the edge, on each side; nothing there is ever the greatest.
        dilation: the distance between the elements of a window.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.

    Returns:
        Tensor of shape (N, C, OH, OW), where OH = (H + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the padded images.
        ValueError: a size, stride, padding or dilation out of range.

    Example:
        >>> ft.max_pool2d(ft.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
        [[[[5.0, 7.0], [13.0, 15.0]]]]
    """
    record = ops.max_pool2d_with_indices
    return called("max_pool2d", record, input, kernel_size, stride, padding, dilation, ceil_mode)[0]


@composed(method=False)
def max_pool3d(
    input: Tensor,
    kernel_size: int | tuple[int, int, int],
    stride: int | tuple[int, int, int] | None = None,
    padding: int | tuple[int, int, int] = 0,
    dilation: int | tuple[int, int, int] = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """The greatest element of each window of volumes; :func:`max_pool3d_with_indices` says where they are, too.

    Args:
        input: volumes, of shape (N, C, D, H, W).
        kernel_size: the size of the window.
        stride: the distance between windows; the size of the window if not given.
        padding: how far windows reach over the edge, on each side; nothing there is ever the greatest.
        dilation: the distance between the elements of a window.
        ceil_mode: whether there is one more window, cut off at the end, if elements are left over.

    Returns:
        Tensor of shape (N, C, OD, OH, OW), where OD = (D + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1.

    Raises:
        ShapeError: the shape does not fit, or the window is larger than the padded volumes.
        ValueError: a size, stride, padding or dilation out of range.

    Example:
        >>> ft.max_pool3d(ft.arange(8.0).reshape(1, 1, 2, 2, 2), 2).tolist()
        [[[[[7.0]]]]]
    """
    record = ops.max_pool3d_with_indices
    return called("max_pool3d", record, input, kernel_size, stride, padding, dilation, ceil_mode)[0]
