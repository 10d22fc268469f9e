"""The dtypes, which are NumPy's own, and the names of typed tensors."""

from __future__ import annotations

import numpy as np

bool_ = np.dtype(np.bool_)
uint8 = np.dtype(np.uint8)
uint16 = np.dtype(np.uint16)
uint32 = np.dtype(np.uint32)
uint64 = np.dtype(np.uint64)
int8 = np.dtype(np.int8)
int16 = np.dtype(np.int16)
int32 = np.dtype(np.int32)
int64 = np.dtype(np.int64)
float16 = np.dtype(np.float16)
bfloat16: np.dtype  # from ml_dtypes, which takes time to import: see __getattr__
float32 = np.dtype(np.float32)
float64 = np.dtype(np.float64)
complex64 = np.dtype(np.complex64)
complex128 = np.dtype(np.complex128)

TENSOR_TYPES = {
    "bool": "BoolTensor",
    "uint8": "ByteTensor",
    "uint16": "UInt16Tensor",
    "uint32": "UInt32Tensor",
    "uint64": "UInt64Tensor",
    "int8": "CharTensor",
    "int16": "ShortTensor",
    "int32": "IntTensor",
    "int64": "LongTensor",
    "float16": "HalfTensor",
    "bfloat16": "BFloat16Tensor",
    "float32": "FloatTensor",
    "float64": "DoubleTensor",
    "complex64": "ComplexFloatTensor",
    "complex128": "ComplexDoubleTensor",
}


def by_name() -> dict[str, np.dtype]:
    """Every dtype by its name."""
    return {name: bfloat16_dtype() if name == "bfloat16" else np.dtype(name) for name in TENSOR_TYPES}


def bfloat16_dtype() -> np.dtype:
    from ._core.tensor import as_dtype

    return as_dtype("bfloat16", "bfloat16")


def __getattr__(name: str) -> np.dtype:
    if name == "bfloat16":
        return globals().setdefault(name, bfloat16_dtype())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
