"""Every loss of ``flambeau.nn``, its options, and what to call it with; with targets, which want no gradient."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from module_cases import CASES, FLAGS, Case, of
from nn_helpers import random

REDUCTIONS = ["mean", "sum", "none"]
OLD = ("size_average", "reduce")  # PyTorch 0.3's, which test_losses compares with reduction
OURS = ("allow_broadcast",)  # what torch always does


@dataclass(frozen=True)
class LossCase(Case):
    """A loss, and its targets; options that are arrays are made Tensors."""

    targets: Callable[[dict[str, Any]], list[np.ndarray]] = lambda o: []
    left_out: tuple[str, ...] = OLD + OURS


def classes(*shape: int, count: int = 4) -> np.ndarray:
    return np.random.default_rng(0).integers(0, count, shape)


def signs(*shape: int) -> np.ndarray:
    return np.where(random(*shape, seed=5) > 0, 1.0, -1.0)


def positive(*shape: int, seed: int = 0) -> np.ndarray:
    return np.abs(random(*shape, seed=seed)) + 0.1


def share(*shape: int, seed: int = 0) -> np.ndarray:
    return 1 / (1 + np.exp(-random(*shape, seed=seed)))


LOSSES: dict[str, LossCase] = {}


def loss(name: str, inputs: Any, targets: Any, **options: list[Any]) -> None:
    options = {"reduction": REDUCTIONS, **options}
    LOSSES[name] = LossCase(options, inputs, targets=lambda o: list(targets))


both = of((3, 4), (3, 4))
loss("L1Loss", both, [])
loss("MSELoss", both, [])
loss("SmoothL1Loss", both, [], beta=[1.0, 0.3, 0])
loss("HuberLoss", both, [], delta=[1.0, 0.3])
loss("KLDivLoss", of((3, 4)), [share(3, 4)], log_target=FLAGS)
LOSSES["KLDivLoss"].options["reduction"] = [*REDUCTIONS, "batchmean"]
loss("BCELoss", lambda o: [share(3, 4)], [share(3, 4, seed=1)], weight=[None, positive(3, 4)])
loss(
    "BCEWithLogitsLoss", of((3, 4)), [share(3, 4)], weight=[None, positive(3, 4)],
    pos_weight=[None, positive(4)],
)  # fmt: skip
loss(
    "PoissonNLLLoss", lambda o: [positive(3, 4)], [classes(3, 4).astype(float)], log_input=[True, False], full=FLAGS,
    eps=[1e-8, 1e-2],
)  # fmt: skip
loss("GaussianNLLLoss", lambda o: [random(3, 4), random(3, 4, seed=1), positive(3, 4)], [], full=FLAGS, eps=[1e-6, 0.5])
loss("SoftMarginLoss", of((3, 4)), [signs(3, 4)])
loss("HingeEmbeddingLoss", of((3, 4)), [signs(3, 4)], margin=[1.0, 0.3])
loss("MarginRankingLoss", both, [signs(3, 4)], margin=[0.0, 0.3])
loss("CosineEmbeddingLoss", both, [signs(3)], margin=[0.0, 0.3])
loss("MultiMarginLoss", of((5, 4)), [classes(5)], p=[1, 2], margin=[1.0, 0.3], weight=[None, positive(4)])
loss("MultiLabelMarginLoss", of((2, 4)), [np.array([[3, 0, -1, 1], [2, -1, 0, 0]])])
loss("MultiLabelSoftMarginLoss", of((3, 4)), [classes(3, 4, count=2).astype(float)], weight=[None, positive(4)])
triplet = of((3, 4), (3, 4), (3, 4))
loss("TripletMarginLoss", triplet, [], margin=[1.0, 0.3], p=[2.0, 1.0], eps=[1e-6, 1e-2], swap=FLAGS)
loss("TripletMarginWithDistanceLoss", triplet, [], margin=[1.0, 0.3], swap=FLAGS, distance_function=[None])
weighted = {"weight": [None, positive(4)], "ignore_index": [-100, 2]}
loss("NLLLoss", of((5, 4)), [classes(5)], **weighted)
loss("NLLLoss2d", of((2, 4, 3, 3)), [classes(2, 3, 3)], **weighted)
loss("CrossEntropyLoss", of((5, 4, 2)), [classes(5, 2)], **weighted, label_smoothing=[0.0, 0.2])
loss(
    "LinearCrossEntropyLoss", of((5, 3)), [classes(5)], **weighted, label_smoothing=[0.0, 0.2], in_features=[3],
    num_classes=[4], bias=FLAGS, options=[None], out_features=[()],
)  # fmt: skip
LOSSES["LinearCrossEntropyLoss"].options["ignore_index"] = [None, 2]
loss(
    "CTCLoss", lambda o: [np.log(share(6, 2, 4))], [classes(2, 3, count=3) + 1, np.array([6, 5]), np.array([3, 2])],
    blank=[0], zero_infinity=FLAGS,
)  # fmt: skip
LOSSES["AdaptiveLogSoftmaxWithLoss"] = LossCase(
    {
        "in_features": [8], "n_classes": [20], "cutoffs": [[5, 10], [1], [3, 4, 19]], "div_value": [4.0, 1.5],
        "head_bias": FLAGS,
    },
    of((9, 8)),
    targets=lambda o: [classes(9, count=20)],
    valid=lambda o: o["div_value"] == 1.5 or len(o["cutoffs"]) < 2,
)  # fmt: skip

EVERY: dict[str, Case] = CASES | LOSSES
COMBINATIONS = [(name, options) for name, case in EVERY.items() for options in case.combinations()]
