"""A million nodes: recorded, run backward, and dropped without backward, with a stack of 512 kB."""

import threading

import flambeau.tensor as ft
import pytest
from flambeau.autograd import Function, Variable, backward, grad

DEEP = 1_000_000
WIDE = 100_000
LONG = 10_000  # far more than a stack of 512 kB could recurse into


def with_small_stack(work):
    """Run in a thread whose stack would not hold a recursion of any depth."""
    found, errors = [], []

    def guarded():
        try:
            found.append(work())
        except BaseException as error:
            errors.append(error)

    previous = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(target=guarded)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(previous)
    if errors:
        raise errors[0]
    return found[0]


def leaf():
    return Variable(ft.tensor([0.5], dtype="float64"), requires_grad=True)


def test_a_million_nodes_forward_backward_and_dropped():
    """The promise itself, with the cheapest node."""

    def chain(x):
        y = x
        for _ in range(DEEP):
            y = y + 1
        return y

    def work():
        x = leaf()
        chain(x)  # dropped without backward
        y = chain(x)
        y.backward()
        return x.grad.item(), y.item()

    assert with_small_stack(work) == (1.0, DEEP + 0.5)


class Saving(Function):
    """Keeps its input, which has a history."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        ctx.input = x
        return x + 1

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * (x * 0 + 1)


def write_into_view(y):
    y[0] = y[0] + 1
    return y


INDEX = ft.tensor([0])
STEPS = {
    "keeps its input": lambda y: y.sin(),
    "keeps its result": lambda y: y.tanh(),
    "keeps two inputs": lambda y: y * y,
    "in place": lambda y: y.add_(1),
    "lists": lambda y: ft.cat([y]),
    "several results": lambda y: y.split([1, 0])[0] + 0,
    "views": lambda y: y.reshape(1),
    "index tensor": lambda y: y[INDEX],
    "write into a view": write_into_view,
    "function": Saving.apply,
    "hook": lambda y: (lambda z: z.register_hook(lambda g: None) and z)(y + 1),
}


@pytest.mark.parametrize("step", STEPS)
def test_long_chains_of_every_kind_of_node(step):
    """Nodes that keep Variables, nodes of views and of Functions are run and released one by one as well."""

    def chain(x):
        y = x * 1
        for _ in range(LONG):
            y = STEPS[step](y)
        return y

    def work():
        x = leaf()
        chain(x)
        y = chain(x)
        grad(y, x, retain_graph=True)
        y.backward()
        return x.grad.item()

    assert isinstance(with_small_stack(work), float)


def test_long_chain_differentiated_twice():
    """The graph of a gradient is as deep as the one it came from."""

    def work():
        x = leaf()
        y = x
        for _ in range(LONG // 4):
            y = y.sin()
        (g,) = grad(y, x, create_graph=True)
        grad(g, x)
        (g,) = grad((x * 1).sin(), x, create_graph=True)
        return g.item()

    assert with_small_stack(work) == pytest.approx(0.8775825618903728)


def test_wide_fan_in():
    """One result of 100,000 Variables, and one Variable used 100,000 times."""

    def work():
        leaves = [leaf() for _ in range(WIDE)]
        ft.cat(leaves).sum().backward()
        x = leaf()
        ft.cat([x] * WIDE).sum().backward()
        total = x * 1
        y = ft.stack([total + i for i in range(WIDE)]).sum()
        y.backward()
        return {v.grad.item() for v in leaves}, x.grad.item()

    assert with_small_stack(work) == ({1.0}, 2.0 * WIDE)


def test_wide_fan_out():
    """A node with 10,000 consumers, run from as many roots."""
    x = leaf()
    h = x * 2
    backward([h + i for i in range(WIDE // 10)])
    assert x.grad.item() == 2.0 * (WIDE // 10)


def test_many_views_of_one_base():
    """Parts of an ``unbind`` into 10,000."""
    x = Variable(ft.ones(WIDE // 10), requires_grad=True)
    parts = (x * 2).unbind(0)
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    total.backward()
    assert set(x.grad.tolist()) == {2.0}
