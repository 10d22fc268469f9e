"""NVIDIA's libraries, loaded from where their wheels, or the system, have them."""

from __future__ import annotations

import ctypes
import functools


@functools.cache
def loaded(name: str) -> ctypes.CDLL:
    """A library by its name without ``lib``: ``"cublas"``."""
    from cuda import pathfinder

    return ctypes.CDLL(pathfinder.load_nvidia_dynamic_lib(name).abs_path)
