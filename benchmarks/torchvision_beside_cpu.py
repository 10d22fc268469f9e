"""torchvision, of which PyPI has only the build for CUDA, beside a torch for the CPU.

Its compiled operators are missing then, and its import asks for their signatures; its models need none of them.
"""


def torchvision():
    """The module, or ModuleNotFoundError where it is not installed."""
    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        if not hasattr(torch.ops.torchvision, operator):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision

    torchvision.declared = library  # the declarations last as long as this does
    return torchvision
