"""Recurrent layers, cells and packed sequences beside torch with the same weights: values and gradients."""

import itertools

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest
from beside_torch import leaves, torch
from flambeau.nn.utils import rnn
from flambeau.tensor.testing import assert_close
from nn_helpers import random

RTOL = 1e-10
T_RNN = torch.nn.utils.rnn


def same(x, expected):
    expected = expected.detach().numpy()
    assert (x.shape, x.dtype) == (expected.shape, expected.dtype)
    assert_close(x.data.numpy(), expected, rtol=RTOL, atol=1e-12)


def pair(name, *args, **options):
    torch.manual_seed(0)
    theirs = getattr(torch.nn, name)(*args, **options).double()
    ours = getattr(nn, name)(*args, **options).double()
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
    assert repr(ours) == repr(theirs)
    return ours, theirs


def flat(results):
    """The Tensors in what a layer gives."""
    for part in results if isinstance(results, tuple) else (results,):
        if isinstance(part, (rnn.PackedSequence, T_RNN.PackedSequence)):
            yield part.data
        elif isinstance(part, tuple):
            yield from part
        else:
            yield part


def check(ours, theirs, results, their_results, inputs, their_inputs):
    """The same results, and gradients of all inputs and parameters from all results."""
    total, their_total = 0, 0
    for i, (x, y) in enumerate(zip(flat(results), flat(their_results), strict=True)):
        same(x, y)
        weights = random(*x.shape, seed=i + 5)
        total, their_total = total + (x * ft.tensor(weights)).sum(), their_total + (y * torch.tensor(weights)).sum()
    total.backward()
    their_total.backward()
    for x, y in zip(inputs, their_inputs, strict=True):
        same(x.grad, y.grad)
    expected = {name: p.grad for name, p in theirs.named_parameters()}
    assert [name for name, _ in ours.named_parameters()] == list(expected)
    for name, p in ours.named_parameters():
        same(p.grad, expected[name])


LAYERS = [("RNN", {}), ("RNN", {"nonlinearity": "relu"}), ("LSTM", {}), ("LSTM", {"proj_size": 2}), ("GRU", {})]
OPTIONS = [
    dict(zip(("num_layers", "bias", "batch_first", "bidirectional"), values, strict=True))
    for values in itertools.product([1, 2], [True, False], [False, True], [False, True])
]


def states(name, options, count, size=4):
    layers = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    shapes = [(layers, count, options.get("proj_size") or size)]
    if name == "LSTM":
        shapes.append((layers, count, size))
    return [random(*shape, seed=i + 2) for i, shape in enumerate(shapes)]


def as_hx(name, tensors):
    return tuple(tensors) if name == "LSTM" else tensors[0]


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(("name", "more"), LAYERS, ids=str)
def test_layers(name, more, options, given):
    """Padded sequences over the options, with and without states given."""
    options = {**options, **more}
    ours, theirs = pair(name, 3, 4, **options)
    shape = (2, 5, 3) if options["batch_first"] else (5, 2, 3)
    arrays = [random(*shape), *(states(name, options, 2) if given else [])]
    inputs, their_inputs = leaves(*arrays)
    hx = (as_hx(name, inputs[1:]), as_hx(name, their_inputs[1:])) if given else (None, None)
    results, expected = ours(inputs[0], hx[0]), theirs(their_inputs[0], hx[1])
    check(ours, theirs, results, expected, inputs, their_inputs)


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("enforce_sorted", [False, True])
@pytest.mark.parametrize(("layers", "bidirectional"), [(1, False), (2, True)])
@pytest.mark.parametrize(("name", "more"), LAYERS, ids=str)
def test_packed_sequences(name, more, layers, bidirectional, enforce_sorted, given):
    """Sequences of several lengths through a layer and back to padded ones."""
    options = {"num_layers": layers, "bidirectional": bidirectional, **more}
    ours, theirs = pair(name, 3, 4, **options)
    lengths = [5, 3, 3, 1] if enforce_sorted else [3, 5, 1, 3]
    inputs, their_inputs = leaves(random(5, 4, 3), *(states(name, options, 4) if given else []))
    hx = (as_hx(name, inputs[1:]), as_hx(name, their_inputs[1:])) if given else (None, None)
    packed = rnn.pack_padded_sequence(inputs[0], lengths, enforce_sorted=enforce_sorted)
    their_packed = T_RNN.pack_padded_sequence(their_inputs[0], lengths, enforce_sorted=enforce_sorted)
    assert packed.batch_sizes.tolist() == their_packed.batch_sizes.tolist()
    same(packed.data, their_packed.data)
    results, expected = ours(packed, hx[0]), theirs(their_packed, hx[1])
    padded, found = rnn.pad_packed_sequence(results[0], batch_first=True, padding_value=-1.0, total_length=6)
    wanted, wanted_lengths = T_RNN.pad_packed_sequence(expected[0], True, -1.0, 6)
    assert found.tolist() == wanted_lengths.tolist()
    check(ours, theirs, (padded, results[1]), (wanted, expected[1]), inputs, their_inputs)


@pytest.mark.parametrize(("name", "more"), LAYERS, ids=str)
def test_one_sequence_without_a_batch(name, more):
    """Two dimensions in, two out."""
    ours, theirs = pair(name, 3, 4, batch_first=True, **more)
    inputs, their_inputs = leaves(random(5, 3), *[s[:, 0] for s in states(name, more, 1)])
    results = ours(inputs[0], as_hx(name, inputs[1:]))
    expected = theirs(their_inputs[0], as_hx(name, their_inputs[1:]))
    check(ours, theirs, results, expected, inputs, their_inputs)


@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (5, 3), (3,)])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize(
    ("name", "more"),
    [("RNNCell", {}), ("RNNCell", {"nonlinearity": "relu"}), ("LSTMCell", {}), ("GRUCell", {})],
    ids=str,
)
def test_cells(name, more, shape, bias, given):
    """One step, with and without a batch, states and biases."""
    ours, theirs = pair(name, 3, 4, bias=bias, **more)
    arrays = [random(*shape[:-1], 4, seed=i + 2) for i in range(2 if name == "LSTMCell" else 1)]
    inputs, their_inputs = leaves(random(*shape), *(arrays if given else []))
    hx = (None, None)
    if given:
        hx = tuple(tuple(x[1:]) if name == "LSTMCell" else x[1] for x in (inputs, their_inputs))
    check(ours, theirs, ours(inputs[0], hx[0]), theirs(their_inputs[0], hx[1]), inputs, their_inputs)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("batch_first", [False, True])
def test_padding_and_packing_of_lists(batch_first, side):
    """pad_sequence, unpad_sequence, pack_sequence and unpack_sequence give torch's, and what went in."""
    arrays = [random(n, 2, seed=n) for n in (4, 1, 3)]
    ours, theirs = [ft.tensor(a) for a in arrays], [torch.tensor(a) for a in arrays]
    padded = rnn.pad_sequence(ours, batch_first, 0.5, side)
    same(padded, T_RNN.pad_sequence(theirs, batch_first, 0.5, side))
    if side == "right":
        for x, a in zip(rnn.unpad_sequence(padded, ft.tensor([4, 1, 3]), batch_first), arrays, strict=True):
            assert x.tolist() == a.tolist()
    packed, expected = rnn.pack_sequence(ours, False), T_RNN.pack_sequence(theirs, False)
    same(packed.data, expected.data)
    assert packed.sorted_indices.tolist() == expected.sorted_indices.tolist()
    assert packed.unsorted_indices.tolist() == expected.unsorted_indices.tolist()
    for x, a in zip(rnn.unpack_sequence(packed), arrays, strict=True):
        assert x.tolist() == a.tolist()
