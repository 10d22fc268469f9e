"""Complex elements: their parts, their direction, their conjugate. Real ones are complex numbers without an imaginary
part."""

import math

from .. import errors
from .._schema import Array, operator, pointwise
from ._helpers import narrowed, select, widened
from .views import check_beginning


@operator(view=True, method=False)
def real(xp, input: Array):
    """The real part of each element: a view. Also ``input.real``.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        Tensor that shares ``input``'s memory; of a real dtype it is ``input`` itself.

    Example:
        >>> ft.real(ft.tensor([1 + 2j])).tolist()
        [1.0]
    """
    return input.real if input.dtype.kind == "c" else input


@operator(view=True, method=False)
def imag(xp, input: Array):
    """The imaginary part of each element: a view. Also ``input.imag``.

    Args:
        input: Tensor of any shape and complex dtype.

    Returns:
        Tensor that shares ``input``'s memory.

    Raises:
        DTypeError: ``input`` is not complex.

    Example:
        >>> ft.imag(ft.tensor([1 + 2j])).tolist()
        [2.0]
    """
    return input.imag


@operator(view=True, method=False)
def view_as_real(xp, input: Array):
    """The real and imaginary parts of complex elements, side by side in a new last dimension: a view.

    Args:
        input: Tensor of any shape and complex dtype.

    Returns:
        Tensor of shape ``(*input.shape, 2)`` that shares ``input``'s memory, of float32 or, for complex128, float64.

    Raises:
        DTypeError: ``input`` is not complex.

    Example:
        >>> ft.view_as_real(ft.tensor([1 + 2j, 3j])).tolist()
        [[1.0, 2.0], [0.0, 3.0]]
    """
    strides = (*input.strides, input.dtype.itemsize // 2)
    return xp.lib.stride_tricks.as_strided(input.real, (*input.shape, 2), strides)


def _complex_only(name):
    def check(input):
        if input.dtype.kind != "c":
            errors.dtype_error(name, "input", "a complex dtype", input.dtype.name)

    return check


for _definition in (imag, view_as_real):
    _definition.check(_complex_only(_definition.name))


@operator(view=True, method=False)
def view_as_complex(xp, input: Array):
    """Complex elements whose real and imaginary parts lie side by side in the last dimension: a view.

    Args:
        input: Tensor of shape (..., 2) and dtype float32 or float64, in whose memory the parts of an element are
            neighbours, and elements whole elements apart. :func:`complex` takes parts from anywhere.

    Returns:
        Tensor of shape (...) that shares ``input``'s memory, of complex64 or, for float64, complex128.

    Raises:
        DTypeError: ``input`` is of another dtype.
        ShapeError: the last dimension is not of size 2, or the layout is another one; on a GPU also, where the first
            element would begin between two.

    Example:
        >>> ft.view_as_complex(ft.tensor([[1.0, 2.0], [0.0, 3.0]])).tolist()
        [(1+2j), 3j]
    """
    return input.view("complex128" if input.dtype.itemsize == 8 else "complex64")[..., 0]


@view_as_complex.check
def _(input):
    if input.dtype.name not in ("float32", "float64"):
        fix = "convert it with .float()"
        errors.dtype_error("view_as_complex", "input", "float32 or float64", input.dtype.name, fix)
    shape, strides, step = tuple(input.shape), tuple(input.strides), input.dtype.itemsize
    if shape[-1:] != (2,):
        errors.shape_error("view_as_complex", "input", "a last dimension of size 2", f"shape {shape}")
    apart = any(n > 1 and stride % (2 * step) for n, stride in zip(shape[:-1], strides, strict=False))
    if input.size and (strides[-1] != step or apart):
        errors.shape_error(
            "view_as_complex",
            "input",
            "parts that are neighbours, and elements whole elements apart",
            f"strides of {strides} bytes",
            "use .contiguous()",
        )
    check_beginning("view_as_complex", input, 2 * step)


@pointwise()
def conj_physical(xp, input: Array):
    """Each element with its imaginary part negated, in memory of its own.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.conj_physical(ft.tensor([1 + 2j])).tolist()
        [(1-2j)]
    """
    return xp.conjugate(input) if input.dtype.kind == "c" else input.copy()


@pointwise("input != input ? input : input < 0 ? T(3.14159265358979323846) : T(0)", promote="float", inplace=False)
def angle(xp, input: Array):
    """The angle of each element in the complex plane, in radians: 0 for positive numbers, pi for negative ones.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a real floating dtype.

    Example:
        >>> ft.angle(ft.tensor([1j, -1.0])).tolist()
        [1.5707963705062866, 3.1415927410125732]
    """
    if input.dtype.kind == "c":
        return xp.arctan2(input.imag, input.real)
    turned = xp.where(input < 0, math.pi, 0.0).astype(input.dtype)
    return select(xp, input == input, turned, input)


@pointwise("sign(input)", dtypes="numeric")
def sgn(xp, input: Array):
    """The direction of each element: :func:`sign` of real ones, ``input / abs(input)`` of complex ones, 0 of 0.

    Args:
        input: Tensor of any shape and numeric dtype.

    Returns:
        Tensor like ``input``.

    Example:
        >>> ft.sgn(ft.tensor([3 + 4j, 0])).tolist()
        [(0.6000000238418579+0.800000011920929j), 0j]
    """
    if input.dtype.kind != "c":
        return narrowed(xp.sign(widened(input)), input.dtype)
    size = xp.absolute(input)
    return xp.where(size == 0, 0, input / xp.where(size == 0, 1, size)).astype(input.dtype)
