"""Several Tensors as one."""

from .. import errors
from .._schema import Arrays, Dim, NewDim, operator


@operator(promote="common", method=False, aliases=("concat", "concatenate"))
def cat(xp, tensors: Arrays, dim: Dim = 0):
    """Tensors one after the other along a dimension.

    Args:
        tensors: list or tuple of Tensors whose shapes differ in dimension ``dim`` only.
        dim: the dimension.

    Returns:
        Tensor of the promoted dtype.

    Raises:
        ShapeError: the shapes differ elsewhere, or there are no dimensions.

    Example:
        >>> ft.cat([ft.tensor([1, 2]), ft.tensor([3])]).tolist()
        [1, 2, 3]
    """
    return xp.concatenate(tensors, axis=dim)


@cat.check
def _(tensors, dim):
    first = tuple(tensors[0].shape)
    if not first:
        errors.shape_error("cat", "tensors[0]", "at least 1 dimension", "shape ()", "use stack()")
    for i, t in enumerate(tensors):
        if t.ndim != len(first) or t.shape[:dim] != first[:dim] or t.shape[dim + 1 :] != first[dim + 1 :]:
            wanted = ", ".join("*" if d == dim else str(n) for d, n in enumerate(first))
            comma = "," if len(first) == 1 else ""
            errors.shape_error("cat", f"tensors[{i}]", f"shape ({wanted}{comma}) as tensors[0]", str(tuple(t.shape)))


@operator(promote="common", method=False)
def stack(xp, tensors: Arrays, dim: NewDim = 0):
    """Tensors of one shape along a new dimension.

    Args:
        tensors: list or tuple of Tensors of the same shape.
        dim: where the new dimension goes.

    Returns:
        Tensor of the promoted dtype.

    Raises:
        ShapeError: the shapes differ.

    Example:
        >>> ft.stack([ft.tensor([1, 2]), ft.tensor([3, 4])], dim=1).tolist()
        [[1, 3], [2, 4]]
    """
    return xp.stack(tensors, axis=dim)


@stack.check
def _(tensors, dim):
    first = tuple(tensors[0].shape)
    for i, t in enumerate(tensors):
        if tuple(t.shape) != first:
            errors.shape_error("stack", f"tensors[{i}]", f"shape {first} as tensors[0]", str(tuple(t.shape)))
