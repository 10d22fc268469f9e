"""Moving between devices."""

from .. import _backends
from .._schema import Anything, Array, operator


@operator(function=False, method=False, out=False)
def transfer(xp, input: Array, device: Anything):
    """The same elements on another device.

    Args:
        input: Tensor of any shape and dtype.
        device: the Device to copy to.

    Returns:
        Tensor of the same shape and dtype on ``device``.
    """
    source = _backends.backend_of_array(input)
    target = _backends.backend_of_device(device, "to")
    return target.asarray(source.asnumpy(input), device.index)
