"""Activations with parameters, gates or random slopes, beside torch."""

import flambeau.nn as nn
import numpy as np
import pytest
from beside_torch import check, pair, random, torch


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_glu(dim):
    """GLU along any dimension."""
    ours, theirs = nn.GLU(dim), torch.nn.GLU(dim)
    check(ours, theirs, random(4, 6, 2))
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 5), (2, 3, 2, 2)])
@pytest.mark.parametrize(("count", "init"), [(1, 0.25), (3, -0.5)])
def test_prelu(shape, count, init):
    """PReLU with one slope and with one for each channel, and its gradient."""
    ours, theirs = pair("PReLU", count, init)
    check(ours, theirs, random(*shape))
    assert repr(ours) == repr(theirs)


def test_prelu_of_one_number():
    """One slope serves Tensors without channels, too."""
    check(*pair("PReLU"), random(5))
    check(*pair("PReLU"), np.array(-2.0))


@pytest.mark.parametrize(("name", "args", "shape"), [
    ("Softmin", (1,), (3, 4)), ("Softmin", (-1,), (2, 3, 4)), ("Softmax2d", (), (2, 3, 4, 5)),
    ("Softmax2d", (), (3, 4, 5)), ("RReLU", (), (3, 4)), ("RReLU", (0.2, 0.7), (3, 4)),
])  # fmt: skip
def test_others(name, args, shape):
    """Softmin, Softmax2d and, in evaluation, RReLU."""
    ours, theirs = getattr(nn, name)(*args).eval(), getattr(torch.nn, name)(*args).eval()
    check(ours, theirs, random(*shape))
    if name != "RReLU":
        assert repr(ours) == repr(theirs)
