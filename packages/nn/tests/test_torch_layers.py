"""Layers and losses beside torch with the same weights: values, gradients, buffers, over the options."""

import itertools

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest
from beside_torch import check, pair, random, same, torch
from flambeau.autograd import Variable
from flambeau.tensor.testing import assert_close


@pytest.mark.parametrize("shape", [(5,), (3, 5), (2, 3, 5), (0, 5)])
@pytest.mark.parametrize("bias", [True, False])
def test_linear(shape, bias):
    """Linear over any number of dimensions."""
    check(*pair("Linear", 5, 4, bias=bias), random(*shape))


@pytest.mark.parametrize(
    ("stride", "padding", "dilation", "groups", "bias"),
    list(itertools.product([1, (2, 1)], [0, (1, 2)], [1, (1, 2)], [1, 2], [True, False])),
)
def test_conv2d(stride, padding, dilation, groups, bias):
    """Conv2d over the options, with windows that are not square."""
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups, "bias": bias}
    check(*pair("Conv2d", 4, 6, (3, 2), **options), random(2, 4, 7, 6))


@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "dilation"),
    [(2, None, 0, 1), (3, 2, 1, 1), ((3, 2), (1, 2), (1, 0), 1), (2, 1, 1, 2), ((2, 3), None, 1, (2, 1))],
)
def test_max_pool2d(kernel, stride, padding, dilation):
    """MaxPool2d over the options."""
    ours, theirs = (library.MaxPool2d(kernel, stride, padding, dilation) for library in (nn, torch.nn))
    check(ours, theirs, random(2, 3, 8, 7))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("track", [True, False])
@pytest.mark.parametrize("momentum", [0.1, 0.7, None])
def test_batch_norm2d(training, affine, track, momentum):
    """BatchNorm2d over the options: three batches, then the running statistics, in training and in evaluation."""
    ours, theirs = pair("BatchNorm2d", 3, 1e-3, momentum, affine, track)
    for seed in range(2):
        batch = random(4, 3, 2, 5, seed=seed) * 3 + 1
        ours(ft.tensor(batch))
        theirs(torch.tensor(batch))
    check(ours.train(training), theirs.train(training), random(2, 3, 4, 4) + 2)


@pytest.mark.parametrize("shape", [(6, 3), (4, 3, 5), (2, 3, 2, 2, 2)])
def test_batch_norm_of_any_dimensions(shape):
    """functional.batch_norm takes all dimensions after the channels, in training and in evaluation."""
    for training in (True, False):
        mean, var = random(3), random(3) ** 2 + 1
        running = [ft.tensor(mean), ft.tensor(var)]
        theirs = [torch.tensor(mean), torch.tensor(var)]
        check(
            lambda x, r=running, t=training: F.batch_norm(x, *r, training=t),
            lambda x, r=theirs, t=training: torch.nn.functional.batch_norm(x, *r, training=t),
            random(*shape),
        )
        for x, expected in zip(running, theirs, strict=True):
            same(x, expected)


@pytest.mark.parametrize("name", ["ReLU", "Flatten"])
def test_layers_without_parameters(name):
    """ReLU and Flatten, forwards and backwards."""
    check(getattr(nn, name)(), getattr(torch.nn, name)(), random(2, 3, 4))


ACTIVATIONS = [
    ("CELU", ()), ("CELU", (0.5,)), ("ELU", ()), ("ELU", (0.5,)), ("GELU", ()), ("GELU", ("tanh",)), ("Hardshrink", ()),
    ("Hardshrink", (1.5,)), ("Hardswish", ()), ("Hardtanh", ()), ("Hardtanh", (-0.5, 2.0)),
    ("LeakyReLU", ()), ("LeakyReLU", (0.25,)), ("LogSigmoid", ()), ("LogSoftmax", (1,)), ("Mish", ()), ("ReLU6", ()),
    ("SELU", ()), ("SiLU", ()), ("Sigmoid", ()), ("Softmax", (-1,)), ("Softplus", ()), ("Softplus", (2.0, 3.0)),
    ("Softshrink", ()), ("Softshrink", (1.5,)), ("Softsign", ()), ("Tanh", ()), ("Tanhshrink", ()),
    ("Threshold", (0.5, 2.0)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args"), ACTIVATIONS, ids=[f"{name}{args}" for name, args in ACTIVATIONS])
def test_activations(name, args):
    """Activation layers: values and gradients over their range and both sides of it, and how they print."""
    ours, theirs = getattr(nn, name)(*args), getattr(torch.nn, name)(*args)
    check(ours, theirs, random(4, 5, 6) * 4)
    assert repr(ours) == repr(theirs)


def test_hardsigmoid():
    """Values as torch's; of its float64 gradients only seven digits, since torch multiplies by a float32 of 1/6."""
    x = random(4, 5) * 4
    ours, theirs = Variable(ft.tensor(x), requires_grad=True), torch.tensor(x, requires_grad=True)
    result, expected = nn.Hardsigmoid()(ours), torch.nn.Hardsigmoid()(theirs)
    same(result.detach(), expected)
    result.sum().backward()
    expected.sum().backward()
    assert_close(ours.grad.numpy(), theirs.grad.numpy(), rtol=1e-7, atol=0)
    assert repr(nn.Hardsigmoid()) == "Hardsigmoid()"


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("CELU", ()), ("ELU", ()), ("Hardsigmoid", ()), ("Hardswish", ()), ("Hardtanh", ()), ("LeakyReLU", ()),
        ("Mish", ()), ("ReLU6", ()), ("SELU", ()), ("SiLU", ()), ("Threshold", (0.5, 2.0)),
    ],
)  # fmt: skip
def test_activations_in_place(name, args):
    """With ``inplace`` the input itself is changed, to what is given without."""
    ours, theirs = getattr(nn, name)(*args, inplace=True), getattr(torch.nn, name)(*args, inplace=True)
    x = ft.tensor(random(3, 4) * 4)
    expected = getattr(nn, name)(*args)(x)
    assert ours(x) is x
    assert x.tolist() == expected.tolist()
    if not name.startswith("Hards"):
        assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("dims", [(0, 1), (1, 2), (-2, -1), (0, -1)])
def test_flatten_of_some_dimensions(dims):
    """Flatten takes the first and last dimension to flatten."""
    check(nn.Flatten(*dims), torch.nn.Flatten(*dims), random(2, 3, 4))


@pytest.mark.parametrize("dim", [0, 1, -1])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax(name, dim):
    """softmax and log_softmax along any dimension."""
    ours, theirs = getattr(F, name), getattr(torch.nn.functional, name)
    check(lambda x: ours(x, dim), lambda x: theirs(x, dim), random(2, 3, 4) * 10)


@pytest.mark.parametrize("shape", [(5, 4), (4,), (2, 4, 3)])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("ignored", [-100, 2])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name", ["CrossEntropyLoss", "NLLLoss"])
def test_losses_of_classes(name, shape, weighted, ignored, reduction):
    """CrossEntropyLoss and NLLLoss over shapes, weights, an ignored class and reductions."""
    weight = random(4) ** 2 + 0.1
    target_shape = shape[:1] + shape[2:] if len(shape) > 1 else ()
    target = np.random.default_rng(0).integers(0, 4, target_shape)
    if target.ndim == 0:
        target = np.array(1)  # torch gives nan where the only target is ignored; so do we, which compares as different
    ours = getattr(nn, name)(ft.tensor(weight) if weighted else None, ignore_index=ignored, reduction=reduction)
    theirs = getattr(torch.nn, name)(
        torch.tensor(weight) if weighted else None, ignore_index=ignored, reduction=reduction
    )
    check(ours, theirs, random(*shape), targets=[target])


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_mse_loss(reduction):
    """MSELoss over reductions, with a gradient for the target too."""
    check(nn.MSELoss(reduction=reduction), torch.nn.MSELoss(reduction=reduction), random(3, 4), random(3, 4, seed=1))


def test_a_network():
    """A small convolutional network gives torch's loss and gradients from torch's weights, by name."""

    def build(library):
        return library.Sequential(
            library.Conv2d(1, 4, 3, padding=1),
            library.BatchNorm2d(4),
            library.ReLU(),
            library.MaxPool2d(2),
            library.Flatten(),
            library.Linear(64, 10),
        )

    torch.manual_seed(0)
    theirs, ours = build(torch.nn).double(), build(nn).double()
    ours.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
    check(ours, theirs, random(3, 1, 8, 8))


def test_weights_go_back_to_torch():
    """A torch module takes our state by name."""
    ours, theirs = nn.Linear(3, 2), torch.nn.Linear(3, 2)
    theirs.load_state_dict({name: torch.from_numpy(value.numpy().copy()) for name, value in ours.state_dict().items()})
    assert theirs.weight.tolist() == ours.weight.tolist()


@pytest.mark.parametrize(
    ("name", "args"), [("Linear", (50, 80)), ("Conv2d", (6, 40, (3, 5))), ("Conv2d", (6, 40, 3, 1, 0, 1, 2))]
)
def test_initial_values_are_spread_as_in_torch(name, args):
    """Weights and biases of fresh layers are uniform over the interval that torch draws from."""
    torch.manual_seed(0)
    ft.manual_seed(0)
    ours, theirs = getattr(nn, name)(*args), getattr(torch.nn, name)(*args)
    fan_in = theirs.weight[0].numel()
    for x, y in ((ours.weight, theirs.weight), (ours.bias, theirs.bias)):
        values, expected = x.detach().numpy(), y.detach().numpy()
        bound = fan_in**-0.5
        for a in (values, expected):
            assert np.abs(a).max() <= bound * (1 + 1e-6)
            assert np.abs(a).max() > 0.9 * bound
            # The standard error of these for n uniform draws; five of them.
            assert abs(a.mean()) < 5 * bound / (3 * a.size) ** 0.5
            assert abs(a.std() - bound / 3**0.5) < 5 * bound * (2 / 15 / a.size) ** 0.5


@pytest.mark.parametrize("pad", [0, 2])
def test_conv_tbc(pad):
    """Sequences whose time comes first."""
    arrays = (random(7, 2, 3), random(3, 3, 4), random(4))
    check(lambda *a: F.conv_tbc(*a, pad), lambda *a: torch.conv_tbc(*a, pad), *arrays)
    with pytest.raises(ft.ShapeError, match="expected shape \\(T, N, 3\\) with T \\+ 2 pad >= 3, got \\(7, 2, 4\\)"):
        F.conv_tbc(ft.ones(7, 2, 4), ft.ones(3, 3, 4), ft.ones(4))


@pytest.mark.parametrize("shape", [(), (6,), (2, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_bilinear(shape, bias):
    """Any leading dimensions, none too; other shapes are named."""
    arrays = [random(*shape, 4), random(*shape, 3, seed=1), random(5, 4, 3), *([random(5)] if bias else [])]
    check(F.bilinear, torch.nn.functional.bilinear, *arrays)
    with pytest.raises(ft.ShapeError, match=r"expected shape \(2, 3\) beside input1, got \(3, 3\)"):
        F.bilinear(ft.ones(2, 4), ft.ones(3, 3), ft.ones(5, 4, 3))


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("relu_", ()), ("elu_", (0.5,)), ("selu_", ()), ("celu_", (2.0,)), ("hardtanh_", (-0.5, 1.0)),
        ("leaky_relu_", (0.2,)), ("threshold_", (0.1, 3.0)), ("rrelu_", (0.2, 0.2)),
    ],
)  # fmt: skip
def test_functions_in_place(name, args):
    """They change what they get, and give it."""
    x = random(3, 4)
    ours, theirs = ft.tensor(x), torch.tensor(x)
    assert getattr(F, name)(ours, *args) is ours
    same(ours, getattr(torch.nn.functional, name)(theirs, *args))


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4), (2, 3, 4, 2)])
@pytest.mark.filterwarnings("ignore:Implicit dimension:UserWarning")  # torch's
def test_softmax_without_a_dimension(name, shape):
    """The dimension is PyTorch 0.3's, and the warning says which."""
    x = random(*shape)
    with pytest.warns(DeprecationWarning, match=rf"^{name}\(\): dimension . is taken as in PyTorch 0.3; say dim="):
        same(getattr(F, name)(ft.tensor(x)), getattr(torch.nn.functional, name)(torch.tensor(x)))
    result = getattr(F, name)(ft.tensor(x), 0, dtype=ft.float32)
    assert result.dtype == ft.float32


def test_sparse_gradients_are_refused():
    """There are none: that is said where they are asked for."""
    for call in (lambda: nn.Embedding(2, 3, sparse=True), lambda: nn.EmbeddingBag(2, 3, sparse=True)):
        with pytest.raises(ValueError, match="'sparse': expected False, got True; there are no sparse gradients"):
            call()


def test_normalize_into_a_tensor():
    """The result may have a place."""
    x, place = ft.tensor([[3.0, 4.0]]), ft.empty(1, 2)
    assert F.normalize(x, out=place) is place
    assert np.allclose(place.tolist(), [[0.6, 0.8]])
