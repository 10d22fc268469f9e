"""Memory after backward is what it was before, for every case of the operator database, with ``gc`` off."""

import contextlib
import sys
import weakref

import flambeau.tensor as ft
import pytest
from flambeau.autograd import Node, Variable, backward, grad
from opdb_calls import DIFFERENTIABLE, calls

IN_PLACE = [case for case in DIFFERENTIABLE if case.values[0].operator.definition.inplace]

pytestmark = pytest.mark.usefixtures("without_gc")


@pytest.fixture(scope="module", autouse=True)
def full_reserve():
    """The engine keeps the memory of some hundred objects for the next ones: from the start, here."""
    held = [Variable(ft.ones(1), requires_grad=True) * 1 for _ in range(1000)]
    del held


def outputs_of(call):
    """The results that require grad, and a gradient for each."""
    results = [y for y in call(*call.arguments) if isinstance(y, Variable) and y.requires_grad]
    return results, [ft.ones(y.shape, dtype=y.dtype) for y in results]


def dropped(call):
    outputs_of(call)


def run(call):
    results, seeds = outputs_of(call)
    backward(results, seeds)
    for variable in call.variables:
        variable.grad = None


def recorded(call):
    """The gradient with a graph of its own, and what that gives."""
    results, seeds = outputs_of(call)
    seeds = [Variable(seed, requires_grad=True) for seed in seeds]
    first = grad(results, call.variables, seeds, create_graph=True, allow_unused=True)
    first = [g for g in first if g is not None and g.requires_grad]
    if first:
        grad(first, [*call.variables, *seeds], [ft.ones_like(g.data) for g in first], allow_unused=True)


def accumulated(call):
    """``backward(create_graph=True)`` leaves gradients that know the leaves they belong to: a cycle until they go."""
    results, seeds = outputs_of(call)
    backward(results, seeds, create_graph=True)
    for variable in call.variables:
        variable.grad = None


WAYS = [dropped, run, recorded, accumulated]


def leaks(work):
    """Whether every call leaves something behind, be it one object."""
    for runs in (1, 4, 16, 64, 256, 1024):  # caches fill up, and are done
        if runs > 4:
            fill_free_lists()
        before = sys.getallocatedblocks()
        for _ in range(runs):
            work()
        if sys.getallocatedblocks() - before < runs:
            return False
    return True


def fill_free_lists():
    """The interpreter keeps up to 2,000 dead tuples of each length; those are not to be taken for ours."""
    held = [tuple([None] * length) for length in range(1, 20) for _ in range(2000)]
    del held


def test_a_leak_would_be_noticed():
    """The measure itself: one object that stays, a cycle, and nothing."""
    kept = []

    def cycle():
        x = Variable(ft.ones(1), requires_grad=True) * 1
        x.register_hook(lambda g: x)

    assert leaks(lambda: kept.append(object()))
    assert leaks(cycle)
    assert not leaks(lambda: Variable(ft.ones(1), requires_grad=True) * 1)


@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_nothing_is_left_of_an_operator(info):
    """Whatever is done with the graph: no object outlives it."""
    cases = list(calls(info))
    for way in WAYS:
        if leaks(lambda way=way: [way(call) for call, _ in cases]):
            leaking = [str(sample) for call, sample in cases if leaks(lambda way=way, call=call: way(call))]
            pytest.fail(f"{info.name}, {way.__name__}: {', '.join(leaking)}")


@pytest.mark.parametrize("info", IN_PLACE)
def test_nothing_is_left_of_a_change_in_place(info):
    """The same for the in-place twins, on a copy and on a view of it."""

    def on_a_copy(x, *rest, **named):
        return getattr(x.clone(), f"{info.name}_")(*rest, **named)

    def on_a_view(x, *rest, **named):
        return getattr(ft.stack([x, x])[0], f"{info.name}_")(*rest, **named)

    for function in (on_a_copy, on_a_view):
        for call, sample in calls(info, function):
            if not isinstance(sample.args[0], Variable):
                continue

            def work(call=call):
                with contextlib.suppress(RuntimeError, ValueError):  # it overwrote what is needed, or changes its shape
                    run(call)

            assert not leaks(work), f"{info.name}_{sample}"


@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_backward_drops_what_was_kept(info):
    """The results may live on: what backward needed is gone when it has run."""
    for call, sample in calls(info):
        inputs = [v * 1 for v in call.variables]
        given = iter(inputs)
        arguments = [replaced(a, given) for a in call.arguments]
        results = [y for y in call(*arguments) if isinstance(y, Variable) and y.requires_grad]
        shared = {id(root(y)) for y in results}
        kept = [weakref.ref(v) for v in inputs if id(root(v)) not in shared]
        del inputs, given, arguments
        backward(results, [ft.ones(y.shape, dtype=y.dtype) for y in results])
        assert [r for r in kept if r() is not None] == [], f"{info.name}{sample}"
        assert all(isinstance(y.grad_fn, Node) for y in results)
        for variable in call.variables:
            variable.grad = None


def root(x):
    return x if x.base is None else x.base


def replaced(argument, given):
    """The argument, with Variables that require grad replaced by the next of those given."""
    if isinstance(argument, (list, tuple)):
        return type(argument)(replaced(a, given) for a in argument)
    return next(given) if isinstance(argument, Variable) and argument.requires_grad else argument
