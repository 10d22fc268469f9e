"""What the families of linear algebra share: checks of shapes, and of ends."""

from .. import errors
from ._helpers import fit


def check_matrices(operation, argument, array):
    if array.ndim < 2:
        errors.shape_error(operation, argument, "at least 2 dimensions", f"shape {tuple(array.shape)}")


def check_square(operation, argument, array):
    check_matrices(operation, argument, array)
    if array.shape[-1] != array.shape[-2]:
        errors.shape_error(operation, argument, "square matrices", f"shape {tuple(array.shape)}")


def check_right_side(operation, a, b, left):
    """``b`` must be matrices that fit the square matrices ``a``, which are on its left or on its right."""
    check_matrices(operation, "B", b)
    place = -2 if left else -1
    if b.shape[place] != a.shape[-1]:
        wanted = f"size {a.shape[-1]} in dimension {place}, as A's"
        errors.shape_error(operation, "B", wanted, f"shape {tuple(b.shape)}")
    if not fit(a.shape[:-2], b.shape[:-2]):
        wanted = f"leading dimensions that broadcast with A's {tuple(a.shape[:-2])}"
        errors.shape_error(operation, "B", wanted, f"shape {tuple(b.shape)}")


def broadcast_batches(xp, a, b):
    """Two arrays of matrices with their leading dimensions broadcast."""
    batch = xp.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    return xp.broadcast_to(a, (*batch, *a.shape[-2:])), xp.broadcast_to(b, (*batch, *b.shape[-2:]))


def identity(xp, like):
    """Identity matrices, broadcast over the batch of ``like``, which is square."""
    return xp.broadcast_to(xp.eye(like.shape[-1], dtype=like.dtype), like.shape)


def converged(operation, function, *args):
    """What a function of the array library gives, whose iterations may end without a result."""
    try:
        return function(*args)
    except Exception as error:
        if type(error).__name__ != "LinAlgError":
            raise
        got = "one of nan, or of elements too large or too different"
        raise errors.LinAlgError(errors.message(operation, "A", "a matrix for which it converges", got)) from error
