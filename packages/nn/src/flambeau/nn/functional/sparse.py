"""Tables of vectors, looked up by number."""

from __future__ import annotations

from typing import Any, Literal, NoReturn, overload

import flambeau.tensor as ft
from flambeau.autograd import Variable, no_grad
from flambeau.tensor import Tensor, errors

__all__ = ["embedding", "embedding_bag", "one_hot"]


def one_hot(input: Tensor, num_classes: int = -1) -> Tensor:
    """A 1 in the place of each class, zeros elsewhere.

    Args:
        input: Tensor of classes, integers of 0 or more, of any shape.
        num_classes: how many classes there are; one more than the greatest if not given.

    Returns:
        Tensor of int64 with one more dimension.

    Raises:
        IndexError: a class is out of range.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.one_hot(ft.tensor([0, 2]), 3).tolist()
        [[1, 0, 0], [0, 0, 1]]
    """
    return ft.one_hot(input, num_classes)


def refuse_sparse(operation: str) -> NoReturn:
    errors.value_error(operation, "sparse", "False", "True", "there are no sparse gradients")


def _row(operation: str, weight: Tensor, padding_idx: int | None) -> int:
    """The number of the padding's row; -1 for none."""
    if padding_idx is None:
        return -1
    rows = weight.shape[0]
    if not -rows <= padding_idx < rows:
        errors.index_error(operation, "padding_idx", f"a row in [{-rows}, {rows - 1}]", str(padding_idx))
    return padding_idx % rows


def _renormalize(weight: Tensor, input: Tensor, max_norm: float, norm_type: float) -> None:
    """Shorten the rows in use that are longer than ``max_norm``, in place."""
    with no_grad():
        rows = ft.unique(input.reshape(-1))
        table = weight.data
        picked = table.index_select(0, rows)
        lengths = ft.norm(picked, norm_type, 1, True)
        factors = ft.where(lengths > max_norm, max_norm / (lengths + 1e-7), 1)
        weight.index_copy_(0, rows, picked * factors)


@overload
def embedding(
    input: Tensor,
    weight: Variable,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Variable: ...
@overload
def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor: ...
def embedding(
    input: Tensor,
    weight: Any,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Any:
    """The rows of a table that are named by number.

    Args:
        input: Tensor of integers in [0, rows), of any shape.
        weight: the table: Tensor of shape (rows, D).
        padding_idx: the number of a row that gets no gradient.
        max_norm: rows in use that are longer are shortened to this length, in place.
        norm_type: the exponent of the norm that lengths are measured by.
        scale_grad_by_freq: divide the gradient of a row by how often the row was named.
        sparse: False: there are no sparse gradients.

    Returns:
        Tensor of ``input``'s shape, and D.

    Raises:
        IndexError: a number of no row.
        DTypeError: ``input`` does not hold integers.

    Example:
        >>> import flambeau.nn.functional as F
        >>> F.embedding(ft.tensor([1, 1, 0]), ft.tensor([[1.0, 2.0], [3.0, 4.0]])).tolist()
        [[3.0, 4.0], [3.0, 4.0], [1.0, 2.0]]
    """
    if sparse:
        refuse_sparse("embedding")
    row = _row("embedding", weight, padding_idx)
    if max_norm is not None:
        _renormalize(weight, input, max_norm, norm_type)
    return ft.embedding(weight, input, row, scale_grad_by_freq)


def embedding_bag(
    input: Tensor,
    weight: Any,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    mode: Literal["sum", "mean", "max"] = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Any:
    """The sum, mean or greatest of the rows that each bag of numbers names, which are never looked up one by one.

    Args:
        input: Tensor of integers in [0, rows): of shape (B, L), a bag in each row; or of shape (N,), with ``offsets``.
        weight: the table: Tensor of shape (rows, D).
        offsets: Tensor of B integers: where in ``input`` each bag begins; it ends where the next begins.
        max_norm: rows in use that are longer are shortened to this length, in place.
        norm_type: the exponent of the norm that lengths are measured by.
        scale_grad_by_freq: divide the gradient of a row by how often the row was named.
        sparse: False: there are no sparse gradients.
        mode: ``"sum"``, ``"mean"`` or ``"max"``. Of an empty bag each is 0.
        per_sample_weights: Tensor of ``input``'s shape: a factor for each row; for sums only.
        include_last_offset: the last element of ``offsets`` says where the last bag ends.
        padding_idx: a number that does not count.

    Returns:
        Tensor of shape (B, D).

    Raises:
        IndexError: a number of no row, or an offset out of range.
        ShapeError: the shapes do not fit together.
        ValueError: no such mode, or options that do not go together.

    Example:
        >>> import flambeau.nn.functional as F
        >>> table = ft.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        >>> F.embedding_bag(ft.tensor([0, 1, 2]), table, ft.tensor([0, 2]), mode="sum").tolist()
        [[4.0, 6.0], [5.0, 6.0]]
    """
    if sparse:
        refuse_sparse("embedding_bag")
    if mode not in ("sum", "mean", "max"):
        errors.value_error("embedding_bag", "mode", "'sum', 'mean' or 'max'", repr(mode))
    if per_sample_weights is not None and mode != "sum":
        errors.value_error("embedding_bag", "per_sample_weights", "None unless mode is 'sum'", "a Tensor")
    if scale_grad_by_freq and mode == "max":
        errors.value_error("embedding_bag", "scale_grad_by_freq", "False where mode is 'max'", "True")
    if per_sample_weights is not None and per_sample_weights.shape != input.shape:
        wanted = f"shape {tuple(input.shape)} as input"
        errors.shape_error("embedding_bag", "per_sample_weights", wanted, str(tuple(per_sample_weights.shape)))
    row = _row("embedding_bag", weight, padding_idx)
    rows, bags, count = _bags(input, offsets, include_last_offset)
    scale: Any = None if per_sample_weights is None else per_sample_weights.reshape(-1)
    if row >= 0:
        kept = ft.nonzero(rows != row).reshape(-1)
        rows, bags = rows[kept], bags[kept]
        scale = None if scale is None else scale[kept]
    if max_norm is not None and rows.numel():
        _renormalize(weight, rows, max_norm, norm_type)
    if mode == "max":
        found = ft.embedding(weight, rows)
        lowest = ft.zeros((count, *weight.shape[1:]), dtype=weight.dtype, device=weight.device)
        return ft.index_reduce(lowest, 0, bags, found, "amax", include_self=False)
    if mode == "mean":
        scale = 1 / ft.bincount(bags, minlength=count)[bags].to(weight.dtype)
    if scale_grad_by_freq:
        return ft.ops.add_rows(ft.embedding(weight, rows, -1, True), None, bags, count, scale)
    return ft.ops.add_rows(weight, rows, bags, count, scale)


def _bags(input: Tensor, offsets: Tensor | None, include_last_offset: bool) -> tuple[Tensor, Tensor, int]:
    """The numbers one after another, which bag each is in, and how many bags there are."""
    if input.ndim == 2:
        if offsets is not None:
            errors.value_error("embedding_bag", "offsets", "None where input has 2 dimensions", "a Tensor")
        count, length = input.shape
        return input.reshape(-1), ft.repeat_interleave(ft.arange(count, device=input.device), length), count
    if input.ndim != 1:
        errors.shape_error("embedding_bag", "input", "1 or 2 dimensions", f"shape {tuple(input.shape)}")
    if offsets is None:
        errors.value_error("embedding_bag", "offsets", "a Tensor where input has 1 dimension", "None")
    if offsets.ndim != 1:
        errors.shape_error("embedding_bag", "offsets", "1 dimension", f"shape {tuple(offsets.shape)}")
    n, starts = input.shape[0], offsets.long()
    if include_last_offset:
        if offsets.numel() == 0:
            errors.value_error("embedding_bag", "offsets", "at least one element with include_last_offset", "none")
        starts, ends = starts[:-1], starts[1:]
    else:
        ends = ft.cat([starts[1:], ft.full((1,), n, dtype=ft.int64, device=offsets.device)])[: offsets.numel()]
    count = starts.shape[0]
    if count and starts[0].item() != 0:
        errors.value_error("embedding_bag", "offsets", "0 as the first element", str(starts[0].item()))
    lengths = ends - starts
    if count and (lengths.amin().item() < 0 or ends[-1].item() > n):
        errors.index_error("embedding_bag", "offsets", f"places in [0, {n}] in order", str(offsets.tolist()[:20]))
    bags = ft.repeat_interleave(ft.arange(count, device=offsets.device), lengths)
    return input[: bags.shape[0]], bags, count
