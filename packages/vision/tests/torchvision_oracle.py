"""torchvision, where it can be imported: a second opinion."""

from functools import cache

import pytest


@cache
def torchvision():
    """The module; skips the test, and says why, where there is none."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    try:
        # its Python parts ask for two of its compiled operators, which do not load beside every build of torch
        library = torch.library.Library("torchvision", "DEF")
        _kept.append(library)
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    except RuntimeError:  # they did load, or this was done before
        pass
    pytest.importorskip("torchvision", reason="torchvision is not installed")
    import torchvision.transforms.v2.functional
    import torchvision.tv_tensors

    return torchvision


_kept = []  # definitions live as long as their library
