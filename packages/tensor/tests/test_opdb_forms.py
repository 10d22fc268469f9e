"""The forms of a call, generated from the operator database: method, ``out=``, in-place twin, other names."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor._schema import Kind
from flambeau.tensor.testing import assert_close, opdb

DTYPES = {info.name: np.dtype("f4") if np.dtype("f4") in info.dtypes else info.dtypes[0] for info in opdb.entries()}


def cases(condition):
    return [pytest.param(info, id=info.name) for info in opdb.entries() if condition(info.operator.definition)]


def samples(info):
    yield from info.generate(DTYPES[info.name], **opdb.tensors())


def run(function, sample, **extra):
    sample = sample.fresh()
    return function(*sample.args, **sample.kwargs, **extra)


def assert_same(actual, expected, what):
    """Equal to the last bits: another layout may take another loop."""
    for one, other in zip(opdb.to_tuple(actual), opdb.to_tuple(expected), strict=True):
        assert_close(one, other, what=what)


def takes_out(definition):
    parts = definition.outputs + definition.auxiliary
    return definition.out and not definition.view and not definition.many and len(parts) == 1


def starts_with_tensor(definition):
    return bool(definition.parameters) and definition.parameters[0].kind in (Kind.ARRAY, Kind.OPERAND)


@pytest.mark.parametrize(
    "info", cases(lambda d: d.method and d.function and d.inplace != "only" and starts_with_tensor(d))
)
def test_method_equals_function(info):
    """``x.op(...)`` is ``ft.op(x, ...)``."""
    for sample in samples(info):
        x = sample.args[0]
        if isinstance(x, ft.Tensor):
            method = run(getattr(x, info.name), opdb.Sample(sample.args[1:], sample.kwargs))
            assert_same(method, run(info.function, sample), f"{info.name}{sample}")


@pytest.mark.parametrize("info", cases(takes_out))
def test_out_receives_the_result(info):
    """``out=`` is filled, counted as changed, and returned itself."""
    for sample in samples(info):
        expected = run(info.function, sample)
        out = ft.empty(expected.shape, dtype=expected.dtype)
        returned = run(info.function, sample, out=out)
        assert returned is out
        assert out.version == 1
        assert_same(out, expected, f"{info.name}{sample}")


@pytest.mark.parametrize("info", cases(takes_out))
def test_out_may_have_another_layout(info):
    """``out=`` need not be contiguous."""
    for sample in samples(info):
        expected = run(info.function, sample)
        out = ft.empty(expected.shape[::-1], dtype=expected.dtype).T
        run(info.function, sample, out=out)
        assert_same(out, expected, f"{info.name}{sample}")


@pytest.mark.parametrize("info", cases(takes_out))
def test_out_of_another_shape_is_refused(info):
    """``out=`` must have the result's shape; the message says both."""
    sample = next(iter(samples(info)))
    expected = run(info.function, sample)
    out = ft.empty((7, *expected.shape), dtype=expected.dtype)
    with pytest.raises(ft.ShapeError) as raised:
        run(info.function, sample, out=out)
    message = f"{info.name}(): argument 'out': expected shape {expected.shape}, the result's, got {out.shape}"
    assert str(raised.value) == message


def fits_in_place(info, x, expected):
    """Whether the result of a sample can be written to its first argument, or be a view that it becomes."""
    if not isinstance(x, ft.Tensor):
        return False
    return info.operator.view or (x.shape, x.dtype) == (expected.shape, expected.dtype)


@pytest.mark.parametrize("info", cases(lambda d: d.inplace is True and d.function))
def test_in_place_twin(info):
    """``x.op_(...)`` changes x to the result, bumps its version, says who did it, and returns x itself."""
    tried = 0
    for sample in samples(info):
        expected = run(info.function, sample)
        x = sample.args[0]
        if info.operator.definition.comparison and isinstance(x, ft.Tensor):
            expected = expected.to(x.dtype)  # truth values are written as 0 and 1
        if not fits_in_place(info, x, expected):
            continue
        tried += 1
        expected = expected.clone()
        rest = opdb.Sample(sample.args[1:], sample.kwargs)
        returned = run(getattr(x, f"{info.name}_"), rest)
        assert returned is x
        assert x.version == 1
        assert x.changed_by is info.operator
        assert_same(x, expected, f"{info.name}_{sample}")
    assert tried, f"no sample of {info.name} has a result that fits its input"


@pytest.mark.parametrize("info", cases(lambda d: d.inplace and d.function))
def test_in_place_twin_counts_on_the_whole_memory(info):
    """Changing a view in place bumps the version of the Tensor it is a view of."""
    for sample in samples(info):
        x = sample.args[0]
        result = None if info.operator.definition.inplace == "only" else run(info.function, sample)
        if result is not None and not fits_in_place(info, x, result):
            continue
        owner = x if x.base is None else x.base
        window = x.data
        run(getattr(window, f"{info.name}_"), opdb.Sample(sample.args[1:], sample.kwargs))
        assert owner.version == x.version == window.version == 1


@pytest.mark.parametrize("info", cases(lambda d: d.aliases))
def test_other_names_are_the_same_function(info):
    """An alias is the function itself."""
    definition = info.operator.definition
    for alias in definition.aliases:
        if definition.function:
            assert getattr(ft, alias) is getattr(ft, info.name)
        if definition.method:
            assert getattr(ft.Tensor, alias) is getattr(ft.Tensor, info.name)


@pytest.mark.parametrize(
    "info", cases(lambda d: any(p.name in ("dim", "keepdim") for p in d.parameters) and d.function)
)
def test_numpy_spelling_of_dim_and_keepdim(info):
    """``axis=`` and ``keepdims=`` stand for ``dim=`` and ``keepdim=``."""
    names = [p.name for p in info.operator.parameters]
    spelled = {"dim": "axis", "keepdim": "keepdims"}
    for sample in samples(info):
        bound = dict(zip(names, sample.args, strict=False)) | sample.kwargs
        positional = [bound.pop(name) for name in names if name not in spelled and name in bound and name != "dtype"]
        if names.index("dim") < len(positional):  # behind `dim`, arguments must be named
            positional, named = positional[: names.index("dim")], positional[names.index("dim") :]
            rest = [n for n in names if n not in spelled][len(positional) :]
            bound |= dict(zip(rest, named, strict=False))
        renamed = {spelled.get(name, name): value for name, value in bound.items()}
        assert_same(
            run(info.function, opdb.Sample(tuple(positional), renamed)), run(info.function, sample), str(sample)
        )
