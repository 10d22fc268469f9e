"""Counting elements."""

from .. import errors
from .._schema import Array, Int, OptionalArray, operator
from ._helpers import check_elements, check_integers, is_floating, narrowed, refuse_any_order_of_floats, widened


@operator(differentiable=False)
def bincount(xp, input: Array, weights: OptionalArray = None, minlength: Int = 0):
    """How often each of the numbers 0, 1, 2, ... comes.

    Args:
        input: integers, none negative, of shape (N,).
        weights: Tensor of shape (N,): what each one counts.
        minlength: the least size of the result.

    Returns:
        Tensor with one element more than the greatest number, and at least ``minlength``: int64, or with ``weights``
        of their floating dtype; float64 for integer ones.

    Raises:
        DTypeError: ``input`` is not of integers.
        ShapeError: not one dimension, or another shape of ``weights``.
        ValueError: a negative number.

    Example:
        >>> ft.bincount(ft.tensor([1, 3, 1])).tolist()
        [0, 2, 0, 1]
        >>> ft.bincount(ft.tensor([0, 1, 1]), ft.tensor([0.5, 1.0, 2.0])).tolist()
        [0.5, 3.0]
    """
    if weights is None:
        return narrowed(xp.bincount(input.astype("int64"), minlength=minlength), "int64")
    weights_64 = weights.astype("float64")
    refuse_any_order_of_floats(xp, weights_64.dtype)
    counts = xp.bincount(input.astype("int64"), weights=weights_64, minlength=minlength)
    return counts.astype(weights.dtype if is_floating(weights.dtype) else "float64")


@bincount.check
def _(input, weights, minlength):
    check_integers("bincount", "input", input)
    if input.ndim != 1:
        errors.shape_error("bincount", "input", "1 dimension", f"shape {tuple(input.shape)}", "flatten() it")
    if weights is not None and tuple(weights.shape) != tuple(input.shape):
        errors.shape_error("bincount", "weights", f"input's shape {tuple(input.shape)}", str(tuple(weights.shape)))
    if weights is not None and weights.dtype.kind == "c":
        errors.dtype_error("bincount", "weights", "a real dtype", weights.dtype.name)
    if minlength < 0:
        errors.value_error("bincount", "minlength", "0 or more", str(minlength))
    check_elements("bincount", "minlength", minlength)
    if input.size:
        least, greatest = input.min().item(), input.max().item()
        if least < 0:
            errors.value_error("bincount", "input", "no negative numbers", str(least))
        check_elements("bincount", "input", greatest + 1)


@operator(differentiable=False, function=False, method=False)
def histogram_counts(xp, input: Array, edges: Array, weight: OptionalArray = None):
    """How many elements are in each bin: what :func:`histogram` and :func:`histc` are made of.

    Args:
        input: Tensor of any shape and floating dtype.
        edges: the edges of the bins, of shape (n + 1,), in order. The last bin includes its upper edge.
        weight: Tensor of ``input``'s shape: what each element counts.

    Returns:
        Tensor of shape (n,), like ``input``.
    """
    x = widened(xp.ravel(input))
    edges = edges.astype(x.dtype)
    bins = edges.shape[0] - 1
    places = xp.searchsorted(edges, x, side="right") - 1
    places = xp.where(x == edges[-1], bins - 1, places)
    # What is in no bin is counted in one that is left out.
    places = xp.where(xp.logical_and(places >= 0, xp.logical_and(places < bins, x == x)), places, bins)
    weights = None
    if weight is not None:
        weights = xp.ravel(weight).astype("float64")
        refuse_any_order_of_floats(xp, weights.dtype)
    return xp.bincount(places, weights=weights, minlength=bins + 1)[:bins].astype(input.dtype)


@histogram_counts.check
def _(input, edges, weight):
    if not is_floating(input.dtype):
        errors.dtype_error(
            "histogram_counts", "input", "a floating dtype", input.dtype.name, "convert it with .float()"
        )
    if edges.ndim != 1 or edges.shape[0] < 2:
        errors.shape_error("histogram_counts", "bins", "1 dimension and 2 or more edges", f"shape {tuple(edges.shape)}")
    if bool((edges[1:] < edges[:-1]).any().item()):
        errors.value_error("histogram_counts", "bins", "edges in order", "some that are not")
    if weight is not None and tuple(weight.shape) != tuple(input.shape):
        errors.shape_error(
            "histogram_counts", "weight", f"input's shape {tuple(input.shape)}", str(tuple(weight.shape))
        )
