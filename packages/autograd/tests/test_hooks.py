"""Hooks: on leaves and results, what they see, what they may change, how they go away; ``retain_grad``."""

import flambeau.tensor as ft
import pytest
from flambeau.autograd import Variable, backward, enable_grad, grad


def test_a_hook_of_a_leaf_sees_the_sum(leaf):
    """A leaf's hook runs once for each backward, on all that arrived."""
    x = leaf(1.0, 2.0)
    seen = []
    x.register_hook(lambda g: seen.append(g.tolist()))
    (x * 2 + x * 3).sum().backward()
    assert seen == [[5.0, 5.0]]
    assert x.grad.tolist() == [5.0, 5.0]


def test_a_hook_of_a_result_sees_the_sum(leaf):
    """A result's hook runs once for each backward, on all that arrived."""
    x = leaf(1.0)
    y = x * 1
    seen = []
    y.register_hook(lambda g: seen.append(g.item()))
    (y * 2 + y * 3).backward()
    assert seen == [5.0]


@pytest.mark.parametrize("where", ["leaf", "result"])
def test_a_hook_may_replace_the_gradient(leaf, where):
    """What a hook returns is used instead; clipping acts on the sum."""
    x = leaf(1.0, 2.0)
    y = x * 1
    (x if where == "leaf" else y).register_hook(lambda g: g.clamp(-4, 4))
    (y * 2 + y * 3).sum().backward()
    assert x.grad.tolist() == [4.0, 4.0]


@pytest.mark.parametrize("where", ["leaf", "result"])
def test_hooks_run_in_order_each_on_the_last_ones_gradient(leaf, where):
    """Hooks run in the order of registration."""
    x = leaf(1.0)
    y = x * 1
    target = x if where == "leaf" else y
    target.register_hook(lambda g: g + 1)
    target.register_hook(lambda g: None)
    target.register_hook(lambda g: g * 10)
    y.backward()
    assert x.grad.item() == 20.0


@pytest.mark.parametrize("where", ["leaf", "result"])
def test_hooks_run_for_grad_and_for_inputs(leaf, where):
    """``grad`` and ``backward(inputs=)`` run the hooks of what they compute."""
    x = leaf(1.0)
    y = x * 1
    target = x if where == "leaf" else y
    target.register_hook(lambda g: g * 10)
    assert grad(y * 2, target, retain_graph=True)[0].item() == 20.0
    (y * 2).backward(inputs=[target])
    assert target.grad.item() == 20.0


def test_hooks_of_leaves_that_are_not_wanted_do_not_run(leaf):
    """``grad`` with other inputs does not touch a leaf."""
    x, w = leaf(1.0), leaf(2.0)
    x.register_hook(lambda g: pytest.fail("not asked for"))
    assert grad(x * w, w)[0].item() == 1.0


def test_a_hook_can_be_removed(leaf):
    """A handle removes its own hook, once, also as a context manager; equal hooks are told apart."""
    x = leaf(1.0)
    calls = []

    def count(g):
        calls.append(1)

    first, second = x.register_hook(count), x.register_hook(count)
    (x * 2).backward()
    first.remove()
    first.remove()
    (x * 2).backward()
    with second:
        (x * 2).backward()
    (x * 2).backward()
    assert len(calls) == 2 + 1 + 1


def test_a_hook_may_remove_itself(leaf):
    """Removing a hook while it runs is safe."""
    x = leaf(1.0)
    calls = []
    handle = x.register_hook(lambda g: (calls.append(1), handle.remove())[0])
    x.register_hook(lambda g: calls.append(2))
    (x * 2).backward()
    (x * 2).backward()
    assert calls == [1, 2, 2]


def test_hooks_see_variables(leaf):
    """A hook gets a Variable; under ``create_graph`` with a history, and what it returns is differentiated."""
    x = leaf(3.0)
    kinds = []
    x.register_hook(lambda g: kinds.append((type(g), g.requires_grad)))
    x.register_hook(lambda g: g * x)
    (g,) = grad(x * x, x, create_graph=True)
    assert g.item() == 18.0
    (h,) = grad(g, x)
    assert kinds[0] == (Variable, True)
    # d/dx (2x * x) = 4x, and the hook of x multiplies by x again.
    assert h.item() == 36.0


@pytest.mark.parametrize(
    "returned, message",
    [
        (lambda g: ft.ones(3), "hook(): expected a gradient of shape (2,) or None, got shape (3,)"),
        (lambda g: 1.0, "hook(): expected a gradient of shape (2,) or None, got float"),
        (lambda g: g.sum(), "hook(): expected a gradient of shape (2,) or None, got shape ()"),
    ],
)
@pytest.mark.parametrize("where", ["leaf", "result"])
def test_wrong_replacements_are_refused(leaf, returned, message, where):
    """A hook's gradient must have the shape it replaces."""
    x = leaf(1.0, 2.0)
    y = x * 1
    (x if where == "leaf" else y).register_hook(returned)
    with pytest.raises(ft.ShapeError) as raised:
        y.sum().backward()
    assert str(raised.value) == message


def test_a_replacement_is_cast(leaf):
    """The gradient keeps the dtype of what it belongs to."""
    x = leaf(1.0)
    y = x * 1
    x.register_hook(lambda g: g.double())
    y.register_hook(lambda g: g.double())
    y.backward()
    assert x.grad.dtype == ft.float32


def test_a_plain_tensor_will_do(leaf):
    """A hook may return a plain Tensor."""
    x = leaf(1.0)
    x.register_hook(lambda g: ft.tensor([7.0]))
    (x * 1).backward()
    assert x.grad.item() == 7.0


def test_errors_in_hooks_reach_the_caller(leaf):
    """What a hook raises comes out of backward; the Variable can be used again."""
    x = leaf(1.0)
    handle = x.register_hook(lambda g: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        (x * 2).backward()
    handle.remove()
    (x * 2).backward()
    assert x.grad.item() == 2.0


def test_hooks_need_a_gradient(leaf):
    """A Variable that has no gradient takes no hooks."""
    with pytest.raises(ValueError) as raised:
        Variable([1.0]).register_hook(print)
    assert str(raised.value) == "register_hook(): expected a Variable that requires grad, got one that does not"


def test_hooks_of_several_results(leaf):
    """Each result of one operation has hooks of its own."""
    x = leaf(1.0, 2.0)
    a, b = (x * 1).unbind(0)
    a.register_hook(lambda g: g * 10)
    b.register_hook(lambda g: pytest.fail("nothing arrives here"))
    a.backward(retain_graph=True)
    assert x.grad.tolist() == [10.0, 0.0]


def test_hooks_of_nodes(leaf):
    """A node takes hooks too."""
    x = leaf(1.0)
    y = x * 2
    seen = []
    handle = y.grad_fn.register_hook(lambda g: seen.append(g.item()))
    y.backward(retain_graph=True)
    handle.remove()
    y.backward()
    assert seen == [1.0]


def test_accumulating_inside_a_hook(leaf):
    """A hook may use the gradients there are."""
    x, total = leaf(1.0), Variable(ft.zeros(1))

    def add(g):
        with enable_grad():
            total.data.add_(g.data)

    x.register_hook(add)
    backward([x * 2, x * 3])
    assert total.item() == 5.0


# retain_grad ------------------------------------------------------------------------------------------------------


def test_retain_grad_keeps_the_gradient_of_a_result(leaf):
    """A result keeps its gradient, adds up over several backwards, and shares it with nobody."""
    x = leaf(1.0, 2.0)
    a = x + 1
    b = a + 1
    a.retain_grad()
    b.retain_grad()
    a.retain_grad()
    b.backward(ft.ones(2), retain_graph=True)
    a.grad.data.mul_(5)
    assert b.grad.tolist() == x.grad.tolist() == [1.0, 1.0]
    b.backward(ft.ones(2))
    assert b.grad.tolist() == [2.0, 2.0]


def test_retain_grad_sees_what_hooks_made(leaf):
    """The kept gradient is the one that goes on, whichever was registered first."""
    x = leaf(1.0)
    y = x * 1
    y.retain_grad()
    y.register_hook(lambda g: g * 3)
    y.backward()
    assert y.grad.item() == x.grad.item() == 3.0


def test_retain_grad_of_a_leaf_does_nothing(leaf):
    """Leaves keep their gradient anyway."""
    x = leaf(1.0)
    x.retain_grad()
    (x * 2).backward()
    assert x.grad.item() == 2.0


def test_retain_grad_follows_changes_in_place(leaf):
    """The kept gradient is that of the latest value, of bases and of views too; hooks stay with what they saw."""
    x = leaf(1.0, 1.0)
    y, seen = x * 2, []
    y.retain_grad()
    y.register_hook(lambda g: seen.append(g.tolist()))
    y.mul_(3)
    y[0].mul_(5)
    y.sum().backward()
    assert (y.grad.tolist(), seen, x.grad.tolist()) == ([1.0, 1.0], [[15.0, 3.0]], [30.0, 6.0])
    y = x * 2
    v = y[:1]
    v.retain_grad()
    y.mul_(3)
    (v * 7).sum().backward()
    assert (v.grad.tolist(), v.retains_grad) == ([7.0], True)


def test_retains_grad_says_so(leaf):
    """Of results whose gradient is kept; leaves keep theirs anyway."""
    x = leaf(1.0, 2.0)
    y, (a, b) = x * 2, (x * 1).unbind(0)
    assert not (x.retains_grad or y.retains_grad or b.retains_grad)
    for variable in (x, y, b):
        variable.retain_grad()
    assert y.retains_grad and b.retains_grad and not a.retains_grad and not x.retains_grad
    assert (a.output_nr, b.output_nr) == (0, 1)


def test_retain_grad_needs_a_gradient():
    """What has no gradient keeps none."""
    with pytest.raises(ValueError) as raised:
        Variable([1.0]).retain_grad()
    assert str(raised.value) == "retain_grad(): expected a Variable that requires grad, got one that does not"


def test_retained_gradient_under_create_graph(leaf):
    """A kept gradient can be differentiated."""
    x = leaf(3.0)
    y = x * 1
    y.retain_grad()
    (y**3).backward(create_graph=True)
    assert grad(y.grad, x)[0].item() == 18.0


def test_backward_in_a_hook_through_nodes_that_wait(leaf):
    """Two runs, one inside the other, keep their gradients apart, also where both have some waiting at one node."""
    x = leaf(1.0)
    y = x * 2
    first, second = y * 3, y * 5

    def inner(g):
        handle.remove()
        first.backward(retain_graph=True)

    handle = first.register_hook(inner)
    (first + second).backward()
    assert x.grad.item() == 2 * 3 + 2 * (3 + 5)


def test_an_error_in_a_hook_leaves_nothing_waiting(leaf):
    """What a failed run had collected is not in the next one."""
    x = leaf(1.0)
    y = x * 2
    first, second = y * 3, y * 5
    total = first + second

    def fail(g):
        raise KeyError("no")

    handle = first.register_hook(fail)
    with pytest.raises(KeyError):
        total.backward(retain_graph=True)
    handle.remove()
    total.backward()
    assert x.grad.item() == 16.0


# After accumulation -----------------------------------------------------------------------------------------------


def test_hook_after_accumulation_sees_the_whole_gradient(leaf):
    """It runs once in each backward, with the leaf, when ``grad`` has all of it and the other hooks have run."""
    x, seen = leaf(1.0), []
    handle = x.register_post_accumulate_grad_hook(lambda p: seen.append((p is x, p.grad.item())))
    x.register_hook(lambda g: g * 10)
    (x * 2 + x * 3).backward()
    (x * 1).backward(inputs=[x])
    x.backward()
    assert seen == [(True, 50.0), (True, 60.0), (True, 70.0)]
    assert grad(x * 2, x)[0].item() == 20.0
    handle.remove()
    (x * 2).backward()
    assert len(seen) == 3


@pytest.mark.parametrize("chosen", [False, True])
def test_hook_after_accumulation_runs_at_once(leaf, chosen):
    """When the gradients of later layers are complete, earlier ones have not run: memory can be given back early."""
    order, weights = [], [leaf(2.0) for _ in range(3)]
    y = leaf(1.0)
    for i, w in enumerate(weights):
        y = (y * w + w).sin()
        y.register_hook(lambda g, i=i: order.append(f"result {i}"))

        def drop(p, i=i):
            order.append(f"weight {i}")
            p.grad = None

        w.register_post_accumulate_grad_hook(drop)
    y.backward(inputs=weights if chosen else None)
    assert order == ["result 2", "weight 2", "result 1", "weight 1", "result 0", "weight 0"]
    assert [w.grad for w in weights] == [None] * 3


def test_hook_after_accumulation_where_some_uses_get_no_gradient(leaf):
    """Edges over which nothing comes do not keep the hook waiting for ever."""
    x, seen = leaf(1.0, 2.0), []
    x.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.tolist()))
    first, second = made_of_two(x)
    (first + second.detach() * 1).sum().backward()
    (x * 2 + (x * 3).masked_fill(ft.tensor([True, True]), 0.0)).sum().backward()
    assert seen == [[1.0, 1.0], [3.0, 3.0]]


def made_of_two(x):
    return x * 1, x * 1


def test_hook_after_accumulation_may_step(leaf):
    """The usual use: an optimizer's step inside backward."""
    w = leaf(1.0, 2.0)

    def step(p):
        p.data.sub_(p.grad * 0.25)
        p.grad = None

    w.register_post_accumulate_grad_hook(step)
    (w * w).sum().backward()
    assert w.tolist() == [0.5, 1.0]


def test_hooks_after_accumulation_are_for_leaves(leaf):
    """Anything else is refused with a reason."""
    name = "register_post_accumulate_grad_hook(): expected a leaf Variable that requires grad, got "
    for variable, got in ((leaf(1.0) * 2, "the result of mul"), (Variable([1.0]), "one that does not")):
        with pytest.raises(ValueError) as raised:
            variable.register_post_accumulate_grad_hook(print)
        assert str(raised.value) == name + got


@pytest.mark.parametrize("register", ["register_hook", "register_post_accumulate_grad_hook", "grad_fn.register_hook"])
def test_hooks_are_functions(leaf, register):
    """What cannot be called is refused at once, not in backward."""
    x = leaf(1.0)
    name = register.split(".")[-1]
    register = (x * 1).grad_fn.register_hook if "grad_fn" in register else getattr(x, register)
    with pytest.raises(TypeError) as raised:
        register(3)
    assert str(raised.value) == f"{name}(): argument 'function': expected a function, got int"
