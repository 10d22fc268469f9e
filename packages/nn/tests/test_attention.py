"""Attention without an oracle: dropout, and calls that are refused."""

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest


def test_dropout_scales_what_is_left():
    """A part of the weights near the probability is left out, others are scaled; at 1 nothing is left."""
    q, k, v = ft.zeros(8, 20, 4), ft.zeros(8, 50, 4), ft.eye(50).expand(8, 50, 50)
    weights = F.scaled_dot_product_attention(q, k, v, dropout_p=0.25).numpy() * 50
    assert set(np.round(np.unique(weights), 5)) <= {0.0, np.float32(1.33333)}
    assert abs((weights == 0).mean() - 0.25) < 0.02
    assert not F.scaled_dot_product_attention(q, k, v, dropout_p=1.0).any().item()


def test_bad_calls_say_what_is_wrong():
    """Messages name the operation, the argument, what was expected and what came."""
    q, k, mask = ft.ones(2, 3), ft.ones(4, 3), ft.ones(2, 4) > 0
    with pytest.raises(ValueError, match=r"^scaled_dot_product_attention\(\): argument 'is_causal': expected False"):
        F.scaled_dot_product_attention(q, k, k, mask, is_causal=True)
    with pytest.raises(ValueError, match=r"'dropout_p': expected a probability in \[0, 1\], got 2"):
        F.scaled_dot_product_attention(q, k, k, dropout_p=2)
    with pytest.raises(ft.ShapeError, match="'key': expected as many heads as value's 3, a divisor of query's 4"):
        F.scaled_dot_product_attention(ft.ones(4, 2, 3), ft.ones(3, 2, 3), ft.ones(3, 2, 3), enable_gqa=True)
    with pytest.raises(ValueError, match=r"MultiheadAttention\(\): argument 'num_heads': expected a divisor"):
        nn.MultiheadAttention(8, 3)
    layer = nn.MultiheadAttention(4, 2)
    with pytest.raises(ft.ShapeError, match="'key_padding_mask': expected shape"):
        layer(*[ft.ones(3, 2, 4)] * 3, key_padding_mask=ft.ones(3, 2) > 0)
