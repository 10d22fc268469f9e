"""Tables of how elements along one dimension are made of others: what `ops.resample` runs by."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Resampling"]


class Resampling:
    """Element i of the result is the sum of ``weights[i, k]`` times element ``starts[i] + k``, k below ``counts[i]``.

    Both ends of these windows never go back from one element to the next, so the opposite direction, that of gradients,
    has windows of the same kind.

    Args:
        size: how many elements there are.
        starts: the first element of each window.
        counts: the length of each window, 0 or more.
        weights: array of shape (windows, at least the greatest count).

    Example:
        >>> from flambeau.tensor._resampling import Resampling
        >>> halves = Resampling(3, [0, 1], [2, 2], [[0.5, 0.5], [0.5, 0.5]])
        >>> ft.ops.resample(ft.tensor([1.0, 2.0, 4.0]), (0,), (halves,)).tolist()
        [1.5, 3.0]
        >>> halves.transposed.counts.tolist()
        [1, 2, 1]
    """

    __slots__ = ("_transposed", "copies", "counts", "size", "starts", "weights")

    def __init__(self, size: int, starts: Any, counts: Any, weights: Any) -> None:
        self.size = size
        self.starts = np.ascontiguousarray(starts, np.int64)
        self.counts = np.ascontiguousarray(counts, np.int64)
        self.weights = np.ascontiguousarray(weights, np.float64)
        self._transposed: Resampling | None = None
        self.copies: dict[Any, Any] = {}  # on devices, as their kernels read it

    def __len__(self) -> int:
        return len(self.starts)

    def __repr__(self) -> str:
        return f"Resampling({self.size} to {len(self)})"

    @property
    def transposed(self) -> Resampling:
        """The windows that each element was in."""
        if self._transposed is None:
            first = np.searchsorted(self.starts + self.counts, np.arange(self.size), side="right")
            last = np.searchsorted(self.starts, np.arange(self.size), side="right")
            counts = np.maximum(last - first, 0)
            windows = first[:, None] + np.arange(counts.max(initial=0))
            inside = windows < last[:, None]
            windows = np.minimum(windows, max(len(self) - 1, 0))
            places = np.arange(self.size)[:, None] - self.starts[windows] if windows.size else windows
            inside &= places < self.counts[windows] if windows.size else inside
            weights = (
                np.where(inside, self.weights[windows, np.where(inside, places, 0)], 0) if windows.size else windows
            )
            self._transposed = Resampling(len(self), first, counts, weights)
            self._transposed._transposed = self
        return self._transposed
