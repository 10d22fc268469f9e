"""Image models, with parameter names equal to torchvision's, so that its published weights load.

::

    resnet18(weights="DEFAULT") ── Builder ── ResNet, and its Weights from published/resnet.json

A file is a family of architectures. A new one is such a file, and its published weights, if any, are a file of the
same name in ``published``.
"""

try:
    import flambeau.nn  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "flambeau.vision.models: expected the package flambeau-nn, got none; pip install 'flambeau-vision[models]'"
    ) from error

import importlib as _importlib
import pkgutil as _pkgutil

from ._builder import Builder as Builder
from ._builder import get_model as get_model
from ._builder import get_weights as get_weights
from ._builder import list_models as list_models
from ._features import create_feature_extractor as create_feature_extractor
from ._features import get_graph_node_names as get_graph_node_names
from ._weights import Weights as Weights

__all__ = ["Builder", "Weights", "create_feature_extractor", "get_graph_node_names", "get_model", "get_weights"]
__all__ += ["list_models"]

ALL: list[str] = []  # the names of all builders
for _module in _pkgutil.iter_modules(__path__):
    if not _module.name.startswith("_"):
        _family = _importlib.import_module(f"{__name__}.{_module.name}")
        for _name in _family.__all__:
            globals()[_name] = getattr(_family, _name)
            __all__.append(_name)
            if isinstance(globals()[_name], Builder):
                ALL.append(_name)
ALL.sort()
