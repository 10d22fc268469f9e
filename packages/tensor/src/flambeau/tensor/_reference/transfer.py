"""Moving between devices."""

from .. import _backends
from .._schema import Anything, Array, Bool, operator


@operator(function=False, method=False, out=False)
def transfer(xp, input: Array, device: Anything, non_blocking: Bool = False):
    """The same elements on another device.

    Args:
        input: Tensor of any shape and dtype.
        device: the Device to copy to.
        non_blocking: whether the copy may go on while the program does: see :meth:`Tensor.to`.

    Returns:
        Tensor of the same shape and dtype on ``device``.
    """
    source = _backends.backend_of_array(input)
    target = _backends.backend_of_device(device, "to")
    for backend in (target, source):
        if backend.transfer is not None and {source, target} <= {backend, _backends.CPU}:
            return backend.transfer(input, device, non_blocking)
    return target.asarray(source.asnumpy(input), device.index)
