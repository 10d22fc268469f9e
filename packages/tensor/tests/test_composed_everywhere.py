"""Functions that are composed of operators, on what users give: every dtype and layout, nothing, one number, nan, much.

Operators have samples in the database. The samples of these functions are the calls in their docstrings' examples; each
call is made again with other Tensors in the place of its own. Values as such are tested by family.
"""

import doctest
import inspect
import re
import sys
import warnings
from pathlib import Path

import flambeau.tensor as ft
import ml_dtypes
import numpy as np
import pytest
from flambeau.tensor._core.functions import COMPOSED

REALS = ["float16", ml_dtypes.bfloat16, "float32", "float64"]
OTHERS = [bool, "uint8", "int8", "int16", "int32", "int64", "complex64", "complex128"]
TOLERANCES = {"float16": 2e-2, "bfloat16": 1e-1, "float32": 2e-4, "float64": 1e-12}


def composed():
    """Functions by name, and methods that are no functions."""
    found = {}
    for module in (ft, ft.linalg, ft.fft, ft.special):
        prefix = module.__name__.removeprefix("flambeau.tensor").lstrip(".")
        names = {name for name, _, is_function, _ in COMPOSED if is_function} if module is ft else module.__all__
        for name in sorted(names):
            function = getattr(module, name, None) or getattr(ft.Tensor, name)
            if inspect.isfunction(function):
                found[f"{prefix}.{name}".lstrip(".")] = function
    return found


FUNCTIONS = composed()


def same_code(function):
    return inspect.unwrap(function).__code__


def copied(value):
    if isinstance(value, ft.Tensor):
        return value.clone()
    return type(value)(copied(v) for v in value) if type(value) in (list, tuple) else value


def calls_of(function):
    """The arguments of the calls that the function's example makes."""
    code, found = same_code(function), []

    def watch(frame, event, _):
        if event == "call" and frame.f_code is code:
            found.append({name: copied(value) for name, value in frame.f_locals.items()})

    finder = doctest.DocTestFinder(recurse=False)
    for test in finder.find(inspect.unwrap(function), "example", globs={"ft": ft, "np": np}):
        for example in test.examples:
            before = sys.getprofile()
            sys.setprofile(watch)
            try:
                exec(compile(example.source, "example", "exec"), test.globs)
            finally:
                sys.setprofile(before)
    return found


def tensors_in(value):
    if isinstance(value, ft.Tensor):
        return [value]
    return [x for v in value for x in tensors_in(v)] if type(value) in (list, tuple) else []


def changed(value, change):
    """The arguments with other Tensors in them."""
    if isinstance(value, ft.Tensor):
        return change(value)
    return type(value)(changed(v, change) for v in value) if type(value) in (list, tuple) else value


def outcome(function, arguments, change=copied):
    """What a call gives, or the error it raises: one of ours, in our words. Warnings are errors."""
    signature = inspect.signature(inspect.unwrap(function))
    positional, named = [], {}
    for name, parameter in signature.parameters.items():
        if name not in arguments:
            continue
        value = changed(arguments[name], change)
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional += value
        elif parameter.kind is parameter.VAR_KEYWORD:
            named |= value
        elif parameter.kind is parameter.KEYWORD_ONLY:
            named[name] = value
        else:
            positional.append(value)
    ft.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return function(*positional, **named)
        except (ValueError, TypeError, IndexError, RuntimeError) as error:
            assert re.match(r"\w+\(\): ", str(error)), f"not an error of ours: {error!r}"
            return type(error)


def flat(result):
    if isinstance(result, ft.Tensor):
        array = result.numpy()
        return [array.astype(np.float32) if array.dtype == ml_dtypes.bfloat16 else array]
    if isinstance(result, (list, tuple)):
        return [part for each in result for part in flat(each)]
    return [result]


def assert_alike(found, expected, tolerance):
    """The same error; or as many parts of the same shapes and values, within a part of the greatest one."""
    if isinstance(found, type) or isinstance(expected, type):
        assert found is expected
        return
    for part, right in zip(flat(found), flat(expected), strict=True):
        if not isinstance(right, np.ndarray):
            assert part == right
            continue
        assert part.shape == right.shape
        if right.dtype.kind in "fc" and right.size:
            wide = right.astype(np.complex128)
            known = wide[np.isfinite(wide)]
            scale = max(np.abs(known).max(initial=0), 1e-30)
            assert np.allclose(part.astype(np.complex128), wide, rtol=tolerance, atol=tolerance * scale, equal_nan=True)
        else:
            assert np.array_equal(part, right)


def on_memory(make):
    """A Tensor of the same elements in other memory."""

    def change(x):
        return ft.from_numpy(make(x.numpy().copy())) if x.ndim else x.clone()

    return change


def every_second(array):
    room = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    room[..., ::2] = array
    return room[..., ::2]


def backwards(array):
    turned = (slice(None, None, -1),) * array.ndim
    return array[turned].copy()[turned]


def overlapping(array):
    """Of its first slice alone, again and again."""
    return np.broadcast_to(array[:1], array.shape) if array.shape[0] else array


LAYOUTS = {
    "transposed": on_memory(np.asfortranarray),
    "every second": on_memory(every_second),
    "backwards": on_memory(backwards),
}
# What they do depends on how elements lie in memory.
BY_MEMORY = {"as_strided", "as_strided_", "as_strided_scatter", "frombuffer", "reshape_as", "view_as"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_layouts(name):
    """Elements in any order in memory give what they give in order; and so do elements that share memory."""
    function = FUNCTIONS[name]
    for arguments in calls_of(function):
        if name in BY_MEMORY or not tensors_in(list(arguments.values())):
            continue
        expected = outcome(function, arguments)
        for layout in LAYOUTS.values():
            assert_alike(outcome(function, arguments, layout), expected, 1e-5)
        if not name.endswith("_"):  # such memory is read-only
            repeated = outcome(function, arguments, on_memory(lambda array: overlapping(array).copy()))
            assert_alike(outcome(function, arguments, on_memory(overlapping)), repeated, 1e-5)


def in_dtype(dtype):
    """Floats, where there are any, in another dtype; or else the first Tensor."""

    def of(arguments):
        everything = tensors_in(list(arguments.values()))
        floats = [x for x in everything if x.is_floating_point() or x.is_complex()]
        chosen = {id(x) for x in floats or everything[:1]}
        return lambda x: x.to(dtype).clone() if id(x) in chosen else x.clone()

    return of


# Not near enough in few digits: what is counted, decided or amplified changes.
DISCRETE = {"can_cast", "result_type", "histc", "histogram", "linalg.matrix_rank", "logspace", "special.zeta"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_dtypes(name):
    """Every dtype gives a result or a clear error; floats of fewer digits what more digits give, nearly."""
    function = FUNCTIONS[name]
    for arguments in calls_of(function):
        if not tensors_in(list(arguments.values())):
            continue
        wide = outcome(function, arguments, in_dtype("float64")(arguments))
        for dtype in REALS:
            found = outcome(function, arguments, in_dtype(dtype)(arguments))
            floats = any(x.is_floating_point() for x in tensors_in(list(arguments.values())))
            if floats and name not in DISCRETE and not isinstance(found, type):
                assert_alike(found, wide, TOLERANCES[np.dtype(dtype).name])
        for dtype in OTHERS:
            outcome(function, arguments, in_dtype(dtype)(arguments))


def filled(*values):
    def change(x):
        if not (x.is_floating_point() or x.is_complex()) or x.numel() == 0:
            return x.clone()
        return ft.tensor(np.resize(values, x.shape), dtype=x.dtype)

    return change


def without_elements(x):
    return ft.empty(0, *x.shape[1:], dtype=x.dtype) if x.ndim else x.clone()


def empty_rows(x):
    return ft.empty(*x.shape[:-1], 0, dtype=x.dtype) if x.ndim else x.clone()


def alone(x):
    return x.reshape(-1)[0].clone() if x.numel() else ft.zeros((), dtype=x.dtype)


def much(x):
    return ft.tensor(np.concatenate([x.numpy()] * 40)) if x.ndim == 1 else x.clone()


ODD = {
    "nan": filled(np.nan), "some nan": filled(np.nan, 1.0, 2.0),
    "inf": filled(np.inf), "infs": filled(np.inf, -np.inf, 0.0),
    "huge": filled(1e38, -1e38), "tiny": filled(1e-40, -1e-40), "zero": filled(0.0, -0.0),
    "no elements": without_elements, "empty rows": empty_rows, "0-d": alone, "much": much,
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_odd_elements(name):
    """No elements, one, many, and numbers at the ends of the range give a result or a clear error, without warnings."""
    function = FUNCTIONS[name]
    for arguments in calls_of(function):
        for change in ODD.values():
            outcome(function, arguments, change)


OLD_NAMES = ["btrifact", "btrisolve", "eig", "gels", "potrf", "potri", "potrs"]  # which only say the new ones


def test_examples_call_what_they_are_examples_of():
    """Or there would be nothing to vary."""
    assert sorted(name for name, function in FUNCTIONS.items() if not calls_of(function)) == OLD_NAMES


def test_nothing_public_is_left_out():
    """Every function and method is an operator, which the database has, or made of operators, or named in some test."""
    text = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    public = [(ft, name) for name in ft.__all__] + [(ft.Tensor, name) for name in vars(ft.Tensor)]
    left = set()
    for holder, name in public:
        member = inspect.getattr_static(holder, name, None) if holder is ft.Tensor else getattr(ft, name)
        if name.startswith("_") or not callable(member) or isinstance(member, type) or name in FUNCTIONS:
            continue
        if not hasattr(getattr(holder, name), "op") and not re.search(rf'\.{name}\b|"{name}"', text):
            left.add(name)
    assert sorted(left) == []
