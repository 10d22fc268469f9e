"""Other shapes and layouts of the same elements."""

import math

from .. import errors
from .._memory_format import check as check_memory_format
from .._memory_format import contiguous_format
from .._schema import Anything, Array, Dim, DimOrder, Dims, DType, Int, NewDim, OptionalDim, Shape, operator


@operator(view="maybe")
def reshape(xp, input: Array, shape: Shape):
    """The same elements in the same order, in another shape: a view where possible, else a copy.

    Args:
        input: Tensor of any shape and dtype.
        shape: sizes of the result; one of them may be -1 and follows from the others.

    Returns:
        Tensor of shape ``shape``.

    Raises:
        ShapeError: the number of elements differs.

    Example:
        >>> ft.arange(4).reshape(2, -1).tolist()
        [[0, 1], [2, 3]]
    """
    return input.reshape(shape)


@reshape.check_shapes
def _(input, shape):
    return input, resolved("reshape", input.shape, shape)


def resolved(operation, sizes, shape):
    """The shape with its -1 replaced, for as many elements as ``sizes`` has."""
    count = math.prod(sizes)
    open_places = shape.count(-1)
    rest = math.prod(n for n in shape if n != -1)
    if open_places > 1:
        errors.shape_error(operation, "shape", "at most one -1", str(shape))
    if open_places == 1 and rest != 0 and count % rest == 0:
        return tuple(count // rest if n == -1 else n for n in shape)
    if open_places or rest != count:
        errors.shape_error(operation, "shape", f"sizes for input's {count} elements (shape {tuple(sizes)})", str(shape))
    return shape


@operator(view=True, inplace=True, aliases=("swapaxes", "swapdims"))
def transpose(xp, input: Array, dim0: Dim, dim1: Dim):
    """A view with two dimensions swapped.

    Args:
        input: Tensor of any shape and dtype.
        dim0: a dimension.
        dim1: the dimension to swap it with.

    Returns:
        Tensor that shares ``input``'s memory.

    Example:
        >>> ft.transpose(ft.zeros(2, 3, 4), 0, -1).shape
        (4, 3, 2)
    """
    return xp.swapaxes(input, dim0, dim1) if input.ndim else input[...]


@operator(view=True)
def permute(xp, input: Array, dims: DimOrder):
    """A view with the dimensions in another order.

    Args:
        input: Tensor of any shape and dtype.
        dims: for each dimension of the result, the one of ``input`` it is.

    Returns:
        Tensor that shares ``input``'s memory.

    Raises:
        ValueError: ``dims`` does not name every dimension once.

    Example:
        >>> ft.permute(ft.zeros(2, 3, 4), 2, 0, 1).shape
        (4, 2, 3)
    """
    return xp.transpose(input, dims)


@operator(view=True, inplace=True)
def squeeze(xp, input: Array, dim: OptionalDim = None):
    """A view without the dimensions of size 1.

    Args:
        input: Tensor of any shape and dtype.
        dim: the only dimension to leave out, if its size is 1; by default all of size 1.

    Returns:
        Tensor that shares ``input``'s memory.

    Example:
        >>> ft.squeeze(ft.zeros(1, 3, 1)).shape, ft.squeeze(ft.zeros(1, 3, 1), 0).shape
        ((3,), (3, 1))
    """
    if dim is None:
        return input.reshape(tuple(n for n in input.shape if n != 1)) if 1 in input.shape else input[...]
    return xp.squeeze(input, axis=dim) if input.ndim and input.shape[dim] == 1 else input[...]


@operator(view=True, inplace=True)
def unsqueeze(xp, input: Array, dim: NewDim):
    """A view with a new dimension of size 1.

    Args:
        input: Tensor of any shape and dtype.
        dim: where the new dimension goes.

    Returns:
        Tensor that shares ``input``'s memory.

    Example:
        >>> ft.unsqueeze(ft.zeros(2, 3), 1).shape
        (2, 1, 3)
    """
    return xp.expand_dims(input, dim)


@operator(view=True, aliases=("broadcast_to",))
def expand(xp, input: Array, shape: Shape):
    """A view in which dimensions of size 1 are repeated, and new ones put in front.

    The elements of the view share memory: ``clone()`` it before writing.

    Args:
        input: Tensor of any shape and dtype.
        shape: sizes of the result; -1 keeps a dimension as it is.

    Returns:
        Tensor of shape ``shape`` that shares ``input``'s memory and is read-only.

    Raises:
        ShapeError: ``input`` does not broadcast to ``shape``.

    Example:
        >>> ft.expand(ft.tensor([[1], [2]]), -1, 3).tolist()
        [[1, 1, 1], [2, 2, 2]]
    """
    return xp.broadcast_to(input, shape)


@expand.check
def _(input, shape):
    new = len(shape) - input.ndim
    given = (None,) * new + tuple(input.shape)
    fitting = new >= 0 and all(
        (m is not None) if n == -1 else m in (None, 1, n) for m, n in zip(given, shape, strict=True)
    )
    if not fitting:
        errors.shape_error("expand", "shape", f"one that input's {tuple(input.shape)} broadcasts to", str(shape))
    return input, tuple(m if n == -1 else n for m, n in zip(given, shape, strict=True))


@operator(view=True)
def narrow(xp, input: Array, dim: Dim, start: Int, length: Int):
    """A view of ``length`` elements along a dimension.

    Args:
        input: Tensor of at least 1 dimension.
        dim: the dimension.
        start: the first index; negative ones count from the end.
        length: how many.

    Returns:
        Tensor that shares ``input``'s memory.

    Raises:
        IndexError: there are not so many elements.

    Example:
        >>> ft.narrow(ft.arange(5), 0, 1, 3).tolist()
        [1, 2, 3]
    """
    return input[(slice(None),) * dim + (slice(start, start + length),)]


@narrow.check
def _(input, dim, start, length):
    if input.ndim == 0:
        errors.shape_error("narrow", "input", "at least 1 dimension", "shape ()")
    size = input.shape[dim]
    if not -size <= start <= size:
        errors.index_error("narrow", "start", f"an index in [{-size}, {size}]", str(start))
    first = start + size if start < 0 else start
    if not 0 <= length <= size - first:
        errors.index_error("narrow", "length", f"0 to {size - first} elements from {first} on", str(length))
    return input, dim, first, length


@operator(view=True)
def flip(xp, input: Array, dims: Dims):
    """A view with dimensions reversed.

    Args:
        input: Tensor of any shape and dtype.
        dims: dimension or dimensions to reverse; None for all.

    Returns:
        Tensor that shares ``input``'s memory.

    Example:
        >>> ft.flip(ft.arange(3), 0).tolist()
        [2, 1, 0]
    """
    turned = range(input.ndim) if dims is None else dims
    return input[(*(slice(None, None, -1) if d in turned else slice(None) for d in range(input.ndim)), ...)]


@operator(view=True, many=True)
def split(xp, input: Array, split_size: Anything, dim: Dim = 0):
    """Views of consecutive parts along a dimension.

    Args:
        input: Tensor of at least 1 dimension.
        split_size: the size of each part (the last one may be smaller), or a list of the parts' sizes.
        dim: the dimension to split.

    Returns:
        tuple of Tensors that share ``input``'s memory.

    Raises:
        ValueError: sizes that are negative, or do not add up to the size of the dimension.

    Example:
        >>> [part.tolist() for part in ft.split(ft.arange(5), 2)]
        [[0, 1], [2, 3], [4]]
    """
    parts, start = [], 0
    for size in split_size:
        parts.append(input[(slice(None),) * dim + (slice(start, start + size),)])
        start += size
    return tuple(parts)


@split.check
def _(input, split_size, dim):
    if input.ndim == 0:
        errors.shape_error("split", "input", "at least 1 dimension", "shape ()")
    return input, split_sizes(input.shape[dim], split_size), dim


def split_sizes(size, wanted):
    """The sizes of the parts of a dimension."""
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        if wanted < 1 and not wanted == size == 0:
            errors.value_error("split", "split_size", "a size of 1 or more", str(wanted))
        count = max(-(-size // wanted), 1) if wanted else 1
        return (*(wanted for _ in range(count - 1)), size - wanted * (count - 1))
    if not isinstance(wanted, (list, tuple)) or not all(type(n) is int for n in wanted):
        errors.type_error("split", "split_size", "an int or a list of ints", type(wanted).__name__)
    if any(n < 0 for n in wanted) or sum(wanted) != size:
        errors.value_error("split", "split_size", f"sizes that add up to {size}", str(list(wanted)))
    return tuple(wanted)


@operator(view=True, many=True)
def unbind(xp, input: Array, dim: Dim = 0):
    """Views of the slices along a dimension, which is left out.

    Args:
        input: Tensor of at least 1 dimension.
        dim: the dimension.

    Returns:
        tuple of Tensors that share ``input``'s memory, one per index along ``dim``.

    Raises:
        ShapeError: ``input`` has no dimensions.

    Example:
        >>> [row.tolist() for row in ft.unbind(ft.tensor([[1, 2], [3, 4]]))]
        [[1, 2], [3, 4]]
    """
    return tuple(input[(slice(None),) * dim + (i, ...)] for i in range(input.shape[dim]))


@unbind.check
def _(input, dim):
    if input.ndim == 0:
        errors.shape_error("unbind", "input", "at least 1 dimension", "shape ()")


@operator(view="maybe")
def contiguous(xp, input: Array, memory_format: Anything = None):
    """The Tensor with its elements one after the other in memory: itself when they are, else a copy.

    Args:
        input: Tensor of any shape and dtype.
        memory_format: in which order. ``ft.contiguous_format``, the default, is that of the dimensions;
            ``ft.channels_last`` has the channels of a pixel of images of shape (N, C, H, W) beside each other,
            ``ft.channels_last_3d`` those of (N, C, D, H, W).

    Returns:
        Tensor like ``input``.

    Raises:
        ShapeError: another number of dimensions than the format is for.

    Example:
        >>> x = ft.zeros(2, 3)
        >>> x.contiguous() is x, x.T.contiguous().is_contiguous()
        (True, True)
        >>> ft.zeros(2, 3, 4, 5).contiguous(memory_format=ft.channels_last).stride()
        (60, 1, 15, 3)
    """
    memory_format = memory_format or contiguous_format
    arranged = memory_format.arranged(input)
    return input if arranged.flags.c_contiguous else memory_format.restored(arranged.copy(order="C"))


@contiguous.check
def _(input, memory_format):
    if memory_format is not None:
        check_memory_format("contiguous", memory_format, input.shape)


@operator()
def clone(xp, input: Array):
    """A copy with memory of its own, its dimensions in memory in the order they have in ``input``.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        Tensor like ``input``, without gaps in its memory.

    Example:
        >>> x = ft.zeros(2)
        >>> y = x.clone()
        >>> y[0] = 1
        >>> x.tolist()
        [0.0, 0.0]
    """
    return input.copy(order="K")


@operator(view="maybe", function=False, method=False)
def cast(xp, input: Array, dtype: DType):
    """The same elements in another dtype: the Tensor itself when it has that dtype.

    Floats become integers by dropping their fraction, and bools by whether they are not zero. Of complex numbers the
    real part is taken.

    Args:
        input: Tensor of any shape and dtype.
        dtype: dtype of the result.

    Returns:
        Tensor of ``input``'s shape.
    """
    if dtype is None or input.dtype == dtype:
        return input
    if input.dtype.kind == "c" and dtype.kind not in "cb":
        input = input.real  # by itself NumPy would warn
    return input.astype(dtype)


@operator()
def roll(xp, input: Array, shifts: Anything, dims: Anything = None):
    """The elements moved along dimensions; those that leave one end enter at the other.

    Args:
        input: Tensor of any shape and dtype.
        shifts: by how many places, one number per dimension.
        dims: the dimensions; by default the Tensor is rolled as if it were flat.

    Returns:
        Tensor like ``input``.

    Raises:
        ValueError: not one shift for each dimension.
        IndexError: there is no such dimension.

    Example:
        >>> ft.roll(ft.arange(4), 1).tolist()
        [3, 0, 1, 2]
    """
    if dims is None:
        return xp.roll(input.reshape(-1), shifts[0]).reshape(input.shape)
    result = input.copy()
    for shift, dim in zip(shifts, dims, strict=True):
        result = xp.roll(result, shift, axis=dim)
    return result


@roll.check_shapes
def _(input, shifts, dims):
    shifts = _ints("roll", "shifts", shifts)
    if dims is None:
        if len(shifts) != 1:
            errors.value_error("roll", "shifts", "one shift when there are no dims", str(shifts))
        return input, shifts, None
    dims = _ints("roll", "dims", dims)
    if len(dims) != len(shifts):
        errors.value_error("roll", "dims", f"one dimension for each of the {len(shifts)} shifts", str(dims))
    for d in dims:
        if not -input.ndim <= d < input.ndim:
            errors.index_error("roll", "dims", f"dimensions in [{-input.ndim}, {input.ndim - 1}]", str(d))
    return input, shifts, tuple(d % input.ndim for d in dims)


def _ints(operation, argument, value):
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    if not all(type(v) is int for v in values):
        errors.type_error(operation, argument, "an int or ints", type(value).__name__)
    return values


@operator()
def tile(xp, input: Array, dims: Shape):
    """The Tensor repeated along each dimension.

    Args:
        input: Tensor of any shape and dtype.
        dims: how often, for each dimension; the shorter of ``dims`` and ``input.shape`` gets ones in front.

    Returns:
        Tensor whose sizes are ``input``'s times ``dims``.

    Raises:
        ValueError: a negative number of times.

    Example:
        >>> ft.tile(ft.tensor([1, 2]), 2, 2).tolist()
        [[1, 2, 1, 2], [1, 2, 1, 2]]
    """
    return xp.tile(input, dims)


@tile.check_shapes
def _(input, dims):
    if any(n < 0 for n in dims):
        errors.value_error("tile", "dims", "0 or more times", str(dims))
