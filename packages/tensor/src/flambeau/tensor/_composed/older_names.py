"""Linear algebra under the names of PyTorch 0.3: some still work, the others say what they are called now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from .. import errors, ops
from . import called, composed
from .matrices import _triangular

if TYPE_CHECKING:
    from .._core.tensor import Tensor


@composed()
def symeig(input: Tensor, eigenvectors: bool = False, upper: bool = True) -> tuple[Tensor, Tensor]:
    """The old name of ``linalg.eigh`` and ``linalg.eigvalsh``.

    Args:
        input: Tensor of shape (..., n, n), symmetric or Hermitian.
        eigenvectors: give the vectors too; they are empty if not.
        upper: look at the upper triangle.

    Returns:
        the eigenvalues and the eigenvectors.

    Example:
        >>> ft.symeig(ft.tensor([[2.0, 0.0], [0.0, 1.0]]))[0].tolist()
        [1.0, 2.0]
    """
    triangle = "U" if upper else "L"
    if eigenvectors:
        return called("symeig", ops.eigh, input, triangle)
    empty = ops.zeros((0,), dtype=input.dtype, device=input.device)
    return called("symeig", ops.eigvalsh, input, triangle), empty


@composed()
def gesv(input: Tensor, A: Tensor) -> tuple[Tensor, Tensor]:
    """The old name of ``linalg.solve``: the solution of ``A @ x = input``, and the LU factors of ``A``.

    Args:
        input: Tensor of shape (..., n, k).
        A: Tensor of shape (..., n, n).

    Returns:
        the solution and the factors in one matrix.

    Raises:
        LinAlgError: a matrix is singular.

    Example:
        >>> ft.gesv(ft.tensor([[4.0]]), ft.tensor([[2.0]]))[0].tolist()
        [[2.0]]
    """
    from .. import linalg

    try:
        return linalg.solve(A, input), ops.lu_factor_ex(A, True)[0]
    except Exception as error:
        errors.attribute(error, "solve", "gesv")
        raise


@composed()
def trtrs(
    input: Tensor, A: Tensor, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> tuple[Tensor, Tensor]:
    """The old name of :func:`triangular_solve`.

    Args:
        input, A, upper, transpose, unitriangular: as for :func:`triangular_solve`.

    Returns:
        the solution, and ``A``.

    Example:
        >>> ft.trtrs(ft.ones(1, 1), ft.tensor([[2.0]]))[0].tolist()
        [[0.5]]
    """
    return _triangular("trtrs", input, A, upper, transpose, unitriangular)


def _renamed(name: str, new: str) -> NoReturn:
    errors.type_error(name, None, f"the name it has now, ft.{new}", f"that of PyTorch 0.3, ft.{name}")


@composed()
def potrf(input: Tensor, *args: Any, **kwargs: Any) -> NoReturn:
    """An old name: use ``ft.cholesky``.

    Raises:
        TypeError: always; it names the function to call.
    """
    _renamed("potrf", "cholesky(A, upper=True)")


@composed()
def potri(input: Tensor, *args: Any, **kwargs: Any) -> NoReturn:
    """An old name: use ``ft.cholesky_inverse``.

    Raises:
        TypeError: always; it names the function to call.
    """
    _renamed("potri", "cholesky_inverse(u, upper=True)")


@composed()
def potrs(input: Tensor, *args: Any, **kwargs: Any) -> NoReturn:
    """An old name: use ``ft.cholesky_solve``.

    Raises:
        TypeError: always; it names the function to call.
    """
    _renamed("potrs", "cholesky_solve(B, u, upper=True)")


@composed()
def gels(input: Tensor, *args: Any, **kwargs: Any) -> NoReturn:
    """An old name: use ``ft.linalg.lstsq``.

    Raises:
        TypeError: always; it names the function to call.
    """
    _renamed("gels", "linalg.lstsq(A, B)")


@composed()
def btrifact(input: Tensor, *args: Any, **kwargs: Any) -> NoReturn:
    """An old name: use ``ft.lu``.

    Raises:
        TypeError: always; it names the function to call.
    """
    _renamed("btrifact", "lu(A)")


@composed()
def btrisolve(input: Tensor, *args: Any, **kwargs: Any) -> NoReturn:
    """An old name: use ``ft.lu_solve``.

    Raises:
        TypeError: always; it names the function to call.
    """
    _renamed("btrisolve", "lu_solve(B, LU, pivots)")


@composed()
def eig(input: Tensor, *args: Any, **kwargs: Any) -> NoReturn:
    """An old name: use ``ft.linalg.eig``, which gives complex numbers.

    Raises:
        TypeError: always; it names the function to call.
    """
    _renamed("eig", "linalg.eig(A)")
