"""What recurrent layers compute with the operator of one direction of one layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import ops

from .. import functional as F

Steps = tuple[tuple[int, ...], bool]


def run_layers(
    x: Any, states: Sequence[Any], layers: Sequence[Sequence[Any]], cell: str, sizes: tuple[int, ...], dropout: float
) -> tuple[Any, list[Any]]:
    """Layers one above the other, each of one or two directions, over packed sequences.

    Args:
        x: Tensor of shape (total, features).
        states: of h (and c): Tensor of shape (layers * directions, N, H).
        layers: for each layer, the weights of each of its directions.
        cell: as ``ops.recurrence`` calls it.
        sizes: how many sequences each step has.
        dropout: the probability of leaving out an element between two layers.

    Returns:
        Tensor of shape (total, directions * H), and the states at the end.
    """
    ends: list[tuple[Any, ...]] = []
    for number, directions in enumerate(layers):
        if number and dropout:
            x = F.dropout(x, dropout)
        outputs = []
        for backwards, weights in enumerate(directions):
            begin = [state[len(ends)] for state in states]
            output, *end = run_direction(x, weights, begin, cell, (sizes, bool(backwards)))
            outputs.append(output)
            ends.append(tuple(end))
        x = outputs[0] if len(outputs) == 1 else ft.cat(outputs, 1)
    return x, [ft.stack(list(parts)) for parts in zip(*ends, strict=True)]


def run_direction(x: Any, weights: Sequence[Any], states: Sequence[Any], cell: str, steps: Steps) -> tuple[Any, ...]:
    """One direction of one layer: output, h and, of an LSTM, c at the end."""
    if cell == "lstm" and len(weights) in (3, 5):
        return _projected(x, weights, states, steps)
    h, c = states if cell == "lstm" else (states[0], None)
    output, h_n, c_n, *_ = ops.recurrence(x, list(weights), h, c, cell, steps)
    return (output, h_n, c_n) if cell == "lstm" else (output, h_n)


def _projected(x: Any, weights: Sequence[Any], states: Sequence[Any], steps: Steps) -> tuple[Any, ...]:
    """An LSTM whose hidden state is a projection (Sak et al., 2014), step by step."""
    (w_ih, w_hh, *biases), w_hr = weights[:-1], weights[-1]
    b_ih, b_hh = biases or (None, None)
    (sizes, reverse), (h, c) = steps, states
    inputs = ft.linear(x, w_ih, b_ih).split_with_sizes(list(sizes))
    outputs = []
    for gates in reversed(inputs) if reverse else inputs:
        n = gates.shape[0]
        i, f, g, o = (gates + ft.linear(h[:n], w_hh, b_hh)).chunk(4, 1)
        cell = ft.sigmoid(f) * c[:n] + ft.sigmoid(i) * ft.tanh(g)
        new = ft.linear(ft.sigmoid(o) * ft.tanh(cell), w_hr)
        h, c = (new, cell) if n == h.shape[0] else (ft.cat([new, h[n:]]), ft.cat([cell, c[n:]]))
        outputs.append(new)
    return ft.cat(outputs[::-1] if reverse else outputs), h, c
