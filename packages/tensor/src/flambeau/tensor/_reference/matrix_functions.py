"""Functions of whole matrices."""

import math

from .. import errors
from .._schema import Anything, Array, Number, operator
from ._helpers import narrowed, widened
from ._matrices import check_matrices, check_square, converged, identity
from ._substitution import adjoint

# Degrees of the approximant, and the greatest 1-norms for which each is exact to rounding, in both precisions: N. J.
# Higham, The scaling and squaring method for the matrix exponential revisited, SIAM J. Matrix Anal. Appl. 26 (2005).
DOUBLE = (
    (3, 1.495585217958292e-2),
    (5, 2.539398330063230e-1),
    (7, 9.504178996162932e-1),
    (9, 2.097847961257068e0),
    (13, 5.371920351148152e0),
)
SINGLE = ((3, 4.258730016922831e-1), (5, 1.880152677804762e0), (7, 3.925724783138660e0))


@operator(dtypes="float")
def matrix_exp(xp, A: Array, steps: Anything = None):
    """The matrix exponential, ``1 + A + A @ A / 2 + ...``.

    By scaling and squaring with Padé approximants (Higham 2005).

    Args:
        A: Tensor of shape (..., n, n).
        steps: degree of the approximant and number of squarings, chosen by the norm; not for callers.

    Returns:
        Tensor like ``A``.

    Raises:
        ShapeError: the matrices are not square.

    Example:
        >>> ft.matrix_exp(ft.tensor([[0.0, 1.0], [0.0, 0.0]])).tolist()
        [[1.0, 1.0], [0.0, 1.0]]
    """
    a = widened(A)
    if a.size == 0:
        return xp.copy(A)
    degree, squarings = steps
    if squarings:
        norms = xp.max(xp.sum(xp.abs(a), axis=-2), axis=-1)[..., None, None]
        bound = _degrees(a.dtype)[-1][1]
        halvings = xp.ceil(xp.log2(xp.maximum(norms / bound, 1)))  # of each matrix
        a = a * xp.exp2(-halvings).astype(norms.dtype)
    result = _approximant(xp, a, degree)
    for k in range(squarings):
        result = xp.where(halvings > k, xp.matmul(result, result), result)
    return narrowed(result, A.dtype)


@matrix_exp.check
def _(A, steps):
    check_square("matrix_exp", "A", A)
    if A.size == 0:
        return A, None
    norm = float(abs(A).sum(axis=-2).max().item())
    degrees = _degrees(A.dtype)
    degree = next((m for m, bound in degrees if norm <= bound), degrees[-1][0])
    excess = norm / degrees[-1][1]
    return A, (degree, math.ceil(math.log2(excess)) if 1 < excess < math.inf else 0)


def _degrees(dtype):
    double = (dtype.kind == "f" and dtype.itemsize == 8) or dtype.itemsize == 16
    return DOUBLE if double else SINGLE


def _approximant(xp, a, degree):
    """The quotient of polynomials of A and -A: those of even powers and of odd ones are shared."""
    factorial = math.factorial
    c = [factorial(2 * degree - j) // (factorial(degree - j) * factorial(j)) for j in range(degree + 1)]
    scale = c[-1]
    c = [float(x / scale) for x in c]
    square = xp.matmul(a, a)
    powers = [identity(xp, a), square]
    while len(powers) < 4:
        powers.append(xp.matmul(powers[-1], square))

    def polynomial(coefficients):
        result = sum(x * p for x, p in zip(coefficients[:4], powers, strict=False))
        if len(coefficients) > 4:
            high = sum(x * p for x, p in zip(coefficients[4:], powers[1:], strict=False))
            result = result + xp.matmul(powers[3], high)
        return result

    odd = xp.matmul(a, polynomial(c[1::2]))
    even = polynomial(c[0::2])
    return xp.linalg.solve(even - odd, even + odd)


@operator(dtypes="float", function=False, method=False)
def pinv(xp, A: Array, atol: Number = 0.0, rtol: Number = 0.0):
    """The Moore-Penrose pseudoinverse: singular values of at most ``max(atol, rtol * greatest)`` count as 0.

    Args:
        A: Tensor of shape (..., n, m).
        atol: absolute tolerance.
        rtol: relative tolerance.

    Returns:
        Tensor of shape (..., m, n).
    """
    a = widened(A)
    if a.size == 0:
        return xp.zeros((*A.shape[:-2], A.shape[-1], A.shape[-2]), dtype=A.dtype)
    u, s, vh = converged("pinv", xp.linalg.svd, a, False)
    least = xp.maximum(rtol * s[..., :1], atol)
    kept = s > least
    inverse = xp.where(kept, 1 / xp.where(kept, s, xp.ones_like(s)), xp.zeros_like(s))
    return narrowed(xp.matmul(adjoint(xp, vh) * inverse[..., None, :], adjoint(xp, u)), A.dtype)


@pinv.check
def _(A, atol, rtol):
    check_matrices("pinv", "A", A)


@operator(dtypes="float", function=False, method=False)
def matrix_sqrth(xp, A: Array):
    """The square root of Hermitian positive semidefinite matrices: the one that is such a matrix itself.

    Args:
        A: Tensor of shape (..., n, n); only the lower triangles are looked at. Negative eigenvalues count as 0.

    Returns:
        Tensor like ``A``.
    """
    values, vectors = converged("matrix_sqrth", xp.linalg.eigh, widened(A))
    roots = xp.sqrt(xp.maximum(values, 0))
    return narrowed(xp.matmul(vectors * roots[..., None, :], adjoint(xp, vectors)), A.dtype)


@matrix_sqrth.check
def _(A):
    check_square("matrix_sqrth", "A", A)


@operator(promote="common", dtypes="float", function=False, method=False)
def lyapunov(xp, A: Array, B: Array):
    """The solution ``X`` of ``A @ X + X @ A = B``, for Hermitian positive definite ``A``: what derives square roots.

    Args:
        A: Tensor of shape (..., n, n); only the lower triangles are looked at.
        B: Tensor like ``A``.

    Returns:
        Tensor like ``B``. Directions in which both eigenvalues of ``A`` are 0 are left out.
    """
    values, vectors = converged("lyapunov", xp.linalg.eigh, widened(A))
    inside = xp.matmul(xp.matmul(adjoint(xp, vectors), widened(B)), vectors)
    sums = values[..., :, None] + values[..., None, :]
    inside = xp.where(sums == 0, xp.zeros_like(inside), inside / xp.where(sums == 0, xp.ones_like(sums), sums))
    return narrowed(xp.matmul(xp.matmul(vectors, inside), adjoint(xp, vectors)), A.dtype)


@lyapunov.check
def _(A, B):
    check_square("lyapunov", "A", A)
    if B.shape != A.shape:
        errors.shape_error("lyapunov", "B", f"shape {tuple(A.shape)}, as A", str(tuple(B.shape)))
