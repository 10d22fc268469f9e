"""Systems of linear equations, inverses and determinants."""

from .._schema import Array, Bool, operator
from ._helpers import narrowed, widened
from ._matrices import broadcast_batches, check_right_side, check_square, identity
from ._substitution import diagonal, first_failure, lu, swapped_order, transposed
from ._substitution import solve_triangular as substitute

# The names of arguments are those of torch.linalg. What ends in _ex never fails: `info` says, for each matrix, where it
# did, and flambeau.tensor.linalg makes errors of that.


@operator(promote="common", dtypes="float", function=False, method=False)
def solve_triangular(xp, A: Array, B: Array, *, upper: Bool, left: Bool = True, unitriangular: Bool = False):
    """The solution ``X`` of ``A @ X = B``, or of ``X @ A = B``, for triangular ``A``.

    Args:
        A: Tensor of shape (..., n, n); its other triangle is not looked at.
        B: Tensor of shape (..., n, k), or (..., k, n) if not ``left``.
        upper: whether ``A`` is an upper triangle, not a lower one.
        left: whether ``A`` is on the left.
        unitriangular: whether the diagonal of ``A`` is taken to be 1.

    Returns:
        Tensor like ``B``, with broadcast leading dimensions.
    """
    a, b = broadcast_batches(xp, widened(A), widened(B))
    return narrowed(xp.copy(substitute(xp, a, b, upper, left, unitriangular)), A.dtype)


@solve_triangular.check
def _(A, B, upper, left, unitriangular):
    check_square("solve_triangular", "A", A)
    check_right_side("solve_triangular", A, B, left)


@operator(
    promote="common", dtypes="float", outputs=("result",), auxiliary=("info",), function=False, method=False
)  # fmt: skip
def solve_ex(xp, A: Array, B: Array, *, left: Bool = True):
    """The solution ``X`` of ``A @ X = B``, or of ``X @ A = B``, and where there is none.

    Args:
        A: Tensor of shape (..., n, n).
        B: Tensor of shape (..., n, k), or (..., k, n) if not ``left``.
        left: whether ``A`` is on the left.

    Returns:
        ``result``, of ``B``'s shape with broadcast leading dimensions, and ``info``: for each matrix 0, or the number
        of the column at which it was found singular.
    """
    a, b = broadcast_batches(xp, widened(A), widened(B))
    if not left:
        a, b = transposed(a), transposed(b)
    result, info = _solved(xp, a, b)
    return narrowed(result if left else transposed(result), A.dtype), info


def _solved(xp, a, b):
    triangles, swaps = lu(xp, a, True)
    order = swapped_order(xp, swaps, a.shape[-1])
    b = xp.take_along_axis(b, xp.broadcast_to(order[..., None], b.shape), axis=-2)
    below = substitute(xp, triangles, b, False, True, True)
    return xp.copy(substitute(xp, triangles, below, True)), first_failure(xp, diagonal(xp, triangles) == 0)


@solve_ex.check
def _(A, B, left):
    check_square("solve_ex", "A", A)
    check_right_side("solve_ex", A, B, left)


@operator(dtypes="float", outputs=("inverse",), auxiliary=("info",), function=False, method=False)
def inv_ex(xp, A: Array):
    """The inverses of matrices, and which have none.

    Args:
        A: Tensor of shape (..., n, n).

    Returns:
        ``inverse``, a Tensor like ``A``, and ``info``: for each matrix 0, or the number of the column at which it was
        found singular.
    """
    a = widened(A)
    result, info = _solved(xp, a, identity(xp, a))
    return narrowed(result, A.dtype), info


@inv_ex.check
def _(A):
    check_square("inv_ex", "A", A)


@operator(dtypes="float")
def det(xp, A: Array):
    """The determinants of square matrices.

    Args:
        A: Tensor of shape (..., n, n).

    Returns:
        Tensor of shape (...).

    Raises:
        ShapeError: the matrices are not square.

    Example:
        >>> ft.det(ft.tensor([[2.0, 1.0], [0.0, 3.0]])).item()
        6.0
    """
    return narrowed(xp.linalg.det(widened(A)), A.dtype)


@operator(dtypes="float", outputs=("sign", "logabsdet"))
def slogdet(xp, A: Array):
    """The signs of determinants, and the logarithms of their absolute values, which do not overflow.

    Args:
        A: Tensor of shape (..., n, n).

    Returns:
        ``sign``, of shape (...): -1, 0 or 1, of complex matrices a number on the unit circle or 0; and ``logabsdet``,
        of the same shape and a real dtype, -inf where the determinant is 0.

    Raises:
        ShapeError: the matrices are not square.

    Example:
        >>> sign, logabsdet = ft.slogdet(ft.tensor([[0.0, 1.0], [1.0, 0.0]]))
        >>> sign.item(), logabsdet.item()
        (-1.0, 0.0)
    """
    sign, logarithm = xp.linalg.slogdet(widened(A))
    return narrowed(sign, A.dtype), logarithm if A.dtype.kind == "c" else narrowed(logarithm, A.dtype)


@det.check
def _(A):
    check_square("det", "A", A)


@slogdet.check
def _(A):
    check_square("slogdet", "A", A)
