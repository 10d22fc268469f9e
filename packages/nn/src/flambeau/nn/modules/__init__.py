"""The layers and losses of ``flambeau.nn``, one family a file."""

from .activation import ReLU as ReLU
from .container import Sequential as Sequential
from .convolution import Conv2d as Conv2d
from .dense import Linear as Linear
from .loss import CrossEntropyLoss as CrossEntropyLoss
from .loss import MSELoss as MSELoss
from .loss import NLLLoss as NLLLoss
from .noise import Dropout as Dropout
from .normalization import BatchNorm2d as BatchNorm2d
from .pooling import MaxPool2d as MaxPool2d
from .shape import Flatten as Flatten

__all__ = [
    "BatchNorm2d", "Conv2d", "CrossEntropyLoss", "Dropout", "Flatten", "Linear", "MSELoss", "MaxPool2d", "NLLLoss",
    "ReLU", "Sequential",
]  # fmt: skip
