"""Functions of shape that are made of operators, against NumPy's of the same name or a formula."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor.testing import assert_close

A = np.arange(24.0, dtype=np.float32).reshape(2, 3, 4)


def X(*shape):
    return ft.from_numpy(A.copy()) if not shape else ft.arange(float(np.prod(shape))).reshape(shape)


CASES = {
    "reshape_as": (lambda x: x.reshape_as(ft.zeros(4, 6)), A.reshape(4, 6)),
    "ravel": (lambda x: x.ravel(), A.ravel()),
    "unflatten": (lambda x: x.unflatten(2, (2, -1)), A.reshape(2, 3, 2, 2)),
    "unflatten_all": (lambda x: x.unflatten(-2, [3, 1]), A.reshape(2, 3, 1, 4)),
    "movedim": (lambda x: x.movedim(0, 2), np.moveaxis(A, 0, 2)),
    "movedim_several": (lambda x: x.moveaxis((0, 1), (-1, 0)), np.moveaxis(A, (0, 1), (-1, 0))),
    "swapaxes": (lambda x: x.swapaxes(0, 2), np.swapaxes(A, 0, 2)),
    "swapdims": (lambda x: x.swapdims(1, -1), np.swapaxes(A, 1, -1)),
    "repeat": (lambda x: x.repeat(2, 1, 1, 2), np.tile(A, (2, 1, 1, 2))),
    "repeat_none": (lambda x: x.repeat((1, 0, 1)), np.tile(A, (1, 0, 1))),
    "repeat_interleave": (lambda x: x.repeat_interleave(2), np.repeat(A, 2)),
    "repeat_interleave_dim": (lambda x: x.repeat_interleave(3, -1), np.repeat(A, 3, -1)),
    "repeat_interleave_zero": (lambda x: x.repeat_interleave(0, 1), np.repeat(A, 0, 1)),
    "repeat_interleave_each": (lambda x: x.repeat_interleave(ft.tensor([2, 0, 1]), 1), np.repeat(A, [2, 0, 1], 1)),
    "repeat_interleave_same": (lambda x: x.repeat_interleave(ft.tensor([2]), 1), np.repeat(A, 2, 1)),
    "fliplr": (lambda x: x.fliplr(), A[:, ::-1]),
    "flipud": (lambda x: x.flipud(), A[::-1]),
    **{f"rot90_{k}": (lambda x, k=k: x.rot90(k, (1, 2)), np.rot90(A, k, (1, 2))) for k in range(-1, 5)},
    "rot90_back": (lambda x: x.rot90(1, (2, 0)), np.rot90(A, 1, (2, 0))),
    "narrow_copy": (lambda x: x.narrow_copy(2, 1, 2), A[:, :, 1:3]),
    "select": (lambda x: x.select(1, -1), A[:, -1]),
    "diag_matrix": (lambda x: x[0].diag(1), np.diag(A[0], 1)),
    "diag_vector": (lambda x: x[0, 0].diag(-1), np.diag(A[0, 0], -1)),
    "diagflat": (lambda x: x.diagflat(), np.diagflat(A)),
    "diagflat_below": (lambda x: x[0].diagflat(-2), np.diagflat(A[0], -2)),
    "sum_to_size": (lambda x: x.sum_to_size(3, 1), A.sum((0, 2)).reshape(3, 1)),
    "sum_to_number": (lambda x: x.sum_to_size(()), A.sum()),
    "as_strided": (lambda x: x.as_strided((2, 2), (12, 5), 3), np.array([[3, 8], [15, 20]], np.float32)),
    "as_strided_back": (lambda x: x[1].as_strided((3,), (-4,), 9), np.array([9, 5, 1], np.float32)),
    "T": (lambda x: x.T, A.T),
    "mT": (lambda x: x.mT, np.swapaxes(A, 1, 2)),
    "mH": (lambda x: x.mH, np.swapaxes(A, 1, 2)),
    "H": (lambda x: x[0].H, A[0].T),
    "adjoint": (lambda x: x.adjoint(), np.swapaxes(A, 1, 2)),
    "view_dtype": (lambda x: x.view(ft.int32), A.view(np.int32)),
    "view_narrower": (lambda x: x.view(ft.int16), A.view(np.int16)),
    "view_wider": (lambda x: x.view("float64"), A.view(np.float64)),
    "view_strided_wider": (lambda x: x[:, ::2].view(ft.int64), A[:, ::2].view(np.int64)),
}


@pytest.mark.parametrize("case", CASES)
def test_values(case):
    """The values are NumPy's, also of Tensors that are not contiguous."""
    function, expected = CASES[case]
    assert_close(function(X()), expected)
    if not case.startswith(("as_strided", "view")):
        assert_close(function(ft.from_numpy(A.transpose(2, 0, 1).copy()).permute(1, 2, 0)), expected)


VIEWS = [
    lambda x: x.ravel(), lambda x: x.unflatten(2, (2, 2)), lambda x: x.movedim(0, 1), lambda x: x.swapaxes(0, 1),
    lambda x: x.fliplr(), lambda x: x.flipud(), lambda x: x.rot90(), lambda x: x.select(0, 1), lambda x: x.mT,
    lambda x: x.unfold(2, 2, 2), lambda x: x.as_strided((2,), (3,)), lambda x: x.view(ft.int16), lambda x: x.adjoint(),
    lambda x: x.tensor_split(2)[0], lambda x: x.hsplit(3)[1], lambda x: x.split_with_sizes([1, 1])[1],
    lambda x: x[0].diagonal().reshape(1, -1), lambda x: x.as_strided((2, 2), (2, 1)).view(4, 1)[1:],
]  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
def test_views_share_memory_and_version(view):
    """Writing to a view changes the Tensor, and both say so."""
    x = X()
    y = view(x)
    assert y.base is x
    y.zero_()
    assert x.version == y.version == 1
    assert x.eq(ft.from_numpy(A)).all().item() is False


def test_views_in_place_turn_the_tensor():
    """The Tensor has another shape and the same memory; what else sees the memory keeps its own shape."""
    x = X(2, 3)
    row, memory = x[0], x.data_ptr()
    assert x.t_() is x and x.shape == (3, 2) and x.data_ptr() == memory
    assert x.unsqueeze_(1).shape == (3, 1, 2)
    assert x.squeeze_().shape == (3, 2)
    assert x.transpose_(0, 1).shape == (2, 3)
    assert x.swapaxes_(0, 1).swapdims_(0, 1).shape == (2, 3)
    assert x.as_strided_((2,), (4,), 1).tolist() == [1.0, 5.0]
    assert (x.version, row.version, row.tolist()) == (7, 7, [0.0, 1.0, 2.0])
    x.fill_(9)
    assert row.tolist() == [0.0, 9.0, 2.0]


def test_vector_t_in_place_is_itself():
    """A vector has nothing to swap."""
    x = X(3)
    assert x.t_() is x and x.version == 0


def test_view_of_expanded_memory_is_read_only():
    """Elements that share memory must not be written one by one."""
    for y in (X(4).unfold(0, 2, 1), X(4).as_strided((2, 2), (1, 1)), X(4).as_strided((3,), (0,))):
        with pytest.raises(ValueError, match="read-only memory; clone"):
            y.add_(1)
    X(4).unfold(0, 2, 2).add_(1)


def test_storage_offset():
    """In elements from the beginning of the memory, wherever views come from."""
    x = X()
    assert (x.storage_offset(), x[1].storage_offset(), x[1, 2, 3:].storage_offset()) == (0, 12, 23)
    assert x.flip(0).storage_offset() == 12
    assert ft.from_numpy(A[:, :, 1:]).storage_offset() == 1
    assert ft.from_numpy(A.T[::-1]).storage_offset() == 3
    assert ft.zeros(0).storage_offset() == 0


@pytest.mark.parametrize("dtype", [ft.bool_, ft.bfloat16, ft.float16, ft.complex128], ids=str)
def test_strided_views_of_every_dtype(dtype):
    """Nothing depends on what elements mean."""
    x = ft.arange(6).to(dtype)
    assert x.as_strided((2, 2), (3, 1), 1).tolist() == [x[1:3].tolist(), x[4:].tolist()]
    assert x.unfold(0, 3, 3).tolist() == x.reshape(2, 3).tolist()


def parts(split):
    return [p.tolist() for p in split]


def test_splits():
    """Parts are NumPy's ``array_split``, ``hsplit``, ``vsplit`` and ``dsplit``."""
    x = X()
    for wanted in (1, 3, 5, (1,), (1, 1), (2, 1), (-1,), (0, 9), ()):
        assert parts(x.tensor_split(wanted, 1)) == [p.tolist() for p in np.array_split(A, wanted, 1)]
    assert parts(x.tensor_split(ft.tensor([1, 2]), 2)) == [p.tolist() for p in np.array_split(A, [1, 2], 2)]
    assert parts(x.tensor_split(ft.tensor(2), 2)) == [p.tolist() for p in np.array_split(A, 2, 2)]
    for ours, theirs in ((ft.hsplit, np.hsplit), (ft.vsplit, np.vsplit), (ft.dsplit, np.dsplit)):
        for wanted in (1, [1]):
            assert parts(ours(x, wanted)) == [p.tolist() for p in theirs(A, wanted)]
    assert parts(ft.hsplit(x[0, 0], 2)) == [p.tolist() for p in np.hsplit(A[0, 0], 2)]
    assert parts(x.split_with_sizes((1, 2), 1)) == [A[:, :1].tolist(), A[:, 1:].tolist()]


def test_repeat_interleave_of_counts():
    """With one argument, how often to repeat 0, 1, 2."""
    assert ft.repeat_interleave(ft.tensor([1, 0, 2])).tolist() == [0, 2, 2]
    assert ft.repeat_interleave(ft.tensor(5), 2).tolist() == [5, 5]
    assert ft.repeat_interleave(ft.zeros(2, 0), 2, 0, output_size=4).shape == (4, 0)


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 1), (2, 3)])
@pytest.mark.parametrize("repeats", [1, 2])
def test_repeat_interleave_gives_memory_of_its_own(shape, repeats):
    """Also of one element, or once, where a broadcast view would look the same."""
    x = ft.ones(shape)
    for dim in (None, *range(len(shape))):
        y = x.repeat_interleave(repeats, dim)
        y.add_(1)
        assert y.eq(2).all() and x.eq(1).all()


ERRORS = {
    "unflatten(): argument 'sizes': expected sizes for dimension 2's 4 elements, got (3, -1)": lambda x: x.unflatten(
        2, (3, -1)
    ),
    "unflatten(): argument 'sizes': expected sizes of 0 or more, at most one of them -1, got (-1, -1)": (
        lambda x: x.unflatten(2, (-1, -1))
    ),
    "movedim(): argument 'source': expected a dimension in [-3, 2], got 3": lambda x: x.movedim(3, 0),
    "movedim(): argument 'source': expected each dimension once, got (0, -3)": lambda x: x.movedim((0, -3), (0, 1)),
    "movedim(): argument 'destination': expected 2 dimensions, as in source, got 1": lambda x: x.movedim((0, 1), 1),
    "movedim(): argument 'source': expected ints, got float": lambda x: x.movedim(1.0, 0),
    "repeat(): argument 'sizes': expected 3 or more numbers of 0 or more, got (2,)": lambda x: x.repeat(2),
    "repeat(): argument 'sizes': expected ints, got float": lambda x: x.repeat(2.0, 1, 1),
    "repeat_interleave(): argument 'repeats': expected 0 or more times, got -1": lambda x: x.repeat_interleave(-1),
    "repeat_interleave(): argument 'repeats': expected one number, or 3 in 1 dimension, got shape (2,)": (
        lambda x: x.repeat_interleave(ft.tensor([1, 2]), 1)
    ),
    "repeat_interleave(): argument 'repeats': expected integers, got float32": (
        lambda x: x.repeat_interleave(ft.ones(3), 1)
    ),
    "repeat_interleave(): argument 'output_size': expected 48, the sum of repeats, got 1": (
        lambda x: x.repeat_interleave(2, output_size=1)
    ),
    "rot90(): argument 'dims': expected two different dimensions, got (0, -3)": lambda x: x.rot90(1, (0, -3)),
    "fliplr(): argument 'input': expected at least 2 dimensions, got shape (4,)": lambda x: x[0, 0].fliplr(),
    "flipud(): argument 'input': expected at least 1 dimension, got shape ()": lambda x: x[0, 0, 0].flipud(),
    "diag(): argument 'input': expected 1 or 2 dimensions, got shape (2, 3, 4)": lambda x: x.diag(),
    "sum_to_size(): argument 'size': expected a shape that broadcasts to input's (2, 3, 4), got (2, 4)": (
        lambda x: x.sum_to_size(2, 4)
    ),
    "as_strided(): argument 'size': expected elements 0 to 23 from input's first, which the memory behind it has, got "
    "0 to 24": lambda x: x.as_strided((25,), (1,)),
    "as_strided(): argument 'size': expected 1 sizes of 0 or more, one for each stride, got (2, 2)": (
        lambda x: x.as_strided((2, 2), (1,))
    ),
    "tensor_split(): argument 'indices_or_sections': expected 1 or more parts, got 0": lambda x: x.tensor_split(0),
    "hsplit(): argument 'indices_or_sections': expected a divisor of dimension 1's 3, got 2": lambda x: x.hsplit(2),
    "dsplit(): argument 'input': expected at least 3 dimensions, got shape (3, 4)": lambda x: x[0].dsplit(1),
    "t_(): argument 'input': expected at most 2 dimensions, got shape (2, 3, 4); use transpose_()": lambda x: x.t_(),
    "mT(): argument 'input': expected at least 2 dimensions, got shape (4,)": lambda x: x[0, 0].mT,
    "H(): argument 'input': expected 2 dimensions, got shape (2, 3, 4); use mH": lambda x: x.H,
}


@pytest.mark.parametrize("message", ERRORS)
def test_errors(message):
    """Wrong arguments are named, with what was expected and what came."""
    with pytest.raises((ValueError, IndexError, TypeError)) as raised:
        ERRORS[message](X())
    assert str(raised.value) == message


def test_observers_see_views_in_place():
    """A view in place is a call like any other, with ``out`` the Tensor itself."""
    seen, x = [], X(2, 3)
    with ft.observe(lambda op, args, out, result: seen.append((op.name, out is x, result is x))):
        x.transpose_(0, 1)
    assert seen == [("transpose", True, True)]
