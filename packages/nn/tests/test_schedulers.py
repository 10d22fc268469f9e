"""Schedulers: order of calls, state, messages; rates beside torch are in test_torch_schedulers."""

import warnings

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest
from flambeau import optim
from flambeau.optim import lr_scheduler


def make(lr=1.0, optimizer=optim.SGD, **options):
    p = nn.Parameter(ft.ones(1))
    p.grad = ft.ones(1)
    return optimizer([p], lr=lr, **options)


ALL = {
    "step": lambda o: lr_scheduler.StepLR(o, 2, 0.5),
    "multistep": lambda o: lr_scheduler.MultiStepLR(o, [2, 3], 0.5),
    "constant": lambda o: lr_scheduler.ConstantLR(o),
    "linear": lambda o: lr_scheduler.LinearLR(o),
    "exponential": lambda o: lr_scheduler.ExponentialLR(o, 0.5),
    "polynomial": lambda o: lr_scheduler.PolynomialLR(o, 9, 2.0),
    "lambda": lambda o: lr_scheduler.LambdaLR(o, lambda epoch: 1 / (1 + epoch)),
    "multiplicative": lambda o: lr_scheduler.MultiplicativeLR(o, lambda epoch: 0.5),
    "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, 9),
    "restarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 2, 2),
    "cyclic": lambda o: lr_scheduler.CyclicLR(o, 0.1, 1.0, 3),
    "one cycle": lambda o: lr_scheduler.OneCycleLR(o, 1.0, 20),
    "sequence": lambda o: lr_scheduler.SequentialLR(
        o, [lr_scheduler.LinearLR(o, 0.1, total_iters=2), lr_scheduler.ExponentialLR(o, 0.5)], [2]
    ),
    "chain": lambda o: lr_scheduler.ChainedScheduler([lr_scheduler.LinearLR(o), lr_scheduler.ExponentialLR(o, 0.9)]),
    "nested": lambda o: lr_scheduler.SequentialLR(
        o,
        [
            lr_scheduler.SequentialLR(o, [lr_scheduler.LinearLR(o), lr_scheduler.StepLR(o, 1)], [2]),
            lr_scheduler.ChainedScheduler([lr_scheduler.ExponentialLR(o, 0.5), lr_scheduler.ConstantLR(o)]),
        ],
        [4],
    ),
    "plateau": lambda o: Unchanging(o, patience=1),
}  # fmt: skip


class Unchanging(lr_scheduler.ReduceLROnPlateau):
    """One that hears the same measure after each epoch."""

    def step(self):
        super().step(1.0)


def run(optimizer, scheduler, steps):
    found = []
    for _ in range(steps):
        optimizer.step()
        scheduler.step()
        group = optimizer.param_groups[0]
        found.append((group["lr"], group["momentum"], *scheduler.get_last_lr()))
    return found


@pytest.fixture(autouse=True)
def alarms_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


# State ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [0, 1, 3, 5])
@pytest.mark.parametrize("scheduler_first", [True, False])
@pytest.mark.parametrize("name", ALL)
def test_training_goes_on_from_a_file(name, cut, scheduler_first, tmp_path):
    """Saved after any epoch and loaded in any order, rates and momenta go on as if nothing had happened."""
    optimizer = make(momentum=0.9)
    scheduler = ALL[name](optimizer)
    run(optimizer, scheduler, cut)
    ft.save({"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}, tmp_path / "state")
    expected = run(optimizer, scheduler, 6)

    saved = ft.load(tmp_path / "state")
    optimizer = make(lr=7.0, momentum=0.1)
    if scheduler_first:
        scheduler = ALL[name](optimizer)
        optimizer.load_state_dict(saved["optimizer"])
    else:
        optimizer.load_state_dict(saved["optimizer"])
        scheduler = ALL[name](optimizer)
    scheduler.load_state_dict(saved["scheduler"])
    assert run(optimizer, scheduler, 6) == expected


def test_a_run_taken_up_without_a_state():
    """last_epoch says where it was; the optimizer's state knows the rates."""
    optimizer = make()
    scheduler = lr_scheduler.ExponentialLR(optimizer, 0.5)
    run_two = [optimizer.step(), scheduler.step(), optimizer.step(), scheduler.step()]
    assert run_two == [None] * 4
    saved = optimizer.state_dict()
    again = make(lr=3.0)
    again.load_state_dict(saved)
    taken_up = lr_scheduler.ExponentialLR(again, 0.5, last_epoch=1)
    assert (taken_up.last_epoch, taken_up.get_last_lr(), taken_up.base_lrs) == (2, [0.25], [1.0])


# The order of calls ---------------------------------------------------------------------------------------------


def test_a_scheduler_that_goes_first():
    """It says so once, at the line of the call."""
    optimizer = make()
    scheduler = lr_scheduler.StepLR(optimizer, 1)
    with pytest.warns(UserWarning) as seen:
        scheduler.step()
        optimizer.step()
        scheduler.step()
        scheduler.step()
    assert [str(each.message) for each in seen] == [
        "StepLR.step(): expected optimizer.step() since the scheduler was made, got none; call optimizer.step() "
        "first, or a learning rate is skipped"
    ]
    assert seen[0].filename == __file__


def test_a_scheduler_that_goes_too_often():
    """Two steps for one of the optimizer are told too."""
    optimizer = make()
    scheduler = lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 5)
    optimizer.step()
    scheduler.step()
    with pytest.warns(UserWarning, match=r"expected optimizer.step\(\) since the last call, got none") as seen:
        scheduler.step()
    assert seen[0].filename == __file__


def test_no_alarm_for_an_optimizer_that_does_not_count():
    """One with a step of its own may be doing everything right."""

    class Own(optim.SGD):
        def step(self, closure=None):
            pass

    optimizer = make(optimizer=Own)
    scheduler = lr_scheduler.StepLR(optimizer, 1)
    optimizer.step()
    scheduler.step()


def test_schedulers_side_by_side_give_no_alarm():
    """Several may be stepped after one step of the optimizer."""
    optimizer = make()
    schedulers = [lr_scheduler.StepLR(optimizer, 1), lr_scheduler.ExponentialLR(optimizer, 0.5)]
    for _ in range(3):
        optimizer.step()
        for scheduler in schedulers:
            scheduler.step()


# Messages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda o: lr_scheduler.StepLR(3, 1), "StepLR(): argument 'optimizer': expected Optimizer, got int"),
        (lambda o: lr_scheduler.StepLR(o, 0), "StepLR(): argument 'step_size': expected an int of at least 1, got 0"),
        (
            lambda o: lr_scheduler.StepLR(make(lr=lambda step: 1.0), 1),
            "StepLR(): argument 'optimizer': expected a learning rate that is a number, got a function",
        ),
        (
            lambda o: lr_scheduler.StepLR(o, 1, last_epoch=3),
            "StepLR(): argument 'last_epoch': expected 'initial_lr' in group 0, got none; load the optimizer's state "
            "first",
        ),
        (
            lambda o: lr_scheduler.LambdaLR(o, [len, len]),
            "LambdaLR(): argument 'lr_lambda': expected one value or 1, got 2",
        ),
        (
            lambda o: lr_scheduler.LambdaLR(o, 0.5),
            "LambdaLR(): argument 'lr_lambda': expected a function of the epoch, got float",
        ),
        (
            lambda o: lr_scheduler.LinearLR(o, 0.0),
            "LinearLR(): argument 'start_factor': expected a number in (0, 1], got 0.0",
        ),
        (
            lambda o: lr_scheduler.CyclicLR(make(optimizer=optim.Adagrad), 0.1, 1.0),
            "CyclicLR(): argument 'optimizer': expected one with momentum or betas, got Adagrad without momentum; "
            "use cycle_momentum=False",
        ),
        (
            lambda o: lr_scheduler.OneCycleLR(o, 0.1),
            "OneCycleLR(): argument 'total_steps': expected it, or epochs and steps_per_epoch, got neither",
        ),
        (
            lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.StepLR(o, 1)], [3]),
            "SequentialLR(): argument 'milestones': expected 0 epochs in order, one less than schedulers, got [3]",
        ),
        (
            lambda o: lr_scheduler.ChainedScheduler([lr_scheduler.ReduceLROnPlateau(o)]),
            "ChainedScheduler(): argument 'schedulers': expected schedulers whose step() takes nothing, "
            "got ReduceLROnPlateau at 0",
        ),
        (
            lambda o: lr_scheduler.ChainedScheduler([lr_scheduler.StepLR(o, 1)], make()),
            "ChainedScheduler(): argument 'schedulers': expected schedulers of the same optimizer, got another's at 0",
        ),
        (
            lambda o: lr_scheduler.ReduceLROnPlateau(o, "least"),
            "ReduceLROnPlateau(): argument 'mode': expected 'min' or 'max', got 'least'",
        ),
        (
            lambda o: lr_scheduler.StepLR(o, 1).load_state_dict({"gamma": 1}),
            "load_state_dict(): argument 'state_dict': expected the state of a StepLR (_last_lr, base_lrs, gamma, "
            "last_epoch, step_size), got gamma",
        ),
        (
            lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 1).step(-1),
            "step(): argument 'epoch': expected a number that is not negative, got -1",
        ),
    ],
)  # fmt: skip
def test_what_a_scheduler_cannot_do(call, text):
    """It says so."""
    with pytest.raises((TypeError, ValueError)) as raised:
        call(make(momentum=0.9))
    assert str(raised.value) == text


def test_steps_after_the_last():
    """OneCycleLR ends, and says so rather than going on."""
    optimizer = make(momentum=0.9)
    scheduler = lr_scheduler.OneCycleLR(optimizer, 1.0, 3)
    for _ in range(3):
        optimizer.step()
        scheduler.step()
    optimizer.step()
    with pytest.raises(ValueError, match="expected at most 3 steps, got step 4; give total_steps"):
        scheduler.step()


def test_a_group_added_later():
    """A scheduler knows the groups it was made with."""
    optimizer = make()
    scheduler = lr_scheduler.StepLR(optimizer, 1)
    optimizer.add_param_group({"params": [nn.Parameter(ft.ones(1))]})
    optimizer.step()
    with pytest.raises(ValueError) as raised:
        scheduler.step()
    assert str(raised.value) == (
        "StepLR(): argument 'optimizer': expected the 1 groups it was made with, got 2; make the scheduler again after "
        "add_param_group"
    )


def test_a_subclass_defines_get_lr():
    with pytest.raises(NotImplementedError, match=r"^LRScheduler must define get_lr$"):
        lr_scheduler.LRScheduler(make())
