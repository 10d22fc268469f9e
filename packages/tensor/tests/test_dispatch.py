"""The hook: who decides what an operator does when subclasses of Tensor are among its arguments."""

import functools
import warnings

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor import ops


class Logged(ft.Tensor):
    """A subclass that notes what it is asked, and computes as Tensor does."""

    asked: list = []  # noqa: RUF012

    def __operator__(self, op, args, kwargs):
        type(self).asked.append((type(self).__name__, op.name))
        return super().__operator__(op, args, kwargs)


class Derived(Logged):
    """More derived than Logged."""


class Passing(ft.Tensor):
    """A subclass that never wants to decide."""

    def __operator__(self, op, args, kwargs):
        Logged.asked.append(("Passing", op.name))
        return NotImplemented


class Plain(ft.Tensor):
    """A subclass with nothing of its own."""


@pytest.fixture
def asked(monkeypatch):
    monkeypatch.setattr(Logged, "asked", [])
    return Logged.asked


def test_subclass_is_asked_and_gets_record_arguments_and_no_out(asked):
    """The hook receives the Operator record, all arguments in order and, without ``out``, no keywords."""
    seen = []

    class Subject(ft.Tensor):
        def __operator__(self, op, args, kwargs):
            seen.append((op, args, kwargs))
            return "its own result"

    x = Subject(ft.ones(2))
    y = ft.zeros(2)
    assert ft.sub(y, x) == "its own result"
    ((op, args, kwargs),) = seen
    assert op is ops.sub
    assert args[0] is y and args[1] is x
    assert kwargs == {}


@pytest.mark.parametrize(
    "call",
    [
        lambda x: ft.exp(x),
        lambda x: x.exp(),
        lambda x: -x,
        lambda x: x + 1,
        lambda x: 1 + x,
        lambda x: x.exp_(),
        lambda x: x.__iadd__(1),
        lambda x: x[0],
        lambda x: x.__setitem__(0, 1),
        lambda x: x.sum(dim=0),
        lambda x: ft.where(ft.tensor(True), x, 0),
        lambda x: ops.add(2, x),
        lambda x: x.T,
        lambda x: ft.zeros_like(x).add_(x),
    ],
)
def test_every_form_of_a_call_asks(asked, call):
    """Functions, methods, Python operators, indexing, in-place calls and records all go through the hook."""
    call(Logged(ft.ones(2)))
    assert asked, "the hook was not asked"


def test_super_computes_as_tensor_does(asked):
    """``super().__operator__`` gives the plain result."""
    result = Logged(ft.tensor([1.0, 2.0])) * 3
    assert type(result) is ft.Tensor
    assert result.tolist() == [3.0, 6.0]


def test_subclass_goes_before_its_base_wherever_it_stands(asked):
    """A subclass is asked before its base class, also when it stands behind it."""
    ft.add(Logged(ft.ones(2)), Derived(ft.ones(2)))
    assert asked == [("Derived", "add")]


def test_unrelated_types_are_asked_from_left_to_right(asked):
    """Of unrelated subclasses the leftmost is asked first; NotImplemented passes on to the next."""
    result = ft.add(Passing(ft.ones(2)), Logged(ft.ones(2)))
    assert asked == [("Passing", "add"), ("Logged", "add")]
    assert result.tolist() == [2.0, 2.0]


def test_each_type_is_asked_once(asked):
    """Two arguments of one passing type ask it once, then the next type."""
    ft.where(Passing(ft.tensor([True])), Passing(ft.ones(1)), Logged(ft.zeros(1)))
    assert asked == [("Passing", "where"), ("Logged", "where")]


def test_nobody_implements_it(asked):
    """When all pass, TypeError names the operation and the types."""
    with pytest.raises(TypeError) as raised:
        ft.exp(Passing(ft.ones(2)))
    assert str(raised.value) == "exp(): expected a type that implements it, got Passing"


@pytest.mark.parametrize("container", [list, tuple])
def test_tensors_in_lists_count(asked, container):
    """A subclass inside a list argument is asked."""
    ft.cat(container([ft.ones(1), Logged(ft.ones(1))]))
    assert asked == [("Logged", "cat")]


def test_tensors_in_an_index_count(asked):
    """A subclass used as an index is asked."""
    ft.arange(3)[Logged(ft.tensor([0, 1]))]
    assert asked == [("Logged", "index")]


def test_out_counts(asked):
    """A subclass given as ``out=`` is asked, and the hook sees it."""
    out = Logged(ft.zeros(2))
    assert ft.add(ft.ones(2), 1, out=out) is out
    assert asked == [("Logged", "add")]
    assert out.tolist() == [2.0, 2.0]


def test_in_place_gives_the_hook_its_subject_as_out():
    """In an in-place call ``out`` is the first argument itself."""
    seen = []

    class Subject(ft.Tensor):
        def __operator__(self, op, args, kwargs):
            seen.append(kwargs["out"] is args[0] is self)
            return super().__operator__(op, args, kwargs)

    x = Subject(ft.ones(2))
    assert x.mul_(2) is x
    assert seen == [True]
    assert x.version == 1


def test_decorated_hook_is_a_hook():
    """``__operator__`` need not be a plain function."""

    class Subject(ft.Tensor):
        @functools.partialmethod
        def __operator__(self, op, args, kwargs):
            return op.name

    assert ft.exp(Subject(ft.ones(1))) == "exp"


@pytest.mark.parametrize("swap", [False, True])
def test_subclass_without_a_hook_is_a_plain_tensor(asked, swap):
    """A subclass that defines no hook leaves the decision to one that does, on either side."""
    operands = [Plain(ft.ones(2)), Logged(ft.ones(2))]
    ft.add(*(reversed(operands) if swap else operands))
    assert asked == [("Logged", "add")]
    assert type(Plain(ft.ones(2)) + Plain(ft.ones(2))) is ft.Tensor


def test_errors_from_the_hook_reach_the_caller():
    """What a hook raises is raised by the call, unchanged."""

    class Subject(ft.Tensor):
        def __operator__(self, op, args, kwargs):
            raise KeyError("from the hook")

    with pytest.raises(KeyError, match="from the hook"):
        ft.exp(Subject(ft.ones(1)))


def test_foreign_operand_may_take_over():
    """A Python operator leaves operands it does not know to their reflected method."""

    class Money:
        def __radd__(self, other):
            return "money"

        def __rmatmul__(self, other):
            return "matrix money"

        def __lt__(self, other):
            return "less money"

    assert ft.ones(2) + Money() == "money"
    assert ft.ones(2) @ Money() == "matrix money"
    assert (ft.ones(2) > Money()) == "less money"


def test_checks_of_shapes_are_asked_once():
    """The same shapes and options again: the check is not run, and what it gave is used."""
    definition = ops.avg_pool2d.definition
    x = ft.ones(1, 1, 6, 6)
    first = ft.avg_pool2d(x, 3, stride=2)
    answers = len(definition.answers)
    assert ft.equal(ft.avg_pool2d(x + 1, 3, stride=2), first + 1)
    assert len(definition.answers) == answers
    ft.avg_pool2d(x, 3, stride=1)
    assert len(definition.answers) == answers + 1


def test_checks_of_shapes_tell_apart_what_is_equal_in_python():
    """True is 1 to a dictionary, and no size; what was refused is refused again."""
    x = ft.ones(1, 1, 4, 4)
    ft.avg_pool2d(x, (1, 1))
    for _ in range(2):
        with pytest.raises(TypeError) as refused:
            ft.avg_pool2d(x, (True, True))
        assert str(refused.value) == "avg_pool2d(): argument 'kernel_size': expected an int or two ints, got bool"
        with pytest.raises(ft.errors.ShapeError) as refused:
            ft.avg_pool2d(x, 5)
        expected = "at least the window's size (5, 5), padding included, got size (4, 4)"
        assert str(refused.value) == f"avg_pool2d(): argument 'input': expected {expected}"


def test_checks_of_shapes_remember_so_many():
    """Shapes that never come back do not fill the memory."""
    for n in range(1, 600):
        ft.avg_pool2d(ft.ones(1, 1, n, 1), 1)
    assert 0 < len(ops.avg_pool2d.definition.answers) <= 512


def test_kernels_leave_what_numpy_does_about_errors_as_it_was():
    """NumPy's own calls warn as their caller asked for; kernels never do, also on this version of NumPy."""
    with warnings.catch_warnings(), np.errstate(all="warn"):
        warnings.simplefilter("error")
        large = ft.full((1, 1, 1), 1e38)
        assert ft.baddbmm(large, large, large).item() == float("inf")
        assert np.geterr()["over"] == "warn"
        with pytest.raises(RuntimeWarning):
            np.float32(3e38) * np.float32(10)
