"""Layers, losses and the Module that holds them.

::

    Module ── holds Parameters, buffers, Modules; forward() calls one function of
    functional ── stateless functions, thin over the operators of flambeau.tensor
"""

from . import functional as functional
from . import init as init
from . import utils as utils
from ._hooks import RemovableHandle as RemovableHandle
from .module import Module as Module
from .modules import CELU as CELU
from .modules import ELU as ELU
from .modules import GELU as GELU
from .modules import GRU as GRU
from .modules import LSTM as LSTM
from .modules import RNN as RNN
from .modules import SELU as SELU
from .modules import BatchNorm2d as BatchNorm2d
from .modules import Conv2d as Conv2d
from .modules import CrossEntropyLoss as CrossEntropyLoss
from .modules import Dropout as Dropout
from .modules import Flatten as Flatten
from .modules import GRUCell as GRUCell
from .modules import Hardshrink as Hardshrink
from .modules import Hardsigmoid as Hardsigmoid
from .modules import Hardswish as Hardswish
from .modules import Hardtanh as Hardtanh
from .modules import LeakyReLU as LeakyReLU
from .modules import Linear as Linear
from .modules import LogSigmoid as LogSigmoid
from .modules import LogSoftmax as LogSoftmax
from .modules import LSTMCell as LSTMCell
from .modules import MaxPool2d as MaxPool2d
from .modules import Mish as Mish
from .modules import MSELoss as MSELoss
from .modules import MultiheadAttention as MultiheadAttention
from .modules import NLLLoss as NLLLoss
from .modules import ReLU as ReLU
from .modules import ReLU6 as ReLU6
from .modules import RNNBase as RNNBase
from .modules import RNNCell as RNNCell
from .modules import RNNCellBase as RNNCellBase
from .modules import Sequential as Sequential
from .modules import Sigmoid as Sigmoid
from .modules import SiLU as SiLU
from .modules import Softmax as Softmax
from .modules import Softplus as Softplus
from .modules import Softshrink as Softshrink
from .modules import Softsign as Softsign
from .modules import Tanh as Tanh
from .modules import Tanhshrink as Tanhshrink
from .modules import Threshold as Threshold
from .parameter import Parameter as Parameter

__version__ = "0.1.0"

__all__ = [
    "CELU", "ELU", "GELU", "GRU", "LSTM", "RNN", "SELU", "BatchNorm2d", "Conv2d", "CrossEntropyLoss", "Dropout",
    "Flatten", "GRUCell", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "LSTMCell", "LeakyReLU", "Linear",
    "LogSigmoid", "LogSoftmax", "MSELoss", "MaxPool2d", "Mish", "Module", "MultiheadAttention", "NLLLoss", "Parameter",
    "RNNBase", "RNNCell", "RNNCellBase", "ReLU", "ReLU6", "RemovableHandle", "Sequential", "SiLU", "Sigmoid",
    "Softmax", "Softplus", "Softshrink", "Softsign", "Tanh", "Tanhshrink", "Threshold", "functional", "init", "utils",
]  # fmt: skip
