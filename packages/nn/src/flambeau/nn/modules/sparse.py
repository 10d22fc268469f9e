"""Tables of trained vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import flambeau.tensor as ft
from flambeau.autograd import Variable, no_grad
from flambeau.tensor import Tensor, errors

from .. import functional as F
from .. import init
from ..functional.sparse import refuse_sparse
from ..module import Module
from ..parameter import Parameter
from ._check import check_size

__all__ = ["Embedding", "EmbeddingBag"]


class _Table(Module):
    """A table and the number of the row that is padding."""

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None,
        max_norm: float | None,
        norm_type: float,
        scale_grad_by_freq: bool,
        table: Tensor | None,
        device: Any,
        dtype: Any,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        check_size(name, "num_embeddings", num_embeddings)
        check_size(name, "embedding_dim", embedding_dim)
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                wanted = f"a row in [{-num_embeddings}, {num_embeddings - 1}]"
                errors.value_error(name, "padding_idx", wanted, str(padding_idx))
            padding_idx %= num_embeddings
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = padding_idx
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        if table is None:
            self.weight = Parameter(ft.empty(num_embeddings, embedding_dim, device=device, dtype=dtype))
            self.reset_parameters()
            return
        if table.shape != (num_embeddings, embedding_dim):
            wanted = f"shape ({num_embeddings}, {embedding_dim})"
            errors.shape_error(name, "_weight", wanted, str(tuple(table.shape)))
        self.weight = Parameter(table)

    def reset_parameters(self) -> None:
        """Draw the rows anew, from the standard normal distribution; that of the padding becomes zeros."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx].fill_(0)

    def _options(self, shown: dict[str, tuple[Any, Any]]) -> str:
        """The arguments that differ from their defaults."""
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        return text + "".join(f", {name}={value}" for name, (value, default) in shown.items() if value != default)


class Embedding(_Table):
    r"""A vector for each number, trained.

    .. math:: y_{\dots, d} = W_{x_{\dots}, d}

    Args:
        num_embeddings: how many vectors.
        embedding_dim: the size of each.
        padding_idx: the number of a vector that starts as zeros and is not trained.
        max_norm: vectors in use that are longer are shortened to this length.
        norm_type: the exponent of the norm that lengths are measured by.
        scale_grad_by_freq: divide the gradient of a vector by how often it was used in the batch.
        sparse: False: there are no sparse gradients.
        device: where to make the table.
        dtype: dtype of the table.

    Shape:
        Integers of any shape to that shape and embedding_dim.

    ``weight``, of shape (num_embeddings, embedding_dim), starts from the standard normal distribution.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.Embedding(10, 3)(ft.tensor([[1, 2, 4, 5], [4, 3, 2, 9]])).shape
        (2, 4, 3)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if sparse:
            refuse_sparse("Embedding")
        super().__init__(
            num_embeddings, embedding_dim, padding_idx, max_norm, norm_type, scale_grad_by_freq, _weight, device, dtype
        )

        self.weight.requires_grad_(not _freeze)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
    ) -> Embedding:
        """A layer with a given table.

        Args:
            embeddings: Tensor of shape (num_embeddings, embedding_dim).
            freeze: whether the table is not trained.
            padding_idx: the number of a vector that is not trained.
            max_norm: as in the constructor.
            norm_type: as in the constructor.
            scale_grad_by_freq: as in the constructor.

        Returns:
            The layer.

        Example:
            >>> import flambeau.nn as nn
            >>> nn.Embedding.from_pretrained(ft.eye(3))(ft.tensor([1])).tolist()
            [[0.0, 1.0, 0.0]]
        """
        return _pretrained(
            cls, embeddings, freeze, padding_idx=padding_idx, max_norm=max_norm, norm_type=norm_type,
            scale_grad_by_freq=scale_grad_by_freq,
        )  # fmt: skip

    if TYPE_CHECKING:

        def __call__(self, input: Tensor) -> Variable: ...

    def forward(self, input: Tensor) -> Variable:
        return F.embedding(input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq)

    def extra_repr(self) -> str:
        return self._options({
            "padding_idx": (self.padding_idx, None), "max_norm": (self.max_norm, None),
            "norm_type": (self.norm_type, 2.0), "scale_grad_by_freq": (self.scale_grad_by_freq, False),
        })  # fmt: skip


def _pretrained(cls: Any, embeddings: Tensor, freeze: bool, **options: Any) -> Any:
    if embeddings.ndim != 2:
        errors.shape_error(cls.__name__, "embeddings", "2 dimensions", f"shape {tuple(embeddings.shape)}")
    layer = cls(*embeddings.shape, _weight=embeddings, **options)
    layer.weight.requires_grad_(not freeze)
    return layer


class EmbeddingBag(_Table):
    """The sum, mean or greatest of the trained vectors that each bag of numbers names.

    Args:
        num_embeddings: how many vectors.
        embedding_dim: the size of each.
        max_norm: vectors in use that are longer are shortened to this length.
        norm_type: the exponent of the norm that lengths are measured by.
        scale_grad_by_freq: divide the gradient of a vector by how often it was used in the batch.
        sparse: False: there are no sparse gradients.
        mode: ``"sum"``, ``"mean"`` or ``"max"``.
        include_last_offset: the last element of the offsets says where the last bag ends.
        padding_idx: the number of a vector that does not count.
        device: where to make the table.
        dtype: dtype of the table.

    Shape:
        Integers of shape (B, L), or of shape (N,) with offsets of shape (B,), to (B, embedding_dim).

    ``weight``, of shape (num_embeddings, embedding_dim), starts from the standard normal distribution.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.EmbeddingBag(10, 3, mode="sum")
        >>> layer(ft.tensor([1, 2, 4, 5, 4]), ft.tensor([0, 3])).shape
        (2, 3)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: Literal["sum", "mean", "max"] = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if sparse:
            refuse_sparse("EmbeddingBag")
        if mode not in ("sum", "mean", "max"):
            errors.value_error("EmbeddingBag", "mode", "'sum', 'mean' or 'max'", repr(mode))
        super().__init__(
            num_embeddings, embedding_dim, padding_idx, max_norm, norm_type, scale_grad_by_freq, _weight, device, dtype
        )
        self.mode: Literal["sum", "mean", "max"] = mode
        self.include_last_offset = include_last_offset

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: Literal["sum", "mean", "max"] = "mean",
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> EmbeddingBag:
        """A layer with a given table.

        Args:
            embeddings: Tensor of shape (num_embeddings, embedding_dim).
            freeze: whether the table is not trained.
            max_norm: as in the constructor.
            norm_type: as in the constructor.
            scale_grad_by_freq: as in the constructor.
            mode: as in the constructor.
            include_last_offset: as in the constructor.
            padding_idx: as in the constructor.

        Returns:
            The layer.

        Example:
            >>> import flambeau.nn as nn
            >>> nn.EmbeddingBag.from_pretrained(ft.eye(3))(ft.tensor([[0, 1]])).tolist()
            [[0.5, 0.5, 0.0]]
        """
        return _pretrained(
            cls, embeddings, freeze, max_norm=max_norm, norm_type=norm_type, scale_grad_by_freq=scale_grad_by_freq,
            mode=mode, include_last_offset=include_last_offset, padding_idx=padding_idx,
        )  # fmt: skip

    if TYPE_CHECKING:

        def __call__(
            self, input: Tensor, offsets: Tensor | None = None, per_sample_weights: Tensor | None = None
        ) -> Variable: ...

    def forward(
        self, input: Tensor, offsets: Tensor | None = None, per_sample_weights: Tensor | None = None
    ) -> Variable:
        result: Variable = F.embedding_bag(
            input, self.weight, offsets, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.mode, False,
            per_sample_weights, self.include_last_offset, self.padding_idx,
        )  # fmt: skip
        return result

    def extra_repr(self) -> str:
        return self._options({
            "max_norm": (self.max_norm, None), "norm_type": (self.norm_type, 2.0),
            "scale_grad_by_freq": (self.scale_grad_by_freq, False), "mode": (repr(self.mode), None),
            "padding_idx": (self.padding_idx, None),
        })  # fmt: skip
