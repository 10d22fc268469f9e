"""The state of an optimizer as plain data, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft
import numpy as np
from flambeau.autograd import Variable
from flambeau.tensor import Tensor, errors

if TYPE_CHECKING:
    from .optimizer import Optimizer

Key = str | int


def to_dict(optimizer: Optimizer) -> dict[str, Any]:
    """What ``Optimizer.state_dict`` gives."""
    keys = _keys(optimizer)
    groups = []
    for group in optimizer.param_groups:
        # All it holds: a schedule may have put something of its own beside the options.
        options = {name: value for name, value in group.items() if name not in ("params", "param_names")}
        options.update(optimizer._options(group))  # what functions give now
        groups.append({"params": [keys[p] for p in group["params"]], **options})
    state = {keys[p]: dict(optimizer.state[p]) for p in keys if p in optimizer.state}
    return {"state": state, "param_groups": groups, "step_count": optimizer.step_count}


def load(optimizer: Optimizer, given: Mapping[str, Any]) -> None:
    """What ``Optimizer.load_state_dict`` does."""
    if not isinstance(given, Mapping) or not {"state", "param_groups"} <= set(given):
        got = f"a dict with {', '.join(map(str, given))}" if isinstance(given, Mapping) else type(given).__name__
        errors.value_error("load_state_dict", "state_dict", "what state_dict() gave", got)
    problems: list[str] = []
    pairs = list(_matched(optimizer, given, problems))
    loaded = {}
    for param, key, options in pairs:
        if key in given["state"]:
            loaded[param] = _fitted(optimizer, param, key, given["state"][key], options, problems)
    known = {key for _, key, _ in pairs}
    problems += [f"unexpected: state of '{key}'" for key in given["state"] if key not in known and not problems]
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        expected = f"the state of this {type(optimizer).__name__}"
        text = errors.message("load_state_dict", "state_dict", expected, count)
        raise RuntimeError("\n  ".join([f"{text}:", *problems]))
    optimizer.state = loaded
    for group, saved in zip(optimizer.param_groups, given["param_groups"], strict=True):
        taken = {name: plain(value) for name, value in saved.items() if name in (*optimizer.defaults, "initial_lr")}
        group.update({name: value for name, value in taken.items() if not callable(group.get(name))})
    counts = [state["step"] for state in loaded.values() if isinstance(state.get("step"), (int, float))]
    optimizer.step_count = int(given.get("step_count", max(counts, default=0)))


def plain(value: Any) -> Any:
    """Options and numbers are Python's: Tensors and NumPy's numbers of one element become such."""
    if isinstance(value, (np.generic, np.ndarray, Tensor)):
        return value.item()
    return tuple(map(plain, value)) if isinstance(value, (tuple, list)) else value


def _keys(optimizer: Optimizer) -> dict[Variable, Key]:
    """The key of each parameter: its name, or its position in all groups."""
    keys: dict[Variable, Key] = {}
    for group in optimizer.param_groups:
        for i, param in enumerate(group["params"]):
            keys[param] = group["param_names"][i] if "param_names" in group else len(keys)
    return keys


def _matched(
    optimizer: Optimizer, given: Mapping[str, Any], problems: list[str]
) -> Iterator[tuple[Variable, Key, dict[str, Any]]]:
    """Each parameter with the key of its saved state, and its group's options."""
    keys = _keys(optimizer)
    groups = given["param_groups"]
    if len(groups) != len(optimizer.param_groups):
        problems.append(f"expected {len(optimizer.param_groups)} parameter groups, got {len(groups)}")
        return
    for i, (group, saved) in enumerate(zip(optimizer.param_groups, groups, strict=True)):
        now = optimizer._options(group)
        options = {name: plain(saved.get(name, now[name])) for name in optimizer.defaults}
        wanted = [keys[p] for p in group["params"]]
        if all(isinstance(key, str) for key in [*wanted, *saved["params"]]):
            problems += [f"missing: '{key}' in group {i}" for key in wanted if key not in saved["params"]]
            problems += [f"unexpected: '{key}' in group {i}" for key in saved["params"] if key not in wanted]
            found = wanted
        else:  # at least one side knows positions only
            found = saved["params"]
            if len(found) != len(wanted):
                problems.append(f"expected {len(wanted)} parameters in group {i}, got {len(found)}")
        yield from ((p, key, options) for p, key in zip(group["params"], found, strict=False))


def _fitted(
    optimizer: Optimizer, param: Variable, key: Key, state: Any, options: dict[str, Any], problems: list[str]
) -> dict[str, Any]:
    """Copies of a parameter's saved state in its dtype and on its device."""
    usual = optimizer._first_state(param, options)
    if isinstance(state, Mapping):
        state = {name: value for name, value in state.items() if name not in optimizer.passing_state}
        # What PyTorch leaves out is what has not begun.
        state = {**{name: None for name, value in usual.items() if value is None}, **state}
    if not isinstance(state, Mapping) or set(state) != set(usual):
        got = sorted(state) if isinstance(state, Mapping) else state
        problems.append(f"'{key}': expected {sorted(usual)}, got {got}")
        return {}
    fitted = {}
    for name, usual_value in usual.items():
        value = state[name]
        if isinstance(usual_value, (int, float)) and isinstance(value, (Tensor, np.ndarray, np.generic, int, float)):
            value = type(usual_value)(plain(value))  # PyTorch counts in Tensors
        problem = optimizer.misfit(param, name, usual_value, value)
        if problem is not None:
            problems.append(f"mis-shaped: '{key}' {name}: {problem}")
        fitted[name] = _copied(value, param)
    return fitted


def _copied(value: Any, beside: Tensor) -> Any:
    """A copy on the device of a parameter, in its dtype where it is floating, and with its order in memory where it has
    its shape: both can then be gone over at once."""
    if isinstance(value, list):
        return [_copied(each, beside) for each in value]
    if not isinstance(value, Tensor):
        return value
    dtype = beside.dtype if value.is_floating_point() else value.dtype
    if value.shape == beside.shape:
        return ft.empty_like(beside.data, dtype=dtype).copy_(value.data)
    return value.data.to(beside.device, dtype, copy=True)
