"""Losses of each element of predictions and targets, before they are summed or averaged."""

from .._schema import Array, Number, Operand, pointwise
from ._helpers import checks_broadcast, in_kind_of, select

_ROW = {"promote": "float", "dtypes": "float", "inplace": False, "function": False, "method": False, "real": True}


@pointwise(
    "select(absolute(input - target) < beta, T(0.5) * (input - target) * (input - target) / beta, "
    "absolute(input - target) - T(0.5) * beta) * scale",
    **_ROW,
)
def smooth_l1(xp, input: Array, target: Array, beta: Number = 1.0, scale: Number = 1.0):
    """The distance of predictions and targets, with a parabola in place of its kink.

    ``d * d / (2 * beta)`` where ``d = abs(input - target)`` is less than ``beta``, else ``d - beta / 2``; all times
    ``scale``.

    Args:
        input: predictions.
        target: what they should be; a shape that broadcasts.
        beta: where the parabola ends; 0 for none.
        scale: a factor.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    beta, scale, half = (in_kind_of(xp, v, input.dtype) for v in (beta, scale, 0.5))
    apart = xp.abs(input - target)
    inside = apart < beta
    parabola = half * apart * apart / xp.where(inside, beta, xp.ones((), dtype=input.dtype)).astype(input.dtype)
    return select(xp, inside, parabola, apart - half * beta) * scale


@pointwise(
    "(target - 1) * maximum(log1p(-input), T(-100)) - target * maximum(log(input), T(-100))",
    **_ROW,
)
def binary_entropy(xp, input: Array, target: Array):
    """How surprised probabilities are by targets in [0, 1]; logarithms are bounded by -100.

    Args:
        input: probabilities.
        target: what they should be; a shape that broadcasts.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    least = in_kind_of(xp, -100.0, input.dtype)
    return (target - 1) * xp.maximum(xp.log1p(-input), least) - target * xp.maximum(xp.log(input), least)


@pointwise("(1 - target) * input - (1 + (pos_weight - 1) * target) * log_sigmoid(input)", **_ROW)
def logistic_entropy(xp, input: Array, target: Array, pos_weight: Operand = 1):
    """The same from scores: ``-pos_weight * target * log(sigmoid(input)) - (1 - target) * log(1 - sigmoid(input))``.

    Args:
        input: scores (logits).
        target: probabilities; a shape that broadcasts.
        pos_weight: how much positive targets count: Tensor whose shape broadcasts, or a number.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ShapeError: the shapes do not broadcast.
    """
    softened = xp.log1p(xp.exp(-xp.abs(input))) + xp.maximum(-input, in_kind_of(xp, 0.0, input.dtype))
    return (1 - target) * input + (1 + (pos_weight - 1) * target) * softened


checks_broadcast(smooth_l1, binary_entropy, logistic_entropy)
