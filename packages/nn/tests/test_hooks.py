"""Hooks: with keywords, in front, always; of the backward pass; what they see and what they may change."""

import copy
import pickle

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest
from flambeau.autograd import Variable, grad


class Scaled(nn.Module):
    def forward(self, x, factor=1.0):
        return x * factor


def add_one(module, args, output):
    return output + 1


def test_hooks_with_keywords():
    """With with_kwargs hooks see keyword arguments, and a pre-hook may change them."""
    seen = []
    layer = Scaled()
    layer.register_forward_pre_hook(lambda m, args, kwargs: (args, {"factor": kwargs["factor"] + 1}), with_kwargs=True)
    layer.register_forward_hook(lambda m, args, kwargs, out: seen.append((kwargs, out.item())), with_kwargs=True)
    assert layer(ft.tensor(2.0), factor=2.0).item() == 6.0
    assert seen == [({"factor": 3.0}, 6.0)]
    layer.register_forward_pre_hook(lambda m, args, kwargs: args, with_kwargs=True)
    with pytest.raises(TypeError) as raised:
        layer(ft.tensor(2.0), factor=2.0)
    assert str(raised.value) == (
        "register_forward_pre_hook(): argument 'hook': expected a function that returns None or (args, kwargs), "
        "got tuple"
    )


def test_order():
    """Hooks run in the order they came, those with prepend first."""
    order = []
    layer = Scaled()
    for name, prepend in (("a", False), ("b", False), ("c", True)):
        layer.register_forward_hook(lambda m, args, out, n=name: order.append(n), prepend=prepend)
        layer.register_forward_pre_hook(lambda m, args, n=name: order.append(n.upper()), prepend=prepend)
    layer(ft.ones(1))
    assert "".join(order) == "CABcab"


def test_the_same_hook_twice():
    """Each registration is one of its own."""
    layer = Scaled()
    first = layer.register_forward_hook(add_one)
    layer.register_forward_hook(add_one)
    assert layer(ft.zeros(1)).item() == 2.0
    first.remove()
    first.remove()
    assert layer(ft.zeros(1)).item() == 1.0


def test_hooks_that_always_run():
    """always_call runs a hook after a failure too, which stays what it was."""
    layer = nn.Linear(2, 1)
    seen = []
    layer.register_forward_hook(lambda m, args, out: seen.append(out), always_call=True)
    layer.register_forward_hook(lambda m, args, out: seen.append("not after a failure"))
    with pytest.raises(ft.ShapeError):
        layer(ft.ones(3))
    assert seen == [None]


def test_what_is_no_function():
    with pytest.raises(TypeError) as raised:
        nn.ReLU().register_forward_hook("x")
    assert str(raised.value) == "register_forward_hook(): argument 'hook': expected a function, got str"


def test_hooks_are_copied_and_pickled():
    """A copy has the hooks of the original, and a shallow one takes new ones for itself."""
    layer = nn.ReLU()
    layer.register_forward_hook(add_one)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer)), copy.copy(layer)):
        other.register_forward_hook(add_one)
        assert (layer(ft.zeros(1)).item(), other(ft.zeros(1)).item()) == (1.0, 2.0)


# Backward -------------------------------------------------------------------------------------------------------


def test_backward_hooks_see_gradients():
    """One gradient for each argument and each output, None for those that have none."""

    class Two(nn.Module):
        def forward(self, x, y, z):
            return x * y, x + 1, z

    seen = []
    layer = Two()
    layer.register_full_backward_hook(lambda *all: seen.append(all))
    x, y = (Variable(ft.tensor([v]), requires_grad=True) for v in (2.0, 3.0))
    product, _, _ = layer(x, y, ft.ones(1))
    (product * 10).sum().backward()
    assert (x.grad.item(), y.grad.item()) == (30.0, 20.0)
    [(module, grad_input, grad_output)] = seen
    assert module is layer
    assert [None if g is None else g.item() for g in grad_input] == [30.0, 20.0, None]
    assert [None if g is None else g.item() for g in grad_output] == [10.0, None, None]


def test_backward_hooks_change_gradients():
    """Pre-hooks replace the gradients of outputs, hooks those of inputs; parameters get what pre-hooks gave."""
    layer = nn.Linear(1, 1, bias=False)
    layer.weight.data.fill_(5)
    layer.register_full_backward_pre_hook(lambda m, outs: outs[0] * 2)
    layer.register_full_backward_hook(lambda m, ins, outs: (ins[0] + 1,))
    x = Variable(ft.ones(1), requires_grad=True)
    layer(x).sum().backward()
    assert (x.grad.item(), layer.weight.grad.item()) == (11.0, 2.0)


def test_backward_hooks_without_inputs_that_want_gradients():
    """The hook runs all the same, once the outputs' gradients came."""
    seen = []
    layer = nn.Linear(2, 1)
    handle = layer.register_backward_hook(lambda m, ins, outs: seen.append((ins, outs[0].item())))
    layer(ft.ones(2)).sum().backward()
    assert seen == [((None,), 1.0)]
    handle.remove()
    layer(ft.ones(2)).sum().backward()
    assert len(seen) == 1


def test_backward_hooks_and_second_derivatives():
    """Gradients seen by a hook can be differentiated."""
    layer = nn.Tanh()
    layer.register_full_backward_hook(lambda m, ins, outs: None)
    x = Variable(ft.tensor(0.5, dtype=ft.float64), requires_grad=True)
    (slope,) = grad(layer(x), [x], create_graph=True)
    slope.backward()
    t = ft.tanh(ft.tensor(0.5, dtype=ft.float64)).item()
    assert x.grad.item() == pytest.approx(-2 * t * (1 - t * t))


def test_backward_hooks_of_other_outputs():
    """What gives no Tensors has no gradients to show: that is said."""

    class Named(nn.Module):
        def forward(self, x):
            return {"y": x}

    layer = Named()
    layer.register_full_backward_hook(lambda m, ins, outs: None)
    with pytest.warns(UserWarning, match="forward\\(\\) returned dict, expected a Tensor or a tuple of Tensors"):
        layer(Variable(ft.ones(1), requires_grad=True))


def test_a_hook_that_gives_too_much():
    layer = nn.ReLU()
    layer.register_full_backward_hook(lambda m, ins, outs: (ins[0], ins[0]))
    y = layer(Variable(ft.ones(1), requires_grad=True)).sum()
    with pytest.raises(ValueError, match="expected a function that returns 1 gradients, got 2"):
        y.backward()


def test_inplace_layers_after_a_call_without_hooks():
    """Hooks cost nothing of this where there are none."""
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(inplace=True))
    net(ft.ones(1, 2)).sum().backward()
    assert net[0].weight.grad is not None
