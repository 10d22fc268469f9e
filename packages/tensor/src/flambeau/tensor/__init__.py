"""n-dimensional arrays in the manner of NumPy, with PyTorch's names, on the CPU and on CUDA GPUs.

>>> import flambeau.tensor as ft
>>> x = ft.arange(6).reshape(2, 3)
>>> (x * 10).sum(dim=0).tolist()
[30, 50, 70]
"""

from numpy import dtype, e, inf, nan, newaxis, pi

from . import (
    _cpu,  # noqa: F401  (makes the records and gives them their compiled kernels)
    cuda,
    errors,
    ops,
    random,
)
from ._abi import ABI
from ._backends import Backend, Device, device, register_backend
from ._core.tensor import Operator, Tensor, promote_types
from ._creation import as_tensor, from_numpy, is_tensor, tensor
from ._defaults import get_default_device, get_default_dtype, set_default_device, set_default_dtype
from ._dtypes import (
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
from ._exactness import get_exact_convolution, set_exact_convolution
from ._exchange import from_dlpack
from ._expression import Expression, pointwise
from ._files import load, save, verify
from ._memory import MemoryStats, empty_cache, memory_stats, reset_peak_memory_stats, set_cache_limit
from ._memory_format import MemoryFormat, channels_last, channels_last_3d, contiguous_format
from ._methods.conversion import SHORT_FORMS as _SHORT_FORMS
from ._observe import observe
from ._printing import get_printoptions, set_printoptions
from ._public import load as _load
from ._public import publish as _publish
from ._threads import get_num_threads, set_num_threads
from .errors import DeviceError, DTypeError, FileCorrupt, ShapeError
from .random import (
    Generator,
    default_generator,
    fork_rng,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)

__version__ = "0.1.0"

__all__ = [
    "ABI",
    "Backend",
    "DTypeError",
    "Device",
    "DeviceError",
    "Expression",
    "FileCorrupt",
    "Generator",
    "MemoryFormat",
    "MemoryStats",
    "Operator",
    "ShapeError",
    "Tensor",
    "as_tensor",
    "bfloat16",
    "bool_",
    "channels_last",
    "channels_last_3d",
    "complex64",
    "complex128",
    "contiguous_format",
    "cuda",
    "default_generator",
    "device",
    "dtype",
    "e",
    "empty_cache",
    "errors",
    "finfo",
    "float16",
    "float32",
    "float64",
    "fork_rng",
    "from_dlpack",
    "from_numpy",
    "get_default_device",
    "get_default_dtype",
    "get_exact_convolution",
    "get_num_threads",
    "get_printoptions",
    "get_rng_state",
    "iinfo",
    "inf",
    "initial_seed",
    "int8",
    "int16",
    "int32",
    "int64",
    "is_tensor",
    "load",
    "manual_seed",
    "memory_stats",
    "nan",
    "newaxis",
    "observe",
    "ops",
    "pi",
    "pointwise",
    "promote_types",
    "random",
    "register_backend",
    "reset_peak_memory_stats",
    "save",
    "seed",
    "set_cache_limit",
    "set_default_device",
    "set_default_dtype",
    "set_exact_convolution",
    "set_num_threads",
    "set_printoptions",
    "set_rng_state",
    "tensor",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "verify",
]  # fmt: skip

_publish(globals(), __all__)

# What is loaded when first used, as importing it takes time: namespaces, and names with the modules that declare them.
_LAZY = ("array_api", "fft", "linalg", "special")
_LATER = {"bfloat16": "_dtypes", "finfo": "_limits", "iinfo": "_limits"}


def __getattr__(name: str):
    if name in _LAZY:
        from importlib import import_module

        return import_module(f"{__name__}.{name}")
    if name in _LATER:
        from importlib import import_module

        return globals().setdefault(name, getattr(import_module(f"{__name__}.{_LATER[name]}"), name))
    if name in _SHORT_FORMS:  # most are Python's names of other things: not for ``import *``
        return dtype(_SHORT_FORMS[name])
    if name.endswith("Tensor"):  # FloatTensor and its like: made when first asked for
        from ._typed import TYPES

        if ("cpu", name) in TYPES:
            return globals().setdefault(name, TYPES["cpu", name])
    if _load(name):
        return globals()[name]
    from ._hints import of_function

    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{of_function(name)}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_LAZY})
