"""Complex numbers from real ones."""

from .._schema import Array, operator
from ._helpers import checks_broadcast


@operator(method=False, promote="common", dtypes="float", real=True)
def complex(xp, real: Array, imag: Array):
    """Complex numbers from their real and imaginary parts.

    Args:
        real: Tensor of float32 or float64; of 16-bit floats, the result is complex64.
        imag: Tensor whose shape broadcasts with ``real``'s.

    Returns:
        Tensor of complex64 or complex128.

    Raises:
        ShapeError: the shapes do not broadcast.

    Example:
        >>> ft.complex(ft.tensor([1.0, 2.0]), ft.tensor([0.0, -1.0])).tolist()
        [(1+0j), (2-1j)]
    """
    wide = "float64" if real.dtype.itemsize == 8 else "float32"
    pair = [part.astype(wide) for part in xp.broadcast_arrays(real, imag)]
    return xp.stack(pair, axis=-1).view("complex128" if wide == "float64" else "complex64")[..., 0]


checks_broadcast(complex)
