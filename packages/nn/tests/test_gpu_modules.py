"""Every module on a GPU gives what it gives on the CPU: results, gradients and buffers, over all its options."""

import copy

import flambeau.nn as nn
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable
from flambeau.tensor.testing import assert_close
from loss_cases import COMBINATIONS, EVERY, LOSSES
from nn_helpers import parts, random

USUAL = [(name, case.combinations()[0]) for name, case in EVERY.items()]
# rtol, and atol as a share of the largest value, and at least of 1: what is small was often summed from what is not
TOLERANCES = {"float64": (1e-9, 1e-9), "float32": (1e-4, 1e-4), "bfloat16": (5e-2, 5e-2), "float16": (1e-2, 1e-2)}
NARROW = [
    pytest.param(name, options, dtype, id=f"{name}-{dtype}")
    for name, options in USUAL
    for dtype in ("float32", "bfloat16", "float16")
]


def on_both(name, options, dtype, gpu):
    """What a module computes on the CPU and on the GPU, from the same weights and numbers."""
    case = EVERY[name]
    arguments = {key: ft.tensor(v) if isinstance(v, np.ndarray) else v for key, v in options.items()}
    ft.manual_seed(0)
    here = getattr(nn, name)(**arguments).to(dtype)
    arrays = case.inputs(options)
    if name.startswith("Lazy"):
        here(ft.tensor(arrays[0]).to(dtype))
    if case.evaluated:
        here.eval()
    there = copy.deepcopy(here).to(gpu)
    targets = case.targets(options) if name in LOSSES else []
    return [outcome(module, name, arrays, targets, dtype, device) for module, device in ((here, "cpu"), (there, gpu))]


def outcome(module, name, arrays, targets, dtype, device):
    """Results, then gradients of inputs and parameters, then buffers."""
    ft.manual_seed(1)
    inputs = [Variable(ft.tensor(a).to(device, dtype), requires_grad=True) for a in arrays]

    def before(x):
        return x.log_softmax(-1) if name == "CTCLoss" else x * 1

    targets = [ft.tensor(t).to(device) for t in targets]
    targets = [t.to(dtype) if t.is_floating_point() else t for t in targets]
    results = parts(module(*(before(x) for x in inputs), *targets))
    floating = [y for y in results if y.is_floating_point()]
    weights = [ft.tensor(random(*y.shape, seed=i)).to(device, y.dtype) for i, y in enumerate(floating)]
    sum(((y * w).sum() for y, w in zip(floating, weights, strict=True)), 0.0).backward()
    return [
        *results,
        *(x.grad for x in inputs),
        *(p.grad for p in module.parameters()),
        *module.buffers(),
    ]


def compare(expected, actual, dtype, gpu):
    rtol, share = TOLERANCES[dtype]
    for want, got in zip(expected, actual, strict=True):
        assert (want is None) == (got is None)
        if want is None:
            continue
        assert got.device == gpu
        values = want.data.numpy()
        largest = float(np.abs(values.astype(np.float64)).max(initial=0.0))
        assert_close(got.data.cpu().numpy(), values, rtol, share * max(largest, 1.0))


@pytest.mark.parametrize(("name", "options"), COMBINATIONS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(COMBINATIONS)])
def test_every_option(gpu, name, options):
    """In float64, where nothing hides behind rounding."""
    compare(*on_both(name, options, "float64", gpu), "float64", gpu)


@pytest.mark.parametrize(("name", "options", "dtype"), NARROW)
def test_narrow_floats(gpu, name, options, dtype):
    """In the floats that networks are trained in."""
    compare(*on_both(name, options, dtype, gpu), dtype, gpu)


# Arguments of the module, and the shape of its input.
LARGE = {
    "LSTM": ((33, 130, 2), (21, 9, 33)),
    "GRU": ((33, 130, 2), (21, 9, 33)),
    "RNN": ((33, 130, 2), (21, 9, 33)),
    "LayerNorm": ((1000,), (70, 1000)),
    "RMSNorm": ((1000,), (70, 1000)),
    "BatchNorm2d": ((67,), (9, 67, 31, 33)),
    "GroupNorm": ((8, 64), (5, 64, 17, 19)),
    "Conv2d": ((16, 24, 3), (5, 16, 30, 31)),
    "ConvTranspose2d": ((16, 24, 3), (5, 16, 14, 15)),
    "Linear": ((300, 200), (130, 300)),
    "MaxPool2d": ((3, 2, 1), (5, 16, 30, 31)),
    "AdaptiveAvgPool2d": ((1,), (5, 160, 14, 15)),
    "Softmax": ((-1,), (33, 5000)),
    "LogSoftmax": ((0,), (300, 70)),
    "GELU": ((), (100, 1001)),
    "TransformerEncoderLayer": ((64, 4, 128, 0.0), (33, 5, 64)),
}


@pytest.mark.parametrize("name", LARGE)
@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_layers_of_usual_sizes(gpu, name, dtype):
    """Longer and wider than in the cases above, so that kernels take more than one block."""
    arguments, shape = LARGE[name]
    ft.manual_seed(0)
    here = getattr(nn, name)(*arguments).to(dtype)
    there = copy.deepcopy(here).to(gpu)
    expected = outcome(here, name, [random(*shape)], [], dtype, "cpu")
    compare(expected, outcome(there, name, [random(*shape)], [], dtype, gpu), dtype, gpu)
