"""Joining by the CUDA backend's kernels, run on the CPU (see ``fibres/``)."""

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest

pytestmark = fibres.needed


def counted(*shape, dtype):
    return (ft.arange(np.prod(shape, dtype=int)) % 100).to(dtype).reshape(*shape)


def assert_joined(join, parts, device):
    got = join([p.to(device=device) for p in parts]).cpu().numpy()
    np.testing.assert_array_equal(got, join(parts).numpy())


@pytest.mark.parametrize("dtype", [ft.bool_, ft.int8, ft.bfloat16, ft.float32, ft.complex64, ft.complex128], ids=str)
@pytest.mark.parametrize("dim", [0, 1, 2])
def test_cat(dim, dtype, device):
    """Parts of all widths, also none; more than a launch takes; and ones that begin where no vector does."""
    for sizes in ([1], [4, 8, 16], [3, 0, 5], [1, 2] * 60, [0, 0]):
        parts = []
        for n in sizes:
            shape = [4, 4, 4]
            shape[dim] = n
            parts.append(counted(*shape, dtype=dtype))
        assert_joined(lambda p: ft.cat(p, dim), parts, device)
    odd = [counted(65, dtype=dtype).to(device=device)[1:].reshape(4, 4, 4) for _ in range(2)]
    np.testing.assert_array_equal(ft.cat(odd, dim).cpu().numpy(), ft.cat([x.cpu() for x in odd], dim).numpy())


@pytest.mark.parametrize("dim", [0, 1, 2])
def test_stack(dim, device):
    for count in (1, 3, 100):
        assert_joined(lambda p: ft.stack(p, dim), [counted(2, 8, dtype=ft.float32) + i for i in range(count)], device)


@pytest.mark.parametrize("dim", [0, 1, 2, 3])
def test_channels_last(dim, device):
    """Images with their channels last give one with its channels last."""
    parts = [counted(2, 4, 3, 5, dtype=ft.float32) + i for i in range(3)]
    there = [p.to(device=device).contiguous(memory_format=ft.channels_last) for p in parts]
    got = ft.cat(there, dim)
    assert got.is_contiguous(memory_format=ft.channels_last)
    np.testing.assert_array_equal(got.cpu().numpy(), ft.cat(parts, dim).numpy())
    mixed = [there[0], parts[1].to(device=device)]
    np.testing.assert_array_equal(ft.cat(mixed, dim).cpu().numpy(), ft.cat(parts[:2], dim).numpy())
