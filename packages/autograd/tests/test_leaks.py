"""Graphs are freed by reference counting alone: no cycles, whatever was recorded, run or dropped."""

import gc
import weakref

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Context, Function, Node, Variable, grad, no_grad

pytestmark = pytest.mark.usefixtures("without_gc")


class Watch:
    """Weak references to Variables made on the way."""

    def __init__(self):
        self.references = []

    def __call__(self, variable):
        self.references.append(weakref.ref(variable))
        return variable

    def alive(self):
        return [i for i, reference in enumerate(self.references) if reference() is not None]


class SavesBoth(Function):
    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(x, y)
        return y, x * 2

    @staticmethod
    def backward(ctx, g, h):
        x, y = ctx.saved_tensors
        return g * y + h * 2 + x * 0


class WithAttributes(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.x, ctx.y = x, x.exp()
        return ctx.y

    @staticmethod
    def backward(ctx, g):
        return g * ctx.y


class Dirty(Function):
    @staticmethod
    def forward(ctx, x):
        x.exp_()
        ctx.mark_dirty(x)
        ctx.save_for_backward(x)
        return x

    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[0]


class Numpy(Function):
    @staticmethod
    def forward(ctx, x):
        return ft.from_numpy(np.exp(x.numpy()))

    @staticmethod
    def backward(ctx, g):
        return g.data


# Programs: from a leaf w of three elements to a Variable; intermediate Variables are watched. ---------------------


def chain(w, watch):
    return watch(watch(w * 2) + 1) * 3


def saved_results(w, watch):
    return watch(watch(watch(w.exp()).tanh()).softmax(0))


def saved_inputs(w, watch):
    a = watch(w * 1)
    return watch(watch(a.sin()) * watch(a.log()))


def saved_by_itself(w, watch):
    a = watch(w * 1)
    return a * a


def in_place(w, watch):
    y = watch(w * 1)
    y.add_(1)
    y[0] = 5
    y.exp_()
    return y * 1


def in_place_that_keeps_its_input(w, watch):
    y = watch(w * 1)
    y.mul_(w)
    return y


def views(w, watch):
    y = watch(w * 1)
    return watch(watch(watch(y.reshape(3, 1)).T)[0])


def written_views(w, watch):
    y = watch(w * 1)
    v = watch(y[0:2])
    watch(v[0:1]).mul_(2)
    y[2] = v[0] * 3
    v.exp_()
    return y


def view_outlives_its_base(w, watch):
    v = watch(watch(w * 1)[0:2])
    v.mul_(2)
    return v


def parts(w, watch):
    a, b, c = (watch(part) for part in watch(w * 1).unbind(0))
    b.mul_(2)
    return ft.stack([a, b, c])


def several_results(w, watch):
    values, indices = watch(w * 1).sort()
    watch(indices)
    return watch(values) + watch(w.max(0).values)


def lists(w, watch):
    return ft.cat([watch(w * 1), w, watch(w.exp())])


def hooks(w, watch):
    y = watch(w * 1)
    y.register_hook(lambda g: g * 2)
    y.retain_grad()
    return watch(y * 1)


def fused(w, watch):
    return watch(ft.cross_entropy(watch(w.reshape(1, 3)), ft.tensor([1])))


def index_with_tensors(w, watch):
    return watch(watch(w * 1)[ft.tensor([0, 0, 1])])


def function(w, watch):
    first, second = SavesBoth.apply(watch(w * 1))
    return watch(first) + watch(second)


def function_with_attributes(w, watch):
    return watch(WithAttributes.apply(watch(w * 1)))


def function_in_place(w, watch):
    return watch(Dirty.apply(watch(w * 1)))


def function_with_numpy(w, watch):
    return watch(Numpy.apply(watch(w * 1)))


def without_recording(w, watch):
    y = watch(w * 1)
    with no_grad():
        watch(y[0:1])
    y.add_(1)
    return y + watch(watch(y.detach()) * 2)


PROGRAMS = [
    value
    for value in list(globals().values())
    if getattr(value, "__module__", "") == __name__ and not isinstance(value, type)
]


@pytest.mark.parametrize("how", ["dropped", "backward", "retained", "create_graph", "refused"])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_nothing_is_left(program, how):
    """Variables and nodes are gone when the last name is, run or not, differentiated once or twice."""
    watch = Watch()
    w = watch(Variable(ft.tensor([1.0, 2.0, 3.0]), requires_grad=True))
    y = watch(program(w, watch))
    total = watch(y.sum())
    if how == "backward":
        total.backward()
    elif how == "retained":
        total.backward(retain_graph=True)
        total.backward(retain_graph=True)
    elif how == "create_graph" and program is not function_with_attributes:
        (g,) = grad(total, w, create_graph=True)
        watch(g)
        del g
    elif how == "refused":
        total.backward()
        with pytest.raises(RuntimeError):
            total.backward()
    del y, total
    assert watch.alive() == [0]
    del w  # all nodes lead to it: had one survived, so would this
    assert watch.alive() == []


def test_memory_kept_for_backward_is_freed_by_backward():
    """What was kept is dropped while backward runs, though the result lives on."""
    w = Variable(ft.ones(3), requires_grad=True)
    kept = w * 2
    reference = weakref.ref(kept)
    y = (kept * kept).sum()
    del kept
    assert reference() is not None
    y.backward()
    assert reference() is None


def test_only_what_a_rule_names_is_kept():
    """Addition keeps neither operand; multiplication keeps the other one only."""
    w = Variable(ft.ones(3), requires_grad=True)
    summand, factor = w * 2, ft.ones(3)
    references = weakref.ref(summand), weakref.ref(factor)
    y = summand + 1
    z = w * factor
    del summand, factor
    assert references[0]() is None
    assert references[1]() is not None
    a = Variable(ft.ones(3)) * 2
    reference = weakref.ref(a)
    b = a * w  # needs `a`, for the gradient of w
    c = w * 1 + a  # needs nothing
    del a, b
    assert reference() is None
    parts = [w * 1, w * 2]
    reference = weakref.ref(parts[0])
    joined = ft.cat(parts)
    del parts
    assert reference() is None, "cat needs sizes, not values"
    assert y.requires_grad and z.requires_grad and c.requires_grad and joined.requires_grad


def test_errors_in_backward_keep_nothing():
    """After an error has been handled, nothing of the graph is left."""
    watch = Watch()
    w = Variable(ft.ones(3), requires_grad=True)
    h = watch(w * 1)
    y = watch(h.sin())
    h.zero_()
    try:
        y.sum().backward()
    except RuntimeError:
        pass
    else:
        pytest.fail("the change went unnoticed")
    del h, y
    assert watch.alive() == []


def test_threads_do_not_keep_the_graph():
    """A backward with create_graph leaves no forward node behind."""
    watch = Watch()
    w = Variable(ft.ones(3), requires_grad=True)
    grad(watch(w.exp()).sum(), w, create_graph=True)
    w * 2
    assert watch.alive() == []


def ours(objects):
    """Our objects among some."""
    return [x for x in objects if issubclass(type(x), (ft.Tensor, Node, Context))]


def test_a_training_loop_does_not_grow():
    """A thousand steps leave as many objects as ten."""
    w = Variable(ft.ones(3, 3), requires_grad=True)

    def steps(n):
        for _ in range(n):
            w.grad = None
            h = (w @ w).tanh() * 1
            h[0] = h[1] * 2
            h.sum().backward()
            with no_grad():
                w.sub_(w.grad * 1e-3)

    steps(10)
    gc.collect()
    before = len(ours(gc.get_objects()))
    steps(1000)
    assert len(ours(gc.get_objects())) <= before + 1
