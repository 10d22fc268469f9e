"""Every module beside torch's with the same weights: values, gradients, buffers and state_dict, over all options."""

import inspect

import flambeau.nn as nn
import flambeau.tensor as ft
import numpy as np
import pytest
from beside_torch import leaves, torch
from flambeau.tensor.testing import assert_close
from loss_cases import COMBINATIONS, EVERY, LOSSES
from nn_helpers import parts, random

ELSEWHERE = {
    # Containers of modules and parameters: test_containers, and below with layers inside.
    **dict.fromkeys(["ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential"], "holds others"),
    **dict.fromkeys(["TransformerEncoder", "TransformerDecoder"], "test_torch_transformer, with masks"),
    **dict.fromkeys(["Embedding", "EmbeddingBag"], "test_torch_embedding, since they take numbers"),
    **dict.fromkeys(["MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d"], "test_torch_pooling, with places of max pooling"),
    **dict.fromkeys(["FractionalMaxPool2d", "FractionalMaxPool3d"], "test_torch_pooling, with given random numbers"),
    **dict.fromkeys(["Module", "RNNBase", "RNNCellBase"], "what others are"),
    "CrossMapLRN2d": "test_cross_map_lrn: torch's keeps the first channel in the sums of all later ones",
}


def modules():
    """The public modules."""
    found = {name: getattr(nn, name) for name in nn.__all__}
    return {name: value for name, value in found.items() if inspect.isclass(value) and issubclass(value, nn.Module)}


def test_every_module_is_compared():
    """A module that torch has too has an entry in module_cases or loss_cases, or a reason not to."""
    shared = {name for name in modules() if hasattr(torch.nn, name)}
    assert shared - set(EVERY) == set(ELSEWHERE)


@pytest.mark.parametrize("name", sorted(EVERY))
def test_every_option_is_compared(name):
    """All arguments of the constructor are in the entry, but where and of which dtype things are made."""
    taken = set(inspect.signature(modules()[name]).parameters) - {"device", "dtype", "args", "kwargs"}
    assert taken - set(EVERY[name].left_out) == set(EVERY[name].options)


def made(name, options):
    """Ours and torch's in float64, with the same weights; lazy ones after a first call."""

    def module(library, tensor):
        arguments = {key: tensor(v) if isinstance(v, np.ndarray) else v for key, v in options.items()}
        return getattr(library, name)(**arguments).double()

    theirs, ours = module(torch.nn, torch.tensor), module(nn, ft.tensor)
    arrays = EVERY[name].inputs(options)
    if name.startswith("Lazy"):
        ours(ft.tensor(arrays[0]))
        theirs(torch.tensor(arrays[0]))
        assert type(ours).__name__ == type(theirs).__name__ == name.removeprefix("Lazy")
    # Through ours and back: both ways by name.
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.zero_()
    theirs.load_state_dict({key: torch.from_numpy(x.numpy().copy()) for key, x in ours.state_dict().items()})
    if EVERY[name].evaluated:
        ours.eval(), theirs.eval()
    return ours, theirs, arrays


def total(results, weigh):
    """A number that depends on all results."""
    return sum((x * weigh(random(*x.shape, seed=i))).sum() for i, x in enumerate(results))


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")  # torch's
@pytest.mark.parametrize(("name", "options"), COMBINATIONS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(COMBINATIONS)])
def test_beside_torch(name, options):
    """The same results, gradients of inputs and parameters, and buffers afterwards."""
    case = EVERY[name]
    ours, theirs, arrays = made(name, options)
    targets = case.targets(options) if name in LOSSES else []
    inputs, their_inputs = leaves(*arrays)

    def before(x):
        """Not the leaves themselves, which some modules would change; torch's CTC gradient is that before a softmax."""
        return x.log_softmax(-1) if name == "CTCLoss" else x * 1

    results = parts(ours(*(before(x) for x in inputs), *map(ft.tensor, targets)))
    expected = parts(theirs(*(before(x) for x in their_inputs), *map(torch.tensor, targets)))
    for x, y in zip(results, expected, strict=True):
        same(x, y, case.rtol)
    total(results, ft.tensor).backward()
    total(expected, torch.tensor).backward()
    for x, y in zip(inputs, their_inputs, strict=True):
        same(x.grad, y.grad, case.rtol)
    for (key, p), (their_key, q) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        assert key == their_key
        same(p.grad, q.grad, case.rtol)
    for (key, p), (their_key, q) in zip(ours.named_buffers(), theirs.named_buffers(), strict=True):
        assert key == their_key
        same(p, q, case.rtol)


def same(x, expected, rtol):
    """Equal in shape, dtype and, nearly, values; or both None."""
    if x is None or expected is None:
        assert x is expected
        return
    values = expected.detach().numpy()
    assert (x.shape, x.dtype) == (values.shape, values.dtype)
    assert_close(x.data.numpy(), values, rtol=rtol, atol=1e-11)
