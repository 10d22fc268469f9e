"""checkpoint: gradients of a plain call, of which nothing is kept."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import (
    CheckpointError,
    Function,
    Variable,
    backward,
    checkpoint,
    checkpoint_sequential,
    grad,
    graph,
    no_grad,
)


def leaves(*shapes, seed=0):
    random = np.random.default_rng(seed)
    return [Variable(ft.tensor(random.standard_normal(s)), requires_grad=True) for s in shapes]


def direct(function, *args, **kwargs):
    return function(*args, **kwargs)


def same_gradients(program, *shapes):
    """A program that gets a way to call functions has the gradients it has without checkpoints, twice over."""
    found = []
    for way in (direct, checkpoint):
        inputs = leaves(*shapes)
        ft.manual_seed(7)
        out = program(way, *inputs)
        drawn = ft.rand(1).item()
        first = grad(out.square().sum(), inputs, create_graph=True)
        second = grad(sum(g.square().sum() for g in first), inputs, allow_unused=True)
        found.append([out.detach(), *first, *[s for s in second if s is not None], ft.tensor(drawn)])
    for a, b in zip(*found, strict=True):
        assert ft.allclose(a, b, rtol=1e-12, atol=1e-12)


def block(x, w, scale=1.0):
    return ((x @ w).tanh() * scale).exp()


def test_one_call():
    """Arguments that are Tensors, and others, by position and by name."""
    same_gradients(lambda call, x, w: call(block, x, w, scale=0.5), (4, 3), (3, 3))


def test_what_a_function_closes_over_has_gradients():
    """Parameters that are no arguments, as in a module."""
    same_gradients(lambda call, x, w: call(lambda a: block(a, w), x), (4, 3), (3, 3))


def test_several_in_a_row_and_nested():
    """Also three deep, and with results that are used after the inner one."""

    def program(call, x, w):
        def inner(a):
            return call(block, a, w) * 0.1

        def outer(a):
            return call(inner, call(inner, a)) + a

        return call(outer, call(block, x, w))

    same_gradients(program, (4, 3), (3, 3))


def test_random_numbers_are_drawn_alike():
    """A mask hides the same elements the second time, and later draws are as without."""
    same_gradients(lambda call, x: call(lambda a: (ft.rand(3, 4) > 0.5) * a.exp() * ft.rand(4), x) * 2, (3, 4))


def test_without_the_state_of_random_numbers():
    """preserve_rng_state=False saves the bookkeeping, and draws others."""
    (x,) = leaves((100,))
    y = checkpoint(lambda a: ((ft.rand(100) > 0.5) * a).exp(), x, preserve_rng_state=False)
    ft.manual_seed(3)
    (g,) = grad(y.sum(), x)
    assert not ft.allclose(g, (y - (y == 1)).detach())


def test_structures_of_arguments_and_results():
    """Lists, tuples and dicts of Tensors go in; anything comes out."""

    def function(pair, named, flag, nothing=None):
        a, b = pair
        assert flag == "yes" and nothing is None
        return {"sum": (a * b).exp(), "other": [named["c"].sin(), 3]}

    def program(call, a, b, c):
        out = call(function, (a, b), {"c": c}, "yes", nothing=None)
        assert out["other"][1] == 3
        return out["sum"] + out["other"][0]

    same_gradients(program, (3,), (3,), (3,))


def test_views_and_writes_inside():
    """What a function does to Tensors of its own."""

    def function(a, w):
        b = a * 2
        b[0] = w.exp()
        b.T.mul_(w)
        return (b[:, 1:] * b[:, :1]).flatten()

    same_gradients(lambda call, a, w: call(function, a, w), (3, 3), (3,))


def test_functions_with_saved_tensors():
    """A Function's save_for_backward is computed again, too; inputs, results and others."""

    class Scaled(Function):
        @staticmethod
        def forward(ctx, x, y):
            result = x.exp() * y
            ctx.save_for_backward(x, y, result)
            return result

        @staticmethod
        def backward(ctx, g):
            x, _y, result = ctx.saved_tensors
            return g * result, g * x.exp()

    same_gradients(lambda call, x, y: call(lambda a, b: Scaled.apply(a.sin(), b), x, y), (3,), (3,))


def test_operators_of_lists_and_fused_ones():
    """Kept lists, and operators whose composite is differentiated for the second derivative."""
    function = ft.pointwise("a * b * sin(a)")
    same_gradients(
        lambda call, a, b: call(lambda x, y: function(ft.cat([x, y]), ft.stack([y, x]).flatten()), a, b), (2,), (2,)
    )


def test_nothing_is_kept():
    """Between forward and backward, nothing of what the function made is alive; afterwards neither."""
    made = []

    class Seen(ft.Tensor):
        pass

    import weakref

    def function(x):
        y = x.exp()
        made.append(weakref.ref(y))
        return (y * x).sin()

    (x,) = leaves((3,))
    out = checkpoint(function, x)
    assert made[0]() is None
    assert [type(v).__name__ for n in graph.nodes(out) for v in n.kept.values()] == ["_Place"] * 4
    out.sum().backward()
    assert len(made) == 2 and made[1]() is None


def test_no_reference_cycles(without_gc):
    """The graph, what was computed again and the arguments go as soon as nobody uses them."""
    import weakref

    def function(x, w):
        return checkpoint(block, block(x, w) * 0.1, w)

    x, w = leaves((2, 3), (3, 3))
    h = x * 1
    gone = weakref.ref(h)
    out = checkpoint(function, h, w)
    node = weakref.ref(out)
    out.sum().backward(retain_graph=True)
    out.sum().backward()
    del h, out
    assert gone() is None and node() is None


def test_backward_twice_and_partly():
    """With retain_graph it is computed again each time; asked for one input only, it does what that needs."""
    x, w = leaves((2, 3), (3, 3))
    y = checkpoint(block, x, w).sum()
    first = grad(y, [x, w], retain_graph=True)
    (again,) = grad(y, x)
    expected = grad(block(x, w).sum(), [x, w])
    assert all(ft.allclose(a, b) for a, b in zip(first, expected, strict=True))
    assert ft.allclose(again, expected[0])


def test_backward_accumulates_as_usual():
    """backward() reaches parameters and arguments."""
    x, w = leaves((2, 3), (3, 3))
    backward(checkpoint(block, x, w).sum())
    expected = grad(block(x, w).sum(), [x, w])
    assert ft.allclose(x.grad, expected[0]) and ft.allclose(w.grad, expected[1])


def test_sequential():
    """Functions one after the other, in segments of any number."""
    functions = [ft.sin, ft.exp, lambda x: x * 0.3, ft.cos, ft.tanh]
    for segments in range(1, 6):
        (x,) = leaves((3,))
        y = checkpoint_sequential(functions, segments, x)
        (g,) = grad(y.sum(), x)
        z = x
        for f in functions:
            z = f(z)
        (expected,) = grad(z.sum(), x)
        assert ft.allclose(y, z) and ft.allclose(g, expected)
    for wrong in (0, 6):
        with pytest.raises(ValueError) as raised:
            checkpoint_sequential(functions, wrong, x)
        assert str(raised.value) == (
            f"checkpoint_sequential(): argument 'segments': expected 1 to 5 segments, got {wrong}"
        )


def test_without_gradients_it_is_a_plain_call():
    """Under no_grad and for plain Tensors."""
    calls = []

    def function(x):
        calls.append(x)
        return x * 2

    with no_grad():
        assert checkpoint(function, Variable(ft.ones(2), requires_grad=True)).grad_fn is None
    assert type(checkpoint(function, ft.ones(2))) is ft.Tensor
    assert len(calls) == 2


def test_functions_that_do_something_else_the_second_time():
    """More, fewer and other values are told apart; so is an argument that was changed meanwhile."""
    counts = iter(range(10))

    def longer(x):
        for _ in range(next(counts) + 1):
            x = x.exp()
        return x

    def shorter(x):
        for _ in range(3 - next(counts)):
            x = x.exp()
        return x

    def wider(x):
        return ft.cat([x] * (next(counts) + 1)).exp().sum()

    def message(function):
        nonlocal counts
        counts = iter(range(10))
        (x,) = leaves((2,))
        y = checkpoint(function, x)
        with pytest.raises(CheckpointError) as raised:
            y.sum().backward()
        return str(raised.value).replace(function.__qualname__, function.__name__)

    start = "checkpoint(): argument 'function': expected "
    end = "; it must do the same every time it is called"
    assert message(longer) == f"{start}1 values kept for backward when longer is computed again, got more{end}"
    assert message(shorter) == f"{start}3 values kept for backward when shorter is computed again, got 2{end}"
    assert message(wider) == (
        f"{start}a value of shape (2,), float64 when wider is computed again, got shape (4,), float64{end}"
    )
    (x,) = leaves((2,))
    h = x * 1
    y = checkpoint(ft.exp, h)
    h.mul_(2)
    with pytest.raises(CheckpointError) as raised:
        y.sum().backward()
    assert str(raised.value) == (
        "checkpoint(): argument of shape (2,): expected version 0, got version 1 after mul_ changed it in place; "
        "change a clone() instead"
    )


def test_errors_of_the_function_pass():
    """In forward, and when it is computed again; the hooks and the random numbers come back."""
    (x,) = leaves((2,))
    calls = []

    def function(a):
        calls.append(1)
        y = a.exp()
        if len(calls) != 2:
            return y
        raise ZeroDivisionError("the second time")

    y = checkpoint(function, x)
    with pytest.raises(ZeroDivisionError, match="the second time"):
        y.sum().backward(retain_graph=True)
    assert list(x.exp().grad_fn.kept) == ["result"] and isinstance(x.exp().grad_fn.kept["result"], ft.Tensor)
    y.sum().backward()
    assert ft.allclose(x.grad, x.exp().detach())
    with pytest.raises(TypeError) as raised:
        checkpoint(3, x)
    assert str(raised.value) == "checkpoint(): argument 'function': expected something to call, got int"
