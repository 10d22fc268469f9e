"""Stateless functions of layers and losses, thin over the operators of ``flambeau.tensor``.

>>> import flambeau.nn.functional as F
>>> F.relu(ft.tensor([-1.0, 2.0])).tolist()
[0.0, 2.0]
"""

from .activation import celu as celu
from .activation import elu as elu
from .activation import gelu as gelu
from .activation import log_softmax as log_softmax
from .activation import logsigmoid as logsigmoid
from .activation import mish as mish
from .activation import relu as relu
from .activation import selu as selu
from .activation import sigmoid as sigmoid
from .activation import silu as silu
from .activation import softmax as softmax
from .activation import softplus as softplus
from .activation import softsign as softsign
from .activation import tanh as tanh
from .activation import tanhshrink as tanhshrink
from .attention import multi_head_attention_forward as multi_head_attention_forward
from .attention import scaled_dot_product_attention as scaled_dot_product_attention
from .convolution import conv2d as conv2d
from .dense import linear as linear
from .loss import cross_entropy as cross_entropy
from .loss import mse_loss as mse_loss
from .loss import nll_loss as nll_loss
from .noise import dropout as dropout
from .normalization import batch_norm as batch_norm
from .piecewise import hardshrink as hardshrink
from .piecewise import hardsigmoid as hardsigmoid
from .piecewise import hardswish as hardswish
from .piecewise import hardtanh as hardtanh
from .piecewise import leaky_relu as leaky_relu
from .piecewise import relu6 as relu6
from .piecewise import softshrink as softshrink
from .piecewise import threshold as threshold
from .pooling import max_pool2d as max_pool2d

__all__ = [
    "batch_norm", "celu", "conv2d", "cross_entropy", "dropout", "elu", "gelu", "hardshrink", "hardsigmoid",
    "hardswish", "hardtanh", "leaky_relu", "linear", "log_softmax", "logsigmoid", "max_pool2d", "mish", "mse_loss",
    "multi_head_attention_forward", "nll_loss", "relu", "relu6", "scaled_dot_product_attention", "selu", "sigmoid",
    "silu", "softmax", "softplus", "softshrink", "softsign", "tanh", "tanhshrink", "threshold",
]  # fmt: skip
