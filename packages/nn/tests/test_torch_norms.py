"""Normalising layers beside torch over their options: values, gradients, parameters, running statistics."""

import itertools

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest
from beside_torch import check, pair, random, same, torch


def scrambled(ours, theirs, seed=9):
    """The same two layers with the same random parameters."""
    for i, (p, q) in enumerate(zip(ours.parameters(), theirs.parameters(), strict=True)):
        values = random(*p.shape, seed=seed + i)
        p.data.copy_(ft.tensor(values))
        q.data.copy_(torch.tensor(values))
    return ours, theirs


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("track", [True, False])
@pytest.mark.parametrize("momentum", [0.1, 0.7, None])
@pytest.mark.parametrize(("name", "shape"), [("BatchNorm1d", ()), ("BatchNorm1d", (5,)), ("BatchNorm3d", (2, 3, 2))])
def test_batch_norm(name, shape, training, affine, track, momentum):
    """BatchNorm1d and 3d over the options: two batches, then the running statistics, in training and in evaluation."""
    ours, theirs = scrambled(*pair(name, 3, 1e-3, momentum, affine, track))
    for seed in range(2):
        batch = random(4, 3, *shape, seed=seed) * 3 + 1
        ours(ft.tensor(batch))
        theirs(torch.tensor(batch))
    check(ours.train(training), theirs.train(training), random(6, 3, *shape) + 2)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("track", [True, False])
@pytest.mark.parametrize("momentum", [0.1, 0.7])
@pytest.mark.parametrize(
    ("name", "shape"), [("InstanceNorm1d", (5,)), ("InstanceNorm2d", (3, 2)), ("InstanceNorm3d", (2, 3, 2))]
)
def test_instance_norm(name, shape, training, affine, track, momentum):
    """InstanceNorm over the options, with a batch and without one."""
    ours, theirs = scrambled(*pair(name, 3, 1e-3, momentum, affine, track))
    for seed in range(2):
        batch = random(4, 3, *shape, seed=seed) * 3 + 1
        ours(ft.tensor(batch))
        theirs(torch.tensor(batch))
    check(ours.train(training), theirs.train(training), random(2, 3, *shape) + 2)
    if not affine:
        check(ours, theirs, random(3, *shape) + 2)


@pytest.mark.parametrize("name", ["BatchNorm1d", "BatchNorm2d", "InstanceNorm2d", "GroupNorm"])
def test_without_bias(name):
    """A weight without a bias."""
    sizes = (2, 4) if name == "GroupNorm" else (4,)
    shape = (5, 4) if name == "BatchNorm1d" else (5, 4, 2, 3)
    check(*scrambled(*pair(name, *sizes, affine=True, bias=False)), random(*shape))


@pytest.mark.parametrize(("elementwise", "bias"), [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize(("shape", "last"), [((4, 5), 5), ((2, 3, 5), (3, 5)), ((2, 3, 5), (2, 3, 5)), ((0, 5), (5,))])
def test_layer_norm(shape, last, elementwise, bias):
    """LayerNorm over the options."""
    ours, theirs = scrambled(*pair("LayerNorm", last, 1e-3, elementwise, bias))
    check(ours, theirs, random(*shape) * 3 + 1)
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("eps", [None, 0.1])
@pytest.mark.parametrize("elementwise", [True, False])
@pytest.mark.parametrize(("shape", "last"), [((4, 5), 5), ((2, 3, 5), (3, 5)), ((0, 5), (5,))])
def test_rms_norm(shape, last, elementwise, eps):
    """RMSNorm over the options."""
    ours, theirs = scrambled(*pair("RMSNorm", last, eps, elementwise))
    check(ours, theirs, random(*shape) * 3 + 1)
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("groups", [1, 2, 6])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 2, 2)])
def test_group_norm(shape, groups, affine):
    """GroupNorm over the options."""
    ours, theirs = scrambled(*pair("GroupNorm", groups, 6, 1e-3, affine))
    check(ours, theirs, random(4, 6, *shape) * 3 + 1)


def test_group_norm_of_vectors():
    """Without places after the channels a group is its channels alone."""
    check(*scrambled(*pair("GroupNorm", 2, 6)), random(4, 6))


@pytest.mark.parametrize("shape", [(2, 6, 3), (2, 6, 3, 2), (2, 3, 2, 2, 2)])
@pytest.mark.parametrize(
    ("size", "options"), [(1, {}), (2, {}), (3, {"alpha": 1.0}), (5, {"alpha": 0.5, "beta": 0.5, "k": 2.0}), (20, {})]
)
def test_local_response_norm(shape, size, options):
    """LocalResponseNorm of odd and even sizes, and beyond the channels."""
    ours, theirs = (library.LocalResponseNorm(size, **options) for library in (nn, torch.nn))
    check(ours, theirs, random(*shape))
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize(("given", "training"), list(itertools.product([True, False], repeat=2)))
def test_running_statistics_of_instances(given, training):
    """functional.instance_norm moves the statistics that it is given."""
    if not given and not training:
        return
    mean, var = random(3), random(3) ** 2 + 1
    running = [ft.tensor(mean), ft.tensor(var)] if given else [None, None]
    theirs = [torch.tensor(mean), torch.tensor(var)] if given else [None, None]
    check(
        lambda x: F.instance_norm(x, *running, use_input_stats=training),
        lambda x: torch.nn.functional.instance_norm(x, *theirs, use_input_stats=training),
        random(4, 3, 5),
    )
    if given:
        for x, expected in zip(running, theirs, strict=True):
            same(x, expected)


@pytest.mark.parametrize("size", [3, 4, 5])
def test_cross_map_lrn(size):
    """With few channels values are torch's; with many they go by the formula, from which torch's differ there."""
    options = {"alpha": 0.5, "beta": 0.75, "k": 2.0}
    x = random(2, (size - 1) // 2 + 1, 2, 3)
    same(nn.CrossMapLRN2d(size, **options)(ft.tensor(x)), torch.nn.CrossMapLRN2d(size, **options)(torch.tensor(x)))
    x = random(2, 8, 2, 3)
    reach = (size - 1) // 2
    sums = np.stack([(x[:, max(c - reach, 0) : c + reach + 1] ** 2).sum(1) for c in range(8)], 1)
    expected = x / (2.0 + 0.5 / size * sums) ** 0.75
    np.testing.assert_allclose(nn.CrossMapLRN2d(size, **options)(ft.tensor(x)).numpy(), expected, rtol=1e-12)
    assert repr(nn.CrossMapLRN2d(size)) == repr(torch.nn.CrossMapLRN2d(size))
