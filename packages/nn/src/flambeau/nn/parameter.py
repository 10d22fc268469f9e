"""Parameter: a Variable that a Module trains."""

from __future__ import annotations

from typing import Any

from flambeau.autograd import Variable

__all__ = ["Parameter"]


class Parameter(Variable):
    """A Variable that becomes one of a module's parameters when assigned to an attribute of it.

    What operations make of Parameters are Variables, never Parameters.

    Args:
        data: Tensor or NumPy array, whose memory is shared, or data as :func:`flambeau.tensor.tensor` takes it.
        requires_grad: whether gradients with respect to it are wanted.

    Raises:
        DTypeError: ``requires_grad`` and elements that are not floats.

    Example:
        >>> from flambeau.nn import Parameter
        >>> w = Parameter(ft.ones(2))
        >>> w.requires_grad, type(w * 2).__name__
        (True, 'Variable')
    """

    def __init__(self, data: Any = None, requires_grad: bool = True) -> None:
        super().__init__(data, requires_grad)

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"
