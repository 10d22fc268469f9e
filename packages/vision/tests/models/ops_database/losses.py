"""The focal loss, and branches left out."""

import numpy as np
from flambeau.tensor import DTypeError, ShapeError
from flambeau.tensor.testing import opdb

from ._helpers import LAYOUTS, info, reduced


def answers(make):
    """Logits and targets."""

    def targets(*shape, layout="contiguous"):
        return make.values(make.rng.integers(0, 2, shape), layout)

    yield opdb.sample(make(()), targets())
    yield opdb.sample(make((2, 3)), targets(2, 3), 0.3, 1.5)
    yield opdb.sample(make((2, 3)), make((2, 3), 0, 1), alpha=-1, gamma=3)  # softened targets, and no weights
    for reduction in ("none", "mean", "sum"):
        yield opdb.sample(make((4,)), targets(4), reduction=reduction)
        yield opdb.sample(make((0, 3)), targets(0, 3), reduction=reduction)
    for layout in LAYOUTS:
        yield opdb.sample(make((3, 4), layout=layout), targets(3, 4))
        yield opdb.sample(make((3, 4)), targets(3, 4, layout=layout))
    sure = [0.0, 90.0, -90.0, 90.0, -90.0]
    yield opdb.sample(make.values(sure), make.values([1.0, 1.0, 0.0, 0.0, 1.0]), smooth=False)


def focal(inputs, targets, alpha=0.25, gamma=2.0, reduction="none"):
    logs = [-np.logaddexp(0, -inputs), -np.logaddexp(0, inputs)]  # of the probabilities of 1 and of 0
    p = np.exp(logs[0])
    entropy = -(targets * logs[0] + (1 - targets) * logs[1])
    losses = entropy * (p * (1 - targets) + (1 - p) * targets) ** gamma
    if alpha >= 0:
        losses = losses * (alpha * targets + (1 - alpha) * (1 - targets))
    return reduced(losses, reduction)


def focal_errors(make):
    where = "sigmoid_focal_loss():"
    message = f"{where} argument 'targets': expected (2, 3), as inputs, got (3,)"
    yield opdb.error(ShapeError, message, make((2, 3)), make((3,)))
    yield opdb.error(ValueError, f"{where} argument 'alpha': expected at most 1, got 2", make((3,)), make((3,)), 2)
    message = f"{where} argument 'reduction': expected 'none', 'mean' or 'sum', got 'all'"
    yield opdb.error(ValueError, message, make((3,)), make((3,)), reduction="all")
    yield opdb.error(TypeError, f"{where} argument 'targets': expected Tensor, got int", make((3,)), 1)
    message = f"{where} argument 'targets': expected a floating dtype, got int64; convert it with .float()"
    yield opdb.error(DTypeError, message, make((3,)), make.integers((3,), 0, 2))


def branches(make):
    """Where chance has no say: nothing, all or no training. Of the rest test_ops.py has the frequencies."""
    for p, training in ((0.0, True), (1.0, True), (0.5, False)):
        for mode in ("row", "batch"):
            yield opdb.sample(make((2, 3)), p, mode, training)
    yield opdb.sample(make((0, 3)), 1.0, "row")
    for layout in LAYOUTS:
        yield opdb.sample(make((3, 4), layout=layout), 1.0, mode="row", training=True)


def branch_errors(make):
    where = "stochastic_depth(): argument"
    yield opdb.error(ValueError, f"{where} 'p': expected a probability from 0 to 1, got 2", make((3,)), 2, "row")
    message = f"{where} 'mode': expected 'batch' or 'row', got 'column'"
    yield opdb.error(ValueError, message, make((3,)), 0.5, "column")
    yield opdb.error(TypeError, f"{where} 'input': expected Tensor, got float", 1.0, 0.5, "row")


ENTRIES = [
    info(
        "sigmoid_focal_loss", answers, focal,
        dtypes=opdb.FLOATS, errors=focal_errors, widen=True, exact_dtype=False,
        tolerance={opdb.FLOATS[0]: (2e-2, 2e-3), opdb.FLOATS[1]: (1e-1, 2e-2)},  # of several roundings
    ),
    info(
        "stochastic_depth", branches, lambda x, p, mode, training=True: x * 0 if p == 1 and training else x,
        dtypes=opdb.FLOATS, errors=branch_errors,
    ),
]  # fmt: skip
