"""Rows added up by the CUDA backend's kernels, run on the CPU (see ``fibres/``)."""

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor._cuda import _faults, _launch, embedding

pytestmark = fibres.needed


@pytest.fixture(params=[0, embedding.FEW_ROWS], ids=["sorted", "looked for"])
def device(request, device, monkeypatch):
    monkeypatch.setattr(embedding, "FEW_ROWS", request.param)
    return device


@pytest.mark.parametrize("dtype", [ft.float16, ft.bfloat16, ft.float32, ft.float64], ids=str)
@pytest.mark.parametrize("width", [1, 3, 8, 1030])
@pytest.mark.parametrize("n, size", [(1, 1), (64, 2), (65, 1), (700, 5), (1000, 1), (300, 900)])
def test_sums(n, size, width, dtype, device):
    """However many go to one place, sums are right, and the same every time."""
    generator = ft.Generator(0)
    x = ft.randn(n + 2, width, generator=generator, dtype=dtype)
    source, target = ft.randint(0, n + 2, (n,), generator=generator), ft.randint(0, size, (n,), generator=generator)
    scale = ft.rand(n, generator=generator, dtype=dtype)
    for arguments in (
        (x, source, target, size, None),
        (x, source, target, size, scale),
        (x[2:], None, target, size, None),
    ):
        expected = ft.ops.add_rows(*arguments)
        there = [a.to(device=device) if isinstance(a, ft.Tensor) else a for a in arguments]
        got = ft.ops.add_rows(*there)
        # Many rows of one target are added up in parts.
        rtol, atol = {2: (2e-2, 5e-2), 4: (1e-4, 1e-4), 8: (1e-12, 1e-12)}[dtype.itemsize]
        np.testing.assert_allclose(got.cpu().double().numpy(), expected.double().numpy(), rtol, atol)
        np.testing.assert_array_equal(got.cpu().double().numpy(), ft.ops.add_rows(*there).cpu().double().numpy())


def test_wrong_rows_are_left_out(device, monkeypatch):
    monkeypatch.setattr(_launch.runtime(), "blocking", False)
    x = ft.arange(4.0, device=device).reshape(4, 1)
    source, target = (ft.tensor(i, device=device) for i in ([0, 9, 2, 3, -1], [1, 1, 7, 1, 0]))
    assert ft.ops.add_rows(x, source, target, 2).cpu().tolist() == [[0.0], [3.0]]
    with pytest.raises(IndexError):
        _faults.check()
