"""Modules by path, and what is said of paths that lead nowhere; the summary."""

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest


def net():
    inner = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    return nn.Sequential({"body": inner, "act": nn.ReLU()})


def test_by_path():
    """Modules, parameters and buffers are found by the names that named_* gives."""
    model = net()
    assert model.get_submodule("") is model
    for path, module in model.named_modules():
        assert model.get_submodule(path) is module
    for path, parameter in model.named_parameters():
        assert model.get_parameter(path) is parameter
    for path, buffer in model.named_buffers():
        assert model.get_buffer(path) is buffer


@pytest.mark.parametrize(
    ("call", "operation", "text"),
    [
        (lambda m: m.get_submodule("body.2"), "get_submodule", "one of '0', '1' in 'body', got '2' of 'body.2'"),
        (
            lambda m: m.get_submodule("act.x"), "get_submodule",
            "no further name: no module is in 'act', got 'x' of 'act.x'",
        ),
        (lambda m: m.get_parameter("body.0.w"), "get_parameter", "'body.0.weight', 'body.0.bias', got 'body.0.w'"),
        (lambda m: m.get_buffer("body.0.mean"), "get_buffer", "none: there is no buffer, got 'body.0.mean'"),
        (lambda m: m.get_parameter("head.weight"), "get_parameter", "one of 'body', 'act', got 'head' of 'head'"),
        (lambda m: m.set_submodule("tail", m, True), "set_submodule", "one of 'body', 'act', got 'tail' of 'tail'"),
    ],
)  # fmt: skip
def test_paths_that_lead_nowhere(call, operation, text):
    """The message says what is there instead."""
    with pytest.raises(AttributeError) as raised:
        call(net())
    assert str(raised.value) == f"{operation}(): argument 'target': expected {text}"


def test_set_submodule():
    """A module is put in the place of another, or in a new one."""
    model = net()
    model.set_submodule("body.0", nn.Linear(2, 4))
    model.set_submodule("tail", nn.Tanh())
    assert [name for name, _ in model.named_children()] == ["body", "act", "tail"]
    assert model.body[0].out_features == 4
    with pytest.raises(ValueError, match="expected the path of a module inside, got ''"):
        model.set_submodule("", nn.Tanh())


def test_memo():
    """named_modules leaves out what is in memo, and adds what it gives."""
    model = net()
    memo = {model.body}
    assert [name for name, _ in model.named_modules(memo)] == ["", "act"]
    assert memo == {model, model.body, model.act}


def test_buffers_by_assignment():
    """A Buffer assigned to an attribute is registered, and saved if it is to persist; results are plain Tensors."""
    module = nn.Module()
    module.kept = nn.Buffer(ft.ones(2))
    module.passing = nn.Buffer(ft.ones(2), persistent=False)
    assert [name for name, _ in module.named_buffers()] == ["kept", "passing"]
    assert list(module.state_dict()) == ["kept"]
    assert type(module.kept + 1) is ft.Tensor
    module.double()
    assert module.kept.dtype == ft.float64


def test_names_of_networks_for_pytorch():
    """A layer may be called summary, which Module itself does not need; other names it uses are refused."""
    model = net()
    model.summary = nn.Linear(1, 1)
    assert "summary.weight" in model.state_dict()
    with pytest.raises(ValueError, match="a name that Module does not use itself, got 'forward'"):
        model.forward = nn.Linear(1, 1)


# Uninitialized ---------------------------------------------------------------------------------------------------


def test_uninitialized():
    """A Parameter or Buffer without a shape says so, and becomes an ordinary one."""
    for make, kind in ((nn.UninitializedParameter, nn.Parameter), (nn.UninitializedBuffer, nn.Buffer)):
        p = make(dtype=ft.float64)
        for use, name in ((lambda p=p: p.shape, "shape"), (lambda p=p: p + 1, "add"), (lambda p=p: p.sum(), "sum")):
            with pytest.raises(RuntimeError) as raised:
                use()
            assert str(raised.value) == (
                f"{name}(): argument 'self': expected a call of its module, or materialize(), before, got an "
                f"{make.__name__}"
            )
        assert repr(p) == f"{make.__name__}()"
        p.materialize((2, 3))
        assert (type(p), p.shape, p.dtype) == (kind, (2, 3), ft.float64)


# Summary ---------------------------------------------------------------------------------------------------------


def test_summary():
    """A row for each module, its output, parameters counted once, memory; and nothing is left behind."""
    model = net()
    model.act.more = model.body[0]
    model.body[0].bias.requires_grad_(False)
    summary = model.summary((5, 2))
    assert str(summary).splitlines() == [
        "module               output   parameters   memory of output",
        "Sequential           (5, 3)                            60 B",
        "  body: Sequential   (5, 3)                            60 B",
        "    0: Linear        (5, 3)            9               60 B",
        "    1: BatchNorm1d   (5, 3)            6               60 B",
        "  act: ReLU          (5, 3)                            60 B",
        "15 parameters, 12 trainable: 60 B; buffers: 32 B; outputs: 120 B",
    ]
    assert (summary.parameters, summary.trainable, summary.parameter_bytes) == (15, 12, 60)
    assert model.body[1].num_batches_tracked.item() == 0
    assert all(module.training for module in model.modules())
    assert repr(nn.Sequential().summary(ft.ones(1))).endswith(
        "0 parameters, all trainable: 0 B; buffers: 0 B; outputs: 4 B"
    )


def test_summary_of_a_call_that_fails():
    """Hooks and modes are put back."""
    model = net()
    with pytest.raises(ft.ShapeError):
        model.summary(ft.ones(5, 7))
    assert all(module.training for module in model.modules())
    model(ft.ones(5, 2))


def test_summary_of_several_outputs():
    """All Tensors in what comes out are shown."""
    text = str(nn.LSTM(2, 3).summary(ft.ones(4, 1, 2)))
    assert "(4, 1, 3), (1, 1, 3), (1, 1, 3)" in text
