"""The compiled matrix product, against NumPy in float64, at the edges of its tiles and blocks.

The bound of an element is that of a sum of k products in any order: (k + 2) * eps * (|A| @ |B| + |bias|).
"""

import os
import subprocess
import sys

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor._core.tensor import instruction_sets

DTYPES = ("float32", "float64")


def laid_out(rng, shape, layout, dtype):
    """A matrix of that shape whose elements lie in memory as `layout` says, and NaN between them."""
    rows, columns = shape
    values = rng.standard_normal(shape).astype(dtype)
    if layout == "rows":
        return values
    if layout == "columns":
        return np.asfortranarray(values)
    whole = np.full((2 * rows + 1, 3 * columns + 2), np.nan, dtype)
    part = {
        "wide": whole[:rows, 1 : columns + 1],
        "strided": whole[: 2 * rows : 2, : 3 * columns : 3],
        "reversed": whole[:rows, :columns][::-1, ::-1],
    }[layout]
    part[...] = values
    return part


def assert_product(result, a, b, bias=None):
    a, b, got = np.float64(a), np.float64(b), np.asarray(result)
    exact, size = a @ b, np.abs(a) @ np.abs(b)
    if bias is not None:
        exact, size = exact + np.float64(bias), size + np.abs(np.float64(bias))
    bound = (a.shape[-1] + 2) * np.finfo(got.dtype).eps * size
    assert got.shape == exact.shape
    worst = np.abs(got - exact) - bound
    assert not np.isnan(got).any() and worst.max(initial=0) <= 0, f"off by up to {worst.max()} over the bound"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k, n", [(15, 40), (16, 16), (784, 48), (100, 256), (1000, 512), (2048, 2048)])
def test_products_with_vectors_do_not_depend_on_where_the_matrix_begins(k, n, dtype):
    """A matrix anywhere in its first cache line gives the same bits, by rows and by columns."""
    rng = np.random.default_rng(2)
    values = rng.standard_normal((n, k)).astype(dtype)
    x, y = rng.standard_normal(k).astype(dtype), rng.standard_normal((1, n)).astype(dtype)
    memory = np.empty(n * k + 64, dtype)
    found = set()
    for offset in (0, 1, 3, 4, 8, 12, 15):
        matrix = memory[offset : offset + n * k].reshape(n, k)
        matrix[...] = values
        by_rows, by_columns = ft.matmul(matrix, x), ft.matmul(y, matrix)
        assert_product(by_rows, values, x)
        assert_product(by_columns, y, values)
        found.add((np.asarray(by_rows).tobytes(), np.asarray(by_columns).tobytes()))
    assert len(found) == 1


LAYOUTS = ("rows", "columns", "wide", "strided", "reversed")
EDGES = (1, 2, 4, 5, 6, 7, 13, 14, 15, 16, 17, 31, 32, 33, 65)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("a_layout", LAYOUTS)
@pytest.mark.parametrize("b_layout", LAYOUTS)
def test_any_layout_of_either_operand_gives_the_product(a_layout, b_layout, dtype):
    rng = np.random.default_rng(1)
    for m, k, n in ((1, 20, 70), (3, 70, 20), (5, 9, 100), (14, 33, 32), (29, 130, 67), (70, 65, 17), (100, 40, 1)):
        a, b = laid_out(rng, (m, k), a_layout, dtype), laid_out(rng, (k, n), b_layout, dtype)
        assert_product(ft.matmul(a, b), a, b)


@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes_around_the_tiles(dtype):
    rng = np.random.default_rng(2)
    for m in EDGES:
        for n in EDGES:
            for k in (1, 3, 16, 37):
                a, b = rng.standard_normal((m, k)).astype(dtype), rng.standard_normal((k, n)).astype(dtype)
                assert_product(ft.matmul(a, b), a, b)


@pytest.mark.parametrize("layout", ["rows", "columns", "strided"])
@pytest.mark.parametrize("k", [383, 384, 385, 769, 1600])
def test_sums_longer_than_a_slab(k, layout):
    rng = np.random.default_rng(3)
    for m, n in ((3, 40), (6, 50), (40, 90)):
        a, b = laid_out(rng, (m, k), layout, "float32"), laid_out(rng, (k, n), layout, "float32")
        assert_product(ft.matmul(a, b), a, b)


@pytest.mark.parametrize("shape", [(4100, 20, 70), (70, 20, 4200), (300, 500, 200), (1, 3000, 5000), (2, 5000, 300)])
def test_products_of_several_blocks_and_tasks(shape):
    m, k, n = shape
    rng = np.random.default_rng(4)
    for a_layout, b_layout in (("rows", "rows"), ("columns", "columns"), ("rows", "columns"), ("columns", "rows")):
        a, b = laid_out(rng, (m, k), a_layout, "float32"), laid_out(rng, (k, n), b_layout, "float32")
        assert_product(ft.matmul(a, b), a, b)


@pytest.mark.parametrize("dtype", DTYPES)
def test_linear_adds_its_bias_on_every_way(dtype):
    """Small, thin, blocked and transposed products, several slabs, batches; a bias of any stride."""
    rng = np.random.default_rng(5)
    for rows, inner, outer in (
        ((3,), 4, 2), ((1,), 100, 50), ((4,), 30, 70), ((5,), 30, 70), ((50,), 40, 30), ((20,), 900, 200), ((), 30, 9),
        ((2, 3), 30, 33), ((100,), 0, 40), ((0,), 3, 4), ((64,), 784, 10),
    ):  # fmt: skip
        x = rng.standard_normal((*rows, inner)).astype(dtype)
        for layout in LAYOUTS:
            weight = laid_out(rng, (outer, inner), layout, dtype)
            bias = rng.standard_normal((outer, 2)).astype(dtype)[:, 0]
            assert_product(ft.linear(x, weight, bias), x, weight.T, bias)
            assert_product(ft.linear(x, weight), x, weight.T)


def test_linear_of_a_batch_with_broken_strides():
    x = np.random.default_rng(6).standard_normal((4, 5, 6, 20)).astype("float32")
    weight, bias = np.random.default_rng(7).standard_normal((70, 20)).astype("float32"), np.ones(70, "float32")
    for view in (
        x.transpose(1, 0, 2, 3),
        x[::2, :, ::-1],
        x.transpose(2, 1, 0, 3),
        x[:, :1],
        np.broadcast_to(x[:1], x.shape),
    ):
        assert_product(ft.linear(view, weight, bias), view, weight.T, bias)


BATCHES = (
    ((7,), (7,)), ((3, 1), (1, 4)), ((5,), ()), ((), (5,)), ((2, 3), (2, 3)), ((1,), (6,)), ((0,), (1,)),
    ((2, 1, 3), (4, 1)),
)  # fmt: skip


@pytest.mark.parametrize("sizes", [(2, 3, 4), (20, 30, 40), (1, 40, 50), (70, 80, 90)])
@pytest.mark.parametrize("batches", BATCHES)
def test_batches_broadcast(batches, sizes):
    m, k, n = sizes
    rng = np.random.default_rng(8)
    for dtype in DTYPES:
        a = rng.standard_normal((*batches[0], m, k)).astype(dtype)
        b = rng.standard_normal((*batches[1], n, k)).astype(dtype).swapaxes(-1, -2)
        assert_product(ft.matmul(a, b), a, b)
        assert_product(ft.matmul(a[..., ::-1], b[..., ::2]), a[..., ::-1], b[..., ::2])


@pytest.mark.parametrize(
    "shapes", [((0, 3), (3, 4)), ((3, 0), (0, 4)), ((2, 3), (3, 0)), ((0,), (0,)), ((200, 0), (0, 90))]
)
def test_empty_sums_are_zero(shapes):
    a, b = ft.empty(*shapes[0]), ft.empty(*shapes[1])
    result = ft.matmul(a, b)
    assert result.shape == np.matmul(np.empty(shapes[0]), np.empty(shapes[1])).shape
    assert not result.numpy().any()


@pytest.mark.parametrize("shape", [(2, 3, 4), (1, 40, 50), (3, 50, 40), (40, 50, 60), (100, 400, 300)])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_zeros_do_not_hide_nan_and_infinity(shape, bad):
    m, k, n = shape
    a, b = np.zeros((m, k), "float32"), np.zeros((k, n), "float32")
    b[k // 2, n // 2] = bad
    for b_layout in (b, np.asfortranarray(b)):
        result = ft.matmul(a, b_layout).numpy()
        assert np.isnan(result[:, n // 2]).all()
        assert not np.isnan(np.delete(result, n // 2, 1)).any()


def test_out_receives_the_product_whatever_its_order():
    rng = np.random.default_rng(9)
    for m, k, n in ((3, 4, 5), (1, 40, 50), (50, 40, 1), (3, 90, 60), (60, 90, 3), (40, 50, 60)):
        a, b = rng.standard_normal((m, k)).astype("float32"), rng.standard_normal((k, n)).astype("float32")
        outs = (
            np.empty((m, n), "float32"),
            np.empty((n, m), "float32").T,
            np.empty((2 * m, 2 * n), "float32")[::2, ::2],
        )
        for out in outs:
            ft.matmul(a, b, out=ft.from_numpy(out))
            assert_product(out, a, b)


@pytest.mark.parametrize("n", [3, 40, 130])
def test_out_may_be_an_operand(n):
    """The result is that of the operands as they were."""
    rng = np.random.default_rng(10)
    a, b = rng.standard_normal((n, n)).astype("float32"), rng.standard_normal((n, n)).astype("float32")
    for which in (0, 1):
        operands = [ft.from_numpy(a.copy()), ft.from_numpy(b.copy())]
        ft.matmul(*operands, out=operands[which])
        assert_product(operands[which], a, b)
    square = ft.from_numpy(a.copy())
    ft.matmul(square, square.transpose(0, 1), out=square)
    assert_product(square, a, a.T)
    x = ft.from_numpy(a.copy())
    ft.linear(x, b, x[0], out=x)
    assert_product(x, a, b.T, a[0])


@pytest.mark.parametrize("isa", instruction_sets())
def test_every_isa(isa):
    """The tests of this file that know nothing of instruction sets, with each of them."""
    chosen = "layout or tiles or slab or linear or batches or empty or zeros or out"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", f"({chosen}) and not isa", __file__],
        env={**os.environ, "FLAMBEAU_ISA": isa},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]


def test_results_do_not_depend_on_the_number_of_threads():
    rng = np.random.default_rng(11)
    threads = ft.get_num_threads()
    shapes = ((1, 700, 900), (3, 900, 700), (64, 784, 512), (300, 400, 500), (129, 1000, 65))
    operands = [
        (rng.standard_normal((m, k)).astype("float32"), rng.standard_normal((n, k)).astype("float32"))
        for m, k, n in shapes
    ]
    batch = rng.standard_normal((40, 50, 60)).astype("float32")
    results = []
    try:
        for count in (1, 2):
            ft.set_num_threads(count)
            results.append(
                [ft.linear(a, b).numpy() for a, b in operands]
                + [ft.matmul(a.T.copy().T, b.T).numpy() for a, b in operands]
            )
            results[-1].append(ft.matmul(batch, batch.swapaxes(1, 2)).numpy())
    finally:
        ft.set_num_threads(threads)
    for one, two in zip(*results, strict=True):
        np.testing.assert_array_equal(one, two)
