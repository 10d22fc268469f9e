"""The functions of ``flambeau.tensor`` that make Tensors, making Variables: a leaf needs no wrapping step."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Protocol

import flambeau.tensor as ft
from flambeau.tensor import Tensor

from ._core.engine import Variable


class Creation(Protocol):
    """A function of ``flambeau.tensor`` with one argument more."""

    def __call__(self, *args: Any, requires_grad: bool = False, **kwargs: Any) -> Variable: ...


def _creation(name: str) -> Creation:
    function: Callable[..., Tensor] = getattr(ft, name)

    @functools.wraps(function)
    def create(*args: Any, requires_grad: bool = False, **kwargs: Any) -> Variable:
        made = function(*args, **kwargs)
        variable = made if isinstance(made, Variable) else Variable(made)
        variable.requires_grad = requires_grad
        return variable

    create.__module__ = "flambeau.autograd"
    signature = inspect.signature(function)
    added = inspect.Parameter("requires_grad", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=bool)
    create.__signature__ = signature.replace(  # type: ignore[attr-defined]  # functions may have it
        parameters=[*signature.parameters.values(), added], return_annotation=Variable
    )
    argument = "    requires_grad: whether gradients with respect to the result are wanted.\n"
    create.__doc__ = (inspect.getdoc(function) or "").replace("\n\nReturns:\n", f"\n{argument}\nReturns:\n")
    return create


arange = _creation("arange")
empty = _creation("empty")
empty_like = _creation("empty_like")
eye = _creation("eye")
full = _creation("full")
full_like = _creation("full_like")
linspace = _creation("linspace")
logspace = _creation("logspace")
normal = _creation("normal")
ones = _creation("ones")
ones_like = _creation("ones_like")
rand = _creation("rand")
rand_like = _creation("rand_like")
randint = _creation("randint")
randint_like = _creation("randint_like")
randn = _creation("randn")
randn_like = _creation("randn_like")
randperm = _creation("randperm")
tensor = _creation("tensor")
zeros = _creation("zeros")
zeros_like = _creation("zeros_like")
