"""Products of matrices and vectors that are added to something, and products of vectors."""

from .. import errors
from .._schema import Array, Int, Number, operator
from ._helpers import expands_to, narrowed, widened


def _scaled(number, array):
    """``number * array``; integers stay integers, and 1 costs nothing."""
    if number == 1:
        return array
    return array * (int(number) if array.dtype.kind in "iu" else number)


def _combined(input, product, beta, alpha):
    """``beta * input + alpha * product``. What ``beta`` = 0 leaves out may be nan or inf."""
    product = _scaled(alpha, product)
    if beta == 0:
        return narrowed(product, input.dtype)
    return narrowed(_scaled(beta, widened(input)) + product, input.dtype)


@operator(promote="common", dtypes="numeric", inplace=True)
def addmm(xp, input: Array, mat1: Array, mat2: Array, *, beta: Number = 1, alpha: Number = 1):
    """``beta * input + alpha * (mat1 @ mat2)``, for matrices.

    Args:
        input: Tensor whose shape broadcasts to (n, m).
        mat1: Tensor of shape (n, k).
        mat2: Tensor of shape (k, m).
        beta: factor of ``input``; with 0 its elements are ignored, nan too.
        alpha: factor of the product.

    Returns:
        Tensor of shape (n, m) and the promoted dtype.

    Raises:
        ShapeError: the shapes do not fit together.
        ValueError: a fractional factor of integers.

    Example:
        >>> ft.addmm(ft.ones(2, 1), ft.ones(2, 3), ft.ones(3, 2), beta=10, alpha=2).tolist()
        [[16.0, 16.0], [16.0, 16.0]]
    """
    return _combined(input, xp.matmul(widened(mat1), widened(mat2)), beta, alpha)


@addmm.check_shapes
def _(input, mat1, mat2, beta, alpha):
    _check_product("addmm", ("mat1", mat1, 2), ("mat2", mat2, 2))
    _check_sum("addmm", input, (mat1.shape[0], mat2.shape[1]), beta, alpha)


@operator(promote="common", dtypes="numeric", inplace=True)
def baddbmm(xp, input: Array, batch1: Array, batch2: Array, *, beta: Number = 1, alpha: Number = 1):
    """``beta * input + alpha * (batch1 @ batch2)``, for batches of matrices.

    Args:
        input: Tensor whose shape broadcasts to (b, n, m).
        batch1: Tensor of shape (b, n, k).
        batch2: Tensor of shape (b, k, m).
        beta: factor of ``input``; with 0 its elements are ignored, nan too.
        alpha: factor of the product.

    Returns:
        Tensor of shape (b, n, m) and the promoted dtype.

    Raises:
        ShapeError: the shapes do not fit together.
        ValueError: a fractional factor of integers.

    Example:
        >>> ft.baddbmm(ft.ones(1, 1, 1), ft.ones(2, 1, 3), ft.ones(2, 3, 1)).tolist()
        [[[4.0]], [[4.0]]]
    """
    return _combined(input, xp.matmul(widened(batch1), widened(batch2)), beta, alpha)


@baddbmm.check_shapes
def _(input, batch1, batch2, beta, alpha):
    _check_batches("baddbmm", batch1, batch2)
    _check_sum("baddbmm", input, (batch1.shape[0], batch1.shape[1], batch2.shape[2]), beta, alpha)


@operator(promote="common", dtypes="numeric", inplace=True)
def addbmm(xp, input: Array, batch1: Array, batch2: Array, *, beta: Number = 1, alpha: Number = 1):
    """``beta * input + alpha * (batch1 @ batch2).sum(0)``: products of batches of matrices, added up.

    Args:
        input: Tensor whose shape broadcasts to (n, m).
        batch1: Tensor of shape (b, n, k).
        batch2: Tensor of shape (b, k, m).
        beta: factor of ``input``; with 0 its elements are ignored, nan too.
        alpha: factor of the sum.

    Returns:
        Tensor of shape (n, m) and the promoted dtype.

    Raises:
        ShapeError: the shapes do not fit together.
        ValueError: a fractional factor of integers.

    Example:
        >>> ft.addbmm(ft.zeros(1, 1), ft.ones(2, 1, 3), ft.ones(2, 3, 1)).tolist()
        [[6.0]]
    """
    b, n, k = batch1.shape
    # The sum over the batch is one more inner dimension of one product.
    rows = widened(batch1).transpose(1, 0, 2).reshape(n, b * k)
    return _combined(input, xp.matmul(rows, widened(batch2).reshape(b * k, batch2.shape[2])), beta, alpha)


@addbmm.check_shapes
def _(input, batch1, batch2, beta, alpha):
    _check_batches("addbmm", batch1, batch2)
    _check_sum("addbmm", input, (batch1.shape[1], batch2.shape[2]), beta, alpha)


@operator(promote="common", dtypes="numeric", inplace=True)
def addmv(xp, input: Array, mat: Array, vec: Array, *, beta: Number = 1, alpha: Number = 1):
    """``beta * input + alpha * (mat @ vec)``.

    Args:
        input: Tensor whose shape broadcasts to (n,).
        mat: Tensor of shape (n, k).
        vec: Tensor of shape (k,).
        beta: factor of ``input``; with 0 its elements are ignored, nan too.
        alpha: factor of the product.

    Returns:
        Tensor of shape (n,) and the promoted dtype.

    Raises:
        ShapeError: the shapes do not fit together.
        ValueError: a fractional factor of integers.

    Example:
        >>> ft.addmv(ft.ones(2), ft.ones(2, 3), ft.ones(3), alpha=2).tolist()
        [7.0, 7.0]
    """
    return _combined(input, xp.matmul(widened(mat), widened(vec)), beta, alpha)


@addmv.check_shapes
def _(input, mat, vec, beta, alpha):
    _check_product("addmv", ("mat", mat, 2), ("vec", vec, 1))
    _check_sum("addmv", input, (mat.shape[0],), beta, alpha)


@operator(promote="common", dtypes="numeric", inplace=True)
def addr(xp, input: Array, vec1: Array, vec2: Array, *, beta: Number = 1, alpha: Number = 1):
    """``beta * input + alpha * outer(vec1, vec2)``.

    Args:
        input: Tensor whose shape broadcasts to (n, m).
        vec1: Tensor of shape (n,).
        vec2: Tensor of shape (m,).
        beta: factor of ``input``; with 0 its elements are ignored, nan too.
        alpha: factor of the product.

    Returns:
        Tensor of shape (n, m) and the promoted dtype.

    Raises:
        ShapeError: the shapes do not fit together.
        ValueError: a fractional factor of integers.

    Example:
        >>> ft.addr(ft.zeros(1, 2), ft.tensor([1.0, 2.0]), ft.tensor([3.0, 4.0])).tolist()
        [[3.0, 4.0], [6.0, 8.0]]
    """
    return _combined(input, xp.multiply(widened(vec1)[:, None], widened(vec2)[None, :]), beta, alpha)


@addr.check_shapes
def _(input, vec1, vec2, beta, alpha):
    for name, vec in (("vec1", vec1), ("vec2", vec2)):
        _check_ndim("addr", name, vec, 1)
    _check_sum("addr", input, (vec1.shape[0], vec2.shape[0]), beta, alpha)


def _check_ndim(operation, argument, array, ndim):
    if array.ndim != ndim:
        noun = "dimension" if ndim == 1 else "dimensions"
        errors.shape_error(operation, argument, f"{ndim} {noun}", f"shape {tuple(array.shape)}")


def _check_product(operation, first, second):
    """Two factors ``(name, array, dimensions)`` whose inner sizes must be equal."""
    for factor in (first, second):
        _check_ndim(operation, *factor)
    (_, left, _), (name, right, ndim) = first, second
    inner = right.shape[max(ndim - 2, 0)]
    if inner != left.shape[-1]:
        wanted = f"size {left.shape[-1]} in dimension {max(ndim - 2, 0)} to match {first[0]}'s last"
        errors.shape_error(operation, name, wanted, f"shape {tuple(right.shape)}")


def _check_batches(operation, batch1, batch2):
    _check_ndim(operation, "batch1", batch1, 3)
    _check_ndim(operation, "batch2", batch2, 3)
    if batch1.shape[0] != batch2.shape[0]:
        wanted = f"{batch1.shape[0]} matrices, as batch1"
        errors.shape_error(operation, "batch2", wanted, f"shape {tuple(batch2.shape)}")
    _check_product(operation, ("batch1", batch1, 3), ("batch2", batch2, 3))


def _check_sum(operation, input, shape, beta, alpha):
    if not expands_to(input.shape, shape):
        errors.shape_error(operation, "input", f"a shape that broadcasts to {shape}", f"shape {tuple(input.shape)}")
    if input.dtype.kind in "iu":
        for name, number in (("beta", beta), ("alpha", alpha)):
            if not isinstance(number, int) and not float(number).is_integer():
                errors.value_error(operation, name, "a whole number, for integers", str(number))


@operator(promote="common", dtypes="numeric", method=False, function=False)
def cross_product(xp, input: Array, other: Array, dim: Int):
    """The cross product of vectors of 3 elements along a dimension; see :func:`flambeau.tensor.cross`.

    Args:
        input: Tensor of size 3 in ``dim``.
        other: the same; shapes broadcast.
        dim: the dimension of the vectors, counted from the last: negative.

    Returns:
        Tensor of the broadcast shape.
    """

    def turned(x, first, *rest):
        x = x.swapaxes(dim, -1)
        return xp.stack([x[..., i] for i in (first, *rest)], axis=-1).swapaxes(dim, -1)

    a, b = widened(input), widened(other)
    result = turned(a, 1, 2, 0) * turned(b, 2, 0, 1) - turned(a, 2, 0, 1) * turned(b, 1, 2, 0)
    return narrowed(result, input.dtype)


@cross_product.check
def _(input, other, dim):
    for name, array in (("input", input), ("other", other)):
        if not -array.ndim <= dim < 0 or array.shape[dim] != 3:
            errors.shape_error("cross_product", name, f"size 3 in dimension {dim}", f"shape {tuple(array.shape)}")
    if not all(m == n or 1 in (m, n) for m, n in zip(reversed(input.shape), reversed(other.shape), strict=False)):
        wanted = f"a shape that broadcasts with input's {tuple(input.shape)}"
        errors.shape_error("cross_product", "other", wanted, str(tuple(other.shape)))
