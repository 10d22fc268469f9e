"""Our layers and functions beside torch's, in float64, with the same numbers."""

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest
from flambeau.autograd import Variable
from flambeau.tensor.testing import assert_close
from nn_helpers import random

torch = pytest.importorskip("torch", reason="torch is an oracle: pip install torch")

RTOL = 1e-11  # of float64: the two sum in different orders


def pair(name, *args, **options):
    """Our layer and torch's, both in float64 and with torch's parameters."""
    torch.manual_seed(0)
    theirs = getattr(torch.nn, name)(*args, **options).double()
    ours = getattr(nn, name)(*args, **options).double()
    ours.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
    return ours, theirs


def leaves(*arrays):
    """Ours and torch's, of the same numbers, to differentiate by."""
    ours = [Variable(ft.tensor(a), requires_grad=True) for a in arrays]
    return ours, [torch.tensor(a, requires_grad=True) for a in arrays]


def check(ours, theirs, *arrays, targets=()):
    """The same result, gradients of inputs and parameters, and buffers afterwards."""
    inputs, their_inputs = leaves(*arrays)
    result = ours(*inputs, *map(ft.tensor, targets))
    their_result = theirs(*their_inputs, *map(torch.tensor, targets))
    same(result.detach(), their_result)
    weights = random(*result.shape, seed=1)
    (result * ft.tensor(weights)).sum().backward()
    (their_result * torch.tensor(weights)).sum().backward()
    for x, their_x in zip(inputs, their_inputs, strict=True):
        same(x.grad, their_x.grad)
    if isinstance(ours, nn.Module):
        expected = {name: p.grad for name, p in theirs.named_parameters()}
        assert [name for name, _ in ours.named_parameters()] == list(expected)
        for name, p in ours.named_parameters():
            same(p.grad, expected[name])
        expected = dict(theirs.named_buffers())
        assert [name for name, _ in ours.named_buffers()] == list(expected)
        for name, buffer in ours.named_buffers():
            same(buffer, expected[name])


def same(x, expected):
    """Equal in shape, dtype and, nearly, values."""
    expected = expected.detach().numpy()
    assert (x.shape, x.dtype) == (expected.shape, expected.dtype)
    assert_close(x.numpy(), expected, rtol=RTOL, atol=1e-12)
