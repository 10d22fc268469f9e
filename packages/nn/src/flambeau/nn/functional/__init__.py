"""Stateless functions of layers and losses, thin over the operators of ``flambeau.tensor``.

>>> import flambeau.nn.functional as F
>>> F.relu(ft.tensor([-1.0, 2.0])).tolist()
[0.0, 2.0]
"""

from .activation import log_softmax as log_softmax
from .activation import relu as relu
from .activation import softmax as softmax
from .convolution import conv2d as conv2d
from .dense import linear as linear
from .loss import cross_entropy as cross_entropy
from .loss import mse_loss as mse_loss
from .loss import nll_loss as nll_loss
from .noise import dropout as dropout
from .normalization import batch_norm as batch_norm
from .pooling import max_pool2d as max_pool2d

__all__ = [
    "batch_norm", "conv2d", "cross_entropy", "dropout", "linear", "log_softmax", "max_pool2d", "mse_loss", "nll_loss",
    "relu", "softmax",
]  # fmt: skip
