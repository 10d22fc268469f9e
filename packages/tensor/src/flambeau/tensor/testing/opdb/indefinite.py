"""Triangles and blocks of symmetric matrices. Here rows stay where they are; tests of their own swap some."""

import numpy as np

from ...errors import DTypeError, ShapeError
from ._make import error, sample
from .solving import info, numbers, square_error


def heavy(*batch, n):
    """Symmetric matrices whose diagonals outweigh the rest."""
    x = numbers(*batch, n, n)
    return (x + np.swapaxes(x, -2, -1)) / 4 + np.diag(2.0 + np.arange(n))


def factors(a, hermitian=False):
    """By Cholesky's factors, of what the lower triangle says."""
    a = np.tril(a) + np.swapaxes(np.tril(a, -1), -2, -1)
    triangle = np.linalg.cholesky(a)
    roots = np.diagonal(triangle, axis1=-2, axis2=-1)
    packed = np.tril(triangle / roots[..., None, :], -1) + roots[..., None] ** 2 * np.eye(a.shape[-1])
    order = np.broadcast_to(np.arange(1, a.shape[-1] + 1, dtype=np.int32), a.shape[:-1])
    return packed, order.copy(), np.zeros(a.shape[:-2], np.int32)


BATCHES = [((), 3), ((2,), 2), ((2, 3), 1), ((0,), 2), ((), 6)]


def factor_samples(make):
    for batch, n in BATCHES:
        yield sample(make.values(heavy(*batch, n=n)))
    yield sample(make.values(heavy(n=3)), hermitian=True)
    yield sample(make.values(np.zeros((2, 0, 0))))


def solve_samples(make):
    for batch, n in BATCHES:
        packed, order, _ = factors(heavy(*batch, n=n))
        yield sample(make.values(packed), make.array(order, np.int32), make.values(numbers(n, 2)))
    packed, order, _ = factors(heavy(n=2))
    yield sample(make.values(packed), make.array(order, np.int32), make.values(numbers(3, 2, 1)), hermitian=True)


def solve(packed, order, b, hermitian=False):
    lower = np.tril(packed, -1) + np.eye(packed.shape[-1])
    middle = np.diagonal(packed, axis1=-2, axis2=-1)[..., None, :]
    return np.linalg.solve((lower * middle) @ np.swapaxes(lower, -2, -1), b)


def solve_errors(make):
    order = make.array([1, 2], np.int32)
    message = "ldl_solve(): argument 'LD': expected square matrices, got shape (2, 3)"
    yield error(ShapeError, message, make((2, 3)), order, make((2, 1)))
    message = "ldl_solve(): argument 'pivots': expected shape (2,), as LD's, got (3,)"
    yield error(ShapeError, message, make((2, 2)), make.array([1, 2, 3], np.int32), make((2, 1)))
    message = "ldl_solve(): argument 'pivots': expected indices in [1, 2], got 3"
    yield error(IndexError, message, make((2, 2)), make.array([1, -3], np.int32), make((2, 1)))
    message = "ldl_solve(): argument 'B': expected size 2 in dimension -2, as A's, got shape (3, 1)"
    yield error(ShapeError, message, make((2, 2)), order, make((3, 1)))
    message = "ldl_solve(): argument 'pivots': expected integers, got float64; convert it with .long()"
    yield error(DTypeError, message, make((2, 2)), make.array([1.0, 2.0], np.float64), make((2, 1)))


ENTRIES = (
    info("ldl_factor_ex", factor_samples, factors, square_error("ldl_factor_ex")),
    info("ldl_solve", solve_samples, solve, solve_errors),
)
