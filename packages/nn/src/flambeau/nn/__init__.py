"""Layers, losses and the Module that holds them.

::

    Module ── holds Parameters, buffers, Modules; forward() calls one function of
    functional ── stateless functions, thin over the operators of flambeau.tensor
"""

from . import amp as amp
from . import functional as functional
from . import init as init
from . import modules
from . import utils as utils
from ._hooks import RemovableHandle as RemovableHandle
from .checkpoints import load_checkpoint as load_checkpoint
from .checkpoints import save_checkpoint as save_checkpoint
from .module import Module as Module
from .modules import *
from .parameter import Buffer as Buffer
from .parameter import Parameter as Parameter
from .parameter import UninitializedBuffer as UninitializedBuffer
from .parameter import UninitializedParameter as UninitializedParameter

__version__ = "0.1.0"

__all__ = [
    "Buffer", "Module", "Parameter", "RemovableHandle", "UninitializedBuffer", "UninitializedParameter", "amp",
    "functional", "init", "load_checkpoint", "save_checkpoint", "utils",
]  # fmt: skip
__all__ += modules.NAMES
