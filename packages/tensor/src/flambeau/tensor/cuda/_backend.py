"""The ``cuda`` backend. Imported when there is a device to compute on."""

from __future__ import annotations

from types import ModuleType

import cupy
from cupy.cuda import runtime

from .. import _cuda
from .._backends import Backend, register_backend
from .._cuda import _faults, _launch, _quick
from .._cuda._runtime import Runtime
from .._cuda.pointwise import quick_way
from . import check_index
from ._devices import Current
from ._memory import use_allocator
from ._transfers import to_device, to_host, transfer

_get_device = runtime.getDevice


def on(index: int | None) -> Current | None:
    """The context in which a device is the current one; None where it is already."""
    if index is None or index == _get_device():
        return None
    check_index(index, "device")
    return Current(index)


def _namespace() -> ModuleType:
    """CuPy's functions, of which ``empty`` is the array type itself: all that CuPy's own does is to call it.

    Its name stays CuPy's, by which kernels know that they run on a GPU.
    """
    xp = ModuleType("cupy")
    vars(xp).update(vars(cupy), empty=cupy.ndarray)
    return xp


def register() -> None:
    """Make CUDA devices usable."""
    use_allocator()
    _launch.use(Runtime())
    only = runtime.getDeviceCount() == 1
    register_backend(
        Backend(
            name="cuda",
            array_type=cupy.ndarray,
            xp=_namespace(),
            asarray=to_device,
            asnumpy=to_host,
            device_index=(lambda array: 0) if only else (lambda array: array.data.device_id),
            kernels=_cuda.kernels(),
            on=on,
            watch=_faults.watch,
            transfer=transfer,
        )
    )
    _quick.use(quick_way(cupy.ndarray, cupy.ndarray))
