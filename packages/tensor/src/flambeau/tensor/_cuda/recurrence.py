"""Recurrent layers: the inputs of all steps are projected by one product, and so are the gradients; a kernel a step.

All is computed in float32 or float64: layers of 16-bit floats are widened and their results narrowed, as in the
reference.
"""

from __future__ import annotations

from .._reference._helpers import narrowed, widened
from .._reference.recurrence import GATES, step_ranges
from . import kernel
from ._copy import dense
from ._source import Source
from .products import matmul

SOURCE = Source("recurrence")
_NAMES = [f"{cell}_{form}" for cell in ("lstm", "gru", "rnn") for form in ("step", "cells", "step_back", "cells_back")]
INSTANCES = dict.fromkeys(_NAMES, ("float32", "float64"))

TILE_ROWS, UNITS = 16, 2  # of a block of a step's kernel
# Up to so many products a step is one kernel. Beyond, making them is better left to the library.
FEW_PRODUCTS = 1 << 25


def _dense(x):
    return None if x is None else dense(widened(x))


def _product(xp, a, b):
    result = matmul(xp, a, b)
    return xp.matmul(a, b) if result is NotImplemented else result


class _Steps:
    """What is the same in all steps of a layer: the kernels, and how they are launched."""

    def __init__(self, cell, dtype, size, back):
        kind = "rnn" if cell.startswith("rnn") else cell
        suffix = "_back" if back else ""
        self.step = SOURCE.kernel(f"{kind}_step{suffix}", dtype)
        self.cells = SOURCE.kernel(f"{kind}_cells{suffix}", dtype)
        self.flag = (int(cell == "rnn_relu"),) if kind == "rnn" else ()
        self.blocks = -(-size // UNITS)
        self.size = size
        self.few_rows = FEW_PRODUCTS // (GATES[cell] * size * size)

    def launch(self, rows, weight, product, arrays, *numbers):
        """A step of ``rows`` rows, by its products where they were made before."""
        if product is None:
            grid = self.blocks, -(-rows // TILE_ROWS)
            self.step(grid, 256, 0, weight, *arrays, *self.flag, *numbers, self.size)
        else:
            self.cells(-(-rows * self.size // 256), 256, 0, product, *arrays, *self.flag, *numbers, self.size)


def _starts(ranges):
    """Of each step, where its rows begin and how many there are; and the same of the rows that go on before it."""
    before = (0, 0)
    for at, n in ranges:
        yield at, n, before[0], min(before[1], n)
        before = at, n


def _states_before(xp, states, first, previous, count, n):
    """The states before a step, a row each."""
    if count == n:
        return states[previous : previous + n]
    return xp.concatenate([states[previous : previous + count], first[count:n]]) if count else first[:n]


@kernel
def recurrence(xp, input, weights, h0, c0, cell, steps):
    batch, size = h0.shape
    if 0 in (*input.shape, batch, size):
        return NotImplemented
    dtype = input.dtype
    input, h0, c0 = _dense(input), _dense(h0), _dense(c0)
    w_ih, w_hh, b_ih, b_hh = [*(_dense(w) for w in weights), None, None][:4]
    total, wide = input.shape[0], input.dtype
    projected = _product(xp, input, w_ih.T)
    nothing, none = xp.empty((0, size), wide), xp.empty((0, size), wide)
    # Gates take the place of what they are made from, where there are as many; so does the output.
    gates = projected if cell == "lstm" else xp.empty((total, 4 * size), wide) if cell == "gru" else nothing
    output = projected if gates is nothing else xp.empty((total, size), wide)
    cells = xp.empty((total, size), wide) if cell == "lstm" else none
    if cell == "lstm":
        arrays = projected, b_ih, b_hh, h0, c0, gates, cells, output
    elif cell == "gru":
        arrays = projected, b_ih, b_hh, h0, gates, output
    else:
        arrays = projected, b_ih, b_hh, h0, output
    each = _Steps(cell, wide, size, back=False)
    for at, n, previous, count in _starts(step_ranges(steps)):
        if n == 0:
            continue
        product = None
        if n > each.few_rows:
            product = _product(xp, _states_before(xp, output, h0, previous, count, n), w_hh.T)
        each.launch(n, w_hh, product, arrays, at, n, previous, count)
    h_n = _at_the_end(xp, output, steps)
    c_n = _at_the_end(xp, cells, steps) if cell == "lstm" else xp.empty((0, size), wide)
    results = [narrowed(x, dtype) for x in (output, h_n, c_n)]
    return *results, gates, cells


def _at_the_end(xp, states, steps):
    """The state after the last step of each sequence."""
    sizes, reverse = steps
    first, last = sizes[0], sizes[-1]
    if reverse:
        return states[:first].copy()
    if first == last:
        return states[-last:].copy()
    result, at = xp.empty((first, states.shape[1]), states.dtype), 0
    for size, following in zip(sizes, (*sizes[1:], 0), strict=True):
        if size > following:
            result[following:size] = states[at + following : at + size]
        at += size
    return result


@kernel
def recurrence_backward(xp, grads, input, weights, h0, c0, output, gates, cells, cell, steps, needs):
    batch, size = h0.shape
    if 0 in (*input.shape, batch, size):
        return NotImplemented
    dtype = input.dtype
    input, h0, c0, output, gates, cells = (_dense(x) for x in (input, h0, c0, output, gates, cells))
    w_ih, w_hh, *biases = (_dense(w) for w in weights)
    total, wide = input.shape[0], input.dtype
    grad_output = _dense(grads[0])
    # The states' gradients are changed on the way.
    grad_h, grad_c = (x.astype(wide, order="C", copy=True) for x in grads[1:])
    rows = GATES[cell] * size
    slopes = xp.empty((total, rows), wide)
    recurrent = xp.empty((total, rows), wide) if cell == "gru" else slopes
    if cell == "lstm":
        arrays = grad_output, gates, cells, c0, slopes, grad_h, grad_c
    elif cell == "gru":
        arrays = grad_output, gates, output, h0, slopes, recurrent, grad_h
    else:
        arrays = grad_output, output, slopes, grad_h
    each = _Steps(cell, wide, size, back=True)
    transposed = dense(w_hh.T)
    later_at = later = 0
    for at, n, previous, count in [*reversed(list(_starts(step_ranges(steps)))), (0, 0, 0, 0)]:
        if n or later:
            product = _product(xp, recurrent[later_at : later_at + later], w_hh) if later > each.few_rows else None
            each.launch(max(n, later), transposed, product, arrays, later_at, later, at, n, previous, count)
        later_at, later = at, n
    before = _before(xp, output, h0, steps)
    grad_weights = _product(xp, slopes.T, input), _product(xp, recurrent.T, before)
    if biases:
        ones = xp.ones((1, total), wide)
        sums = [_product(xp, ones, slopes).reshape(rows)]
        sums.append(sums[0].copy() if recurrent is slopes else _product(xp, ones, recurrent).reshape(rows))
    else:
        sums = [xp.empty((0,), wide), xp.empty((0,), wide)]
    grad_input = _product(xp, slopes, w_ih) if needs else xp.empty((0, input.shape[1]), wide)
    return tuple(narrowed(g, dtype) for g in (grad_input, *grad_weights, *sums, grad_h, grad_c))


def _before(xp, output, h0, steps):
    """The hidden state before each row's step."""
    sizes, reverse = steps
    if not reverse and sizes[0] == sizes[-1]:
        return xp.concatenate([h0, output[: output.shape[0] - sizes[0]]])
    parts, at = [] if reverse else [h0], 0
    for size, following in zip(sizes, (*sizes[1:], 0), strict=True):
        start = at + size if reverse else at
        parts.append(output[start : start + following])
        if reverse:
            parts.append(h0[following:size])
        at += size
    return xp.concatenate(parts)
