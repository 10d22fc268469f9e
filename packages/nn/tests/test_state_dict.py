"""Saving and loading of modules: what comes back, and what is said about what does not fit."""

import flambeau.nn as nn
import flambeau.tensor as ft
import numpy as np
import pytest


def make():
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2, 3))
    net.register_buffer("transient", ft.ones(1), persistent=False)
    return net


def filled(net):
    """A state of the right shapes that is not what any network starts with."""
    draw = np.random.default_rng(0)
    return {name: ft.from_numpy(draw.integers(1, 9, x.shape).astype(x.dtype)) for name, x in net.state_dict().items()}


def values(state):
    return {name: x.tolist() for name, x in state.items()}


def test_names_and_memory():
    """state_dict has parameters and persistent buffers, as plain Tensors of the module's memory."""
    net = make()
    state = net.state_dict()
    assert list(state) == [
        "0.weight",
        "0.bias",
        "1.weight",
        "1.bias",
        "1.running_mean",
        "1.running_var",
        "1.num_batches_tracked",
        "3.weight",
        "3.bias",
    ]
    assert {type(x) for x in state.values()} == {ft.Tensor}
    state["3.bias"].fill_(7)
    assert net[3].bias.tolist() == [7.0, 7.0, 7.0]
    assert net.state_dict(keep_vars=True)["3.bias"] is net[3].bias
    assert list(nn.Linear(1, 1).state_dict(prefix="out.")) == ["out.weight", "out.bias"]


def test_loading():
    """Loading copies everything and reports that nothing was left."""
    net = make()
    state = filled(net)
    result = net.load_state_dict(state)
    assert repr(result) == "<All keys matched successfully>"
    assert result == ([], [])
    assert values(net.state_dict()) == values(state)
    state["3.bias"].zero_()
    assert net[3].bias.tolist() != [0.0, 0.0, 0.0]


def test_loading_keeps_parameters_and_history():
    """Parameters stay the objects they were, and backward notices that their values changed."""
    net = nn.Linear(2, 2)
    weight = net.weight
    loss = (net(ft.ones(1, 2)) ** 2).sum() + (net.weight**2).sum()
    net.load_state_dict(filled(net))
    assert net.weight is weight
    with pytest.raises(RuntimeError, match="after copy_ changed it in place"):
        loss.backward()


def test_loading_converts_dtypes():
    """What is loaded takes the dtype of its place."""
    net = nn.Linear(2, 1)
    net.load_state_dict({"weight": ft.ones(1, 2, dtype=ft.float64), "bias": np.array([3], dtype=np.float16)})
    assert (net.weight.dtype, net.weight.tolist(), net.bias.tolist()) == (ft.float32, [[1.0, 1.0]], [3.0])


def test_through_a_file(tmp_path):
    """ft.save and ft.load carry a state_dict from one network to another, shared parameters included."""
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    ft.save(net.state_dict(), tmp_path / "net.safetensors")
    state = ft.load(tmp_path / "net.safetensors")
    assert list(state) == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert state["0.weight"].data_ptr() == state["1.weight"].data_ptr()
    other = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    other.load_state_dict(state)
    x = ft.ones(1, 2)
    assert other(x).tolist() == net(x).tolist()


def test_parameters_can_be_saved_themselves(tmp_path):
    """A Parameter or Variable in what is saved is saved as its data."""
    p = nn.Parameter(ft.ones(2))
    ft.save({"p": p, "twice": p * 2}, tmp_path / "p")
    loaded = ft.load(tmp_path / "p")
    assert {type(x) for x in loaded.values()} == {ft.Tensor}
    assert values(loaded) == {"p": [1.0, 1.0], "twice": [2.0, 2.0]}


def test_all_problems_in_one_message():
    """Everything that does not fit is listed at once, with names that may have been meant; nothing is changed."""
    net = make()
    before = values(net.state_dict())
    state = filled(net)
    del state["0.bias"]
    state["3.wieght"] = state.pop("3.weight")
    state["extra"] = ft.ones(1)
    state["3.bias"] = ft.ones(4)
    state["1.bias"] = [1.0, 2.0]
    with pytest.raises(RuntimeError) as raised:
        net.load_state_dict(state)
    assert str(raised.value) == (
        "load_state_dict(): argument 'state_dict': expected the parameters and buffers of Sequential, got 6 problems:\n"
        "  missing: '0.bias' of shape (2,)\n"
        "  missing: '3.weight' of shape (3, 2)\n"
        "  unexpected: '3.wieght', close to '3.weight'\n"
        "  unexpected: 'extra'\n"
        "  no Tensor: '1.bias': expected a Tensor of shape (2,), got list\n"
        "  mis-shaped: '3.bias': expected (3,), got (4,)"
    )
    assert values(net.state_dict()) == before


def test_not_strict():
    """Without strict, missing and unexpected names are reported and the rest is loaded."""
    net = nn.Linear(2, 1)
    bias = net.bias.tolist()
    result = net.load_state_dict({"weight": ft.ones(1, 2), "more": ft.ones(1)}, strict=False)
    assert result.missing_keys == ["bias"]
    assert result.unexpected_keys == ["more"]
    assert repr(result) == "IncompatibleKeys(missing_keys=['bias'], unexpected_keys=['more'])"
    assert (net.weight.tolist(), net.bias.tolist()) == ([[1.0, 1.0]], bias)


def test_shapes_must_fit_even_when_not_strict():
    """A tensor of another shape is always an error."""
    with pytest.raises(RuntimeError) as raised:
        nn.Linear(2, 1).load_state_dict({"weight": ft.ones(2, 1)}, strict=False)
    assert str(raised.value) == (
        "load_state_dict(): argument 'state_dict': expected the parameters and buffers of Linear, got 1 problem:\n"
        "  mis-shaped: 'weight': expected (1, 2), got (2, 1)"
    )


def test_something_else_than_a_dict():
    """A file name, say, is not a state."""
    with pytest.raises(TypeError) as raised:
        nn.Linear(2, 1).load_state_dict("net.safetensors")
    assert str(raised.value) == (
        "load_state_dict(): argument 'state_dict': expected a dict of Tensors by name, got str"
    )


def test_names_that_are_not_strings():
    """Keys of other types are unexpected like others, not a crash."""
    with pytest.raises(RuntimeError, match="unexpected: '0'"):
        nn.Linear(2, 1).load_state_dict({0: ft.ones(1)})


def test_order_is_torchs():
    """A module's parameters come before its buffers, both before what is in the modules inside."""
    net = nn.Module()
    net.inner = nn.Linear(1, 1)
    net.register_buffer("b", ft.ones(1))
    net.a = nn.Parameter(ft.ones(1))
    assert list(net.state_dict()) == ["a", "b", "inner.weight", "inner.bias"]
    state = {"old": ft.ones(1)}
    assert net.state_dict(destination=state, prefix="net.") is state
    assert list(state)[:2] == ["old", "net.a"]


def test_assign():
    """The Tensors themselves become the module's, dtype included; Parameters stay the objects an optimizer has."""
    net = nn.Sequential(nn.Linear(2, 1), nn.BatchNorm1d(1))
    weight = net[0].weight.requires_grad_(False)
    state = {name: x.to(ft.float64) if x.is_floating_point() else x for name, x in filled(net).items()}
    net.load_state_dict(state, assign=True)
    assert net[0].weight is weight and not weight.requires_grad
    assert net[0].weight.dtype == net[1].running_mean.dtype == ft.float64
    state["0.weight"].fill_(3)
    assert net[0].weight.tolist() == [[3.0, 3.0]]
    assert net[1].running_mean.data_ptr() == state["1.running_mean"].data_ptr()


def test_names_with_the_prefix_of_a_wrapper():
    """What DataParallel or compile put before all names is one problem, with what to load instead."""
    net = nn.Linear(2, 1)
    state = {f"module.{name}": x for name, x in net.state_dict().items()}
    with pytest.raises(RuntimeError) as raised:
        net.load_state_dict(state)
    assert str(raised.value).splitlines()[1:] == [
        "  missing: 'weight' of shape (1, 2)",
        "  missing: 'bias' of shape (1,)",
        "  unexpected: 'module.' before 2 names; "
        "load {name.removeprefix('module.'): x for name, x in state_dict.items()}",
    ]


class Counting(nn.Linear):
    """Saves a number beside its Tensors."""

    count = 0

    def get_extra_state(self):
        return {"count": self.count}

    def set_extra_state(self, state):
        self.count = state["count"]


def test_extra_state(tmp_path):
    """What a module saves beside Tensors goes through a file, and is missed when it is not there."""
    net = nn.Sequential(Counting(1, 1))
    net[0].count = 3
    ft.save(net.state_dict(), tmp_path / "net")
    other = nn.Sequential(Counting(1, 1))
    other.load_state_dict(ft.load(tmp_path / "net"))
    assert other[0].count == 3
    with pytest.raises(RuntimeError, match=r"missing: '0\._extra_state'$"):
        other.load_state_dict(nn.Sequential(nn.Linear(1, 1)).state_dict())


def test_state_dict_hooks():
    """Hooks run around saving, and may change what is saved."""
    net = nn.Sequential(nn.Linear(1, 1, bias=False))
    seen = []
    net[0].register_state_dict_pre_hook(lambda *all: seen.append(all))
    net[0].register_state_dict_post_hook(lambda m, state, prefix, meta: state.update({f"{prefix}more": ft.ones(1)}))
    assert list(net.state_dict()) == ["0.weight", "0.more"]
    assert seen == [(net[0], "0.", False)]


def test_load_state_dict_hooks():
    """A pre-hook may rename what is given; a post-hook may forgive what is missing."""
    net = nn.Sequential(nn.Linear(1, 1))

    def rename(module, state, prefix, meta, strict, missing, unexpected, problems):
        state[f"{prefix}weight"] = state.pop(f"{prefix}w")

    handle = net[0].register_load_state_dict_pre_hook(rename)
    given = {"0.w": ft.ones(1, 1), "0.bias": ft.ones(1)}
    net.load_state_dict(given)
    assert list(given) == ["0.w", "0.bias"]
    assert net[0].weight.item() == 1.0
    handle.remove()
    seen = []
    net.register_load_state_dict_post_hook(lambda m, keys: seen.append(keys.missing_keys.copy()))
    net.load_state_dict({"0.weight": ft.ones(1, 1)}, strict=False)
    assert seen == [["0.bias"]]


def test_lazy_parameters_take_the_shape_of_what_is_loaded():
    """A Parameter that does not know its shape gets it from the state."""
    module = nn.Module()
    module.weight = nn.UninitializedParameter()
    module.load_state_dict({"weight": ft.ones(2, 3)})
    assert (type(module.weight), module.weight.tolist()) == (nn.Parameter, [[1.0] * 3] * 2)
