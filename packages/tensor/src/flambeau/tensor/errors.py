"""The errors flambeau raises, and the one way their messages are written.

Every message says operation, argument, what was expected, what was given, and a fix where one is known::

    matmul(): argument 'other': expected first dimension 3 to match input's last, got shape (4, 5)

::

    ValueError
    └── ShapeError      shapes that do not fit together
    TypeError
    └── DTypeError      a dtype the operation does not take
    RuntimeError
    ├── DeviceError     tensors on different devices, or a device that is not there
    ├── LinAlgError     a matrix without the inverse or the factors asked for
    ├── FileCorrupt     a saved file that is torn, truncated or altered
    └── OutOfMemoryError    a CUDA device has no memory left; a MemoryError too
"""

from __future__ import annotations

from typing import NoReturn

__all__ = ["DTypeError", "DeviceError", "FileCorrupt", "LinAlgError", "OutOfMemoryError", "ShapeError"]


class ShapeError(ValueError):
    """Shapes that do not fit together."""


class DTypeError(TypeError):
    """A dtype the operation does not take."""


class DeviceError(RuntimeError):
    """Tensors on different devices, or a device that is not available."""


class LinAlgError(RuntimeError):
    """A matrix without the inverse or the factors asked for."""


class FileCorrupt(RuntimeError):
    """A saved file that is torn, truncated or altered."""


class OutOfMemoryError(RuntimeError, MemoryError):
    """A CUDA device has no memory left for what was asked.

    Args:
        index: of the device.
        requested: the bytes that were asked for.
        free: the bytes that the device has free.
        pooled: the bytes that this process keeps for later Tensors, in parts of blocks.
        largest: the largest block that could have been had.
        total: the bytes that the device has.
    """

    def __init__(self, index: int, requested: int, free: int, pooled: int, largest: int, total: int) -> None:
        super().__init__(index, requested, free, pooled, largest, total)
        self.index = index
        self.requested = requested
        self.free = free
        self.pooled = pooled
        self.largest = largest
        self.total = total

    def __str__(self) -> str:
        return (
            f"cuda:{self.index} has no memory left: asked for {_amount(self.requested)}; of its {_amount(self.total)} "
            f"it has {_amount(self.free)} free, this process keeps {_amount(self.pooled)} for later Tensors, and the "
            f"largest block to be had is of {_amount(self.largest)}"
        )


def _amount(size: int) -> str:
    """
    >>> _amount(3 << 29)
    '1.50 GiB'
    """
    for unit, bytes_ in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= bytes_:
            return f"{size / bytes_:.2f} {unit}"
    return f"{size} bytes"


def message(operation: str, argument: str | None, expected: str, got: str, fix: str | None = None) -> str:
    """The text of an error.

    >>> message("exp", "input", "Tensor", "str")
    "exp(): argument 'input': expected Tensor, got str"
    """
    where = f"{operation}(): " if argument is None else f"{operation}(): argument '{argument}': "
    return f"{where}expected {expected}, got {got}" + (f"; {fix}" if fix else "")


def attribute(error: Exception, inner: str, outer: str) -> None:
    """Make an error that names the operation ``inner`` name ``outer`` instead: what the user called.

    >>> error = ShapeError("max_pool2d_with_indices(): argument 'input': expected 4 dimensions, got shape (2,)")
    >>> attribute(error, "max_pool2d_with_indices", "max_pool2d")
    >>> error
    ShapeError("max_pool2d(): argument 'input': expected 4 dimensions, got shape (2,)")
    """
    text = str(error)
    if text.startswith(f"{inner}()"):
        error.args = (outer + text.removeprefix(inner),)


def shape_error(operation: str, argument: str | None, expected: str, got: str, fix: str | None = None) -> NoReturn:
    raise ShapeError(message(operation, argument, expected, got, fix))


def value_error(operation: str, argument: str | None, expected: str, got: str, fix: str | None = None) -> NoReturn:
    raise ValueError(message(operation, argument, expected, got, fix))


def type_error(operation: str, argument: str | None, expected: str, got: str, fix: str | None = None) -> NoReturn:
    raise TypeError(message(operation, argument, expected, got, fix))


def dtype_error(operation: str, argument: str | None, expected: str, got: str, fix: str | None = None) -> NoReturn:
    raise DTypeError(message(operation, argument, expected, got, fix))


def device_error(operation: str, argument: str | None, expected: str, got: str, fix: str | None = None) -> NoReturn:
    raise DeviceError(message(operation, argument, expected, got, fix))


def index_error(operation: str, argument: str | None, expected: str, got: str, fix: str | None = None) -> NoReturn:
    raise IndexError(message(operation, argument, expected, got, fix))
