"""Layers, losses and the Module that holds them.

::

    Module ── holds Parameters, buffers, Modules; forward() calls one function of
    functional ── stateless functions, thin over the operators of flambeau.tensor
"""

from . import functional as functional
from . import init as init
from . import modules
from . import utils as utils
from ._hooks import RemovableHandle as RemovableHandle
from .module import Module as Module
from .modules import *
from .parameter import Parameter as Parameter

__version__ = "0.1.0"

__all__ = ["Module", "Parameter", "RemovableHandle", "functional", "init", "utils"]
__all__ += modules.NAMES
