"""The states of optimizers: saved, loaded, copied, and what does not fit."""

import copy
import pickle

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest
from flambeau import optim
from optimizers import every_optimizer, make, net_and, steps, weights


@every_optimizer
@pytest.mark.parametrize("named", [True, False])
def test_training_goes_on_from_a_file(optimizer, options, named, tmp_path):
    """State saved half-way and loaded into new objects gives the same weights at the end, to the bit."""
    net, opt = net_and(optimizer, named, **options)
    steps(net, opt, 3)
    ft.save({"net": net.state_dict(), "opt": opt.state_dict()}, tmp_path / "half")
    steps(net, opt, 3)

    saved = ft.load(tmp_path / "half")
    other, again = net_and(optimizer, named, lr=7.0)
    other.load_state_dict(saved["net"])
    again.load_state_dict(saved["opt"])
    steps(other, again, 3)
    assert weights(other) == weights(net)
    assert again.param_groups[0]["lr"] == 0.1


def test_keys():
    """State is keyed by name when there are names, else by position in all groups."""
    net, opt = net_and(optim.Adam)
    steps(net, opt, 1)
    assert list(opt.state_dict()["state"]) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert opt.state_dict()["param_groups"] == [
        {
            "params": ["0.weight", "0.bias", "2.weight", "2.bias"],
            "maximize": False,
            "lr": 1e-3,
            "betas": (0.9, 0.999),
            "eps": 1e-8,
            "weight_decay": 0.0,
            "amsgrad": False,
            "decoupled_weight_decay": False,
        }
    ]
    p, q, r = make(1, 2, 3)
    opt = optim.SGD([{"params": [p, q]}, {"params": [r]}])
    assert [g["params"] for g in opt.state_dict()["param_groups"]] == [[0, 1], [2]]


def test_names_find_their_parameters_in_any_order():
    """State saved by name fits after parameters were reordered."""
    p, q = make(1, 2)
    opt = optim.SGD([("p", p), ("q", q)], momentum=0.5)
    (2 * p + 3 * q).sum().backward()
    opt.step()
    again = optim.SGD([("q", q), ("p", p)], momentum=0.5)
    again.load_state_dict(opt.state_dict())
    assert again.state[p]["momentum_buffer"].tolist() == [2.0]
    assert again.state[q]["momentum_buffer"].tolist() == [3.0]


@pytest.mark.parametrize("named", [True, False])
def test_positions_and_names_mix(named):
    """When only one side has names, positions decide."""
    net, opt = net_and(optim.Adam, named)
    steps(net, opt, 2)
    _, again = net_and(optim.Adam, not named)
    again.load_state_dict(opt.state_dict())
    assert [s["exp_avg"].tolist() for s in again.state.values()] == [s["exp_avg"].tolist() for s in opt.state.values()]


def test_loaded_state_is_a_copy_in_the_parameters_dtype():
    """Later steps of one optimizer do not reach into another's state."""
    net, opt = net_and(optim.Adam)
    steps(net, opt, 1)
    other = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    again = optim.Adam(other.named_parameters())
    again.load_state_dict(opt.state_dict())
    state = again.state[other[0].weight]
    assert (state["step"], state["exp_avg"].dtype) == (1, ft.float32)
    before = state["exp_avg"].tolist()
    steps(net, opt, 1)
    assert state["exp_avg"].tolist() == before


def test_loaded_state_lies_in_memory_as_its_parameter():
    """So that all can be updated in one pass after resuming, too."""
    w = nn.Parameter(ft.ones(4, 3, 2, 2).contiguous(memory_format=ft.channels_last))
    w.grad = ft.ones_like(w.data)
    opt, again = optim.Adam([w]), optim.Adam([w])
    opt.step()
    saved = opt.state_dict()
    for state in saved["state"].values():
        state.update({name: x.contiguous() for name, x in state.items() if isinstance(x, ft.Tensor)})
    again.load_state_dict(saved)
    found = [x.stride() for x in again.state[w].values() if isinstance(x, ft.Tensor) and x.ndim]
    assert found == [w.stride()] * 2


def test_all_problems_of_a_state_in_one_message():
    """What does not fit is listed at once, and nothing is changed."""
    net, opt = net_and(optim.Adam)
    steps(net, opt, 1)
    saved = copy.deepcopy(opt.state_dict())
    saved["param_groups"][0]["lr"] = 5.0
    saved["param_groups"][0]["params"][1] = "0.bais"
    saved["state"]["0.weight"]["exp_avg"] = ft.ones(4)
    del saved["state"]["2.bias"]["step"]
    before = opt.state_dict()
    with pytest.raises(RuntimeError) as raised:
        opt.load_state_dict(saved)
    assert str(raised.value) == (
        "load_state_dict(): argument 'state_dict': expected the state of this Adam, got 4 problems:\n"
        "  missing: '0.bias' in group 0\n"
        "  unexpected: '0.bais' in group 0\n"
        "  mis-shaped: '0.weight' exp_avg: expected (3, 2), got (4,)\n"
        "  '2.bias': expected ['exp_avg', 'exp_avg_sq', 'step'], got ['exp_avg', 'exp_avg_sq']"
    )
    assert opt.state_dict()["param_groups"] == before["param_groups"]
    assert opt.state_dict()["state"]["0.weight"]["step"] == 1


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ([{"params": make(1)}, {"params": make(1)}], "expected 2 parameter groups, got 1"),
        (make(1), "expected 1 parameters in group 0, got 2"),
    ],
)
def test_other_groups(params, text):
    """The number of groups, and of parameters without names, must be the same."""
    saved = optim.SGD(make(1, 2)).state_dict()
    with pytest.raises(RuntimeError) as raised:
        optim.SGD(params).load_state_dict(saved)
    assert str(raised.value) == (
        f"load_state_dict(): argument 'state_dict': expected the state of this SGD, got 1 problem:\n  {text}"
    )


def test_something_else_than_a_state():
    """A module's state, say, is not an optimizer's."""
    with pytest.raises(ValueError) as raised:
        optim.SGD(make(1)).load_state_dict(nn.Linear(1, 1).state_dict())
    assert str(raised.value) == (
        "load_state_dict(): argument 'state_dict': expected what state_dict() gave, got a dict with weight, bias"
    )


@pytest.mark.parametrize("again", [copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))])
def test_copies(again):
    """A network and its optimizer that are copied together belong together."""
    net, opt = net_and(optim.Adam, lr=0.1)
    steps(net, opt, 2)
    other, its = again((net, opt))
    steps(other, its, 2)
    assert weights(other) != weights(net)
    steps(net, opt, 2)
    assert weights(other) == weights(net)


# Around steps ---------------------------------------------------------------------------------------------------


def test_lbfgs_state_goes_on_from_a_file(tmp_path):
    """The history of L-BFGS is saved and loaded like any state."""

    def train(net, optimizer, count):
        x = ft.arange(8.0, dtype=ft.float64).reshape(4, 2) / 8

        def closure():
            optimizer.zero_grad()
            loss = (net(x) ** 2).mean() + sum((p * p).sum() for p in net.parameters())
            loss.backward()
            return loss

        for _ in range(count):
            optimizer.step(closure)

    options = {"max_iter": 3, "line_search_fn": "strong_wolfe"}
    net, opt = net_and(optim.LBFGS, **options)
    train(net, opt, 2)
    ft.save({"net": net.state_dict(), "opt": opt.state_dict()}, tmp_path / "half")
    train(net, opt, 2)
    saved = ft.load(tmp_path / "half")
    other, again = net_and(optim.LBFGS)
    other.load_state_dict(saved["net"])
    again.load_state_dict(saved["opt"])
    train(other, again, 2)
    assert weights(other) == weights(net)
