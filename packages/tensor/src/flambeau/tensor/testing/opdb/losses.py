"""Losses."""

import numpy as np

from ...errors import DTypeError, ShapeError
from ._helpers import TO_FLOAT
from ._info import SEVERAL_STEPS, OpInfo
from ._make import FLOATS, error, sample
from .activations import log_softmax

REDUCTIONS = ("mean", "sum", "none")


def reduced(losses, weights, reduction):
    if reduction == "none":
        return losses
    return losses.sum() / (weights.sum() if reduction == "mean" else 1)


def mse_samples(make):
    for reduction in REDUCTIONS:
        yield sample(make((2, 3)), make((2, 3)), reduction)
    yield sample(make(()), make(()))
    yield sample(make((3, 4), layout="transposed"), make((3, 4), layout="strided"))
    yield sample(make((3, 4), layout="reversed"), make((3, 4)))
    yield sample(make((0, 2)), make((0, 2)), "sum")
    yield sample(make((0, 2)), make((0, 2)), "none")


def mse_loss(x, target, reduction="mean"):
    return reduced((x - target) ** 2, np.ones(x.shape), reduction)


def mse_errors(make):
    message = "mse_loss(): argument 'target': expected shape (2, 3) as input, got (3,); use reshape()"
    yield error(ShapeError, message, make((2, 3)), make((3,)))
    message = "mse_loss(): argument 'reduction': expected 'none', 'mean' or 'sum', got 'max'"
    yield error(ValueError, message, make((2,)), make((2,)), "max")


def class_samples(make):
    for reduction in REDUCTIONS:
        yield sample(make((4, 3)), make.integers((4,), 0, 3), reduction=reduction)
        yield sample(make((4, 3)), make.array([0, 2, 1, 2]), make((3,), 0.5, 2), 1, reduction)
        yield sample(make((2, 3, 2, 2)), make.integers((2, 2, 2), 0, 3), reduction=reduction)
    yield sample(make((3,)), make.array(1))
    yield sample(make((4, 3), layout="transposed"), make.integers((4,), 0, 3, "strided"))
    yield sample(make((4, 3), layout="reversed"), make.array([-100, 0, 1, -100]))
    yield sample(make((2, 3)), make.array([-100, -100]), smooth=False)  # of nothing: nan, but a gradient of 0
    yield sample(make((0, 3)), make.integers((0,), 0, 3), reduction="sum")
    yield sample(make.values([[1000.0, 0.0], [-1000.0, -999.0]]), make.array([1, 0]), smooth=False)


def smoothed_samples(make):
    yield from class_samples(make)
    for reduction in REDUCTIONS:
        yield sample(make((4, 3)), make.integers((4,), 0, 3), reduction=reduction, label_smoothing=0.25)
        yield sample(make((4, 3)), make.array([0, 2, 1, 2]), make((3,), 0.5, 2), 1, reduction, 0.1)
        yield sample(make((2, 3, 2, 2)), make.integers((2, 2, 2), 0, 3), make((3,), 0.5, 2), 2, reduction, 1)
    yield sample(make((3,)), make.array(1), label_smoothing=0.5)
    yield sample(make((4, 3), layout="transposed"), make.integers((4,), 0, 3, "strided"), label_smoothing=0.3)
    yield sample(make((0, 3)), make.integers((0,), 0, 3), reduction="none", label_smoothing=0.3)


def nll_loss(x, target, weight=None, ignore_index=-100, reduction="mean"):
    classes = 0 if x.ndim == 1 else 1
    losses, weights = np.zeros(target.shape), np.zeros(target.shape)
    for place in np.ndindex(target.shape):
        label = int(target[place])
        if label == ignore_index:
            continue
        weights[place] = 1 if weight is None else weight[label]
        losses[place] = -weights[place] * x[(*place[:classes], label, *place[classes:])]
    return reduced(losses, weights, reduction)


def cross_entropy(x, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """Against a distribution for each target: its class, of which a part is spread evenly over all."""
    dim = 0 if x.ndim == 1 else 1
    logs = np.moveaxis(log_softmax(x, dim), dim, -1)
    classes = np.ones(x.shape[dim]) if weight is None else weight
    losses, weights = np.zeros(target.shape), np.zeros(target.shape)
    for place in np.ndindex(target.shape):
        label = int(target[place])
        if label == ignore_index:
            continue
        wanted = np.full(len(classes), label_smoothing / len(classes))
        wanted[label] += 1 - label_smoothing
        weights[place] = classes[label]
        losses[place] = -np.sum(np.where(wanted == 0, 0, wanted * classes * logs[place]))
    return reduced(losses, weights, reduction)


def smoothing_errors(make):
    yield from class_errors("cross_entropy")(make)
    message = "cross_entropy(): argument 'label_smoothing': expected a part in [0, 1], got 1.5"
    yield error(ValueError, message, make((2, 3)), make.array([0, 1]), label_smoothing=1.5)


def class_errors(name):
    def errors(make):
        allowed = "expected class indices in [0, 2] (3 classes) or ignore_index"
        message = f"{name}(): argument 'target': {allowed} -100, got 3 at (1,)"
        yield error(IndexError, message, make((2, 3)), make.array([0, 3]))
        message = f"{name}(): argument 'target': {allowed} 5, got -1 at (0, 1)"
        yield error(IndexError, message, make((1, 3, 2)), make.array([[5, -1]]), ignore_index=5)
        message = f"{name}(): argument 'target': {allowed} -100, got 4"
        yield error(IndexError, message, make((3,)), make.array(4))
        message = f"{name}(): argument 'target': expected shape (2,), input's without the classes, got (3,)"
        yield error(ShapeError, message, make((2, 3)), make.array([0, 1, 2]))
        message = f"{name}(): argument 'target': expected integers, got float32; convert it with .long()"
        yield error(DTypeError, message, make((2, 3)), make.array([0, 1], np.float32))
        message = f"{name}(): argument 'weight': expected shape (3,), one element a class, got (2,)"
        yield error(ShapeError, message, make((2, 3)), make.array([0, 1]), make((2,)))
        message = f"{name}(): argument 'reduction': expected 'none', 'mean' or 'sum', got 'max'"
        yield error(ValueError, message, make((2, 3)), make.array([0, 1]), reduction="max")

    return errors


def backward_samples(make):
    for reduction in REDUCTIONS:
        grad = make((4,) if reduction == "none" else ())
        yield sample(grad, make((4, 3)), make.integers((4,), 0, 3), None, -100, reduction)
        yield sample(grad, make((4, 3)), make.array([0, 2, 1, 2]), make((3,), 0.5, 2), 1, reduction)
    yield sample(make(()), make((2, 3, 2)), make.integers((2, 2), 0, 3), None, -100, "mean")
    yield sample(make(()), make((3,)), make.array(1), None, -100, "mean")
    yield sample(make(()), make.values([[1000.0, 0.0], [-1000.0, -999.0]]), make.array([1, 0]), None, -100, "sum")
    yield sample(make(()), make((4, 3), layout="transposed"), make.integers((4,), 0, 3), None, -100, "mean")
    yield sample(make(()), make((2, 3)), make.array([-100, -100]), None, -100, "mean")
    yield sample(make(()), make.values([[np.inf, 0], [1, 2]]), make.array([-100, 1]), None, -100, "mean", smooth=False)


def smoothed_backward_samples(make):
    yield from backward_samples(make)
    for reduction in REDUCTIONS:
        grad = make((4,) if reduction == "none" else ())
        yield sample(grad, make((4, 3)), make.integers((4,), 0, 3), None, -100, reduction, 0.25)
        yield sample(grad, make((4, 3)), make.array([0, 2, 1, 2]), make((3,), 0.5, 2), 1, reduction, 0.1)
    grad, weight = make((2, 2)), make((3,), 0.5, 2)
    yield sample(grad, make((2, 3, 2)), make.array([[0, 1], [-100, 2]]), weight, -100, "none", 0.5)
    yield sample(make(()), make((3,)), make.array(1), None, -100, "mean", 1)


def cross_entropy_backward(grad, x, target, weight, ignore_index, reduction, label_smoothing=0.0):
    """The derivative of each loss, one element of the target at a time."""
    classes = 0 if x.ndim == 1 else 1
    chances = np.exp(log_softmax(x, classes))
    result, total = np.zeros(x.shape), 0.0
    for place in np.ndindex(target.shape):
        label = int(target[place])
        if label == ignore_index:
            continue
        factor = 1.0 if weight is None else weight[label]
        total += factor
        column = (*place[:classes], slice(None), *place[classes:])
        wanted = np.full(x.shape[classes], label_smoothing / x.shape[classes])
        wanted[label] += 1 - label_smoothing
        wanted = wanted if weight is None else wanted * weight
        slope = chances[column] * wanted.sum() - wanted
        result[column] = slope * (grad[place] if reduction == "none" else grad)
    return result / total if reduction == "mean" and total else result


ENTRIES = (
    OpInfo("mse_loss", mse_samples, mse_loss, errors=mse_errors, tolerance=SEVERAL_STEPS, **TO_FLOAT),
    OpInfo(
        "nll_loss",
        class_samples,
        nll_loss,
        FLOATS,
        errors=class_errors("nll_loss"),
        tolerance=SEVERAL_STEPS,
    ),
    OpInfo(
        "cross_entropy",
        smoothed_samples,
        cross_entropy,
        FLOATS,
        errors=smoothing_errors,
        tolerance=SEVERAL_STEPS,
    ),
    OpInfo(
        "cross_entropy_backward", smoothed_backward_samples, cross_entropy_backward, FLOATS, tolerance=SEVERAL_STEPS
    ),
)
