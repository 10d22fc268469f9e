"""Sequences of several lengths in one Tensor: padded, or packed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any, NamedTuple

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


class _Packed(NamedTuple):
    data: Any
    batch_sizes: Any
    sorted_indices: Any = None
    unsorted_indices: Any = None


class PackedSequence(_Packed):
    """Sequences of several lengths, packed: the first elements of all, then the second of those that have one, ...

    Recurrent layers take it and give it. It is made by :func:`pack_padded_sequence` or :func:`pack_sequence`.

    Args:
        data: Tensor of shape (total, ...): the elements.
        batch_sizes: int64 Tensor: how many sequences have an element at each step.
        sorted_indices: the order, longest first, in which the sequences lie there; None where it is their own.
        unsorted_indices: the opposite.

    Example:
        >>> from flambeau.nn.utils.rnn import pack_sequence
        >>> packed = pack_sequence([ft.tensor([1, 2, 3]), ft.tensor([4, 5])])
        >>> packed.data.tolist(), packed.batch_sizes.tolist()
        ([1, 4, 2, 5, 3], [2, 2, 1])
    """

    __slots__ = ()

    def __new__(
        cls, data: Any, batch_sizes: Any = None, sorted_indices: Any = None, unsorted_indices: Any = None
    ) -> PackedSequence:
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same with ``data`` as ``Tensor.to`` gives it; the order moves to its device."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        order = [None if x is None else x.to(device=data.device) for x in (self.sorted_indices, self.unsorted_indices)]
        return PackedSequence(data, self.batch_sizes, *order)

    def double(self) -> PackedSequence:
        """The same in float64."""
        return self.to(ft.float64)

    def float(self) -> PackedSequence:
        """The same in float32."""
        return self.to(ft.float32)

    def half(self) -> PackedSequence:
        """The same in float16."""
        return self.to(ft.float16)

    def cpu(self) -> PackedSequence:
        """The same on the CPU."""
        return self.to(device="cpu")

    def cuda(self) -> PackedSequence:
        """The same on a GPU."""
        return self.to(device="cuda")


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes another: None for None.

    Args:
        permutation: Tensor of the numbers from 0 to n - 1, in any order.

    Returns:
        Tensor of the same shape.

    Example:
        >>> from flambeau.nn.utils.rnn import invert_permutation
        >>> invert_permutation(ft.tensor([2, 0, 1])).tolist()
        [1, 2, 0]
    """
    return None if permutation is None else ft.argsort(permutation)


def _lengths(operation: str, lengths: Any, count: int, longest: int) -> list[int]:
    found = [int(n) for n in (lengths.tolist() if isinstance(lengths, Tensor) else lengths)]
    if len(found) != count:
        errors.value_error(operation, "lengths", f"{count} of them, one a sequence", str(len(found)))
    for n in found:
        if not 1 <= n <= longest:
            errors.value_error(operation, "lengths", f"lengths in [1, {longest}]", str(n))
    return found


def _sizes(lengths: list[int]) -> list[int]:
    """How many sequences have an element at each step."""
    counts = [0] * (max(lengths, default=0) + 1)
    for n in lengths:
        counts[n] += 1
    sizes, left = [], len(lengths)
    for count in counts[:-1]:
        left -= count
        sizes.append(left)
    return sizes


def _places(sizes: list[int], width: int, device: Any) -> Tensor:
    """Where the elements of packed sequences are in the flattened padded ones, of `width` sequences."""
    sizes_here = ft.tensor(sizes, dtype=ft.int64, device=device)
    steps = ft.repeat_interleave(ft.arange(len(sizes), device=device), sizes_here)
    firsts = ft.cumsum(sizes_here, 0) - sizes_here
    rows = ft.arange(sum(sizes), device=device) - ft.repeat_interleave(firsts, sizes_here)
    return steps * width + rows


def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Padded sequences without the padding.

    Args:
        input: Tensor of shape (T, N, ...), or (N, T, ...) with ``batch_first``.
        lengths: the length of each sequence, 1 or more: a Tensor or list of ints.
        batch_first: whether the sequences are along the first dimension.
        enforce_sorted: whether the sequences must come longest first; otherwise they are put into that order.

    Returns:
        PackedSequence.

    Raises:
        ValueError: a length out of range, or sequences in another order.

    Example:
        >>> from flambeau.nn.utils.rnn import pack_padded_sequence
        >>> packed = pack_padded_sequence(ft.tensor([[1, 0], [2, 3]]), [1, 2], batch_first=True, enforce_sorted=False)
        >>> packed.data.tolist(), packed.batch_sizes.tolist(), packed.sorted_indices.tolist()
        ([2, 1, 3], [2, 1], [1, 0])
    """
    name = "pack_padded_sequence"
    if input.ndim < 2:
        errors.shape_error(name, "input", "at least 2 dimensions (T, N, ...)", f"shape {input.shape}")
    steps, count = (1, 0) if batch_first else (0, 1)
    found = _lengths(name, lengths, input.shape[count], input.shape[steps])
    order = None
    if enforce_sorted:
        if any(n < m for n, m in itertools.pairwise(found)):
            expected, fix = "sequences that come longest first", "use enforce_sorted=False"
            errors.value_error(name, "lengths", expected, str(found), fix)
    else:
        order = ft.argsort(ft.tensor(found, device=input.device), descending=True, stable=True)
        input = ft.index_select(input, count, order)
        found = sorted(found, reverse=True)
    sizes = _sizes(found)
    rows = (input.transpose(0, 1) if batch_first else input).flatten(0, 1)
    data = ft.index_select(rows, 0, _places(sizes, len(found), input.device))
    return PackedSequence(data, ft.tensor(sizes, dtype=ft.int64), order)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Any, Tensor]:
    """Packed sequences with padding, in their own order.

    Args:
        sequence: what :func:`pack_padded_sequence` or a recurrent layer gave.
        batch_first: whether the sequences are to be along the first dimension.
        padding_value: what is put after the end of a sequence.
        total_length: how long the result is; as long as the longest sequence if not given.

    Returns:
        Tensor of shape (T, N, ...), or (N, T, ...) with ``batch_first``; and the lengths.

    Raises:
        ValueError: ``total_length`` is less than that of the longest sequence.

    Example:
        >>> from flambeau.nn.utils.rnn import pack_sequence, pad_packed_sequence
        >>> padded, lengths = pad_packed_sequence(pack_sequence([ft.tensor([1, 2]), ft.tensor([3])]), batch_first=True)
        >>> padded.tolist(), lengths.tolist()
        ([[1, 2], [3, 0]], [2, 1])
    """
    data, sizes = sequence.data, sequence.batch_sizes.tolist()
    longest, count = len(sizes), sizes[0] if sizes else 0
    length = longest if total_length is None else total_length
    if length < longest:
        errors.value_error("pad_packed_sequence", "total_length", f"at least {longest}", str(length))
    padding = ft.full((length * count, *data.shape[1:]), padding_value, dtype=data.dtype, device=data.device)
    padded = ft.index_copy(padding, 0, _places(sizes, count, data.device), data).unflatten(0, (length, count))
    lengths = (sequence.batch_sizes.unsqueeze(1) > ft.arange(count)).sum(0)
    if sequence.unsorted_indices is not None:
        padded = ft.index_select(padded, 1, sequence.unsorted_indices)
        lengths = lengths[sequence.unsorted_indices.cpu()]
    return padded.transpose(0, 1) if batch_first else padded, lengths


def pad_sequence(
    sequences: Iterable[Tensor], batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Any:
    """Tensors of several lengths as one, with padding.

    Args:
        sequences: Tensors of shape (length, ...), all alike but for their lengths.
        batch_first: whether the sequences are to be along the first dimension.
        padding_value: what is put beside a sequence.
        padding_side: ``"right"``, after the end, or ``"left"``, before the beginning.

    Returns:
        Tensor of shape (T, N, ...), or (N, T, ...) with ``batch_first``, where T is the greatest length.

    Raises:
        ShapeError: the Tensors differ in other dimensions.
        ValueError: no Tensors, or no such side.

    Example:
        >>> from flambeau.nn.utils.rnn import pad_sequence
        >>> pad_sequence([ft.tensor([1, 2, 3]), ft.tensor([4])], batch_first=True).tolist()
        [[1, 2, 3], [4, 0, 0]]
    """
    found = list(sequences)
    if padding_side not in ("left", "right"):
        errors.value_error("pad_sequence", "padding_side", "'left' or 'right'", repr(padding_side))
    if not found:
        errors.value_error("pad_sequence", "sequences", "at least one Tensor", "none")
    for i, x in enumerate(found):
        if x.ndim == 0 or x.shape[1:] != found[0].shape[1:]:
            wanted = f"shape (length, {', '.join(map(str, found[0].shape[1:]))}) as the first"
            errors.shape_error("pad_sequence", f"sequences[{i}]", wanted, str(x.shape))
    longest = max(len(x) for x in found)
    padded = []
    for x in found:
        rest = (longest - len(x), *x.shape[1:])
        padding = ft.full(rest, padding_value, dtype=x.dtype, device=x.device)
        padded.append(ft.cat([x, padding] if padding_side == "right" else [padding, x]))
    return ft.stack(padded, 0 if batch_first else 1)


def unpad_sequence(padded_sequences: Any, lengths: Any, batch_first: bool = False) -> list[Any]:
    """The sequences that :func:`pad_sequence` padded on the right.

    Args:
        padded_sequences: Tensor of shape (T, N, ...), or (N, T, ...) with ``batch_first``.
        lengths: the length of each sequence.
        batch_first: whether the sequences are along the first dimension.

    Returns:
        list of Tensors of shape (length, ...).

    Example:
        >>> from flambeau.nn.utils.rnn import unpad_sequence
        >>> [x.tolist() for x in unpad_sequence(ft.tensor([[1, 2], [3, 0]]), [2, 1], batch_first=True)]
        [[1, 2], [3]]
    """
    found = lengths.tolist() if isinstance(lengths, Tensor) else list(lengths)
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    if len(found) != len(rows):
        errors.value_error("unpad_sequence", "lengths", f"{len(rows)} of them, one a sequence", str(len(found)))
    return [row[:n] for row, n in zip(rows, found, strict=True)]


def pack_sequence(sequences: Iterable[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Tensors of several lengths, packed.

    Args:
        sequences: Tensors of shape (length, ...), all alike but for their lengths.
        enforce_sorted: whether they must come longest first.

    Returns:
        PackedSequence.

    Example:
        >>> from flambeau.nn.utils.rnn import pack_sequence
        >>> pack_sequence([ft.tensor([4]), ft.tensor([1, 2, 3])], enforce_sorted=False).data.tolist()
        [1, 4, 2, 3]
    """
    found = list(sequences)
    return pack_padded_sequence(pad_sequence(found), [len(x) for x in found], enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Any]:
    """The sequences that :func:`pack_sequence` packed.

    Args:
        packed_sequences: PackedSequence.

    Returns:
        list of Tensors of shape (length, ...).

    Example:
        >>> from flambeau.nn.utils.rnn import pack_sequence, unpack_sequence
        >>> [x.tolist() for x in unpack_sequence(pack_sequence([ft.tensor([1, 2]), ft.tensor([3])]))]
        [[1, 2], [3]]
    """
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
