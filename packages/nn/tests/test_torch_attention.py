"""Attention beside torch with the same weights: values and gradients, over the options."""

import itertools

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest
from beside_torch import leaves, torch
from flambeau.autograd import Variable
from flambeau.tensor.testing import assert_close
from nn_helpers import random

RTOL = 1e-10


def same(x, expected):
    assert (x.shape, x.dtype) == (tuple(expected.shape), expected.detach().numpy().dtype)
    assert_close(x.detach().numpy(), expected.detach().numpy(), rtol=RTOL, atol=1e-11)


def check_backward(ours, theirs, inputs, their_inputs):
    weights = random(*ours.shape, seed=9)
    (ours * ft.tensor(weights)).sum().backward()
    (theirs * torch.tensor(weights)).sum().backward()
    for x, y in zip(inputs, their_inputs, strict=True):
        same(x.grad, y.grad)


MASKS = ["none", "causal", "bool", "additive", "row", "trained"]


@pytest.mark.parametrize("scale", [None, 0.3])
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize(
    "shapes",
    [
        ((4, 5), (4, 5), (4, 6)), ((2, 3, 7, 4), (2, 3, 5, 4), (2, 3, 5, 4)),
        ((2, 2, 70, 8), (2, 2, 300, 8), (2, 2, 300, 9)),
    ],
)  # fmt: skip
def test_scaled_dot_product_attention(shapes, mask, scale):
    """Every kind of mask, self-attention and another number of keys."""
    ours, theirs = leaves(*[random(*shape, seed=i) for i, shape in enumerate(shapes)])
    both_sizes = (shapes[0][-2], shapes[1][-2])
    options = {"scale": scale}
    their_options = dict(options)
    if mask == "causal":
        options["is_causal"] = their_options["is_causal"] = True
    elif mask != "none":
        array = random(*both_sizes) if mask != "row" else random(1, both_sizes[1])
        array = array > -0.5 if mask == "bool" else array
        options["attn_mask"], their_options["attn_mask"] = ft.tensor(array), torch.tensor(array)
        if mask == "trained":
            options["attn_mask"] = Variable(options["attn_mask"], requires_grad=True)
            their_options["attn_mask"].requires_grad_()
    result = F.scaled_dot_product_attention(*ours, **options)
    expected = torch.nn.functional.scaled_dot_product_attention(*theirs, **their_options)
    same(result, expected)
    if mask == "trained":
        ours, theirs = [*ours, options["attn_mask"]], [*theirs, their_options["attn_mask"]]
    check_backward(result, expected, ours, theirs)


def test_queries_that_see_nothing():
    """They give zeros, and so are their gradients, as in torch."""
    ours, theirs = leaves(*[random(3, 4), random(5, 4), random(5, 4)])
    mask = np.ones((3, 5), bool)
    mask[1] = False
    result = F.scaled_dot_product_attention(*ours, attn_mask=ft.tensor(mask))
    expected = torch.nn.functional.scaled_dot_product_attention(*theirs, attn_mask=torch.tensor(mask))
    assert result[1].tolist() == [0.0] * 4
    same(result, expected)
    check_backward(result, expected, ours, theirs)


@pytest.mark.parametrize("mask", ["none", "heads", "one"])
def test_heads_that_share_keys(mask):
    """enable_gqa: each head of keys serves several heads of queries."""
    ours, theirs = leaves(*[random(2, 6, 3, 4), random(2, 2, 5, 4), random(2, 2, 5, 7)])
    array = {"none": None, "heads": random(2, 6, 3, 5) > 0, "one": random(2, 1, 3, 5)}[mask]
    our_mask, their_mask = (None, None) if array is None else (ft.tensor(array), torch.tensor(array))
    result = F.scaled_dot_product_attention(*ours, attn_mask=our_mask, enable_gqa=True)
    expected = torch.nn.functional.scaled_dot_product_attention(*theirs, attn_mask=their_mask, enable_gqa=True)
    same(result, expected)
    check_backward(result, expected, ours, theirs)


def pair(*args, **options):
    torch.manual_seed(0)
    theirs = torch.nn.MultiheadAttention(*args, **options).double()
    for p in theirs.parameters():
        torch.nn.init.normal_(p, std=0.5)
    ours = nn.MultiheadAttention(*args, **options).double()
    ours.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
    assert list(ours.state_dict()) == list(theirs.state_dict())
    return ours, theirs


OPTIONS = [
    {}, {"bias": False}, {"batch_first": True}, {"kdim": 5, "vdim": 3}, {"add_bias_kv": True}, {"add_zero_attn": True},
    {"add_bias_kv": True, "add_zero_attn": True, "kdim": 4, "batch_first": True},
]  # fmt: skip


@pytest.mark.parametrize("need_weights", [False, True, "each"])
@pytest.mark.parametrize("masks", list(itertools.product(["", "bool", "float", "heads"], ["", "bool", "float"])))
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_multihead_attention(options, masks, need_weights):
    """Values, weights and gradients over the options of layer and call."""
    ours, theirs = pair(8, 2, **options)
    n, queries, keys = 3, 4, 5
    first = options.get("batch_first", False)
    shapes = [(queries, n, 8), (keys, n, ours.kdim), (keys, n, ours.vdim)]
    if first:
        shapes = [(b, a, c) for a, b, c in shapes]
    inputs, their_inputs = leaves(*[random(*shape, seed=i) for i, shape in enumerate(shapes)])
    call = {}
    if masks[0]:
        mask = random(*((n * 2, queries, keys) if masks[0] == "heads" else (queries, keys)))
        call["attn_mask"] = mask > 1 if masks[0] == "bool" else mask
    if masks[1]:
        padding = np.arange(keys) >= np.array([[5], [3], [4]])
        call["key_padding_mask"] = padding if masks[1] == "bool" else np.where(padding, -np.inf, 0.5)
    if "bool" in masks and len(set(masks) - {""}) == 2:
        call = {k: np.where(v, -np.inf, 0) if v.dtype == bool else v for k, v in call.items()}  # torch wants one kind
    rest = {"need_weights": bool(need_weights), "average_attn_weights": need_weights != "each"}
    result, weights = ours(*inputs, **{k: ft.tensor(v) for k, v in call.items()}, **rest)
    expected, their_weights = theirs(*their_inputs, **{k: torch.tensor(v) for k, v in call.items()}, **rest)
    same(result, expected)
    if need_weights:
        same(weights, their_weights)
    else:
        assert weights is None
    check_backward(result, expected, inputs, their_inputs)
    expected = {name: p.grad for name, p in theirs.named_parameters()}
    assert [name for name, _ in ours.named_parameters()] == list(expected)
    for name, p in ours.named_parameters():
        same(p.grad, expected[name])


@pytest.mark.parametrize("need_weights", [False, True])
def test_self_attention_without_a_batch(need_weights):
    """One Tensor for all three, of two dimensions; and causal."""
    ours, theirs = pair(6, 3)
    (x,), (y,) = leaves(*[random(5, 6)])
    hidden = ~np.tri(5, dtype=bool)
    result, _ = ours(x, x, x, need_weights=need_weights, is_causal=True)
    expected, _ = theirs(y, y, y, need_weights=need_weights, attn_mask=torch.tensor(hidden), is_causal=True)
    same(result, expected)
    check_backward(result, expected, [x], [y])


def test_fresh_layers_start_as_torchs():
    """Weights are spread as torch's, biases are zero."""
    ours, theirs = nn.MultiheadAttention(64, 4, add_bias_kv=True), torch.nn.MultiheadAttention(64, 4, add_bias_kv=True)
    for name, p in ours.named_parameters():
        expected = dict(theirs.named_parameters())[name].detach()
        assert p.detach().std().item() == pytest.approx(expected.std().item(), rel=0.3, abs=1e-9)


def test_given_keys_and_values():
    """static_k and static_v stand in for those projected, of which there may be another number."""
    x, weight, bias = random(3, 2, 4), random(12, 4, seed=1), random(12, seed=2)
    out, k, v = random(4, 4, seed=3), random(4, 5, 2, seed=4), random(4, 5, 2, seed=5)

    def call(library, tensor):
        a, w, b, o, keys, values = map(tensor, (x, weight, bias, out, k, v))
        return library.multi_head_attention_forward(
            a, a, a, 4, 2, w, b, None, None, False, 0.0, o, None, static_k=keys, static_v=values
        )

    for result, expected in zip(call(F, ft.tensor), call(torch.nn.functional, torch.tensor), strict=True):
        assert_close(result.numpy(), expected.numpy(), RTOL, 1e-11)
    with pytest.raises(ft.ShapeError, match=r"argument 'static_k': expected shape \(4, S, 2\), got \(5, 2\)"):
        F.multi_head_attention_forward(
            *[ft.tensor(x)] * 3, 4, 2, ft.tensor(weight), None, None, None, False, 0.0, ft.tensor(out), None,
            static_k=ft.ones(5, 2),
        )  # fmt: skip
