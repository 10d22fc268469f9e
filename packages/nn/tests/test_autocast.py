"""autocast: which operation runs in which precision, and that backward is right."""

import copy
import threading

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau import optim
from flambeau.autograd import Variable, no_grad
from flambeau.autograd.checkpoint import checkpoint
from flambeau.nn.amp import autocast, get_autocast_dtype, is_autocast_enabled
from flambeau.nn.amp.table import FLOAT32, LOWER_PRECISION
from flambeau.tensor import ops

try:
    import torch
except ImportError:
    torch = None

BF16, F16, F32 = ft.bfloat16, ft.float16, np.dtype("float32")


def variable(*shape, dtype=F32, seed=0):
    values = np.random.default_rng([seed, *shape]).normal(size=shape)
    return Variable(ft.tensor(values).to(dtype), requires_grad=True)


def test_the_table_names_operators():
    """Each operator stands in it once at most."""
    names = [*LOWER_PRECISION, *FLOAT32]
    assert len(set(names)) == len(names)
    assert all(isinstance(getattr(ops, name), ft.Operator) for name in names)


# name: function of a 4x4 Variable, and of a library's module of tensors and of functions
CALLS = {
    "linear": lambda x, t, f: f.linear(x, x, x[0]),
    "matmul": lambda x, t, f: x @ x,
    "bmm": lambda x, t, f: t.bmm(x[None], x[None]),
    "addmm": lambda x, t, f: t.addmm(x, x, x),
    "baddbmm": lambda x, t, f: t.baddbmm(x[None], x[None], x[None]),
    "einsum": lambda x, t, f: t.einsum("ij,jk->ik", x, x),
    "conv1d": lambda x, t, f: f.conv1d(x[None], x[:, :, None]),
    "conv2d": lambda x, t, f: f.conv2d(x[None, None], x[None, None, :2, :2]),
    "conv_transpose2d": lambda x, t, f: f.conv_transpose2d(x[None, None], x[None, None, :2, :2]),
    "attention": lambda x, t, f: f.scaled_dot_product_attention(x[None, None], x[None, None], x[None, None]),
    "prelu": lambda x, t, f: f.prelu(x, x[0, :1]),
    "cross_entropy": lambda x, t, f: f.cross_entropy(x, t.tensor([0, 1, 2, 3])),
    "nll_loss": lambda x, t, f: f.nll_loss(x, t.tensor([0, 1, 2, 3])),
    "mse_loss": lambda x, t, f: f.mse_loss(x, x.detach()),
    "smooth_l1_loss": lambda x, t, f: f.smooth_l1_loss(x, x.detach()),
    "bce_with_logits": lambda x, t, f: f.binary_cross_entropy_with_logits(x, x.detach().sigmoid()),
    "cdist": lambda x, t, f: t.cdist(x, x),
    "prod": lambda x, t, f: t.prod(x),
    "exp": lambda x, t, f: t.exp(x),
    "log": lambda x, t, f: t.log(x.abs()),
    "pow": lambda x, t, f: x**3.0,
    "reciprocal": lambda x, t, f: t.reciprocal(x),
    "softplus": lambda x, t, f: f.softplus(x),
    "softmax": lambda x, t, f: f.softmax(x, -1),
    "log_softmax": lambda x, t, f: f.log_softmax(x, -1),
    "logsumexp": lambda x, t, f: t.logsumexp(x, 0),
    "layer_norm": lambda x, t, f: f.layer_norm(x, (4,)),
    "group_norm": lambda x, t, f: f.group_norm(x[None], 2),
    "sum": lambda x, t, f: t.sum(x),
    "mean": lambda x, t, f: t.mean(x),
    "var": lambda x, t, f: t.var(x),
    "cumsum": lambda x, t, f: t.cumsum(x, 0),
    "relu": lambda x, t, f: f.relu(x),
    "sigmoid": lambda x, t, f: t.sigmoid(x),
    "gelu": lambda x, t, f: f.gelu(x),
    "add": lambda x, t, f: x + x,
    "mul": lambda x, t, f: x * x,
    "sqrt": lambda x, t, f: x.abs().sqrt(),
    "amax": lambda x, t, f: t.amax(x, 0),
    "cat": lambda x, t, f: t.cat([x, x]),
    "max_pool2d": lambda x, t, f: f.max_pool2d(x[None], 2),
    "avg_pool2d": lambda x, t, f: f.avg_pool2d(x[None], 2),
}
# PyTorch's list for the CPU leaves these in 16 bits; its list for GPUs (ATen/autocast_mode.h, AT_FORALL_FP32) does not,
# nor do we on any device. mean, var and cumsum are ours: they are sums of many numbers as well.
ON_GPUS = set(
    "exp log pow reciprocal softplus softmax log_softmax logsumexp layer_norm group_norm sum mean var cumsum".split()
)


@pytest.mark.skipif(torch is None, reason="torch is an oracle: pip install torch")
@pytest.mark.parametrize("name", CALLS)
def test_dtypes_beside_torch(name):
    """The result has the dtype that torch gives it, from float32 and from bfloat16."""
    call = CALLS[name]
    for dtype, theirs in ((F32, torch.float32), (BF16, torch.bfloat16)):
        x = variable(4, 4, dtype=dtype)
        with autocast(dtype=BF16):
            got = call(x, ft, F).dtype
        with torch.autocast("cpu", torch.bfloat16):
            y = torch.tensor(x.detach().float().numpy()).to(theirs).requires_grad_()
            expected = str(call(y, torch, torch.nn.functional).dtype).removeprefix("torch.")
        if name in ON_GPUS:
            expected = "float32"
        assert got.name == expected, dtype


@pytest.mark.parametrize("name", CALLS)
def test_values(name):
    """The result is that of float32, to the precision of bfloat16."""
    x = variable(4, 4)
    expected = CALLS[name](x, ft, F)
    with autocast(dtype=BF16):
        got = CALLS[name](x, ft, F)
    np.testing.assert_allclose(got.detach().float().numpy(), expected.detach().numpy(), rtol=0.05, atol=0.1)


@pytest.mark.parametrize("dtype", [BF16, F16])
def test_backward(dtype):
    """Gradients are float32 for parameters, near those of float32, and each layer's own dtype in between."""
    ft.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Tanh(), nn.Flatten(), nn.LayerNorm(64), nn.Linear(64, 3))
    x, y = ft.randn(8, 1, 6, 6), ft.tensor([0, 1, 2, 0, 1, 2, 0, 1])
    F.cross_entropy(net(x), y).backward()
    expected = [p.grad.numpy().copy() for p in net.parameters()]
    net.zero_grad()
    with autocast(dtype=dtype):
        logits = net(x)
        loss = F.cross_entropy(logits, y)
    assert (logits.dtype, loss.dtype) == (dtype, F32)
    loss.backward()
    for p, g in zip(net.parameters(), expected, strict=True):
        assert (p.dtype, p.grad.dtype) == (F32, F32)
        np.testing.assert_allclose(p.grad.numpy(), g, atol=0.03 * np.abs(g).max() + 1e-4)


def test_backward_within_is_as_without():
    """Backward does not convert anything, wherever it is called."""
    grads = []
    for inside in (False, True):
        x = variable(4, 4)
        with autocast():
            loss = (x @ x).exp().sum()
            if inside:
                loss.backward()
        if not inside:
            loss.backward()
        grads.append(x.grad.tolist())
    assert grads[0] == grads[1]


def test_checkpointed_parts_are_computed_again_in_the_same_precision():
    """Though backward runs outside."""
    grads = []
    for run in (lambda f, x: f(x), checkpoint):
        x = variable(4, 4)
        with autocast():
            loss = run(lambda x: (x @ x).tanh() @ x, x).sum()
        loss.backward()
        grads.append(x.grad.tolist())
    assert grads[0] == grads[1]


def test_training_in_bfloat16_comes_close():
    """A small net learns as well as in float32."""
    ft.manual_seed(0)
    x = ft.randn(128, 8)
    y = (x[:, :1] * x[:, 1:2] > 0).long().squeeze(1)
    losses = []
    start = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))
    for enabled in (False, True):
        net = copy.deepcopy(start)
        optimizer = optim.Adam(net.named_parameters(), lr=0.01)
        for _ in range(60):
            optimizer.zero_grad()
            with autocast(dtype=BF16, enabled=enabled):
                loss = F.cross_entropy(net(x), y)
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    assert losses[0] < 0.35
    assert losses[1] == pytest.approx(losses[0], rel=0.1)


def test_blocks_are_nested():
    """The inner one decides; a block of enabled=False converts nothing."""
    x = variable(2, 2)
    assert not is_autocast_enabled()
    with autocast(dtype=BF16):
        with autocast(dtype=F16):
            assert ((x @ x).dtype, get_autocast_dtype()) == (F16, F16)
        with autocast(enabled=False):
            assert ((x @ x).dtype, get_autocast_dtype()) == (F32, None)
        assert ((x @ x).dtype, is_autocast_enabled()) == (BF16, True)
    assert (x @ x).dtype == F32


def test_an_error_ends_the_block():
    block = autocast()
    with pytest.raises(ZeroDivisionError), block:
        raise ZeroDivisionError
    assert not is_autocast_enabled()


def test_a_decorated_function():
    """Its calls are within, also when it calls itself."""

    @autocast(dtype=BF16)
    def product(x, depth=2):
        return product(x, depth - 1) if depth else x @ x

    x = variable(2, 2)
    assert (product(x).dtype, (x @ x).dtype) == (BF16, F32)
    assert product.__name__ == "product"

    def generator():
        yield x @ x

    with pytest.raises(TypeError) as raised:
        autocast()(generator)
    assert str(raised.value) == (
        "autocast(): argument 'function': expected a function, got the generator or coroutine generator; use `with` "
        "inside it"
    )


def test_threads():
    """A block is of one thread; one object serves several."""
    x, block = variable(2, 2), autocast(dtype=BF16)
    found = []
    barrier = threading.Barrier(2)

    def work():
        found.append((x @ x).dtype)
        with block:
            barrier.wait(10)
            found.append((x @ x).dtype)
            barrier.wait(10)
        found.append((x @ x).dtype)

    with block:
        thread = threading.Thread(target=work)
        thread.start()
        barrier.wait(10)
    assert (x @ x).dtype == F32
    barrier.wait(10)
    thread.join()
    assert found == [F32, BF16, F32]


def test_what_is_left_alone():
    """float64, complex numbers, plain Tensors, integers, and what is written in place."""
    with autocast():
        double = variable(2, 2, dtype="float64")
        assert (double @ double).dtype == np.dtype("float64")
        plain = ft.ones(2, 2)
        assert (plain @ plain).dtype == F32
        with no_grad():
            x = Variable(ft.ones(2, 2))
            assert x.exp_().dtype == F32
            assert ft.matmul(x, x, out=Variable(ft.zeros(2, 2))).dtype == F32
            assert (x @ x).dtype == BF16
        counts = Variable(ft.ones(2, 2, dtype=ft.int64))
        assert (counts @ counts).dtype == np.dtype("int64")
    with autocast("cuda"):
        assert (x @ x).dtype == F32


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: autocast("tpu"), "autocast(): argument 'device_type': expected 'cpu' or 'cuda', got 'tpu'"),
        (lambda: autocast(F32), "autocast(): argument 'dtype': expected bfloat16 or float16, got float32"),
    ],
)
def test_messages(call, text):
    with pytest.raises(ValueError) as raised:
        call()
    assert str(raised.value) == text


@pytest.mark.parametrize("layer", [nn.LSTM, nn.GRU, nn.RNN])
def test_recurrent_layers(layer):
    """They run in 16 bits, and come near float32."""
    ft.manual_seed(0)
    net, x = layer(4, 5), ft.randn(6, 2, 4)
    expected, _ = net(x)
    with autocast():
        got, _ = net(x)
    assert got.dtype == BF16
    got.float().sum().backward()
    assert all(p.grad.dtype == F32 for p in net.parameters())
    np.testing.assert_allclose(got.detach().float().numpy(), expected.detach().numpy(), atol=0.02)
