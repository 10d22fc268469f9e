"""Losses that are kept with their history are noticed once; what is meant is not."""

import copy
import pickle
import warnings

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import pytest
from flambeau import optim
from flambeau.optim._growth import STEPS

MESSAGE = (
    f"the graphs of the last {STEPS} steps are all kept, and memory grows with each: something holds the losses, as "
    f"total += loss does; write total += loss.item(), or keep loss.detach()"
)


def train(keep, steps=3 * STEPS, make=optim.SGD):
    """Some steps, in each of which ``keep`` gets the loss."""
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2))
    optimizer = make(net.parameters(), lr=0.01)
    x, y = ft.ones(4, 2), ft.tensor([0, 1, 0, 1])
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        keep(loss)
        optimizer.step()
    return optimizer


class Total:
    """A running total, in one of the ways people write it."""

    def __init__(self, add):
        self.value = 0.0
        self.add = add

    def __call__(self, loss):
        self.value = self.add(self.value, loss)


def in_place(total, loss):
    total += loss
    return total


@pytest.mark.parametrize(
    "keep", [Total(in_place), Total(lambda total, loss: total + loss), [].append], ids=["+=", "+", "append"]
)
def test_kept_losses_are_noticed(keep):
    """One warning at the user's line, however many steps follow."""
    with pytest.warns(UserWarning) as caught:
        train(keep)
    assert [str(w.message) for w in caught] == [MESSAGE]
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    "keep",
    [
        Total(lambda total, loss: total + loss.item()),
        Total(lambda total, loss: total + loss.detach()),
        lambda loss: None,
    ],
    ids=["item", "detach", "nothing"],
)
@pytest.mark.parametrize("make", [optim.SGD, optim.Adam])
def test_what_is_detached_is_not(keep, make):
    """Numbers, and losses without their history, may be kept."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train(keep, make=make)


def test_sums_over_several_batches_are_not():
    """Losses may be added up for one backward, and kept for some steps."""
    recent = []

    def keep(loss):
        recent.append(loss)
        if len(recent) == STEPS - 1:
            recent.clear()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train(keep)


def test_steps_without_gradients():
    """An optimizer whose parameters have no gradients looks at nothing."""
    parameter = nn.Parameter(ft.ones(1))
    optimizer = optim.SGD([parameter], lr=0.1)
    for _ in range(2 * STEPS):
        optimizer.step()


@pytest.mark.parametrize("again", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_copies_count_anew(again):
    """A copied optimizer watches its own parameters."""
    optimizer = again(train(lambda loss: None, steps=3))
    assert optimizer._growth._parameter is None
    (parameter, *_) = optimizer.param_groups[0]["params"]
    parameter.grad = ft.ones(*parameter.shape)
    optimizer.step()
