"""Transforms of videos."""

from __future__ import annotations

from typing import Any

from flambeau.tensor import errors

from . import functional as F
from ._transform import Transform

__all__ = ["UniformTemporalSubsample"]


class UniformTemporalSubsample(Transform):
    """Some frames of a video, evenly from the first to the last.

    Args:
        num_samples: How many.

    Raises:
        ValueError: No frames.

    Example:
        >>> from flambeau.vision.transforms import UniformTemporalSubsample
        >>> UniformTemporalSubsample(3)(ft.zeros(9, 3, 4, 4)).shape
        (3, 3, 4, 4)
    """

    def __init__(self, num_samples: int):
        if not isinstance(num_samples, int) or num_samples < 1:
            errors.value_error("UniformTemporalSubsample", "num_samples", "a positive int", repr(num_samples))
        self.num_samples = num_samples

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.uniform_temporal_subsample(inpt, self.num_samples)
