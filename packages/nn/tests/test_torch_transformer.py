"""Transformer stacks beside torch with the same weights, under masks; and as few steps of training."""

import copy

import flambeau.nn as nn
import flambeau.tensor as ft
import numpy as np
import pytest
from beside_torch import leaves, torch
from flambeau.tensor.testing import assert_close
from nn_helpers import message_of, random

MASKS = {
    "none": None,
    "bool": np.triu(np.ones((3, 3), bool), 1),
    "numbers": random(3, 3, seed=7),
}


def both(make):
    torch.manual_seed(0)
    theirs, ours = make(torch.nn).double(), make(nn).double()
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def compare(ours, theirs, inputs, **masks):
    mine, other = leaves(*inputs)
    x = ours(*mine, **{key: ft.tensor(value) for key, value in masks.items()})
    y = theirs(*other, **{key: torch.tensor(value) for key, value in masks.items()})
    assert_close(x.data.numpy(), y.detach().numpy(), 1e-10, 1e-11)
    weights = random(*x.shape, seed=3)
    (x * ft.tensor(weights)).sum().backward()
    (y * torch.tensor(weights)).sum().backward()
    pairs = [*zip(mine, other, strict=True), *zip(ours.parameters(), theirs.parameters(), strict=True)]
    for p, q in pairs:
        assert_close(p.grad.numpy(), q.grad.numpy(), 1e-9, 1e-10)


@pytest.mark.filterwarnings("ignore::UserWarning")  # torch's
@pytest.mark.parametrize("mask", sorted(MASKS))
@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("norm", [False, True])
def test_encoder(mask, padded, norm):
    """A stack of two layers, with and without masks of both kinds and a norm at its end."""

    def make(library):
        layer = library.TransformerEncoderLayer(6, 2, 8, 0.0, batch_first=True)
        return library.TransformerEncoder(layer, 2, library.LayerNorm(6) if norm else None)

    masks = {} if MASKS[mask] is None else {"mask": MASKS[mask]}
    if padded:
        masks["src_key_padding_mask"] = np.array([[False, False, True], [False, False, False]])
    compare(*both(make), [random(2, 3, 6)], **masks)


@pytest.mark.filterwarnings("ignore::UserWarning")  # torch's
@pytest.mark.parametrize("mask", sorted(MASKS))
@pytest.mark.parametrize("padded", [False, True])
def test_decoder(mask, padded):
    """The same of decoders, with a memory of another length."""

    def make(library):
        layer = library.TransformerDecoderLayer(6, 2, 8, 0.0, batch_first=True)
        return library.TransformerDecoder(layer, 2, library.LayerNorm(6))

    masks = {} if MASKS[mask] is None else {"tgt_mask": MASKS[mask], "memory_mask": random(3, 4) > 0.5}
    if padded:
        masks["memory_key_padding_mask"] = np.array([[False] * 4, [False, False, True, True]])
    if padded and mask == "numbers":
        masks["memory_key_padding_mask"] = np.where(masks["memory_key_padding_mask"], -9.0, 0.0)
    if mask == "bool":
        masks["memory_mask"] &= np.array([False, True, True, True])  # everyone sees something
    compare(*both(make), [random(2, 3, 6), random(2, 4, 6, seed=1)], **masks)


@pytest.mark.filterwarnings("ignore::UserWarning")  # torch's
def test_whole():
    """Encoder and decoder, causal by the mask that the class makes."""
    ours, theirs = both(lambda library: library.Transformer(6, 2, 2, 2, 8, 0.0))
    causal = nn.Transformer.generate_square_subsequent_mask(3)
    assert causal.tolist() == theirs.generate_square_subsequent_mask(3).tolist()
    compare(ours, theirs, [random(4, 2, 6), random(3, 2, 6, seed=1)], tgt_mask=causal.numpy().astype(float))


def test_causal_without_a_mask():
    """is_causal alone is the same as the causal mask."""
    layer = nn.TransformerEncoderLayer(6, 2, 8, 0.0)
    x = ft.randn(3, 2, 6)
    mask = nn.Transformer.generate_square_subsequent_mask(3)
    assert_close(layer(x, is_causal=True).data, layer(x, src_mask=mask).data, 1e-5, 1e-6)


def test_layers_of_a_stack_are_copies():
    """They begin alike, and each has weights of its own."""
    layer = nn.TransformerEncoderLayer(4, 2, 8)
    stack = nn.TransformerEncoder(layer, 2)
    first, second = stack.layers
    assert first.linear1.weight.tolist() == second.linear1.weight.tolist() == layer.linear1.weight.tolist()
    assert len({id(m) for m in (first, second, layer)}) == 3
    assert copy.deepcopy(stack).layers[0] is not first


def test_dropout_leaves_out_in_training_only():
    """Two calls differ in training, and agree in evaluation."""
    layer = nn.TransformerEncoderLayer(8, 2, 8, dropout=0.5)
    x = ft.ones(3, 2, 8)
    assert layer(x).tolist() != layer(x).tolist()
    layer.eval()
    assert layer(x).tolist() == layer(x).tolist()


def test_any_function_may_be_the_activation():
    layer = nn.TransformerEncoderLayer(4, 2, 8, activation=ft.tanh)
    assert layer(ft.ones(3, 2, 4)).shape == (3, 2, 4)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: nn.TransformerEncoderLayer(4, 2, activation="swish"), ValueError,
            "TransformerEncoderLayer(): argument 'activation': expected 'relu', 'gelu' or a function, got 'swish'",
        ),
        (
            lambda: nn.Transformer(4, 2, 1, 1, 8)(ft.ones(3, 2, 4), ft.ones(3, 1, 4)), ValueError,
            "Transformer(): argument 'tgt': expected a batch of 2 as src's, in dimension 1, got shape (3, 1, 4)",
        ),
        (
            lambda: nn.Transformer(4, 2, 1, 1, 8)(ft.ones(3, 2, 4), ft.ones(3, 2, 5)), ValueError,
            "Transformer(): argument 'tgt': expected shape (*, 4), got (3, 2, 5)",
        ),
        (
            lambda: nn.TransformerEncoderLayer(4, 2, 8)(ft.ones(3, 2, 5)), ValueError,
            "MultiheadAttention 'self_attn' expects (*, 4), got (3, 2, 5)",
        ),
    ],
)  # fmt: skip
def test_messages(call, error, text):
    """What does not fit is said before anything is computed."""
    assert message_of(error, call) == text
