"""Layers, losses and the Module that holds them.

::

    Module ── holds Parameters, buffers, Modules; forward() calls one function of
    functional ── stateless functions, thin over the operators of flambeau.tensor
"""

from . import functional as functional
from . import init as init
from ._hooks import RemovableHandle as RemovableHandle
from .module import Module as Module
from .modules import BatchNorm2d as BatchNorm2d
from .modules import Conv2d as Conv2d
from .modules import CrossEntropyLoss as CrossEntropyLoss
from .modules import Dropout as Dropout
from .modules import Flatten as Flatten
from .modules import Linear as Linear
from .modules import MaxPool2d as MaxPool2d
from .modules import MSELoss as MSELoss
from .modules import NLLLoss as NLLLoss
from .modules import ReLU as ReLU
from .modules import Sequential as Sequential
from .parameter import Parameter as Parameter

__version__ = "0.1.0"

__all__ = [
    "BatchNorm2d", "Conv2d", "CrossEntropyLoss", "Dropout", "Flatten", "Linear", "MSELoss", "MaxPool2d", "Module",
    "NLLLoss", "Parameter", "ReLU", "RemovableHandle", "Sequential", "functional", "init",
]  # fmt: skip
