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
    └── FileCorrupt     a saved file that is torn, truncated or altered
"""

from __future__ import annotations

from typing import NoReturn

__all__ = ["DTypeError", "DeviceError", "FileCorrupt", "LinAlgError", "ShapeError"]


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
