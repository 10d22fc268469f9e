"""Files of PyTorch: what their pickles may name, and the Tensors made from it.

What the names mean was read in PyTorch's sources (https://github.com/pytorch/pytorch: torch/_utils.py,
torch/_weights_only_unpickler.py, torch/storage.py, torch/serialization.py).
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _dtypes as t
from .._backends import device
from .._core.tensor import Tensor, from_numpy, strided_view
from . import _pickle
from ._pickle import Named, Refused, Stateful, hashable
from ._placement import Placement
from ._reader import check_view
from ._source import Source

STORAGES = {
    "Double": t.float64, "Float": t.float32, "Half": t.float16, "BFloat16": t.bfloat16, "Long": t.int64, "Int": t.int32,
    "Short": t.int16, "Char": t.int8, "Byte": t.uint8, "Bool": t.bool_, "ComplexDouble": t.complex128,
    "ComplexFloat": t.complex64,
}  # fmt: skip
DTYPES = t.by_name() | {
    "double": t.float64, "float": t.float32, "half": t.float16, "long": t.int64, "int": t.int32, "short": t.int16,
    "cdouble": t.complex128, "cfloat": t.complex64,
}  # fmt: skip
NUMPY_SCALARS = frozenset("b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split())


class StorageType:
    """A class of storages, such as torch.FloatStorage. An untyped one holds bytes."""

    def __init__(self, dtype: np.dtype, untyped: bool = False) -> None:
        self.dtype = dtype
        self.untyped = untyped


class Storage:
    """Flat memory that Tensors are views of."""

    def __init__(self, raw: np.ndarray, dtype: np.dtype, base: Tensor) -> None:
        self.raw = raw
        self.dtype = dtype
        self.base = base
        self.bools: bool | None = None

    def as_type(self, dtype: np.dtype) -> Storage:
        return Storage(self.raw, dtype, self.base)

    def check_bools(self) -> None:
        if self.bools is None:
            self.bools = self.raw.max(initial=0) <= 1
        if not self.bools:
            raise ValueError("bools that are neither 0 nor 1")


class NumpyType(Stateful):
    """A NumPy dtype on its way out of a pickle."""

    def __init__(self, code: Any, *_: Any) -> None:
        code = code.decode() if isinstance(code, bytes) else code
        if code not in NUMPY_SCALARS:
            raise ValueError(f"a NumPy scalar of type {code!r}"[:100])
        self.dtype = np.dtype(code)

    def set_state(self, state: Any) -> None:
        self.dtype = self.dtype.newbyteorder({"<": "<", ">": ">", "|": "="}[state[1]])

    def scalar(self, content: bytes) -> Any:
        content = content.encode("latin-1") if isinstance(content, str) else content
        (value,) = np.frombuffer(content, self.dtype)
        return self.dtype.newbyteorder("=").type(value)


def rebuilt(
    storage: Storage, offset: Any, size: Any, stride: Any, grad: Any = False, hooks: Any = None, bits: Any = None
) -> Tensor:
    """torch._utils._rebuild_tensor and _v2: a view of a storage. What autograd would keep is left out."""
    return view_of(storage, storage.dtype, offset, size, stride, bits)


def rebuilt_as(
    storage: Storage, offset: Any, size: Any, stride: Any, grad: Any, hooks: Any, dtype: Any, bits: Any = None
) -> Tensor:
    """torch._utils._rebuild_tensor_v3: the same of an untyped storage."""
    return view_of(storage, dtype, offset, size, stride, bits)


def view_of(storage: Storage, dtype: Any, offset: Any, size: Any, stride: Any, bits: Any) -> Tensor:
    if not isinstance(storage, Storage) or not isinstance(dtype, np.dtype):
        raise ValueError("a tensor of something else than a storage")
    if bits:
        raise Refused("plain memory", "a tensor whose conjugate or negative is stored")
    strides = [n * dtype.itemsize for n in stride]
    layout = dtype, tuple(size), tuple(strides), offset * dtype.itemsize
    check_view(*layout, storage.raw.nbytes)
    if dtype == t.bool_:
        storage.check_bools()
    return strided_view(storage.base, *layout)


def data_of(data: Any, *_: Any) -> Tensor:
    """A parameter is loaded as its data."""
    if not isinstance(data, Tensor):
        raise ValueError("a parameter without data")
    return data


def from_type(function: Any, kind: Any, arguments: Any, state: Any) -> Tensor:
    """A Tensor with attributes is loaded without them."""
    if not isinstance(function, Named) or not function.name.startswith("torch._utils._rebuild"):
        raise ValueError("a tensor made in an unknown way")
    return function.make(*arguments)


def encoded(content: str, encoding: str) -> bytes:
    if encoding not in ("latin1", "latin-1", "utf-8", "ascii"):
        raise ValueError(f"bytes in {encoding!r}"[:100])
    return content.encode(encoding)


def ordered(pairs: Any = ()) -> OrderedDict[Any, Any]:
    return OrderedDict((hashable(key), value) for key, value in pairs)


def counted(counts: Any = None) -> Counter[Any]:
    return Counter({hashable(key): value for key, value in (counts or {}).items()})


def numpy_scalar(kind: NumpyType, content: Any = b"") -> Any:
    return kind.scalar(content)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "collections.OrderedDict": ordered,
    "collections.Counter": counted,
    "builtins.set": lambda items=(): set(map(hashable, items)),
    "builtins.frozenset": lambda items=(): frozenset(map(hashable, items)),
    "builtins.complex": lambda real, imag: complex(float(real), float(imag)),
    "builtins.bytearray": lambda content=b"", encoding="latin1": bytearray(
        encoded(content, encoding) if isinstance(content, str) else bytes(memoryview(content))
    ),
    "_codecs.encode": encoded,
    "torch.Size": lambda sizes=(): tuple(sizes),
    "torch.device": lambda kind, index=None: device(kind, index),
    "torch._utils._rebuild_tensor": rebuilt,
    "torch._utils._rebuild_tensor_v2": rebuilt,
    "torch._utils._rebuild_tensor_v3": rebuilt_as,
    "torch._utils._rebuild_parameter": data_of,
    "torch._utils._rebuild_parameter_with_state": data_of,
    "torch._tensor._rebuild_from_type_v2": from_type,
    "numpy.dtype": NumpyType,
    "numpy.core.multiarray.scalar": numpy_scalar,
    "numpy._core.multiarray.scalar": numpy_scalar,
}
NAMES: dict[str, Any] = {name: Named(name, make) for name, make in _FUNCTIONS.items()}
NAMES |= {f"torch.{name}": dtype for name, dtype in DTYPES.items()} | {"torch.bool": t.bool_}
for _kind, _dtype in STORAGES.items():
    NAMES[f"torch.{_kind}Storage"] = NAMES[f"torch.cuda.{_kind}Storage"] = StorageType(_dtype)
NAMES["torch.storage.UntypedStorage"] = NAMES["torch.UntypedStorage"] = StorageType(t.uint8, untyped=True)
NAMES["torch.Tensor"] = NAMES["torch.nn.parameter.Parameter"] = Tensor  # only as an argument of _rebuild_from_type_v2


class StorageId:
    """The persistent id of a storage, taken apart and checked."""

    def __init__(self, pid: Any) -> None:
        if type(pid) is not tuple or len(pid) not in (5, 6) or pid[0] != "storage":
            raise Refused("storages as persistent ids", repr(pid)[:60] if type(pid) is str else type(pid).__name__)
        _, kind, key, location, count = pid[:5]
        if not isinstance(kind, StorageType):
            raise Refused("a class of storages", type(kind).__name__)
        if type(key) not in (str, int) or type(location) is not str or type(count) is not int or count < 0:
            raise ValueError("a storage without key, location and size")
        self.kind = kind
        self.key = str(key)
        self.location = location
        self.nbytes = count * kind.dtype.itemsize
        self.part = pid[5] if len(pid) == 6 else None


class Storages:
    """The storages of one file, each read once, when its first Tensor is met.

    Args:
        read: the bytes of a storage, given its id; raises FileCorrupt when there are none.
        swapped: whether their elements are in the other byte order.
    """

    def __init__(
        self, source: Source, place: Placement, read: Callable[[StorageId], np.ndarray], swapped: bool = False
    ) -> None:
        self.source = source
        self.place = place
        self.read = read
        self.swapped = swapped
        self.known: dict[str, Storage] = {}

    def __call__(self, pid: Any) -> Storage:
        wanted = StorageId(pid)
        found = self.known.get(wanted.key)
        if found is None:
            found = self.known[wanted.key] = self.made(wanted)
        elif found.raw.nbytes != wanted.nbytes:
            raise self.source.corrupt(f"{wanted.nbytes} bytes", str(found.raw.nbytes), wanted.key)
        if wanted.part is not None:
            raise Refused("whole storages", "a part of one", "load and save it once in a newer PyTorch")
        return found if found.dtype == wanted.kind.dtype else found.as_type(wanted.kind.dtype)

    def made(self, wanted: StorageId) -> Storage:
        raw = self.read(wanted)
        if self.swapped and wanted.kind.untyped:
            raise Refused("storages whose elements are known", "an untyped one in the other byte order")
        if self.swapped:
            raw.view(wanted.kind.dtype).byteswap(inplace=True)
        base = self.place(from_numpy(raw.view(wanted.kind.dtype)), wanted.location)
        return Storage(raw, wanted.kind.dtype, base)


def unpickled(stream: Any, source: Source, storages: Callable[[Any], Any], names: dict[str, Any]) -> Any:
    """The object that PyTorch pickled."""
    return _pickle.load(stream, source, names, storages)
