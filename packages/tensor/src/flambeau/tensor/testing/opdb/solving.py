"""Linear algebra: systems, inverses, determinants, factors, eigenvalues and functions of matrices."""

import numpy as np

from ...errors import ShapeError
from ._info import OpInfo
from ._make import FLOATS, error, sample

# A few more roundings than one operation makes; and the narrow floats, which are computed in float32.
LOOSE = {
    FLOATS[0]: (1e-2, 1e-2),
    FLOATS[1]: (5e-2, 5e-2),
    FLOATS[2]: (1e-4, 1e-4),
    FLOATS[3]: (1e-9, 1e-9),
}


def numbers(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).uniform(-1, 1, shape)


def regular(*batch, n, seed=0):
    """Matrices far from singular ones, with eigenvalues that differ."""
    return numbers(*batch, n, n, seed=seed) / n + np.diag(1.0 + np.arange(n))


def positive(*batch, n):
    x = regular(*batch, n=n)
    return x @ np.swapaxes(x, -2, -1)


def symmetric(x):
    """What operators of Hermitian matrices are differentiated along."""
    return (x + x.transpose(-2, -1).conj()) * 0.5


# Of complex matrices vectors are determined up to a number of size 1, and LAPACK's choice is no smooth one: derivatives
# are checked of projections.


def projection(parts):
    """Onto the last of the eigenvectors of Hermitian matrices."""
    values, vectors = parts
    last = vectors[..., -1:]
    return values, last @ last.transpose(-2, -1).conj()


def low_rank(parts):
    """The first singular vectors, multiplied."""
    u, s, vh = parts
    return u[..., :1] @ vh[..., :1, :], s


def projector(parts):
    """Onto the last of the eigenvectors, along the others, and square to it: that needs its length."""
    values, vectors = parts
    last = vectors[..., -1:]
    return values, last @ vectors.inverse()[..., -1:, :], last @ last.transpose(-2, -1).conj()


def square_samples(matrices):
    def samples(make):
        for batch, n in [((), 3), ((2,), 2), ((2, 3), 1), ((0,), 2)]:
            yield sample(make.values(matrices(*batch, n=n)))

    return samples


def square_error(name):
    def errors(make):
        for shape, wanted in [((2, 3), "square matrices"), ((3,), "at least 2 dimensions")]:
            message = f"{name}(): argument 'A': expected {wanted}, got shape {shape}"
            yield error(ShapeError, message, make(shape))

    return errors


def matrix_error(name):
    def errors(make):
        message = f"{name}(): argument 'A': expected at least 2 dimensions, got shape (3,)"
        yield error(ShapeError, message, make((3,)))

    return errors


def right_side_error(name, **options):
    def errors(make):
        yield from (error(e.exception, e.message, *e.args, make((3, 1)), **options) for e in square_error(name)(make))
        message = f"{name}(): argument 'B': expected size 2 in dimension -2, as A's, got shape (3, 1)"
        yield error(ShapeError, message, make((2, 2)), make((3, 1)), **options)
        message = (
            f"{name}(): argument 'B': expected leading dimensions that broadcast with A's (2,), got shape (3, 2, 1)"
        )
        yield error(ShapeError, message, make((2, 2, 2)), make((3, 2, 1)), **options)

    return errors


def solve_samples(make):
    for batch, other, n in [((), (), 3), ((2,), (), 2), ((), (2,), 2), ((2, 1), (3,), 1), ((0,), (), 2)]:
        yield sample(make.values(regular(*batch, n=n)), make.values(numbers(*other, n, 2)))
    yield sample(make.values(regular(2, n=3)), make.values(numbers(2, 3)), left=False)
    yield sample(make.values(regular(n=9)), make.values(numbers(9, 1)), smooth=False)
    yield sample(make.values(regular(n=3)), make((3, 2), layout="transposed"))


def solve(a, b, left=True):
    x = (
        np.linalg.solve(a, b)
        if left
        else np.swapaxes(np.linalg.solve(np.swapaxes(a, -2, -1), b.swapaxes(-2, -1)), -2, -1)
    )
    return x, np.zeros(x.shape[:-2], np.int32)


def triangular_samples(make):
    for upper in (False, True):
        for left in (False, True):
            a, b = make.values(regular(2, n=3)), make.values(numbers(3, 3))
            yield sample(a, b, upper=upper, left=left)
            yield sample(a, b, upper=upper, left=left, unitriangular=True)
    yield sample(make.values(regular(0, n=2)), make.values(numbers(2, 1)), upper=True)
    yield sample(make.values(regular(n=3)), make((3, 2), layout="transposed"), upper=False)
    yield sample(make.values(regular(n=21)), make.values(numbers(21, 1)), upper=False, smooth=False)


def triangular(a, b, upper, left=True, unitriangular=False):
    a = np.triu(a) if upper else np.tril(a)
    if unitriangular:
        a = a - a * np.eye(a.shape[-1]) + np.eye(a.shape[-1])
    return solve(a, b, left)[0]


def determinant_samples(make):
    yield from square_samples(regular)(make)
    yield sample(make.values(np.zeros((0, 0))))


def singular_samples(make):
    yield from determinant_samples(make)
    yield sample(make.values([[1.0, 2.0], [2.0, 4.0]]))
    yield sample(make.values(np.stack([np.zeros((3, 3)), np.diag([0.0, 0.0, 2.0]), regular(n=3)])[:, None]))


def cholesky_samples(make):
    yield from square_samples(positive)(make)
    yield sample(make.values(positive(n=3)), upper=True)
    yield sample(make.values(positive(n=20)), smooth=False)


def cholesky(a, upper=False):
    factor = np.linalg.cholesky(a)
    return factor.swapaxes(-2, -1) if upper else factor, np.zeros(a.shape[:-2], np.int32)


def rectangles(make):
    for shape in [(3, 3), (2, 3, 2), (2, 2, 3), (0, 2, 2), (1, 1)]:
        yield np.array(numbers(*shape) + np.eye(*shape[-2:]) * np.arange(2, 2 + shape[-1]))


def lu_samples(make):
    for matrix in rectangles(make):
        yield sample(make.values(matrix))
        yield sample(make.values(matrix), pivot=False)
    yield sample(make.values(regular(n=20)), smooth=False)


def lu(a, pivot=True):
    """Row by row, the plain way."""
    a, k = a.copy(), min(a.shape[-2:])
    pivots = np.zeros((*a.shape[:-2], k), np.int32)
    for place in np.ndindex(*a.shape[:-2]):
        m = a[place]
        for i in range(k):
            p = i + int(np.argmax(np.abs(m[i:, i]))) if pivot else i
            m[[i, p]] = m[[p, i]]
            pivots[place][i] = p + 1
            m[i + 1 :, i] /= m[i, i]
            m[i + 1 :, i + 1 :] -= np.outer(m[i + 1 :, i], m[i, i + 1 :])
    return a, pivots, np.zeros(a.shape[:-2], np.int32)


def swaps_samples(make):
    yield sample(make.array([[2, 2, 3], [3, 3, 3]], np.int32), 4)
    yield sample(make.array([], np.int32), 2)


def swapped(pivots, rows):
    order = np.zeros((*pivots.shape[:-1], rows), np.int64) + np.arange(rows)
    for place in np.ndindex(*pivots.shape[:-1]):
        for i, p in enumerate(pivots[place]):
            order[(*place, [i, p - 1])] = order[(*place, [p - 1, i])]
    return order


def qr_samples(make):
    for matrix in rectangles(make):
        if matrix.size:
            yield sample(make.values(matrix))
    yield sample(make.values(numbers(3, 3)), "r", smooth=False)
    yield sample(make.values(numbers(4, 2)), mode="complete", smooth=False)


def qr(a, mode="reduced"):
    if mode == "r":
        return np.zeros((0,)), np.linalg.qr(a, "r")
    return tuple(np.linalg.qr(a, mode))


def rectangle_samples(make):
    for matrix in rectangles(make):
        if matrix.size:
            yield sample(make.values(matrix))


def svd_samples(make):
    for matrix in rectangles(make):
        if matrix.size:
            yield sample(make.values(matrix), False)
            yield sample(make.values(matrix), full_matrices=True, smooth=matrix.shape[-1] == matrix.shape[-2])


def vectors_of(*places):
    """Vectors are determined up to their signs: absolute values are compared."""
    return lambda parts: tuple(np.abs(x) if i in places else x for i, x in enumerate(parts))


def symmetric_samples(make):
    yield from square_samples(positive)(make)
    yield sample(make.values(positive(n=3)), "U")


def root(a):
    values, vectors = np.linalg.eigh(a)
    return vectors * np.sqrt(values)[..., None, :] @ np.swapaxes(vectors, -2, -1)


def lyapunov_samples(make):
    for batch, n in [((), 3), ((2,), 2), ((0,), 2)]:
        yield sample(make.values(positive(*batch, n=n)), make.values(numbers(*batch, n, n)))
    yield sample(make.values(positive(n=3)), make((3, 3), layout="transposed"))


def lyapunov(a, b):
    """As one system of equations for all elements."""
    n = a.shape[-1]
    x = np.zeros_like(b)
    for place in np.ndindex(*a.shape[:-2]):
        m = a[place]
        system = np.kron(m, np.eye(n)) + np.kron(np.eye(n), m.T)
        x[place] = np.linalg.solve(system, b[place].reshape(-1)).reshape(n, n)
    return x


def lyapunov_errors(make):
    yield from (error(e.exception, e.message, *e.args, make((2, 2))) for e in square_error("lyapunov")(make))
    message = "lyapunov(): argument 'B': expected shape (2, 2), as A, got (2, 1)"
    yield error(ShapeError, message, make((2, 2)), make((2, 1)))


def exponential(a):
    """By the series, of a matrix made small, squared."""
    x = a / 2**10
    term = result = np.zeros_like(a) + np.eye(a.shape[-1])
    for k in range(1, 12):
        term = term @ x / k
        result = result + term
    for _ in range(10):
        result = result @ result
    return result


def exponential_samples(make):
    yield from square_samples(lambda *batch, n: numbers(*batch, n, n))(make)
    for scale in (0.02, 4.0, 8.0):
        yield sample(make.values(numbers(2, 2, 2) * np.array([1.0, scale])[:, None, None]))
    yield sample(make.values(np.zeros((2, 0, 0))))


def pinv_samples(make):
    for matrix in rectangles(make):
        yield sample(make.values(matrix))
    yield sample(make.values(numbers(3, 2)), 1e-3, 1e-3)
    yield sample(make.values(np.diag([2.0, 1e-9])), 1e-4, smooth=False)


def pinv(a, atol=0.0, rtol=0.0):
    if not a.size:
        return np.swapaxes(a, -2, -1)
    greatest = np.linalg.norm(a, 2, (-2, -1))
    return np.linalg.pinv(a, np.maximum(atol / greatest, rtol))


def info(name, samples, reference, errors, **options):
    return OpInfo(name, samples, reference, FLOATS, errors=errors, tolerance=LOOSE, **options)


def with_info(function):
    return lambda a: (function(a), np.zeros(a.shape[:-2], np.int32))


ENTRIES = (
    info("solve_ex", solve_samples, solve, right_side_error("solve_ex")),
    info("solve_triangular", triangular_samples, triangular, right_side_error("solve_triangular", upper=True)),
    info("inv_ex", square_samples(regular), with_info(np.linalg.inv), square_error("inv_ex")),
    info("det", singular_samples, np.linalg.det, square_error("det")),
    info("slogdet", determinant_samples, lambda a: tuple(np.linalg.slogdet(a)), square_error("slogdet")),
    info("cholesky_ex", cholesky_samples, cholesky, square_error("cholesky_ex"), along=symmetric),
    info("lu_factor_ex", lu_samples, lu, matrix_error("lu_factor_ex")),
    OpInfo("swapped_rows", swaps_samples, swapped, exact_dtype=True),
    info("qr", qr_samples, qr, matrix_error("qr"), compared=vectors_of(0, 1)),
    info("geqrf", rectangle_samples, None, matrix_error("geqrf")),
    info("eigh", symmetric_samples, lambda a, UPLO="L": tuple(np.linalg.eigh(a, UPLO)), square_error("eigh"),
         along=symmetric, compared=vectors_of(1), settled=projection),
    info("eigvalsh", symmetric_samples, np.linalg.eigvalsh, square_error("eigvalsh"), along=symmetric),
    info("svd", svd_samples, lambda a, full_matrices=True: tuple(np.linalg.svd(a, full_matrices)), matrix_error("svd"),
         compared=vectors_of(0, 2), settled=low_rank),
    info("svdvals", rectangle_samples, np.linalg.svdvals, matrix_error("svdvals")),
    info("eig", square_samples(regular), None, square_error("eig"), settled=projector),
    info("eigvals", square_samples(regular), None, square_error("eigvals")),
    info("matrix_exp", exponential_samples, lambda a, steps=None: exponential(a), square_error("matrix_exp")),
    info("pinv", pinv_samples, pinv, matrix_error("pinv")),
    info("matrix_sqrth", square_samples(positive), root, square_error("matrix_sqrth"), along=symmetric),
    info("lyapunov", lyapunov_samples, lyapunov, lyapunov_errors, along=symmetric),
)  # fmt: skip
