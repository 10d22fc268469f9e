"""Matrices as products of triangles and of orthogonal matrices."""

from .. import errors
from .._schema import Anything, Array, Bool, Int, operator
from ._helpers import check_bounds, check_integers, narrowed, widened
from ._matrices import check_matrices, check_square
from ._substitution import adjoint, cholesky, diagonal, first_failure, lu, swapped_order


@operator(dtypes="float", outputs=("L",), auxiliary=("info",), function=False, method=False)
def cholesky_ex(xp, A: Array, *, upper: Bool = False):
    """The Cholesky factors of Hermitian positive definite matrices, and which are not.

    .. math:: A = L L^H

    Args:
        A: Tensor of shape (..., n, n); only the lower triangles are looked at (the upper ones if ``upper``).
        upper: give :math:`L^H` instead.

    Returns:
        ``L``, a Tensor like ``A``, and ``info``: for each matrix 0, or the size of the first leading minor that is not
        positive definite.
    """
    a = widened(A)
    factor = cholesky(xp, adjoint(xp, a) if upper else a)
    pivots = diagonal(xp, factor)
    pivots = pivots.real if factor.dtype.kind == "c" else pivots
    info = first_failure(xp, xp.logical_not(pivots > 0))
    return narrowed(xp.copy(adjoint(xp, factor)) if upper else factor, A.dtype), info


@cholesky_ex.check
def _(A, upper):
    check_square("cholesky_ex", "A", A)


@operator(
    dtypes="float", outputs=("LU",), auxiliary=("pivots", "info"), function=False, method=False
)  # fmt: skip
def lu_factor_ex(xp, A: Array, *, pivot: Bool = True):
    """The LU factors of matrices in one matrix, the rows that were swapped, and which matrices are singular.

    Args:
        A: Tensor of shape (..., n, m).
        pivot: swap rows, so that no number is divided by a smaller one (partial pivoting).

    Returns:
        ``LU``, a Tensor like ``A`` with ``U`` on and above the diagonals and ``L``, whose diagonal is 1, below them;
        ``pivots``, for each step the number (from 1) of the row that was swapped with that one; ``info``, for each
        matrix 0 or the number of the first zero on the diagonal of ``U``.
    """
    triangles, swaps = lu(xp, widened(A), pivot)
    info = first_failure(xp, diagonal(xp, triangles) == 0)
    return narrowed(triangles, A.dtype), (swaps + 1).astype("int32"), info


@lu_factor_ex.check
def _(A, pivot):
    check_matrices("lu_factor_ex", "A", A)


@operator(differentiable=False, function=False, method=False)
def swapped_rows(xp, pivots: Array, rows: Int):
    """The order of rows that an LU factorization's swaps lead to: ``A[order]`` is ``L @ U``.

    Args:
        pivots: int Tensor of shape (..., k): for each step the number (from 1) of the row swapped with that one.
        rows: how many rows there are.

    Returns:
        int64 Tensor of shape (..., rows).
    """
    return swapped_order(xp, pivots.astype("int64") - 1, rows)


@swapped_rows.check
def _(pivots, rows):
    if pivots.ndim == 0 or pivots.shape[-1] > rows:
        errors.shape_error("swapped_rows", "pivots", f"at most {rows} steps", f"shape {tuple(pivots.shape)}")
    check_integers("swapped_rows", "pivots", pivots)
    check_bounds("swapped_rows", "pivots", pivots, rows + 1, 1)


@operator(dtypes="float", outputs=("Q", "R"), function=False, method=False)
def qr(xp, A: Array, mode: Anything = "reduced"):
    """Matrices as products of an orthogonal (unitary) matrix and an upper triangle.

    Args:
        A: Tensor of shape (..., n, m).
        mode: ``"reduced"``, ``"complete"``, or ``"r"`` for ``R`` alone.

    Returns:
        ``Q`` and ``R``, of shapes (..., n, k) and (..., k, m), where k = min(n, m), or n if ``"complete"``; ``Q`` is
        empty if ``"r"``.
    """
    if mode == "r":
        r = xp.linalg.qr(widened(A), mode="r")
        return xp.zeros((0,), dtype=A.dtype), narrowed(r, A.dtype)
    q, r = xp.linalg.qr(widened(A), mode=mode)
    return narrowed(q, A.dtype), narrowed(r, A.dtype)


@qr.check
def _(A, mode):
    check_matrices("qr", "A", A)
    if mode not in ("reduced", "complete", "r"):
        errors.value_error("qr", "mode", "'reduced', 'complete' or 'r'", repr(mode))


@operator(dtypes="float", outputs=("a", "tau"), differentiable=False)
def geqrf(xp, A: Array):
    """The QR factors of matrices as LAPACK keeps them: reflections, and the triangle they lead to.

    ``Q`` is the product of the reflections ``1 - tau v v^H``; :func:`orgqr` makes it, :func:`ormqr` multiplies by it.

    Args:
        A: Tensor of shape (..., n, m).

    Returns:
        ``a``, a Tensor like ``A`` with ``R`` on and above the diagonals and below them the vectors ``v``, whose first
        element is 1 and not stored; and ``tau``, of shape (..., min(n, m)).

    Example:
        >>> a, tau = ft.geqrf(ft.tensor([[3.0], [4.0]]))
        >>> a.tolist(), tau.tolist()
        ([[-5.0], [0.5]], [1.600000023841858])
    """
    # Reflections as LAPACK's xLARFG makes them: Golub and Van Loan, Matrix Computations, 5.1 and 5.2.
    a = widened(A).copy()
    steps = min(a.shape[-2:])
    factors = []
    for k in range(steps):
        top, below = a[..., k : k + 1, k : k + 1], a[..., k + 1 :, k : k + 1]
        real, rest = (top.real, xp.abs(top.imag)) if a.dtype.kind == "c" else (top, xp.zeros_like(top))
        tail = xp.sqrt(xp.sum(xp.square(xp.abs(below)), axis=-2, keepdims=True) + xp.square(rest))
        norm = xp.hypot(real, tail)
        idle = tail == 0  # already a multiple of the first unit vector
        beta = xp.where(real < 0, norm, -norm)
        beta = xp.where(idle, real, beta)
        safe = xp.where(idle, xp.ones_like(beta), beta)
        tau = xp.where(idle, xp.zeros_like(top), (beta - top) / safe)
        v = below / xp.where(idle, xp.ones_like(top), top - beta)
        # (1 - conj(tau) v v^H) of the columns to the right.
        right = a[..., k:, k + 1 :].copy()
        dots = right[..., :1, :] + xp.matmul(adjoint(xp, v), right[..., 1:, :])
        scaled = (xp.conj(tau) if a.dtype.kind == "c" else tau) * dots
        a[..., k : k + 1, k + 1 :] -= scaled
        a[..., k + 1 :, k + 1 :] -= v * scaled
        a[..., k : k + 1, k : k + 1] = beta.astype(a.dtype)
        a[..., k + 1 :, k : k + 1] = v
        factors.append(tau[..., 0])
    tau = xp.concatenate(factors, axis=-1) if factors else xp.zeros((*a.shape[:-2], 0), dtype=a.dtype)
    return narrowed(a, A.dtype), narrowed(tau, A.dtype)


@geqrf.check
def _(A):
    check_matrices("geqrf", "A", A)
