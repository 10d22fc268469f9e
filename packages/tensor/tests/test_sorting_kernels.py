"""Compiled sorting against the reference kernels: large lines, ties, NaN, every dtype and any number of threads."""

import flambeau.tensor as ft
import ml_dtypes
import numpy as np
import pytest
from flambeau.tensor._schema import definitions
from flambeau.tensor.testing._kernels import call_kernel

DTYPES = [
    "bool",
    "uint8",
    "int8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float16",
    "float32",
    "float64",
]
DTYPES += [ml_dtypes.bfloat16]
# One record; insertion; digits; several threads; more than are sorted by one.
SIZES = [1, 2, 39, 41, 1000, 70_001]


def values(dtype, shape, ties):
    """Numbers of the whole range of a dtype, or few different ones; zeros of both signs and NaN among the floats."""
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 256, (*shape, np.dtype(dtype).itemsize), dtype=np.uint8).view(f"u{np.dtype(dtype).itemsize}")
    bits = bits[..., 0]
    if np.dtype(dtype) == bool:
        return bits > 127
    if ties:
        few = rng.integers(-3, 4, shape).astype(dtype)
        if np.dtype(dtype).kind in "fV":
            few = np.where(rng.random(shape) < 0.1, np.array(np.nan, dtype), few)
            few = np.where(rng.random(shape) < 0.1, np.array(-0.0, dtype), few)
        return few
    return np.ascontiguousarray(bits).view(dtype)


def reference(name, *args):
    """What the reference kernel says."""
    with np.errstate(all="ignore"):
        return call_kernel(definitions()[name], np, args, {})


def assert_same_bits(got, want):
    """The very elements: a zero's sign and a NaN's bits too."""
    got, want = got.numpy(), np.ascontiguousarray(want)
    assert got.dtype == want.dtype and got.shape == want.shape
    assert got.tobytes() == want.tobytes()


@pytest.fixture(autouse=True, scope="module")
def families():
    """The declarations, which are only imported when somebody needs them."""
    import flambeau.tensor._reference.searching  # noqa: F401


@pytest.mark.parametrize("ties", [False, True], ids=["spread", "ties"])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_sort_is_the_references(dtype, ties):
    """In both directions, with equal elements in their order."""
    for n in SIZES:
        a = values(dtype, (n,), ties)
        for descending in (False, True):
            got = ft.sort(ft.from_numpy(a), 0, descending)
            want = reference("sort", a, 0, descending)
            assert_same_bits(got.values, want[0])
            assert_same_bits(got.indices, want[1])
            assert_same_bits(ft.argsort(ft.from_numpy(a), descending=descending), want[1])


@pytest.mark.parametrize("ties", [False, True], ids=["spread", "ties"])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_values_alone_are_the_references(dtype, ties):
    """Many go to a sort of NumPy's that is not stable: what could tell, zeros of both signs and NaN, must not."""
    for n in SIZES:
        a = values(dtype, (n,), ties)
        for descending in (False, True):
            got = ft.ops.ordered(ft.from_numpy(a), 0, descending)
            assert_same_bits(got, reference("sort", a, 0, descending)[0])
    for dim in (0, 1, 2):
        a = values(dtype, (20, 30, 5), ties)
        assert_same_bits(ft.ops.ordered(ft.from_numpy(a), dim), reference("sort", a, dim, False)[0])


@pytest.mark.parametrize("ties", [False, True], ids=["spread", "ties"])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_topk_is_the_start_of_sort(dtype, ties):
    """Few kept in order, more selected, nearly all sorted; of one line and of several."""
    for shape in [(70_001,), (3, 2000), (5, 400, 3)]:
        a = values(dtype, shape, ties)
        dim = 1 if len(shape) > 1 else 0
        for largest in (True, False):
            order = reference("argsort", a, dim, largest)
            for k in (1, 5, 16, 17, 64, 300, shape[dim] // 2, shape[dim]):
                got = ft.topk(ft.from_numpy(a), min(k, shape[dim]), dim, largest)
                want = np.take(order, range(min(k, shape[dim])), dim)
                assert_same_bits(got.indices, want)
                assert_same_bits(got.values, np.take_along_axis(a, want, dim))


@pytest.mark.parametrize("direction", [1, -1])
def test_topk_of_what_is_in_order_already(direction):
    """Where every element is among the greatest so far."""
    a = np.arange(100_000, dtype="float32")[::direction]
    for k in (3, 200):
        got = ft.topk(ft.from_numpy(a.copy()), k)
        assert np.array_equal(got.values.numpy(), np.arange(99_999, 99_999 - k, -1))


def test_lines_of_any_layout():
    """Along every dimension of views."""
    a = np.random.default_rng(0).random((7, 40, 50), dtype=np.float32)
    for view in (a, a.transpose(2, 0, 1), a[::-1, ::2, ::-3]):
        for dim in range(3):
            got = ft.sort(ft.from_numpy(view), dim)
            assert np.array_equal(got.values.numpy(), np.sort(view, dim))
            assert np.array_equal(got.indices.numpy(), np.argsort(view, dim, kind="stable"))


@pytest.mark.parametrize("dtype", ["int8", "int64", "float32", ml_dtypes.bfloat16], ids=str)
@pytest.mark.parametrize("name", ["unique_elements", "consecutive_elements"])
def test_runs_are_the_references(name, dtype):
    """Elements, inverse and counts."""
    for shape in [(0,), (1,), (300, 300)]:
        for inverse in (False, True):
            a = values(dtype, shape, True)
            got = getattr(ft.ops, name)(ft.from_numpy(a), None, inverse, True)
            for part, want in zip(got, reference(name, a, None, inverse, True), strict=True):
                assert_same_bits(part, want)


def test_any_number_of_threads_gives_the_same():
    """To the bit, indices included."""
    a = ft.from_numpy(values("float32", (300_000,), True))
    before = ft.get_num_threads()
    results = []
    try:
        for threads in (1, 2, 3):
            ft.set_num_threads(threads)
            results.append((ft.sort(a).indices, ft.topk(a, 500).indices, ft.unique(a)))
    finally:
        ft.set_num_threads(before)
    for other in results[1:]:
        for one, same in zip(results[0], other, strict=True):
            assert_same_bits(one, same.numpy())


def test_results_into_memory_of_ones_own():
    """``out=``, also where it is the input's."""
    a = np.random.default_rng(0).integers(0, 100, 1000)
    out = ft.zeros(1000, dtype=ft.int64)
    assert ft.argsort(ft.from_numpy(a), out=out) is out
    assert np.array_equal(out.numpy(), np.argsort(a, kind="stable"))
    x = ft.from_numpy(a.copy())
    ft.argsort(x, out=x)
    assert np.array_equal(x.numpy(), np.argsort(a, kind="stable"))
