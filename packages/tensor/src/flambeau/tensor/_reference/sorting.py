"""Order along a dimension."""

from .. import errors
from .._schema import Array, Bool, Dim, Int, operator
from ._helpers import narrowed, widened


def order_along(xp, input, dim, descending):
    """The stable order along a dimension, as int64 indices. nan counts as the greatest."""
    if input.ndim == 0:
        return xp.zeros((), dtype="int64")
    keys = widened(input)
    if not descending:
        return narrowed(xp.argsort(keys, axis=dim, kind="stable"), "int64")
    # Sorted backwards twice: equal elements keep their order.
    order = xp.flip(xp.argsort(xp.flip(keys, dim), axis=dim, kind="stable"), dim)
    return narrowed(keys.shape[dim] - 1 - order, "int64")


def _taken(xp, input, indices, dim):
    return xp.take_along_axis(input, indices, dim) if input.ndim else input.copy()


@operator(outputs=("values",), auxiliary=("indices",))
def sort(xp, input: Array, dim: Dim = -1, descending: Bool = False, *, stable: Bool = False):
    """The elements in order along a dimension, and where they were. Equal elements keep their order.

    Args:
        input: Tensor of any shape and dtype; nan counts as the greatest.
        dim: the dimension.
        descending: the greatest first.
        stable: for compatibility: equal elements keep their order in any case.

    Returns:
        ``values``, like ``input``, and their ``indices`` in it along ``dim`` (int64).

    Example:
        >>> values, indices = ft.sort(ft.tensor([3.0, 1.0, 2.0]))
        >>> values.tolist(), indices.tolist()
        ([1.0, 2.0, 3.0], [1, 2, 0])
    """
    indices = order_along(xp, input, dim, descending)
    return _taken(xp, input, indices, dim), indices


@operator(function=False, method=False)
def ordered(xp, input: Array, dim: Dim = -1, descending: Bool = False):
    """The elements in order along a dimension, where nobody asks where they were: that is the quicker part.

    Args:
        input: Tensor of any shape and dtype; nan counts as the greatest.
        dim: the dimension.
        descending: the greatest first.

    Returns:
        Tensor like ``input``.
    """
    return _taken(xp, input, order_along(xp, input, dim, descending), dim)


@operator(differentiable=False)
def argsort(xp, input: Array, dim: Dim = -1, descending: Bool = False, *, stable: Bool = False):
    """The indices that put a dimension in order. Equal elements keep their order.

    Args:
        input: Tensor of any shape and dtype; nan counts as the greatest.
        dim: the dimension.
        descending: the greatest first.
        stable: for compatibility: equal elements keep their order in any case.

    Returns:
        int64 Tensor of ``input``'s shape.

    Example:
        >>> ft.argsort(ft.tensor([3.0, 1.0, 2.0])).tolist()
        [1, 2, 0]
    """
    return order_along(xp, input, dim, descending)


@operator(outputs=("values",), auxiliary=("indices",))
def topk(xp, input: Array, k: Int, dim: Dim = -1, largest: Bool = True, sorted: Bool = True):
    """The ``k`` greatest elements along a dimension, the greatest first, and where they are.

    Args:
        input: Tensor of any shape and dtype; nan counts as the greatest.
        k: how many.
        dim: the dimension.
        largest: False for the smallest, the smallest first.
        sorted: for compatibility: the result is in order in any case, equal elements in theirs.

    Returns:
        ``values`` and their ``indices`` in ``input`` along ``dim`` (int64); both have size ``k`` there.

    Raises:
        ValueError: there are not so many elements.

    Example:
        >>> values, indices = ft.topk(ft.tensor([3.0, 1.0, 2.0]), 2)
        >>> values.tolist(), indices.tolist()
        ([3.0, 2.0], [0, 2])
    """
    indices = order_along(xp, input, dim, largest)
    if input.ndim:
        indices = indices[(slice(None),) * dim + (slice(0, k),)].copy()
    return _taken(xp, input, indices, dim), indices


@topk.check
def _(input, k, dim, largest, sorted):
    size = input.shape[dim] if input.ndim else 1
    if not 0 <= k <= size:
        errors.value_error("topk", "k", f"0 to {size}, the size of dimension {dim}", str(k))
