"""In-place operations and ``out=``: what is written, what is counted, what is refused."""

import flambeau.tensor as ft
import numpy as np
import pytest

SIZES = [8, 20_000]  # the compiled loops, and the general path


def read_only(n=3):
    array = np.zeros(n, dtype="f4")
    array.flags.writeable = False
    return ft.from_numpy(array)


# Versions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.add_(1),
        lambda x: x.exp_(),
        lambda x: x.__iadd__(x),
        lambda x: x.__setitem__(0, 1),
        lambda x: x.__setitem__(ft.tensor([0, 1]), 1),
        lambda x: x.zero_(),
        lambda x: x.fill_(2),
        lambda x: x.copy_(ft.ones(4)),
        lambda x: x.masked_fill_(x == 0, 1),
        lambda x: x.uniform_(),
        lambda x: x.index_add_(0, ft.tensor([0]), ft.ones(1)),
        lambda x: ft.add(ft.ones(4), 1, out=x),
        lambda x: ft.add(x, 1, out=x),
    ],
)
def test_each_change_counts_once(change):
    """Every way to write counts one version, whichever kernel does it."""
    x = ft.ones(4)
    assert (x.version, x.changed_by) == (0, None)
    change(x)
    assert x.version == 1
    change(x)
    assert x.version == 2


def test_changed_by_names_the_last_operator():
    """The record of the last change is kept, on the memory's owner."""
    x = ft.ones(4)
    x[1:].mul_(2)
    assert x.changed_by is ft.ops.mul
    x[0] = 1
    assert x[2:].changed_by is ft.ops.index_put


def test_a_call_without_effect_on_x_does_not_count():
    """Reading, copying and computing leave the version alone."""
    x = ft.ones(4)
    x + 1, x.clone(), x[0], x.exp(), x.reshape(2, 2), x.tolist()
    assert x.version == 0


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x[0],
        lambda x: x[1:],
        lambda x: x.T,
        lambda x: x.reshape(-1),
        lambda x: x.view(4),
        lambda x: x.unsqueeze(0).squeeze(0).transpose(0, 1)[0][0:1],
        lambda x: x.split(1)[1],
        lambda x: x.unbind(1)[0],
        lambda x: x.data,
        lambda x: x.diagonal(),
        lambda x: x[...],
        lambda x: ft.Tensor(x),
    ],
)
def test_views_share_the_counter_of_the_root(view):
    """A view of any depth counts on the owner of the memory; base is that owner, never another view."""
    x = ft.ones(2, 2)
    v = view(x)
    assert v.base is x and x.base is None
    v.add_(1)
    assert x.version == v.version == 1
    x.add_(1)
    assert x.version == v.version == 2


@pytest.mark.parametrize(
    "copied", [lambda x: x.clone(), lambda x: x[ft.tensor([0, 1])], lambda x: x.T.reshape(-1), lambda x: x + 0]
)
def test_copies_have_counters_of_their_own(copied):
    """What shares no memory shares no version."""
    x = ft.ones(2, 2)
    y = copied(x)
    assert y.base is None
    y.add_(1)
    assert (x.version, y.version) == (0, 1)


def test_two_tensors_of_one_numpy_array_count_apart():
    """What NumPy shares is not known to us: each from_numpy has its own counter (documented)."""
    a = np.zeros(2)
    x, y = ft.from_numpy(a), ft.from_numpy(a)
    x.add_(1)
    assert y.tolist() == [1.0, 1.0]
    assert (x.version, y.version) == (1, 0)


def test_failed_change_does_not_count():
    """A refused change changes nothing, the version included."""
    x = ft.ones(2)
    for call in (lambda: x.add_(ft.ones(3)), lambda: x.__setitem__(5, 0), lambda: x.add_("a")):
        with pytest.raises((ValueError, IndexError, TypeError)):
            call()
    assert x.version == 0
    assert x.tolist() == [1.0, 1.0]


# Overlap --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize(
    "target, source",
    [
        (slice(1, None), slice(None, -1)),
        (slice(None, -1), slice(1, None)),
        (slice(None, None, -1), slice(None)),
        (slice(None), slice(None, None, -1)),
        (slice(None, 4), slice(2, 6)),
        (slice(0, 4), slice(0, 8, 2)),
    ],
)
@pytest.mark.parametrize("operation", ["add", "copy", "setitem", "sub_numbers"])
def test_overlapping_memory_is_read_before_it_is_written(n, target, source, operation):
    """``x[1:] += x[:-1]`` gives what copies would give, in compiled loops as in the general path."""
    array = np.arange(n, dtype="f4")
    x = ft.from_numpy(array.copy())
    expected = array.copy()
    other = array[source].copy()
    if operation == "add":
        x[target].add_(x[source])
        expected[target] += other
    elif operation == "copy":
        x[target].copy_(x[source])
        expected[target] = other
    elif operation == "setitem":
        x[target] = x[source]
        expected[target] = other
    else:
        ft.sub(x[source], 3, out=x[target])
        expected[target] = other - 3
    assert np.array_equal(x.numpy(), expected)


@pytest.mark.parametrize("n", SIZES)
def test_augmented_assignment_to_an_overlapping_slice(n):
    """The Python statement itself: getitem, in-place add, setitem."""
    x, expected = ft.arange(n), np.arange(n)
    x[1:] += x[:-1]
    expected[1:] += expected[:-1].copy()
    assert np.array_equal(x.numpy(), expected)


def test_square_matrix_plus_its_own_transpose():
    """A transposed view of the same memory is read as it was."""
    array = np.arange(16.0).reshape(4, 4)
    x = ft.from_numpy(array.copy())
    x.add_(x.T)
    assert np.array_equal(x.numpy(), array + array.T)


def test_bool_result_over_the_memory_of_its_operand():
    """A comparison written over memory that is also read through another dtype's view."""
    array = np.arange(8, dtype="i1")
    x, y = ft.from_numpy(array), ft.from_numpy(array.view("?"))
    ft.gt(x, 3, out=y)
    assert array.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("write", ["index_put", "scatter", "scatter_add", "index_add", "index_copy_rows"])
def test_scattered_writes_from_the_same_memory(write):
    """Indexed writes whose source is the Tensor itself read it as it was."""
    array = np.arange(6.0)
    index = np.array([1, 2, 3, 4, 5, 0])
    x, i = ft.from_numpy(array.copy()), ft.from_numpy(index)
    expected = array.copy()
    if write == "index_put":
        x[i] = x
        expected[index] = array
    elif write == "scatter":
        x.scatter_(0, i, x)
        expected[index] = array
    elif write == "scatter_add":
        x.scatter_add_(0, i, x)
        np.add.at(expected, index, array)
    elif write == "index_add":
        x.index_add_(0, i, x)
        np.add.at(expected, index, array)
    else:
        x[i[1:]] = x[:-1]
        expected[index[1:]] = array[:-1]
    assert x.tolist() == expected.tolist()


# Augmented assignment -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement, expected",
    [
        ("v += 2", [6, 7]),
        ("v -= 2", [2, 3]),
        ("v *= 2", [8, 10]),
        ("v //= 2", [2, 2]),
        ("v %= 3", [1, 2]),
        ("v **= 2", [16, 25]),
        ("v &= 4", [4, 4]),
        ("v |= 2", [6, 7]),
        ("v ^= 5", [1, 0]),
    ],
)
def test_augmented_assignment_writes_through_views(statement, expected):
    """Every augmented assignment changes the memory, as in NumPy, and keeps the name's object."""
    x = ft.tensor([3, 4, 5])
    v = kept = x[1:]
    scope = {"v": v}
    exec(statement, scope)
    assert scope["v"] is kept
    assert x.tolist() == [3, *expected]
    assert x.version == 1


def test_true_division_and_matmul_in_place():
    """``/=`` for floats and ``@=`` for square matrices."""
    x = ft.tensor([[2.0, 4.0], [6.0, 8.0]])
    kept = x
    x /= 2
    x @= ft.tensor([[0.0, 1.0], [1.0, 0.0]])
    assert x is kept
    assert x.tolist() == [[2.0, 1.0], [4.0, 3.0]]


# Refusals -------------------------------------------------------------------------------------------------------

ROOM = "expected a dtype that holds the result's"


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (lambda: ft.arange(2).add_(1.5), ft.DTypeError, f"add(): argument 'input': {ROOM} float32, got int64"),
        (lambda: ft.arange(2).div_(2), ft.DTypeError, f"div(): argument 'input': {ROOM} float32, got int64"),
        (lambda: ft.arange(2).add_(ft.ones(2)), ft.DTypeError, f"add(): argument 'input': {ROOM} float32, got int64"),
        (lambda: ft.ones(2).add_(1j), ft.DTypeError, f"add(): argument 'input': {ROOM} complex64, got float32"),
        (
            lambda: ft.tensor([True]).bitwise_and_(1),
            ft.DTypeError,
            f"bitwise_and(): argument 'input': {ROOM} int64, got bool",
        ),
        (
            lambda: ft.exp(ft.ones(2), out=ft.arange(2)),
            ft.DTypeError,
            f"exp(): argument 'out': {ROOM} float32, got int64",
        ),
        (
            lambda: ft.ones(2).add_(ft.ones(3, 2)),
            ft.ShapeError,
            "add(): argument 'input': expected shape (3, 2), the result's, got (2,)",
        ),
        (
            lambda: ft.add(ft.ones(2), 1, out=ft.ones(3)),
            ft.ShapeError,
            "add(): argument 'out': expected shape (2,), the result's, got (3,)",
        ),
        (lambda: ft.exp(ft.ones(2), out=np.ones(2)), TypeError, "exp(): argument 'out': expected Tensor, got ndarray"),
        (lambda: ft.exp(ft.ones(2), out=(ft.ones(2),)), TypeError, "exp(): argument 'out': expected Tensor, got tuple"),
        (
            lambda: ft.ops.sort(ft.ones(2), out=ft.ones(2)),
            TypeError,
            "sort(): argument 'out': expected nothing: the result has several parts, got a Tensor",
        ),
    ],
)
def test_refused_results(call, exception, message):
    """What the target cannot hold is refused, with operation, argument, expected and got."""
    with pytest.raises(exception) as raised:
        call()
    assert str(raised.value) == message
    assert type(raised.value) is exception


@pytest.mark.parametrize(
    "call, operation, argument",
    [
        (lambda x: x.add_(1), "add", "input"),
        (lambda x: x.__setitem__(0, 1), "index_put", "input"),
        (lambda x: x.zero_(), "zero", "input"),
        (lambda x: x[1:].exp_(), "exp", "input"),
        (lambda x: x.data.fill_(1), "fill", "input"),
        (lambda x: ft.exp(ft.ones(3), out=x), "exp", "out"),
        (lambda x: ft.sum(ft.ones(2, 3), 0, out=x), "sum", "out"),
        (lambda x: ft.exp(x, out=x), "exp", "input"),
    ],
)
def test_read_only_memory_is_refused(call, operation, argument):
    """Read-only memory stays as it is, through views and ``.data`` too."""
    x = read_only()
    with pytest.raises(ValueError) as raised:
        call(x)
    fix = "expected a Tensor that may be written, got read-only memory; clone() it first"
    assert str(raised.value) == f"{operation}(): argument '{argument}': {fix}"
    assert x.tolist() == [0.0, 0.0, 0.0]
    assert x.version == 0


def test_expanded_views_are_read_only():
    """Elements that share memory cannot be written one by one."""
    with pytest.raises(ValueError, match="read-only memory"):
        ft.ones(1).expand(3).add_(1)
    assert ft.ones(1).expand(3).clone().add_(1).tolist() == [2.0, 2.0, 2.0]


def test_widths_within_a_kind_are_converted():
    """The target decides the width: float64 into float32, int64 into int8, ints into floats."""
    x = ft.ones(2).add_(ft.tensor([1.0, 2.0], dtype="float64"))
    assert (x.dtype, x.tolist()) == (ft.float32, [2.0, 3.0])
    y = ft.ones(2, dtype="int8").add_(ft.tensor([1, 2]))
    assert (y.dtype, y.tolist()) == (ft.int8, [2, 3])
    z = ft.add(ft.arange(2), 1, out=ft.zeros(2, dtype="bfloat16"))
    assert (z.dtype, z.tolist()) == (ft.bfloat16, [1.0, 2.0])


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (
            lambda x: x.fill_(300),
            ValueError,
            "fill(): argument 'value': expected a number in the range of uint8, got 300",
        ),
        (
            lambda x: x.fill_(-1),
            ValueError,
            "fill(): argument 'value': expected a number in the range of uint8, got -1",
        ),
        (
            lambda x: x.__setitem__(0, 300),
            ValueError,
            "index_put(): argument 'value': expected a number in the range of uint8, got 300",
        ),
        (
            lambda x: x.__setitem__(0, float("nan")),
            ValueError,
            "index_put(): argument 'value': expected a whole number, for uint8, got nan",
        ),
        (
            lambda x: x.masked_fill_(ft.tensor([True, False]), 300),
            ValueError,
            "masked_fill(): argument 'value': expected a number in the range of uint8, got 300",
        ),
        (
            lambda x: x.add_(300),
            ValueError,
            "add(): argument 'other': expected a number in the range of uint8, got 300",
        ),
    ],
)
def test_numbers_out_of_range_are_refused(call, exception, message):
    """A Python number that the dtype cannot hold is an error of ours, not a wrap-around nor a bare NumPy error."""
    x = ft.zeros(2, dtype="uint8")
    with pytest.raises(exception) as raised:
        call(x)
    assert str(raised.value) == message
    assert x.tolist() == [0, 0]


@pytest.mark.parametrize(
    "write", [lambda x: x.__setitem__(0, 1j), lambda x: x.copy_(ft.tensor([1j, 2j])), lambda x: x.fill_(1j)]
)
def test_complex_numbers_do_not_lose_their_imaginary_part(write):
    """Writing complex numbers into a real Tensor is refused by name, not done by halves."""
    with pytest.raises(ft.DTypeError):
        write(ft.zeros(2))
