"""Functions that are made of operators and need no record of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .. import errors, ops
from .._core.tensor import are_matrices

if TYPE_CHECKING:
    from .._core.tensor import Tensor

F = TypeVar("F", bound=Callable[..., Any])

COMPOSED: list[tuple[str, Callable[..., Any], bool]] = []  # (name, function, is it a method of Tensor too)


def composed(method: bool = True, inplace: bool = False, aliases: tuple[str, ...] = ()) -> Callable[[F], F]:
    """Decorator: make a function public in ``flambeau.tensor``, under other names too, and a method of Tensor if
    ``method``. ``inplace`` adds the twin ``name_``, which writes the result to the first argument."""

    def declare(function: F) -> F:
        functions = [function, twin_of(function)] if inplace else [function]
        for each in functions:
            COMPOSED.append((each.__name__, each, method))
            twin = "" if each is function else "_"
            COMPOSED.extend((alias + twin, each, method) for alias in aliases)
        return function

    return declare


def twin_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """``name_``: the function that writes what ``name`` gives to the first argument."""
    name = function.__name__

    def twin(input, *args, **kwargs):
        from .._core.tensor import Tensor

        # A subclass may keep what the function read; of a plain Tensor nothing is kept.
        result = function(input if type(input) is Tensor else input.clone(), *args, **kwargs)
        return stored(name, "input", input, result)

    twin.__name__ = twin.__qualname__ = name + "_"
    twin.__module__ = "flambeau.tensor"  # where pickle finds it
    twin.__doc__ = f"In place: ``{name}``, written to ``input``, which is returned."
    twin.__wrapped__ = function  # whose signature it has
    return twin


def stored(operation: str, argument: str, target: Tensor, result: Tensor) -> Tensor:
    """Write a result to a Tensor of its shape and of a dtype that holds it."""
    if tuple(result.shape) != tuple(target.shape):
        errors.shape_error(operation, argument, f"shape {tuple(result.shape)}, the result's", str(tuple(target.shape)))
    if not _holds(target.dtype, result.dtype):
        errors.dtype_error(
            operation, argument, f"a dtype that holds the result's {result.dtype.name}", target.dtype.name
        )
    return target.copy_(result)


def _holds(dtype, other) -> bool:
    """As for operators: kinds may only widen, widths are the caller's choice."""
    kinds = "b iu fV c".split()
    mine, theirs = (next(i for i, kind in enumerate(kinds) if d.kind in kind) for d in (dtype, other))
    return theirs <= mine


def called(operation: str, record: Any, *args: Any) -> Any:
    """What an operator gives, whose errors name the function that was called."""
    try:
        return record(*args)
    except Exception as error:
        errors.attribute(error, record.name, operation)
        raise


def one_of(operation: str, dim: Any, axis: Any, keepdim: bool, keepdims: bool | None) -> tuple[Any, bool]:
    """``dim`` and ``keepdim``, which may have come under NumPy's names."""
    if dim is not None and axis is not None:
        errors.type_error(operation, "axis", "one of dim and axis", "both")
    return axis if dim is None else dim, keepdim if keepdims is None else keepdims


class renamed:
    """Within ``with renamed("median", "sort"):`` errors of ``sort`` name ``median``: what the user called."""

    __slots__ = ("inner", "outer")

    def __init__(self, outer: str, inner: str):
        self.outer = outer
        self.inner = inner

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind, error, traceback) -> None:
        if error is not None:
            errors.attribute(error, self.inner, self.outer)


_RESULTS: dict[str, Any] = {}


def named(name: str, parts: str, *values: Any) -> Any:
    """A named tuple, like those that operators of several outputs give."""
    if name not in _RESULTS:
        from collections import namedtuple

        _RESULTS[name] = namedtuple(name, parts)
    return _RESULTS[name](*values)


# Greatest and smallest ------------------------------------------------------------------------------------------


@composed()
def max(
    input: Tensor,
    dim: int | Tensor | None = None,
    keepdim: bool = False,
    *,
    axis: int | None = None,
    keepdims: bool | None = None,
) -> Any:
    """The greatest element; the greatest along a dimension and where they are; or the greater of two Tensors.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension to look along; or a second Tensor, for :func:`maximum`; by default the whole Tensor is searched.
        keepdim: keep the dimension, with size 1.
        axis: another name of ``dim``.
        keepdims: another name of ``keepdim``.

    Returns:
        With no ``dim`` a Tensor without dimensions. With a ``dim`` a pair: ``values``, and their ``indices`` along it
        (the first of equal ones).

    Raises:
        ShapeError: there are no elements to choose from.

    Example:
        >>> x = ft.tensor([[1.0, 4.0], [3.0, 2.0]])
        >>> ft.max(x).item()
        4.0
        >>> values, indices = ft.max(x, dim=1)
        >>> values.tolist(), indices.tolist()
        ([4.0, 3.0], [1, 0])
        >>> ft.max(x, ft.tensor(2.5)).tolist()
        [[2.5, 4.0], [3.0, 2.5]]
    """
    return _extreme("max", (ops.amax, ops.max_with_indices, ops.maximum), input, dim, keepdim, axis, keepdims)


@composed()
def min(
    input: Tensor,
    dim: int | Tensor | None = None,
    keepdim: bool = False,
    *,
    axis: int | None = None,
    keepdims: bool | None = None,
) -> Any:
    """The smallest element; the smallest along a dimension and where they are; or the smaller of two Tensors.

    Args:
        input: Tensor of any shape and dtype.
        dim: dimension to look along; or a second Tensor, for :func:`minimum`; by default the whole Tensor is searched.
        keepdim: keep the dimension, with size 1.
        axis: another name of ``dim``.
        keepdims: another name of ``keepdim``.

    Returns:
        With no ``dim`` a Tensor without dimensions. With a ``dim`` a pair: ``values``, and their ``indices`` along it
        (the first of equal ones).

    Raises:
        ShapeError: there are no elements to choose from.

    Example:
        >>> x = ft.tensor([[1.0, 4.0], [3.0, 2.0]])
        >>> ft.min(x).item()
        1.0
        >>> values, indices = ft.min(x, dim=1)
        >>> values.tolist(), indices.tolist()
        ([1.0, 2.0], [0, 1])
        >>> ft.min(x, ft.tensor(2.5)).tolist()
        [[1.0, 2.5], [2.5, 2.0]]
    """
    return _extreme("min", (ops.amin, ops.min_with_indices, ops.minimum), input, dim, keepdim, axis, keepdims)


def _extreme(operation, records, input, dim, keepdim, axis, keepdims):
    whole, along, pairwise = records
    dim, keepdim = one_of(operation, dim, axis, keepdim, keepdims)
    if dim is None:
        if keepdim:
            errors.value_error(operation, "keepdim", "a dim to keep", "none", "give dim, or use amax() or amin()")
        record, args = whole, (input, None, False)  # all of them: filling in would cost more than the work
    elif hasattr(dim, "dtype"):
        record, args = pairwise, (input, dim)
    else:
        record, args = along, (input, dim, keepdim)
    return called(operation, record, *args)


# Matrices -------------------------------------------------------------------------------------------------------


def _check_dims(operation: str, argument: str, x: Tensor, ndim: int) -> None:
    if x.ndim != ndim:
        noun = "dimension" if ndim == 1 else "dimensions"
        errors.shape_error(operation, argument, f"{ndim} {noun}", f"shape {tuple(x.shape)}", "use matmul()")


def _check_inner(operation: str, argument: str, input: Tensor, other: Tensor, place: int) -> None:
    if other.shape[place] != input.shape[-1]:
        errors.shape_error(
            operation,
            argument,
            f"size {input.shape[-1]} in dimension {place} to match input's last",
            f"shape {tuple(other.shape)}",
        )


@composed()
def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices. Nothing broadcasts; see :func:`matmul` for that.

    Args:
        input: Tensor of shape (n, k).
        mat2: Tensor of shape (k, m).

    Returns:
        Tensor of shape (n, m).

    Raises:
        ShapeError: not two matrices that fit together.

    Example:
        >>> ft.mm(ft.ones(2, 3), ft.ones(3, 1)).tolist()
        [[3.0], [3.0]]
    """
    if not are_matrices(input, mat2):
        _check_dims("mm", "input", input, 2)
        _check_dims("mm", "mat2", mat2, 2)
    try:
        return ops.matmul(input, mat2)
    except errors.ShapeError:
        _check_inner("mm", "mat2", input, mat2, 0)
        raise


@composed()
def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """The products of the matrices of two batches. Nothing broadcasts; see :func:`matmul` for that.

    Args:
        input: Tensor of shape (b, n, k).
        mat2: Tensor of shape (b, k, m).

    Returns:
        Tensor of shape (b, n, m).

    Raises:
        ShapeError: not two batches of matrices that fit together.

    Example:
        >>> ft.bmm(ft.ones(2, 1, 3), ft.ones(2, 3, 1)).tolist()
        [[[3.0]], [[3.0]]]
    """
    if input.ndim != 3 or mat2.ndim != 3:
        _check_dims("bmm", "input", input, 3)
        _check_dims("bmm", "mat2", mat2, 3)
    if mat2.shape[0] != input.shape[0]:
        errors.shape_error("bmm", "mat2", f"{input.shape[0]} matrices as input", f"shape {tuple(mat2.shape)}")
    try:
        return ops.matmul(input, mat2)
    except errors.ShapeError:
        _check_inner("bmm", "mat2", input, mat2, 1)
        raise


@composed()
def mv(input: Tensor, vec: Tensor) -> Tensor:
    """The product of a matrix and a vector.

    Args:
        input: Tensor of shape (n, k).
        vec: Tensor of shape (k,).

    Returns:
        Tensor of shape (n,).

    Raises:
        ShapeError: not a matrix and a vector that fit together.

    Example:
        >>> ft.mv(ft.ones(2, 3), ft.ones(3)).tolist()
        [3.0, 3.0]
    """
    if input.ndim != 2 or vec.ndim != 1:
        _check_dims("mv", "input", input, 2)
        _check_dims("mv", "vec", vec, 1)
    try:
        return ops.matmul(input, vec)
    except errors.ShapeError:
        _check_inner("mv", "vec", input, vec, 0)
        raise


@composed()
def t(input: Tensor) -> Tensor:
    """A view of a matrix with rows and columns swapped; of a vector, the vector.

    Args:
        input: Tensor of at most 2 dimensions.

    Returns:
        Tensor that shares ``input``'s memory.

    Raises:
        ShapeError: more than 2 dimensions.

    Example:
        >>> ft.t(ft.zeros(2, 3)).shape
        (3, 2)
    """
    dims = input.ndim
    if dims == 2:
        return ops.transpose(input, 0, 1)
    if dims > 2:
        errors.shape_error("t", "input", "at most 2 dimensions", f"shape {tuple(input.shape)}", "use transpose()")
    return input


# Shapes ---------------------------------------------------------------------------------------------------------


@composed()
def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Several dimensions as one: a view where possible.

    Args:
        input: Tensor of any shape and dtype. Without dimensions, it gets one.
        start_dim: the first dimension to flatten.
        end_dim: the last one.

    Returns:
        Tensor of the same elements in the same order.

    Raises:
        IndexError: there is no such dimension.
        ValueError: ``start_dim`` comes after ``end_dim``.

    Example:
        >>> ft.flatten(ft.zeros(2, 3, 4), 1).shape
        (2, 12)
    """
    dims = input.ndim
    if start_dim == 0 and end_dim == -1 and dims > 0:
        return ops.reshape(input, (input.numel(),))
    import math

    if dims == 0:
        return ops.reshape(input, (1,))
    places = []
    for name, dim in (("start_dim", start_dim), ("end_dim", end_dim)):
        if not -input.ndim <= dim < input.ndim:
            errors.index_error("flatten", name, f"a dimension in [{-input.ndim}, {input.ndim - 1}]", str(dim))
        places.append(dim % input.ndim)
    first, last = places
    if first > last:
        errors.value_error("flatten", "start_dim", f"at most end_dim's {last}", str(first))
    shape = tuple(input.shape)
    return ops.reshape(input, (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :]))


@composed()
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of at most ``chunks`` parts of equal size along a dimension; the last one may be smaller.

    Args:
        input: Tensor of at least 1 dimension.
        chunks: how many parts; there may be fewer when the size does not allow that many.
        dim: the dimension to split.

    Returns:
        tuple of Tensors that share ``input``'s memory.

    Raises:
        ValueError: ``chunks`` is not positive.

    Example:
        >>> [part.tolist() for part in ft.chunk(ft.arange(5), 2)]
        [[0, 1, 2], [3, 4]]
    """
    if chunks < 1:
        errors.value_error("chunk", "chunks", "1 or more", str(chunks))
    size = -(-input.size(dim) // chunks)
    return ops.split(input, size or [0] * chunks, dim)


@composed()
def view_as(input: Tensor, other: Tensor) -> Tensor:
    """A view in the shape of another Tensor.

    Args:
        input: Tensor of any shape and dtype.
        other: Tensor with as many elements.

    Returns:
        Tensor that shares ``input``'s memory.

    Raises:
        ShapeError: the number of elements differs, or the layout of ``input`` needs a copy.

    Example:
        >>> ft.zeros(4).view_as(ft.zeros(2, 2)).shape
        (2, 2)
    """
    return ops.view(input, tuple(other.shape))


@composed()
def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """A view broadcast to the shape of another Tensor.

    Args:
        input: Tensor whose shape broadcasts to ``other``'s.
        other: Tensor of any dtype.

    Returns:
        Tensor that shares ``input``'s memory and is read-only.

    Raises:
        ShapeError: ``input`` does not broadcast to that shape.

    Example:
        >>> ft.zeros(3).expand_as(ft.zeros(2, 3)).shape
        (2, 3)
    """
    return ops.expand(input, tuple(other.shape))
