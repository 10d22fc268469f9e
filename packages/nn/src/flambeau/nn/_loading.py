"""Loading a state_dict: all that does not fit is found before anything is changed, and told in one message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import Tensor, errors


class IncompatibleKeys(NamedTuple):
    """What ``load_state_dict(..., strict=False)`` did without, and what it left alone."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if self.missing_keys or self.unexpected_keys:
            return f"IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"
        return "<All keys matched successfully>"


def load(owner: str, held: Mapping[str, Tensor], given: Mapping[str, Any], strict: bool) -> IncompatibleKeys:
    """Copy ``given`` into the Tensors ``held``, whose owner's name is for the message."""
    if not isinstance(given, Mapping):
        errors.type_error("load_state_dict", "state_dict", "a dict of Tensors by name", type(given).__name__)
    missing = [name for name in held if name not in given]
    unexpected = [name for name in given if name not in held]
    problems = []
    if strict:
        problems += [f"missing: '{name}' of shape {held[name].shape}" for name in missing]
        problems += [f"unexpected: '{name}'{_suggestion(name, missing, held)}" for name in unexpected]
    fitting = {name: given[name] for name in held if name in given}
    problems += filter(None, (_misfit(name, held[name], value) for name, value in fitting.items()))
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        expected = f"the parameters and buffers of {owner}"
        text = errors.message("load_state_dict", "state_dict", expected, count)
        raise RuntimeError("\n  ".join([f"{text}:", *problems]))
    for name, value in fitting.items():
        place = held[name]
        place.copy_(ft.as_tensor(value).data.to(place.device))
    return IncompatibleKeys(missing, unexpected)


def _misfit(name: str, place: Tensor, value: Any) -> str | None:
    """Why a value cannot be copied to its place."""
    if not isinstance(value, (Tensor, np.ndarray)):
        return f"no Tensor: '{name}': expected a Tensor of shape {place.shape}, got {type(value).__name__}"
    if tuple(value.shape) != place.shape:
        return f"mis-shaped: '{name}': expected {place.shape}, got {tuple(value.shape)}"
    return None


def _suggestion(name: object, missing: Iterable[str], held: Iterable[str]) -> str:
    """What an unexpected name may be meant for: first of all one that is missing."""
    import difflib

    for candidates in (missing, held):
        close = difflib.get_close_matches(str(name), candidates, n=1, cutoff=0.75)
        if close:
            return f", close to '{close[0]}'"
    return ""
