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


@pytest.mark.parametrize("mode", ["sum", "mean"])
def test_frequencies_in_bags(mode):
    """scale_grad_by_freq divides each row's gradient by how often it is named. (Torch takes another row's count.)"""
    index = ft.tensor([[0, 1, 1], [1, 2, 2], [3, 3, 3]])
    table = Variable(ft.ones(5, 1), requires_grad=True)
    F.embedding_bag(index, table, mode=mode, scale_grad_by_freq=True).sum().backward()
    part = 1 if mode == "sum" else 1 / 3
    np.testing.assert_allclose(table.grad.reshape(-1).numpy(), [part, part, part, part, 0], rtol=1e-6)


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
