"""Calls of Functions: ``setup_context``, names and defaults, results that are no Tensors, changed inputs."""

import flambeau.tensor as ft
import pytest
from autograd_helpers import made, message_of
from flambeau.autograd import Function, Variable, grad, gradcheck, gradgradcheck, is_grad_enabled, no_grad


class Power(Function):
    """x ** n, with a forward that knows nothing of autograd."""

    @staticmethod
    def forward(x, n=2):
        return x**n

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, ctx.n = inputs
        ctx.save_for_backward(x, output)

    @staticmethod
    def backward(ctx, g):
        x, result = ctx.saved_tensors
        return g * ctx.n * result / x, None


def test_setup_context(leaf):
    """Forward is of use alone; the context is filled afterwards, from inputs and output."""
    assert Power.forward(ft.tensor([3.0])).tolist() == [9.0]
    x = leaf(1.0, 2.0, dtype="float64")
    assert gradcheck(lambda x: Power.apply(x, 3), x)
    assert gradgradcheck(lambda x: Power.apply(x, 3), x)
    with no_grad():
        assert not Power.apply(x).requires_grad
    assert Power.apply(ft.tensor([2.0])).tolist() == [4.0]


@pytest.mark.parametrize(
    "call", [lambda x: Power.apply(x), lambda x: Power.apply(x, n=2), lambda x: Power.apply(n=2, x=x)]
)
def test_arguments_by_name_and_default(leaf, call):
    """However it is called, backward gives a gradient for each argument of forward."""
    x = leaf(3.0)
    call(x).backward()
    assert x.grad.item() == 6.0


def test_names_with_a_context(leaf):
    """The same for a forward that takes ctx."""

    class Scale(Function):
        @staticmethod
        def forward(ctx, x, factor=3.0):
            ctx.factor = factor
            return x * factor

        @staticmethod
        def backward(ctx, g):
            return g * ctx.factor, None

    x = leaf(1.0)
    (Scale.apply(x=x) + Scale.apply(x, factor=4.0)).backward()
    assert x.grad.item() == 7.0


def test_keyword_only_arguments_are_refused(leaf):
    """A gradient belongs to a place."""

    class Scale(Function):
        @staticmethod
        def forward(ctx, x, *, factor):
            return x * factor

    message = message_of(TypeError, lambda: Scale.apply(leaf(1.0), factor=2.0))
    assert message == (
        "forward(): argument 'factor': expected an argument that can be given by its place, got a keyword-only one"
    )


def test_the_context_is_set_up_unrecorded(leaf):
    """What setup_context computes has no history; the marks it sets are those of forward."""

    class Twice(Function):
        @staticmethod
        def forward(x):
            x.mul_(2)
            return x, x > 0

        @staticmethod
        def setup_context(ctx, inputs, output):
            assert not is_grad_enabled() and ctx.needs_input_grad == (True,)
            ctx.mark_dirty(inputs[0])
            ctx.mark_non_differentiable(output[1])

        @staticmethod
        def backward(ctx, g, none):
            return g * 2

    x = leaf(1.0, -1.0)
    y = x * 1
    z, positive = Twice.apply(y)
    assert z is y and positive.tolist() == [True, False]
    z.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_results_that_are_no_tensors(leaf):
    """In a tuple they are handed through; their gradient is None, with or without materialized ones."""
    seen = []

    def backward(ctx, *grads):
        seen.append([g is None for g in grads])
        return grads[0] * 2 + grads[3]

    x = leaf(1.0, 2.0)
    a, number, nothing, b = made(lambda ctx, x: (x * 2, 5, None, x.sum()), backward).apply(x)
    assert (number, nothing) == (5, None)
    a.sum().backward()
    assert (x.grad.tolist(), seen) == ([2.0, 2.0], [[False, True, True, False]])
    assert b.requires_grad


@pytest.mark.parametrize("returned, kind", [(5, "int"), (None, "NoneType"), ([ft.ones(2)], "list")])
def test_alone_a_result_is_a_tensor(leaf, returned, kind):
    """PyTorch hands a list on without history; here it is an error, as anything else is that cannot have one."""
    function = made(lambda ctx, x: returned, None)
    message = message_of(TypeError, lambda: function.apply(leaf(1.0)))
    assert message == f"Made.forward(): expected Tensors as results, got {kind}"


@pytest.mark.parametrize("wrong", [5, "x", [1.0]])
def test_only_tensors_are_saved(leaf, wrong):
    """Other things are attributes of ctx."""
    function = made(lambda ctx, x: ctx.save_for_backward(x, wrong), None)
    assert message_of(TypeError, lambda: function.apply(leaf(1.0))) == (
        f"save_for_backward(): argument '1': expected Tensor or None, got {type(wrong).__name__}; "
        "keep other things as attributes of ctx"
    )


def changed(x):
    x.mul_(2)
    return x * 1


def test_inputs_changed_without_a_word_are_refused(leaf):
    """Their history would be that of another value; PyTorch does not notice."""
    function = made(lambda ctx, x: changed(x), lambda ctx, g: g * 2)
    assert message_of(RuntimeError, lambda: function.apply(leaf(1.0) * 1)) == (
        "Made.forward(): argument 0: expected an input that requires grad to be left as it is, got mul_; "
        "work on a clone(), or say ctx.mark_dirty and return it"
    )
    buffer = Variable([1.0])
    made(lambda ctx, x, b: x * changed(b), lambda ctx, g: (g, None)).apply(leaf(1.0), buffer)
    assert buffer.tolist() == [2.0]


def test_dirty_inputs_are_returned(leaf):
    """What is marked dirty is an input, and a result."""
    expected = "expected inputs that forward returns, got a Tensor that is no input or not returned"
    for forward in (lambda ctx, x: ctx.mark_dirty(x) or x * 2, lambda ctx, x: ctx.mark_dirty(ft.ones(1)) or x * 2):
        function = made(forward, lambda ctx, g: g)
        assert message_of(RuntimeError, lambda function=function: function.apply(leaf(1.0) * 1)) == (
            f"Made.forward(): mark_dirty: {expected}"
        )


def test_any_number_of_arguments(leaf):
    """Forward may take ``*args``."""
    x, y = leaf(1.0), leaf(2.0)
    function = made(lambda ctx, *xs: sum(xs), lambda ctx, g: (g,) * len(ctx.needs_input_grad))
    assert [g.item() for g in grad(function.apply(x, y, x, 2.0), [x, y])] == [2.0, 1.0]
