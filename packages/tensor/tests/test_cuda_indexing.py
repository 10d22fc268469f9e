"""Reading, writing and adding up where indices say, by the CUDA backend's kernels, run on the CPU (see ``fibres/``)."""

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor._cuda import _faults, _launch

pytestmark = fibres.needed

ALL = [slice(None)]
PLACES = [2, 0, 2]
INDICES = [
    (PLACES,),
    (-1, PLACES),
    (*ALL, PLACES),
    (..., PLACES),
    (PLACES, ...),
    (*ALL, PLACES, *ALL),
    (PLACES, [1, -1, 0]),
    (PLACES, [[1], [-1]]),
    (*ALL, PLACES, [1, 2, 0]),
    (PLACES, *ALL, [1, 2, 0]),
    (..., [1], PLACES),
    (slice(None, None, -1), PLACES),
    (PLACES, slice(1, None, 2), slice(None, None, -2)),
    (PLACES, PLACES, PLACES),
    ([[], []],),
    (PLACES, None),
    (1, PLACES),
    (*ALL, PLACES, -1),
    (0, *ALL, PLACES),
    (PLACES, *ALL, 1, ...),
    ([[0, 1], [2, 0]], *ALL, 2),
]


def at(parts, place):
    """An index with Tensors for lists."""
    return tuple(ft.tensor(p, dtype=ft.int64, device=place) if isinstance(p, list) else p for p in parts)


@pytest.mark.parametrize("dtype", [ft.int8, ft.bfloat16, ft.float32, ft.complex64, ft.complex128], ids=str)
@pytest.mark.parametrize("parts", INDICES, ids=str)
def test_general_indices(parts, dtype, device):
    """``x[index]``, assigned and added to, is that of the CPU, of dense arrays and of views."""
    whole = ft.arange(2 * 3 * 4 * 5).reshape(3, 4, 5, 2).to(dtype)
    for view in (lambda x: x.reshape(3, 4, 10)[..., :5], lambda x: x[..., 1], lambda x: x[..., 0].transpose(0, 2)[:3]):
        here, there = view(whole.clone()), view(whole.to(device=device))
        expected = here[at(parts, "cpu")]
        np.testing.assert_array_equal(there[at(parts, device)].cpu().numpy(), expected.numpy())
        value = ft.arange(expected.shape[-1] if expected.ndim else 1).to(dtype)
        for accumulate in (False, True):
            if not accumulate and expected.numel() and len(parts) == 1:
                continue  # of a place named twice, either value wins
            got = there.index_put(at(parts, device), value.to(device=device), accumulate)
            np.testing.assert_array_equal(
                got.cpu().numpy(), here.index_put(at(parts, "cpu"), value, accumulate).numpy()
            )


@pytest.mark.parametrize(
    "dtype", [ft.bool_, ft.uint8, ft.int16, ft.float16, ft.bfloat16, ft.int64, ft.float64], ids=str
)
def test_many_for_one_place(dtype, device):
    """Elements smaller than a word are joined with their neighbours left alone, wherever the array begins."""
    generator = ft.Generator(0)
    index, source = (
        ft.randint(0, 5, (600,), generator=generator),
        ft.randint(0, 2, (600,), generator=generator).to(dtype),
    )
    for start in range(4):
        here, there = (ft.ones(start + 9, dtype=dtype, device=d) for d in ("cpu", device))
        here[start : start + 5].scatter_add_(0, index, source)
        there[start : start + 5].scatter_add_(0, index.to(device=device), source.to(device=device))
        np.testing.assert_array_equal(there.cpu().numpy(), here.numpy())
    for reduce in ("sum", "prod", "amax", "amin"):
        for include_self in (True, False):
            x = ft.ones(5, dtype=dtype)
            expected = ft.scatter_reduce(x, 0, index, source, reduce, include_self=include_self)
            arrays = (a.to(device=device) for a in (x, index, source))
            x, i, s = arrays
            got = ft.scatter_reduce(x, 0, i, s, reduce, include_self=include_self)
            np.testing.assert_array_equal(got.cpu().numpy(), expected.numpy())


def test_wrong_indices_are_left_out(device, monkeypatch):
    """Where nobody waits for the check, kernels leave out what is wrong and touch nothing else."""
    monkeypatch.setattr(_launch.runtime(), "blocking", False)
    x = ft.arange(12, device=device).reshape(3, 4)
    index = ft.tensor([0, 99, 2, -77], device=device)
    assert x[index].cpu().tolist() == [[0, 1, 2, 3], [0] * 4, [8, 9, 10, 11], [0] * 4]
    assert x[:, index].cpu().tolist() == [[0, 0, 2, 0], [4, 0, 6, 0], [8, 0, 10, 0]]
    assert x.gather(1, index.expand(3, 4)).cpu().tolist() == [[0, 0, 2, 0], [4, 0, 6, 0], [8, 0, 10, 0]]
    x.index_add_(0, index, ft.full((4, 4), 100, device=device))
    x[index, 1] = -1
    assert x.cpu().tolist() == [[100, -1, 102, 103], [4, 5, 6, 7], [108, -1, 110, 111]]
    with pytest.raises(IndexError):
        _faults.check()


def test_overlaps(device):
    """A value that shares the array's memory is read before it is written over."""
    x, expected = ft.arange(10, device=device), np.arange(10)
    index = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    x[ft.tensor(index, device=device)] = x
    expected[index] = expected.copy()
    assert x.cpu().tolist() == expected.tolist()


def test_order_that_is_refused(device):
    """Floats are added in any order, which may be refused; integers add up to the same in each."""
    ft.use_deterministic_algorithms(True)
    try:
        index = ft.tensor([0, 0], device=device)
        ft.scatter_add(ft.zeros(2, dtype=ft.int32, device=device), 0, index, ft.ones(2, dtype=ft.int32, device=device))
        with pytest.raises(RuntimeError, match="fixed order"):
            ft.scatter_add(ft.zeros(2, device=device), 0, index, ft.ones(2, device=device))
    finally:
        ft.use_deterministic_algorithms(False)


def test_indices_of_the_host(device):
    """Lists, NumPy's arrays and numbers, and Tensors on the CPU say where elements of a Tensor on a device are."""
    x = ft.arange(12).reshape(3, 4)
    indices = [
        np.int64(1),
        (slice(None), np.uint8(2)),
        [2, 0],
        ([0, 1], [3, 1]),
        np.array([1, 1]),
        [True, False, True],
        ft.tensor([0, 2]),
        (ft.tensor([0, 2]), np.int32(1)),
        np.bool_(True),
    ]
    for index in indices:
        there = x.to(device=device)
        np.testing.assert_array_equal(there[index].cpu().numpy(), x[index].numpy())
        expected = x.clone()
        expected[index] = there[index] = -1
        np.testing.assert_array_equal(there.cpu().numpy(), expected.numpy())
    with pytest.raises(ft.DeviceError, match="input on cpu, index on fibres:0"):
        x[ft.tensor([0], device=device)]
