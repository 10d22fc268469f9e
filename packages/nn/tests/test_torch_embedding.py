"""Embedding and EmbeddingBag beside torch over their options."""

import itertools

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest
from beside_torch import check, random, same, torch
from flambeau.autograd import Variable


def numbers(*shape, high=6):
    return np.random.default_rng(0).integers(0, high, shape)


@pytest.mark.parametrize("shape", [(7,), (2, 5), (), (0,), (3, 0)])
@pytest.mark.parametrize("padding", [None, 2, -1])
@pytest.mark.parametrize("by_freq", [True, False])
def test_embedding(shape, padding, by_freq):
    """Embedding over the options; torch gives the table's gradient."""
    index = numbers(*shape)
    check(
        lambda w: F.embedding(ft.tensor(index), w, padding, scale_grad_by_freq=by_freq),
        lambda w: torch.nn.functional.embedding(torch.tensor(index), w, padding, scale_grad_by_freq=by_freq),
        random(6, 3),
    )


@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.0])
def test_rows_are_shortened(norm_type):
    """max_norm changes the rows in use, in the table itself, as torch does."""
    index, table = numbers(7, high=4), random(6, 3)
    ours, theirs = Variable(ft.tensor(table), requires_grad=True), torch.tensor(table, requires_grad=True)
    result = F.embedding(ft.tensor(index), ours, max_norm=0.7, norm_type=norm_type)
    expected = torch.nn.functional.embedding(torch.tensor(index), theirs, max_norm=0.7, norm_type=norm_type)
    same(result.detach(), expected)
    same(ours.detach(), theirs)
    result.sum().backward()
    expected.sum().backward()
    same(ours.grad, theirs.grad)


BAGS = [
    ("rows", (4, 3), None, False),
    ("offsets", (9,), [0, 2, 2, 5], False),
    ("last offset", (9,), [0, 2, 2, 5, 9], True),
    ("an empty first bag", (5,), [0, 0, 3], False),
    ("nothing", (0,), [], False),
]


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@pytest.mark.parametrize("padding", [None, 1])
@pytest.mark.parametrize(("shape", "offsets", "last"), [b[1:] for b in BAGS], ids=[b[0] for b in BAGS])
def test_embedding_bag(shape, offsets, last, mode, padding):
    """embedding_bag over the options."""
    index = numbers(*shape)
    options = {"mode": mode, "padding_idx": padding, "include_last_offset": last}

    def call(library, tensor):
        starts = None if offsets is None else tensor(np.array(offsets, np.int64))
        return lambda w: library.embedding_bag(tensor(index), w, starts, **options)

    check(call(F, ft.tensor), call(torch.nn.functional, torch.tensor), random(6, 3))


@pytest.mark.parametrize("padding", [None, 1])
@pytest.mark.parametrize(("shape", "offsets"), [((4, 3), None), ((9,), [0, 2, 2, 5])])
def test_weights_of_samples(shape, offsets, padding):
    """per_sample_weights scale rows, and have a gradient."""
    index = numbers(*shape)

    def call(library, tensor):
        starts = None if offsets is None else tensor(np.array(offsets, np.int64))
        return lambda w, s: library.embedding_bag(
            tensor(index), w, starts, mode="sum", per_sample_weights=s, padding_idx=padding
        )

    check(call(F, ft.tensor), call(torch.nn.functional, torch.tensor), random(6, 3), random(*shape, seed=1))


@pytest.mark.parametrize(("name", "options"), list(itertools.product(
    ["Embedding", "EmbeddingBag"],
    [{}, {"padding_idx": 1}, {"max_norm": 1.0}, {"max_norm": 2.0, "norm_type": 1.0}],
)))  # fmt: skip
def test_layers(name, options):
    """The layers have torch's parameters, by name, and print as torch's do."""
    theirs = getattr(torch.nn, name)(6, 3, **options).double()
    ours = getattr(nn, name)(6, 3, **options).double()
    assert (ours.weight[1].detach().abs().sum().item() == 0) == ("padding_idx" in options)
    ours.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
    index = numbers(4, 3)
    result, expected = ours(ft.tensor(index)), theirs(torch.tensor(index))
    same(result.detach(), expected)
    result.sum().backward()
    expected.sum().backward()
    same(ours.weight.grad, theirs.weight.grad)
    assert repr(ours) == repr(theirs)
