"""Checkpoints: everything that a training run needs to go on, in one file."""

from __future__ import annotations

import os
import random
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors

__all__ = ["load_checkpoint", "save_checkpoint"]


def save_checkpoint(path: str | os.PathLike[str], /, **parts: Any) -> None:
    """Save a training run: its parts by name, and all generators of random numbers.

    What has a ``state_dict`` (a module, an optimizer, a scheduler, a loader, a GradScaler) or a ``get_state`` (a
    Generator) is saved by that, anything else as the value it is. The state of Python's, NumPy's and flambeau's random
    numbers is always part of it. The file is that of :func:`flambeau.tensor.save`: complete or not there, with
    checksums, without pickle.

    Args:
        path: name of the file. One that is there is replaced only when the new one is on the disk.
        parts: what to save, under any names: objects, Tensors, plain values, and dicts and lists of these.

    Raises:
        TypeError: something that cannot be saved.

    Example:
        >>> import os, tempfile
        >>> from flambeau import nn, optim
        >>> path = os.path.join(tempfile.mkdtemp(), "run.safetensors")
        >>> model = nn.Linear(2, 1)
        >>> optimizer = optim.Adam(model.named_parameters())
        >>> nn.save_checkpoint(path, model=model, optimizer=optimizer, epoch=3)
        >>> nn.load_checkpoint(path, model=model, optimizer=optimizer)
        {'epoch': 3}
    """
    states: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for name, part in parts.items():
        if hasattr(part, "state_dict"):
            states[name] = part.state_dict()
        elif hasattr(part, "get_state"):
            states[name] = dict(part.get_state())
        else:
            values[name] = part
    ft.save({"states": states, "values": values, "random": _random_states()}, path)


def load_checkpoint(
    path: str | os.PathLike[str], /, *, map_location: Any = None, partial: bool = False, **parts: Any
) -> dict[str, Any]:
    """Let a training run go on from what :func:`save_checkpoint` saved: to the bit as if it had never stopped.

    Args:
        path: name of the file.
        map_location: where Tensors among the values go; see :func:`flambeau.tensor.load`. States go where the parts
            are.
        partial: load the parts that are given, even if more were saved, and leave random numbers alone: for a look at a
            trained model, for example.
        parts: the objects, under the names they were saved by.

    Returns:
        The values that were saved, by name.

    Raises:
        FileCorrupt: the file is not what was written.
        FileNotFoundError: there is no such file.
        RuntimeError: the state of a part does not fit.
        ValueError: parts that were not saved; or that were saved and are not given.

    Example:
        >>> import os, tempfile
        >>> from flambeau import nn
        >>> path = os.path.join(tempfile.mkdtemp(), "run.safetensors")
        >>> nn.save_checkpoint(path, model=nn.Linear(2, 1), note="after lunch")
        >>> first = ft.rand(2)
        >>> nn.load_checkpoint(path, model=nn.Linear(2, 1))["note"]
        'after lunch'
        >>> bool((ft.rand(2) == first).all())
        True
    """
    saved = ft.load(path, map_location)
    if not isinstance(saved, dict) or set(saved) != {"states", "values", "random"}:
        expected, fix = "what save_checkpoint() wrote", "read it with flambeau.tensor.load"
        errors.value_error("load_checkpoint", "path", expected, "another file", fix)
    states = saved["states"]
    problems = [f"not saved: '{name}'" for name in parts if name not in states]
    problems += [f"not given: '{name}'" for name in states if name not in parts and not partial]
    if problems:
        expected = f"the parts that were saved ({', '.join(states) or 'none'})"
        some = "use partial=True to load some of them" if all(name in states for name in parts) else None
        errors.value_error("load_checkpoint", "parts", expected, "; ".join(problems), some)
    for name, part in parts.items():
        try:
            if hasattr(part, "load_state_dict"):
                part.load_state_dict(states[name])
            else:
                part.set_state(states[name])
        except Exception as error:
            error.add_note(f"the part '{name}' of the checkpoint {os.fspath(path)!r}")
            raise
    if not partial:
        _restore(saved["random"])
    values: dict[str, Any] = saved["values"]
    return values


def _random_states() -> dict[str, Any]:
    numpy = np.random.get_state(legacy=False)
    inner = {name: _plain(value) for name, value in numpy["state"].items()}
    return {
        "python": random.getstate(),
        "numpy": {**{name: _plain(value) for name, value in numpy.items()}, "state": inner},
        "flambeau": dict(ft.get_rng_state()),
    }


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def _restore(states: dict[str, Any]) -> None:
    random.setstate(states["python"])
    np.random.set_state(states["numpy"])
    ft.set_rng_state(states["flambeau"])
