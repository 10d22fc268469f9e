"""What errors tell besides: which Variable, made where, and the usual cause. Whole messages."""

import flambeau.tensor as ft
import pytest
from autograd_helpers import here, made
from flambeau.autograd import Variable, backward, grad, no_grad


def told(exception, call):
    """The message and the notes of an error."""
    with pytest.raises(exception) as raised:
        call()
    return [str(raised.value), *getattr(raised.value, "__notes__", [])]


NO_HISTORY = (
    "backward(): output 0: expected a Variable that requires grad, got one of shape {} without history; it was "
    "computed under no_grad, detached, or from Tensors only"
)
NOTHING_REQUIRES = (
    "none of its arguments requires grad: requires_grad=True is missing where they were made, or their history was "
    "lost through .detach(), .data, .numpy() or no_grad"
)


def test_a_result_of_what_requires_nothing(leaf):
    """The line that made it, and why it has no history."""
    x = leaf(1.0, 2.0).data
    h = Variable(x) * 2
    line = here()
    loss = h.sum()
    assert told(RuntimeError, loss.backward) == [
        NO_HISTORY.format("()"),
        f"this Variable of shape () is the result of sum at {line}; {NOTHING_REQUIRES}",
    ]


def test_a_result_of_what_was_detached_long_before(leaf):
    """The line where history was lost, however many operations ago: by detach(), no_grad, or an operator."""
    x = leaf(1.0, 2.0)
    line = here()
    detached, found = (x * 2).detach(), x.argmax()
    with no_grad():
        silent_line = here()
        silent = x * 2
    for lost, how in (
        (detached, f".detach() at {line}"),
        (found, f"argmax, which has no derivative, at {line}"),
        (silent, f"mul, which ran under no_grad or gave integers, at {silent_line}"),
    ):
        for y in (lost * 1.5, ft.stack([lost * 1.0, lost * 1.0]).sort(0)[0][0], (ft.ones(1) + lost).exp()):
            note = told(RuntimeError, y.sum().backward)[1]
            assert note.endswith(f"; the history of what it was made of was lost by {how}")


def test_a_result_made_under_no_grad(leaf):
    """It says so, for results of compiled loops, of the general path, and of several results."""
    x = leaf(1.0, 2.0)
    with no_grad():
        line = here()
        made_there = [x * 2, x.sum(), x.sort()[0], x[0], ft.cat([x, x])]
    for y, name in zip(made_there, ("mul", "sum", "sort", "index", "cat"), strict=True):
        assert told(RuntimeError, y.backward) == [
            NO_HISTORY.format(y.shape),
            f"this Variable of shape {y.shape} is the result of {name} at {line}; it ran where nothing is recorded, "
            f"under no_grad or inference_mode",
        ]


def test_a_detached_variable(leaf):
    """What was detached, and where: by either method."""
    x = leaf(1.0)
    line = here()
    y = x.detach()
    z = (x * 2).detach_()
    expected = f"this Variable of shape (1,) is detached at {line}; differentiate the Variable that was detached"
    assert told(RuntimeError, y.backward) == [NO_HISTORY.format("(1,)"), expected]
    assert ": z = (x * 2).detach_(); differentiate" in told(RuntimeError, z.backward)[1]


def test_results_without_derivative(leaf):
    """An operator that has none, and a dtype that has none."""
    x = leaf(1.0, 2.0)
    line = here()
    y = x > 0
    assert told(RuntimeError, y.backward)[1] == (
        f"this Variable of shape (2,) is the result of gt at {line}; gt has no derivative"
    )
    line = here()
    y = x.int()
    assert told(RuntimeError, y.backward)[1] == (
        f"this Variable of shape (2,) is the result of cast at {line}; there are no gradients of int32"
    )


def test_a_leaf_that_does_not_require_grad():
    """It says what to write."""
    assert told(RuntimeError, Variable(ft.ones(1)).backward) == [
        NO_HISTORY.format("(1,)"),
        "this Variable of shape (1,) is a leaf; say Variable(x, requires_grad=True) before computing with it",
    ]
    x = Variable(ft.ones(1), requires_grad=True)
    assert told(RuntimeError, lambda: grad(x * 2, Variable(ft.ones(2)))) == [
        "grad(): argument 'inputs': expected Variables that require grad, got one of shape (2,) at position 0 that "
        "does not",
        "this Variable of shape (2,) is a leaf; say Variable(x, requires_grad=True) before computing with it",
    ]


def test_an_input_that_outputs_do_not_use(leaf):
    """Which one, made where, and how that comes."""
    x = leaf(1.0)
    y = x * 2
    line = here()
    z = y + 1
    assert told(RuntimeError, lambda: grad(y, z)) == [
        "grad(): argument 'inputs': expected inputs that the outputs depend on, got one of shape (1,) at position 0 "
        "that they do not; use allow_unused=True for None",
        f"this input is the result of add, recorded at {line}; the outputs do not use it, or only its .detach(), its "
        f".data or what it was made of",
    ]


def test_a_second_backward(leaf):
    """The operation that was released, its line, and the two usual causes."""
    x = leaf(1.0, 2.0)
    line = here()
    total = x.exp()
    total.sum().backward()
    assert told(RuntimeError, lambda: (total * 2).sum().backward()) == [
        f"backward(): expected a graph that has not been run backward, got exp, recorded at {line}, whose kept values "
        f"were released by an earlier backward; use retain_graph=True in that one",
        "its result has shape (2,); where it was computed in an earlier step, as a running total or a hidden state is, "
        "detach() it there, and where two losses share it, add them before backward",
    ]


def test_gradients_that_do_not_fit_name_the_output(leaf):
    """A missing gradient and one of another shape."""
    x = leaf(1.0, 2.0)
    line = here()
    y = x * 2
    assert told(RuntimeError, y.backward)[1:] == [f"the output is the result of mul, recorded at {line}"]
    assert told(ft.ShapeError, lambda: y.backward(ft.ones(3))) == [
        "backward(): argument 'gradient': expected shape (2,), the output's, got (3,)",
        f"the output is the result of mul, recorded at {line}",
    ]
    assert told(RuntimeError, lambda: backward([x]))[1:] == ["the output is a leaf"]


def test_errors_in_hooks_name_the_forward_line(leaf):
    """A hook of a result has a line; that of a leaf has a shape."""
    x = leaf(1.0, 2.0)

    def broken(grad):
        raise ZeroDivisionError("in a hook")

    line = here()
    y = x.exp()
    handle = y.register_hook(broken)
    assert told(ZeroDivisionError, y.sum().backward) == [
        "in a hook",
        f"raised in the backward of exp, recorded at {line}",
    ]
    handle.remove()
    x.register_hook(broken)
    assert told(ZeroDivisionError, y.sum().backward) == [
        "in a hook",
        "raised in a hook on the gradient of a leaf of shape (2,)",
    ]


def test_origins_keep_nothing_alive(leaf, without_gc):
    """What is remembered of a result's origin holds neither frames nor arguments."""
    import weakref

    x = leaf(1.0).detach()
    gone = weakref.ref(x)
    y = x * 2
    del x
    assert gone() is None and y.item() == 2.0


def test_functions_say_where_their_results_were_recorded(leaf):
    """As operators do."""
    x = leaf(1.0, 2.0)
    line = here()
    y = made(lambda ctx, x: x * 2, lambda ctx, g: g * 2).apply(x)
    assert told(RuntimeError, y.backward)[1:] == [f"the output is the result of Made, recorded at {line}"]
