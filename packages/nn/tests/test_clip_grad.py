"""Clipping of gradients."""

import math

import flambeau.nn as nn
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.nn.utils import clip_grad_norm_, clip_grad_value_, clip_grads_with_norm_, get_total_norm
from flambeau.tensor.testing import strict

SHAPES = [(3,), (2, 5), (), (0, 4), (30, 20)]
NORMS = [1.0, 2.0, 3.5, math.inf]


def parameters(scale=1.0, dtypes=("float64",)):
    rng = np.random.default_rng(0)
    params = []
    for i, shape in enumerate(SHAPES):
        p = nn.Parameter(ft.zeros(*shape, dtype=dtypes[i % len(dtypes)]))
        p.grad = ft.tensor(rng.normal(size=shape) * scale).to(p.dtype)
        params.append(p)
    turned = nn.Parameter(ft.zeros(4, 3, dtype="float64"))
    turned.grad = ft.tensor(rng.normal(size=(3, 4)) * scale).T
    return [*params, turned, nn.Parameter(ft.zeros(2))]  # the last has no gradient


def flat(params):
    return np.concatenate([p.grad.numpy().ravel() for p in params if p.grad is not None])


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_norms(norm, scale):
    """The norm is that of all elements in one vector, and at most the greatest afterwards; small gradients stay."""
    params = parameters(scale)
    before = flat(params)
    total = clip_grad_norm_(iter(params), 1.0, norm)
    expected = np.linalg.norm(before, norm)
    assert total.item() == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(flat(params), before * min(1.0, 1.0 / (expected + 1e-6)), rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-3, 1.0, math.nan])
def test_nobody_waits_for_the_norm(scale):
    """On a device that works while the program goes on; gradients of other devices are scaled by the same factor."""
    strict.register()
    here = parameters(scale)
    there = [nn.Parameter(p.data.to(f"strict:{i % 2}")) for i, p in enumerate(here)]
    for p, q in zip(here, there, strict=True):
        q.grad = None if p.grad is None else p.grad.to(q.device)
    with strict.asynchronous():
        total = clip_grad_norm_([q for q in there if q.device == "strict:0"], 1.0)
    assert total.device == "strict:0"
    clip_grad_norm_(there, 0.5)
    clip_grad_norm_([p for p, q in zip(here, there, strict=True) if q.device == "strict:0"], 1.0)
    clip_grad_norm_(here, 0.5)
    for p, q in zip(here, there, strict=True):
        if p.grad is not None:
            np.testing.assert_allclose(q.grad.cpu().numpy(), p.grad.numpy(), rtol=1e-12)


def test_values():
    """Each element is clamped."""
    params = parameters()
    before = flat(params)
    clip_grad_value_(params, 0.5)
    np.testing.assert_array_equal(flat(params), before.clip(-0.5, 0.5))


def test_dtypes_may_differ():
    """Gradients of several dtypes are scaled by the same factor."""
    params = parameters(dtypes=("float64", "float32"))
    before = flat(params)
    clip_grads_with_norm_(params, 1.0, get_total_norm([p.grad for p in params if p.grad is not None]))
    np.testing.assert_allclose(flat(params), before / (np.linalg.norm(before) + 1e-6), rtol=1e-6)


def test_one_parameter_and_none():
    """One parameter needs no list; without gradients the norm is 0."""
    p = nn.Parameter(ft.zeros(1))
    assert clip_grad_norm_(p, 1.0).item() == 0.0
    p.grad = ft.tensor([8.0])
    assert clip_grad_norm_(p, 1.0).item() == 8.0
    clip_grad_value_(p, 0.5)
    assert p.grad.tolist() == [0.5]


def test_norms_that_are_not_finite():
    """They go on to the gradients, or are an error that leaves them alone."""
    p = nn.Parameter(ft.zeros(2))
    p.grad = ft.tensor([math.nan, 1.0])
    with pytest.raises(RuntimeError) as raised:
        clip_grad_norm_(p, 1.0, error_if_nonfinite=True)
    assert str(raised.value) == (
        "get_total_norm(): argument 'tensors': expected a finite norm, got nan; look for the first NaN with "
        "autograd.detect_anomaly(), or leave out error_if_nonfinite"
    )
    assert p.grad.tolist()[1] == 1.0
    clip_grad_norm_(p, 1.0)
    assert math.isnan(p.grad.tolist()[1])


@pytest.mark.parametrize("norm", NORMS)
def test_beside_torch(norm):
    """The same norms and gradients as torch's."""
    torch = pytest.importorskip("torch", reason="torch is an oracle: pip install torch")
    params = parameters(3.0)
    theirs = []
    for p in params:
        theirs.append(torch.nn.Parameter(torch.zeros(p.shape, dtype=torch.float64)))
        theirs[-1].grad = None if p.grad is None else torch.tensor(p.grad.numpy())
    if norm == math.inf:  # torch has no greatest element of an empty gradient
        params, theirs = ([p for p in each if p.numel()] for each in (params, theirs))
    total, expected = clip_grad_norm_(params, 2.0, norm), torch.nn.utils.clip_grad_norm_(theirs, 2.0, norm)
    assert total.item() == pytest.approx(expected.item(), rel=1e-12)
    for p, q in zip(params, theirs, strict=True):
        if p.grad is not None:
            np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-12)


def test_the_name_of_pytorch_03():
    """clip_grad_norm does what clip_grad_norm_ does, and says so."""
    p = nn.Parameter(ft.ones(4))
    p.grad = ft.ones(4)
    with pytest.warns(DeprecationWarning, match=r"^nn.utils.clip_grad_norm\(\) is of PyTorch 0.3; use nn.utils"):
        assert nn.utils.clip_grad_norm([p], 1.0).item() == 2.0
