"""Broadcasting and promotion, tried with random shapes and dtypes on ``add``, against a model of the rules."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor.testing import opdb
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

UNSIGNED = [ft.uint8, ft.uint16, ft.uint32, ft.uint64]
SIGNED = [ft.int8, ft.int16, ft.int32, ft.int64]
FLOATS = [ft.bfloat16, ft.float16, ft.float32, ft.float64]
DTYPES = [ft.bool_, *UNSIGNED, *SIGNED, *FLOATS]
KINDS = {dtype: kind for kind, group in enumerate([[ft.bool_], UNSIGNED + SIGNED, FLOATS]) for dtype in group}


def model(a, b):
    """The dtype two dtypes promote to: the higher kind decides; within a kind, what holds both."""
    if a == b:
        return a
    if KINDS[a] != KINDS[b]:
        return max(a, b, key=KINDS.get)
    if KINDS[a] == 2:
        return ft.float32 if a.itemsize == b.itemsize else max(a, b, key=lambda d: d.itemsize)
    if (a in SIGNED) == (b in SIGNED):
        return max(a, b, key=lambda d: d.itemsize)
    signed, unsigned = (a, b) if a in SIGNED else (b, a)
    needed = max(signed.itemsize, min(2 * unsigned.itemsize, 8))
    return next(d for d in SIGNED if d.itemsize == needed)


def model_of_number(dtype, number):
    """A Python number has a kind and no width."""
    if isinstance(number, bool):
        return dtype
    if isinstance(number, int):
        return ft.int64 if dtype == ft.bool_ else dtype
    return dtype if dtype in FLOATS else ft.float32


def filled(shape, dtype, start):
    values = (np.arange(int(np.prod(shape))) + start) % 7
    return values.reshape(shape).astype(dtype)


def equal(result, expected):
    assert (result.shape, result.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_array_equal(result.numpy(), expected)


@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3, min_side=0), *[st.sampled_from(DTYPES)] * 2)
def test_two_tensors(shapes, a, b):
    """Shapes broadcast and dtypes promote by the rules; the order does not matter; neither operand is changed."""
    dtype = model(a, b)
    x, y = filled(shapes.input_shapes[0], a, 0), filled(shapes.input_shapes[1], b, 3)
    expected = np.add(x.astype(dtype), y.astype(dtype))
    left, right = ft.from_numpy(x), ft.from_numpy(y)
    equal(left + right, expected)
    equal(right + left, expected)
    assert expected.shape == shapes.result_shape
    assert (left.dtype, right.dtype, left.version, right.version) == (a, b, 0, 0)


@given(st.sampled_from(DTYPES), st.one_of(st.booleans(), st.integers(0, 100), st.sampled_from([0.5, 1.0, -2.25])))
def test_tensor_and_number(dtype, number):
    """A Python number decides the kind at most, on either side."""
    x = filled((2, 3), dtype, 1)
    wanted = model_of_number(dtype, number)
    expected = np.add(x.astype(wanted), np.array(number).astype(wanted))
    equal(ft.from_numpy(x) + number, expected)
    equal(number + ft.from_numpy(x), expected)


@given(st.sampled_from(DTYPES), st.sampled_from(DTYPES))
def test_promote_types_is_what_operators_do(a, b):
    """``promote_types`` is commutative and says what ``add`` and ``cat`` give."""
    assert ft.promote_types(a, b) == ft.promote_types(b, a) == model(a, b)
    assert ft.cat([ft.zeros(1, dtype=a), ft.zeros(1, dtype=b)]).dtype == model(a, b)


@given(st.sampled_from(DTYPES), st.sampled_from(DTYPES))
def test_in_place_keeps_the_dtype_or_refuses(a, b):
    """``x += y`` never changes x's dtype: a result of a higher kind is refused."""
    x, y = ft.ones(2, dtype=a), ft.ones(2, dtype=b)
    if KINDS[model(a, b)] > KINDS[a]:
        with pytest.raises(ft.DTypeError) as raised:
            x += y
        assert str(raised.value) == (
            f"add(): argument 'input': expected a dtype that holds the result's {model(a, b).name}, got {a.name}"
        )
    else:
        before = x
        x += y
        assert x is before and x.dtype == a


@given(st.sampled_from([ft.uint8, ft.int8, ft.int16]), st.integers(-(2**40), 2**40))
def test_numbers_out_of_range_are_refused(dtype, number):
    """An int that the dtype cannot hold raises, rather than wrapping."""
    info = np.iinfo(dtype)
    x = ft.zeros(2, dtype=dtype)
    if info.min <= number <= info.max:
        assert (x + number).tolist() == [number, number]
    else:
        with pytest.raises(ValueError) as raised:
            x + number
        message = f"add(): argument 'other': expected a number in the range of {dtype.name}, got {number}"
        assert str(raised.value) == message


@pytest.mark.parametrize("name", ["exp", "mean", "sqrt", "div"])
@pytest.mark.parametrize("dtype", opdb.INTEGRAL, ids=str)
def test_integers_become_the_default_float(name, dtype):
    """Where a function needs floats, integers and bools become float32."""
    x = ft.ones(3, dtype=dtype)
    arguments = (x, 2) if name == "div" else (x,)
    assert getattr(ft, name)(*arguments).dtype == ft.float32
