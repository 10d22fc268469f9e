"""Optimizers: groups, steps, hooks; trajectories beside torch are in test_torch_optim."""

from importlib import import_module
from pathlib import Path

import flambeau.nn as nn
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau import optim
from flambeau.autograd import Variable, grad, no_grad
from optimizers import OPTIMIZERS, every_optimizer, every_pointwise_optimizer, make, net_and, steps


def test_no_optimizer_is_forgotten():
    """Each file's optimizers are published, and stand in the list of those that are stepped here."""
    files = [import_module(f"flambeau.optim.{path.stem}") for path in Path(optim.__file__).parent.glob("[a-z]*.py")]
    named = [getattr(file, name) for file in files for name in file.__all__]
    kinds = {kind for kind in named if isinstance(kind, type) and issubclass(kind, optim.Optimizer)}
    assert sorted({kind.__name__ for kind in kinds} - set(optim.__all__)) == []
    # Muon wants matrices and L-BFGS a closure: they have tests of their own.
    apart = {optim.Optimizer, optim.Muon, optim.LBFGS}
    assert sorted(kind.__name__ for kind in kinds - apart - set(OPTIMIZERS)) == []


# Steps ----------------------------------------------------------------------------------------------------------


def test_a_step_of_sgd():
    """p - lr * (grad + weight_decay * p)."""
    (p,) = make(2)
    p.grad = ft.tensor([3.0], dtype=ft.float64)
    optim.SGD([p], lr=0.5, weight_decay=0.25).step()
    assert p.tolist() == [2 - 0.5 * (3 + 0.25 * 2)]


@every_optimizer
def test_gradients_are_never_changed(optimizer, options):
    """grad is after a step what it was before, untouched in place."""
    net, opt = net_and(optimizer, maximize=True, **options)
    steps(net, opt, 1)
    before = [(p.grad.tolist(), p.grad.version) for p in net.parameters()]
    opt.step()
    assert [(p.grad.tolist(), p.grad.version) for p in net.parameters()] == before


@every_optimizer
def test_steps_are_not_recorded(optimizer, options):
    """Parameters stay leaves and the same objects, whatever the mode; gradients with history do no harm."""
    net, opt = net_and(optimizer, **options)
    before = list(net.parameters())
    (net(ft.ones(1, 2, dtype=ft.float64)) ** 2).sum().backward(create_graph=True)
    opt.step()
    with no_grad():
        opt.step()
    assert all(p is q and p.is_leaf for p, q in zip(net.parameters(), before, strict=True))
    assert all(type(v) is not Variable for state in opt.state.values() for v in state.values())


def test_backward_notices_a_step():
    """What backward kept of a parameter cannot be used after a step changed it."""
    (p,) = make(1)
    loss = (p * p).sum()
    p.grad = ft.ones(1, dtype=ft.float64)
    optim.SGD([p], lr=1.0).step()
    with pytest.raises(RuntimeError, match="sub_ changed it in place"):
        loss.backward()


def test_parameters_without_gradient_stay():
    """Frozen parameters, and those that took no part, neither move nor get state."""
    p, q = make(1, 2)
    opt = optim.Adam([p, q.requires_grad_(False)])
    p.sum().backward()
    opt.step()
    assert q.tolist() == [2.0]
    assert list(opt.state) == [p]


@every_optimizer
def test_parameters_without_elements(optimizer, options):
    """They are stepped like all others, and nothing happens."""
    for shape in ((0,), (0, 4), (4, 0)):
        p = nn.Parameter(ft.zeros(*shape))
        opt = optimizer([p], **options)
        for _ in range(2):
            p.grad = ft.zeros(*shape)
            opt.step()
        assert p.shape == shape


def program(optimizer, shape):
    """The operators that three updates of a parameter run, with the numbers they get."""
    p, g = ft.ones(*shape), ft.ones(*shape)
    options = {name: value for name, value in optimizer.defaults.items() if name != "maximize"}
    state = optimizer.init_state(p, **options)
    calls = []

    def note(op, args, out, result):
        assert op.native or op.name == "clone", f"{op.name} is no pointwise operator"
        calls.append((op.name, [a for a in args if not isinstance(a, ft.Tensor)], out is None))

    with ft.observe(note):
        for _ in range(3):
            optimizer.update(p, g, state, **options)
    return calls


@every_pointwise_optimizer
def test_update_is_a_program_of_pointwise_operators(optimizer, options):
    """Parameters of any shape run through the same operators with the same numbers: what fusing them rests on."""
    opt = optimizer(make(1), **options)
    assert program(opt, (3,)) == program(opt, (2, 2))


def test_closure():
    """step runs the closure first, recording even under no_grad, and gives what it returned."""
    (p,) = make(3)
    opt = optim.SGD([p], lr=0.5)

    def closure():
        opt.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with no_grad():
        assert opt.step(closure).item() == 9.0
    assert p.tolist() == [0.0]
    assert opt.step() is None


def test_maximize_goes_up():
    """maximize follows the gradient; a group may have its own."""
    p, q = make(1, 1)
    opt = optim.SGD([{"params": [p], "maximize": True}, {"params": [q]}], lr=0.5)
    (p + q).sum().backward()
    opt.step()
    assert (p.tolist(), q.tolist()) == ([1.5], [0.5])


def test_options_may_change_between_steps():
    """A schedule writes into param_groups."""
    (p,) = make(1)
    opt = optim.SGD([p], lr=1.0)
    for lr in (0.5, 0.25):
        opt.param_groups[0]["lr"] = lr
        p.grad = ft.ones(1, dtype=ft.float64)
        opt.step()
    assert p.tolist() == [0.25]


def test_zero_grad():
    """Gradients become None, or zeros."""
    (p,) = make(1)
    opt = optim.SGD([p])
    p.sum().backward()
    opt.zero_grad(set_to_none=False)
    assert p.grad.tolist() == [0.0]
    opt.zero_grad()
    assert p.grad is None


def test_a_subclass_defines_update():
    """A rule needs nothing but update."""

    class Bare(optim.Optimizer):
        pass

    (p,) = make(1)
    p.grad = ft.ones(1, dtype=ft.float64)
    with pytest.raises(NotImplementedError, match=r"^Bare must define update$"):
        Bare([p], {}).step()


def test_through_an_optimizer():
    """A step may follow gradients made by grad()."""
    p, q = make(1, 2)
    p.grad, q.grad = grad((p * q).sum(), [p, q])
    optim.SGD([p, q], lr=1.0).step()
    assert (p.tolist(), q.tolist()) == ([-1.0], [1.0])


# Groups ---------------------------------------------------------------------------------------------------------


def test_groups_have_options_of_their_own():
    """What a group does not say comes from the optimizer."""
    p, q = make(1, 2)
    opt = optim.SGD([{"params": [p], "lr": 0.5}, {"params": q}], lr=0.1, momentum=0.9)
    assert [(g["lr"], g["momentum"], g["params"]) for g in opt.param_groups] == [(0.5, 0.9, [p]), (0.1, 0.9, [q])]
    assert repr(opt).splitlines()[:3] == ["SGD (", "  group 0: 1 parameters", "    maximize: False"]


def test_a_group_is_added_later():
    """add_param_group takes part from the next step on."""
    p, q = make(1, 1)
    opt = optim.SGD([p], lr=0.5)
    opt.add_param_group({"params": iter([q]), "lr": 0.25})
    (p + q).sum().backward()
    opt.step()
    assert (p.tolist(), q.tolist()) == ([0.5], [0.75])


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ([], "expected at least one parameter, got none"),
        (make(1)[0], "expected several parameters, got one; put it into a list"),
        ([ft.ones(1)], "expected Variables, got Tensor as parameter 0; wrap it in nn.Parameter"),
        ([("w", 3)], "expected Variables, got int as 'w'"),
        ([make(1)[0] * 2], "expected leaf Variables, got the result of an operation as parameter 0; use .detach()"),
        (make(1) * 2, "expected each parameter and each name once, got parameter 1 again"),
        ([("w", make(1)[0]), ("w", make(1)[0])], "expected each parameter and each name once, got 'w' again"),
        ([("w", make(1)[0]), make(1)[0]], "expected names for all parameters or for none, got names for some"),
        (
            [{"params": make(1)}, {"params": [("w", make(1)[0])]}],
            "expected names for the parameters of all groups, or of none, got some",
        ),
        ([{"lr": 1.0}], "expected 'params' in each group, got only ['lr']"),
        (
            [{"params": make(1), "momentun": 0.9}],
            "expected 'params' and maximize, lr, momentum, dampening, weight_decay, nesterov, got 'momentun'; "
            "did you mean 'momentum'?",
        ),
    ],
)
def test_parameters_that_cannot_be_taken(params, text):
    """What is no list of leaves, each once, is refused."""
    with pytest.raises((TypeError, ValueError)) as raised:
        optim.SGD(params)
    assert str(raised.value) == f"SGD(): argument 'params': {text}"


@pytest.mark.parametrize(
    ("optimizer", "options", "text"),
    [
        (optim.SGD, {"lr": -1}, "SGD(): argument 'lr': expected a number that is not negative, got -1"),
        (optim.SGD, {"lr": "0.1"}, "SGD(): argument 'lr': expected a number, got str"),
        (optim.SGD, {"lr": float("nan")}, "SGD(): argument 'lr': expected a number that is not negative, got nan"),
        (
            optim.SGD,
            {"nesterov": True},
            "SGD(): argument 'nesterov': expected a momentum and no dampening, got momentum 0.0 and dampening 0.0",
        ),
        (optim.Adam, {"eps": -1}, "Adam(): argument 'eps': expected a number that is not negative, got -1"),
        (optim.Adam, {"betas": (0.9, 1.0)}, "Adam(): argument 'betas': expected two numbers in [0, 1), got (0.9, 1.0)"),
    ],
)  # fmt: skip
def test_options_out_of_range(optimizer, options, text):
    """Options are checked when given, for groups too."""
    for params in (make(1), [{"params": make(1), **options}]):
        with pytest.raises((TypeError, ValueError)) as raised:
            optimizer(params, **options) if not isinstance(params[0], dict) else optimizer(params)
        assert str(raised.value) == text


# State ----------------------------------------------------------------------------------------------------------


def test_hooks_around_steps():
    """Hooks see the step before and after it, may change its closure, and can be taken away."""
    (p,) = make(1)
    opt = optim.SGD([p], lr=0.5)
    seen = []

    def before(optimizer, args, kwargs):
        seen.append(("before", optimizer.step_count, args, kwargs))
        return (lambda: "another",), {}

    first = opt.register_step_pre_hook(before)
    second = opt.register_step_post_hook(lambda optimizer, args, kwargs: seen.append(("after", optimizer.step_count)))
    assert opt.step() == "another"
    assert seen == [("before", 0, (None,), {}), ("after", 1)]
    first.remove()
    second.remove()
    assert opt.step() is None
    assert len(seen) == 2


def test_hooks_around_states():
    """Hooks may look at states that are saved and loaded, and change them."""
    opt = optim.SGD(make(1), lr=0.5)
    seen = []
    opt.register_state_dict_pre_hook(lambda optimizer: seen.append("saving"))
    opt.register_state_dict_post_hook(lambda optimizer, state: {**state, "note": "mine"})
    opt.register_load_state_dict_pre_hook(lambda optimizer, state: seen.append(state.pop("note")))
    opt.register_load_state_dict_post_hook(lambda optimizer: seen.append("loaded"))
    opt.load_state_dict(opt.state_dict())
    assert seen == ["saving", "mine", "loaded"]


def test_options_may_be_functions_of_the_step():
    """A schedule is a function of the number of steps made so far; what it gives now is what is saved."""
    (p,) = make(0)
    opt = optim.SGD([p], lr=lambda step: 1 / (1 + step), momentum=0.0)
    p.grad = ft.ones(1, dtype=ft.float64)
    for _ in range(3):
        opt.step()
    assert p.tolist() == pytest.approx([-(1 + 1 / 2 + 1 / 3)])
    saved = opt.state_dict()
    assert (saved["step_count"], saved["param_groups"][0]["lr"]) == (3, 1 / 4)
    again = optim.SGD([p], lr=lambda step: 10 * step)
    again.load_state_dict(saved)
    again.step()
    assert p.tolist() == pytest.approx([-(1 + 1 / 2 + 1 / 3) - 30])


def test_numbers_of_numpy_and_tensors_are_options():
    """They become Python's numbers."""
    opt = optim.Adam(make(1), lr=ft.tensor(0.5), eps=np.float32(0.25), betas=[np.float64(0.5), 0.75])
    group = opt.param_groups[0]
    assert (group["lr"], group["eps"], group["betas"]) == (0.5, 0.25, (0.5, 0.75))
    assert {type(group[name]) for name in ("lr", "eps")} == {float}


def test_choices_of_implementation():
    """What chooses among PyTorch's implementations changes nothing; what would change a step's meaning is refused."""
    optim.Adam(make(1), foreach=True, fused=True, capturable=False, differentiable=False)
    for options, text in (
        ({"capturable": True}, "Adam(): argument 'capturable': expected False, got True; nothing captures steps here"),
        (
            {"differentiable": True},
            "Adam(): argument 'differentiable': expected False, got True; steps are not recorded; write the update "
            "with operators, as w = w - lr * g",
        ),
        (
            {"weight_decey": 1},
            "Adam(): expected one of maximize, lr, betas, eps, weight_decay, amsgrad, decoupled_weight_decay, got "
            "'weight_decey'; did you mean 'weight_decay'?",
        ),
    ):
        with pytest.raises((TypeError, ValueError)) as raised:
            optim.Adam(make(1), **options)
        assert str(raised.value) == text


@pytest.mark.parametrize(
    ("make_it", "text"),
    [
        (
            lambda: optim.SGD([nn.Parameter(ft.ones(1, dtype=ft.complex64))]),
            "SGD(): argument 'params': expected real Variables, got complex64 as parameter 0; train its real and "
            "imaginary parts",
        ),
        (
            lambda: optim.Muon(make(1)),
            "Muon(): argument 'params': expected matrices, got shape (1,) as parameter 0; train the others by AdamW",
        ),
        (
            lambda: optim.LBFGS([{"params": make(1)}, {"params": make(1)}]),
            "LBFGS(): argument 'params': expected one group of parameters, got a second one",
        ),
        (
            lambda: optim.LBFGS(make(1)).step(),
            "step(): argument 'closure': expected a function that runs backward and returns the loss, got None",
        ),
        (
            lambda: optim.LBFGS(make(1), line_search_fn="wolfe"),
            "LBFGS(): argument 'line_search_fn': expected None or 'strong_wolfe', got 'wolfe'",
        ),
        (
            lambda: optim.Muon([nn.Parameter(ft.ones(1, 1))], adjust_lr_fn="none"),
            "Muon(): argument 'adjust_lr_fn': expected None, 'original' or 'match_rms_adamw', got 'none'",
        ),
        (
            lambda: optim.Rprop(make(1), etas=(1.5, 2.0)),
            "Rprop(): argument 'etas': expected a number in (0, 1) and one above 1, got (1.5, 2.0)",
        ),
        (
            lambda: optim.Adadelta(make(1), rho=1.5),
            "Adadelta(): argument 'rho': expected a number in [0, 1], got 1.5",
        ),
        (
            lambda: optim.Adafactor(make(1), d=0.5),
            "Adafactor(): argument 'd': expected a number of at least 1, got 0.5",
        ),
    ],
)  # fmt: skip
def test_what_an_optimizer_cannot_do(make_it, text):
    """It says so when it is made, or at the first step."""
    with pytest.raises((TypeError, ValueError)) as raised:
        make_it()
    assert str(raised.value) == text
