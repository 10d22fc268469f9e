"""Methods of Tensor about the memory behind it; what they need is loaded when first called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._composed import composed

if TYPE_CHECKING:
    from .._core.tensor import Tensor
    from .._storage import Storage


@composed(function=False)
def storage(self: Tensor) -> Storage:
    """The flat memory that this Tensor and all its views look into, as elements of this dtype.

    Raises:
        DeviceError: the Tensor is not on the CPU.

    Example:
        >>> len(ft.zeros(2, 3)[1].storage())
        6
    """
    from .. import _storage

    return _storage.storage(self)


@composed(function=False)
def untyped_storage(self: Tensor) -> Storage:
    """The same memory as bytes.

    Example:
        >>> len(ft.zeros(2, 3).untyped_storage())
        24
    """
    from .. import _storage

    return _storage.storage(self).untyped()


@composed(function=False)
def storage_offset(self: Tensor) -> int:
    """How many elements of its storage come before this Tensor's first one.

    Example:
        >>> ft.zeros(2, 3)[1].storage_offset()
        3
    """
    from .. import _storage

    return _storage.storage_offset(self)


@composed(function=False)
def share_memory_(self: Tensor) -> Tensor:
    """Move the elements to memory that other processes can map, in place; nothing happens where they are there already.

    Processes that are forked later see it, and those that the Tensor is sent to by :mod:`multiprocessing`. The memory
    has no name: nothing is left of it when the last process that uses it ends, however it ends.

    Returns:
        The Tensor itself.

    Raises:
        ValueError: views or NumPy arrays look into the memory, which would be left behind.
        DeviceError: the Tensor is not on the CPU.

    Example:
        >>> x = ft.zeros(3).share_memory_()
        >>> x.is_shared(), x[1:].is_shared()
        (True, True)
    """
    from .. import _storage

    _storage.share_memory(self)
    return self


@composed(function=False)
def is_shared(self: Tensor) -> bool:
    """Whether other processes can see the memory: see :meth:`share_memory_`.

    Example:
        >>> ft.zeros(3).is_shared()
        False
    """
    from .. import _storage

    return _storage.is_shared(self)


@composed(function=False)
def pin_memory(self: Tensor) -> Tensor:
    """The elements in page-locked memory, from which copies to a CUDA device are quicker; itself when it is there.

    Raises:
        DeviceError: there is no CUDA device, and so nothing that would be quicker.
    """
    from .. import _storage

    return _storage.pin_memory(self)


@composed(function=False)
def is_pinned(self: Tensor) -> bool:
    """Whether the memory is page-locked: see :meth:`pin_memory`.

    Example:
        >>> ft.zeros(3).is_pinned()
        False
    """
    from .. import _storage

    return _storage.is_pinned(self)
