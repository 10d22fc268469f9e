"""Losses beside torch over their options: values, and gradients of every input that has one."""

import itertools

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest
from beside_torch import check, random, torch
from flambeau.autograd import Variable

REDUCTIONS = ["mean", "sum", "none"]
SHAPES = [(5, 4), (4,), (2, 4, 3), ()]


def chances(*shape, seed=0):
    """Numbers in (0, 1)."""
    return np.asarray(1 / (1 + np.exp(-random(*shape, seed=seed))))


def both(name, **options):
    """Our loss and torch's: arrays among the options are given as Tensors."""

    def made(library, tensor):
        given = {k: tensor(v) if isinstance(v, (np.ndarray, np.float64)) else v for k, v in options.items()}
        return getattr(library, name)(**given)

    return made(nn, ft.tensor), made(torch.nn, torch.tensor)


def signs(*shape):
    return np.where(random(*shape, seed=7) > 0, 1.0, -1.0)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("L1Loss", {}), ("MSELoss", {}), ("SmoothL1Loss", {}), ("SmoothL1Loss", {"beta": 0.3}),
        ("SmoothL1Loss", {"beta": 0.0}), ("HuberLoss", {}), ("HuberLoss", {"delta": 0.3}),
    ],
)  # fmt: skip
def test_distances(name, options, shape, reduction):
    """Losses of numbers, with a gradient for the target, too."""
    check(*both(name, reduction=reduction, **options), random(*shape), random(*shape, seed=1))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["l1_loss", "mse_loss", "huber_loss"])
def test_weighted_distances(name, reduction):
    """Weights count in the mean, too."""
    weight = chances(3, 4, seed=2)

    def call(library, tensor):
        return lambda x, y: getattr(library, name)(x, y, reduction=reduction, weight=tensor(weight))

    check(call(F, ft.tensor), call(torch.nn.functional, torch.tensor), random(3, 4), random(3, 4, seed=1))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("weighted", [True, False])
def test_binary_cross_entropy(shape, weighted, reduction):
    """BCELoss of probabilities, with a gradient for the target, too."""
    options = {"weight": chances(*shape, seed=2)} if weighted else {}
    check(*both("BCELoss", reduction=reduction, **options), chances(*shape), chances(*shape, seed=1))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("weighted", "positive"), list(itertools.product([True, False], repeat=2)))
def test_binary_cross_entropy_with_logits(shape, weighted, positive, reduction):
    """BCEWithLogitsLoss of scores, with a gradient for the target, too."""
    options = {"weight": chances(*shape, seed=2)} if weighted else {}
    if positive:
        options["pos_weight"] = chances(*shape[-1:], seed=3) * 3
    check(*both("BCEWithLogitsLoss", reduction=reduction, **options), random(*shape) * 5, chances(*shape, seed=1))


def test_probabilities_at_their_ends():
    """Losses of certainty are 0 or 100, and gradients are torch's."""
    x, y = np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0, 0.0])
    ours, theirs = Variable(ft.tensor(x), requires_grad=True), torch.tensor(x, requires_grad=True)
    result = F.binary_cross_entropy(ours, ft.tensor(y), reduction="none")
    expected = torch.nn.functional.binary_cross_entropy(theirs, torch.tensor(y), reduction="none")
    assert result.tolist() == expected.tolist() == [0, 0, 100, 100]
    result.sum().backward()
    expected.sum().backward()
    # torch's bound of the slope is a float32.
    np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=1e-7)


def test_scores_far_out():
    """Losses of scores without bounds stay finite."""
    x, y = np.array([1e3, -1e3, 1e3, -1e3, 0.0]), np.array([1.0, 0.0, 0.0, 1.0, 0.5])
    check(*both("BCEWithLogitsLoss", reduction="none"), x, targets=[y])


@pytest.mark.parametrize("reduction", [*REDUCTIONS, "batchmean"])
@pytest.mark.parametrize("shape", SHAPES[:3])
@pytest.mark.parametrize("log_target", [True, False])
def test_kl_div(shape, log_target, reduction):
    """KLDivLoss, with a gradient for the target, too."""
    logs, target = np.log(chances(*shape)), chances(*shape, seed=1)
    ours, theirs = both("KLDivLoss", reduction=reduction, log_target=log_target)
    check(ours, theirs, logs, np.log(target) if log_target else target)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("log_input", "full"), list(itertools.product([True, False], repeat=2)))
def test_poisson_nll(shape, log_input, full, reduction):
    """PoissonNLLLoss of logarithms and of rates."""
    x = random(*shape) if log_input else chances(*shape) * 4
    target = np.floor(chances(*shape, seed=1) * 5)
    check(*both("PoissonNLLLoss", log_input=log_input, full=full, reduction=reduction), x, targets=[target])


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("variances", [(5, 4), (5, 1), (5,)])
def test_gaussian_nll(variances, full, reduction):
    """GaussianNLLLoss with a variance for each element and for each row, with gradients for all three."""
    arrays = random(5, 4), random(5, 4, seed=1), chances(*variances, seed=2)
    check(*both("GaussianNLLLoss", full=full, reduction=reduction), *arrays)
    check(*both("GaussianNLLLoss", full=full, eps=0.5, reduction=reduction), *arrays)


# Classes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(5, 4), (4,), (2, 4, 3), (2, 4, 3, 2)])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("ignored", [-100, 2])
@pytest.mark.parametrize("smoothing", [0.1, 1.0])
def test_label_smoothing(shape, weighted, ignored, smoothing, reduction):
    """CrossEntropyLoss of smoothed classes."""
    options = {"weight": random(4) ** 2 + 0.1} if weighted else {}
    target = np.random.default_rng(0).integers(0, 4, shape[:1] + shape[2:] if len(shape) > 1 else ())
    if target.ndim == 0:
        target = np.array(1)
    ours, theirs = both(
        "CrossEntropyLoss", ignore_index=ignored, reduction=reduction, label_smoothing=smoothing, **options
    )
    check(ours, theirs, random(*shape) * 3, targets=[target])


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(5, 4), (4,), (2, 4, 3), (2, 4, 3, 2)])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("smoothing", [0.0, 0.25])
def test_targets_that_are_probabilities(shape, weighted, smoothing, reduction):
    """CrossEntropyLoss against probabilities, with a gradient for these, too."""
    options = {"weight": random(4) ** 2 + 0.1} if weighted else {}
    target = chances(*shape, seed=1)
    target /= target.sum(0 if len(shape) == 1 else 1, keepdims=True)
    ours, theirs = both("CrossEntropyLoss", reduction=reduction, label_smoothing=smoothing, **options)
    check(ours, theirs, random(*shape) * 3, target)


# Margins --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("margin", [0.0, 0.7])
def test_margin_ranking(margin, reduction):
    """MarginRankingLoss, with gradients for both inputs."""
    ours, theirs = both("MarginRankingLoss", margin=margin, reduction=reduction)
    check(ours, theirs, random(9), random(9, seed=1), targets=[signs(9)])


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_losses_of_signs(shape, reduction):
    """HingeEmbeddingLoss and SoftMarginLoss."""
    for options in ({}, {"margin": 0.3}):
        check(*both("HingeEmbeddingLoss", reduction=reduction, **options), random(*shape), targets=[signs(*shape)])
    check(*both("SoftMarginLoss", reduction=reduction), random(*shape) * 9, targets=[signs(*shape)])


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(5, 4), (4,)])
@pytest.mark.parametrize(("p", "margin"), [(1, 1.0), (2, 1.0), (1, 0.3), (2, 2.0)])
@pytest.mark.parametrize("weighted", [True, False])
def test_multi_margin(shape, p, margin, weighted, reduction):
    """MultiMarginLoss of one row and of several."""
    options = {"weight": random(4) ** 2 + 0.1} if weighted else {}
    target = np.random.default_rng(0).integers(0, 4, shape[:-1])
    check(
        *both("MultiMarginLoss", p=p, margin=margin, reduction=reduction, **options), random(*shape), targets=[target]
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_multilabel_margin(reduction):
    """MultiLabelMarginLoss: what stands after a -1 does not count."""
    target = np.array([[2, 0, -1, 1], [-1, 1, 2, 3], [3, 2, 1, 0], [1, -1, -1, -1]])
    check(*both("MultiLabelMarginLoss", reduction=reduction), random(4, 4), targets=[target])
    check(*both("MultiLabelMarginLoss", reduction=reduction), random(4), targets=[target[0]])


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(5, 4), (4,), (2, 3, 4)])
@pytest.mark.parametrize("weighted", [True, False])
def test_multilabel_soft_margin(shape, weighted, reduction):
    """MultiLabelSoftMarginLoss over any dimensions before the classes."""
    options = {"weight": random(4) ** 2 + 0.1} if weighted else {}
    target = np.floor(chances(*shape, seed=1) * 2)
    check(*both("MultiLabelSoftMarginLoss", reduction=reduction, **options), random(*shape), targets=[target])


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(6, 4), (4,)])
@pytest.mark.parametrize("options", [{}, {"p": 1.0}, {"swap": True}, {"margin": 3.0, "eps": 1e-3}])
def test_triplet_margin(shape, options, reduction):
    """TripletMarginLoss, and the same by its distance."""
    arrays = random(*shape), random(*shape, seed=1), random(*shape, seed=2)
    check(*both("TripletMarginLoss", reduction=reduction, **options), *arrays)
    options = {k: v for k, v in options.items() if k in ("swap", "margin")}
    check(*both("TripletMarginWithDistanceLoss", reduction=reduction, **options), *arrays)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(6, 4), (4,)])
@pytest.mark.parametrize("margin", [0.0, 0.3, -0.5])
def test_cosine_embedding(shape, margin, reduction):
    """CosineEmbeddingLoss, with gradients for both inputs."""
    ours, theirs = both("CosineEmbeddingLoss", margin=margin, reduction=reduction)
    check(ours, theirs, random(*shape), random(*shape, seed=1), targets=[signs(*shape[:-1])])


@pytest.mark.parametrize("options", [{}, {"dim": 0}, {"dim": -1, "eps": 0.1}])
def test_cosine_similarity(options):
    """CosineSimilarity along any dimension. (Of vectors shorter than eps torch's gradient is not the derivative.)"""
    check(*both("CosineSimilarity", **options), random(3, 4, 5), random(3, 4, 5, seed=1))
    check(*both("CosineSimilarity", **options), random(3, 4, 5), random(3, 1, 5, seed=1))


@pytest.mark.parametrize("options", [{}, {"p": 1.0}, {"p": 3.0, "keepdim": True}, {"eps": 0.1}])
def test_pairwise_distance(options):
    """PairwiseDistance by any norm."""
    check(*both("PairwiseDistance", **options), random(3, 5), random(3, 5, seed=1))


@pytest.mark.parametrize("options", [{}, {"p": 1.0, "dim": 0}, {"dim": -1, "eps": 10.0}])
def test_normalize(options):
    """functional.normalize along any dimension."""
    check(lambda x: F.normalize(x, **options), lambda x: torch.nn.functional.normalize(x, **options), random(3, 4, 5))


@pytest.mark.parametrize(
    "name",
    [
        "L1Loss", "MSELoss", "SmoothL1Loss", "HuberLoss", "BCELoss", "BCEWithLogitsLoss", "KLDivLoss",
        "PoissonNLLLoss", "HingeEmbeddingLoss", "SoftMarginLoss",
    ],
)  # fmt: skip
def test_empty_batches(name):
    """Of nothing the sum is 0, the mean is nan, and there is no loss for each; with a gradient of the input's shape."""
    for reduction in REDUCTIONS:
        ours, theirs = both(name, reduction=reduction)
        empty = np.zeros((0, 3))
        check(ours, theirs, empty, targets=[empty])


# Sequences ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("blank", [0, 4])
@pytest.mark.parametrize("zero_infinity", [True, False])
@pytest.mark.parametrize("flat", [True, False])
def test_ctc(reduction, blank, zero_infinity, flat):
    """CTCLoss of targets in rows and one after the other, through log_softmax, whose gradient both agree on."""
    steps, lengths = [7, 5, 6, 3], [3, 0, 2, 3]
    classes = [c for c in range(5) if c != blank]
    targets = np.random.default_rng(0).choice(classes, (4, 3))
    targets[0] = classes[1]  # repetitions, which need a blank between
    if flat:
        targets = np.concatenate([row[:n] for row, n in zip(targets, lengths, strict=True)])
    options = {"reduction": reduction, "zero_infinity": zero_infinity}

    def call(library, tensor):
        return lambda x: library.ctc_loss(
            library.log_softmax(x, -1),
            tensor(targets),
            tensor(np.array(steps)),
            tensor(np.array(lengths)),
            blank,
            **options,
        )

    check(call(F, ft.tensor), call(torch.nn.functional, torch.tensor), random(7, 4, 5))


def test_ctc_of_one_sample():
    """CTCLoss without a batch, and lengths as ints."""
    target = np.array([1, 2, 2])
    ours, theirs = both("CTCLoss", blank=3)
    check(
        lambda x: ours(F.log_softmax(x, -1), ft.tensor(target), [6], [3]),
        lambda x: theirs(torch.log_softmax(x, -1), torch.tensor(target), (6,), (3,)),
        random(6, 4),
    )
