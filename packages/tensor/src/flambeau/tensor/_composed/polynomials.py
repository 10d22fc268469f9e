"""Orthogonal polynomials, by their recurrences (NIST Digital Library of Mathematical Functions, section 18.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import errors, ops
from . import renamed

if TYPE_CHECKING:
    from .._core.tensor import Tensor

HIGHEST = 10_000  # degrees: the work grows with them


def _polynomial(operation, x, n, first, step):
    """p[0] = 1, p[1] = first(x), p[k + 1] = step(k, x, p[k], p[k - 1]): for one degree, or one for each element; of
    negative degrees it is 0."""
    if not hasattr(x, "is_floating_point"):
        errors.type_error(operation, "input", "Tensor", type(x).__name__)
    if x.is_complex():
        errors.dtype_error(operation, "input", "a real dtype", x.dtype.name)
    if not x.is_floating_point():
        x = x.float()
    several = hasattr(n, "dtype")
    if several:
        least, degree = (int(ops.amin(n).item()), int(ops.amax(n).item())) if n.numel() else (0, 0)
    else:
        if isinstance(n, bool) or not isinstance(n, int):
            errors.type_error(operation, "n", "int, or Tensor of them", type(n).__name__)
        least = degree = n
    if degree > HIGHEST:
        errors.value_error(operation, "n", f"at most {HIGHEST}", str(degree))
    if several:
        with renamed(operation, "add"):
            x = x + ops.zeros_like(n, dtype=x.dtype)
    before, now = ops.ones_like(x), first(x)
    if not several:
        if degree < 1:
            return before if degree == 0 else ops.zeros_like(x)
        for k in range(1, degree):
            before, now = now, step(k, x, now, before)
        return now
    result = ops.where(n == 0, before, ops.where(n == 1, now, 0))
    for k in range(1, degree):
        before, now = now, step(k, x, now, before)
        if k + 1 >= least:
            result = ops.where(n == k + 1, now, result)
    return result


def _double(k, x, now, before):
    return x * now * 2 - before


def chebyshev_polynomial_t(input: Tensor, n: int | Tensor) -> Tensor:
    """The Chebyshev polynomial of the first kind, ``cos(n acos(input))``, of each element.

    Args:
        input: Tensor of any shape; integers give the default float.
        n: the degree, up to 10000, or Tensor of degrees whose shape broadcasts; of negative ones the result is 0.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ValueError: too high a degree.

    Example:
        >>> ft.special.chebyshev_polynomial_t(ft.tensor([0.5, 2.0]), 3).tolist()
        [-1.0, 26.0]
    """
    return _polynomial("chebyshev_polynomial_t", input, n, lambda x: x * 1, _double)


def chebyshev_polynomial_u(input: Tensor, n: int | Tensor) -> Tensor:
    """The Chebyshev polynomial of the second kind, ``sin((n + 1) a) / sin(a)`` with ``input = cos(a)``.

    Args:
        input: Tensor of any shape; integers give the default float.
        n: the degree, up to 10000, or Tensor of degrees whose shape broadcasts; of negative ones the result is 0.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ValueError: too high a degree.

    Example:
        >>> ft.special.chebyshev_polynomial_u(ft.tensor([0.5, 2.0]), 3).tolist()
        [-1.0, 56.0]
    """
    return _polynomial("chebyshev_polynomial_u", input, n, lambda x: x * 2, _double)


def chebyshev_polynomial_v(input: Tensor, n: int | Tensor) -> Tensor:
    """The Chebyshev polynomial of the third kind, ``cos((n + 1/2) a) / cos(a / 2)`` with ``input = cos(a)``.

    Args:
        input: Tensor of any shape; integers give the default float.
        n: the degree, up to 10000, or Tensor of degrees whose shape broadcasts; of negative ones the result is 0.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ValueError: too high a degree.

    Example:
        >>> ft.special.chebyshev_polynomial_v(ft.tensor([0.5, 2.0]), 3).tolist()
        [-1.0, 41.0]
    """
    return _polynomial("chebyshev_polynomial_v", input, n, lambda x: x * 2 - 1, _double)


def chebyshev_polynomial_w(input: Tensor, n: int | Tensor) -> Tensor:
    """The Chebyshev polynomial of the fourth kind, ``sin((n + 1/2) a) / sin(a / 2)`` with ``input = cos(a)``.

    Args:
        input: Tensor of any shape; integers give the default float.
        n: the degree, up to 10000, or Tensor of degrees whose shape broadcasts; of negative ones the result is 0.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ValueError: too high a degree.

    Example:
        >>> ft.special.chebyshev_polynomial_w(ft.tensor([0.5, 2.0]), 3).tolist()
        [-1.0, 71.0]
    """
    return _polynomial("chebyshev_polynomial_w", input, n, lambda x: x * 2 + 1, _double)


def shifted_chebyshev_polynomial_t(input: Tensor, n: int | Tensor) -> Tensor:
    """``chebyshev_polynomial_t(2 * input - 1, n)``: orthogonal from 0 to 1.

    Args:
        input: Tensor of any shape; integers give the default float.
        n: the degree, up to 10000, or Tensor of degrees whose shape broadcasts; of negative ones the result is 0.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ValueError: too high a degree.

    Example:
        >>> ft.special.shifted_chebyshev_polynomial_t(ft.tensor([0.75, 1.5]), 3).tolist()
        [-1.0, 26.0]
    """
    return _polynomial(
        "shifted_chebyshev_polynomial_t", input, n, lambda x: x * 2 - 1, lambda k, x, *p: _double(k, x * 2 - 1, *p)
    )


def shifted_chebyshev_polynomial_u(input: Tensor, n: int | Tensor) -> Tensor:
    """``chebyshev_polynomial_u(2 * input - 1, n)``: orthogonal from 0 to 1.

    Args:
        input: Tensor of any shape; integers give the default float.
        n: the degree, up to 10000, or Tensor of degrees whose shape broadcasts; of negative ones the result is 0.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ValueError: too high a degree.

    Example:
        >>> ft.special.shifted_chebyshev_polynomial_u(ft.tensor([0.75, 1.5]), 3).tolist()
        [-1.0, 56.0]
    """
    return _polynomial(
        "shifted_chebyshev_polynomial_u", input, n, lambda x: x * 4 - 2, lambda k, x, *p: _double(k, x * 2 - 1, *p)
    )


def shifted_chebyshev_polynomial_v(input: Tensor, n: int | Tensor) -> Tensor:
    """``chebyshev_polynomial_v(2 * input - 1, n)``: orthogonal from 0 to 1.

    Args:
        input: Tensor of any shape; integers give the default float.
        n: the degree, up to 10000, or Tensor of degrees whose shape broadcasts; of negative ones the result is 0.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ValueError: too high a degree.

    Example:
        >>> ft.special.shifted_chebyshev_polynomial_v(ft.tensor([0.75, 1.5]), 3).tolist()
        [-1.0, 41.0]
    """
    return _polynomial(
        "shifted_chebyshev_polynomial_v", input, n, lambda x: x * 4 - 3, lambda k, x, *p: _double(k, x * 2 - 1, *p)
    )


def shifted_chebyshev_polynomial_w(input: Tensor, n: int | Tensor) -> Tensor:
    """``chebyshev_polynomial_w(2 * input - 1, n)``: orthogonal from 0 to 1.

    Args:
        input: Tensor of any shape; integers give the default float.
        n: the degree, up to 10000, or Tensor of degrees whose shape broadcasts; of negative ones the result is 0.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ValueError: too high a degree.

    Example:
        >>> ft.special.shifted_chebyshev_polynomial_w(ft.tensor([0.75, 1.5]), 3).tolist()
        [-1.0, 71.0]
    """
    return _polynomial(
        "shifted_chebyshev_polynomial_w", input, n, lambda x: x * 4 - 1, lambda k, x, *p: _double(k, x * 2 - 1, *p)
    )


def hermite_polynomial_h(input: Tensor, n: int | Tensor) -> Tensor:
    """The physicists' Hermite polynomial of each element.

    Args:
        input: Tensor of any shape; integers give the default float.
        n: the degree, up to 10000, or Tensor of degrees whose shape broadcasts; of negative ones the result is 0.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ValueError: too high a degree.

    Example:
        >>> ft.special.hermite_polynomial_h(ft.tensor([0.5, 2.0]), 3).tolist()
        [-5.0, 40.0]
    """
    return _polynomial(
        "hermite_polynomial_h", input, n, lambda x: x * 2, lambda k, x, now, before: x * now * 2 - before * (2 * k)
    )


def hermite_polynomial_he(input: Tensor, n: int | Tensor) -> Tensor:
    """The probabilists' Hermite polynomial of each element.

    Args:
        input: Tensor of any shape; integers give the default float.
        n: the degree, up to 10000, or Tensor of degrees whose shape broadcasts; of negative ones the result is 0.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ValueError: too high a degree.

    Example:
        >>> ft.special.hermite_polynomial_he(ft.tensor([0.5, 2.0]), 3).tolist()
        [-1.375, 2.0]
    """
    return _polynomial(
        "hermite_polynomial_he", input, n, lambda x: x * 1, lambda k, x, now, before: x * now - before * k
    )


def laguerre_polynomial_l(input: Tensor, n: int | Tensor) -> Tensor:
    """The Laguerre polynomial of each element.

    Args:
        input: Tensor of any shape; integers give the default float.
        n: the degree, up to 10000, or Tensor of degrees whose shape broadcasts; of negative ones the result is 0.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ValueError: too high a degree.

    Example:
        >>> ft.special.laguerre_polynomial_l(ft.tensor([0.0, 2.0]), 2).tolist()
        [1.0, -1.0]
    """
    return _polynomial(
        "laguerre_polynomial_l",
        input,
        n,
        lambda x: 1 - x,
        lambda k, x, now, before: (((2 * k + 1) - x) * now - before * k) / (k + 1),
    )


def legendre_polynomial_p(input: Tensor, n: int | Tensor) -> Tensor:
    """The Legendre polynomial of each element.

    Args:
        input: Tensor of any shape; integers give the default float.
        n: the degree, up to 10000, or Tensor of degrees whose shape broadcasts; of negative ones the result is 0.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ValueError: too high a degree.

    Example:
        >>> ft.special.legendre_polynomial_p(ft.tensor([0.5, 1.0]), 2).tolist()
        [-0.125, 1.0]
    """
    return _polynomial(
        "legendre_polynomial_p",
        input,
        n,
        lambda x: x * 1,
        lambda k, x, now, before: (x * now * (2 * k + 1) - before * k) / (k + 1),
    )
