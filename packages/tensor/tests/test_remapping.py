"""Planes put together anew: what the operator database's small samples cannot see."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor import ops


@pytest.fixture
def threads():
    """Sets the number of threads, and puts back what it was."""
    before = ft.get_num_threads()
    yield ft.set_num_threads
    ft.set_num_threads(before)


def windows(size, kernel, stride, padding):
    """Of each element of each window its place along a dimension: some lie outside."""
    starts = np.arange(-padding, size + padding - kernel + 1, stride)
    return ft.from_numpy(np.arange(kernel)[:, None] + starts)


@pytest.mark.parametrize("stride", (1, 2, 3))
@pytest.mark.parametrize("planes", (1, 3, 40))
@pytest.mark.parametrize("dtype", ("float32", "float64", "float16", "int64"))
def test_any_number_of_threads_gives_the_same_bits(threads, dtype, planes, stride):
    """Few planes are cut into parts: sums of one element stay in their order. The two are each other's transposes."""
    rows, columns = windows(130, 3, stride, 1), windows(140, 5, stride, 2)
    rng = np.random.default_rng(0)
    x = ft.from_numpy(rng.integers(-9, 9, (planes, 130, 140)).astype(dtype) + np.dtype(dtype).type(0.25))
    grad = ft.from_numpy(
        rng.integers(-9, 9, (planes, 3, 5, rows.shape[1], columns.shape[1])).astype(dtype) / np.dtype(dtype).type(3)
    ).to(x.dtype)
    found = []
    for count in (1, 2, 3):
        threads(count)
        found.append((ops.remap_planes(x, rows, columns), ops.remap_planes_gradient(grad, rows, columns, 130, 140)))
    for taken, added in found[1:]:
        assert np.array_equal(taken.numpy(), found[0][0].numpy())
        assert np.array_equal(added.numpy(), found[0][1].numpy())
    taken, added = (y.numpy().astype("f8") for y in found[0])
    one, other = (taken * grad.numpy()).sum(), (added * x.numpy()).sum()
    assert one == pytest.approx(other, rel=1e-3, abs=np.abs(added).max() * 1e-3 * planes * 130)


@pytest.mark.parametrize("dtype", ("bool", "uint8", "int16", "float32", "float64", "complex64", "complex128"))
@pytest.mark.parametrize("places", ("neighbours", "every other", "backwards", "repeated", "all outside"))
def test_elements_of_any_size_and_columns_in_any_order(dtype, places):
    """Bytes are copied, whatever they mean, and in stretches where columns allow it."""
    columns = {
        "neighbours": np.arange(-2, 43),
        "every other": np.arange(-1, 43, 2),
        "backwards": np.arange(40)[::-1],
        "repeated": np.repeat(np.arange(20), 2),
        "all outside": np.full(7, 99),
    }[places]
    x = np.random.default_rng(1).integers(0, 2, (3, 4, 41)).astype(dtype)
    rows = np.array([[2, -1, 0, 9]])
    got = ops.remap_planes(ft.from_numpy(x), ft.from_numpy(rows), ft.from_numpy(columns[None].copy())).numpy()
    padded = np.pad(x, ((0, 0), (0, 1), (0, 1)))
    down, right = np.where((rows >= 0) & (rows < 4), rows, 4)[0], np.where((columns >= 0) & (columns < 41), columns, 41)
    assert np.array_equal(got[:, 0, 0], padded[:, down][:, :, right])
    assert got.dtype == x.dtype
