"""Recurrent layers, against loops over sequences and their steps."""

import numpy as np

from ...errors import ShapeError
from ._info import SEVERAL_STEPS, OpInfo
from ._make import FLOATS, error, sample

GATES = {"rnn_tanh": 1, "rnn_relu": 1, "lstm": 4, "gru": 3}


def arguments(make, cell, steps, features, size, biased=True, layout="contiguous"):
    """Input, weights, h0, c0, cell, steps."""
    total, batch, rows = sum(steps[0]), steps[0][0] if steps[0] else 2, GATES[cell] * size
    weights = [make((rows, features), layout=layout), make((rows, size), layout=layout)]
    if biased:
        weights += [make((rows,)), make((rows,))]
    c0 = make((batch, size)) if cell == "lstm" else None
    return make((total, features), layout=layout), weights, make((batch, size), layout=layout), c0, cell, steps


def recurrence_samples(make):
    for cell in GATES:
        smooth = cell != "rnn_relu"  # whose kink random numbers may meet
        yield sample(*arguments(make, cell, ((2, 2, 2), False), 3, 2), smooth=smooth)
        yield sample(*arguments(make, cell, ((3, 2, 2, 1), True), 2, 2, False), smooth=smooth)
        yield sample(*arguments(make, cell, ((3, 2, 1), False), 2, 3, layout="transposed"), smooth=smooth)
    yield sample(*arguments(make, "rnn_relu", ((1,), False), 2, 1))
    yield sample(*arguments(make, "lstm", ((), False), 3, 2))
    yield sample(*arguments(make, "gru", ((0, 0), False), 3, 2))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def step(cell, projected, recurrent, h, c):
    """One step of one sequence: the new states and what the backward pass needs."""
    if cell == "lstm":
        i, f, g, o = np.split(projected + recurrent, 4)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c = f * c + i * g
        return o * np.tanh(c), c, np.concatenate([i, f, g, o])
    if cell == "gru":
        (x_r, x_z, x_n), (h_r, h_z, h_n) = np.split(projected, 3), np.split(recurrent, 3)
        r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
        n = np.tanh(x_n + r * h_n)
        return (1 - z) * n + z * h, c, np.concatenate([r, z, n, h_n])
    new = projected + recurrent
    return np.tanh(new) if cell == "rnn_tanh" else np.maximum(new, 0), c, np.zeros(0)


def sequences(steps):
    """The rows of each sequence, in the order in which they are done."""
    sizes, reverse = steps
    starts = np.cumsum([0, *sizes])
    for n in range(sizes[0] if sizes else 0):
        rows = [int(start) + n for start, size in zip(starts, sizes, strict=False) if size > n]
        yield n, rows[::-1] if reverse else rows


def recurrence(input, weights, h0, c0, cell, steps):
    dtype, wide = input.dtype, np.float64 if input.dtype == np.float64 else np.float32
    input, h0 = input.astype(np.float64), h0.astype(np.float64)
    c0 = np.zeros((0, h0.shape[1])) if c0 is None else c0.astype(np.float64)
    w_ih, w_hh, *biases = [w.astype(np.float64) for w in weights]
    b_ih, b_hh = biases or (0, 0)
    total, size = len(input), h0.shape[1]
    output, h_n, c_n = np.zeros((total, size)), h0.copy(), c0.copy()
    gates = np.zeros((0 if cell.startswith("rnn") else total, size if cell.startswith("rnn") else 4 * size))
    cells = np.zeros((total if cell == "lstm" else 0, size))
    for n, rows in sequences(steps):
        for row in rows:
            c = c_n[n] if cell == "lstm" else None
            h_n[n], c, kept = step(cell, w_ih @ input[row] + b_ih, w_hh @ h_n[n] + b_hh, h_n[n], c)
            output[row] = h_n[n]
            if kept.size:
                gates[row] = kept
            if cell == "lstm":
                c_n[n] = cells[row] = c
    return *(x.astype(dtype) for x in (output, h_n, c_n)), *(x.astype(wide) for x in (gates, cells))


def backward_samples(make):
    for call in recurrence_samples(make):
        input, weights, h0, c0, cell, steps = call.args
        total, (batch, size) = input.shape[0], h0.shape
        lstm, simple = cell == "lstm", cell.startswith("rnn")
        grads = [make((total, size)), make((batch, size)), make((batch if lstm else 0, size))]
        output, gates = make((total, size)), make((0, size) if simple else (total, 4 * size), 0.1, 0.9)
        cells = make((total if lstm else 0, size))
        yield sample(grads, input, weights, h0, c0, output, gates, cells, cell, steps, total != 3)


def step_backward(cell, g, g_c, h, c, output, gates, cells):
    """Slopes of what the input and the hidden state contribute to the gates, and what else reaches the old states."""
    if cell == "lstm":
        i, f, n, o = np.split(gates, 4)
        squashed = np.tanh(cells)
        g_c = g_c + g * o * (1 - squashed**2)
        slopes = [g_c * n * i * (1 - i), g_c * c * f * (1 - f), g_c * i * (1 - n**2), g * squashed * o * (1 - o)]
        return np.concatenate(slopes), np.concatenate(slopes), 0 * g, g_c * f
    if cell == "gru":
        r, z, n, h_n = np.split(gates, 4)
        slope = g * (1 - z) * (1 - n**2)
        both = [slope * h_n * r * (1 - r), g * (h - n) * z * (1 - z)]
        return np.concatenate([*both, slope]), np.concatenate([*both, slope * r]), g * z, g_c
    slope = g * (1 - output**2) if cell == "rnn_tanh" else np.where(output > 0, g, 0)
    return slope, slope, 0 * g, g_c


def recurrence_backward(grads, input, weights, h0, c0, output, gates, cells, cell, steps, needs):
    grad_output, grad_h, grad_c = (g.copy() for g in grads)
    w_ih, w_hh, *biases = weights
    slopes, recurrent = (np.zeros((len(input), len(w_ih))) for _ in range(2))
    grad_hh = np.zeros(w_hh.shape)
    for n, rows in sequences(steps):
        for place in range(len(rows) - 1, -1, -1):
            row, earlier = rows[place], rows[place - 1] if place else None
            h = h0[n] if earlier is None else output[earlier]
            c = g_c = None
            if cell == "lstm":
                c, g_c = c0[n] if earlier is None else cells[earlier], grad_c[n]
            kept = (gates[row] if gates.shape[0] else None), (cells[row] if cell == "lstm" else None)
            g = grad_h[n] + grad_output[row]
            slopes[row], recurrent[row], direct, g_c = step_backward(cell, g, g_c, h, c, output[row], *kept)
            grad_h[n] = recurrent[row] @ w_hh + direct
            if cell == "lstm":
                grad_c[n] = g_c
            grad_hh += np.outer(recurrent[row], h)
    nothing = np.zeros((0, h0.shape[1]))
    sums = (slopes.sum(0), recurrent.sum(0)) if biases else (np.zeros(0), np.zeros(0))
    grad_input = slopes @ w_ih if needs else np.zeros((0, input.shape[1]))
    return grad_input, slopes.T @ input, grad_hh, *sums, grad_h, grad_c if cell == "lstm" else nothing


def recurrence_errors(make):
    x, w_ih, w_hh, h0 = make((4, 3)), make((2, 3)), make((2, 2)), make((2, 2))
    steps = ((2, 2), False)
    message = "recurrence(): argument 'weights[0]': expected shape (2, 3), got (2, 2)"
    yield error(ShapeError, message, x, [w_hh, w_hh], h0, None, "rnn_tanh", steps)
    message = "recurrence(): argument 'input': expected 2 dimensions (total, features), got shape (3,)"
    yield error(ShapeError, message, make((3,)), [w_ih, w_hh], h0, None, "rnn_tanh", steps)
    message = "recurrence(): argument 'cell': expected one of rnn_tanh, rnn_relu, lstm, gru, got 'sine'"
    yield error(ValueError, message, x, [w_ih, w_hh], h0, None, "sine", steps)
    message = "recurrence(): argument 'steps': expected sizes that never increase, got (1, 3)"
    yield error(ValueError, message, x, [w_ih, w_hh], h0, None, "rnn_tanh", ((1, 3), False))
    message = "recurrence(): argument 'steps': expected sizes of 4 rows in all, 2 of them in the first step, got (2, 1)"
    yield error(ValueError, message, x, [w_ih, w_hh], h0, None, "rnn_tanh", ((2, 1), False))
    message = "recurrence(): argument 'c0': expected a Tensor for an LSTM, else None, got ndarray"
    yield error(TypeError, message, x, [w_ih, w_hh], h0, h0, "rnn_tanh", steps)


ENTRIES = (
    OpInfo(
        "recurrence",
        recurrence_samples,
        recurrence,
        FLOATS,
        domain=(-1.0, 1.0),
        errors=recurrence_errors,
        tolerance=SEVERAL_STEPS,
        widen=False,
        exact_dtype=True,
    ),
    OpInfo(
        "recurrence_backward",
        backward_samples,
        recurrence_backward,
        FLOATS,
        domain=(-1.0, 1.0),
        tolerance=SEVERAL_STEPS,
    ),
)
