"""Image models, with parameter names equal to torchvision's, so that its published weights load.

::

    resnet18(weights="DEFAULT") ── Builder ── ResNet, and its Weights from published/resnet.json

A file is a family of architectures, found by being there. A new one is such a file, a line below for type checkers, and
for its published weights, if any, a file of the same name in ``published``.
"""

try:
    import flambeau.nn  # noqa: F401  (whether it is there is what is asked)
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "flambeau.vision.models: expected the package flambeau-nn, got none; pip install 'flambeau-vision[models]'"
    ) from error

import importlib as _importlib
import pkgutil as _pkgutil
from typing import TYPE_CHECKING as _TYPE_CHECKING

from ._builder import Builder as Builder
from ._builder import get_model as get_model
from ._builder import get_weights as get_weights
from ._builder import list_models as list_models
from ._features import create_feature_extractor as create_feature_extractor
from ._features import get_graph_node_names as get_graph_node_names
from ._weights import Weights as Weights

if _TYPE_CHECKING:
    from .alexnet import *
    from .convnext import *
    from .densenet import *
    from .efficientnet import *
    from .googlenet import *
    from .inception import *
    from .mnasnet import *
    from .mobilenet_v2 import *
    from .mobilenet_v3 import *
    from .regnet import *
    from .resnet import *
    from .shufflenet_v2 import *
    from .squeezenet import *
    from .swin import *
    from .vgg import *
    from .vit import *

__all__ = ["Builder", "Weights", "create_feature_extractor", "get_graph_node_names", "get_model", "get_weights"]
__all__ += ["list_models"]

FAMILIES = [
    _importlib.import_module(f"{__name__}.{_module.name}")
    for _module in _pkgutil.iter_modules(__path__)
    if not _module.name.startswith("_")
]
for _family in FAMILIES:
    globals().update({_name: getattr(_family, _name) for _name in _family.__all__})
    __all__ += _family.__all__
ALL = sorted(_name for _name in __all__ if isinstance(globals()[_name], Builder))  # the names of all builders
