"""Recurrent layers by the CUDA backend's kernels, run on the CPU (see ``fibres/``), beside the CPU's."""

import fibres
import flambeau.tensor as ft
import pytest
from flambeau.tensor._cuda import recurrence
from flambeau.tensor.testing import assert_close

pytestmark = fibres.needed

CELLS = {"rnn_tanh": 1, "rnn_relu": 1, "lstm": 4, "gru": 3}
STEPS = [
    ((3, 3, 3), False),
    ((3, 3), True),
    ((5, 3, 3, 1), False),
    ((5, 3, 3, 1), True),
    ((18, 17, 0), False),
    ((18, 2), True),
]


def layer(cell, steps, features, size, bias, dtype, place):
    generator = ft.Generator(0)

    def randn(*shape):
        return ft.randn(*shape, dtype=dtype, generator=generator).to(device=place) * 0.5

    sizes, _ = steps
    rows, total, batch = CELLS[cell] * size, sum(sizes), sizes[0]
    weights = [randn(rows, features), randn(rows, size), *([randn(rows), randn(rows)] if bias else [])]
    c0 = randn(batch, size) if cell == "lstm" else None
    forward = (randn(total, features), weights, randn(batch, size), c0, cell, steps)
    results = ft.ops.recurrence(*forward)
    grads = [randn(*r.shape) for r in results[:3]]
    output, _, _, gates, cells = results
    back = ft.ops.recurrence_backward(grads, *forward[:4], output, gates, cells, cell, steps, True)
    return [*results, *back]


@pytest.mark.parametrize("products", [0, recurrence.FEW_PRODUCTS], ids=["products apart", "one kernel"])
@pytest.mark.parametrize("size", [1, 6, 8])
@pytest.mark.parametrize("steps", STEPS, ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_as_on_the_cpu(cell, steps, size, products, monkeypatch):
    """For rows of any length, sequences that begin or end at different steps, and either way to make the products."""
    monkeypatch.setattr(recurrence, "FEW_PRODUCTS", products)
    for bias, dtype in ((True, ft.float64), (False, ft.float32)):
        expected = layer(cell, steps, 3, size, bias, dtype, "cpu")
        with fibres.device() as device:
            got = [x.cpu().numpy() for x in layer(cell, steps, 3, size, bias, dtype, device)]
        for number, (a, b) in enumerate(zip(got, expected, strict=True)):
            if cell in ("rnn_tanh", "rnn_relu") and number in (3, 4):
                continue  # nothing is kept for the backward pass, in whatever shape
            assert_close(a, b.numpy(), 1e-5 if dtype is ft.float32 else 1e-12, 1e-5, what=f"{cell}, part {number}")
