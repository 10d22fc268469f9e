"""Backward from several threads at once: on graphs and leaves that they share, and inside each other."""

import sys
import threading

import flambeau.tensor as ft
import pytest
from flambeau.autograd import Function, Variable, grad, is_grad_enabled, no_grad

THREADS = 4
ROUNDS = 20


def together(work):
    """Run ``work(number)`` in several threads that change places as often as they can; what each gave."""
    found, errors, start = [None] * THREADS, [], threading.Barrier(THREADS)

    def guarded(number):
        try:
            start.wait()
            found[number] = work(number)
        except BaseException as error:
            errors.append(error)

    previous = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=guarded, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(previous)
    if errors:
        raise errors[0]
    return found


class Python(Function):
    """A node whose backward is Python code, in the middle of which other threads may run."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return sum([g * x, g * x])


def shared(x):
    """A graph with a diamond, a view written in place, several results, and a Function."""
    y = Python.apply(x).tanh() * x
    z = y * 1
    z[0] = y[1] * 2
    a, b = z.unbind(0)
    return a * b + z.sum()


@pytest.mark.parametrize("n", [2, 100_000])
def test_one_graph_run_by_all(n):
    """Every thread gets the same gradients of a graph that is retained; gradients that wait are kept apart."""
    x = Variable(ft.linspace(0.1, 0.9, 2 * n, dtype="float64").reshape(2, n), requires_grad=True)
    y = shared(x).sum()
    (expected,) = grad(y, x, retain_graph=True)
    rounds = ROUNDS if n == 2 else 2

    def work(number):
        return all((grad(y, x, retain_graph=True)[0] == expected).all() for _ in range(rounds))

    assert together(work) == [True] * THREADS


def test_one_graph_accumulated_by_all():
    """Into the same leaf, as often as backward ran."""
    x = Variable(ft.ones(2, 3, dtype="float64"), requires_grad=True)
    y = shared(x).sum()
    (expected,) = grad(y, x, retain_graph=True)

    def work(number):
        for _ in range(ROUNDS):
            y.backward(retain_graph=True)

    together(work)
    assert ft.allclose(x.grad, expected * (THREADS * ROUNDS))


def test_one_graph_with_other_inputs_and_roots():
    """Plans of different runs do not mix: each has its own inputs, roots and given gradients."""
    x, w = (Variable(ft.ones(3, dtype="float64") * k, requires_grad=True) for k in (2, 3))
    common = Python.apply(x) * w
    roots = [common * k for k in (1, 2)]

    def work(number):
        root, leaf = roots[number % 2], (x, w)[number // 2]
        scale = float(number + 1)
        seed = ft.full((3,), scale, dtype="float64")
        expected = scale * (number % 2 + 1) * (12.0 if leaf is x else 4.0)
        return all(grad(root, leaf, seed, retain_graph=True)[0].tolist() == [expected] * 3 for _ in range(ROUNDS))

    assert together(work) == [True] * THREADS


def test_one_graph_differentiated_twice_by_all():
    """create_graph hangs new graphs on the shared one."""
    x = Variable(ft.tensor([0.3, 0.2], dtype="float64"), requires_grad=True)
    y = (Python.apply(x) * x).sum()

    def work(number):
        for _ in range(ROUNDS):
            (g,) = grad(y, x, create_graph=True)
            (h,) = grad(g.sum(), x, retain_graph=True)
        return h.tolist()

    assert together(work) == [pytest.approx([1.8, 1.2])] * THREADS


def test_a_graph_released_by_one_is_an_error_for_the_others():
    """Without retain_graph one run succeeds; the others say so, and nothing is counted twice."""
    for _ in range(ROUNDS):
        x = Variable(ft.ones(2), requires_grad=True)
        y = Python.apply(Python.apply(x * 2)).sum()
        done = []

        def work(number, y=y, done=done):
            try:
                y.backward()
                done.append(number)
            except RuntimeError as error:
                assert "released by an earlier backward" in str(error)

        together(work)
        assert len(done) <= 1
        assert len(done) == 0 or x.grad.tolist() == [64.0, 64.0]


def test_backward_inside_backward_of_the_same_graph():
    """A hook may run the graph that is being run, in this thread or in another one, and wait for it."""
    x = Variable(ft.ones(2), requires_grad=True)
    middle = x * 3
    y = (Python.apply(middle) * middle).sum()
    inner = []

    def run_again(g):
        if len(inner) < 2:
            inner.append(None)
            if len(inner) == 1:
                inner[0] = grad(y, x, retain_graph=True)[0].tolist()
            else:
                thread = threading.Thread(target=lambda: inner.append(grad(y, x, retain_graph=True)[0].tolist()))
                thread.start()
                thread.join()

    middle.register_hook(run_again)
    y.backward(retain_graph=True)
    assert [g for g in inner if g] == [[81.0, 81.0]] * 2
    assert x.grad.tolist() == [81.0, 81.0]


def test_modes_inside_backward_belong_to_the_run():
    """One thread records its backward while another does not, and hooks see which."""
    x = Variable(ft.ones(2), requires_grad=True)
    y = (x * 3).sin()
    seen = [set() for _ in range(THREADS)]
    local = threading.local()
    y.register_hook(lambda g: seen[local.number].add(is_grad_enabled()))

    def work(number):
        local.number = number
        for _ in range(ROUNDS):
            if number % 2:
                with no_grad():
                    grad(y, x, ft.ones(2), create_graph=True)
            else:
                grad(y, x, ft.ones(2), retain_graph=True)

    together(work)
    assert seen == [{False}, {True}, {False}, {True}]
