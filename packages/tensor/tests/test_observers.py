"""The observer: a callback that sees every operator call, whoever made it and however."""

import threading

import flambeau.tensor as ft
import pytest
from flambeau.tensor import ops


def names_seen(call):
    seen = []
    with ft.observe(lambda op, args, out, result: seen.append(op.name)):
        call()
    return seen


@pytest.mark.parametrize(
    "call, expected",
    [
        (lambda x: x + 1, ["add"]),
        (lambda x: 1 - x, ["sub"]),
        (lambda x: -x, ["neg"]),
        (lambda x: x.exp(), ["exp"]),
        (lambda x: ft.exp(x), ["exp"]),
        (lambda x: x.exp_(), ["exp"]),
        (lambda x: x[0], ["index"]),
        (lambda x: x.__setitem__(0, 1), ["index_put"]),
        (lambda x: x.__iadd__(1), ["add"]),
        (lambda x: ft.add(x, 1, out=x), ["add"]),
        (lambda x: ops.mul(x, 2), ["mul"]),
        (lambda x: x.T, ["permute"]),
        (lambda x: ft.zeros(2), ["zeros"]),
        (lambda x: x.sort(), ["sort"]),
        (lambda x: x.split(1), ["split"]),
        (lambda x: ft.cat([x, x]), ["cat"]),
        (lambda x: x.to(ft.int64), ["cast"]),
        (lambda x: x == x, ["eq"]),
    ],
)
def test_every_form_of_a_call_is_seen(call, expected):
    """Functions, methods, operators, indexing, in-place, ``out=`` and records are all seen, once."""
    x = ft.ones(2)
    assert names_seen(lambda: call(x)) == expected


def test_callback_gets_record_arguments_out_and_result():
    """The callback receives the record, all arguments with defaults, ``out`` and the result."""
    seen = []
    x = ft.ones(2, 3)
    with ft.observe(lambda *call: seen.append(call)):
        y = x.sum(dim=1)
        x.mul_(2)
    (op, args, out, result), (_, inplace_args, inplace_out, inplace_result) = seen
    assert op is ops.sum
    assert args[0] is x and args[1] == 1 and len(args) == len(op.parameters)
    assert out is None
    assert result is y
    assert inplace_args[0] is inplace_out is inplace_result is x


def test_nothing_is_seen_outside_of_the_block():
    """The callback is gone after the block, also after an exception."""
    seen = []
    with pytest.raises(RuntimeError, match="stop"), ft.observe(lambda *call: seen.append(call)):
        raise RuntimeError("stop")
    ft.ones(2) + 1
    assert seen == []


def test_nested_observers_each_see_their_block():
    """An inner observer does not silence the outer one."""
    outer, inner = [], []
    with ft.observe(lambda op, *_: outer.append(op.name)):
        ft.zeros(1)
        with ft.observe(lambda op, *_: inner.append(op.name)):
            ft.ones(1)
        ft.zeros(1).exp()
    assert outer == ["zeros", "ones", "zeros", "exp"]
    assert inner == ["ones"]


def test_one_callback_may_watch_twice():
    """The same callback entered twice is told twice, and leaves in any order."""
    seen = []

    def note(op, args, out, result):
        seen.append(op.name)

    with ft.observe(note):
        with ft.observe(note):
            ft.ones(1)
        ft.zeros(1)
    assert seen == ["ones", "ones", "zeros"]


def test_failed_calls_are_not_seen():
    """A call that raises has no result to report."""
    seen = []
    with ft.observe(lambda op, *_: seen.append(op.name)), pytest.raises(ft.ShapeError):
        ft.ones(2) + ft.ones(3)
    assert "add" not in seen


def test_what_the_callback_raises_is_raised_to_the_caller():
    """An exception of the callback comes out of the operation."""

    def refuse(op, args, out, result):
        raise ValueError("no more")

    with ft.observe(refuse), pytest.raises(ValueError, match="no more"):
        ft.ones(1)
    assert ft.ones(1).item() == 1.0


def test_other_threads_are_seen():
    """Calls of every thread are seen."""
    seen = []
    with ft.observe(lambda op, *_: seen.append(op.name)):
        thread = threading.Thread(target=lambda: ft.ones(1).exp())
        thread.start()
        thread.join()
    assert seen == ["ones", "exp"]


def test_results_are_the_same_while_watched():
    """Watching takes the slow door to the same kernels."""
    x = ft.linspace(-2, 2, 50)
    plain = (x * 2 + 1).tanh().tolist()
    with ft.observe(lambda *call: None):
        watched = (x * 2 + 1).tanh().tolist()
    assert watched == plain


def test_told_before_a_call_too():
    """With the arguments; a call that fails is heard of before only."""
    seen = []
    with ft.observe(
        lambda op, *_: seen.append(("after", op.name)), lambda op, args, out: seen.append(("before", op.name))
    ):
        x = ft.ones(2)
        with pytest.raises(ft.ShapeError):
            x + ft.zeros(3)
        with ft.observe(lambda op, *_: seen.append(("inner", op.name))):
            x.exp_()
    assert seen == [
        ("before", "ones"),
        ("after", "ones"),
        ("before", "zeros"),
        ("after", "zeros"),
        ("before", "add"),
        ("before", "exp"),
        ("after", "exp"),
        ("inner", "exp"),
    ]
