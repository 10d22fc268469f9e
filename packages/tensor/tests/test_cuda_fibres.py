"""The CUDA backend's kernels, run on the CPU: each sample of the operator database against its reference.

The whole path of a call is taken: dispatcher, the family's Python, and its kernels as fibres (see ``fibres/``). By
default each test takes every operator in the dtypes that differ most for it; in all with ``FLAMBEAU_CUDA_TESTS=all``.
"""

import cuda_launches
import cuda_sources
import fibres
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor.testing import assert_close, opdb

pytestmark = fibres.needed

ENTRIES = cuda_launches.own_entries()


def cases(*names, of=lambda info: True):
    """Operators of which something is true, in the dtypes of these names; in its first where it takes none of them."""
    return [
        pytest.param(info, dtype, id=f"{info.name}-{dtype.name}")
        for info in ENTRIES
        if of(info)
        for dtype in info.dtypes
        if cuda_sources.everything() or dtype in ([d for d in info.dtypes if d.name in names] or info.dtypes[:1])
    ]


@pytest.fixture
def device(request, device):
    """The device, and for every other dtype the threads of a block in the opposite order."""
    dtype = request.node.callspec.params["dtype"]
    last_first = dtype.itemsize == 2 or dtype.kind in "iu"
    with fibres.order(last_first), cuda_launches.recorded():
        yield device


def same(info, sample, results, expected, times=1):
    """Check results against NumPy's, with so many times the operator's tolerance.

    More than one time: they are large sums, whose errors are as large as what is summed, not as what is left of it.
    """
    results = [np.asarray(r.cpu().numpy()) for r in opdb.to_tuple(results)]
    assert len(results) == len(expected)
    if info.compared:
        results, expected = info.compared(tuple(results)), info.compared(expected)
    for got, want in zip(results, expected, strict=True):
        rtol, atol = info.tolerance_of(want.dtype)
        if times > 1 and want.size and want.dtype.kind in "fV":
            greatest = np.nanmax(np.where(np.isfinite(want), np.abs(want), 0).astype("float64"))
            atol = max(atol, rtol * greatest)
        assert_close(got, want, times * rtol, times * atol, what=f"{info.name}{sample}")


def call(device, info, sample, **keywords):
    creation = {"device": device} if info.operator.definition.creation else {}
    sample = sample.fresh()
    results = info.function(*sample.args, **sample.kwargs, **creation, **keywords)
    assert all(r.device == device for r in opdb.to_tuple(results)), f"{info.name}{sample} is not on {device}"
    return results


def samples(info, dtype, device):
    """Each sample with the reference's results, or those of the CPU: random numbers are the same everywhere."""
    for sample in info.generate(dtype, **opdb.tensors(device)):
        if info.reference:
            expected = info.expected(opdb.arrays_of(sample.fresh()), dtype)
        else:
            on_host = sample.map(lambda v: v.cpu() if isinstance(v, ft.Tensor) else v)
            expected = tuple(r.numpy() for r in opdb.to_tuple(call("cpu", info, on_host)))
        yield sample, expected


@pytest.mark.parametrize("info, dtype", cases("bool", "int64", "bfloat16", "float32"))
def test_values(info, dtype, device):
    """Each sample gives what the reference says, and leaves its inputs as they were."""
    for sample, expected in samples(info, dtype, device):
        before = opdb.arrays_of(sample)
        results = call(device, info, sample)
        same(info, sample, results, expected)
        unchanged(before, opdb.arrays_of(sample), f"{info.name}{sample}")


def unchanged(before, after, what):
    for was, now in zip(arrays_in(before), arrays_in(after), strict=True):
        assert was.tobytes() == now.tobytes(), f"{what} changed an input"


def arrays_in(value):
    if isinstance(value, opdb.Sample):
        value = (*value.args, *value.kwargs.values())
    if isinstance(value, (list, tuple)):
        return [array for part in value for array in arrays_in(part)]
    return [value] if isinstance(value, np.ndarray) else []


def strided(x):
    """The same values: every other element of each row of something larger, seen transposed."""
    if not isinstance(x, ft.Tensor) or x.ndim == 0:
        return x
    holder = ft.zeros(*(2 * n + 1 for n in x.shape[::-1]), dtype=x.dtype, device=x.device)
    view = holder[(slice(1, None, 2),) * x.ndim].permute(*reversed(range(x.ndim)))
    return view.copy_(x)


@pytest.mark.parametrize("info, dtype", cases("int64", "float32"))
def test_inputs_with_strides(info, dtype, device):
    """Inputs that are neither dense nor in order give the same."""
    for sample, expected in samples(info, dtype, device):
        same(info, sample, call(device, info, sample.map(strided)), expected)


def takes_out(info):
    definition = info.operator.definition
    return (
        definition.out
        and not definition.view
        and not definition.many
        and len(definition.outputs + definition.auxiliary) == 1
    )


@pytest.mark.parametrize("info, dtype", cases("float32", of=takes_out))
def test_out(info, dtype, device):
    """``out=`` is filled, also where it is not dense."""
    for sample, expected in samples(info, dtype, device):
        dense = ft.empty(expected[0].shape, dtype=expected[0].dtype, device=device)
        for out in (dense, strided(dense)):
            assert call(device, info, sample, out=out) is out
            same(info, sample, out, expected)


@pytest.mark.parametrize("info, dtype", cases("float32", of=lambda info: info.operator.definition.inplace))
def test_in_place(info, dtype, device):
    """What changes its first argument writes the result there, also where that is not dense."""
    for sample, expected in samples(info, dtype, device):
        x = sample.args[0]
        if not isinstance(x, ft.Tensor) or (x.shape, x.dtype) != (expected[0].shape, expected[0].dtype):
            continue
        for written in (x.clone(), strided(x)):
            call = sample.fresh()
            returned = getattr(written, f"{info.name}_")(*call.args[1:], **call.kwargs)
            assert returned is written
            same(info, sample, written, expected)


WIDTHS = {"rows": (0, 70), "columns": (-1, 67)}  # along which dimension samples are repeated, and how often
MOST_ELEMENTS = 40_000  # a fibre takes its time


def enlarged(x, dim, times):
    """The same Tensor many times over, one after the other along a dimension."""
    if not isinstance(x, ft.Tensor) or x.ndim == 0:
        return x
    return ft.from_numpy(np.concatenate([x.numpy()] * times, dim))


def at_odd_address(x):
    """The same values, dense, but one element further than where memory begins."""
    if not isinstance(x, ft.Tensor):
        return x
    return ft.empty(x.numel() + 1, dtype=x.dtype, device=x.device)[1:].reshape(x.shape).copy_(x)


def large_samples(info, dtype, width):
    """Samples on the CPU of several blocks, or rows of several vectors, with what the CPU gives."""
    for sample in info.generate(dtype, **opdb.tensors()):
        large = sample.map(lambda v: enlarged(v, *WIDTHS[width]))
        sizes = [v.numel() for v in (*large.args, *large.kwargs.values()) if isinstance(v, ft.Tensor)]
        if not sizes or not 0 < max(sizes) <= MOST_ELEMENTS:
            continue
        try:
            expected = opdb.to_tuple(call("cpu", info, large))
        except Exception:  # shapes that do not fit together any more
            continue
        if all(r.numel() <= MOST_ELEMENTS for r in expected):
            yield large, tuple(r.numpy() for r in expected)


# These take it on trust, also on the CPU, that their arguments fit together, or are in order.
TRUSTING = {"attention_backward", "insertion_points", "recurrence_backward"}
# Of the values for one place, any may win.
UNORDERED = {"scatter"}
# This adds hundreds of products at one place: the CPU in float, one after the other.
ROUGH = {"sample_planes_input_gradient"}
# Each of them in one dtype, which is enough to see every way through a kernel.
LARGE = [
    pytest.param(*case.values, width, id=f"{case.id}-{width}")
    for width, name in (("rows", "bfloat16"), ("columns", "float32"))
    for case in cases(name, of=lambda info: info.name not in TRUSTING | UNORDERED)
]


@pytest.mark.parametrize("info, dtype, width", LARGE)
def test_large_inputs(info, dtype, width, device):
    """Where there is work for several blocks and whole vectors the results are the CPU's, also from odd addresses."""
    times = 256 if info.name in ROUGH else 16  # neither adds up exactly
    for sample, expected in large_samples(info, dtype, width):
        if "prod" in sample.args:  # hundreds of factors, and what overflows depends on their order
            continue
        there = sample.map(lambda v: v.to(device) if isinstance(v, ft.Tensor) else v)
        for given in (there, there.map(at_odd_address)):
            same(info, sample, call(device, info, given), expected, times)


@pytest.mark.parametrize("info, dtype", cases("float32"))
def test_second_device(info, dtype, device):
    """Kernels run on the device of their arguments while another is the current one, and leave their results there."""
    for sample, expected in samples(info, dtype, "fibres:1"):
        same(info, sample, call("fibres:1", info, sample), expected)
