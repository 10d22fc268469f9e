"""The layers and losses of ``flambeau.nn``, one family a file."""

from .activation import CELU as CELU
from .activation import ELU as ELU
from .activation import GELU as GELU
from .activation import SELU as SELU
from .activation import LogSigmoid as LogSigmoid
from .activation import LogSoftmax as LogSoftmax
from .activation import Mish as Mish
from .activation import ReLU as ReLU
from .activation import Sigmoid as Sigmoid
from .activation import SiLU as SiLU
from .activation import Softmax as Softmax
from .activation import Softplus as Softplus
from .activation import Softsign as Softsign
from .activation import Tanh as Tanh
from .activation import Tanhshrink as Tanhshrink
from .attention import MultiheadAttention as MultiheadAttention
from .container import Sequential as Sequential
from .convolution import Conv2d as Conv2d
from .dense import Linear as Linear
from .loss import CrossEntropyLoss as CrossEntropyLoss
from .loss import MSELoss as MSELoss
from .loss import NLLLoss as NLLLoss
from .noise import Dropout as Dropout
from .normalization import BatchNorm2d as BatchNorm2d
from .piecewise import Hardshrink as Hardshrink
from .piecewise import Hardsigmoid as Hardsigmoid
from .piecewise import Hardswish as Hardswish
from .piecewise import Hardtanh as Hardtanh
from .piecewise import LeakyReLU as LeakyReLU
from .piecewise import ReLU6 as ReLU6
from .piecewise import Softshrink as Softshrink
from .piecewise import Threshold as Threshold
from .pooling import MaxPool2d as MaxPool2d
from .recurrent import GRU as GRU
from .recurrent import LSTM as LSTM
from .recurrent import RNN as RNN
from .recurrent import RNNBase as RNNBase
from .recurrent_cells import GRUCell as GRUCell
from .recurrent_cells import LSTMCell as LSTMCell
from .recurrent_cells import RNNCell as RNNCell
from .recurrent_cells import RNNCellBase as RNNCellBase
from .shape import Flatten as Flatten

__all__ = [
    "CELU", "ELU", "GELU", "GRU", "LSTM", "RNN", "SELU", "BatchNorm2d", "Conv2d", "CrossEntropyLoss", "Dropout",
    "Flatten", "GRUCell", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "LSTMCell", "LeakyReLU", "Linear",
    "LogSigmoid", "LogSoftmax", "MSELoss", "MaxPool2d", "Mish", "MultiheadAttention", "NLLLoss", "RNNBase", "RNNCell",
    "RNNCellBase", "ReLU", "ReLU6", "Sequential", "SiLU", "Sigmoid", "Softmax", "Softplus", "Softshrink", "Softsign",
    "Tanh", "Tanhshrink", "Threshold",
]  # fmt: skip
