"""Layers and functional: what needs no oracle, from formulas and derivatives to the words of errors."""

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, gradcheck


def random(*shape):
    return Variable(ft.from_numpy(np.random.default_rng(0).normal(size=shape)), requires_grad=True)


# Containers -----------------------------------------------------------------------------------------------------


def test_sequential_is_a_sequence():
    """Sequential has a length, items, slices that keep the names, and grows at the end."""
    net = nn.Sequential(nn.Linear(1, 2), nn.ReLU()).append(nn.Linear(2, 3))
    assert len(net) == 3
    assert [type(module).__name__ for module in net] == ["Linear", "ReLU", "Linear"]
    assert net[-1] is net[2]
    assert list(net[1:].state_dict()) == ["2.weight", "2.bias"]
    assert net[:1][0] is net[0]
    net[1] = nn.Flatten()
    assert repr(net[1]) == "Flatten(start_dim=1, end_dim=-1)"
    with pytest.raises(IndexError) as raised:
        net[3]
    assert str(raised.value) == "Sequential(): argument 'index': expected an int from -3 to 2, got 3"


def test_sequential_of_nothing_gives_its_input():
    """An empty Sequential is the identity."""
    x = ft.ones(1)
    assert nn.Sequential()(x) is x


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ((nn.ReLU(), F.relu), "Modules, got function at '1'; wrap a function in a Module"),
        (([nn.ReLU()],), "Modules, got list at '0'"),
        (({"a": 1},), "Modules, got int at 'a'"),
    ],
)
def test_sequential_of_something_else(args, text):
    """Only modules can be put into a Sequential."""
    with pytest.raises(TypeError) as raised:
        nn.Sequential(*args)
    assert str(raised.value) == f"Sequential(): argument 'modules': expected {text}"


# Arguments ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (lambda: nn.Linear(2.0, 3), "Linear(): argument 'in_features': expected int, got float"),
        (lambda: nn.Linear(2, -1), "Linear(): argument 'out_features': expected 0 or more, got -1"),
        (lambda: nn.Conv2d(0, 1, 3), "Conv2d(): argument 'in_channels': expected 1 or more, got 0"),
        (lambda: nn.Conv2d(1, 1, (3,)), "Conv2d(): argument 'kernel_size': expected an int or two ints, got (3,)"),
        (lambda: nn.Conv2d(1, 1, 3, stride=0), "Conv2d(): argument 'stride': expected 1 or more, got 0"),
        (
            lambda: nn.Conv2d(1, 1, 3, padding="full"),
            "Conv2d(): argument 'padding': expected ints, 'same' or 'valid', got 'full'",
        ),
        (
            lambda: nn.Conv2d(4, 6, 3, groups=3),
            "Conv2d(): argument 'groups': expected a divisor of the 4 input and 6 output channels, got 3",
        ),
        (
            lambda: nn.MaxPool2d(2, padding=2),
            "MaxPool2d(): argument 'padding': expected at most half the window's size (2, 2), got 2",
        ),
        (lambda: nn.BatchNorm2d(True), "BatchNorm2d(): argument 'num_features': expected int, got bool"),
        (lambda: nn.BatchNorm2d(3, eps=-1), "BatchNorm2d(): argument 'eps': expected 0 or more, got -1"),
        (lambda: nn.Dropout(1.5), "Dropout(): argument 'p': expected a probability in [0, 1], got 1.5"),
        (
            lambda: nn.GELU("fast"),
            "GELU(): argument 'approximate': expected 'none' or 'tanh', got 'fast'",
        ),
        (lambda: nn.CELU(0), "CELU(): argument 'alpha': expected a number other than 0, got 0"),
        (lambda: F.celu(ft.ones(1), 0), "celu(): argument 'alpha': expected a number other than 0, got 0"),
        (lambda: nn.Softshrink(-1), "Softshrink(): argument 'lambd': expected 0 or more, got -1"),
        (lambda: F.softshrink(ft.ones(1), -1), "softshrink(): argument 'lambd': expected 0 or more, got -1"),
        (
            lambda: nn.MSELoss(reduction="average"),
            "MSELoss(): argument 'reduction': expected 'none', 'mean' or 'sum', got 'average'",
        ),
        (
            lambda: nn.CrossEntropyLoss(reduction="average"),
            "CrossEntropyLoss(): argument 'reduction': expected 'none', 'mean' or 'sum', got 'average'",
        ),
        (
            lambda: nn.CrossEntropyLoss([1.0]),
            "register_buffer(): argument 'tensor': expected Tensor or None, got list",
        ),
    ],
)  # fmt: skip
def test_arguments_out_of_range(layer, text):
    """Layers refuse what cannot work when they are made."""
    with pytest.raises((TypeError, ValueError)) as raised:
        layer()
    assert str(raised.value) == text


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (nn.Linear(2, 3), "Linear(in_features=2, out_features=3, bias=True)"),
        (nn.Conv2d(1, 2, 3), "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1))"),
        (
            nn.Conv2d(2, 4, 3, 2, 1, 2, 2, bias=False),
            "Conv2d(2, 4, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), dilation=(2, 2), groups=2, bias=False)",
        ),
        (nn.MaxPool2d(2), "MaxPool2d(kernel_size=(2, 2), stride=(2, 2), padding=(0, 0), dilation=(1, 1))"),
        (nn.BatchNorm2d(3), "BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)"),
        (nn.ReLU(), "ReLU()"),
        (nn.ReLU(inplace=True), "ReLU(inplace=True)"),
        (nn.Dropout(), "Dropout(p=0.5, inplace=False)"),
        (nn.Flatten(), "Flatten(start_dim=1, end_dim=-1)"),
        (nn.MSELoss(), "MSELoss()"),
    ],
)
def test_layers_print_their_arguments(layer, text):
    """Each layer prints as it could be written."""
    assert repr(layer) == text


def test_dtype_and_bias():
    """dtype is that of parameters and running statistics; without bias there is none."""
    layers = [
        nn.Linear(2, 3, bias=False, dtype=ft.float64),
        nn.Conv2d(1, 2, 3, bias=False, dtype=ft.float64),
        nn.BatchNorm2d(2, dtype=ft.float64, device="cpu"),
    ]
    for layer in layers:
        assert {x.dtype for x in layer.state_dict().values()} <= {np.dtype("float64"), np.dtype("int64")}
    assert layers[0].bias is layers[1].bias is None
    assert list(layers[0].state_dict()) == ["weight"]


# Convolution and pooling ----------------------------------------------------------------------------------------


def test_one_image():
    """Convolution and pooling take one image without the batch dimension."""
    x = random(3, 8, 8)
    conv = nn.Conv2d(3, 4, 3).double()
    pool = nn.MaxPool2d(2, return_indices=True)
    y = conv(x)
    assert y.shape == (4, 6, 6)
    assert y.tolist() == conv(x.unsqueeze(0))[0].tolist()
    values, indices = pool(y)
    assert (values.shape, indices.shape) == ((4, 3, 3), (4, 3, 3))
    assert y.reshape(4, 36)[1][indices[1].reshape(9)].tolist() == values[1].reshape(9).tolist()


# Normalisation --------------------------------------------------------------------------------------------------


def test_running_statistics():
    """They move towards the batch's mean and unbiased variance, and are not part of any graph."""
    x = random(5, 2, 3, 3)
    layer = nn.BatchNorm2d(2, momentum=0.25, dtype=ft.float64)
    layer(x)
    array = x.detach().numpy()
    np.testing.assert_allclose(layer.running_mean.numpy(), 0.25 * array.mean((0, 2, 3)), rtol=1e-12)
    np.testing.assert_allclose(layer.running_var.numpy(), 0.75 + 0.25 * array.var((0, 2, 3), ddof=1), rtol=1e-12)
    assert type(layer.running_mean) is ft.Tensor
    assert layer.num_batches_tracked.item() == 1
    layer.reset_running_stats()
    assert (layer.running_mean.tolist(), layer.running_var.tolist()) == ([0.0, 0.0], [1.0, 1.0])


def test_evaluation_uses_and_keeps_running_statistics():
    """After eval() a sample's result does not depend on its batch, and nothing moves."""
    layer = nn.BatchNorm2d(2, dtype=ft.float64)
    x = random(4, 2, 3, 3)
    layer(x)
    layer.eval()
    before = {name: b.tolist() for name, b in layer.named_buffers()}
    assert layer(x)[:1].tolist() == layer(x[:1]).tolist()
    assert {name: b.tolist() for name, b in layer.named_buffers()} == before
    assert gradcheck(
        lambda x, w, b: F.batch_norm(x, layer.running_mean, layer.running_var, w, b), (x, random(2), random(2))
    )


def test_the_mean_of_all_batches():
    """momentum=None keeps the plain mean of what the batches gave."""
    layer = nn.BatchNorm2d(1, momentum=None, dtype=ft.float64)
    for value in (1.0, 2.0, 6.0):
        layer(ft.tensor([value, value]).double().reshape(2, 1, 1, 1))
    np.testing.assert_allclose(layer.running_mean.numpy(), [3.0], rtol=1e-12)


def test_a_constant_channel_has_no_negative_variance():
    """Rounding does not bring the running variance of a constant below zero."""
    mean, var = ft.zeros(3), ft.zeros(3)
    F.batch_norm(ft.full((4, 3), 1000.0), mean, var, training=True)
    assert min(var.tolist()) >= 0


def test_mixed_precision():
    """Statistics in float32 serve inputs in float16, whose dtype the result keeps."""
    layer = nn.BatchNorm2d(2)
    x = ft.ones(4, 2, 2, 2, dtype=ft.float16)
    assert F.batch_norm(x, layer.running_mean, layer.running_var).dtype == ft.float16


def test_one_element_a_channel():
    """Training on a single element has no variance."""
    with pytest.raises(ft.ShapeError) as raised:
        nn.BatchNorm2d(2)(ft.ones(1, 2, 1, 1))
    assert str(raised.value) == (
        "batch_norm(): argument 'input': expected more than one element a channel in training, got shape (1, 2, 1, 1)"
    )


def test_a_failed_batch_does_not_count():
    """A batch of the wrong shape leaves the statistics alone."""
    layer = nn.BatchNorm2d(2)
    with pytest.raises(ft.ShapeError):
        layer(ft.ones(2, 3, 2, 2))
    assert (layer.num_batches_tracked.item(), layer.running_mean.tolist()) == (0, [0.0, 0.0])


def test_running_statistics_are_needed():
    """Functional evaluation needs both."""
    with pytest.raises(ValueError) as raised:
        F.batch_norm(ft.ones(2, 2), None, None)
    assert str(raised.value) == (
        "batch_norm(): argument 'running_mean': expected running mean and variance unless training, got None"
    )


# Noise ----------------------------------------------------------------------------------------------------------


def test_dropout_keeps_the_mean():
    """What is kept is scaled up; about p of the elements are dropped."""
    ft.manual_seed(0)
    y = F.dropout(ft.ones(100, 100), 0.2)
    assert set(y.reshape(-1).tolist()) == {0.0, 1.25}
    assert abs((y == 0).float().mean().item() - 0.2) < 0.02


def test_dropout_follows_the_seed():
    """One seed gives one mask; the next call another."""
    x = ft.ones(100)
    ft.manual_seed(3)
    first, second = F.dropout(x), F.dropout(x)
    ft.manual_seed(3)
    assert F.dropout(x).tolist() == first.tolist() != second.tolist()


def test_dropout_takes_its_part_of_the_stream():
    """Dropout of n elements moves the generator by ceil(n / 4) blocks, and by none when it does nothing."""
    generator = ft.manual_seed(0)
    F.dropout(ft.ones(9))
    assert generator.get_state()["offset"] == 3
    F.dropout(ft.ones(9), training=False)
    F.dropout(ft.ones(9), p=0.0)
    assert generator.get_state()["offset"] == 3


def test_dropout_gradient():
    """The gradient is dropped where the input was."""
    x = random(50)
    y = F.dropout(x, 0.5)
    y.sum().backward()
    assert x.grad.tolist() == (y / x).tolist()


def test_dropout_outside_training():
    """Evaluation, and p=0, give the input itself."""
    x = ft.ones(3)
    assert nn.Dropout().eval()(x) is x
    assert F.dropout(x, 0.0) is x
    assert F.dropout(x, 1.0).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_dropout_probability(p):
    """p must be a probability, also where nothing is dropped."""
    with pytest.raises(ValueError) as raised:
        F.dropout(ft.ones(1), p, training=False)
    assert str(raised.value) == f"dropout(): argument 'p': expected a probability in [0, 1], got {p}"


@pytest.mark.parametrize("layer", [nn.ReLU(inplace=True), nn.Dropout(0.5, inplace=True)])
def test_in_place(layer):
    """inplace changes the input, and gradients come out right."""
    ft.manual_seed(0)
    leaf = random(20)
    x = leaf * 1
    y = layer(x)
    assert y is x
    y.sum().backward()
    slope = 2.0 if isinstance(layer, nn.Dropout) else 1.0
    assert leaf.grad.tolist() == [slope if v != 0 else 0.0 for v in y.tolist()]


@pytest.mark.parametrize("layer", [nn.Softmax, nn.LogSoftmax, nn.Softmin])
def test_softmax_layers_without_a_dimension(layer):
    """They warn at the user's line, from inside a network too."""
    with pytest.warns(DeprecationWarning, match="say dim=1") as caught:
        nn.Sequential(layer())(ft.ones(2, 3))
    assert caught[0].filename == __file__


# Types ----------------------------------------------------------------------------------------------------------


def test_results_are_as_the_arguments():
    """functional gives a plain Tensor for plain Tensors, and layers with parameters give Variables."""
    x = ft.ones(2, 3)
    assert type(F.linear(x, ft.ones(4, 3))) is ft.Tensor
    assert type(F.batch_norm(x, ft.zeros(3), ft.ones(3))) is ft.Tensor
    assert type(F.batch_norm(x, None, None, training=True)) is ft.Tensor
    assert type(nn.ReLU()(x)) is ft.Tensor
    assert type(nn.Linear(3, 4)(x)) is Variable


def test_class_weights_move_with_the_loss():
    """A loss's class weights are a buffer."""
    loss = nn.CrossEntropyLoss(ft.ones(3)).double()
    assert list(loss.state_dict()) == ["weight"]
    assert loss(random(2, 3), ft.tensor([0, 2])).dtype == ft.float64


def test_a_class_out_of_range():
    """The loss says which target, where, and how many classes there are."""
    with pytest.raises(IndexError) as raised:
        nn.CrossEntropyLoss()(ft.zeros(3, 4), ft.tensor([0, 4, 1]))
    assert str(raised.value) == (
        "cross_entropy(): argument 'target': expected class indices in [0, 3] (4 classes) or ignore_index -100, "
        "got 4 at (1,)"
    )
