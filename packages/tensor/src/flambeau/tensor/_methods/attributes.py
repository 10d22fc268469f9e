"""Attributes of Tensor that are computed when they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors, ops

if TYPE_CHECKING:
    from .._core.tensor import Tensor


# Transposes -----------------------------------------------------------------------------------------------------


def adjoint_of(operation: str, input: Tensor) -> Tensor:
    """The last two dimensions swapped, and the complex conjugate; errors name the operation."""
    swapped = _swapped(operation, input)
    return ops.conj_physical(swapped) if input.dtype.kind == "c" else swapped


def _swapped(operation, input):
    if input.ndim < 2:
        errors.shape_error(operation, "input", "at least 2 dimensions", f"shape {tuple(input.shape)}")
    return ops.transpose(input, -2, -1)


def _matrices(input: Tensor) -> Tensor:
    """The Tensor with its last two dimensions swapped: a view."""
    return _swapped("mT", input)


def _conjugate_matrices(input: Tensor) -> Tensor:
    """The :func:`adjoint` of the last two dimensions."""
    return adjoint_of("mH", input)


def _conjugate(input: Tensor) -> Tensor:
    """The :func:`adjoint` of a matrix."""
    if input.ndim not in (0, 2):
        errors.shape_error("H", "input", "2 dimensions", f"shape {tuple(input.shape)}", "use mH")
    return adjoint_of("H", input) if input.ndim else input


# Parts of complex numbers ---------------------------------------------------------------------------------------


def _real(input: Tensor) -> Tensor:
    """The real parts of the elements: a view; of a real dtype, the Tensor itself."""
    return ops.real(input)


def _set_real(input: Tensor, value: Any) -> None:
    ops.real(input)[...] = value


def _imag(input: Tensor) -> Tensor:
    """The imaginary parts of the elements of a complex Tensor: a view."""
    return ops.imag(input)


def _set_imag(input: Tensor, value: Any) -> None:
    ops.imag(input)[...] = value


# Where the memory is --------------------------------------------------------------------------------------------


def _is_meta(input: Tensor) -> bool:
    """Whether the Tensor has no memory: never."""
    return False


def _cuda_array_interface(input: Tensor) -> Any:
    """Where the memory of a CUDA device is, for Numba, CuPy, PyTorch and others."""
    if not input.is_cuda:
        raise AttributeError("a Tensor on the CPU has no __cuda_array_interface__")
    from .._exchange import within_its_device

    return within_its_device(lambda array: array.__cuda_array_interface__, input)


ATTRIBUTES = {
    "H": property(_conjugate),
    "__cuda_array_interface__": property(_cuda_array_interface),
    "imag": property(_imag, _set_imag),
    "is_meta": property(_is_meta),
    "mH": property(_conjugate_matrices),
    "mT": property(_matrices),
    "real": property(_real, _set_real),
}
