"""Planes read at places that are computed, as images are by grids.

The operator is linear in its planes and in its weights, and so are its gradients: the three are one another's.
"""

from .. import errors
from .._schema import Array, Int, operator
from ._helpers import add_at, check_integers, narrowed, select, widened


@operator(dtypes="float", real=True, function=False, method=False)
def sample_planes(xp, input: Array, index: Array, weight: Array):
    """Elements made of some elements of a plane each, times a weight each: the same ones in all planes of an image.

    Args:
        input: the planes: Tensor of shape (N, C, S).
        index: which elements are read: Tensor of integers of shape (N, K, P). Those outside [0, S) are 0.
        weight: Tensor of ``input``'s dtype and ``index``'s shape.

    Returns:
        Tensor of shape (N, C, P): sums of K products each.

    Raises:
        ShapeError: the shapes do not fit together.
        DTypeError: ``index`` does not hold integers, or the other dtypes differ.
    """
    x, w = widened(input), widened(weight)
    result = xp.zeros((*input.shape[:2], index.shape[2]), dtype=x.dtype)
    for k in range(index.shape[1]):
        result = result + _read(xp, x, index[:, k]) * w[:, k][:, None]
    return narrowed(result, input.dtype)


@operator(dtypes="float", real=True, function=False, method=False)
def sample_planes_input_gradient(xp, grad_output: Array, index: Array, weight: Array, size: Int):
    """What :func:`sample_planes` hands to its planes: each element of a gradient added where it was read.

    Args:
        grad_output: Tensor of shape (N, C, P).
        index: Tensor of integers of shape (N, K, P). Those outside [0, S) get nothing.
        weight: Tensor of ``grad_output``'s dtype and ``index``'s shape.
        size: S.

    Returns:
        Tensor of shape (N, C, S).

    Raises:
        ShapeError: the shapes do not fit together.
        DTypeError: ``index`` does not hold integers, or the other dtypes differ.
        ValueError: ``size`` is negative.
    """
    grad, w = widened(grad_output), widened(weight)
    n, c = grad.shape[:2]
    # What is outside is added to one element more, which is left out.
    result = xp.zeros((n, c, size + 1), dtype=grad.dtype)
    images, channels = xp.arange(n)[:, None, None], xp.arange(c)[:, None]
    for k in range(index.shape[1]):
        places = index[:, k]
        places = xp.where((places >= 0) & (places < size), places, size)
        add_at(xp, result, (images, channels, places[:, None]), grad * w[:, k][:, None])
    return narrowed(result[..., :size], grad_output.dtype).copy()


@operator(dtypes="float", real=True, function=False, method=False)
def sample_planes_weight_gradient(xp, grad_output: Array, input: Array, index: Array):
    """What :func:`sample_planes` hands to its weights: products of what was read and the gradient, of all planes.

    Args:
        grad_output: Tensor of shape (N, C, P).
        input: Tensor of ``grad_output``'s dtype and of shape (N, C, S).
        index: Tensor of integers of shape (N, K, P). Those outside [0, S) are 0.

    Returns:
        Tensor of ``index``'s shape.

    Raises:
        ShapeError: the shapes do not fit together.
        DTypeError: ``index`` does not hold integers, or the other dtypes differ.
    """
    grad, x = widened(grad_output), widened(input)
    result = xp.zeros(index.shape, dtype=x.dtype)
    for k in range(index.shape[1]):
        result[:, k] = xp.sum(_read(xp, x, index[:, k]) * grad, axis=1)
    return narrowed(result, grad_output.dtype)


def _read(xp, x, index):
    """The elements of planes (N, C, S) at places (N, P): (N, C, P)."""
    n, c, size = x.shape
    if size == 0:
        return xp.zeros((n, c, index.shape[1]), dtype=x.dtype)
    seen = (index >= 0) & (index < size)
    places = xp.broadcast_to(xp.where(seen, index, 0)[:, None], (n, c, index.shape[1]))
    return select(xp, seen[:, None], xp.take_along_axis(x, places, 2), xp.zeros((), dtype=x.dtype))


@sample_planes.check
def _(input, index, weight):
    _check("sample_planes", "input", input, index)
    _check_weight("sample_planes", "input", input, index, weight)


@sample_planes_input_gradient.check
def _(grad_output, index, weight, size):
    name = "sample_planes_input_gradient"
    _check(name, "grad_output", grad_output, index)
    _check_points(name, grad_output, index)
    _check_weight(name, "grad_output", grad_output, index, weight)
    if size < 0:
        errors.value_error(name, "size", "0 or more", str(size))


@sample_planes_weight_gradient.check
def _(grad_output, input, index):
    name = "sample_planes_weight_gradient"
    _check(name, "grad_output", grad_output, index)
    _check_points(name, grad_output, index)
    if input.ndim != 3 or tuple(input.shape[:2]) != tuple(grad_output.shape[:2]):
        wanted = f"shape {tuple(grad_output.shape[:2])} and the size of a plane"
        errors.shape_error(name, "input", wanted, str(tuple(input.shape)))
    if input.dtype != grad_output.dtype:
        errors.dtype_error(name, "input", f"grad_output's dtype {grad_output.dtype.name}", input.dtype.name)


def _check(name, argument, planes, index):
    if planes.ndim != 3:
        errors.shape_error(name, argument, "3 dimensions", str(tuple(planes.shape)))
    check_integers(name, "index", index)
    if index.ndim != 3 or index.shape[0] != planes.shape[0]:
        errors.shape_error(name, "index", f"shape ({planes.shape[0]}, K, P)", str(tuple(index.shape)))


def _check_points(name, grad_output, index):
    if index.shape[2] != grad_output.shape[2]:
        wanted = f"{grad_output.shape[2]} places, as grad_output has elements"
        errors.shape_error(name, "index", wanted, str(tuple(index.shape)))


def _check_weight(name, argument, planes, index, weight):
    if tuple(weight.shape) != tuple(index.shape):
        errors.shape_error(name, "weight", f"shape {tuple(index.shape)} as index", str(tuple(weight.shape)))
    if weight.dtype != planes.dtype:
        errors.dtype_error(name, "weight", f"{argument}'s dtype {planes.dtype.name}", weight.dtype.name)
