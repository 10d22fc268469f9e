"""torchvision, where it can be imported: a second opinion."""

import sys
from functools import cache

import pytest


@cache
def torchvision():
    """The module; skips the test, or the module at whose top it is called, and says why, where there is none."""
    torch = pytest.importorskip("torch", reason="torch is an oracle: pip install torch")
    try:
        pytest.importorskip("torchvision", reason="torchvision is an oracle: pip install torchvision")
    except RuntimeError:
        # Built for CUDA, as PyPI has it, it has no compiled operators beside a torch for the CPU. Nothing here needs
        # them, but its import wants to know the signatures of two.
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "DEF")
        _kept.append(library)
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision.transforms.v2.functional
    import torchvision.tv_tensors

    return torchvision


_kept = []  # definitions live as long as their library
