"""Frames of videos."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors

from . import _kinds

__all__ = ["get_num_frames", "uniform_temporal_subsample"]


def _check(operation: str, video: Any) -> None:
    if not isinstance(video, ft.Tensor):
        errors.type_error(operation, "video", "Tensor", type(video).__name__)
    if video.ndim < 4:
        errors.shape_error(operation, "video", "shape (..., T, C, H, W)", f"shape {tuple(video.shape)}")


def get_num_frames(video: Any) -> int:
    """The number of frames of a video of shape (..., T, C, H, W).

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.get_num_frames(ft.zeros(9, 3, 4, 4))
        9
    """
    _check("get_num_frames", video)
    return video.shape[-4]


def uniform_temporal_subsample(video: Any, num_samples: int) -> Any:
    """Some frames of a video, evenly from the first to the last.

    Args:
        video: The video.
        num_samples: How many frames; more than there are repeats some.

    Shape:
        - video: ``(..., T, C, H, W)``

    Returns:
        A new Tensor.

    Raises:
        TypeError: ``video`` not a Tensor.
        ShapeError: Another shape, or no frames.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.uniform_temporal_subsample(ft.arange(9).reshape(9, 1, 1, 1), 3).flatten().tolist()
        [0, 4, 8]
    """
    _check("uniform_temporal_subsample", video)
    frames = video.shape[-4]
    if frames == 0:
        errors.shape_error("uniform_temporal_subsample", "video", "frames", f"shape {tuple(video.shape)}")
    chosen = np.linspace(0, frames - 1, num_samples).astype(np.int64)

    def picked(kind: _kinds.Kind, x: ft.Tensor) -> ft.Tensor:
        return x.index_select(-4, ft.tensor(chosen, device=x.device))

    return _kinds.apply("uniform_temporal_subsample", video, picked, "video")
