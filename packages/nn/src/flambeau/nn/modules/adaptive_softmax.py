"""A softmax over very many classes, few of which are frequent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from .. import functional as F
from ..module import Module
from ._check import check_size
from .container import ModuleList, Sequential
from .dense import Linear

__all__ = ["AdaptiveLogSoftmaxWithLoss"]


class _Result(NamedTuple):
    """What the layer gives: the log-probability of each target, and the loss."""

    output: Any
    loss: Any


class AdaptiveLogSoftmaxWithLoss(Module):
    r"""The log-probabilities of targets among very many classes, computed in full only for the frequent ones (Grave et
    al., 2017).

    Classes are numbered from the most frequent to the rarest. The first ``cutoffs[0]`` are the head's; the others are
    clusters, each of which is one entry of the head, and a narrow net of its own:

    .. math:: \log p(c) = \log p_{\text{head}}(\text{cluster of } c) + \log p_{\text{cluster}}(c)

    Args:
        in_features: size of the last dimension of what comes in.
        n_classes: how many classes there are.
        cutoffs: where clusters begin: increasing numbers in [1, n_classes - 1].
        div_value: by how much each cluster is narrower than the one before.
        head_bias: whether the head has a bias.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (N, in_features) or (in_features,), and targets (N,) or (); gives a pair ``output`` of the targets' shape, and
        ``loss`` without dimensions.

    Raises:
        ValueError: ``cutoffs`` are not increasing numbers in that range.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.AdaptiveLogSoftmaxWithLoss(8, 20, cutoffs=[5, 10])
        >>> output, loss = layer(ft.randn(3, 8), ft.tensor([0, 7, 19]))
        >>> output.shape, loss.shape
        ((3,), ())
        >>> layer.log_prob(ft.randn(3, 8)).shape, layer.predict(ft.randn(3, 8)).shape
        ((3, 20), (3,))
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        layer = "AdaptiveLogSoftmaxWithLoss"
        check_size(layer, "in_features", in_features)
        ends = list(cutoffs)
        in_range = all(isinstance(end, int) and 1 <= end < n_classes for end in ends)
        if not ends or not in_range or sorted(set(ends)) != ends:
            errors.value_error(layer, "cutoffs", f"increasing ints in [1, {n_classes - 1}]", str(ends))
        self.in_features, self.n_classes, self.div_value, self.head_bias = in_features, n_classes, div_value, head_bias
        self.cutoffs = [*ends, n_classes]
        self.shortlist_size, self.n_clusters = self.cutoffs[0], len(ends)
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, bias=head_bias, device=device, dtype=dtype)
        self.tail = ModuleList()
        for i in range(self.n_clusters):
            width = int(in_features // div_value ** (i + 1))
            size = self.cutoffs[i + 1] - self.cutoffs[i]
            first = Linear(in_features, width, bias=False, device=device, dtype=dtype)
            self.tail.append(Sequential(first, Linear(width, size, bias=False, device=device, dtype=dtype)))

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        for module in self.modules():
            if isinstance(module, Linear):
                module.reset_parameters()

    if TYPE_CHECKING:

        def __call__(self, input: Tensor, target: Tensor) -> _Result: ...

    def forward(self, input: Any, target: Any) -> _Result:
        layer = "AdaptiveLogSoftmaxWithLoss"
        if input.ndim not in (1, 2):
            errors.shape_error(
                layer, "input", f"shape (N, {self.in_features}) or ({self.in_features},)", str(input.shape)
            )
        if target.shape != input.shape[:-1]:
            errors.shape_error(layer, "target", f"shape {tuple(input.shape[:-1])}", str(tuple(target.shape)))
        rows, targets = (input, target) if input.ndim == 2 else (input.unsqueeze(0), target.unsqueeze(0))
        self._check_classes(targets)
        # Which entry of the head each target is: a class of the shortlist, or a cluster.
        entries: Any = targets
        parts = []
        for i, (low, high) in enumerate(zip(self.cutoffs, self.cutoffs[1:], strict=False)):
            inside = (targets >= low) & (targets < high)
            places = ft.nonzero(inside).squeeze(1)
            if len(places):
                entries = ft.where(inside, self.shortlist_size + i, entries)
                inner = F.log_softmax(self.tail[i](rows[places]), dim=1)
                parts.append((places, inner.gather(1, (targets[places] - low).unsqueeze(1)).squeeze(1)))
        output: Any = F.log_softmax(self.head(rows), dim=1).gather(1, entries.unsqueeze(1)).squeeze(1)
        for places, local in parts:
            output = output.index_add(0, places, local)
        loss = -output.mean()
        return _Result(output if input.ndim == 2 else output.squeeze(0), loss)

    def _check_classes(self, targets: Any) -> None:
        wrong = ft.nonzero((targets < 0) | (targets >= self.n_classes))
        if len(wrong):
            index = int(wrong[0, 0])
            expected = f"class indices in [0, {self.n_classes - 1}] ({self.n_classes} classes)"
            got = f"{int(targets[index])} at ({index},)"
            errors.index_error("AdaptiveLogSoftmaxWithLoss", "target", expected, got)

    def log_prob(self, input: Any) -> Any:
        """The log-probabilities of all classes.

        Args:
            input: Tensor of shape (N, in_features).

        Returns:
            Tensor of shape (N, n_classes).
        """
        head: Any = F.log_softmax(self.head(input), dim=1)
        parts: list[Any] = [head[:, : self.shortlist_size]]
        for i, cluster in enumerate(self.tail):
            place = self.shortlist_size + i
            parts.append(F.log_softmax(cluster(input), dim=1) + head[:, place : place + 1])
        return ft.cat(parts, 1)

    def predict(self, input: Any) -> Any:
        """The most probable class of each row.

        Args:
            input: Tensor of shape (N, in_features).

        Returns:
            Tensor of classes, of shape (N,).
        """
        return ft.argmax(self.log_prob(input), dim=1)
