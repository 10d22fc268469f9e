"""Other views of the memory behind a Tensor."""

import numpy as np

from .. import errors
from .._extent import memory_around
from .._schema import Anything, Array, Dim, Int, Shape, operator
from .shape import resolved


@operator(view=True, function=False)
def view(xp, input: Array, shape: Shape):
    """A view of the same elements in the same order, in another shape; or of the same bytes as another dtype.

    Args:
        input: Tensor of any shape and dtype.
        shape: sizes of the result; one of them may be -1 and follows from the others. Or a dtype: where its elements
            are wider or narrower, the last dimension gets fewer or more of them. Such a view has no derivative.

    Returns:
        Tensor of shape ``shape`` that shares ``input``'s memory.

    Raises:
        ShapeError: the number of elements differs, or the layout of ``input`` needs a copy; or wider elements would not
            lie whole elements apart, or, on a GPU, not begin at a multiple of their size.
        DTypeError: bytes that are not bools are to be seen as bools.

    Example:
        >>> ft.arange(4).view(2, 2).tolist()
        [[0, 1], [2, 3]]
        >>> ft.ones(2).view(ft.int32).tolist()
        [1065353216, 1065353216]
    """
    return input.reshape(shape) if isinstance(shape, tuple) else input.view(shape)


@view.check
def _(input, shape):
    if not isinstance(shape, tuple):
        check_bytes(input, shape)
        return input, shape
    shape = resolved("view", input.shape, shape)
    if not _viewable(input, shape):
        errors.shape_error(
            "view",
            "shape",
            f"one that input's layout (shape {tuple(input.shape)}, strides {tuple(input.strides)} bytes) "
            "can be seen in without a copy",
            str(shape),
            "use reshape()",
        )
    return input, shape


def check_bytes(input, dtype):
    """Whether the bytes of an array can be seen as another dtype."""
    old, new = input.dtype.itemsize, dtype.itemsize
    if dtype.kind == "b" and input.dtype != dtype:
        errors.dtype_error("view", "shape", "a dtype other than bool, which not all bytes are", "bool", "use .bool()")
    if old == new:
        return
    shape, strides = tuple(input.shape), tuple(input.strides)
    if not shape:
        errors.shape_error(
            "view", "input", f"at least 1 dimension to see {input.dtype.name} as {dtype.name}", "shape ()"
        )
    if shape[-1] != 1 and strides[-1] != old and input.size:
        errors.shape_error(
            "view", "input", "elements of the last dimension next to each other", f"a step of {strides[-1]} bytes"
        )
    if shape[-1] * old % new:
        errors.shape_error(
            "view", "input", f"a last dimension of whole {dtype.name} elements", f"{shape[-1]} of {input.dtype.name}"
        )
    if any(n > 1 and stride % new for n, stride in zip(shape[:-1], strides[:-1], strict=True)) and input.size:
        errors.shape_error(
            "view",
            "input",
            f"strides of whole {dtype.name} elements but for the last dimension's",
            f"strides of {strides} bytes",
            "use .contiguous()",
        )
    check_beginning("view", input, new)


def check_beginning(operation, input, size):
    """On a GPU, elements of so many bytes must begin at a multiple of that: those of a CPU may begin anywhere."""
    if isinstance(input, np.ndarray) or not input.size:
        return
    if beyond := input.data.ptr % size:
        wanted = f"memory that begins at a multiple of {size} bytes, as elements do on a GPU"
        errors.shape_error(operation, "input", wanted, f"{beyond} bytes beyond one", "use .clone()")


def _viewable(input, shape) -> bool:
    """Whether ``shape`` lies on the strides of ``input``: each run of its sizes within one evenly spaced block."""
    if input.size <= 1 or input.flags.c_contiguous:
        return True
    blocks: list[tuple[int, int]] = []  # (elements, stride of the last one), outermost first
    for n, stride in zip(input.shape, input.strides, strict=True):
        if n == 1:
            continue
        if blocks and blocks[-1][1] == n * stride:
            blocks[-1] = (blocks[-1][0] * n, stride)
        else:
            blocks.append((n, stride))
    wanted = [n for n in shape if n != 1]
    for elements, _ in reversed(blocks):
        filled = 1
        while filled < elements and wanted:
            filled *= wanted.pop()
        if filled != elements:
            return False
    return not wanted


@operator(view=True, function=False, method=False)
def as_strided(xp, input: Array, size: Anything, stride: Anything, start: Anything, layout: Anything):
    """A view of any elements of the memory behind a Tensor: see :func:`flambeau.tensor.as_strided`.

    Args:
        input: Tensor of any shape and dtype.
        size: sizes of the result.
        stride: steps between neighbours along each dimension, in elements.
        start: where the result begins, in elements from the first one of ``input``.
        layout: the strides of ``input``, in elements: those that ``start`` and ``stride`` were meant for.

    Returns:
        Tensor of shape ``size`` that shares ``input``'s memory.

    Raises:
        ValueError: what the result sees would lie outside of the memory.
    """
    step = input.dtype.itemsize
    if start:
        run = xp.lib.stride_tricks.as_strided(input, (abs(start) + 1,), (step if start > 0 else -step,))
        input = run[abs(start) :]
    return xp.lib.stride_tricks.as_strided(input, size, tuple(n * step for n in stride))


@as_strided.check
def _(input, size, stride, start, layout):
    step = input.dtype.itemsize
    strides = tuple(n // step for n in input.strides)
    if strides != layout:
        wanted = f"memory in which neighbours are {layout} elements apart"
        errors.value_error("as_strided", "input", wanted, str(strides), "take x.contiguous()")
    if 0 in size:
        return
    ends = [(n - 1) * s for n, s in zip(size, stride, strict=True)]
    first = (start + sum(e for e in ends if e < 0)) * step
    last = (start + sum(e for e in ends if e > 0) + 1) * step
    before, after = memory_around(input)
    if first < -before or last > after:
        errors.value_error(
            "as_strided",
            "size",
            f"elements {-before // step} to {after // step - 1} from input's first, which the memory behind it has",
            f"{first // step} to {last // step - 1}",
        )


@operator(view=True)
def unfold(xp, input: Array, dimension: Dim, size: Int, step: Int):
    """A view of all windows of a dimension: the elements of each lie along a new last dimension.

    Args:
        input: Tensor of at least 1 dimension.
        dimension: the dimension.
        size: how many elements a window has.
        step: how far the next window is.

    Returns:
        Tensor that shares ``input``'s memory: size ``(n - size) // step + 1`` in place of the ``n`` of ``dimension``,
        and ``size`` in the new last dimension. Where windows overlap it is read-only: ``clone()`` it before writing.

    Raises:
        ValueError: the window is larger than the dimension, or ``step`` is not positive.

    Example:
        >>> ft.arange(5).unfold(0, 2, 2).tolist()
        [[0, 1], [2, 3]]
    """
    n = (input.shape[dimension] - size) // step + 1
    strides = list(input.strides)
    strides[dimension] *= step
    shape = (*input.shape[:dimension], n, *input.shape[dimension + 1 :], size)
    return xp.lib.stride_tricks.as_strided(input, shape, (*strides, input.strides[dimension]))


@unfold.check
def _(input, dimension, size, step):
    if input.ndim == 0:
        errors.shape_error("unfold", "input", "at least 1 dimension", "shape ()")
    if not 0 <= size <= input.shape[dimension]:
        errors.value_error("unfold", "size", f"a size in [0, {input.shape[dimension]}]", str(size))
    if step < 1:
        errors.value_error("unfold", "step", "1 or more", str(step))
