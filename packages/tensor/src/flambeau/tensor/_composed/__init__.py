"""Functions that are made of operators and need no record of their own: how they are declared, and what they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .. import errors

if TYPE_CHECKING:
    from .._core.tensor import Tensor

F = TypeVar("F", bound=Callable[..., Any])

# What modules declared and nobody published yet: (name, function, is it a function of the package, a method of Tensor)
COMPOSED: list[tuple[str, Callable[..., Any], bool, bool]] = []


def composed(
    function: bool = True, method: bool = True, inplace: bool = False, aliases: tuple[str, ...] = ()
) -> Callable[[F], F]:
    """Decorator: make a function public in ``flambeau.tensor`` if ``function``, and a method of Tensor if ``method``,
    under other names too. ``inplace`` adds the twin ``name_``, which writes the result to the first argument."""

    def declare(declared: F) -> F:
        for each in [declared, twin_of(declared)] if inplace else [declared]:
            twin = "" if each is declared else "_"
            names = [each.__name__, *[alias + twin for alias in aliases]]
            COMPOSED.extend((name, each, function, method) for name in names)
        return declared

    return declare


def twin_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """``name_``: the function that writes what ``name`` gives to the first argument."""
    name = function.__name__

    def twin(input, *args, **kwargs):
        from .._core.tensor import Tensor

        # A subclass may keep what the function read; of a plain Tensor nothing is kept.
        result = function(input if type(input) is Tensor else input.clone(), *args, **kwargs)
        return stored(name, "input", input, result)

    twin.__name__ = twin.__qualname__ = name + "_"
    twin.__module__ = "flambeau.tensor"  # where pickle finds it
    twin.__doc__ = f"In place: ``{name}``, written to ``input``, which is returned."
    twin.__wrapped__ = function  # whose signature it has
    return twin


def stored(operation: str, argument: str, target: Tensor, result: Tensor) -> Tensor:
    """Write a result to a Tensor of its shape and of a dtype that holds it."""
    if tuple(result.shape) != tuple(target.shape):
        errors.shape_error(operation, argument, f"shape {tuple(result.shape)}, the result's", str(tuple(target.shape)))
    if not _holds(target.dtype, result.dtype):
        errors.dtype_error(
            operation, argument, f"a dtype that holds the result's {result.dtype.name}", target.dtype.name
        )
    return target.copy_(result)


def _holds(dtype, other) -> bool:
    """As for operators: kinds may only widen, widths are the caller's choice."""
    kinds = "b iu fV c".split()
    mine, theirs = (next(i for i, kind in enumerate(kinds) if d.kind in kind) for d in (dtype, other))
    return theirs <= mine


def called(operation: str, record: Any, *args: Any) -> Any:
    """What an operator gives, whose errors name the function that was called."""
    try:
        return record(*args)
    except Exception as error:
        errors.attribute(error, record.name, operation)
        raise


def one_of(operation: str, dim: Any, axis: Any, keepdim: bool, keepdims: bool | None) -> tuple[Any, bool]:
    """``dim`` and ``keepdim``, which may have come under NumPy's names."""
    if dim is not None and axis is not None:
        errors.type_error(operation, "axis", "one of dim and axis", "both")
    return axis if dim is None else dim, keepdim if keepdims is None else keepdims


def existing_dim(operation: str, argument: str, dim: Any, ndim: int, alone: bool = False) -> int:
    """A dimension counted from the front. ``alone``: where there is none, 0 and -1 are taken, as operators do."""
    if isinstance(dim, bool) or not hasattr(dim, "__index__"):
        errors.type_error(operation, argument, "int", type(dim).__name__)
    if ndim == 0 and not alone:
        errors.shape_error(operation, "input", "at least 1 dimension", "shape ()")
    dim, span = dim.__index__(), ndim or 1
    if not -span <= dim < span:
        errors.index_error(operation, argument, f"a dimension in [{-span}, {span - 1}]", str(dim))
    return dim % span


class renamed:
    """Within ``with renamed("median", "sort"):`` errors of ``sort`` name ``median``: what the user called."""

    __slots__ = ("inner", "outer")

    def __init__(self, outer: str, inner: str):
        self.outer = outer
        self.inner = inner

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind, error, traceback) -> None:
        if error is not None:
            errors.attribute(error, self.inner, self.outer)


def named(name: str, parts: str, *values: Any) -> Any:
    """A named tuple, like those that operators of several outputs give."""
    from .._results import result_type

    return result_type(name, tuple(parts.split()))(*values)
