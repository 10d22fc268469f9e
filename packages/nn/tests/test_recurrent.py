"""Recurrent layers without an oracle: dropout, empty input, floats of 16 bits, and messages."""

import flambeau.nn as nn
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.nn.utils import rnn
from nn_helpers import message_of, random


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_dropout_between_layers(name):
    """In training what goes from layer to layer is left out, but not the result; in evaluation nothing is."""
    layer = getattr(nn, name)(3, 4, num_layers=2, dropout=1.0)
    x = ft.tensor(random(5, 2, 3), dtype=ft.float32)
    trained, evaluated = layer(x)[0], layer.eval()(x)[0]
    assert not np.allclose(trained.detach().numpy(), evaluated.detach().numpy())
    assert trained.detach().abs().sum().item() > 0
    with pytest.warns(UserWarning, match="dropout=0.5 does nothing for one layer"):
        getattr(nn, name)(3, 4, dropout=0.5)


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_no_sequences_and_no_steps(name):
    """An empty batch gives empty results and gradients of zeros; without steps the states stay as they are."""
    layer = getattr(nn, name)(3, 4)
    output, ends = layer(ft.zeros(5, 0, 3))
    assert output.shape == (5, 0, 4)
    output.sum().backward()
    assert not layer.weight_hh_l0.grad.any().item()
    h = ft.ones(1, 2, 4)
    output, ends = layer(ft.zeros(0, 2, 3), (h, h) if name == "LSTM" else h)
    assert output.shape == (0, 2, 4)
    assert (ends[0] if name == "LSTM" else ends).tolist() == h.tolist()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_floats_of_16_bits(name, dtype):
    """Values and gradients near those of float32."""
    wide = getattr(nn, name)(3, 4)
    narrow = getattr(nn, name)(3, 4, dtype=getattr(ft, dtype))
    narrow.load_state_dict(wide.state_dict())
    x = ft.tensor(random(5, 2, 3), dtype=ft.float32)
    results = []
    for layer, given in ((wide, x), (narrow, x.to(getattr(ft, dtype)))):
        output, _ = layer(given)
        output.float().sum().backward()
        results.append((output.detach().float().numpy(), layer.weight_hh_l0.grad.float().numpy()))
    for got, want in zip(results[1], results[0], strict=True):
        np.testing.assert_allclose(got, want, rtol=0.05, atol=0.05)


def test_bad_calls_say_what_is_wrong():
    """Messages name layer, argument, what was expected and what came."""
    layer, x = nn.LSTM(3, 4), ft.zeros(5, 2, 3)
    assert message_of(ft.ShapeError, lambda: layer(ft.zeros(5, 2, 7))) == "LSTM expects (T, N, 3), got (5, 2, 7)"
    h = ft.zeros(1, 2, 4)
    expected = "LSTM(): argument 'c_0': expected shape (1, 2, 4), got (1, 3, 4)"
    assert message_of(ft.ShapeError, lambda: layer(x, (h, ft.zeros(1, 3, 4)))) == expected
    expected = "LSTM(): argument 'hx': expected a tuple (h_0, c_0), got 1 Tensors"
    assert message_of(TypeError, lambda: layer(x, h)) == expected
    expected = "GRU(): argument 'hidden_size': expected 1 or more, got 0"
    assert message_of(ValueError, lambda: nn.GRU(3, 0)) == expected
    expected = "RNN(): argument 'nonlinearity': expected 'tanh' or 'relu', got 'sine'"
    assert message_of(ValueError, lambda: nn.RNN(3, 4, nonlinearity="sine")) == expected
    expected = "LSTM(): argument 'proj_size': expected less than hidden_size 4, got 4"
    assert message_of(ValueError, lambda: nn.LSTM(3, 4, proj_size=4)) == expected
    expected = "LSTMCell(): argument 'hx': expected a tuple (h_0, c_0), got Tensor"
    assert message_of(TypeError, lambda: nn.LSTMCell(3, 4)(ft.zeros(2, 3), ft.zeros(2, 4))) == expected
    expected = "pack_padded_sequence(): argument 'lengths': expected lengths in [1, 5], got 6"
    assert message_of(ValueError, lambda: rnn.pack_padded_sequence(x, [6, 2])) == expected
    expected = (
        "pack_padded_sequence(): argument 'lengths': expected sequences that come longest first, got [2, 5]; "
        "use enforce_sorted=False"
    )
    assert message_of(ValueError, lambda: rnn.pack_padded_sequence(x, [2, 5])) == expected
