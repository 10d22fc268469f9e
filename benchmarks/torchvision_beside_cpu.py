"""torchvision, of which PyPI has only the build for CUDA, beside a torch for the CPU.

Its compiled operators are missing then, and its import asks for their signatures; its models and transforms need none
of them.
"""

import sys
from functools import cache


@cache
def torchvision():
    """The module, or ModuleNotFoundError where it is not installed."""
    import torch

    try:
        import torchvision
    except RuntimeError:
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "DEF")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision

        torchvision.declared = library  # the declarations last as long as this does
    return torchvision
