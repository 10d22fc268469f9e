"""Parameters: the Variables that a module learns."""

from __future__ import annotations

from typing import Any

from flambeau.autograd import Variable

__all__ = ["Parameter"]


class Parameter(Variable):
    """A Variable that a module learns: it requires grad, and a :class:`Module` registers it when it is assigned.

    Results of operations on it are Variables, never Parameters.

    Args:
        data: Tensor (whose memory is shared), or data as :func:`flambeau.tensor.tensor` takes it.
        requires_grad: whether gradients with respect to it are wanted.

    Raises:
        DTypeError: the data are not floats, and ``requires_grad`` was not set to False.

    Example:
        >>> from flambeau import nn
        >>> weight = nn.Parameter([1.0, 2.0])
        >>> weight.requires_grad, isinstance(weight * 2, nn.Parameter)
        (True, False)
    """

    def __init__(self, data: Any = None, requires_grad: bool = True) -> None:
        super().__init__(data, requires_grad)

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()
