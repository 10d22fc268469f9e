"""The step of all parameters as one program."""

from functools import partial

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau import optim
from flambeau.autograd import Variable
from optimizers import every_pointwise_optimizer

SHAPES = [(3,), (2, 5), (), (0, 4), (70, 50), (1,)]


def parameters(dtype="float32"):
    rng = np.random.default_rng(0)
    params = [Variable(ft.tensor(rng.normal(size=s)).to(dtype), requires_grad=True) for s in SHAPES]
    grads = [[ft.tensor(rng.normal(size=s)).to(dtype) for s in SHAPES] for _ in range(4)]
    # One whose memory is not in order of its elements.
    params.append(Variable(ft.tensor(rng.normal(size=(4, 3))).to(dtype).T, requires_grad=True))
    for step in grads:
        step.append(ft.tensor(rng.normal(size=(3, 4))).to(dtype))
    return params, grads


def train(make, one_by_one, dtype="float32"):
    params, grads = parameters(dtype)
    optimizer = make(params)
    for step in grads:
        for p, g in zip(params, step, strict=True):
            p.grad = Variable(g)
        if one_by_one:
            _step_one_by_one(optimizer)
        else:
            optimizer.step()
    return [p.detach().numpy() for p in params], optimizer


def _step_one_by_one(optimizer):
    for group in optimizer.param_groups:
        options = optimizer._options(group)
        maximize = options.pop("maximize")
        for p in group["params"]:
            state = optimizer.state.setdefault(p, None)
            if state is None:
                state = optimizer.state[p] = optimizer.init_state(p.data, **options)
            optimizer.update(p.data, -p.grad.data if maximize else p.grad.data, state, **options)
    optimizer.step_count += 1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "more", [{}, {"maximize": True}, {"lr": lambda step: 0.1 / (1 + step)}], ids=["plain", "maximize", "schedule"]
)
@every_pointwise_optimizer
def test_one_program_gives_what_updates_one_by_one_give(optimizer, options, more, dtype):
    """Written down and run over all parameters, an update gives the very same bits, in parameters and state."""
    make = partial(optimizer, **{**options, **more})
    together, first = train(make, False, dtype)
    apart, second = train(make, True, dtype)
    for x, y in zip(together, apart, strict=True):
        np.testing.assert_array_equal(x, y)
    for x, y in zip(first.state.values(), second.state.values(), strict=True):
        assert list(x) == list(y)
        for key, value in x.items():
            same = np.array_equal(value.numpy(), y[key].numpy()) if isinstance(value, ft.Tensor) else value == y[key]
            assert same, f"state '{key}'"


@every_pointwise_optimizer
def test_programs_are_really_used(optimizer, options, monkeypatch):
    """After the first step, update runs once for all parameters that are alike, not once for each."""
    params, grads = parameters()
    params, grads = params[:-1], [g[:-1] for g in grads]  # those in order
    made = optimizer(params, **options)
    calls = []
    update = made.update
    monkeypatch.setattr(made, "update", lambda *args, **options: (calls.append(1), update(*args, **options)))
    for step in grads:
        before = len(calls)
        for p, g in zip(params, step, strict=True):
            p.grad = Variable(g)
        made.step()
    assert len(calls) == before + 1
    if optimizer is optim.Adam:
        assert len(calls) == len(grads)


def test_parameters_of_several_kinds():
    """Dtypes mixed in a group, and parameters that begin later, are each run with those that are like them."""
    start = np.arange(1.0, 4.0)
    made = [Variable(ft.tensor(start).to(t), requires_grad=True) for t in ("float32", "float64", "float32", "float64")]
    alone = [Variable(ft.tensor(start).to(p.dtype), requires_grad=True) for p in made]
    together = optim.Adam(made, lr=0.1)
    apart = [optim.Adam([p], lr=0.1) for p in alone]
    for step in range(4):
        for i, (p, q) in enumerate(zip(made, alone, strict=True)):
            p.grad = q.grad = ft.tensor(start).to(p.dtype) if step >= i % 3 else None
        together.step()
        for optimizer in apart:
            optimizer.step()
    assert [p.tolist() for p in made] == [p.tolist() for p in alone]
    assert [together.state[p]["step"] for p in made] == [4, 3, 2, 4]


def test_a_program_is_written_anew_when_update_does_something_else():
    """What an update does may depend on its step and on the optimizer."""

    class Turning(optim.Optimizer):
        def __init__(self, params):
            super().__init__(params, {})
            self.factor = 1.0

        def init_state(self, p):
            return {"step": 0}

        def update(self, p, g, state):
            state["step"] += 1
            if state["step"] % 2:
                p.sub_(self.factor * g)
            else:
                p.mul_(self.factor)

    w = Variable(ft.tensor([8.0]), requires_grad=True)
    w.grad = Variable(ft.tensor([1.0]))
    optimizer = Turning([w])
    for factor in (1.0, 2.0, 3.0, 0.5):
        optimizer.factor = factor
        optimizer.step()
    assert w.tolist() == [((8 - 1) * 2 - 3) * 0.5]


def test_changes_are_counted():
    """Backward notices that a parameter it kept was changed by the program."""
    w = Variable(ft.ones(3), requires_grad=True)
    loss = (w * w).sum()
    w.grad = Variable(ft.ones(3))
    before = w.version
    optim.SGD([w], lr=0.1).step()
    assert w.version == before + 1
    with pytest.raises(RuntimeError, match="sub_ changed it in place") as raised:
        loss.backward()
    assert ": optim.SGD([w], lr=0.1).step(); change a clone() instead" in str(raised.value)


def test_updates_that_are_no_programs_run_one_by_one():
    """An update may look at elements: then it is simply called for each parameter."""

    class Signs(optim.Optimizer):
        def __init__(self, params):
            super().__init__(params, {})

        def update(self, p, g, state):
            p.sub_(g / max(g.abs().sum().item(), 1.0))

    w = Variable(ft.tensor([1.0, 2.0]), requires_grad=True)
    w.grad = Variable(ft.tensor([1.0, 3.0]))
    Signs([w]).step()
    assert w.tolist() == [0.75, 1.25]


def test_parameters_that_share_memory_are_updated_one_after_the_other():
    """Where a gradient is (part of) the parameter itself, no program runs that would read what it wrote."""
    base = ft.tensor([1.0, 2.0, 4.0])
    w = Variable(base[:2], requires_grad=True)
    w.grad = Variable(base[1:])
    optim.SGD([w], lr=0.5).step()
    assert base.tolist() == [0.0, 0.0, 4.0]


def test_unhashable_state_is_allowed():
    """What a state holds beside Tensors and numbers keeps a parameter to itself, and is no error."""
    w = Variable(ft.ones(2), requires_grad=True)
    w.grad = Variable(ft.ones(2))

    class Listing(optim.Optimizer):
        def __init__(self, params):
            super().__init__(params, {})

        def init_state(self, p):
            return {"seen": []}

        def update(self, p, g, state):
            state["seen"].append(1)
            p.sub_(g)

    optimizer = Listing([w])
    optimizer.step()
    assert w.tolist() == [0.0, 0.0]
    assert optimizer.state[w]["seen"] == [1]
