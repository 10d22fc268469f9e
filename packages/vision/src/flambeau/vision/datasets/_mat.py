"""MATLAB's files, by way of SciPy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flambeau.tensor import errors

__all__ = ["load_mat"]


def load_mat(operation: str, path: Path) -> dict[str, Any]:
    """The variables of a MATLAB file, without dimensions of size 1.

    Raises:
        ImportError: No SciPy.
        FileCorrupt: Something else than a MATLAB file.
    """
    try:
        from scipy.io import loadmat  # type: ignore[import-untyped]  # it has no types
    except ImportError:
        fix = "pip install flambeau-vision[mat]"
        raise ImportError(errors.message(operation, None, f"SciPy, which reads {path.name}", "none", fix)) from None
    try:
        found: dict[str, Any] = loadmat(path, squeeze_me=True)
    except Exception as error:  # of many kinds, on a damaged file
        text = errors.message(operation, None, f"a MATLAB file {path}", f"{type(error).__name__}: {error}")
        raise errors.FileCorrupt(text) from error
    return found
