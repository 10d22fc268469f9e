"""Views made by compiled code: the same memory, shape and strides as NumPy's views of the same array."""

import flambeau.tensor as ft
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

sizes = st.lists(st.integers(0, 4), min_size=0, max_size=4)


@st.composite
def layouts(draw):
    """An array whose dimensions are stepped, reversed, permuted or broadcast."""
    shape = draw(sizes)
    steps = [draw(st.sampled_from([1, 1, 2, -1, -2])) for _ in shape]
    whole = np.arange(np.prod([n * abs(s) for n, s in zip(shape, steps, strict=True)], dtype=int), dtype=np.float32)
    array = whole.reshape([n * abs(s) for n, s in zip(shape, steps, strict=True)])
    array = array[(*(slice(None, None, s) for s in steps), ...)]
    array = array.transpose(draw(st.permutations(range(len(shape)))))
    return np.broadcast_to(array, (3, *array.shape)) if draw(st.booleans()) else array


def same_view(x, view, expected):
    """The Tensor `view` of `x` is what NumPy calls `expected`."""
    assert (view.shape, view.tolist()) == (expected.shape, expected.tolist())
    assert view.base is x
    if expected.size > 1:
        moved = [d for d in range(expected.ndim) if expected.shape[d] > 1]
        assert [view.numpy().strides[d] for d in moved] == [expected.strides[d] for d in moved]
        assert view.data_ptr() == expected.__array_interface__["data"][0]


@given(layouts(), st.data())
def test_basic_index_is_numpys(array, data):
    """Ints, slices with any bounds and steps, None and ... give NumPy's view, or IndexError where NumPy has none."""
    bound = st.none() | st.integers(-6, 6)
    steps = st.none() | st.sampled_from([1, 2, 3, -1, -2])
    part = st.integers(-5, 5) | st.builds(slice, bound, bound, steps) | st.none() | st.just(...)
    index = tuple(data.draw(st.lists(part, max_size=array.ndim + 2)))
    x = ft.from_numpy(array)
    try:
        expected = array[(*index, ...)] if ... not in index else array[index]
    except IndexError:
        with pytest.raises(IndexError):
            x[index]
    else:
        same_view(x, x[index], expected)


@given(layouts(), sizes, st.data())
def test_view_shares_memory_exactly_where_numpy_can(array, shape, data):
    """``view`` gives the elements in order without a copy or refuses; ``reshape`` copies where it must."""
    if data.draw(st.booleans()):  # most random shapes do not fit: split and join what there is instead
        shape = [n for m in array.shape for n in ((m // 2, 2) if m % 2 == 0 else (1, m))]
    if shape and data.draw(st.booleans()):
        shape[data.draw(st.integers(0, len(shape) - 1))] = -1
    x = ft.from_numpy(array)
    try:
        expected = array.reshape(shape)
    except ValueError:
        for call in (x.view, x.reshape):
            with pytest.raises(ft.ShapeError):
                call(shape)
        return
    assert x.reshape(shape).tolist() == expected.tolist()
    if expected.size and not np.shares_memory(array, expected):
        with pytest.raises(ft.ShapeError):
            x.view(shape)
    else:
        same_view(x, x.view(*shape), expected)
        assert x.reshape(shape).base is x


@given(layouts(), st.data())
def test_dimensions_move_as_numpys(array, data):
    """transpose, permute, squeeze, unsqueeze and T, with negative dimensions too."""
    x, n = ft.from_numpy(array), array.ndim
    same_view(x, x.T, array.T)
    order = data.draw(st.permutations(range(n)))
    same_view(x, x.permute(*[d - n * data.draw(st.booleans()) for d in order]), array.transpose(order))
    place = data.draw(st.integers(-n - 1, n))
    same_view(x, x.unsqueeze(place), np.expand_dims(array, place))
    same_view(x, x.squeeze(), array.squeeze())
    if n:
        a, b = data.draw(st.integers(-n, n - 1)), data.draw(st.integers(-n, n - 1))
        same_view(x, x.transpose(a, b), array.swapaxes(a, b))
        same_view(x, x.squeeze(a), array.squeeze(a) if array.shape[a] == 1 else array)


@given(layouts(), st.data())
def test_parts_are_numpys(array, data):
    """narrow, split, unbind and iteration give consecutive parts."""
    x, n = ft.from_numpy(array), array.ndim
    if not n:
        return
    dim = data.draw(st.integers(-n, n - 1))
    size = array.shape[dim]
    start = data.draw(st.integers(0, size))
    length = data.draw(st.integers(0, size - start))
    same_view(x, x.narrow(dim, start, length), np.take(array, range(start, start + length), dim).view()
              if length == 0 else array[(slice(None),) * (dim % n) + (slice(start, start + length),)])  # fmt: skip
    step = data.draw(st.integers(1, 5))
    cuts = range(step, size, step)
    for part, expected in zip(x.split(step, dim), np.split(array, cuts, dim), strict=True):
        same_view(x, part, expected)
    for part, expected in zip(x.unbind(dim), np.moveaxis(array, dim, 0), strict=True):
        same_view(x, part, np.asarray(expected))
    assert [part.tolist() for part in x] == list(array.tolist())


def test_views_of_read_only_memory_are_read_only():
    """A view can be written exactly when its memory may; what expand repeats may not."""
    array = np.arange(6.0)
    x = ft.from_numpy(array).view(2, 3)
    x[0].zero_()
    assert array.tolist() == [0, 0, 0, 3, 4, 5]
    array.flags.writeable = False
    for view in (ft.from_numpy(array)[1:], ft.from_numpy(array).view(3, 2), x.expand(2, 2, 3)):
        with pytest.raises(ValueError, match="read-only memory"):
            view.zero_()


def test_a_view_keeps_the_memory():
    """Memory lives as long as a view of it, whatever happens to the Tensor it was made from."""
    views = [ft.ones(64, 1024).t()[0].unsqueeze(0) for _ in range(10)]
    assert all(view.tolist() == [[1.0] * 64] for view in views)
