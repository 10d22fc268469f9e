"""The layers, one family a file."""

from .activation import ReLU
from .container import Sequential
from .convolution import Conv2d
from .dropout import Dropout
from .flatten import Flatten
from .linear import Linear
from .loss import CrossEntropyLoss, MSELoss, NLLLoss
from .normalization import BatchNorm2d
from .pooling import MaxPool2d

__all__ = [
    "BatchNorm2d", "Conv2d", "CrossEntropyLoss", "Dropout", "Flatten", "Linear", "MSELoss", "MaxPool2d", "NLLLoss",
    "ReLU", "Sequential",
]  # fmt: skip
