"""What the array API standard 2025.12 says of sorting, sets, searching, statistics and manipulation, by its sentences.

Read from ``sorting_functions.py``, ``set_functions.py``, ``searching_functions.py``, ``statistical_functions.py`` and
``manipulation_functions.py`` of https://github.com/data-apis/array-api. The values come from definitions, not from
another implementation.
"""

import itertools
import math

import flambeau.tensor as ft
import numpy as np
import pytest
from array_api_helpers import ALL, COMPLEX, FLOATS, INTEGERS, NUMERIC, REAL, SIGNED, UNSIGNED, grid

xp = ft.array_api
SHAPES = [(4,), (3, 4), (2, 3, 4), (0,), (2, 0, 3), (1, 5)]
WITH_AXES = [(shape, axis) for shape in SHAPES for axis in range(-len(shape), len(shape))]
INDEX = ft.int64  # the default array index data type


def of(shape, dtype="float32"):
    return ft.from_numpy(grid(shape, dtype))


def lanes(array, axis):
    """The vectors along an axis, one after the other."""
    return np.moveaxis(array, axis, -1).reshape(-1 if array.size else 0, array.shape[axis])


# Sorting ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("shape, axis", WITH_AXES)
def test_sort_and_argsort(shape, axis, descending):
    """ "Must have the same data type and shape as x"; indices of the default index dtype, equal ones in their order."""
    for dtype in REAL:
        x = of(shape, dtype)
        values, indices = xp.sort(x, axis=axis, descending=descending), xp.argsort(x, axis=axis, descending=descending)
        assert (values.shape, values.dtype, indices.shape, indices.dtype) == (shape, x.dtype, shape, INDEX)
        given = lanes(x.numpy(), axis)
        sign = -1 if descending else 1
        for lane, ordered, order in zip(given, lanes(values.numpy(), axis), lanes(indices.numpy(), axis), strict=True):
            expected = sorted(range(len(lane)), key=lambda i, lane=lane: sign * int(lane[i]))  # Python's is stable
            assert order.tolist() == expected and ordered.tolist() == [lane[i] for i in expected]


def test_sort_leaves_its_argument():
    """ "Returns a sorted copy"."""
    x = ft.tensor([3.0, 1.0])
    xp.sort(x)
    assert x.tolist() == [3.0, 1.0]


AXIS_OUTSIDE = [
    xp.sort, xp.argsort, xp.argmax, xp.argmin, xp.count_nonzero, xp.cumulative_sum, xp.cumulative_prod, xp.diff,
    xp.max, xp.mean, xp.min, xp.prod, xp.std, xp.sum, xp.var, xp.all, xp.any, xp.flip, xp.unstack,
    lambda x, axis: xp.concat([x, x], axis=axis), lambda x, axis: xp.moveaxis(x, axis, 0),
    lambda x, axis: xp.moveaxis(x, 0, axis), lambda x, axis: xp.permute_dims(x, (0, axis)),
    lambda x, axis: xp.repeat(x, 2, axis=axis), lambda x, axis: xp.roll(x, 1, axis=axis),
    lambda x, axis: xp.squeeze(x, axis=axis), lambda x, axis: xp.take(x, ft.tensor([0]), axis=axis),
    lambda x, axis: xp.stack([x, x], axis=axis + (axis > 0) - (axis < 0)),  # one axis more
    lambda x, axis: xp.expand_dims(x, axis=axis + (axis > 0) - (axis < 0)),
    lambda x, axis: xp.take_along_axis(x, ft.tensor([[0]]), axis=axis),
]  # fmt: skip


@pytest.mark.parametrize("function", AXIS_OUTSIDE)
@pytest.mark.parametrize("axis", [2, -3])
def test_an_invalid_axis_is_refused(function, axis):
    """ "If provided an invalid axis, the function must raise an exception"."""
    with pytest.raises((IndexError, ValueError), match="expected"):
        function(ft.ones(1, 2), axis=axis)


# Sets ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("shape", [(), (7,), (3, 4), (0,), (2, 0)])
def test_unique(shape, dtype):
    """Values once each; where each first is, which rebuild x; how often each comes."""
    x = of(shape, dtype)
    flat = x.numpy().reshape(-1)
    values, indices, inverse, counts = xp.unique_all(x)
    assert (
        values.dtype == x.dtype
        and values.ndim == 1
        and sorted(values.tolist(), key=str) == sorted(set(flat.tolist()), key=str)
    )
    assert indices.shape == counts.shape == values.shape and inverse.shape == shape
    assert indices.dtype == inverse.dtype == counts.dtype == INDEX
    for value, first, count in zip(values.tolist(), indices.tolist(), counts.tolist(), strict=True):
        places = [i for i, other in enumerate(flat.tolist()) if other == value]
        assert (first, count) == (places[0], len(places))
    np.testing.assert_array_equal(values.numpy()[inverse.numpy()], x.numpy())
    assert xp.unique_all(x)._fields == ("values", "indices", "inverse_indices", "counts")
    for result, fields in ((xp.unique_counts(x), "values counts"), (xp.unique_inverse(x), "values inverse_indices")):
        assert result._fields == tuple(fields.split())
        for name in result._fields:
            np.testing.assert_array_equal(getattr(result, name).numpy(), getattr(xp.unique_all(x), name).numpy())
    np.testing.assert_array_equal(xp.unique_values(x).numpy(), values.numpy())


@pytest.mark.parametrize("dtype", [*FLOATS, *COMPLEX])
def test_unique_of_floats(dtype):
    """ "nan values should be considered distinct", with "a count of one"; "signed zeros should not"."""
    x = ft.tensor([math.nan, 0.0, -0.0, math.nan, 0.0], dtype=dtype)
    values, counts = xp.unique_counts(x)
    found = sorted(zip([str(abs(v)) for v in values.tolist()], counts.tolist(), strict=True))
    assert found == [("0.0", 3), ("nan", 1), ("nan", 1)]
    assert values.shape == (3,) and xp.unique_values(x).shape == (3,)
    if dtype in COMPLEX:
        x = ft.tensor([complex(1, math.nan), complex(math.nan, 1), complex(1, math.nan), 1 + 1j, 1 + 1j], dtype=dtype)
        assert sorted(xp.unique_counts(x).counts.tolist()) == [1, 1, 1, 2]


@pytest.mark.parametrize("dtype", INTEGERS)
def test_isin(dtype):
    """A bool of x1's shape for each element, by value; numbers on one side; another dtype that meets it."""
    x, y = of((3, 4), dtype), ft.tensor([3, 5], dtype=dtype)
    expected = [[value in (3, 5) for value in row] for row in x.tolist()]
    for other in (y, ft.tensor([[5], [3]], dtype="int64") if dtype != "uint64" else y):
        found = xp.isin(x, other)
        assert found.dtype == ft.bool_ and found.tolist() == expected
    assert xp.isin(x, y, invert=True).tolist() == [[not one for one in row] for row in expected]
    assert xp.isin(x, 3).tolist() == [[value == 3 for value in row] for row in x.tolist()]
    assert xp.isin(3, y).shape == () and xp.isin(3, y).item() is True and xp.isin(4, y).item() is False
    assert xp.isin(x, y[:0]).any().item() is False and xp.isin(x[:0], y).shape == (0, 4)


# Searching ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, best", [("argmax", max), ("argmin", min)])
@pytest.mark.parametrize("dtype", REAL)
def test_first_extremes(name, best, dtype):
    """ "Only the indices corresponding to the first occurrence"; of the flattened array without an axis."""
    x, function = of((3, 4), dtype), getattr(xp, name)
    flat = x.numpy().reshape(-1).tolist()
    whole = function(x)
    assert (whole.shape, whole.dtype, whole.item()) == ((), INDEX, flat.index(best(flat)))
    assert function(x, keepdims=True).shape == (1, 1)
    for axis in (0, 1, -1, -2):
        found = function(x, axis=axis)
        assert found.dtype == INDEX and found.shape == function(x, axis=axis, keepdims=True).squeeze(axis).shape
        expected = [lane.tolist().index(best(lane.tolist())) for lane in lanes(x.numpy(), axis)]
        assert found.tolist() == expected


@pytest.mark.parametrize("dtype", ALL)
def test_nonzero(dtype):
    """Complex numbers count when a part does; in row-major order; one array for each dimension."""
    array = grid((3, 4), dtype) * (grid((3, 4), "int64") % 3 > 0)
    if dtype in COMPLEX:
        array[0, 0], array[1, 1] = 1j, 1
    x = ft.from_numpy(array.astype(dtype))
    places = [(i, j) for i, j in itertools.product(range(3), range(4)) if x.tolist()[i][j]]
    found = xp.nonzero(x)
    assert type(found) is tuple and all(part.dtype == INDEX for part in found)
    assert list(zip(*(part.tolist() for part in found), strict=True)) == places
    counts = xp.count_nonzero(x)
    assert (counts.shape, counts.dtype, counts.item()) == ((), INDEX, len(places))
    assert xp.count_nonzero(x, axis=(0, 1)).item() == len(places)
    for axis in (0, 1):
        along = xp.count_nonzero(x, axis=axis, keepdims=True)
        assert along.dtype == INDEX and along.shape == ((1, 4) if axis == 0 else (3, 1))
        assert along.reshape(-1).tolist() == [sum(map(bool, lane.tolist())) for lane in lanes(x.numpy(), axis)]


def test_nonzero_wants_dimensions():
    """ "If x is zero-dimensional, the function must raise an exception"."""
    with pytest.raises(ValueError, match="nonzero"):
        xp.nonzero(ft.tensor(1))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("dtype", REAL)
def test_searchsorted(dtype, side):
    """0 for what is less than all, M for what is greater, else where the inequality of the side holds."""
    x1 = ft.tensor([2, 3, 3, 3, 7], dtype=dtype)
    x2 = ft.tensor([[0, 2, 3], [5, 7, 9]], dtype=dtype)
    found = xp.searchsorted(x1, x2, side=side)
    assert (found.shape, found.dtype) == (x2.shape, INDEX)
    row = x1.tolist()
    for value, i in zip(x2.reshape(-1).tolist(), found.reshape(-1).tolist(), strict=True):
        before = row[:i] if side == "left" else [v - 0.5 for v in row[:i]]
        assert all(v < value for v in before) and all((value <= v) if side == "left" else value < v for v in row[i:])
    order = ft.tensor([4, 0, 2, 1, 3])
    shuffled = xp.take(x1, xp.argsort(order))
    assert xp.searchsorted(shuffled, x2, side=side, sorter=xp.argsort(shuffled)).tolist() == found.tolist()


def test_searchsorted_agrees_with_sort():
    """ "Ensure consistency with sort": what is inserted where it says leaves the array in sort's order."""
    x1 = xp.sort(ft.tensor([math.nan, 2.0, -math.inf, 0.0, math.inf]))
    for value in (math.nan, 1.0, math.inf, -math.inf, -0.0):
        i = xp.searchsorted(x1, ft.tensor([value])).item()
        inserted = xp.concat([x1[:i], ft.tensor([value]), x1[i:]])
        np.testing.assert_array_equal(xp.sort(inserted).numpy(), inserted.numpy())


@pytest.mark.parametrize(
    "a, b", [("int8", "int16"), ("uint8", "int8"), ("float32", "float64"), ("float32", "complex64")]
)
def test_where(a, b):
    """The dtype is where x1 and x2 meet; all shapes broadcast; numbers have no width."""
    condition = ft.tensor([[True], [False]])
    x1, x2 = ft.ones(3, dtype=a), ft.zeros(1, 3, dtype=b)
    found = xp.where(condition, x1, x2)
    assert (found.dtype, found.shape) == (xp.result_type(x1, x2), (2, 3))
    assert found.tolist() == [[1, 1, 1], [0, 0, 0]]
    assert xp.where(condition, x1, 2).dtype == x1.dtype and xp.where(condition, 2, x2).dtype == x2.dtype


# Statistics ---------------------------------------------------------------------------------------------------------

AXES = [None, 0, 1, -1, (0, 1), (-1, 0), (0, 2), (0, 1, 2)]
SUMMED = {**{d: "int64" for d in SIGNED}, **{d: "uint64" for d in UNSIGNED}, **{d: d for d in (*FLOATS, *COMPLEX)}}


def reduced(shape, axis, keepdims):
    gone = set(range(len(shape))) if axis is None else {a % len(shape) for a in np.atleast_1d(axis)}
    return tuple(1 if d in gone else n for d, n in enumerate(shape) if keepdims or d not in gone)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", AXES)
def test_shapes_and_dtypes_of_statistics(axis, keepdims):
    """Reduced axes go, or have size 1; sums and products of integers have 64 bits of their kind, others x's dtype."""
    options = {"axis": axis, "keepdims": keepdims}
    expected = reduced((2, 3, 4), axis, keepdims)
    for dtype in NUMERIC:
        x = of((2, 3, 4), dtype)
        results = {"sum": SUMMED[dtype], "prod": SUMMED[dtype]}
        if dtype not in COMPLEX:
            results |= {"max": dtype, "min": dtype}
        if dtype in FLOATS:
            results |= {"mean": dtype, "std": dtype, "var": dtype}
        for name, result in results.items():
            found = getattr(xp, name)(x, **options)
            assert (found.shape, found.dtype.name) == (expected, result), name
        for name in ("sum", "prod"):
            assert getattr(xp, name)(x, dtype=xp.complex128, **options).dtype == ft.complex128
    assert xp.mean(of((2, 3, 4), "int32"), **options).dtype == ft.float32  # "the default real-valued floating-point"


def test_statistics_of_nothing():
    """ "The empty sum" is 0, "the empty product" 1, a mean of nothing nan, a deviation of too few nan."""
    for dtype in NUMERIC:
        x = of((0, 3), dtype)
        assert xp.sum(x).item() == 0 and xp.prod(x).item() == 1
        assert xp.sum(x, axis=0).tolist() == [0, 0, 0] and xp.prod(x, axis=0).tolist() == [1, 1, 1]
        assert xp.sum(x, axis=1).shape == (0,)
    for dtype in FLOATS:
        x = of((0, 3), dtype)
        for function in (xp.mean, xp.std, xp.var):
            assert math.isnan(function(x).item()) and all(map(math.isnan, function(x, axis=0).tolist()))
            assert function(x, axis=1).shape == (0,)
        for correction in (2, 2.5, 3):  # M - correction is 0 or less
            assert math.isnan(xp.std(of((2,), dtype), correction=correction).item())
            assert math.isnan(xp.var(of((2,), dtype), correction=correction).item())
    mean = xp.mean(ft.zeros(0, dtype="complex64")).item()
    assert math.isnan(mean.real) and math.isnan(mean.imag)
    assert xp.all(ft.zeros(0)).item() is True and xp.any(ft.zeros(0)).item() is False


@pytest.mark.parametrize("dtype", FLOATS)
def test_nan_propagates(dtype):
    """One nan makes the result nan, wherever it stands; infinities add up as `add` says."""
    for place in range(5):
        array = np.arange(5, dtype=dtype)
        array[place] = np.nan
        x = ft.from_numpy(array)
        for function in (xp.max, xp.min, xp.mean, xp.std, xp.var, xp.sum, xp.prod):
            assert math.isnan(function(x).item()), (function, place)
    assert math.isnan(xp.sum(ft.tensor([math.inf, -math.inf], dtype=dtype)).item())
    assert xp.sum(ft.tensor([math.inf, 1.0], dtype=dtype)).item() == math.inf
    assert math.isnan(xp.prod(ft.tensor([math.inf, 0.0], dtype=dtype)).item())
    assert math.isnan(xp.mean(ft.tensor([complex(math.nan, 1), 1 + 1j])).item().real)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("correction", [0, 1, 0.5])
def test_the_divisor_of_deviations(dtype, correction):
    """Squares of deviations are divided by ``M - correction``."""
    values = [1.0, 2.0, 4.0, 7.0]
    mean = sum(values) / 4
    expected = sum((v - mean) ** 2 for v in values) / (4 - correction)
    x = ft.tensor(values, dtype=dtype)
    assert math.isclose(xp.var(x, correction=correction).item(), expected, rel_tol=1e-6)
    assert math.isclose(xp.std(x, correction=correction).item(), math.sqrt(expected), rel_tol=1e-6)


@pytest.mark.parametrize("name, first, step", [("cumulative_sum", 0, np.add), ("cumulative_prod", 1, np.multiply)])
@pytest.mark.parametrize("dtype", NUMERIC)
def test_running_sums_and_products(name, first, step, dtype):
    """An axis is optional in one dimension alone; an initial value makes it longer by one; integers get 64 bits."""
    function = getattr(xp, name)
    for shape, axis in WITH_AXES:
        x = of(shape, dtype)
        options = {} if len(shape) == 1 else {"axis": axis}
        found = function(x, **options)
        assert (found.shape, found.dtype.name) == (shape, SUMMED[dtype])
        for lane, running in zip(lanes(x.numpy(), axis), lanes(found.numpy(), axis), strict=True):
            expected = step.accumulate(lane.astype(SUMMED[dtype]))
            np.testing.assert_allclose(running, expected, rtol=1e-6)
        longer = function(x, axis=axis, include_initial=True)
        assert longer.shape == tuple(n + (d == axis % len(shape)) for d, n in enumerate(shape))
        initial = np.take(longer.numpy(), 0, axis)
        assert longer.dtype == found.dtype and (initial == first).all()
        np.testing.assert_array_equal(np.delete(longer.numpy(), 0, axis), found.numpy())
    assert function(of((3,), "int8"), dtype=xp.float64).dtype == ft.float64
    with pytest.raises(ValueError, match=name):
        function(of((2, 2), dtype))


def test_sums_are_cast_first():
    """ "Should be cast to the specified data type before computing the sum": nothing overflows on the way."""
    x = ft.full((4,), 100, dtype="int8")
    assert xp.sum(x).item() == 400 and xp.prod(x).item() == 10**8
    assert xp.cumulative_sum(x).tolist() == [100, 200, 300, 400]
    assert xp.sum(ft.full((4,), 2**30, dtype="int32"), dtype=xp.int64).item() == 2**32


# Manipulation -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ALL)
def test_dtypes_of_manipulation(dtype):
    """ "Must have the same data type as x"."""
    x = of((2, 3), dtype)
    results = [
        *xp.broadcast_arrays(x, ft.ones(4, 1, 1)), xp.broadcast_to(x, (2, 2, 3)), xp.concat([x, x]),
        xp.expand_dims(x, axis=0), xp.flip(x), xp.moveaxis(x, 0, 1), xp.permute_dims(x, (1, 0)), xp.repeat(x, 2),
        xp.reshape(x, (3, 2)), xp.roll(x, 1), xp.squeeze(x[:1, :], axis=0), xp.stack([x, x]), xp.tile(x, (2, 2)),
        *xp.unstack(x), xp.take(x, ft.tensor([0]), axis=0),
    ]  # fmt: skip
    del results[1]  # the other one of broadcast_arrays
    assert {result.dtype for result in results} == {x.dtype}


def test_broadcasting():
    """All to one shape, in a tuple, each with its dtype; what does not fit is refused."""
    found = xp.broadcast_arrays(ft.ones(3, 1, dtype="int8"), ft.ones(1, 4), ft.tensor(True))
    assert type(found) is tuple and [x.shape for x in found] == [(3, 4)] * 3
    assert [x.dtype.name for x in found] == ["int8", "float32", "bool"]
    assert xp.broadcast_to(ft.tensor(2), (2, 0)).shape == (2, 0)
    for shape in ((2, 3), (3,), ()):
        with pytest.raises(ValueError, match="broadcast"):
            xp.broadcast_to(ft.ones(2, 4), shape)
    with pytest.raises(ValueError, match="broadcast"):
        xp.broadcast_arrays(ft.ones(2), ft.ones(3))
    assert xp.broadcast_shapes() == () and xp.broadcast_shapes((3, 1), (4,), ()) == (3, 4)
    assert xp.broadcast_shapes((0,), (1,)) == (0,)
    with pytest.raises(ValueError, match="broadcast_shapes"):
        xp.broadcast_shapes((2,), (0,))


def test_concat_and_stack():
    """Along an axis, or flattened where it is None; dtypes meet; a new axis of as many as there are."""
    x, y = of((2, 3), "int8"), of((4, 3), "int16")
    assert xp.concat([x, y]).shape == (6, 3) and xp.concat((x, y)).dtype == ft.int16
    assert xp.concat([x, of((2, 1), "int8")], axis=-1).shape == (2, 4)
    assert xp.concat([x, y], axis=None).tolist() == [*x.reshape(-1).tolist(), *y.reshape(-1).tolist()]
    with pytest.raises(ValueError, match="concat"):
        xp.concat([x, of((2, 2), "int8")])
    for axis in range(-3, 3):
        stacked = xp.stack([x, x, x, x], axis=axis)
        assert stacked.shape[axis] == 4 and stacked.ndim == 3
        assert all(part.tolist() == x.tolist() for part in xp.unstack(stacked, axis=axis))
    with pytest.raises(ValueError, match="stack"):
        xp.stack([x, y])


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3, (0, -1), (-1, 0), (1, 3), (0, 1, 2), ()])
def test_expand_dims(axis):
    """Positions count in the result: ``[-M, M)`` with M = N + len(axis)."""
    x = of((2, 3))
    positions = (axis,) if isinstance(axis, int) else axis
    m = 2 + len(positions)
    new = {p % m for p in positions}
    rest = iter((2, 3))
    assert xp.expand_dims(x, axis=axis).shape == tuple(1 if d in new else next(rest) for d in range(m))


@pytest.mark.parametrize("axis", [3, -4, (0, 4), (1, 1), (0, -4), (-5,)])
def test_expand_dims_refuses(axis):
    """ "If provided an invalid axis position, the function must raise", and "must resolve to a unique" one."""
    with pytest.raises((IndexError, ValueError), match="expand_dims"):
        xp.expand_dims(of((2, 3)), axis=axis)


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1), (0, -1)])
def test_flip_and_roll(axis):
    """Element i comes from the mirrored, or shifted, place; without an axis all are flipped, and rolled as one."""
    x = of((3, 4), "int64")
    array = x.tolist()
    axes = {0, 1} if axis is None else {a % 2 for a in np.atleast_1d(axis)}
    flipped = xp.flip(x, axis=axis).tolist()
    rolled = xp.roll(x, 1, axis=axis)
    for i, j in itertools.product(range(3), range(4)):
        assert flipped[i][j] == array[2 - i if 0 in axes else i][3 - j if 1 in axes else j]
        if axis is not None:
            assert rolled.tolist()[i][j] == array[(i - (0 in axes)) % 3][(j - (1 in axes)) % 4]
    if axis is None:
        flat = x.reshape(-1).tolist()
        assert rolled.shape == x.shape and rolled.reshape(-1).tolist() == flat[-1:] + flat[:-1]
    shifted = xp.roll(x, (-1, 2), axis=(0, 1)).tolist()
    assert shifted[0][2] == array[1][0]


def test_moving_axes():
    """``moveaxis`` leaves the others in order; ``permute_dims`` takes negative ones."""
    x = ft.zeros(2, 3, 4, 5)
    assert xp.moveaxis(x, 0, -1).shape == (3, 4, 5, 2) and xp.moveaxis(x, -1, 1).shape == (2, 5, 3, 4)
    assert xp.moveaxis(x, (0, 1), (-1, -2)).shape == (4, 5, 3, 2) and xp.moveaxis(x, (), ()).shape == x.shape
    assert xp.permute_dims(x, (-1, 0, -2, 1)).shape == (5, 2, 4, 3)
    with pytest.raises(ValueError, match="moveaxis"):
        xp.moveaxis(x, (0, 0), (1, 2))
    with pytest.raises(ValueError, match="permute"):
        xp.permute_dims(x, (0, 0, 1, 2))


def test_repeat_and_tile():
    """Each element so many times, a number or as an array says; a tile fills in missing dimensions."""
    x = of((2, 3), "int16")
    flat = x.reshape(-1).tolist()
    assert xp.repeat(x, 2).tolist() == [v for v in flat for _ in range(2)]
    assert xp.repeat(x, ft.tensor([2])).tolist() == xp.repeat(x, 2).tolist()
    counts = [0, 1, 2, 0, 1, 3]
    assert xp.repeat(x, ft.tensor(counts)).tolist() == [v for v, n in zip(flat, counts, strict=True) for _ in range(n)]
    assert xp.repeat(x, ft.tensor([1, 2]), axis=0).shape == (3, 3) and xp.repeat(x, 3, axis=-1).shape == (2, 9)
    assert xp.repeat(x, 0).shape == (0,)
    for wrong in (ft.tensor([1, 2]), ft.tensor([1.0])):
        with pytest.raises((ValueError, TypeError), match="repeat"):
            xp.repeat(x, wrong)
    assert xp.tile(x, (2,)).shape == (2, 6) and xp.tile(x, (2, 1, 1)).shape == (2, 2, 3)
    assert xp.tile(x, ()).tolist() == x.tolist() and xp.tile(x, (0, 1)).shape == (0, 3)


def test_reshape_and_squeeze():
    """One -1 stands for what is left; only axes of size 1 can go."""
    x = of((2, 6))
    assert xp.reshape(x, (-1,)).shape == (12,) and xp.reshape(x, (3, -1, 2)).shape == (3, 2, 2)
    assert xp.reshape(ft.tensor([5]), ()).shape == ()
    for shape in ((-1, -1), (5,), (-1, 5)):
        with pytest.raises(ValueError, match="reshape"):
            xp.reshape(x, shape)
    y = ft.zeros(1, 2, 1)
    assert xp.squeeze(y, axis=0).shape == (2, 1) and xp.squeeze(y, axis=(0, 2)).shape == (2,)
    assert xp.squeeze(y, axis=()).shape == (1, 2, 1)
    for axis in (1, (0, 1)):
        with pytest.raises(ValueError, match="squeeze"):
            xp.squeeze(y, axis=axis)


def test_take():
    """Slices of an axis in the order of the indices, which may repeat and count from the end."""
    x = of((3, 4), "int32")
    rows = x.tolist()
    assert xp.take(x, ft.tensor([2, 0, 2, -1]), axis=0).tolist() == [rows[2], rows[0], rows[2], rows[-1]]
    assert xp.take(x, ft.tensor([], dtype="int64"), axis=1).shape == (3, 0)
    assert xp.take(x[0], ft.tensor([1])).tolist() == [rows[0][1]]
    with pytest.raises(IndexError):
        xp.take(x, ft.tensor([3]), axis=0)
    order = xp.argsort(x, axis=1)
    assert xp.take_along_axis(x, order).tolist() == xp.sort(x, axis=1).tolist()
