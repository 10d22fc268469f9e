"""Module: registration, iteration, calls and hooks."""

import warnings

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest
from flambeau.autograd import Variable


class Block(nn.Module):
    """A linear layer, a scale and a buffer."""

    def __init__(self, size=2):
        super().__init__()
        self.linear = nn.Linear(size, size)
        self.scale = nn.Parameter(ft.ones(size))
        self.register_buffer("shift", ft.zeros(size))
        self.register_buffer("seen", ft.zeros(1), persistent=False)
        self.size = size

    def forward(self, x):
        return self.linear(x) * self.scale + self.shift


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Block()
        self.second = Block()

    def forward(self, x):
        return self.second(self.first(x))


def names(pairs):
    return [name for name, _ in pairs]


# Registration ---------------------------------------------------------------------------------------------------


def test_parameters_are_found_by_name():
    """Parameters come in the order of their assignment, with the path of their module."""
    net = Net()
    inside = ("scale", "linear.weight", "linear.bias")
    assert names(net.named_parameters()) == [f"{block}.{name}" for block in ("first", "second") for name in inside]
    block = Block()
    assert names(block.named_parameters()) == ["scale", "linear.weight", "linear.bias"]
    assert names(block.named_parameters(prefix="block", recurse=False)) == ["block.scale"]
    assert [p.shape for p in block.parameters()] == [(2,), (2, 2), (2,)]


def test_buffers_are_found_by_name():
    """Buffers come with names, persistent or not, and not among the parameters."""
    net = Net()
    assert names(net.named_buffers()) == ["first.shift", "first.seen", "second.shift", "second.seen"]
    assert len(list(net.buffers())) == 4
    assert names(net.named_buffers(recurse=False)) == []


def test_modules_are_found_by_name():
    """named_modules begins with the module itself; children are those directly inside."""
    net = Net()
    assert names(net.named_modules()) == ["", "first", "first.linear", "second", "second.linear"]
    assert names(net.named_children()) == ["first", "second"]
    assert list(net.children()) == [net.first, net.second]
    assert len(list(net.modules())) == 5


def test_what_is_shared_comes_once():
    """A parameter or module in several places is listed once, unless duplicates are asked for."""
    net = Net()
    net.second = net.first
    net.tied = net.first.scale
    assert names(net.named_parameters()) == ["tied", "first.linear.weight", "first.linear.bias"]
    assert names(net.named_children()) == ["first"]
    assert names(net.named_modules(remove_duplicate=False)) == ["", "first", "first.linear", "second", "second.linear"]
    everywhere = names(net.named_parameters(remove_duplicate=False))
    assert everywhere == [
        "tied",
        *(f"{block}.{name}" for block in ("first", "second") for name in ("scale", "linear.weight", "linear.bias")),
    ]


def test_forgetting_super_init_is_harmless():
    """A subclass that does not call super().__init__() works all the same."""

    class Careless(nn.Module):
        def __init__(self):
            self.linear = nn.Linear(2, 3)

    assert names(Careless().named_parameters()) == ["linear.weight", "linear.bias"]


def test_arguments_of_the_base_class():
    """Module itself takes no arguments."""
    with pytest.raises(TypeError):
        nn.Module(3)


def test_attributes_are_ordinary_ones():
    """Everything else is stored as on any object; deleting unregisters."""
    block = Block()
    assert block.size == 2
    del block.linear, block.shift
    assert names(block.named_parameters()) == ["scale"]
    assert list(block.state_dict()) == ["scale"]
    with pytest.raises(AttributeError, match="'Block' object has no attribute 'linear'"):
        block.linear  # noqa: B018


def test_none_takes_a_place():
    """A registered name may be None, and filled later."""
    block = Block()
    block.scale = None
    block.register_parameter("more", None)
    assert names(block.named_parameters()) == ["linear.weight", "linear.bias"]
    block.more = nn.Parameter(ft.ones(1))
    assert names(block.named_parameters(recurse=False)) == ["more"]


def test_a_buffer_is_replaced_by_assignment():
    """A Tensor assigned to the name of a buffer is the new buffer, as persistent as the old one."""
    block = Block()
    block.shift = ft.ones(2)
    block.seen = ft.ones(2)
    assert block.state_dict()["shift"].tolist() == [1.0, 1.0]
    assert "seen" not in block.state_dict()


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        (
            "scale",
            ft.ones(2),
            "Block(): argument 'scale': expected a Parameter or None, got Tensor; "
            "del the attribute first if it is to be something else than a parameter",
        ),
        (
            "linear",
            len,
            "Block(): argument 'linear': expected a Module or None, got builtin_function_or_method; "
            "del the attribute first if it is to be something else than a module",
        ),
        (
            "seen",
            1.5,
            "Block(): argument 'seen': expected a Tensor or None, got float; "
            "del the attribute first if it is to be something else than a buffer",
        ),
    ],
)
def test_a_registered_name_keeps_its_meaning(name, value, text):
    """Nothing silently stops being a parameter, a buffer or a module."""
    with pytest.raises(TypeError) as raised:
        setattr(Block(), name, value)
    assert str(raised.value) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.b", "Net(): argument 'name': expected a name without dots, got 'a.b'"),
        ("", "Net(): argument 'name': expected a name without dots, got ''"),
        (3, "Net(): argument 'name': expected a name without dots, got 3"),
        ("parameters", "Net(): argument 'name': expected a name that Module does not use itself, got 'parameters'"),
        ("_registered", "Net(): argument 'name': expected a name that Module does not use itself, got '_registered'"),
    ],
)
def test_names_that_cannot_be_used(name, text):
    """Dots would be ambiguous, and Module's own names would break it."""
    with pytest.raises(ValueError) as raised:
        Net().add_module(name, nn.ReLU())
    assert str(raised.value) == text


@pytest.mark.parametrize(
    ("register", "text"),
    [
        (
            lambda m: m.register_parameter("x", ft.ones(1)),
            "register_parameter(): argument 'param': expected Parameter or None, got Tensor",
        ),
        (
            lambda m: m.register_buffer("x", [1.0]),
            "register_buffer(): argument 'tensor': expected Tensor or None, got list",
        ),
        (lambda m: m.add_module("x", 1), "add_module(): argument 'module': expected Module or None, got int"),
    ],
)
def test_registering_something_else(register, text):
    """The three ways to register check what they are given."""
    with pytest.raises(TypeError) as raised:
        register(nn.Module())
    assert str(raised.value) == text


def test_a_module_cannot_hold_itself():
    """A circle of modules is refused when it would close."""
    net = Net()
    with pytest.raises(ValueError) as raised:
        net.first.parent = net
    assert str(raised.value) == (
        "Block(): argument 'parent': expected a Module that does not hold this Block, got one that does"
    )


def test_properties_decide_for_themselves():
    """A property's setter gets what is assigned to it."""

    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(1, 1)

        @property
        def weight(self):
            return self.inner.weight

        @weight.setter
        def weight(self, value):
            self.inner.weight = value

    tied = Tied()
    tied.weight = nn.Parameter(ft.ones(1, 1))
    assert names(tied.named_parameters()) == ["inner.weight", "inner.bias"]
    assert tied.inner.weight.item() == 1.0


@pytest.mark.parametrize(
    ("value", "kind", "what", "instead"),
    [
        ([nn.ReLU()], "list", "ReLU", "ModuleList"),
        ((1, [nn.Linear(1, 1)]), "tuple", "Linear", "ModuleList"),
        ({"a": nn.Parameter(ft.ones(1))}, "dict", "Parameter", "ParameterDict"),
    ],
)
def test_modules_in_plain_containers_warn(value, kind, what, instead):
    """A list of layers looks right and would not be trained: that is said at once, at the user's line."""
    net = Net()
    with pytest.warns(UserWarning) as caught:
        net.layers = value
    assert str(caught[0].message) == (
        f"Net.layers is a {kind} that holds a {what}: what is in it is not registered, so parameters(), state_dict() "
        f"and to() will not see it; use {instead}, or assign each to an attribute of its own"
    )
    assert caught[0].filename == __file__


def test_plain_data_does_not_warn():
    """Lists of anything else are just lists."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net = Net()
        net.sizes, net.table, net.tensors = [1, 2], {"a": "b"}, [ft.ones(1)]


# Calling --------------------------------------------------------------------------------------------------------


def test_forward_is_missing():
    """A subclass without forward says so when called."""

    class Empty(nn.Module):
        pass

    with pytest.raises(NotImplementedError, match=r"^Empty must define forward$"):
        Empty()(1)


def test_forward_takes_any_arguments():
    """A call passes positional and keyword arguments, and any result."""

    class Anything(nn.Module):
        def forward(self, *args, **kwargs):
            return args, kwargs

    assert Anything()(1, "a", b=2) == ((1, "a"), {"b": 2})


def test_pre_hooks():
    """A pre-hook sees the arguments and may replace them, by a tuple or by one argument."""
    layer = nn.ReLU()
    seen = []
    first = layer.register_forward_pre_hook(lambda module, args: seen.append((module is layer, args[0].tolist())))
    second = layer.register_forward_pre_hook(lambda module, args: args[0] * 2)
    third = layer.register_forward_pre_hook(lambda module, args: (args[0] + 1,))
    assert layer(ft.ones(1)).tolist() == [3.0]
    second.remove()
    third.remove()
    third.remove()
    assert layer(ft.ones(1)).tolist() == [1.0]
    first.remove()
    assert seen == [(True, [1.0]), (True, [1.0])]
    assert layer(ft.ones(1)).tolist() == [1.0]
    assert len(seen) == 2


def test_forward_hooks():
    """A forward hook sees arguments and result and may replace the result."""
    layer = nn.ReLU()
    with layer.register_forward_hook(lambda module, args, output: output + args[0]):
        assert layer(ft.ones(1)).tolist() == [2.0]
    assert layer(ft.ones(1)).tolist() == [1.0]


def test_a_hook_that_removes_itself():
    """Hooks may change the list of hooks while it runs."""
    layer = nn.ReLU()
    calls = []

    def once(module, args, output):
        calls.append("once")
        handle.remove()

    handle = layer.register_forward_hook(once)
    layer.register_forward_hook(lambda module, args, output: calls.append("always"))
    layer(ft.ones(1))
    layer(ft.ones(1))
    assert calls == ["once", "always", "always"]


def test_parameters_must_be_leaves():
    """A Parameter that became the result of an operation in place is no parameter of a module."""
    p = nn.Parameter(ft.ones(1), requires_grad=False)
    p.mul_(Variable(ft.ones(1), requires_grad=True))
    with pytest.raises(ValueError) as raised:
        nn.Module().register_parameter("p", p)
    assert str(raised.value) == (
        "Module(): argument 'p': expected a leaf, got the result of an operation; compute it in forward()"
    )
