"""Linear algebra, with the names of ``torch.linalg``.

Every function takes batches: matrices are the last two dimensions. What fails raises :class:`LinAlgError`, which names
the matrix of the batch; the functions whose names end in ``_ex`` give an ``info`` Tensor instead. All but
:func:`matrix_rank` and the functions that begin with ``ldl_`` are differentiable, any number of times.

>>> A = ft.tensor([[4.0, 2.0], [2.0, 3.0]])
>>> ft.linalg.solve(A, ft.tensor([8.0, 8.0])).tolist()
[1.0, 2.0]
"""

from ..errors import LinAlgError
from ._factorizations import (
    cholesky,
    cholesky_ex,
    householder_product,
    lu,
    lu_factor,
    lu_factor_ex,
    lu_solve,
    polar,
    qr,
)
from ._functions import cross, diagonal, matmul, matrix_exp, matrix_power, matrix_sqrth, multi_dot, vander, vecdot
from ._indefinite import ldl_factor, ldl_factor_ex, ldl_solve
from ._norms import cond, matrix_norm, matrix_rank, norm, vector_norm
from ._solvers import (
    det,
    inv,
    inv_ex,
    lstsq,
    pinv,
    slogdet,
    solve,
    solve_ex,
    solve_triangular,
    tensorinv,
    tensorsolve,
)
from ._spectra import eig, eigh, eigvals, eigvalsh, svd, svdvals

__all__ = [
    "LinAlgError",
    "cholesky",
    "cholesky_ex",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "householder_product",
    "inv",
    "inv_ex",
    "ldl_factor",
    "ldl_factor_ex",
    "ldl_solve",
    "lstsq",
    "lu",
    "lu_factor",
    "lu_factor_ex",
    "lu_solve",
    "matmul",
    "matrix_exp",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matrix_sqrth",
    "multi_dot",
    "norm",
    "pinv",
    "polar",
    "qr",
    "slogdet",
    "solve",
    "solve_ex",
    "solve_triangular",
    "svd",
    "svdvals",
    "tensorinv",
    "tensorsolve",
    "vander",
    "vecdot",
    "vector_norm",
]
