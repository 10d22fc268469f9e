"""What cuBLAS is asked for, by NumPy in its place: every layout of the factors, and the calls and copies it takes."""

import itertools

import fibres
import flambeau.tensor as ft
import ml_dtypes
import numpy as np
import pytest
from fibres.blas import BlasError, emulated
from flambeau.tensor._cuda import _blas, _settings, products
from flambeau.tensor._cuda._layouts import product as layout_of
from flambeau.tensor.testing import assert_close, strict

DTYPES = ["float16", ml_dtypes.bfloat16, "float32", "float64", "complex64", "complex128"]
BATCHES = [
    ((), ()), ((3,), ()), ((), (3,)), ((3,), (3,)), ((1,), (3,)), ((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)),
    ((2, 1), (3,)), ((1, 1), (2, 3)), ((2, 1, 2), (1, 3, 2)), ((0,), (0,)),
]  # fmt: skip


@pytest.fixture
def blas(device):  # whose kernels make factors dense that cuBLAS can't read
    with emulated() as library, strict.current_device(0):
        yield library


def made(shape, dtype, how, seed=0):
    """An array of that shape whose elements are stored in one of several ways."""
    rng = np.random.default_rng(seed)
    values = rng.integers(-4, 5, shape) + (1j * rng.integers(-4, 5, shape) if np.dtype(dtype).kind == "c" else 0)
    values = values.astype(dtype)
    if how == "dense" or not shape:
        return values
    if how == "transposed" and len(shape) > 1:
        return np.ascontiguousarray(values.swapaxes(-1, -2)).swapaxes(-1, -2)
    if how == "padded":  # rows further apart than they are long
        wide = np.zeros((*shape[:-1], shape[-1] + 3), dtype)
        wide[..., : shape[-1]] = values
        return wide[..., : shape[-1]]
    if how == "stepped":
        wide = np.zeros((*shape[:-1], 2 * shape[-1]), dtype)
        wide[..., ::2] = values
        return wide[..., ::2]
    if how == "reversed":
        return values[..., ::-1].copy()[..., ::-1]
    if how == "heads" and len(shape) > 2:  # (batch, head, row, column) as attention has it
        return np.ascontiguousarray(values.swapaxes(-3, -2)).swapaxes(-3, -2)
    if how == "same rows":
        return np.broadcast_to(values[..., :1, :], shape) if len(shape) > 1 else values
    return values


WAYS = ["dense", "transposed", "padded", "stepped", "reversed", "heads", "same rows"]


def strictly(array):
    return strict.StrictArray(array, 0)


def run(kernel, *args, **kwargs):
    with strict.asynchronous():
        result = kernel(strict.strict_xp, *(strictly(a) if isinstance(a, np.ndarray) else a for a in args), **kwargs)
    assert isinstance(result, strict.StrictArray) and result.flags.c_contiguous
    return result._array


def test_memory_to_work_with_is_given_up_for_other_streams(blas, monkeypatch):
    """Each stream has its own; the latest keeps it, as it may be in use; the others get some again."""
    made_for = []
    allocate = blas.allocate

    def counted(size):
        made_for.append(blas.stream())
        return allocate(size)

    monkeypatch.setattr(blas, "allocate", counted)
    x = made((4, 4), "float32", "dense")

    def multiply(stream):
        monkeypatch.setattr(blas, "stream", lambda: stream)
        np.testing.assert_array_equal(run(products.matmul, x, x), x @ x)

    for stream in (16, 32, 16, 32):
        multiply(stream)
    assert made_for == [16, 32]
    _blas.release()
    for stream in (32, 16):
        multiply(stream)
    assert made_for == [16, 32, 16]


SOME = [("dense", "dense"), ("transposed", "padded"), ("heads", "transposed"), ("stepped", "same rows")]
CASES = [("float32", ways) for ways in itertools.product(WAYS, WAYS)]
CASES += [(dtype, ways) for dtype in DTYPES for ways in SOME if dtype != "float32"]


@pytest.mark.parametrize("dtype, ways", CASES, ids=str)
def test_matmul_of_any_layout(dtype, ways, blas):
    """Small integers, so that the products are exact, whatever the order of their sums."""
    for i, ((first, second), (n, m, k)) in enumerate(
        itertools.product(BATCHES, [(2, 3, 4), (1, 3, 2), (4, 1, 3), (3, 2, 1), (1, 1, 1), (2, 0, 3), (2, 3, 0)])
    ):
        a, b = made((*first, n, k), dtype, ways[0], i), made((*second, k, m), dtype, ways[1], i + 1)
        wide = np.dtype(dtype).itemsize == 2
        expected = np.matmul(*(x.astype("float32") if wide else x for x in (a, b))).astype(dtype)
        result = run(products.matmul, a, b)
        assert result.dtype == expected.dtype and result.shape == expected.shape
        assert np.array_equal(result, expected), (a.shape, a.strides, b.shape, b.strides)


@pytest.mark.parametrize("shapes", [((4,), (4,)), ((4,), (4, 3)), ((2, 4), (4,)), ((5, 2, 4), (4,)), ((4,), (5, 4, 2))])
@pytest.mark.parametrize("ways", list(itertools.product(WAYS[:5], WAYS[:5])), ids="-".join)
def test_matmul_of_vectors(shapes, ways, blas):
    a, b = (made(shape, "float32", way, i) for i, (shape, way) in enumerate(zip(shapes, ways, strict=True)))
    assert np.array_equal(run(products.matmul, a, b), np.matmul(a, b))


def copies_and_calls(a, b):
    layout = layout_of(a.shape, a.strides, b.shape, b.strides, a.itemsize)
    return layout.copies, len(layout.calls), layout.batch


@pytest.mark.parametrize("way", ["dense", "transposed", "padded"])
def test_what_a_blas_can_read_is_not_copied(way):
    a, b = made((5, 7), "float32", way), made((7, 6), "float32", way)
    assert copies_and_calls(a, b) == ((False, False), 1, 1)
    assert copies_and_calls(b.T, a.T) == ((False, False), 1, 1)
    assert copies_and_calls(made((3, 5, 7), "float32", way), made((3, 7, 6), "float32", way))[::2] == ((False,) * 2, 3)


def test_a_batch_times_one_matrix_is_one_product():
    a, b = np.ones((8, 3, 5, 7), "float32"), np.ones((7, 6), "float32")
    assert copies_and_calls(a, b) == ((False, False), 1, 1)
    assert layout_of(a.shape, a.strides, b.shape, b.strides, 4).n == 8 * 3 * 5


def test_one_matrix_times_a_batch_is_not_copied():
    assert copies_and_calls(np.ones((6, 7)), np.ones((4, 7, 5))) == ((False, False), 1, 4)


def test_batches_in_two_strides_are_a_few_calls_or_a_copy():
    q = made((2, 12, 5, 8), "float32", "heads")
    assert copies_and_calls(q, q.swapaxes(-1, -2)) == ((False, False), 2, 12)
    q = made((40, 20, 5, 8), "float32", "heads")
    assert copies_and_calls(q, q.swapaxes(-1, -2))[0] == (True, True)


@pytest.mark.parametrize("beta, alpha", [(1, 1), (0, 2), (2, 0.5), (0.5, -1)])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_products_that_are_added_to_something(dtype, beta, alpha, blas):
    """What beta = 0 leaves out may be nan."""
    added = np.full((5, 3), np.nan, dtype) if beta == 0 else made((3,), dtype, "dense", 1)
    a, b = made((5, 4), dtype, "transposed", 2), made((4, 3), dtype, "padded", 3)
    expected = alpha * a.astype("float64") @ b.astype("float64") + (beta * added if beta else 0)
    assert np.array_equal(run(products.addmm, added, a, b, beta=beta, alpha=alpha), expected.astype(dtype))
    batch = np.stack([a, a]), np.stack([b, 2 * b])
    expected = alpha * np.matmul(*(x.astype("float64") for x in batch)) + (beta * added if beta else 0)
    assert np.array_equal(run(products.baddbmm, added, *batch, beta=beta, alpha=alpha), expected.astype(dtype))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("leading", [(), (4,), (2, 3), (0,)])
def test_linear(dtype, way, leading, blas):
    """With the bias in the epilogue where cublasLt has one, and put there first otherwise."""
    x, weight, bias = made((*leading, 8), dtype, way), made((4, 8), dtype, way, 1), made((4,), dtype, "dense", 2)
    wide = "float32" if dtype == "float16" else dtype
    expected = (x.astype(wide) @ weight.astype(wide).T + bias.astype(wide)).astype(dtype)
    for _ in range(2):
        assert np.array_equal(run(products.linear, x, weight, bias), expected)
    assert np.array_equal(run(products.linear, x, weight), (x.astype(wide) @ weight.astype(wide).T).astype(dtype))


def test_linear_is_one_call(blas):
    x, weight, bias = np.ones((4, 6, 8), "float32"), np.ones((4, 8), "float32"), np.ones(4, "float32")
    run(products.linear, x, weight, bias)
    blas.calls.clear()
    run(products.linear, x, weight, bias)
    assert blas.calls == ["cublasLtMatmulDescSetAttribute", "cublasLtMatmul"]


def test_linear_of_arrays_that_are_not_aligned(blas):
    x, weight = np.arange(33, dtype="float32")[1:].reshape(4, 8), np.ones((4, 8), "float32")
    assert np.array_equal(run(products.linear, x, weight, np.ones(4, "float32")), x @ weight.T + 1)


def test_tf32_is_for_who_allows_it(blas, monkeypatch):
    """The emulated library takes 77, of TF32, as what it is told to compute float32 in; float64 is refused then."""
    seen = []
    product = type(blas)._product
    monkeypatch.setattr(type(blas), "_product", lambda self, *args: seen.append(args[9]) or product(self, *args))
    a = np.ones((2, 2), "float32")
    run(products.matmul, a, a)
    monkeypatch.setattr(_settings, "allow_tf32", True)
    run(products.matmul, a, a)
    run(products.matmul, a.astype("float64"), a.astype("float64"))
    assert seen == [68, 77, 70]


def test_what_the_library_refuses_is_an_error(blas, monkeypatch):
    def refused(self, *args):
        raise BlasError("as told")

    monkeypatch.setattr(type(blas), "_product", refused)
    with pytest.raises(BlasError, match="as told"):
        run(products.matmul, np.ones((2, 2)), np.ones((2, 2)))


def test_integers_are_left_to_the_reference(blas):
    assert products.matmul(strict.strict_xp, *[strictly(np.ones((2, 2), "int64"))] * 2) is NotImplemented


@fibres.needed
def test_training_a_linear_layer_takes_two_products_back():
    """The gradients of a linear layer's operands are one product each, without copies."""
    with fibres.device() as device, emulated(fibres.lives) as blas:
        x, weight, grad = (ft.tensor(made(s, "float32", "dense"), device=device) for s in ((5, 8), (4, 8), (5, 4)))
        blas.calls.clear()
        of_input, of_weight = ft.matmul(grad, weight), ft.matmul(grad.transpose(0, 1), x)
        assert [c for c in blas.calls if "Gemm" in c] == ["cublasGemmEx_64"] * 2
        assert_close(of_input.cpu(), grad.cpu() @ weight.cpu())
        assert_close(of_weight.cpu(), grad.cpu().T @ x.cpu())
