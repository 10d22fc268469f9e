"""What the layers compute, as functions without state, thin over the operators of ``flambeau.tensor``."""

from .activation import log_softmax, relu, softmax
from .convolution import conv2d
from .dropout import dropout
from .linear import linear
from .loss import cross_entropy, mse_loss, nll_loss
from .normalization import batch_norm
from .pooling import max_pool2d

__all__ = [
    "batch_norm", "conv2d", "cross_entropy", "dropout", "linear", "log_softmax", "max_pool2d", "mse_loss", "nll_loss",
    "relu", "softmax",
]  # fmt: skip
