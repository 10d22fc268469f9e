"""Errors name the module they come from, by its path from the outermost call."""

import copy
import pickle
import weakref

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest
from flambeau.autograd import Variable


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(768, 4)

    def forward(self, x):
        return self.fc1(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()

    def forward(self, x):
        return self.encoder(x)


def failure(module, *args):
    with pytest.raises(Exception) as raised:
        module(*args)
    return raised.value


def test_the_path_of_a_layer():
    """A layer that gets the wrong shape says what it expects and where it stands; the operator's words are a note."""
    error = failure(Net(), ft.ones(512, 2048))
    assert type(error) is ft.ShapeError
    assert str(error) == "Linear 'encoder.fc1' expects (*, 768), got (512, 2048)"
    assert error.__notes__ == [
        "linear(): argument 'weight': expected shape (out_features, 2048) to match input's last dimension, got (4, 768)"
    ]
    assert error.module_path == "encoder.fc1"


def test_a_layer_alone():
    """A module that is called directly has no path."""
    assert str(failure(nn.Linear(3, 2), ft.ones(2, 4))) == "Linear expects (*, 3), got (2, 4)"


@pytest.mark.parametrize(
    ("layer", "shape", "text"),
    [
        (nn.Linear(3, 2), (), "Linear '1' expects (*, 3), got ()"),
        (nn.Conv2d(3, 2, 5), (2, 1, 8, 8), "Conv2d '1' expects (N, 3, H, W), got (2, 1, 8, 8)"),
        (nn.Conv2d(3, 2, 5), (2, 3), "Conv2d '1' expects (N, 3, H, W), got (2, 3)"),
        (
            nn.Conv2d(3, 2, (5, 3), padding=1, dilation=2),
            (2, 3, 8, 2),
            "Conv2d '1' expects (N, 3, H >= 7, W >= 3), got (2, 3, 8, 2)",
        ),
        (nn.MaxPool2d(4), (2, 1, 2), "MaxPool2d '1' expects (N, C, H >= 4, W >= 4), got (2, 1, 2)"),
        (nn.MaxPool2d(4), (1, 8), "MaxPool2d '1' expects (N, C, H, W), got (1, 8)"),
        (nn.BatchNorm2d(3), (2, 3, 8), "BatchNorm2d '1' expects (N, 3, H, W), got (2, 3, 8)"),
        (nn.BatchNorm2d(3), (2, 4, 8, 8), "BatchNorm2d '1' expects (N, 3, H, W), got (2, 4, 8, 8)"),
        (nn.BatchNorm2d(3).eval(), (2, 1, 8, 8), "BatchNorm2d '1' expects (N, 3, H, W), got (2, 1, 8, 8)"),
    ],
)
def test_what_each_layer_expects(layer, shape, text):
    """Every layer with an opinion about shapes says it."""
    assert str(failure(nn.Sequential(nn.ReLU(), layer), ft.ones(*shape))) == text


def test_input_that_fits():
    """When the input is what the layer takes, the operator's message stays, with the path as a note."""
    net = Net()
    net.encoder.fc1.bias = nn.Parameter(ft.ones(5))
    error = failure(net, ft.ones(1, 768))
    assert str(error) == "linear(): argument 'bias': expected shape (4,) to match weight's first dimension, got (5,)"
    assert error.__notes__ == ["in Linear 'encoder.fc1'"]


def test_any_error_gets_the_place():
    """Errors of users' code get a note with the innermost module, once."""

    class Broken(nn.Module):
        def forward(self, x):
            return {}["missing"]

    error = failure(nn.Sequential(nn.Sequential(Broken())), ft.ones(1))
    assert (str(error), error.__notes__) == ("'missing'", ["in Broken '0.0'"])
    assert error.module_path == "0.0"
    assert not hasattr(failure(Broken(), 1), "__notes__")


def test_wrong_types_get_the_place():
    """So do errors about types."""
    error = failure(nn.Sequential(nn.Linear(1, 1)), [1.0])
    assert str(error) == "linear(): argument 'input': expected Tensor, got list; convert it with ft.tensor()"
    assert error.__notes__ == ["in Linear '0'"]


def test_users_modules_may_say_what_they_expect():
    """A module of one's own takes part by defining expected_input."""

    class Mine(nn.Module):
        def forward(self, x):
            return x @ ft.ones(3, 1)

        def expected_input(self, input):
            return "(N, 3)"

    assert str(failure(nn.Sequential({"mine": Mine()}), ft.ones(2, 2))) == "Mine 'mine' expects (N, 3), got (2, 2)"


def test_a_module_held_by_nobody():
    """A module that is called inside another but not registered there stands for itself."""
    inner = nn.Sequential(nn.Linear(3, 1))

    class Outer(nn.Module):
        def forward(self, x):
            return inner(x)

    assert str(failure(Outer(), ft.ones(1, 2))) == "Linear '0' expects (*, 3), got (1, 2)"


def test_a_module_in_two_places():
    """One that stands in several places is named by the first."""
    layer = nn.Linear(3, 3)
    assert str(failure(nn.Sequential(layer, layer), ft.ones(1, 2))) == "Linear '0' expects (*, 3), got (1, 2)"


def test_an_error_that_is_caught_inside():
    """What a module catches itself is no error of the network."""

    class Tolerant(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(3, 1)

        def forward(self, x):
            try:
                return self.layer(x)
            except ft.ShapeError as error:
                return str(error)

    assert nn.Sequential(Tolerant())(ft.ones(1, 2)) == "Linear '0.layer' expects (*, 3), got (1, 2)"


def test_errors_in_hooks():
    """Hooks belong to their module."""
    layer = nn.ReLU()
    layer.register_forward_hook(lambda module, args, output: 1 / 0)
    assert failure(nn.Sequential(layer), ft.ones(1)).__notes__ == ["in ReLU '0'"]


def test_errors_in_backward_name_the_module():
    """Nodes remember the module whose call recorded them, by its path from the outermost call."""
    net = Net()
    x = Variable(ft.ones(1, 768), requires_grad=True) * 1
    result = net(x)
    assert str(result.grad_fn.place) == "Linear 'encoder.fc1'"
    x.add_(1)
    with pytest.raises(RuntimeError, match=r"self.fc1\(x\) \(in Linear 'encoder.fc1'\), got version 1"):
        result.sum().backward()


def test_what_is_recorded_after_a_call_is_in_no_module():
    """The place before is set again when a call ends, also by an error."""
    net = Net()
    failure(net, ft.ones(1, 2))
    x = Variable(ft.ones(1), requires_grad=True)
    assert (x * 2).grad_fn.place is None
    assert net(ft.ones(1, 768)).grad_fn.place is not None
    assert (x * 2).grad_fn.place is None


def test_one_module_called_from_several_places():
    """The path is that of the call, not of the first one."""
    layer = nn.Linear(2, 2)
    nets = nn.Sequential(layer), nn.Sequential({"in": nn.Sequential({"first": layer})}), layer
    found = [str(net(ft.ones(1, 2)).grad_fn.place) for net in nets]
    assert found == ["Linear '0'", "Linear 'in.first'", "Linear"]


def test_nodes_keep_no_module_alive():
    """A result whose network is gone still says which class it came from."""
    net = Net()
    result = net(ft.ones(1, 768))
    gone = weakref.ref(net)
    del net
    assert gone() is None
    assert str(result.grad_fn.place) == "Linear"


def test_modules_that_were_called_are_copied_and_pickled():
    """Where a module stood is no part of it."""
    net = nn.Sequential(nn.Linear(2, 2))
    net(ft.ones(1, 2))
    for other in (copy.copy(net), copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert str(other(ft.ones(1, 2)).grad_fn.place) == "Linear '0'"
