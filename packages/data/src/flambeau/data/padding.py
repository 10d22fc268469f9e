"""Samples of different sizes in one batch: made equal at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors

from ._check import check_flag, check_positive_int
from ._describe import shape_and_dtype
from .collate import Place, collated, memory

__all__ = ["PadCollate", "pad_stack"]


def pad_stack(arrays: Sequence[Any], value: complex = 0, *, multiple_of: int = 1) -> ft.Tensor:
    """Tensors or NumPy arrays of different sizes as one Tensor, each filled up at the end of every dimension.

    Args:
        arrays: At least one, all of the same number of dimensions.
        value: What to fill up with.
        multiple_of: Round each size up to a multiple of this.

    Returns:
        Tensor of shape ``(len(arrays), *sizes)``, where each size is the greatest among the arrays.

    Raises:
        ShapeError: Arrays of different numbers of dimensions.
        ValueError: No arrays.

    Example:
        >>> from flambeau.data import pad_stack
        >>> pad_stack([ft.tensor([1, 2, 3]), ft.tensor([4])], value=-1).tolist()
        [[1, 2, 3], [4, -1, -1]]
    """
    check_positive_int("pad_stack", "multiple_of", multiple_of)
    plain = [array.numpy() if isinstance(array, ft.Tensor) else np.asarray(array) for array in arrays]
    if not plain:
        errors.value_error("pad_stack", "arrays", "at least one Tensor or array", "none")
    if len({array.ndim for array in plain}) > 1:
        got = " and ".join(map(str, dict.fromkeys(array.shape for array in plain)))
        errors.shape_error("pad_stack", "arrays", "arrays of one number of dimensions", f"shapes {got}")
    sizes = [-(-max(size) // multiple_of) * multiple_of for size in zip(*(a.shape for a in plain), strict=True)]
    shape, dtype = (len(plain), *sizes), np.result_type(*{array.dtype for array in plain})
    out = None if memory.allocate is None else memory.allocate(shape, dtype)
    if out is None:
        out = np.empty(shape, dtype)
    out.fill(value)
    for i, array in enumerate(plain):
        where: tuple[Any, ...] = (i, *map(slice, array.shape))
        out[where] = array
    return ft.from_numpy(out)


class PadCollate:
    """A ``collate_fn``: :func:`default_collate`, but arrays of different sizes are padded with :func:`pad_stack`.

    Args:
        value: What to fill up with.
        lengths: Give ``[padded, lengths]`` in the place of each array that has dimensions: ``lengths`` is an int64
            Tensor of the sizes of their first dimension.
        multiple_of: Round each size up to a multiple of this.

    Example:
        >>> from flambeau.data import DataLoader, PadCollate
        >>> sentences = [(ft.tensor([5, 2, 7]), 0), (ft.tensor([3]), 1)]
        >>> for (words, lengths), labels in DataLoader(sentences, 2, collate_fn=PadCollate(lengths=True)):
        ...     print(words.tolist(), lengths.tolist(), labels.tolist())
        [[5, 2, 7], [3, 0, 0]] [3, 1] [0, 1]
    """

    def __init__(self, value: complex = 0, lengths: bool = False, multiple_of: int = 1):
        check_flag("PadCollate", "lengths", lengths)
        check_positive_int("PadCollate", "multiple_of", multiple_of)
        self.value = value
        self.lengths = lengths
        self.multiple_of = multiple_of

    def __call__(self, samples: Sequence[Any], *, indices: Sequence[Any] | None = None) -> Any:
        return collated(samples, Place("sample", indices, self._stacked))

    def _stacked(self, samples: list[Any], place: Place) -> Any:
        if len({len(sample.shape) for sample in samples}) > 1:
            got = place.groups([shape_and_dtype(sample) for sample in samples])
            expected = f"arrays of one number of dimensions at {place.path}"
            errors.shape_error("PadCollate", "samples", expected, got)
        padded = pad_stack(samples, self.value, multiple_of=self.multiple_of)
        if self.lengths and len(samples[0].shape):
            return [padded, ft.tensor([sample.shape[0] for sample in samples])]
        return padded
