"""Strict arrays refuse what a GPU's arrays would, and the reference kernels run on them."""

import copy
import operator

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor._schema import definitions
from flambeau.tensor.testing import _strict_names, assert_close, opdb, strict
from flambeau.tensor.testing._kernels import call_kernel
from flambeau.tensor.testing.strict import StrictArray, StrictError
from flambeau.tensor.testing.strict import strict_xp as xp

# transfer is the explicit copy between host and device, and not for kernels.
ENTRIES = [info for info in opdb.entries() if info.name != "transfer"]


def usual_dtypes(info):
    """A float, an integer and bool, as far as the operator takes them; and a float of 16 bits."""
    return [d for d in (np.dtype(t) for t in ("f2", "f4", "i8", "?")) if d in info.dtypes]


CASES = [pytest.param(info, dtype, id=f"{info.name}-{dtype.name}") for info in ENTRIES for dtype in usual_dtypes(info)]


def host(value):
    return value._array if isinstance(value, StrictArray) else value


def check(info, sample, results, expected):
    assert len(results) == len(expected)
    if info.compared:
        results = [r if isinstance(r, np.ndarray) else np.asarray(r.cpu().numpy()) for r in results]
        results, expected = info.compared(tuple(results)), info.compared(expected)
    for got, want in zip(results, expected, strict=True):
        assert_close(got, want, *info.tolerance_of(want.dtype), what=f"{info.name}{sample}")


@pytest.mark.parametrize("info, dtype", CASES)
def test_reference_kernels_run_on_strict_arrays(info, dtype, strict_device):
    """A reference kernel uses nothing but what CuPy has, copies nothing to the host, and stays on its device."""
    for sample in info.generate(dtype, convert=lambda a: StrictArray(a, 1)):
        on_host = sample.map(lambda v: np.array(host(v)) if isinstance(v, StrictArray) else v)
        with strict.current_device(1), np.errstate(all="ignore"):
            call = sample.fresh()
            results = call_kernel(definitions()[info.name], xp, call.args, call.kwargs, strict.asynchronous())
        results = opdb.to_tuple(results)
        assert all(isinstance(r, StrictArray) and r.device_index == 1 for r in results), f"{info.name}{sample}"
        if info.reference:
            check(info, sample, [r._array for r in results], info.expected(on_host.fresh(), dtype))


def run_on(device, info, sample, **keywords):
    creation = {"device": device} if info.operator.definition.creation else {}
    call = sample.fresh()
    results = opdb.to_tuple(info.function(*call.args, **call.kwargs, **creation, **keywords))
    assert all(r.device == device for r in results), f"{info.name}{sample} is not on {device}"
    return results


@pytest.mark.parametrize("info, dtype", CASES)
def test_operators_run_on_a_strict_device(info, dtype, strict_device):
    """The whole path of a call works on Tensors of another device than the CPU; results stay there."""
    for sample in info.generate(dtype, **opdb.tensors(strict_device)):
        results = run_on(strict_device, info, sample)
        if info.reference:
            check(info, sample, results, info.expected(opdb.arrays_of(sample.fresh()), dtype))


SECOND = "strict:1"


def on_second(of=lambda definition: True):
    """Operators of which something is true, in a float, an integer and complex numbers, as far as there is a chance."""
    chosen = (np.dtype("f4"), np.dtype("i8"))
    return [
        pytest.param(info, dtype, id=f"{info.name}-{dtype.name}")
        for info in ENTRIES
        if of(info.operator.definition)
        for dtype in [d for d in chosen if d in info.dtypes] + [np.dtype("c8")] * any(map(opdb.is_float, info.dtypes))
    ]


def run_on_second(info, sample, **keywords):
    """What a sample gives while the first device is the current one; None where its dtypes are refused."""
    try:
        return run_on(SECOND, info, sample, **keywords)
    except ft.DTypeError:
        return None


@pytest.mark.parametrize("info, dtype", on_second())
def test_operators_stay_on_the_second_device(info, dtype, strict_device):
    """All that a call computes on the way is computed on its arguments' device, though the first one is current."""
    for sample in info.generate(dtype, **opdb.tensors(SECOND)):
        assert run_on_second(info, sample) is not None or dtype not in info.dtypes


def takes_out(definition):
    parts = definition.outputs + definition.auxiliary
    return definition.out and not definition.view and not definition.many and len(parts) == 1


@pytest.mark.parametrize("info, dtype", on_second(takes_out))
def test_out_stays_on_the_second_device(info, dtype, strict_device):
    """``out=`` gets what the call gives, also where that is converted."""
    for sample in info.generate(dtype, **opdb.tensors(SECOND)):
        for expected in run_on_second(info, sample) or ():
            for wide in (expected.dtype, np.dtype("c16")):
                out = ft.empty(expected.shape, dtype=wide, device=SECOND)
                (written,) = run_on_second(info, sample, out=out)
                assert written is out
                if info.reference:
                    check(info, sample, [out], (expected.cpu().numpy().astype(wide),))


@pytest.mark.parametrize("info, dtype", on_second(lambda definition: definition.inplace))
def test_in_place_twins_stay_on_the_second_device(info, dtype, strict_device):
    """In place gives what the call gives, also of complex numbers, which no kernel of a backend's own changes."""
    for sample in info.generate(dtype, **opdb.tensors(SECOND)):
        x, call = sample.args[0], sample.fresh()
        expected = run_on_second(info, opdb.Sample((x.clone(), *call.args[1:]), call.kwargs)) if is_tensor(x) else None
        if expected is not None and (x.shape, x.dtype) == (expected[0].shape, expected[0].dtype):
            call = sample.fresh()
            assert getattr(x, f"{info.name}_")(*call.args[1:], **call.kwargs) is x
            check(info, sample, [x], (expected[0].cpu().numpy(),))


def is_tensor(value):
    return isinstance(value, ft.Tensor)


@pytest.mark.parametrize("info", [pytest.param(i, id=i.name) for i in ENTRIES if i.operator.definition.promote])
def test_operands_are_converted_on_the_second_device(info, strict_device):
    """Each operand in turn meets the others in another dtype than theirs."""
    for sample in info.generate(usual_dtypes(info)[0], **opdb.tensors(SECOND)):
        for k, x in enumerate(sample.args):
            if is_tensor(x):
                other = x.to(ft.complex64 if x.is_floating_point() else ft.float32)
                run_on_second(info, opdb.Sample((*sample.args[:k], other, *sample.args[k + 1 :]), sample.kwargs))


@pytest.mark.parametrize("info", [pytest.param(info, id=info.name) for info in ENTRIES])
def test_errors_on_the_second_device(info, strict_device):
    """Checks that look at values look at them there, and find what is wrong."""
    for bad in info.generate_errors(**opdb.tensors(SECOND)):
        with pytest.raises(bad.exception) as raised:
            info.function(*bad.args, **bad.kwargs)
        assert type(raised.value) is bad.exception
        assert str(raised.value).partition("expected")[0] == bad.message.partition("expected")[0]


@pytest.mark.parametrize(
    "info", [pytest.param(i, id=i.name) for i in ENTRIES if i.operator.definition.inplace and i.reference]
)
def test_in_place_twins_run_on_a_strict_device(info, strict_device):
    """In place works on another device than the CPU, too."""
    dtype = usual_dtypes(info)[-1]
    for sample in info.generate(dtype, **opdb.tensors(strict_device)):
        (expected,) = info.expected(opdb.arrays_of(sample.fresh()), dtype)
        x, call = sample.args[0], sample.fresh()
        if isinstance(x, ft.Tensor) and (x.shape, x.dtype) == (expected.shape, expected.dtype):
            returned = getattr(x, f"{info.name}_")(*call.args[1:], **call.kwargs)
            assert returned is x
            check(info, sample, [x], [expected])


RARE = [
    pytest.param(info, dtype, id=f"{info.name}-{dtype.name}")
    for info in ENTRIES
    if info.reference or not info.name.startswith(("empty", "new_empty"))  # whose values are any
    for dtype in (ft.bfloat16, np.dtype("i1"), np.dtype("c8"))
    if dtype in info.dtypes or (dtype.kind == "c" and any(map(opdb.is_float, info.dtypes)))
]


def run_there(info, sample, device):
    sample = sample.fresh()
    with ft.device(device):
        return opdb.to_tuple(info.function(*sample.args, **sample.kwargs))


@pytest.mark.parametrize("info, dtype", RARE)
def test_rare_dtypes_are_as_on_the_cpu(info, dtype, strict_device):
    """What CuPy does not do with bfloat16, int8 and complex numbers, kernels do in another way."""
    samples = zip(
        info.generate(dtype, **opdb.tensors()), info.generate(dtype, **opdb.tensors(strict_device)), strict=True
    )
    for here, there in samples:
        try:
            expected = run_there(info, here, "cpu")
        except ft.DTypeError:
            with pytest.raises(ft.DTypeError):
                run_there(info, there, strict_device)
            continue
        results = run_there(info, there, strict_device)
        assert [r.dtype for r in results] == [e.dtype for e in expected], f"{info.name}{there}"
        check(info, there, results, tuple(e.numpy() for e in expected))


def array(values=(1.0, 2.0, 3.0), device=0):
    return StrictArray(np.array(values), device)


REFUSED = {
    "float": lambda: float(array([1.0])[0]),
    "int": lambda: int(array([1.0])[0]),
    "complex": lambda: complex(array([1.0])[0]),
    "bool": lambda: bool(array([1.0])[0]),
    "index": lambda: operator.index(array([1])[0]),
    "iteration": lambda: list(array()),
    "unpacking": lambda: [*array()],
    "membership": lambda: 1.0 in array(),
    "tolist": lambda: array().tolist(),
    "tobytes": lambda: array().tobytes(),
    "numpy.asarray": lambda: np.asarray(array()),
    "numpy function": lambda: np.sum(array()),
    "numpy array on the right": lambda: array() + np.ones(3),
    "numpy array on the left": lambda: np.ones(3) + array(),
    "numpy array as argument": lambda: xp.add(array(), np.ones(3)),
    "numpy array in a list": lambda: xp.stack([array(), np.ones(3)]),
    "numpy array as index": lambda: array()[np.array([0, 1])],
    "numpy array assigned": lambda: operator.setitem(array(), slice(None), np.ones(3)),
    "another device than the current one": lambda: array(device=1) + 1,
    "method on another device": lambda: array(device=1).sum(),
    "copy on another device": lambda: array(device=1).copy(),
    "conversion on another device": lambda: array(device=1).astype("float32"),
    "function on another device": lambda: xp.concatenate([array(device=1)]),
    "reshaping by a copy on another device": lambda: array(((1.0, 2.0), (3.0, 4.0)), device=1).T.reshape(4),
    "selection on another device": lambda: array(device=1)[array([0], device=1)],
    "assignment on another device": lambda: operator.setitem(array(device=1), 0, 1.0),
    "in place on another device": lambda: operator.iadd(array(device=1), 1.0),
    "two devices": lambda: array() + array(device=1),
    "two devices in place": lambda: operator.iadd(array(), array(device=1)),
    "two devices as arguments": lambda: xp.where(array() > 0, array(), array(device=1)),
    "two devices as index": lambda: array()[array([0], device=1)],
    "function CuPy lacks": lambda: xp.trapezoid,
    "function that looks at objects": lambda: xp.frompyfunc,
    "keyword CuPy lacks": lambda: xp.sum(array(), where=array() > 1),
    "keyword of a ufunc": lambda: xp.exp(array(), where=array() > 1),
    "keyword of a method": lambda: array().sum(initial=0),
    "method CuPy lacks": lambda: array().setflags(write=False),
    "ufunc method": lambda: xp.multiply.at(array(), array([0]), 2.0),
    "ufunc reduce": lambda: xp.logical_and.reduce(array()),
    "sorting kind": lambda: xp.argsort(array(), kind="heapsort"),
    "too many arguments": lambda: xp.count_nonzero(array(), 0, True),
}


@pytest.mark.parametrize("attempt", REFUSED.values(), ids=REFUSED)
def test_refused(attempt):
    """What would copy to the host, mix kinds or devices, or is missing in CuPy raises StrictError or TypeError."""
    with pytest.raises(TypeError):
        attempt()


def test_explicit_copies_are_refused_inside_kernels_only():
    """``item()`` and ``asnumpy`` are explicit, but wait for the device."""
    x = array([4.0])
    assert x.item() == 4.0
    assert xp.asnumpy(x).tolist() == [4.0]
    with strict.asynchronous():
        with pytest.raises(StrictError, match=r"^ndarray.item\(\): expected no copy from the device to the host"):
            x.item()
        with pytest.raises(StrictError, match=r"^asnumpy\(\): expected no copy from the device to the host"):
            xp.asnumpy(x)


def test_refusal_says_what_to_do():
    """The message names the operation and a way out."""
    with pytest.raises(StrictError) as raised:
        array() + np.ones(3)
    assert str(raised.value) == (
        "ndarray.__add__(): expected StrictArray, got numpy.ndarray; copy it to the device with xp.asarray()"
    )


def test_results_are_strict_arrays():
    """Scalars of NumPy come out as 0-d arrays, as CuPy's do."""
    x = array()
    for result in (x.sum(), x[0], xp.max(x), x @ x, xp.exp(x), x > 1, -x, 2 / x):
        assert isinstance(result, StrictArray)
    assert x.sum().shape == () and x.shape == (3,) and len(x) == 3


def test_indexing_gives_views():
    """Basic indexing shares memory, also when it selects one element."""
    x = xp.zeros((2, 3))
    x[1, 2][...] = 5
    x[0][1:] = 7
    np.testing.assert_array_equal(xp.asnumpy(x), [[0, 7, 7], [0, 0, 5]])


def test_views_are_made_on_any_device():
    """They compute nothing, whichever device is the current one."""
    x = array(((1.0, 2.0), (3.0, 4.0)), device=1)
    for view in (x[0], x[:, None], x.T, x.reshape(4), xp.broadcast_to(x, (3, 2, 2)), x.view("int64"), x[:0].reshape(0)):
        assert view.base is x.base and view.device_index == 1
    assert xp.result_type(x, "float32") == np.float64


def test_in_place_and_out_keep_identity():
    """``x += y`` and ``out=x`` give x itself."""
    x = y = array()
    y += 1
    assert x is y
    assert xp.add(x, 1, out=x) is x
    assert xp.asnumpy(x).tolist() == [3.0, 4.0, 5.0]


def test_new_arrays_are_made_on_the_current_device():
    """``current_device`` says where, and goes back."""
    with strict.current_device(1):
        assert xp.zeros(2).device_index == 1
    assert xp.zeros(2).device_index == 0
    with pytest.raises(ft.DeviceError), strict.current_device(2):
        pass


def test_copies():
    """``copy`` and ``deepcopy`` have memory of their own."""
    x = array()
    for other in (copy.copy(x), copy.deepcopy(x), x.copy()):
        other[0] = 9
    assert xp.asnumpy(x).tolist() == [1.0, 2.0, 3.0]


def test_allowed_names_are_numpys():
    """Every name on the list exists in NumPy."""
    for name in {*_strict_names.FUNCTIONS, *_strict_names.UFUNCS, *_strict_names.CONSTANTS, *_strict_names.TYPES}:
        assert hasattr(np, name)
        getattr(xp, name)


def test_allowed_names_are_cupys():
    """Every name on the list exists in CuPy, and every keyword."""
    cupy = pytest.importorskip("cupy")
    import inspect

    for name in {*_strict_names.UFUNCS, *_strict_names.CONSTANTS, *_strict_names.TYPES}:
        assert hasattr(cupy, name)
    for name in _strict_names.METHODS:
        assert hasattr(cupy.ndarray, name)
    for name, signature in _strict_names.FUNCTIONS.items():
        try:
            parameters = inspect.signature(getattr(cupy, name)).parameters
        except ValueError:
            continue
        if not any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
            assert signature.keywords <= set(parameters), name
