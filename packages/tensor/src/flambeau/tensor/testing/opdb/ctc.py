"""Connectionist temporal classification."""

import itertools
from dataclasses import replace

import numpy as np

from ...errors import DTypeError, ShapeError
from ._info import SEVERAL_STEPS, OpInfo
from ._make import FLOATS, error, sample


def samples(make):
    yield sample(make((4, 2, 3)), make.array([[1, 2], [2, 2]]), make.array([4, 3]), make.array([2, 2]))
    yield sample(make((4, 3, 3)), make.array([[1, 1], [2, 0], [0, 0]]), make.array([4, 3, 2]), make.array([2, 1, 0]))
    yield sample(make((4, 1, 3)), make.array([[1, 2, 1]]), make.array([4]), make.array([3]))
    yield sample(make((3, 1, 4)), make.array([[0, 2]]), make.array([3]), make.array([2]), 3)
    yield sample(make((3, 2, 2), layout="reversed"), make.array([[1], [1]]), make.array([3, 1]), make.array([1, 1]))
    yield sample(make((3, 2, 3), layout="transposed"), make.array([[1], [2]]), make.array([2, 3]), make.array([1, 1]))
    # Targets that do not fit their steps: infinite losses.
    few = make.array([1, 0]), make.array([2, 1])
    yield sample(make((2, 2, 3)), make.array([[1, 2], [2, 2]]), *few, smooth=False)
    yield sample(make((0, 2, 3)), make.array([[1], [2]]), make.array([0, 0]), make.array([1, 0]), smooth=False)
    yield sample(make((3, 0, 2)), make.integers((0, 1), 0, 2), make.integers((0,), 0, 2), make.integers((0,), 0, 2))
    yield sample(make((2, 1, 3)), make.integers((1, 0), 0, 2), make.array([2]), make.array([0]))


def _collapsed(path, blank):
    """What an alignment spells: repetitions are one, and blanks are none."""
    return tuple(c for c, _ in itertools.groupby(path) if c != blank)


def _paths(logs, target, blank):
    """The log-probabilities of all alignments of a target with the steps, one by one."""
    steps, classes = logs.shape
    for path in itertools.product(range(classes), repeat=steps):
        if _collapsed(path, blank) == target:
            yield path, sum(logs[t, c] for t, c in enumerate(path))


def _log_sum(values):
    values = list(values)
    return np.logaddexp.reduce(values) if values else -np.inf


def ctc_loss(logs, targets, input_lengths, target_lengths, blank=0):
    losses = np.zeros(logs.shape[1])
    for n, (steps, length) in enumerate(zip(input_lengths, target_lengths, strict=True)):
        target = tuple(targets[n, :length].tolist())
        losses[n] = -_log_sum(value for _, value in _paths(logs[:steps, n], target, blank))
    return losses, None


def backward_samples(make):
    import flambeau.tensor as ft

    plain = replace(make, convert=np.asarray, leaf=np.asarray)
    for each, arrays in list(zip(samples(make), samples(plain), strict=True)):
        logs = arrays.args[0]
        if min(logs.shape) == 0:
            continue
        losses, alphas = ft.ops.ctc_loss(ft.tensor(logs.astype(np.float64)), *_tensors(arrays.args[1:]))
        blank = each.args[4] if len(each.args) > 4 else 0
        result, kept = make.values(losses.numpy()), make.values(alphas.numpy())
        yield sample(make((logs.shape[1],)), *each.args[:4], blank, result, kept, smooth=False)


def _tensors(arguments):
    import flambeau.tensor as ft

    return [ft.tensor(a) if isinstance(a, np.ndarray) else a for a in arguments]


def ctc_loss_backward(grad, logs, targets, input_lengths, target_lengths, blank, result, log_alpha):
    """How probable each class is at each step, among the alignments of a target."""
    grads = np.zeros(logs.shape)
    for n, (steps, length) in enumerate(zip(input_lengths, target_lengths, strict=True)):
        found = list(_paths(logs[:steps, n], tuple(targets[n, :length].tolist()), blank))
        total = _log_sum(value for _, value in found)
        for path, value in found:
            for t, c in enumerate(path):
                grads[t, n, c] -= grad[n] * np.exp(value - total)
    return grads


def errors(make):
    logs, targets, lengths = make((3, 2, 4)), make.array([[1], [2]]), make.array([1, 1])
    steps = make.array([3, 3])
    message = "ctc_loss(): argument 'log_probs': expected 3 dimensions (T, N, C), got shape (3, 4)"
    yield error(ShapeError, message, make((3, 4)), targets, steps, lengths)
    message = "ctc_loss(): argument 'targets': expected shape (2, S), got (1,)"
    yield error(ShapeError, message, logs, make.array([1]), steps, lengths)
    message = "ctc_loss(): argument 'targets': expected integers, got float32; convert it with .long()"
    yield error(DTypeError, message, logs, make.array([[1.0], [2.0]], np.float32), steps, lengths)
    message = "ctc_loss(): argument 'targets': expected class indices in [0, 3] (4 classes), got 4"
    yield error(IndexError, message, logs, make.array([[1], [4]]), steps, lengths)
    message = "ctc_loss(): argument 'input_lengths': expected lengths in [0, 3], got 4"
    yield error(ValueError, message, logs, targets, make.array([4, 3]), lengths)
    message = "ctc_loss(): argument 'target_lengths': expected lengths in [0, 1], got -1"
    yield error(ValueError, message, logs, targets, steps, make.array([1, -1]))
    message = "ctc_loss(): argument 'target_lengths': expected shape (2,), got (1,)"
    yield error(ShapeError, message, logs, targets, steps, make.array([1]))
    message = "ctc_loss(): argument 'blank': expected a class in [0, 3], got 4"
    yield error(ValueError, message, logs, targets, steps, lengths, 4)


def backward_errors(make):
    message = "ctc_loss_backward(): argument 'input_lengths': expected lengths in [0, 3], got 4"
    parts = make.array([[1], [2]]), make.array([4, 3]), make.array([1, 1])
    yield error(ValueError, message, make((2,)), make((3, 2, 4)), *parts, 0, make((2,)), make((3, 2, 3)))
    message = "ctc_loss_backward(): argument 'log_alpha': expected shape (3, 2, 3), got (3, 2, 1)"
    parts = make.array([[1], [2]]), make.array([3, 3]), make.array([1, 1])
    yield error(ShapeError, message, make((2,)), make((3, 2, 4)), *parts, 0, make((2,)), make((3, 2, 1)))


ENTRIES = (
    OpInfo(
        "ctc_loss",
        samples,
        ctc_loss,
        FLOATS,
        domain=(-3.0, -0.2),
        errors=errors,
        tolerance=SEVERAL_STEPS,
        compared=lambda parts: parts[:1],
    ),
    OpInfo(
        "ctc_loss_backward",
        backward_samples,
        ctc_loss_backward,
        FLOATS,
        domain=(-3.0, -0.2),
        errors=backward_errors,
        tolerance={FLOATS[0]: (3e-2, 3e-2), FLOATS[1]: (1e-1, 1e-1), FLOATS[2]: (1e-4, 1e-5), FLOATS[3]: (1e-5, 1e-6)},
    ),
)
