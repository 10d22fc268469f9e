"""Every operator on a GPU gives what it gives on the CPU: generated from the operator database."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor._schema import Kind
from flambeau.tensor.testing import assert_close, opdb

COMPLEX = (np.dtype(np.complex64), np.dtype(np.complex128))
OF_COMPLEX = [
    pytest.param(info, dtype, id=f"{info.name}-{dtype.name}")
    for info in opdb.entries()
    for dtype in COMPLEX
    if any(opdb.is_float(d) for d in info.dtypes)
]
ERRORS = [
    pytest.param(info, number, id=f"{info.name}-{number}")
    for info in opdb.entries()
    for number, _ in enumerate(info.generate_errors(convert=ft.from_numpy))
]


# Complex numbers are CuPy's there, which divides and takes absolute values whatever overflows on the way: of 0,
# infinities, and numbers whose squares are infinite or 0, these operators give nan or infinity where the CPU does not.
OVERFLOWING = frozenset("chain_over div log log10 log1p log2 pow reciprocal sgn sqrt_backward".split())


def is_usual(array):
    """Whether elements and their squares are finite and not 0, by some distance."""
    limits = np.finfo(array.dtype)
    size = np.maximum(np.abs(array.real), np.abs(array.imag))
    return (size < np.sqrt(limits.max) / 4) & (size > np.sqrt(limits.tiny) * 4)


def usual_alone(sample, results):
    """The elements of an operator's results that are made of usual ones; 0 elsewhere."""
    operands = [v.cpu().numpy() for v in (*sample.args, *sample.kwargs.values()) if is_tensor(v)]
    usual = np.logical_and.reduce(np.broadcast_arrays(*(is_usual(x) for x in operands if x.dtype.kind in "fc")))
    kept = [np.where(usual, r.cpu().numpy(), 0) for r in opdb.to_tuple(results)]
    return tuple(ft.from_numpy(k).to(r.device, r.dtype) for k, r in zip(kept, opdb.to_tuple(results), strict=True))


def having(condition):
    return [pytest.param(info, id=info.name) for info in opdb.entries() if condition(info.operator.definition)]


def usual_dtype(info):
    """float32 where the operator takes it."""
    return np.dtype(np.float32) if np.dtype(np.float32) in info.dtypes else info.dtypes[0]


def run(function, sample, device="cpu", **extra):
    """The call of a sample; what it makes of nothing is made on the device."""
    sample = sample.fresh()
    with ft.device(device):
        return function(*sample.args, **sample.kwargs, **extra)


def both(info, dtype, gpu):
    """The samples of a dtype on the CPU and on the GPU, with the same numbers."""
    return zip(info.generate(dtype, **opdb.tensors()), info.generate(dtype, **opdb.tensors(gpu)), strict=True)


def check(info, what, actual, expected, gpu):
    """On the device, and the same numbers."""
    actual, expected = opdb.to_tuple(actual), opdb.to_tuple(expected)
    assert len(actual) == len(expected), what
    for part in actual:
        assert info.name == "transfer" or part.device == gpu, f"{what}: a result on {part.device}"
    for got, want in zip(actual, expected, strict=True):
        assert (got.shape, got.dtype) == (want.shape, want.dtype), what
    if info.reference is None and info.name.startswith(("empty", "new_empty")):
        return  # no defined values
    actual = tuple(part.cpu().numpy() for part in actual)
    expected = tuple(part.numpy() for part in expected)
    if info.compared:
        actual, expected = info.compared(actual), info.compared(expected)
    for got, want in zip(actual, expected, strict=True):
        assert_close(got, want, *info.tolerance_of(want.dtype), what=what)


@pytest.mark.parametrize("info, dtype", opdb.cases(opdb.entries()), ids=str)
def test_values_are_the_cpus(gpu, info, dtype):
    """Every sample in every dtype: values, shape, dtype, and the result is on the device."""
    for here, there in both(info, dtype, gpu):
        expected, actual = run(info.function, here), run(info.function, there, gpu)
        check(info, f"{info.name}{here}", actual, expected, gpu)


@pytest.mark.parametrize("info, dtype", OF_COMPLEX)
def test_complex_values_are_the_cpus(gpu, info, dtype):
    """The same of complex numbers; what refuses them on the CPU does on the GPU.

    Not of infinite and huge ones: what becomes of these is not the same in NumPy's and CuPy's complex functions.
    """
    for here, there in both(info, dtype, gpu):
        if any(x.dtype.kind in "fc" and not (np.abs(x) < 1e30).all() for x in arrays(opdb.arrays_of(here))):
            continue
        try:
            expected = run(info.function, here)
        except ft.DTypeError as refused:
            with pytest.raises(ft.DTypeError) as raised:
                run(info.function, there, gpu)
            assert str(raised.value) == str(refused)
            continue
        actual = run(info.function, there, gpu)
        if info.name in OVERFLOWING:
            actual, expected = usual_alone(here, actual), usual_alone(here, expected)
        check(info, f"{info.name}{here}", actual, expected, gpu)


@pytest.mark.parametrize("info", having(lambda d: d.inplace != "only"))
def test_inputs_are_left_alone(gpu, info):
    """No kernel writes to what it is given."""
    for here, there in both(info, usual_dtype(info), gpu):
        run(info.function, there, gpu)
        before, after = opdb.arrays_of(here), opdb.arrays_of(there.map(lambda v: v.cpu() if is_tensor(v) else v))
        for was, now in zip(arrays(before), arrays(after), strict=True):
            np.testing.assert_array_equal(now, was, err_msg=f"{info.name}{here}")


def is_tensor(value):
    return isinstance(value, ft.Tensor)


def arrays(sample):
    return [value for value in sample.values() if isinstance(value, np.ndarray)]


def takes_out(definition):
    parts = definition.outputs + definition.auxiliary
    return definition.out and not definition.view and not definition.many and len(parts) == 1


@pytest.mark.parametrize("layout", ["contiguous", "transposed"])
@pytest.mark.parametrize("info", having(takes_out))
def test_out_receives_the_result(gpu, info, layout):
    """``out=`` on the device is filled, counted as changed, and returned itself, in any layout."""
    for here, there in both(info, usual_dtype(info), gpu):
        expected = run(info.function, here)
        shape = expected.shape if layout == "contiguous" else expected.shape[::-1]
        out = ft.empty(shape, dtype=expected.dtype, device=gpu)
        out = out if layout == "contiguous" else out.T
        assert run(info.function, there, gpu, out=out) is out
        assert out.version == 1
        check(info, f"{info.name}{here}", out, expected, gpu)


@pytest.mark.parametrize("info", having(lambda d: d.inplace and d.function))
def test_in_place_twin(gpu, info):
    """``x.op_(...)`` leaves on the GPU what it leaves on the CPU."""
    for here, there in both(info, usual_dtype(info), gpu):
        if not is_tensor(here.args[0]):
            continue
        twin = f"{info.name}_"
        try:
            expected = run(getattr(here.args[0], twin), opdb.Sample(here.args[1:], here.kwargs))
        except (ft.ShapeError, ft.DTypeError, ValueError) as refused:
            with pytest.raises(type(refused)) as raised:
                run(getattr(there.args[0], twin), opdb.Sample(there.args[1:], there.kwargs), gpu)
            assert str(raised.value) == str(refused)
            continue
        actual = run(getattr(there.args[0], twin), opdb.Sample(there.args[1:], there.kwargs), gpu)
        assert actual is there.args[0] and actual.version == expected.version
        check(info, f"{twin}{here}", actual, expected, gpu)


@pytest.mark.parametrize("info, number", ERRORS)
def test_errors_are_the_cpus(gpu, info, number):
    """A bad call raises the same error with the same words."""
    bad = list(info.generate_errors(**opdb.tensors(gpu)))[number]
    with pytest.raises(bad.exception) as raised, ft.device(gpu):
        info.function(*bad.args, **bad.kwargs)
        if gpu.startswith("cuda"):
            ft.cuda.synchronize()  # what is wrong with values shows when the device has seen them
    message = bad.message
    if str(raised.value) != message:  # a device may tell which element is wrong, and not where it stands
        message = message.partition(" at (")[0]
    assert str(raised.value) == message
    assert type(raised.value) is bad.exception


@pytest.mark.parametrize(
    "info", having(lambda d: d.parameters and d.parameters[0].kind in (Kind.ARRAY, Kind.OPERAND) and d.function)
)
def test_one_kernel_after_another_repeats(gpu, info):
    """The same call twice gives the same bits: no sum depends on which thread came first."""
    for sample in info.generate(usual_dtype(info), **opdb.tensors(gpu)):
        if info.name.startswith(("empty", "new_empty")):
            continue
        first, again = (opdb.to_tuple(run(info.function, sample, gpu)) for _ in range(2))
        for one, other in zip(first, again, strict=True):
            np.testing.assert_array_equal(one.cpu().numpy(), other.cpu().numpy(), err_msg=f"{info.name}{sample}")
