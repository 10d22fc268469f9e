"""Mathematical functions of each element: rows of the pointwise table."""

from .._schema import Array, Operand, pointwise
from ._helpers import checks_broadcast


@pointwise("exp(input)", promote="float", dtypes="float")
def exp(xp, input: Array):
    """e to the power of each element.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.exp(ft.tensor([0.0, 1.0])).tolist()
        [1.0, 2.7182817459106445]
    """
    return xp.exp(input)


@pointwise("expm1(input)", promote="float", dtypes="float")
def expm1(xp, input: Array):
    """``exp(input) - 1`` of each element, exact near zero.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.expm1(ft.tensor([0.0, 1.0])).tolist()
        [0.0, 1.718281865119934]
    """
    value = xp.expm1(input)
    if input.dtype.kind != "c":
        return value
    # Of infinity and nan the formula behind it makes nan everywhere; the exponential knows what comes there.
    plain, power = xp.isfinite(input.real), xp.exp(input)
    real = xp.where(plain, value.real, power.real - 1)
    imaginary = xp.where(plain, value.imag, power.imag)
    return xp.stack((real, imaginary), axis=-1).view(input.dtype)[..., 0]


@pointwise("log(input)", promote="float", dtypes="float")
def log(xp, input: Array):
    """The natural logarithm of each element: -inf at zero, nan below.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.log(ft.tensor([1.0, 2.0])).tolist()
        [0.0, 0.6931471824645996]
    """
    return xp.log(input)


@pointwise("log1p(input)", promote="float", dtypes="float")
def log1p(xp, input: Array):
    """``log(1 + input)`` of each element, exact near zero.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.log1p(ft.tensor([0.0, 1.0])).tolist()
        [0.0, 0.6931471824645996]
    """
    return xp.log1p(input)


@pointwise("exp2(input)", promote="float", dtypes="float", real=True)
def exp2(xp, input: Array):
    """2 to the power of each element.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.exp2(ft.tensor([0.0, 3.0])).tolist()
        [1.0, 8.0]
    """
    return xp.exp2(input)


@pointwise("log2(input)", promote="float", dtypes="float")
def log2(xp, input: Array):
    """The logarithm of each element to base 2; nan where it is negative.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.log2(ft.tensor([1.0, 8.0])).tolist()
        [0.0, 3.0]
    """
    return xp.log2(input)


@pointwise("log10(input)", promote="float", dtypes="float")
def log10(xp, input: Array):
    """The logarithm of each element to base 10; nan where it is negative.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.log10(ft.tensor([1.0, 1000.0])).tolist()
        [0.0, 3.0]
    """
    return xp.log10(input)


@pointwise("sqrt(input)", promote="float", dtypes="float")
def sqrt(xp, input: Array):
    """The square root of each element: nan below zero.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.sqrt(ft.tensor([4.0, 9.0])).tolist()
        [2.0, 3.0]
    """
    return xp.sqrt(input)


@pointwise("1 / sqrt(input)", promote="float", dtypes="float")
def rsqrt(xp, input: Array):
    """``1 / sqrt(input)`` of each element: inf at zero, nan below.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.rsqrt(ft.tensor([4.0, 16.0])).tolist()
        [0.5, 0.25]
    """
    return xp.reciprocal(xp.sqrt(input))


@pointwise("sin(input)", promote="float", dtypes="float")
def sin(xp, input: Array):
    """The sine of each element, in radians.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.sin(ft.tensor([0.0, 1.0])).tolist()
        [0.0, 0.8414709568023682]
    """
    return xp.sin(input)


@pointwise("cos(input)", promote="float", dtypes="float")
def cos(xp, input: Array):
    """The cosine of each element, in radians.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.cos(ft.tensor([0.0, 1.0])).tolist()
        [1.0, 0.5403022766113281]
    """
    return xp.cos(input)


@pointwise("tan(input)", promote="float", dtypes="float")
def tan(xp, input: Array):
    """The tangent of each element, in radians.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.tan(ft.tensor([0.0])).tolist()
        [0.0]
    """
    return xp.tan(input)


@pointwise("tanh(input)", promote="float", dtypes="float")
def tanh(xp, input: Array):
    """The hyperbolic tangent of each element.

    Args:
        input: Tensor of any shape; integers give the default float.

    Returns:
        Tensor of ``input``'s shape and a floating dtype.

    Example:
        >>> ft.tanh(ft.tensor([0.0, 1000.0])).tolist()
        [0.0, 1.0]
    """
    return xp.tanh(input)


@pointwise("atan2(input, other)", promote="float", dtypes="float", real=True, aliases=("arctan2",))
def atan2(xp, input: Operand, other: Operand):
    """The angle of the point (x = ``other``, y = ``input``), in radians in [-pi, pi].

    Args:
        input: y: Tensor of any shape, or a number; integers give the default float.
        other: x: Tensor whose shape broadcasts with ``input``'s, or a number.

    Returns:
        Tensor of the broadcast shape and a floating dtype.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.atan2(ft.tensor([0.0, 1.0]), ft.tensor([1.0, 0.0])).tolist()
        [0.0, 1.5707963705062866]
    """
    return xp.arctan2(input, other)


@pointwise("floor(input)", dtypes="numeric", real=True, cpp_dtypes="float")
def floor(xp, input: Array):
    """The greatest integer not above each element.

    Args:
        input: Tensor of any shape and numeric dtype.

    Returns:
        Tensor like ``input``; integers stay as they are.

    Example:
        >>> ft.floor(ft.tensor([1.5, -1.5])).tolist()
        [1.0, -2.0]
    """
    return input.copy() if input.dtype.kind in "iu" else xp.floor(input)


@pointwise("ceil(input)", dtypes="numeric", real=True, cpp_dtypes="float")
def ceil(xp, input: Array):
    """The least integer not below each element.

    Args:
        input: Tensor of any shape and numeric dtype.

    Returns:
        Tensor like ``input``; integers stay as they are.

    Example:
        >>> ft.ceil(ft.tensor([1.5, -1.5])).tolist()
        [2.0, -1.0]
    """
    return input.copy() if input.dtype.kind in "iu" else xp.ceil(input)


@pointwise("rint(input)", dtypes="numeric", real=True, cpp_dtypes="float", function=False, method=False, inplace=False)
def round(xp, input: Array):
    """The integer nearest to each element; halves go to the even one.

    Args:
        input: Tensor of any shape and numeric dtype.

    Returns:
        Tensor like ``input``; integers stay as they are.
    """
    return input.copy() if input.dtype.kind in "iu" else xp.rint(input)


@pointwise("trunc(input)", dtypes="numeric", real=True, cpp_dtypes="float", aliases=("fix",))
def trunc(xp, input: Array):
    """Each element without its fraction.

    Args:
        input: Tensor of any shape and numeric dtype.

    Returns:
        Tensor like ``input``; integers stay as they are.

    Example:
        >>> ft.trunc(ft.tensor([1.5, -1.5])).tolist()
        [1.0, -1.0]
    """
    return input.copy() if input.dtype.kind in "iu" else xp.trunc(input)


@pointwise("isnan(input)", comparison=True, inplace=False, differentiable=False)
def isnan(xp, input: Array):
    """Whether each element is nan.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        bool Tensor of ``input``'s shape.

    Example:
        >>> ft.isnan(ft.tensor([1.0, float('nan')])).tolist()
        [False, True]
    """
    return xp.isnan(input)


@pointwise("isinf(input)", comparison=True, inplace=False, differentiable=False)
def isinf(xp, input: Array):
    """Whether each element is inf or -inf.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        bool Tensor of ``input``'s shape.

    Example:
        >>> ft.isinf(ft.tensor([1.0, float('inf')])).tolist()
        [False, True]
    """
    return xp.isinf(input)


@pointwise("isfinite(input)", comparison=True, inplace=False, differentiable=False)
def isfinite(xp, input: Array):
    """Whether each element is neither infinite nor nan.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        bool Tensor of ``input``'s shape.

    Example:
        >>> ft.isfinite(ft.tensor([1.0, float('inf')])).tolist()
        [True, False]
    """
    return xp.isfinite(input)


checks_broadcast(atan2)
