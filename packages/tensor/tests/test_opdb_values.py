"""What every operator computes, generated from the operator database: each sample in each dtype against NumPy."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor.testing import assert_close, opdb

ENTRIES = {info.name: info for info in opdb.entries()}
OPERATORS = [pytest.param(info, id=name) for name, info in ENTRIES.items()]
FUSED = [pytest.param(info, id=name) for name, info in ENTRIES.items() if info.operator.composite]


def run(info, sample):
    """The call of a sample, with the same random numbers every time."""
    sample = sample.fresh()
    return info.function(*sample.args, **sample.kwargs)


def usual_dtype(info):
    """float32 where the operator takes it."""
    return np.dtype(np.float32) if np.dtype(np.float32) in info.dtypes else info.dtypes[0]


def check(info, sample, dtype, actual, expected):
    actual = opdb.to_tuple(actual)
    assert len(actual) == len(expected), f"{info.name}{sample}: {len(expected)} parts expected, got {len(actual)}"
    if info.compared:
        actual, expected = info.compared(tuple(part.numpy() for part in actual)), info.compared(expected)
    for got, want in zip(actual, expected, strict=True):
        assert_close(got, want, *info.tolerance_of(want.dtype), what=f"{info.name}{sample}")


@pytest.mark.parametrize("info, dtype", opdb.cases(i for i in opdb.entries() if i.reference), ids=str)
def test_values_are_numpys(info, dtype):
    """The result has the values, the shape and the dtype the reference says, for every sample."""
    for sample in info.generate(dtype, **opdb.tensors()):
        expected = info.expected(opdb.arrays_of(sample), dtype)
        check(info, sample, dtype, run(info, sample), expected)


@pytest.mark.parametrize("info, dtype", opdb.refused(opdb.entries()), ids=str)
def test_other_dtypes_are_refused(info, dtype):
    """A dtype that is not in the database raises DTypeError, which names the operator and the dtype."""
    sample = next(iter(info.generate(dtype, **opdb.tensors())))
    with pytest.raises(ft.DTypeError, match=rf"^{info.name}\(\): .*expected .*, got {dtype.name}"):
        run(info, sample)


def assert_unchanged(was, value, what):
    """Every Tensor in ``value`` still holds the array in the same place of ``was``, and was not written to."""
    if isinstance(was, (list, tuple)):
        for pair in zip(was, value, strict=True):
            assert_unchanged(*pair, what)
    elif isinstance(was, np.ndarray):
        np.testing.assert_array_equal(value.numpy(), was, err_msg=what)
        assert value.version == 0


@pytest.mark.parametrize("info", OPERATORS)
def test_inputs_are_never_changed(info):
    """A call leaves the values and the version of every Tensor it is given alone."""
    for sample in info.generate(usual_dtype(info), **opdb.tensors()):
        before = opdb.arrays_of(sample)
        run(info, sample)
        assert_unchanged(before.args, sample.args, f"{info.name}{sample}")
        assert_unchanged(list(before.kwargs.values()), list(sample.kwargs.values()), f"{info.name}{sample}")


@pytest.mark.parametrize("info", OPERATORS)
def test_views_share_memory_and_nothing_else_does(info):
    """A view has its input as base and shares its memory; other results have memory of their own."""
    for sample in info.generate(usual_dtype(info), **opdb.tensors()):
        inputs = [v for v in (*sample.args, *sample.kwargs.values()) if isinstance(v, ft.Tensor)]
        for part in opdb.to_tuple(run(info, sample)):
            shared = any(np.shares_memory(part.numpy(), x.numpy()) for x in inputs)
            based = part.base is not None or any(part is x for x in inputs)
            if info.name == "transfer":  # to the device it is on: nothing to copy
                continue
            if info.operator.definition.view is True:
                assert based, f"{info.name}{sample} is a view without a base"
                assert shared or part.numel() == 0, f"{info.name}{sample} is a view and shares no memory"
            elif info.operator.definition.view is False:
                assert not shared, f"{info.name}{sample} is no view and shares memory"
                assert part.base is None
            else:
                assert shared == based or part.numel() == 0, f"{info.name}{sample}: shared={shared}, base={part.base}"


@pytest.mark.parametrize("info", FUSED)
def test_fused_operators_equal_their_composite(info):
    """The composite of primitive operators gives what the fused operator does."""
    for sample in info.generate(usual_dtype(info), **opdb.tensors()):
        fused = opdb.to_tuple(run(info, sample))
        composite = opdb.to_tuple(info.operator.composite(*sample.args, **sample.kwargs))
        for one, other in zip(composite, fused, strict=False):
            assert_close(one, other, 1e-5, 1e-5, what=f"{info.name}{sample}")


@pytest.mark.parametrize("info", [case for case in OPERATORS if not case.values[0].deterministic])
def test_random_operators_repeat_with_the_seed(info):
    """One seed gives one stream."""
    for sample in info.generate(usual_dtype(info), **opdb.tensors()):
        first, again = (opdb.to_tuple(run(info, sample)) for _ in range(2))
        for one, other in zip(first, again, strict=True):
            np.testing.assert_array_equal(one.numpy(), other.numpy(), err_msg=f"{info.name}{sample}")
