"""Module as a whole: train and eval, conversion, copies, printing."""

import copy
import pickle

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(ft.ones(2))
        self.register_buffer("shift", ft.zeros(2))

    def forward(self, x):
        return x * self.scale + self.shift


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Block()
        self.second = Block()

    def forward(self, x):
        return self.second(self.first(x))


def names(pairs):
    return [name for name, _ in pairs]


# Changing all ---------------------------------------------------------------------------------------------------


def test_apply_goes_inside_first():
    """apply calls the function with children before their parent."""
    seen = []
    net = nn.Sequential(nn.ReLU(), nn.Sequential(nn.Flatten()))
    assert net.apply(lambda m: seen.append(type(m).__name__)) is net
    assert seen == ["ReLU", "Flatten", "Sequential", "Sequential"]


def test_train_and_eval():
    """train and eval reach every module and give the module back."""
    net = Net()
    assert net.training
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    assert all(module.training for module in net.train().modules())
    with pytest.raises(TypeError, match=r"^train\(\): argument 'mode': expected bool, got int$"):
        net.train(1)


def test_zero_grad():
    """Gradients become None, or zeros in place of what they were."""
    net = Net()
    net(ft.ones(1, 2)).sum().backward()
    grad = net.first.scale.grad
    net.zero_grad(set_to_none=False)
    assert net.first.scale.grad.tolist() == [0.0, 0.0] == grad.tolist()
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())


@pytest.mark.parametrize(
    ("convert", "dtype"),
    [
        (nn.Module.float, ft.float32),
        (nn.Module.double, ft.float64),
        (nn.Module.half, ft.float16),
        (nn.Module.bfloat16, ft.bfloat16),
        (lambda m: m.to(ft.float64), ft.float64),
        (lambda m: m.to("float16"), ft.float16),
        (lambda m: m.to("cpu", ft.float64), ft.float64),
        (lambda m: m.to(device="cpu", dtype="float64"), ft.float64),
        (lambda m: m.to(ft.ones(1, dtype=ft.float64)), ft.float64),
    ],
)
def test_conversion(convert, dtype):
    """Floats are converted wherever they are, integers stay, and the Parameters are the same objects."""
    net = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2))
    before = list(net.parameters())
    net(ft.ones(2, 1, 2, 2)).sum().backward()
    assert convert(net) is net
    assert all(p is q for p, q in zip(net.parameters(), before, strict=True))
    assert {p.dtype for p in net.parameters()} == {p.grad.dtype for p in net.parameters()} == {dtype}
    assert {name: b.dtype for name, b in net[1].named_buffers()} == {
        "running_mean": dtype,
        "running_var": dtype,
        "num_batches_tracked": ft.int64,
    }
    assert net(ft.ones(2, 1, 2, 2, dtype=dtype)).dtype == dtype


def test_conversion_keeps_what_is_shared():
    """A parameter or buffer in two places is one thing after conversion too."""
    net = Net()
    net.second.scale = net.first.scale
    net.second.shift = net.first.shift
    net.double()
    assert net.second.scale is net.first.scale
    assert net.second.shift is net.first.shift


def test_conversion_to_where_it_is_changes_nothing():
    """to() that asks for nothing new keeps the memory."""
    net = Net()
    before = {name: x.data_ptr() for name, x in net.state_dict().items()}
    net.cpu().float().to("cpu")
    assert {name: x.data_ptr() for name, x in net.state_dict().items()} == before


def test_conversion_to_integers():
    """Parameters cannot hold integers."""
    with pytest.raises(ft.DTypeError) as raised:
        Net().to(ft.int64)
    assert str(raised.value) == "to(): argument 'dtype': expected a floating dtype, got int64"


def test_a_graph_recorded_before_conversion_is_not_lost():
    """Training goes on after a conversion in the middle of it."""
    linear = nn.Linear(2, 1)
    linear.double()
    linear(ft.ones(1, 2, dtype=ft.float64)).sum().backward()
    assert linear.weight.grad.tolist() == [[1.0, 1.0]]


# Copies and looks -----------------------------------------------------------------------------------------------


def shared_net():
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2))
    net[2].weight = net[0].weight
    net.register_buffer("count", ft.ones(1))
    return net


@pytest.mark.parametrize("again", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_deep_copies(again):
    """deepcopy and pickle give a module of its own memory, with what was shared still shared."""
    net = shared_net()
    other = again(net)
    x = ft.ones(1, 2)
    assert other(x).tolist() == net(x).tolist()
    assert other[2].weight is other[0].weight
    assert other[0].weight is not net[0].weight
    other[0].weight.data.zero_()
    other.count.zero_()
    assert net.count.item() == 1.0
    assert ft.all(net[0].weight != 0)
    assert repr(other) == repr(net)
    other.more = nn.ReLU()
    assert len(net) == 3


def test_deepcopy_takes_hooks_along():
    """A copied module is hooked as the original, and each handle belongs to its own."""
    layer = nn.ReLU()
    handle = layer.register_forward_hook(lambda module, args, output: output + 1)
    other = copy.deepcopy(layer)
    handle.remove()
    assert (layer(ft.zeros(1)).item(), other(ft.zeros(1)).item()) == (0.0, 1.0)


def test_shallow_copies():
    """copy shares parameters, and what is registered on the copy stays there."""
    net = Net()
    other = copy.copy(net)
    other.third = nn.ReLU()
    assert other.first is net.first
    assert names(net.named_children()) == ["first", "second"]
    assert names(other.named_children()) == ["first", "second", "third"]


def test_repr_is_a_tree():
    """Modules print as a tree with each one's own arguments."""

    class Named(nn.Sequential):
        def extra_repr(self):
            return "a=1\nb=2"

    net = Named({"lin": nn.Linear(2, 3, bias=False), "inner": nn.Sequential(nn.ReLU(), nn.Dropout(0.1))})
    assert repr(net) == (
        "Named(\n"
        "  a=1\n"
        "  b=2\n"
        "  (lin): Linear(in_features=2, out_features=3, bias=False)\n"
        "  (inner): Sequential(\n"
        "    (0): ReLU()\n"
        "    (1): Dropout(p=0.1, inplace=False)\n"
        "  )\n"
        ")"
    )
    assert repr(nn.Sequential()) == "Sequential()"


def test_requires_grad_():
    """All parameters at once."""
    net = Net().requires_grad_(False)
    assert not any(p.requires_grad for p in net.parameters())
    assert all(p.requires_grad for p in net.requires_grad_().parameters())


def test_type():
    """PyTorch's other name of to(dtype), also with its typed constructors."""
    assert Net().type(ft.float64).first.scale.dtype == ft.float64
    assert Net().type(ft.DoubleTensor).first.shift.dtype == ft.float64


def test_share_memory():
    """Parameters and buffers are where other processes can see them, and the same as before."""
    net = Net()
    before = net(ft.ones(1, 2)).tolist()
    assert net.share_memory() is net
    assert all(x.is_shared() for x in net.state_dict().values())
    assert net(ft.ones(1, 2)).tolist() == before


def test_to_empty():
    """Shapes and dtypes stay, values need not."""
    net = Net().to_empty(device="cpu")
    assert {x.shape for x in net.state_dict().values()} == {(2,)}
    assert net.first.scale.requires_grad


def test_cuda_without_a_gpu():
    """Without a GPU the message says what is missing."""
    if ft.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(ft.DeviceError, match=r"expected a CUDA device, got none on this machine; pip install"):
        Net().cuda()


def test_memory_format_of_parameters():
    """``to(memory_format=)`` arranges what has as many dimensions, and nothing else changes."""
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    weight = net[0].weight
    values = weight.tolist()
    assert net.to(memory_format=ft.channels_last) is net
    assert net[0].weight is weight and weight.is_contiguous(memory_format=ft.channels_last)
    assert weight.tolist() == values and net[0].bias.is_contiguous()
    x = ft.randn(2, 3, 6, 6)
    net(x).sum().backward()
    assert weight.grad.shape == weight.shape
