"""Parts of complex numbers."""

from .._schema import Array, operator


@operator(view="maybe")
def conj(xp, input: Array):
    """The complex conjugate, element by element.

    Args:
        input: Tensor of any shape and dtype.

    Returns:
        Tensor like ``input``; of real numbers, ``input`` itself.

    Example:
        >>> ft.conj(ft.tensor([1 + 2j])).tolist()
        [(1-2j)]
    """
    return xp.conj(input) if input.dtype.kind == "c" else input
