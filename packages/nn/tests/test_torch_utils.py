"""Helpers that change modules beside torch's: the same names, values and gradients from the same weights."""

import copy
import pickle

import flambeau.nn as nn
import flambeau.tensor as ft
import numpy as np
import pytest
from beside_torch import torch
from flambeau.nn.utils import parametrizations, parametrize, prune
from flambeau.nn.utils.stateless import functional_call
from flambeau.tensor.testing import assert_close
from nn_helpers import message_of, random
from torch.nn.utils import prune as their_prune

LAYERS = {
    "Linear": ((4, 3), (5, 4)),
    "Conv2d": ((2, 3, (3, 2)), (2, 2, 5, 4)),
    "ConvTranspose1d": ((2, 3, 2), (2, 2, 4)),
}


def both(name, change):
    """Ours and torch's layer after the same change, with the same state."""
    torch.manual_seed(0)
    args, shape = LAYERS[name]
    ours, theirs = (change(lib.utils)(getattr(lib, name)(*args).double()) for lib in (nn, torch.nn))
    assert sorted(ours.state_dict()) == sorted(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs, random(*shape)


def compare(ours, theirs, x, calls=2):
    """The same after several calls, which change what power iterations keep."""
    for _ in range(calls):
        ours.zero_grad(), theirs.zero_grad()
        y, expected = ours(ft.tensor(x)), theirs(torch.tensor(x))
        assert_close(y.data.numpy(), expected.detach().numpy(), 1e-10, 1e-11)
        (y**2).sum().backward()
        (expected**2).sum().backward()
    grads = {name: p.grad for name, p in theirs.named_parameters()}
    for name, p in ours.named_parameters():
        assert_close(p.grad.numpy(), grads[name].numpy(), 1e-9, 1e-10)
    for name, value in ours.state_dict().items():
        assert_close(value.numpy(), theirs.state_dict()[name].numpy(), 1e-10, 1e-11)


NORMS = {
    "weight_norm": lambda utils: utils.weight_norm,
    "weight_norm of all": lambda utils: lambda m: utils.weight_norm(m, dim=None),
    "weight_norm along 1": lambda utils: lambda m: utils.weight_norm(m, dim=1),
    "spectral_norm": lambda utils: utils.spectral_norm,
    "spectral_norm, 3 steps": lambda utils: lambda m: utils.spectral_norm(m, n_power_iterations=3, dim=1),
    "new weight_norm": lambda utils: utils.parametrizations.weight_norm,
    "new weight_norm along 1": lambda utils: lambda m: utils.parametrizations.weight_norm(m, dim=1),
    "new spectral_norm": lambda utils: utils.parametrizations.spectral_norm,
}


@pytest.mark.filterwarnings("ignore::FutureWarning")  # torch's, of its older forms
@pytest.mark.parametrize("norm", sorted(NORMS))
@pytest.mark.parametrize("name", sorted(LAYERS))
@pytest.mark.parametrize("training", [True, False])
def test_norms_of_weights(name, norm, training):
    """Both forms of weight and spectral norm, in training and in evaluation."""
    ours, theirs, x = both(name, NORMS[norm])
    compare(ours.train(training), theirs.train(training), x)


@pytest.mark.parametrize("norm", ["weight_norm", "spectral_norm"])
def test_norms_are_taken_away(norm):
    """The weight is then what it was computed as, and is trained itself."""
    layer = getattr(nn.utils, norm)(nn.Linear(3, 2))
    x = ft.ones(1, 3)
    expected = layer.eval()(x).tolist()
    layer = getattr(nn.utils, f"remove_{norm}")(layer)
    np.testing.assert_allclose(layer(x).tolist(), expected, rtol=1e-5)
    assert sorted(layer.state_dict()) == ["bias", "weight"]
    assert type(layer.weight) is nn.Parameter
    text = message_of(ValueError, lambda: getattr(nn.utils, f"remove_{norm}")(layer))
    assert text == f"remove_{norm}(): argument 'name': expected a parameter with {norm.replace('_', ' ')}, got 'weight'"
    assert message_of(ValueError, lambda: getattr(nn.utils, norm)(layer, "wieght")) == (
        f"{norm}(): argument 'name': expected 'bias', 'weight', got 'wieght'"
    )
    twice = getattr(nn.utils, norm)(nn.Linear(3, 2))
    assert "which has it already" in message_of(ValueError, lambda: getattr(nn.utils, norm)(twice))


# Parametrisations -----------------------------------------------------------------------------------------------

MAPS = ["matrix_exp", "cayley", "householder"]


# Without trivialization torch starts from a weight by householder only.
@pytest.mark.parametrize(("orthogonal_map", "trivial"), [*((m, True) for m in MAPS), ("householder", False)])
@pytest.mark.parametrize("shape", [(3, 3), (5, 3), (3, 5)])
def test_orthogonal(orthogonal_map, shape, trivial):
    """From torch's state the same matrix and gradient; orthogonal whatever it is trained to."""
    torch.manual_seed(0)

    def made(library):
        layer = library.Linear(shape[1], shape[0], bias=False).double()
        return library.utils.parametrizations.orthogonal(
            layer, orthogonal_map=orthogonal_map, use_trivialization=trivial
        )

    theirs, ours = made(torch.nn), made(nn)
    state = {key: value + 0.1 * torch.randn(value.shape).double() for key, value in theirs.state_dict().items()}
    if trivial:
        base = "parametrizations.weight.0.base"
        state[base] = theirs.state_dict()[base]
    if orthogonal_map == "householder":
        original = theirs.parametrizations.weight.original
        kept = torch.diagonal(original.detach())
        torch.diagonal(state["parametrizations.weight.original"]).copy_(kept)
    ours.load_state_dict(state)
    theirs.load_state_dict(state)
    compare(ours, theirs, random(4, shape[1]))
    w = ours.weight.data.numpy()
    assert_close(w @ w.T if shape[0] <= shape[1] else w.T @ w, np.eye(min(shape)), 0, 1e-12)


@pytest.mark.parametrize("orthogonal_map", MAPS)
@pytest.mark.parametrize("shape", [(3, 3), (5, 3), (3, 5), (2, 4, 3)])
def test_orthogonal_starts_from_the_weight(orthogonal_map, shape):
    """An orthogonal weight stays what it is, and one assigned later is taken."""
    module = nn.Module()
    start = [np.linalg.qr(random(max(shape[-2:]), min(shape[-2:]), seed=i))[0] for i in range(shape[0])]
    start = np.stack(start) if len(shape) == 3 else start[0].T if shape[0] < shape[1] else start[0]
    module.weight = nn.Parameter(ft.tensor(start))
    parametrizations.orthogonal(module, orthogonal_map=orthogonal_map)
    assert_close(module.weight.data.numpy(), start, 0, 1e-12)
    if orthogonal_map == "householder" and len(shape) == 2:
        other = nn.Module()
        other.weight = nn.Parameter(ft.tensor(start))
        parametrizations.orthogonal(other, orthogonal_map="householder", use_trivialization=False)
        assert_close(other.weight.data.numpy(), start, 0, 1e-12)


class Doubled(nn.Module):
    def forward(self, x):
        return x * 2

    def right_inverse(self, x):
        return x / 2


class Shifted(nn.Module):
    def __init__(self):
        super().__init__()
        self.shift = nn.Parameter(ft.ones(1))

    def forward(self, x):
        return x + self.shift

    def right_inverse(self, x):
        return x - self.shift


def test_parametrisations_in_a_row():
    """Each takes what the one before gives; assignments go back through all; parameters of them are trained."""
    layer = nn.Linear(2, 2)
    weight, before = layer.weight, layer.weight.tolist()
    parametrize.register_parametrization(layer, "weight", Doubled())
    parametrize.register_parametrization(layer, "weight", Shifted())
    np.testing.assert_allclose(layer.weight.tolist(), before, rtol=1e-6)
    assert list(layer.state_dict()) == ["bias", "parametrizations.weight.original", "parametrizations.weight.1.shift"]
    assert layer.parametrizations.weight.original is weight
    layer.weight = ft.ones(2, 2)
    assert layer.weight.tolist() == [[1.0, 1.0]] * 2
    assert weight.tolist() == [[0.0, 0.0]] * 2
    layer(ft.ones(1, 2)).sum().backward()
    assert weight.grad.tolist() == [[2.0, 2.0]] * 2
    assert layer.parametrizations.weight[1].shift.grad.tolist() == [4.0]
    assert repr(layer).startswith("ParametrizedLinear(\n  in_features=2")


@pytest.mark.parametrize("again", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_of_parametrised_modules(again):
    """Copies and pickles are parametrised, with weights of their own."""
    layer = nn.Sequential(parametrizations.weight_norm(nn.Linear(2, 2)))
    other = again(layer)
    x = ft.ones(1, 2)
    assert other(x).tolist() == layer(x).tolist()
    other[0].weight = ft.zeros(2, 2) + 1
    assert other(x).tolist() != layer(x).tolist()
    assert parametrize.is_parametrized(other[0], "weight")
    assert not parametrize.is_parametrized(other[0], "bias")


@pytest.mark.parametrize("leave", [True, False])
def test_parametrisations_are_taken_away(leave):
    """What is left is the value computed, or the one it was computed from, in the Parameter an optimizer has."""
    layer = nn.Linear(2, 2)
    weight = layer.weight
    parametrize.register_parametrization(layer, "weight", Doubled())
    parametrize.register_parametrization(layer, "bias", Doubled())
    computed, original = layer.weight.tolist(), weight.tolist()
    parametrize.remove_parametrizations(layer, "weight", leave)
    assert (layer.weight is weight, weight.tolist()) == (True, computed if leave else original)
    assert parametrize.is_parametrized(layer)
    parametrize.remove_parametrizations(layer, "bias")
    assert (type(layer), list(layer.state_dict())) == (nn.Linear, ["weight", "bias"])
    assert message_of(ValueError, lambda: parametrize.remove_parametrizations(layer, "weight")) == (
        "remove_parametrizations(): argument 'tensor_name': expected a parametrised parameter, got 'weight'"
    )


def test_buffers_are_parametrised_too():
    """They stay buffers."""
    norm = nn.BatchNorm1d(3)
    parametrize.register_parametrization(norm, "running_mean", Doubled())
    assert "parametrizations.running_mean.original" in norm.state_dict()
    assert [name for name, _ in norm.named_parameters()] == ["weight", "bias"]
    parametrize.remove_parametrizations(norm, "running_mean")
    assert "running_mean" in norm.state_dict()


def test_what_may_not_be_a_parametrisation():
    """A change of shape must be asked for; the module is then as before."""

    class Flat(nn.Module):
        def forward(self, x):
            return x.reshape(-1)

    layer = nn.Linear(2, 2)
    before = layer.weight.tolist()
    assert message_of(ValueError, lambda: parametrize.register_parametrization(layer, "weight", Flat())) == (
        "register_parametrization(): argument 'parametrization': expected one that keeps shape (2, 2) of 'weight', "
        "got (4,); use unsafe=True if it may change"
    )
    assert (type(layer), layer.weight.tolist()) == (nn.Linear, before)
    parametrize.register_parametrization(layer, "weight", Flat(), unsafe=True)
    assert layer.weight.shape == (4,)
    assert message_of(ValueError, lambda: parametrize.register_parametrization(nn.Linear(1, 1), "w", Flat())) == (
        "register_parametrization(): argument 'tensor_name': expected 'weight', 'bias', got 'w'"
    )


def test_cached():
    """Within the block a parameter is computed once; after it, anew."""
    layer = parametrizations.weight_norm(nn.Linear(2, 2))
    with parametrize.cached():
        first = layer.weight
        assert layer.weight is first
        with pytest.raises(ValueError, match="expected no assignment while cached"):
            layer.weight = ft.ones(2, 2)
    assert layer.weight is not first


# Pruning --------------------------------------------------------------------------------------------------------

PRUNERS = {
    "identity": (),
    "l1_unstructured": (0.3,),
    "ln_structured": (1, 2, 0),
    "custom_from_mask": (np.array([[1.0, 0, 1, 0]] * 3),),
}


@pytest.mark.parametrize("second", sorted(PRUNERS))
@pytest.mark.parametrize("first", sorted(PRUNERS))
def test_pruning(first, second):
    """One upon the other: masks, values, gradients, and what is left when it is made permanent."""
    torch.manual_seed(0)
    theirs, ours = torch.nn.Linear(4, 3).double(), nn.Linear(4, 3).double()
    ours.load_state_dict(theirs.state_dict())
    for name in (first, second):
        for layer, library, tensor in ((ours, prune, ft.tensor), (theirs, their_prune, torch.tensor)):
            args = [tensor(a) if isinstance(a, np.ndarray) else a for a in PRUNERS[name]]
            getattr(library, name)(layer, "weight", *args)
    assert sorted(ours.state_dict()) == sorted(theirs.state_dict())
    compare(ours, theirs, random(5, 4))
    assert prune.is_pruned(nn.Sequential(ours))
    prune.remove(ours, "weight"), their_prune.remove(theirs, "weight")
    assert not prune.is_pruned(ours)
    compare(ours, theirs, random(5, 4))


def test_random_pruning():
    """As many elements or slices as asked for; a part of what is left the second time."""
    layer = prune.random_unstructured(nn.Linear(10, 10), "weight", 0.5)
    assert (layer.weight_mask == 0).sum().item() == 50
    prune.random_unstructured(layer, "weight", 0.5)
    assert (layer.weight_mask == 0).sum().item() == 75
    assert ((layer.weight_mask == 0) == (layer.weight == 0)).all()
    layer = prune.random_structured(nn.Conv2d(4, 6, 3), "weight", 2, dim=0)
    assert sorted(layer.weight_mask.sum((1, 2, 3)).tolist()) == [0.0, 0.0, 36.0, 36.0, 36.0, 36.0]


def test_global_pruning():
    """The least of all weights together are pruned, as in torch, again and again."""
    torch.manual_seed(0)
    theirs = [torch.nn.Linear(4, 3).double(), torch.nn.Linear(3, 5).double()]
    ours = [nn.Linear(4, 3).double(), nn.Linear(3, 5).double()]
    for x, y in zip(ours, theirs, strict=True):
        x.load_state_dict(y.state_dict())
    for amount in (0.3, 4):
        prune.global_unstructured([(m, "weight") for m in ours], prune.L1Unstructured, amount=amount)
        pairs = [(m, "weight") for m in theirs]
        their_prune.global_unstructured(pairs, their_prune.L1Unstructured, amount=amount)
    for x, y in zip(ours, theirs, strict=True):
        assert x.weight_mask.tolist() == y.weight_mask.tolist()


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda m: prune.l1_unstructured(m, "w", 1), ValueError, "expected 'weight', 'bias', got 'w'"),
        (lambda m: prune.l1_unstructured(m, "weight", 99), ValueError, "expected at most the 6 there are, got 99"),
        (lambda m: prune.l1_unstructured(m, "weight", 1.5), ValueError, "a part in [0, 1], got 1.5"),
        (lambda m: prune.l1_unstructured(m, "weight", "all"), TypeError, "expected int or float, got str"),
        (lambda m: prune.ln_structured(m, "bias", 1, 2, 0), ft.ShapeError, "at least 2 dimensions, got shape (2,)"),
        (lambda m: prune.ln_structured(m, "weight", 1, 2, 5), IndexError, "expected a dimension in [-2, 1], got 5"),
        (lambda m: prune.custom_from_mask(m, "weight", ft.ones(3)), ft.ShapeError, "expected shape (2, 3), got (3,)"),
        (lambda m: prune.remove(m, "weight"), ValueError, "expected a pruned parameter, got 'weight'"),
        (
            lambda m: prune.global_unstructured([(m, "weight")], prune.LnStructured, amount=1, n=2), ValueError,
            "expected a method that prunes single elements, got a structured one",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_pruned(call, error, text):
    """The message says why, and the module is as before."""
    layer = nn.Linear(3, 2)
    assert message_of(error, lambda: call(layer)).endswith(text)
    assert list(layer.state_dict()) in (["weight", "bias"], ["bias", "weight"])
    layer(ft.ones(1, 3))


# Others ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize(
    ("name", "args", "norm", "shape"),
    [
        ("Conv2d", (4, 6, 3), "BatchNorm2d", (2, 4, 5, 5)), ("Conv1d", (4, 6, 3), "BatchNorm1d", (2, 4, 5)),
        ("ConvTranspose2d", (4, 6, 2), "BatchNorm2d", (2, 4, 3, 3)), ("Linear", (4, 6), "BatchNorm1d", (3, 4)),
    ],
)  # fmt: skip
def test_fusion(name, args, norm, shape, bias, affine):
    """One layer does what it and its normalisation did, with torch's weights."""
    theirs, their_norm = (
        getattr(torch.nn, name)(*args, bias=bias).double(),
        getattr(torch.nn, norm)(6, affine=affine).double(),
    )
    for value in their_norm.state_dict().values():
        if value.is_floating_point():
            value.uniform_(0.5, 2)
    ours, our_norm = getattr(nn, name)(*args, bias=bias).double(), getattr(nn, norm)(6, affine=affine).double()
    ours.load_state_dict(theirs.state_dict()), our_norm.load_state_dict(their_norm.state_dict())
    x = ft.tensor(random(*shape))
    expected = our_norm.eval()(ours.eval()(x))
    if name == "Linear":
        fused = nn.utils.fuse_linear_bn_eval(ours, our_norm)
        if affine:  # torch needs weights of the normalisation
            theirs = torch.nn.utils.fuse_linear_bn_eval(theirs.eval(), their_norm.eval())
    else:
        transpose = "Transpose" in name
        fused = nn.utils.fuse_conv_bn_eval(ours, our_norm, transpose)
        theirs = torch.nn.utils.fuse_conv_bn_eval(theirs.eval(), their_norm.eval(), transpose)
    assert_close(fused(x).data.numpy(), expected.data.numpy(), 1e-10, 1e-11)
    for key, value in fused.state_dict().items() if affine or name != "Linear" else ():
        assert_close(value.numpy(), theirs.state_dict()[key].numpy(), 1e-12, 0)
    assert (ours.bias is not None) == bias


def test_what_cannot_be_fused():
    """Layers in training, and normalisations without statistics or of another size."""
    conv, bn = nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2)
    fuse = nn.utils.fuse_conv_bn_eval
    assert message_of(ValueError, lambda: fuse(conv, bn)) == (
        "fuse_conv_bn_eval(): argument 'conv': expected a module in evaluation, got one in training; call eval()"
    )
    conv.eval()
    with pytest.raises(ValueError, match="argument 'bn': expected running statistics, got none"):
        fuse(conv, nn.BatchNorm2d(2, track_running_stats=False).eval())
    with pytest.raises(ValueError, match="argument 'bn': expected 2 features, got 3"):
        fuse(conv, nn.BatchNorm2d(3).eval())


def test_vectors_of_parameters():
    """There and back; gradients go through."""
    net = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
    vector = nn.utils.parameters_to_vector(net.parameters())
    (vector**2).sum().backward()
    assert net[0].bias.grad.tolist() == [2 * v for v in net[0].bias.tolist()]
    weight = net[0].weight
    nn.utils.vector_to_parameters(ft.arange(11.0), net.parameters())
    assert (net[0].weight is weight, weight.tolist(), net[1].bias.tolist()) == (True, [[0, 1, 2], [3, 4, 5]], [10.0])
    with pytest.raises(ft.ShapeError, match=r"expected shape \(11,\), got \(10,\)"):
        nn.utils.vector_to_parameters(ft.ones(10), net.parameters())
    with pytest.raises(ValueError, match="expected at least one Tensor, got none"):
        nn.utils.parameters_to_vector([])


def test_functional_call():
    """Other Tensors stand in for parameters and buffers during a call only; shared ones in all places."""
    net = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False), nn.BatchNorm1d(2).eval())
    net[1].weight = net[0].weight
    before = net[0].weight
    w = nn.Parameter(ft.eye(2) * 2)
    x = ft.ones(1, 2)
    state = {"0.weight": w, "2.running_mean": ft.ones(2)}
    y = functional_call(net, state, x)
    np.testing.assert_allclose(y.tolist(), [[3.0, 3.0]], rtol=1e-4)
    y.sum().backward()
    assert w.grad is not None and before.grad is None
    assert net[0].weight is net[1].weight is before and net[2].running_mean.tolist() == [0.0, 0.0]
    untied = functional_call(net, {"0.weight": ft.zeros(2, 2)}, (x,), tie_weights=False)
    assert untied.tolist() == [[0.0, 0.0]]
    with pytest.raises(KeyError, match="expected no further names of parameters and buffers, got 'w' beside them"):
        functional_call(net, {"w": w}, x)
    with pytest.raises(KeyError, match=r"expected all names of parameters and buffers, got none for '1\.weight'"):
        functional_call(nn.Sequential(net[0], nn.Linear(2, 2, bias=False)), {"0.weight": w}, x, strict=True)
    with pytest.raises(ft.ShapeError):
        functional_call(net, {"0.weight": ft.ones(5, 5)}, x)
    assert net[0].weight is before


def test_skip_init():
    """No numbers are drawn."""
    ft.manual_seed(0)
    expected = ft.rand(1).item()
    ft.manual_seed(0)
    layer = nn.utils.skip_init(nn.Conv2d, 2, 3, kernel_size=1, dtype=ft.float64)
    assert ft.rand(1).item() == expected
    layer.reset_parameters()
    assert layer(ft.ones(1, 2, 1, 1, dtype=ft.float64)).shape == (1, 3, 1, 1)
    with pytest.raises(TypeError, match="expected a class of Modules, got 3"):
        nn.utils.skip_init(3)
