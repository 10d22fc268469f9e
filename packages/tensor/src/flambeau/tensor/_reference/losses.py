"""Losses: one number that says how far predictions are from targets."""

from .. import errors
from .._schema import Anything, Array, Int, Number, OptionalArray, operator
from ._helpers import check_each, check_integers, narrowed, widened
from .activations import log_softmax


def _check_reduction(operation, reduction):
    if reduction not in ("none", "mean", "sum"):
        errors.value_error(operation, "reduction", "'none', 'mean' or 'sum'", repr(reduction))


@operator(promote="float", dtypes="float", real=True, method=False)
def mse_loss(xp, input: Array, target: Array, reduction: Anything = "mean"):
    """The squared difference of predictions and targets.

    Args:
        input: predictions: Tensor of any shape.
        target: Tensor of the same shape.
        reduction: ``"mean"`` of all elements, their ``"sum"``, or ``"none"`` for one loss per element.

    Returns:
        Tensor without dimensions, or of ``input``'s shape for ``"none"``.

    Raises:
        ShapeError: the shapes differ.
        ValueError: no such reduction.

    Example:
        >>> ft.mse_loss(ft.tensor([1.0, 2.0]), ft.tensor([1.0, 4.0])).item()
        2.0
    """
    squares = xp.square(widened(input) - widened(target))
    if reduction != "none":
        squares = xp.sum(squares) / (input.size if reduction == "mean" else 1)
    return narrowed(squares, input.dtype)


@mse_loss.check
def _(input, target, reduction):
    if input.shape != target.shape:
        errors.shape_error(
            "mse_loss", "target", f"shape {tuple(input.shape)} as input", str(tuple(target.shape)), "use reshape()"
        )
    _check_reduction("mse_loss", reduction)


# Classes --------------------------------------------------------------------------------------------------------


def _class_dim(ndim):
    return 0 if ndim == 1 else 1


def _chosen(xp, input, target, ignore_index):
    """The index tuple of each target's class in ``input``, and which targets count. Ignored ones point at class 0."""
    counts = target != ignore_index
    target = xp.where(counts, target, 0)
    if input.ndim == 1:
        return (target,), counts
    places = [xp.arange(n).reshape((-1,) + (1,) * (target.ndim - d - 1)) for d, n in enumerate(target.shape)]
    return (places[0], target, *places[1:]), counts


def _class_weights(xp, dtype, target, counts, weight):
    """How much each target counts."""
    if weight is None:
        return counts.astype(dtype)
    return xp.where(counts, weight.astype(dtype)[xp.where(counts, target, 0)], xp.zeros((), dtype=dtype))


def _reduced(xp, losses, weights, reduction):
    if reduction == "none":
        return losses
    total = xp.sum(losses)
    return total / xp.sum(weights) if reduction == "mean" else total


def _check_classes(operation, input, target, weight, ignore_index, reduction):
    if input.ndim == 0:
        errors.shape_error(operation, "input", "shape (N, C, ...) or (C,)", "()")
    check_integers(operation, "target", target)
    dim = _class_dim(input.ndim)
    wanted = tuple(input.shape[:dim]) + tuple(input.shape[dim + 1 :])
    if tuple(target.shape) != wanted:
        errors.shape_error(
            operation, "target", f"shape {wanted}, input's without the classes", str(tuple(target.shape))
        )
    classes = input.shape[dim]
    if weight is not None and tuple(weight.shape) != (classes,):
        errors.shape_error(operation, "weight", f"shape ({classes},), one element a class", str(tuple(weight.shape)))
    _check_reduction(operation, reduction)
    check_each((_refuse_class, operation, ignore_index), target, 0, classes, ignore_index)


def _refuse_class(operation, ignore_index, low, classes, wrong, index):
    """Raise for a target that is no class."""
    allowed = f"class indices in [{low}, {classes - 1}] ({classes} classes) or ignore_index {ignore_index}"
    errors.index_error(operation, "target", allowed, f"{wrong} at {index}" if index else str(wrong))


@operator(dtypes="float", real=True, method=False)
def nll_loss(
    xp,
    input: Array,
    target: Array,
    weight: OptionalArray = None,
    ignore_index: Int = -100,
    reduction: Anything = "mean",
):
    """The negative log-likelihood: minus the element of ``input`` that belongs to the target's class.

    Args:
        input: log-probabilities, of shape (N, C, ...) or (C,).
        target: classes: Tensor of integers in [0, C), of shape (N, ...) or ().
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        ignore_index: a value of ``target`` that does not count.
        reduction: ``"mean"`` weighted by ``weight``, ``"sum"``, or ``"none"`` for one loss per target.

    Returns:
        Tensor without dimensions, or of ``target``'s shape for ``"none"``.

    Raises:
        IndexError: a class is out of range.
        ShapeError: the shapes do not fit together.
        DTypeError: ``target`` does not hold integers.
        ValueError: no such reduction.

    Example:
        >>> ft.nll_loss(ft.tensor([[-1.0, -2.0], [-3.0, -4.0]]), ft.tensor([0, 1])).item()
        2.5
    """
    x = widened(input)
    chosen, counts = _chosen(xp, x, target, ignore_index)
    weights = _class_weights(xp, x.dtype, target, counts, weight)
    # A loss that does not count is 0 even where its log-probability is infinite.
    losses = xp.where(counts, -x[chosen], xp.zeros((), dtype=x.dtype)) * weights
    return narrowed(_reduced(xp, losses, weights, reduction), input.dtype)


@nll_loss.check
def _(input, target, weight, ignore_index, reduction):
    _check_classes("nll_loss", input, target, weight, ignore_index, reduction)


def _class_column(weight, ndim):
    """Weights of classes in the shape that broadcasts over all other dimensions."""
    return widened(weight).reshape((-1,) + (1,) * max(ndim - 2, 0))


@operator(dtypes="float", real=True, method=False)
def cross_entropy(
    xp,
    input: Array,
    target: Array,
    weight: OptionalArray = None,
    ignore_index: Int = -100,
    reduction: Anything = "mean",
    label_smoothing: Number = 0.0,
):
    """``nll_loss(log_softmax(input), target)``: how surprised the scores in ``input`` are by the classes.

    Args:
        input: scores (logits), of shape (N, C, ...) or (C,).
        target: classes: Tensor of integers in [0, C), of shape (N, ...) or ().
        weight: Tensor of shape (C,) that says how much each class counts, or None.
        ignore_index: a value of ``target`` that does not count.
        reduction: ``"mean"`` weighted by ``weight``, ``"sum"``, or ``"none"`` for one loss per target.
        label_smoothing: how much of each target, from 0 to 1, is spread evenly over all classes.

    Returns:
        Tensor without dimensions, or of ``target``'s shape for ``"none"``.

    Raises:
        IndexError: a class is out of range.
        ShapeError: the shapes do not fit together.
        DTypeError: ``target`` does not hold integers.
        ValueError: no such reduction, or ``label_smoothing`` is not in [0, 1].

    Example:
        >>> ft.cross_entropy(ft.tensor([[0.0, 0.0], [1000.0, 0.0]]), ft.tensor([0, 0]), reduction="sum").item()
        0.6931471824645996
    """
    dim = _class_dim(input.ndim)
    logs = log_softmax(xp, widened(input), dim)
    if label_smoothing == 0:
        return narrowed(nll_loss(xp, logs, target, weight, ignore_index, reduction), input.dtype)
    chosen, counts = _chosen(xp, logs, target, ignore_index)
    weights, zero = _class_weights(xp, logs.dtype, target, counts, weight), xp.zeros((), dtype=logs.dtype)
    spread = logs if weight is None else logs * _class_column(weight, logs.ndim)
    spread = xp.sum(spread, axis=dim) * (label_smoothing / input.shape[dim])
    losses = xp.where(counts, -logs[chosen] * weights * (1 - label_smoothing) - spread, zero)
    return narrowed(_reduced(xp, losses, weights, reduction), input.dtype)


def _check_smoothing(operation, label_smoothing):
    if not 0 <= label_smoothing <= 1:
        errors.value_error(operation, "label_smoothing", "a part in [0, 1]", str(label_smoothing))


@cross_entropy.check
def _(input, target, weight, ignore_index, reduction, label_smoothing):
    _check_classes("cross_entropy", input, target, weight, ignore_index, reduction)
    _check_smoothing("cross_entropy", label_smoothing)


@cross_entropy.composite
def _(input, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    import flambeau.tensor as ft

    dim = _class_dim(input.ndim)
    logs = ft.log_softmax(input, dim)
    if label_smoothing == 0:
        return ft.nll_loss(logs, target, weight, ignore_index, reduction)
    counts = target != ignore_index
    column = None if weight is None else weight.reshape((-1,) + (1,) * max(input.ndim - 2, 0))
    spread = (logs if weight is None else logs * column).sum(dim) * (label_smoothing / input.shape[dim])
    chosen = ft.nll_loss(logs, target, weight, ignore_index, "none") * (1 - label_smoothing)
    losses = ft.where(counts, chosen - spread, 0)
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    weights = counts if weight is None else ft.where(counts, weight[ft.where(counts, target, 0)], 0)
    return losses.sum() / weights.sum()


@operator(dtypes="float", function=False, method=False, differentiable=False)
def cross_entropy_backward(
    xp,
    grad_output: Array,
    input: Array,
    target: Array,
    weight: OptionalArray,
    ignore_index: Int,
    reduction: Anything,
    label_smoothing: Number = 0.0,
):
    """The gradient of :func:`cross_entropy` with respect to its input.

    Args:
        grad_output: gradient of the loss, of its shape.
        input: as in the forward pass.
        target: as in the forward pass.
        weight: as in the forward pass.
        ignore_index: as in the forward pass.
        reduction: as in the forward pass.
        label_smoothing: as in the forward pass.

    Returns:
        Tensor like ``input``.
    """
    x = widened(input)
    dim = _class_dim(x.ndim)
    powers = xp.exp(x - x.max(axis=dim, keepdims=True))
    result = powers / powers.sum(axis=dim, keepdims=True)
    chosen, counts = _chosen(xp, x, target, ignore_index)
    weights = _class_weights(xp, x.dtype, target, counts, weight)
    if label_smoothing == 0:
        result[chosen] -= 1
        result = result * xp.expand_dims(weights, dim)
    else:
        part, classes = label_smoothing / x.shape[dim], xp.ones((), dtype=x.dtype)
        if weight is not None:
            classes = _class_column(weight, x.ndim)
        total = x.shape[dim] if weight is None else xp.sum(classes)
        apart = (1 - label_smoothing) * weights
        result = result * xp.expand_dims(apart + part * total, dim) - part * classes
        result[chosen] -= apart
    scale = widened(grad_output)
    if reduction == "mean":
        scale = scale / xp.sum(weights)
    if reduction != "none":
        scale = xp.broadcast_to(scale, counts.shape)
    # What does not count gets 0, also where nothing counts and the scale is nan.
    result = xp.where(xp.expand_dims(counts, dim), result * xp.expand_dims(scale, dim), xp.zeros((), dtype=x.dtype))
    return narrowed(result, input.dtype)
