"""User functions: your own forward and backward, NumPy and SciPy welcome."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from flambeau.tensor import Tensor, errors

from ._core.engine import Context, apply_function
from .modes import no_grad

__all__ = ["Context", "Function", "once_differentiable"]


class Function:
    """An operation with a gradient of your own.

    Subclass it, write ``forward`` and ``backward`` as static methods, and call ``apply``. Inside ``forward`` nothing is
    recorded, so it may compute in any way, with NumPy too. ``backward`` gets one gradient for each output and returns
    one for each argument of ``forward``, None where there is none. When ``backward`` is computed with Variables all
    through, the function can be differentiated twice; when it is not, a second differentiation raises.

    What ``forward`` returns is a Tensor or a tuple; what is no Tensor in a tuple is handed through, and its gradient is
    None. A subclass that has a ``setup_context`` has a ``forward`` without ``ctx``.

    Example:
        >>> class Cube(Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         ctx.save_for_backward(x)
        ...         return ft.from_numpy(x.numpy() ** 3)
        ...     @staticmethod
        ...     def backward(ctx, grad):
        ...         (x,) = ctx.saved_tensors
        ...         return grad * 3 * x * x
        >>> x = Variable(ft.tensor(2.0), requires_grad=True)
        >>> Cube.apply(x).backward()
        >>> x.grad.item()
        12.0
    """

    @staticmethod
    def forward(ctx: Context, *args: Any) -> Tensor | tuple[Tensor, ...]:
        """Compute the result; Variables among the arguments arrive without history."""
        raise NotImplementedError("forward(): expected a static method forward(ctx, ...) in the subclass, got none")

    @staticmethod
    def setup_context(ctx: Context, inputs: tuple[Any, ...], output: Any) -> None:
        """Fill the context after ``forward``, which then does not get it: for functions that are useful alone.

        Args:
            ctx: the context.
            inputs: the arguments of ``forward``, defaults included.
            output: what ``forward`` returned.

        Example:
            >>> class Scale(Function):
            ...     @staticmethod
            ...     def forward(x, factor=2.0):
            ...         return x * factor
            ...     @staticmethod
            ...     def setup_context(ctx, inputs, output):
            ...         x, ctx.factor = inputs
            ...     @staticmethod
            ...     def backward(ctx, grad):
            ...         return grad * ctx.factor, None
            >>> x = Variable(ft.tensor(2.0), requires_grad=True)
            >>> Scale.apply(x).backward()
            >>> x.grad.item()
            2.0
        """
        raise NotImplementedError("setup_context(): expected one in the subclass, got none")

    @staticmethod
    def backward(ctx: Context, *grads: Tensor) -> Tensor | tuple[Tensor | None, ...] | None:
        """Compute the gradient of each argument from the gradient of each output."""
        raise NotImplementedError("backward(): expected a static method backward(ctx, ...) in the subclass, got none")

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run ``forward`` on the arguments and record it."""
        if cls.setup_context is Function.setup_context:
            return apply_function(cls, _positional(cls.forward, (None, *args), kwargs)[1:] if kwargs else args)
        return apply_function(cls, _positional(cls.forward, args, kwargs), cls.setup_context)


def _positional(forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """All arguments of a call by their places, defaults included: so many gradients backward gives."""
    bound = inspect.signature(forward).bind(*args, **kwargs)
    bound.apply_defaults()
    if bound.kwargs:
        name = next(iter(bound.kwargs))
        errors.type_error("forward", name, "an argument that can be given by its place", "a keyword-only one")
    return bound.args


def once_differentiable(backward: Callable) -> Callable:
    """Decorator for a ``backward`` that cannot be differentiated itself: it runs unrecorded.

    Differentiating it a second time raises, naming the function.

    Example:
        >>> from flambeau.autograd import Function, Variable, once_differentiable
        >>> class Exp(Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         ctx.result = np.exp(x.numpy())
        ...         return ft.tensor(ctx.result)
        ...     @staticmethod
        ...     @once_differentiable
        ...     def backward(ctx, grad):
        ...         return grad * ctx.result
        >>> x = Variable(ft.zeros(2), requires_grad=True)
        >>> Exp.apply(x).sum().backward()
        >>> x.grad.tolist()
        [1.0, 1.0]
    """

    @functools.wraps(backward)
    def unrecorded(ctx, *grads):
        with no_grad():
            return backward(ctx, *grads)

    unrecorded.once_differentiable = True  # type: ignore[attr-defined]  # functions take any attribute
    return unrecorded
