"""Loading a module's state, with all that does not fit in one message."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import flambeau.tensor as ft
from flambeau.tensor import Tensor

if TYPE_CHECKING:
    from .module import Module

__all__ = ["LoadResult"]


class LoadResult(NamedTuple):
    """What :meth:`Module.load_state_dict` found: paths that only the module has, and that only the state has."""

    missing_keys: list[str]
    unexpected_keys: list[str]


def entries(module: Module) -> Iterator[tuple[str, Tensor]]:
    """All that belongs to the state, by path. What is in several places comes under each name, as in PyTorch."""
    return _entries(module, "")


def _entries(module: Module, prefix: str) -> Iterator[tuple[str, Tensor]]:
    for name, value in module.named_parameters(recurse=False):
        yield prefix + name, value
    for name, buffer in module.named_buffers(recurse=False):
        if name not in module._transient:
            yield prefix + name, buffer
    for name, child in module.named_children():
        yield from _entries(child, f"{prefix}{name}.")


def load(module: Module, state: dict[str, Any], strict: bool) -> LoadResult:
    """Copy ``state`` into a module, or raise an error that lists everything that does not fit."""
    owner = type(module).__name__
    if not hasattr(state, "items"):
        got = type(state).__name__
        raise TypeError(f"load_state_dict(): argument 'state_dict': expected dict of Tensors by name, got {got}")
    wanted = dict(entries(module))
    missing = [name for name in wanted if name not in state]
    unexpected = [name for name in state if name not in wanted]
    fitting = {name: value for name, value in state.items() if name in wanted}
    wrong = [text for name, value in fitting.items() if (text := _wrong(name, wanted[name], value))]
    problems = [*_names(missing, unexpected, wanted), *wrong] if strict else wrong
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        lines = "".join(f"\n  {problem}" for problem in problems)
        raise RuntimeError(f"load_state_dict(): expected the state of {owner}, got {count}:{lines}")
    for name, value in fitting.items():
        to = wanted[name].data
        to.copy_(ft.as_tensor(value).data.to(to.device))
    return LoadResult(missing, unexpected)


def _names(missing: list[str], unexpected: list[str], wanted: dict[str, Tensor]) -> Iterator[str]:
    for name in missing:
        yield f"missing: '{name}' of shape {tuple(wanted[name].shape)}"
    for name in unexpected:
        near = difflib.get_close_matches(str(name), missing or wanted, n=1)
        yield f"unexpected: {name!r}" + (f"; did you mean '{near[0]}'?" if near else "")


def _wrong(name: str, wanted: Tensor, value: Any) -> str | None:
    if not isinstance(value, (Tensor, np.ndarray)):
        return f"'{name}': expected Tensor, got {type(value).__name__}"
    if tuple(value.shape) != tuple(wanted.shape):
        return f"'{name}': expected shape {tuple(wanted.shape)}, got {tuple(value.shape)}"
    return None
