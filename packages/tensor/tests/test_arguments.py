"""Wrong arguments, kind by kind: type, count, range. (Each operator's own refusals are in the op database.)"""

import inspect

import flambeau.tensor as ft
import numpy as np
import pytest


@pytest.fixture
def x():
    return ft.arange(6).reshape(2, 3).float()


def refuses(call, exception, message):
    with pytest.raises(exception) as raised:
        call()
    assert str(raised.value) == message
    assert type(raised.value) is exception


TYPES = [
    (lambda x: ft.exp("a"), "exp(): argument 'input': expected Tensor, got str"),
    (lambda x: ft.exp(None), "exp(): argument 'input': expected Tensor, got NoneType"),
    (lambda x: ft.exp(2.0), "exp(): argument 'input': expected Tensor, got float"),
    (lambda x: ft.exp([1.0]), "exp(): argument 'input': expected Tensor, got list; convert it with ft.tensor()"),
    (lambda x: ft.add(x, "a"), "add(): argument 'other': expected Tensor or number, got str"),
    (lambda x: ft.add(None, x), "add(): argument 'input': expected Tensor or number, got NoneType"),
    (
        lambda x: x.add((1,)),
        "add(): argument 'other': expected Tensor or number, got tuple; convert it with ft.tensor()",
    ),
    (lambda x: ft.linear(x, x, 1), "linear(): argument 'bias': expected Tensor or None, got int"),
    (lambda x: ft.cat(x), "cat(): argument 'tensors': expected a list or tuple of Tensors, got Tensor"),
    (lambda x: ft.cat([x, 1]), "cat(): argument 'tensors': expected Tensors, got int"),
    (lambda x: x.softmax("a"), "softmax(): argument 'dim': expected int, got str"),
    (lambda x: x.softmax(0.0), "softmax(): argument 'dim': expected int, got float"),
    (lambda x: x.softmax(True), "softmax(): argument 'dim': expected int, got bool"),
    (lambda x: x.softmax(None), "softmax(): argument 'dim': expected int, got NoneType"),
    (lambda x: x.softmax(), "softmax(): argument 'dim': expected int, got NoneType"),
    (lambda x: x.softmax((0, 1)), "softmax(): argument 'dim': expected int, got tuple"),
    (lambda x: x.sum(0.5), "sum(): argument 'dim': expected int, got float"),
    (lambda x: x.sum((0, "a")), "sum(): argument 'dim': expected int, got str"),
    (lambda x: x.reshape("a"), "reshape(): argument 'shape': expected ints, got str"),
    (lambda x: x.reshape(2.0, 3), "reshape(): argument 'shape': expected ints, got float"),
    (lambda x: x.reshape(None), "reshape(): argument 'shape': expected ints, got NoneType"),
    (lambda x: ft.zeros(True), "zeros(): argument 'shape': expected ints, got bool"),
    (lambda x: x.permute("a", 0), "permute(): argument 'dims': expected ints, got str"),
    (lambda x: x.tril("a"), "tril(): argument 'diagonal': expected int, got str"),
    (lambda x: x.tril(None), "tril(): argument 'diagonal': expected int, got NoneType"),
    (lambda x: x.clamp("a"), "clamp(): argument 'min': expected a number, got str"),
    (lambda x: ft.full((2,), None), "full(): argument 'fill_value': expected a number, got NoneType"),
    (lambda x: x.sum(keepdim="yes"), "sum(): argument 'keepdim': expected bool, got str"),
    (lambda x: x.sum(keepdim=None), "sum(): argument 'keepdim': expected bool, got NoneType"),
    (lambda x: ft.avg_pool2d(x, "a"), "avg_pool2d(): argument 'kernel_size': expected an int or two ints, got str"),
    (lambda x: ft.zeros(1, device=1), "zeros(): argument 'device': expected a name such as 'cpu' or 'cuda:0', got int"),
    (lambda x: ft.rand(1, generator=1), "rand(): argument 'generator': expected Generator or None, got int"),
    (lambda x: ft.max(x, "a"), "max(): argument 'dim': expected int, got str"),
]


@pytest.mark.parametrize("call, message", TYPES, ids=[message for _, message in TYPES])
def test_wrong_type(x, call, message):
    """A wrong type is refused with operation, argument, expected and got."""
    refuses(lambda: call(x), TypeError, message)


RANGES = [
    (lambda x: x.softmax(2), IndexError, "softmax(): argument 'dim': expected a dimension in [-2, 1], got 2"),
    (lambda x: x.softmax(-3), IndexError, "softmax(): argument 'dim': expected a dimension in [-2, 1], got -3"),
    (lambda x: x.sum(2), IndexError, "sum(): argument 'dim': expected a dimension in [-2, 1], got 2"),
    (lambda x: x.sum((0, 5)), IndexError, "sum(): argument 'dim': expected a dimension in [-2, 1], got 5"),
    (lambda x: x.sum(axis=5), IndexError, "sum(): argument 'dim': expected a dimension in [-2, 1], got 5"),
    (lambda x: ft.tensor(1.0).sum(1), IndexError, "sum(): argument 'dim': expected a dimension in [-1, 0], got 1"),
    (lambda x: x.sum((0, 0)), ValueError, "sum(): argument 'dim': expected each dimension once, got (0, 0)"),
    (lambda x: x.sum([0, -2]), ValueError, "sum(): argument 'dim': expected each dimension once, got (0, -2)"),
    (lambda x: x.transpose(0, 2), IndexError, "transpose(): argument 'dim1': expected a dimension in [-2, 1], got 2"),
    (lambda x: x.unsqueeze(3), IndexError, "unsqueeze(): argument 'dim': expected a dimension in [-3, 2], got 3"),
    (
        lambda x: x.permute(0),
        ValueError,
        "permute(): argument 'dims': expected each of the 2 dimensions once, got (0,)",
    ),
    (
        lambda x: x.permute(0, 0),
        ValueError,
        "permute(): argument 'dims': expected each of the 2 dimensions once, got (0, 0)",
    ),
    (lambda x: x.permute(0, 2), IndexError, "permute(): argument 'dims': expected a dimension in [-2, 1], got 2"),
    (
        lambda x: x.reshape(-2, 3),
        ValueError,
        "reshape(): argument 'shape': expected sizes of 0 or more (or -1), got (-2, 3)",
    ),
    (lambda x: ft.zeros(-1), ValueError, "zeros(): argument 'shape': expected sizes of 0 or more, got (-1,)"),
    (lambda x: ft.cat([]), ValueError, "cat(): argument 'tensors': expected at least one Tensor, got an empty list"),
    (lambda x: ft.cat(()), ValueError, "cat(): argument 'tensors': expected at least one Tensor, got an empty tuple"),
    (
        lambda x: ft.avg_pool2d(x, (1, 2, 3)),
        ValueError,
        "avg_pool2d(): argument 'kernel_size': expected an int or two ints, got (1, 2, 3)",
    ),
]


@pytest.mark.parametrize("call, exception, message", RANGES, ids=[message for _, _, message in RANGES])
def test_wrong_value(x, call, exception, message):
    """A value out of range is refused, with the range."""
    refuses(lambda: call(x), exception, message)


COUNTS = [
    (lambda x: ft.exp(), "exp() takes exactly 1 positional argument (0 given)"),
    (lambda x: ft.exp(x, x), "exp() takes exactly 1 positional argument (2 given)"),
    (lambda x: x.exp(x), "exp() takes exactly 1 positional argument (2 given)"),
    (lambda x: ft.add(x), "add() takes exactly 2 positional arguments (1 given)"),
    (lambda x: ft.exp(x, colour="red"), "exp() got an unexpected keyword argument 'colour'"),
    (lambda x: x.exp_(out=x), "exp_() got an unexpected keyword argument 'out'"),
    (lambda x: x.sum(0, dim=1), "sum() got multiple values for keyword argument 'dim'"),
    (lambda x: ft.zeros(2, shape=3), "zeros() got an unexpected keyword argument 'shape'"),
]


@pytest.mark.parametrize("call, message", COUNTS, ids=[message for _, message in COUNTS])
def test_wrong_count(x, call, message):
    """Missing, surplus, unknown and repeated arguments are refused as in any Python function."""
    refuses(lambda: call(x), TypeError, message)


def test_operators_name_both_types(x):
    """Python's own message where no operand knows the other."""
    refuses(
        lambda: x + "a",
        TypeError,
        "unsupported operand type(s) for +: 'flambeau.tensor._core.tensor.Tensor' and 'str'",
    )
    for call in (lambda: x + None, lambda: [1] * 3 @ x, lambda: x > {}):
        with pytest.raises(TypeError):
            call()
    assert (x == "a") is False and (x != None) is True  # noqa: E711


# What is taken --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dim", [1, -1, np.int64(1), ft.tensor(1), (1,), [1], (-1,)])
def test_forms_of_a_dimension(x, dim):
    """An int in any guise, or a sequence of them."""
    assert x.sum(dim).tolist() == [3.0, 12.0]


def test_numpy_names_of_dim_and_keepdim(x):
    """``axis=`` and ``keepdims=`` mean ``dim=`` and ``keepdim=``."""
    assert x.sum(axis=1, keepdims=True).tolist() == x.sum(dim=1, keepdim=True).tolist()
    assert x.softmax(axis=0).tolist() == x.softmax(dim=0).tolist()
    assert ft.max(x, axis=1, keepdims=True).values.shape == (2, 1)
    assert ft.cat([x, x], axis=1).shape == (2, 6)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x: x.sum(dim=0, axis=1), "sum(): argument 'axis': expected one of dim and axis, got both"),
        (lambda x: x.sum(0, axis=0), "sum(): argument 'axis': expected one of dim and axis, got both"),
        (lambda x: x.softmax(dim=0, axis=0), "softmax(): argument 'axis': expected one of dim and axis, got both"),
        (lambda x: ft.max(x, dim=0, axis=1), "max(): argument 'axis': expected one of dim and axis, got both"),
    ],
)
def test_both_names_at_once(x, call, message):
    """A dimension given under both names is refused, not decided."""
    refuses(lambda: call(x), TypeError, message)


@pytest.mark.parametrize("shape", [(6,), ((6,),), ([6],), (np.int64(6),), (ft.tensor(6),), (-1,), ((3, 2),), (3, -1)])
def test_forms_of_a_shape(x, shape):
    """Ints one by one, or one sequence; -1 follows from the others."""
    assert x.reshape(*shape).numel() == 6


def test_numbers_may_be_tensors_of_one_element(x):
    """Where a number is wanted, a Tensor of one element will do."""
    assert x.clamp(ft.tensor(1.0), np.float32(2)).tolist() == [[1.0, 1.0, 2.0], [2.0, 2.0, 2.0]]
    assert ft.full((2,), ft.tensor(3)).tolist() == [3, 3]
    assert ft.full((2,), ft.tensor(3)).dtype == ft.int64


def test_arrays_are_taken_as_operands(x):
    """A NumPy array may stand for a Tensor on the CPU."""
    assert type(ft.exp(np.zeros(2))) is ft.Tensor
    assert ft.matmul(x, np.ones((3, 1), "f4")).tolist() == [[3.0], [12.0]]


def test_signatures_show_the_aliases():
    """``help()`` shows both spellings."""
    assert list(inspect.signature(ft.sum).parameters) == ["input", "dim", "keepdim", "dtype", "out", "axis", "keepdims"]


@pytest.mark.parametrize("name", ["floor_divide", "remainder", "atan2", "floor", "ceil", "trunc"])
def test_complex_operands_of_what_is_defined_for_real_ones(name):
    """Refused by us, not by NumPy."""
    z = ft.tensor([1 + 2j])
    function = getattr(ft, name)
    for operands in ([z], [z, z], [ft.ones(1), z]):
        if len(operands) == len(function.op.parameters):
            refuses(lambda operands=operands: function(*operands), ft.DTypeError,
                    f"{name}(): expected a real dtype, got complex64")  # fmt: skip


@pytest.mark.parametrize("call", [
    lambda mask: ft.where(mask, 1, 2), lambda mask: ft.masked_fill(ft.ones(1), mask, 2),
    lambda mask: ft.masked_select(ft.ones(1), mask),
])  # fmt: skip
@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_masks_are_of_bools(call, dtype):
    """A mask of numbers is refused: which of them count as true is the caller's to say."""
    with pytest.raises(
        ft.DTypeError, match=rf"(condition|mask)': expected a bool Tensor, got {dtype}; convert it with"
    ):
        call(ft.ones(1, dtype=dtype))


def test_masks_take_no_part_in_promotion():
    """The other operands alone decide the dtype of the result."""
    mask = ft.tensor([True, False])
    assert ft.where(mask, ft.ones(2, dtype="int8"), 5).dtype == ft.int8
    assert ft.where(mask, 1, 2).dtype == ft.int64
    assert ft.where(mask, True, False).dtype == ft.bool_
    assert ft.where(mask, 1.5, 2).tolist() == [1.5, 2.0]


HUGE = 10**20


@pytest.mark.parametrize("call, text", [
    (lambda: ft.zeros(HUGE), f"zeros(): argument 'shape': expected fewer than 2**59 elements, got {HUGE}"),
    (lambda: ft.rand(2, HUGE), f"rand(): argument 'shape': expected fewer than 2**59 elements, got (2, {HUGE})"),
    (lambda: ft.eye(HUGE), f"eye(): argument 'n': expected fewer than 2**59 elements, got ({HUGE}, {HUGE})"),
    (lambda: ft.arange(HUGE), f"arange(): argument 'end': expected fewer than 2**59 elements, got {HUGE}"),
    (lambda: ft.linspace(0, 1, HUGE), f"linspace(): argument 'steps': expected fewer than 2**59 elements, got {HUGE}"),
    (lambda: ft.randperm(HUGE), f"randperm(): argument 'n': expected fewer than 2**59 elements, got {HUGE}"),
    (
        lambda: ft.one_hot(ft.tensor([0, 1]), HUGE),
        f"one_hot(): argument 'num_classes': expected fewer than 2**59 elements, got (2, {HUGE})",
    ),
])  # fmt: skip
def test_more_elements_than_any_memory_holds(call, text):
    """Beyond 64 bits NumPy's own message would name no operation."""
    refuses(call, ValueError, text)


@pytest.mark.parametrize("diagonal", [HUGE, 2**63 - 1, -(2**63), -HUGE])
def test_diagonals_far_outside_a_matrix(diagonal):
    """Any int says which triangle, however large."""
    x = ft.ones(2, 3)
    everything, nothing = x.tolist(), ft.zeros(2, 3).tolist()
    assert ft.tril(x, diagonal).tolist() == (everything if diagonal > 0 else nothing)
    assert ft.triu(x, diagonal).tolist() == (nothing if diagonal > 0 else everything)


@pytest.mark.parametrize("call, exception, text", [
    (
        lambda x: ft.max_pool2d(x, 2), ft.ShapeError,
        "max_pool2d(): argument 'input': expected 4 dimensions (N, C, H, W), got shape (2, 3)",
    ),
    (
        lambda x: ft.max_pool2d([1], 2), TypeError,
        "max_pool2d(): argument 'input': expected Tensor, got list; convert it with ft.tensor()",
    ),
    (
        lambda x: ft.max_pool2d(x, "a"), TypeError,
        "max_pool2d(): argument 'kernel_size': expected an int or two ints, got str",
    ),
    (lambda x: x.min(9), IndexError, "min(): argument 'dim': expected a dimension in [-2, 1], got 9"),
    (
        lambda x: ft.max(x, ft.ones(4)), ft.ShapeError,
        "max(): argument 'other': expected a shape that broadcasts with input's (2, 3), got (4,)",
    ),
    (
        lambda x: x[:0].max(), ft.ShapeError,
        "max(): argument 'input': expected at least one element along dimension 0, got (0, 3)",
    ),
])  # fmt: skip
def test_functions_made_of_operators_speak_for_themselves(x, call, exception, text):
    """Errors name the function that was called, not the operator beneath it."""
    refuses(lambda: call(x), exception, text)
