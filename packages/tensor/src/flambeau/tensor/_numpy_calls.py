"""NumPy's functions on Tensors: they see NumPy arrays of the same memory, and give what they give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ._core.tensor import Tensor


def call(function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any], inplace: bool = False) -> Any:
    """Call with arrays in the place of Tensors. A Tensor to be written (``out=``, or the first argument when
    ``inplace``) is written by an operator, so that the change counts and is recorded where that matters.
    """
    written: list[tuple[Tensor, np.ndarray]] = []
    options = {name: _arrays(value) for name, value in options.items() if name != "out"} | _outputs(options, written)
    if inplace and isinstance(args[0], Tensor):
        written.append((args[0], args[0].numpy().copy()))
        args = (written[0][1], *args[1:])
    result = function(*_arrays(tuple(args)), **options)
    for target, array in written:
        target.copy_(Tensor(array))
    return _given_back(result, written)


def _arrays(value: Any) -> Any:
    """Tensors, also those in lists, tuples and dicts, as arrays."""
    if isinstance(value, Tensor):
        return value.numpy()
    if type(value) in (list, tuple):
        return type(value)(map(_arrays, value))
    return {key: _arrays(item) for key, item in value.items()} if type(value) is dict else value


def _outputs(options: dict[str, Any], written: list[tuple[Tensor, np.ndarray]]) -> dict[str, Any]:
    """The argument ``out`` with arrays in the place of Tensors, which are noted in ``written``."""
    if "out" not in options:
        return {}
    outputs = options["out"]
    replaced = []
    for out in outputs if isinstance(outputs, tuple) else (outputs,):
        if isinstance(out, Tensor):
            written.append((out, out.numpy().copy()))
            out = written[-1][1]
        replaced.append(out)
    return {"out": tuple(replaced) if isinstance(outputs, tuple) else replaced[0]}


def _given_back(result: Any, written: list[tuple[Tensor, np.ndarray]]) -> Any:
    """The Tensors of ``out=`` where NumPy gives the arrays that stood for them."""
    if type(result) is tuple:
        return tuple(_given_back(part, written) for part in result)
    for target, array in written:
        if result is array:
            return target
    return result
