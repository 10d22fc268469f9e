"""n-dimensional arrays in the manner of NumPy, with PyTorch's names, on the CPU and on CUDA GPUs.

>>> import flambeau.tensor as ft
>>> x = ft.arange(6).reshape(2, 3)
>>> (x * 10).sum(dim=0).tolist()
[30, 50, 70]
"""

from . import _reference  # noqa: F401, I001  (declares the operators; the records below are made from it)
from . import cuda, errors, ops, random
from ._abi import ABI
from ._backends import Backend, Device, device, register_backend
from ._composed import COMPOSED, CONVERSIONS
from ._conversion import METHODS
from ._core.functions import PUBLIC
from ._core.tensor import Operator, Tensor, install_method, promote_types
from ._creation import as_tensor, from_numpy, is_tensor, tensor
from ._dtypes import (
    bfloat16,
    bool_,
    complex64,
    complex128,
    float16,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
)
from ._files import load, save
from ._observe import observe
from .errors import DeviceError, DTypeError, FileCorrupt, ShapeError
from .random import Generator, default_generator, manual_seed

__version__ = "0.1.0"

__all__ = [
    "ABI", "Backend", "DTypeError", "Device", "DeviceError", "FileCorrupt", "Generator", "Operator", "ShapeError",
    "Tensor", "as_tensor", "bfloat16", "bool_", "complex64", "complex128", "cuda", "default_generator", "device",
    "errors", "float16", "float32", "float64", "from_numpy", "int8", "int16", "int32", "int64", "is_tensor", "load",
    "manual_seed", "observe", "ops", "promote_types", "random", "register_backend", "save", "tensor", "uint8",
    "uint16", "uint32", "uint64",
]  # fmt: skip


def _publish() -> None:
    """Put the generated and the composed functions where users find them: here, and on Tensor as methods."""
    for name, function, is_function, is_method in PUBLIC:
        if is_function:
            globals()[name] = function
            __all__.append(name)
        if is_method:
            install_method(name, function)
    for function, is_method in COMPOSED:
        globals()[function.__name__] = function
        __all__.append(function.__name__)
        if is_method:
            install_method(function.__name__, function)
    for function in (*METHODS, *CONVERSIONS):
        install_method(function.__name__, function)
    install_method("T", property(_transposed))


def _transposed(x: Tensor) -> Tensor:
    """The Tensor with its dimensions in reverse order."""
    return ops.permute(x, tuple(reversed(range(x.ndim))))


_publish()
del _publish, COMPOSED, CONVERSIONS, METHODS, PUBLIC, install_method
