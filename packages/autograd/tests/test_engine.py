"""The engine: what runs, in which order, what it keeps and releases."""

import sys
import threading

import flambeau.tensor as ft
import numpy as np
import pytest
from autograd_helpers import message_of
from flambeau.autograd import Variable, enable_grad, grad, graph, is_grad_enabled, no_grad

# Sums over paths --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n", [3, 10_000])
def test_leaf_used_along_a_chain(leaf, n, weighted):
    """A leaf that is added at every step gets each step's gradient once (arrays are not shared while they wait)."""
    x = Variable(ft.ones(n), requires_grad=True)
    y = x * 0.5
    y = y + x
    y = y + x
    y = x + y
    (y * ft.ones(n) if weighted else y).sum().backward()
    assert set(x.grad.tolist()) == {3.5}


def test_diamond():
    """Both sides of a diamond count, and the shared node runs once, with the sum."""
    x = Variable([3.0], requires_grad=True)
    a = x * x
    seen = []
    a.register_hook(lambda g: seen.append(g.tolist()))
    (a.sin() + a * 2).backward()
    expected = (np.cos(9.0) + 2) * 6
    assert x.grad.item() == pytest.approx(expected, rel=1e-6)
    assert len(seen) == 1


def test_diamonds_in_a_row(leaf):
    """Thirty doublings in a row are thirty nodes, not 2**30 paths."""
    x = y = leaf(1.0)
    for _ in range(30):
        y = y + y
    y.backward()
    assert x.grad.item() == 2.0**30


def test_nodes_made_late_wait_for_nodes_made_early(leaf):
    """A node runs when all its gradients have arrived, whatever the shape of the graph."""
    x = leaf(2.0)
    early = x * 3
    long_way = early
    for _ in range(10):
        long_way = long_way * 1
    short = early * 5
    runs = []
    early.register_hook(lambda g: runs.append(g.item()))
    (long_way + short).backward()
    assert runs == [6.0]
    assert x.grad.item() == 18.0


def test_broadcast_operands_get_their_own_shape(leaf):
    """A gradient is summed to the shape, and cast to the dtype, of what it belongs to."""
    x = Variable(ft.ones(3, 1), requires_grad=True)
    y = Variable(ft.ones(4, dtype="float64"), requires_grad=True)
    z = Variable(ft.ones(1, 1, 1), requires_grad=True)
    (x * y * z).sum().backward()
    assert (x.grad.shape, x.grad.dtype, x.grad.tolist()) == ((3, 1), ft.float32, [[4.0]] * 3)
    assert (y.grad.shape, y.grad.dtype, y.grad.tolist()) == ((4,), ft.float64, [3.0] * 4)
    assert (z.grad.shape, z.grad.tolist()) == ((1, 1, 1), [[[12.0]]])


def test_empty_tensors(leaf):
    """Tensors without elements have gradients without elements."""
    x = Variable(ft.zeros(0, 3), requires_grad=True)
    (x * 2).sum().backward()
    assert x.grad.shape == (0, 3)


# Keeping and releasing --------------------------------------------------------------------------------------------


def test_second_backward_is_refused_with_its_line(leaf):
    """A released graph names the operation, its forward line, and the way out."""
    x = leaf(2.0)
    y = x.exp()
    y.backward()
    expected = (
        f"backward(): expected a graph that has not been run backward, got exp, recorded at {y.grad_fn.line}, "
        f"whose kept values were released by an earlier backward; use retain_graph=True in that one"
    )
    assert message_of(RuntimeError, lambda: y.backward()) == expected
    assert "y = x.exp()" in expected
    assert message_of(RuntimeError, lambda: grad((y * 2), x)).startswith(
        "backward(): expected a graph that has not been run"
    )


def test_retain_graph(leaf):
    """A retained graph runs again; the last run releases it."""
    x = leaf(2.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 12.0
    with pytest.raises(RuntimeError, match="released by an earlier backward"):
        y.backward()


def test_a_graph_that_is_released_while_a_node_runs(leaf):
    """A run inside another one takes what the node's other formula needs; that is said, and not taken for None."""
    x, w = leaf(2.0), leaf(3.0)
    inner = []

    def unpack(value):
        if not inner:
            inner.append(True)
            y.backward()
        return value

    with graph.saved_tensors_hooks(lambda value: value, unpack):
        y = x * w
    with pytest.raises(RuntimeError, match=r"got mul, recorded at .* released by an earlier backward"):
        y.backward()
    assert x.grad.item() == 3.0 and w.grad.item() == 2.0


def test_create_graph_retains_unless_told_otherwise(leaf):
    """``create_graph`` keeps the graph by default."""
    x = leaf(2.0)
    y = x * x
    y.backward(create_graph=True)
    y.backward(retain_graph=False)
    assert x.grad.item() == 8.0
    with pytest.raises(RuntimeError, match="released by an earlier backward"):
        y.backward()


def test_parts_that_did_not_run_are_not_released(leaf):
    """Only nodes that ran are released."""
    x, w = leaf(2.0), leaf(3.0)
    a, b = x * w, w * 2
    (g,) = grad(a + b, x)
    assert g.item() == 3.0
    b.backward()
    assert w.grad.item() == 2.0


# Higher orders ----------------------------------------------------------------------------------------------------


def test_derivatives_of_any_order(leaf):
    """x**5 and its five derivatives."""
    x = leaf(2.0, dtype="float64")
    y, found = x**5, []
    for _ in range(5):
        (y,) = grad(y.sum(), x, create_graph=True)
        found.append(y.item())
    assert found == [80.0, 160.0, 240.0, 240.0, 120.0]


def test_grad_of_a_gradient_through_backward(leaf):
    """``backward(create_graph=True)`` gives gradients that can be differentiated."""
    x = leaf(3.0)
    (x**3).backward(create_graph=True)
    assert x.grad.requires_grad
    (second,) = grad(x.grad, x)
    assert second.item() == 18.0


def test_gradient_given_as_a_variable_is_differentiated(leaf):
    """Under create_graph the given gradient has derivatives too."""
    x, v = leaf(1.0, 2.0), leaf(3.0, 4.0)
    (g,) = grad(x * x, x, v, create_graph=True)
    (d_v,) = grad(g.sum(), v)
    assert d_v.tolist() == [2.0, 4.0]


def test_gradients_without_create_graph_have_no_history(leaf):
    """Without ``create_graph`` a gradient is a constant."""
    x = leaf(3.0)
    (g,) = grad(x * x, x)
    assert type(g) is Variable and not g.requires_grad
    x = leaf(3.0)
    (x * x).backward()
    assert not x.grad.requires_grad


@pytest.mark.parametrize("parts", [1, 2])
def test_several_results_of_one_operation(leaf, parts):
    """Operators with several results, one of which may be all there is."""
    x = leaf(1.0, 2.0, 3.0, 4.0)
    pieces = (x * 2).split(4 // parts)
    assert len(pieces) == parts
    pieces[-1].sum().backward()
    assert x.grad.tolist() == ([2.0] * 4 if parts == 1 else [0.0, 0.0, 2.0, 2.0])


# Reentrance and threads -------------------------------------------------------------------------------------------


def test_backward_inside_a_hook(leaf):
    """A hook may run another backward, through other graphs and with other modes."""
    x, w = leaf(2.0), leaf(5.0)
    inner = []

    def hook(g):
        with enable_grad():
            (w * w).backward()
            (d,) = grad((w**3).sum(), w, create_graph=True)
            inner.append(grad(d, w)[0].item())

    y = x * 3
    y.register_hook(hook)
    (y * 2).backward()
    assert x.grad.item() == 6.0
    assert w.grad.item() == 10.0
    assert inner == [30.0]
    assert is_grad_enabled()


def test_backward_inside_an_observer(leaf):
    """A callback may run a backward of its own wherever it is called, also while a gradient is being added."""
    done = []

    def watch(op, args, out, result):
        if op is ft.ops.clone and not done:
            done.append(True)
            (leaf(2.0) * 3).backward()

    def work():
        x = leaf(1.0)
        with ft.observe(watch):
            (x * x).backward(create_graph=True)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(timeout=10)
    assert done and not thread.is_alive(), "deadlock"


def test_mode_inside_backward_follows_create_graph(leaf):
    """Hooks and rules run with recording off, or on under ``create_graph``; afterwards all is as before."""
    seen = []
    x = leaf(1.0)
    y = x * 2
    y.register_hook(lambda g: seen.append(is_grad_enabled()))
    y.backward(retain_graph=True)
    with no_grad():
        y.backward(create_graph=True)
        assert not is_grad_enabled()
    assert seen == [False, True]
    assert is_grad_enabled()


def test_mode_is_restored_after_an_error(leaf):
    """An exception in backward leaves recording as it was."""
    x = leaf(1.0)
    y = x * 2

    def fail(g):
        raise KeyError("hook")

    y.register_hook(fail)
    with pytest.raises(KeyError):
        y.backward()
    assert is_grad_enabled()


def test_recording_is_switched_per_thread(leaf):
    """``no_grad`` of one thread does not reach another."""
    x, found = leaf(1.0), []
    with no_grad():
        thread = threading.Thread(target=lambda: found.append(((x * 2).requires_grad, is_grad_enabled())))
        thread.start()
        thread.join()
        assert not (x * 2).requires_grad
    assert found == [(True, True)]


def test_threads_with_graphs_of_their_own():
    """Several threads record and run backward at once, twice differentiated; afterwards lines are right again."""
    errors = []

    def work():
        try:
            for _ in range(30):
                x = Variable(ft.tensor([0.3, 0.2], dtype="float64"), requires_grad=True)
                y = x
                for _ in range(4):
                    y = ft.log_softmax(y * x, 0)
                (g,) = grad(y.sum(), x, create_graph=True)
                g.sum().backward()
                results.add(tuple(x.grad.tolist()))
        except Exception as error:
            errors.append(error)

    results: set = set()
    previous = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(previous)
    assert not errors
    assert len(results) == 1
    node = (Variable([1.0], requires_grad=True) * 7).grad_fn
    assert "requires_grad=True) * 7).grad_fn" in node.line


@pytest.mark.parametrize("n", [4, 200_000])
def test_threads_with_a_leaf_in_common(n):
    """Gradients that several threads send to one leaf all arrive, also where NumPy lets other threads run."""
    x, ones = Variable(ft.zeros(n), requires_grad=True), ft.ones(n)

    def work():
        for _ in range(25):
            (x * ones).sum().backward()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(x.grad.tolist()) == {100.0}
