"""Tables of vectors without an oracle: frequencies, given tables, and mistakes."""

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable
from nn_helpers import random


@pytest.mark.parametrize("mode", ["sum", "mean"])
def test_frequencies_in_bags(mode):
    """scale_grad_by_freq divides each row's gradient by how often it is named. (Torch takes another row's count.)"""
    index = ft.tensor([[0, 1, 1], [1, 2, 2], [3, 3, 3]])
    table = Variable(ft.ones(5, 1), requires_grad=True)
    F.embedding_bag(index, table, mode=mode, scale_grad_by_freq=True).sum().backward()
    part = 1 if mode == "sum" else 1 / 3
    np.testing.assert_allclose(table.grad.reshape(-1).numpy(), [part, part, part, part, 0], rtol=1e-6)


def test_given_tables():
    """from_pretrained keeps the table, frozen unless asked otherwise."""
    table = ft.tensor(random(4, 2))
    for layer in (nn.Embedding, nn.EmbeddingBag):
        assert layer.from_pretrained(table).weight.tolist() == table.tolist()
        assert not layer.from_pretrained(table).weight.requires_grad
        assert layer.from_pretrained(table, freeze=False).weight.requires_grad


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda w: F.embedding(ft.tensor([7]), w),
            IndexError, "embedding(): argument 'input': expected indices in [0, 5], got 7",
        ),
        (
            lambda w: F.embedding(ft.tensor([0]), w, 6),
            IndexError, "embedding(): argument 'padding_idx': expected a row in [-6, 5], got 6",
        ),
        (
            lambda w: F.embedding_bag(ft.tensor([0]), w),
            ValueError, "embedding_bag(): argument 'offsets': expected a Tensor where input has 1 dimension, got None",
        ),
        (
            lambda w: F.embedding_bag(ft.tensor([0, 1]), w, ft.tensor([0, 2, 1])),
            IndexError, "embedding_bag(): argument 'offsets': expected places in [0, 2] in order, got [0, 2, 1]",
        ),
        (
            lambda w: F.embedding_bag(ft.tensor([0, 1]), w, ft.tensor([0, 3])),
            IndexError, "embedding_bag(): argument 'offsets': expected places in [0, 2] in order, got [0, 3]",
        ),
        (
            lambda w: F.embedding_bag(ft.tensor([[0, 1]]), w, mode="min"),
            ValueError, "embedding_bag(): argument 'mode': expected 'sum', 'mean' or 'max', got 'min'",
        ),
    ],
)  # fmt: skip
def test_mistakes(call, error, text):
    """What does not fit is refused, in words."""
    with pytest.raises(error) as raised:
        call(ft.zeros(6, 3))
    assert str(raised.value) == text
