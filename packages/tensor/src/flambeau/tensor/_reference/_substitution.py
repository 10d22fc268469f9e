"""Triangular systems, and factorizations into triangles: on arrays of matrices, for any array library.

Each algorithm halves the matrix until a few columns are left, so that nearly all work is matrix products. Nothing looks
at a value on the host: failures show in the result, or in ``info``.
"""

FEW = 8  # columns that are done one by one


def transposed(x):
    return x.swapaxes(-2, -1)


def adjoint(xp, x):
    """The conjugate transpose."""
    return transposed(xp.conj(x) if x.dtype.kind == "c" else x)


def solve_lower(xp, a, b, unit=False):
    """``x`` in ``a @ x = b``, where ``a`` is lower triangular; what is above its diagonal is not looked at."""
    n = a.shape[-1]
    if n <= FEW:
        rows = []
        for i in range(n):
            row = b[..., i : i + 1, :]
            if rows:
                row = row - xp.matmul(a[..., i : i + 1, :i], xp.concatenate(rows, axis=-2))
            rows.append(row if unit else row / a[..., i : i + 1, i : i + 1])
        return xp.concatenate(rows, axis=-2) if rows else b
    half = n // 2
    first = solve_lower(xp, a[..., :half, :half], b[..., :half, :], unit)
    rest = b[..., half:, :] - xp.matmul(a[..., half:, :half], first)
    return xp.concatenate([first, solve_lower(xp, a[..., half:, half:], rest, unit)], axis=-2)


def solve_triangular(xp, a, b, upper, left=True, unit=False):
    """``x`` in ``a @ x = b``, or in ``x @ a = b`` if not ``left``. Batches must have been broadcast."""
    if not left:
        return transposed(solve_triangular(xp, transposed(a), transposed(b), not upper, True, unit))
    if upper:  # turned by half a circle it is lower
        return solve_lower(xp, a[..., ::-1, ::-1], b[..., ::-1, :], unit)[..., ::-1, :]
    return solve_lower(xp, a, b, unit)


def cholesky(xp, a):
    """The lower triangle ``l`` with ``l @ adjoint(l) = a``, from that of ``a``; nan from where on it fails."""
    return xp.tril(_cholesky(xp, a))


def _cholesky(xp, a):
    n = a.shape[-1]
    if n == 0:
        return a
    if n == 1:
        return xp.sqrt(a.real).astype(a.dtype) if a.dtype.kind == "c" else xp.sqrt(a)
    half = n // 2
    first = cholesky(xp, a[..., :half, :half])
    below = adjoint(xp, solve_lower(xp, first, adjoint(xp, a[..., half:, :half])))
    last = _cholesky(xp, a[..., half:, half:] - xp.matmul(below, adjoint(xp, below)))
    above = xp.zeros_like(a[..., :half, half:])
    return xp.concatenate([xp.concatenate([first, above], axis=-1), xp.concatenate([below, last], axis=-1)], axis=-2)


def lu(xp, a, pivot):
    """The triangles of ``a`` packed into one matrix, and for each step the row that was swapped with the diagonal's."""
    a = a.copy()
    rows, columns = a.shape[-2:]
    least = min(rows, columns)
    swaps = []
    _lu_columns(xp, a, 0, least, swaps if pivot else None)
    if columns > least:
        a[..., :, least:] = solve_lower(xp, a[..., :, :least], a[..., :, least:], unit=True)
    if pivot and swaps:
        return a, xp.stack(swaps, axis=-1)
    return a, xp.zeros((*a.shape[:-2], least), dtype="int64") + xp.arange(least)


def _lu_columns(xp, a, first, last, swaps):
    if last - first > FEW:
        middle = (first + last) // 2
        _lu_columns(xp, a, first, middle, swaps)
        inside, right = a[..., first:middle, first:middle], a[..., first:middle, middle:last]
        a[..., first:middle, middle:last] = above = solve_lower(xp, inside, right, unit=True)
        a[..., middle:, middle:last] -= xp.matmul(a[..., middle:, first:middle], above)
        _lu_columns(xp, a, middle, last, swaps)
        return
    for k in range(first, last):
        if swaps is not None:
            swaps.append(_swap_greatest(xp, a, k))
        top = a[..., k : k + 1, k : k + 1]
        # The greatest of a column is 0 where all of it is: nothing to eliminate.
        below = a[..., k + 1 :, k : k + 1] / xp.where(top == 0, xp.ones_like(top), top)
        a[..., k + 1 :, k : k + 1] = below
        a[..., k + 1 :, k + 1 : last] -= below * a[..., k : k + 1, k + 1 : last]


def _swap_greatest(xp, a, k):
    """Swap row ``k`` of each matrix with the one that has the greatest element of column ``k`` from there on."""
    found = xp.argmax(xp.abs(a[..., k:, k]), axis=-1) + k
    place = xp.broadcast_to(found[..., None, None], (*a.shape[:-2], 1, a.shape[-1]))
    row = a[..., k : k + 1, :].copy()
    a[..., k : k + 1, :] = xp.take_along_axis(a, place, axis=-2)
    xp.put_along_axis(a, place, row, axis=-2)
    return found


def swapped_order(xp, swaps, rows):
    """The order of rows that swapping one after the other leads to: ``a[order]`` is what was factored."""
    batch = swaps.shape[:-1]
    order = xp.zeros((*batch, rows), dtype="int64") + xp.arange(rows)
    for k in range(swaps.shape[-1]):
        place = swaps[..., k : k + 1]
        row = order[..., k : k + 1].copy()
        order[..., k : k + 1] = xp.take_along_axis(order, place, axis=-1)
        xp.put_along_axis(order, place, row, axis=-1)
    return order


def first_failure(xp, failed):
    """1 + the first place along the last dimension where something failed; 0 where nothing did."""
    n = failed.shape[-1]
    if n == 0:
        return xp.zeros(failed.shape[:-1], dtype="int32")
    found = xp.argmax(failed, axis=-1) + 1
    return xp.where(xp.any(failed, axis=-1), found, xp.zeros_like(found)).astype("int32")


def diagonal(xp, a):
    return xp.diagonal(a, 0, -2, -1)
