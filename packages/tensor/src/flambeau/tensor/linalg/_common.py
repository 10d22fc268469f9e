"""What the functions of linear algebra share."""

from __future__ import annotations

from typing import Any

from .. import errors, ops
from .._core.tensor import Tensor


def check_info(operation: str, info: Tensor, expected: str, got: str, fix: str | None = None) -> None:
    """An error that names the first matrix of the batch that failed."""
    if not ops.any(info, None, False).item():
        return
    if info.ndim:
        place = tuple(int(i[0]) for i in info.cpu().numpy().nonzero())
        got = f"{got} at index {place if len(place) > 1 else place[0]} of the batch"
    raise errors.LinAlgError(errors.message(operation, "A", expected, got, fix))


def check_square(operation: str, A: Tensor, argument: str = "A") -> None:
    if A.ndim < 2 or A.shape[-1] != A.shape[-2]:
        errors.shape_error(operation, argument, "square matrices", f"shape {tuple(A.shape)}")


def check_floating(operation: str, A: Tensor) -> None:
    if A.dtype.kind not in "fVc":
        errors.dtype_error(operation, None, "a floating dtype", A.dtype.name, "convert it with .float()")


def adjoint(A: Tensor) -> Tensor:
    """The conjugate transpose."""
    return ops.conj_physical(ops.transpose(A, -2, -1))


def eye_like(A: Tensor, n: int) -> Tensor:
    return ops.eye(n, n, dtype=A.dtype, device=A.device)


def epsilon(dtype: Any) -> float:
    """The distance from 1 to the next number, in the precision that is computed in."""
    wide = dtype.itemsize == (16 if dtype.kind == "c" else 8)
    return 2.0**-52 if wide else 2.0**-23
