"""Recurrent layers: what each step computes depends on what the step before gave."""

import itertools

from .. import errors
from .._schema import Anything, Array, Arrays, OptionalArray, operator
from ._helpers import check_same_dtype, narrowed, widened

# How many blocks of as many rows as there are hidden units a weight has, and how many of values each step keeps.
GATES = {"rnn_tanh": 1, "rnn_relu": 1, "lstm": 4, "gru": 3}
KEPT = {"rnn_tanh": 0, "rnn_relu": 0, "lstm": 4, "gru": 4}


def step_ranges(steps):
    """Of each step, in the order in which they are done, where its rows begin and how many there are."""
    sizes, reverse = steps
    ranges, at = [], 0
    for size in sizes:
        ranges.append((at, size))
        at += size
    return ranges[::-1] if reverse else ranges


def _sigmoid(xp, x):
    return 1 / (1 + xp.exp(-x))


def _split(x, parts):
    width = x.shape[-1] // parts if parts else 0
    return [x[..., i * width : (i + 1) * width] for i in range(parts)]


def _joined(xp, rows, like, width):
    """Rows of all steps in the order of the sequence."""
    ordered = [rows[at] for at in sorted(rows)]
    return xp.concatenate(ordered) if ordered else xp.zeros((0, width), dtype=like.dtype)


@operator(
    dtypes="float",
    real=True,
    outputs=("output", "h_n", "c_n"),
    auxiliary=("gates", "cells"),
    function=False,
    method=False,
)
def recurrence(
    xp,
    input: Array,
    weights: Arrays,
    h0: Array,
    c0: OptionalArray,
    cell: Anything,
    steps: Anything,
):
    """One direction of one recurrent layer over packed sequences: all rows of the first step, then of the second, ...

    Args:
        input: Tensor of shape (total, features).
        weights: weight_ih of shape (G H, features) and weight_hh of shape (G H, H), where G is 1 for an RNN, 3 for a
            GRU and 4 for an LSTM; then bias_ih and bias_hh of shape (G H,), or neither.
        h0: Tensor of shape (N, H): the hidden state before the first step.
        c0: the same for the cells of an LSTM; else None.
        cell: ``"rnn_tanh"``, ``"rnn_relu"``, ``"lstm"`` or ``"gru"``, with PyTorch's order of gates.
        steps: how many rows each step has, never more than the one before, N for the first; and whether the sequences
            are run through from their ends.

    Returns:
        ``output`` of shape (total, H), the hidden state after each step; ``h_n`` and ``c_n``, of shape (N, H), after
        the last step of each sequence (``c_n`` has no rows unless there are cells); and what the backward pass needs.

    Raises:
        ShapeError: the shapes do not fit together.
        DTypeError: the dtypes differ.
        ValueError: no such cell, or sizes of steps that increase or do not add up.
    """
    size, kept = h0.shape[1], KEPT[cell]
    h, c = widened(h0).copy(), None if c0 is None else widened(c0).copy()
    w_hh = widened(weights[1]).T
    bias_ih, bias_hh = (widened(b) for b in weights[2:]) if len(weights) > 2 else (0, 0)
    projected = xp.matmul(widened(input), widened(weights[0]).T) + bias_ih
    outputs, gates, cells = {}, {}, {}
    for at, n in step_ranges(steps):
        x, recurrent = projected[at : at + n], xp.matmul(h[:n], w_hh) + bias_hh
        if cell == "lstm":
            i, f, g, o = _split(x + recurrent, 4)
            i, f, g, o = _sigmoid(xp, i), _sigmoid(xp, f), xp.tanh(g), _sigmoid(xp, o)
            c[:n] = f * c[:n] + i * g
            cells[at] = c[:n].copy()
            gates[at] = xp.concatenate([i, f, g, o], axis=1)
            new = o * xp.tanh(c[:n])
        elif cell == "gru":
            (x_r, x_z, x_n), (h_r, h_z, h_n) = _split(x, 3), _split(recurrent, 3)
            r, z = _sigmoid(xp, x_r + h_r), _sigmoid(xp, x_z + h_z)
            candidate = xp.tanh(x_n + r * h_n)
            gates[at] = xp.concatenate([r, z, candidate, h_n], axis=1)
            new = candidate + z * (h[:n] - candidate)
        else:
            pre = x + recurrent
            new = xp.tanh(pre) if cell == "rnn_tanh" else xp.maximum(pre, 0)
        h[:n] = new
        outputs[at] = new
    output = _joined(xp, outputs, h, size)
    gates = _joined(xp, gates, h, kept * size) if kept else h[:0]
    c_n, cells = (h[:0], h[:0]) if c is None else (c, _joined(xp, cells, h, size))
    dtype = input.dtype
    return narrowed(output, dtype), narrowed(h, dtype), narrowed(c_n, dtype).copy(), gates.copy(), cells.copy()


@recurrence.check
def _(input, weights, h0, c0, cell, steps):
    if cell not in GATES:
        errors.value_error("recurrence", "cell", f"one of {', '.join(GATES)}", repr(cell))
    _check_weights(input, weights, h0, cell)
    if (c0 is not None) != (cell == "lstm"):
        errors.type_error("recurrence", "c0", "a Tensor for an LSTM, else None", type(c0).__name__)
    if c0 is not None and c0.shape != h0.shape:
        errors.shape_error("recurrence", "c0", f"shape {tuple(h0.shape)} as h0", str(tuple(c0.shape)))
    for name, array in (("h0", h0), ("c0", c0), *((f"weights[{i}]", w) for i, w in enumerate(weights))):
        if array is not None:
            check_same_dtype("recurrence", name, array.dtype, "input", input.dtype)
    sizes = steps[0]
    if any(n < m for n, m in itertools.pairwise(sizes)) or (sizes and sizes[-1] < 0):
        errors.value_error("recurrence", "steps", "sizes that never increase", str(sizes))
    if sum(sizes) != input.shape[0] or (sizes and sizes[0] != h0.shape[0]):
        wanted = f"sizes of {input.shape[0]} rows in all, {h0.shape[0]} of them in the first step"
        errors.value_error("recurrence", "steps", wanted, str(sizes))


def _check_weights(input, weights, h0, cell):
    for name, array, layout in (("input", input, "(total, features)"), ("h0", h0, "(N, H)")):
        if array.ndim != 2:
            errors.shape_error("recurrence", name, f"2 dimensions {layout}", f"shape {tuple(array.shape)}")
    rows = GATES[cell] * h0.shape[1]
    wanted = [(rows, input.shape[1]), (rows, h0.shape[1]), (rows,), (rows,)]
    if len(weights) not in (2, 4):
        errors.type_error("recurrence", "weights", "2 or 4 Tensors", str(len(weights)))
    for i, (array, shape) in enumerate(zip(weights, wanted, strict=False)):
        if tuple(array.shape) != shape:
            errors.shape_error("recurrence", f"weights[{i}]", f"shape {shape}", str(tuple(array.shape)))


@recurrence.composite
def _(input, weights, h0, c0, cell, steps):
    import flambeau.tensor as ft

    w_ih, w_hh, b_ih, b_hh = [*weights, None, None][:4]
    h, c, outputs = h0, c0, {}
    for at, n in step_ranges(steps):
        before, rest = h[:n], h[n:]
        x, recurrent = ft.linear(input[at : at + n], w_ih, b_ih), ft.linear(before, w_hh, b_hh)
        if cell == "lstm":
            i, f, g, o = _split(x + recurrent, 4)
            new_c = ft.sigmoid(f) * c[:n] + ft.sigmoid(i) * ft.tanh(g)
            c = ft.cat([new_c, c[n:]])
            new = ft.sigmoid(o) * ft.tanh(new_c)
        elif cell == "gru":
            (x_r, x_z, x_n), (h_r, h_z, h_n) = _split(x, 3), _split(recurrent, 3)
            candidate = ft.tanh(x_n + ft.sigmoid(x_r + h_r) * h_n)
            new = candidate + ft.sigmoid(x_z + h_z) * (before - candidate)
        else:
            new = ft.tanh(x + recurrent) if cell == "rnn_tanh" else ft.relu(x + recurrent)
        h = ft.cat([new, rest])
        outputs[at] = new
    ordered = [outputs[at] for at in sorted(outputs)]
    output = ft.cat(ordered) if ordered else ft.zeros(0, h.shape[1], dtype=input.dtype, device=input.device)
    return output, h, h[:0] if c is None else c


@operator(
    dtypes="float",
    real=True,
    outputs=("grad_input", "grad_weight_ih", "grad_weight_hh", "grad_bias_ih", "grad_bias_hh", "grad_h0", "grad_c0"),
    function=False,
    method=False,
    differentiable=False,
)
def recurrence_backward(
    xp,
    grads: Arrays,
    input: Array,
    weights: Arrays,
    h0: Array,
    c0: OptionalArray,
    output: Array,
    gates: Array,
    cells: Array,
    cell: Anything,
    steps: Anything,
    needs: Anything,
):
    """The gradients of :func:`recurrence`.

    Args:
        grads: gradients of output, h_n and c_n, of their shapes.
        input: as in the forward pass.
        weights: as in the forward pass.
        h0: as in the forward pass.
        c0: as in the forward pass.
        output: what the forward pass gave.
        gates: what the forward pass gave.
        cells: what the forward pass gave.
        cell: as in the forward pass.
        steps: as in the forward pass.
        needs: whether the gradient of the input is wanted; Tensors without elements stand for what is not.

    Returns:
        The gradients with respect to input, weights, h0 and c0, those of absent arguments without elements.
    """
    size, dtype = h0.shape[1], input.dtype
    grad_output, grad_h, grad_c = (widened(g) for g in grads)
    grad_h, grad_c = grad_h.copy(), grad_c.copy()
    h, w_hh, out = widened(h0), widened(weights[1]), widened(output)
    slopes, recurrent, before = {}, {}, {}
    ranges = step_ranges(steps)
    for number in range(len(ranges) - 1, -1, -1):
        at, n = ranges[number]
        previous, count = ranges[number - 1] if number else (0, 0)
        count = min(count, n)
        earlier = xp.concatenate([out[previous : previous + count], h[count:n]])
        g = grad_h[:n] + grad_output[at : at + n]
        if cell == "lstm":
            i, f, candidate, o = _split(widened(gates[at : at + n]), 4)
            old = xp.concatenate([widened(cells[previous : previous + count]), widened(c0)[count:n]])
            squashed = xp.tanh(widened(cells[at : at + n]))
            g_c = grad_c[:n] + g * o * (1 - squashed * squashed)
            parts = [
                g_c * candidate * i * (1 - i),
                g_c * old * f * (1 - f),
                g_c * i * (1 - candidate * candidate),
                g * squashed * o * (1 - o),
            ]
            grad_c[:n] = g_c * f
            slopes[at] = recurrent[at] = xp.concatenate(parts, axis=1)
            grad_h[:n] = xp.matmul(slopes[at], w_hh)
        elif cell == "gru":
            r, z, candidate, h_n = _split(widened(gates[at : at + n]), 4)
            g_n = g * (1 - z) * (1 - candidate * candidate)
            g_r, g_z = g_n * h_n * r * (1 - r), g * (earlier - candidate) * z * (1 - z)
            slopes[at] = xp.concatenate([g_r, g_z, g_n], axis=1)
            recurrent[at] = xp.concatenate([g_r, g_z, g_n * r], axis=1)
            grad_h[:n] = xp.matmul(recurrent[at], w_hh) + g * z
        else:
            y = out[at : at + n]
            slopes[at] = recurrent[at] = g * (1 - y * y) if cell == "rnn_tanh" else xp.where(y > 0, g, 0)
            grad_h[:n] = xp.matmul(slopes[at], w_hh)
        before[at] = earlier
    rows = GATES[cell] * size
    slopes, recurrent = _joined(xp, slopes, grad_h, rows), _joined(xp, recurrent, grad_h, rows)
    before = _joined(xp, before, grad_h, size)
    nothing = grad_h.reshape(-1)[:0]
    grad_input = xp.matmul(slopes, widened(weights[0])) if needs else widened(input)[:0]
    grad_weights = [xp.matmul(slopes.T, widened(input)), xp.matmul(recurrent.T, before)]
    sums = [xp.sum(slopes, axis=0), xp.sum(recurrent, axis=0)] if len(weights) > 2 else [nothing, nothing]
    return tuple(narrowed(g, dtype).copy() for g in (grad_input, *grad_weights, *sums, grad_h, grad_c))
