"""Saving what a module holds, and loading it: all that does not fit is found before anything is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import Tensor, errors

from ._hooks import Hooked, RemovableHandle
from ._registration import Kind
from ._tree import Tree, join

SAVED: tuple[Kind, ...] = ("parameter", "buffer")  # in the order of torch's state_dict
EXTRA = "_extra_state"
WRAPPERS = ("module.", "_orig_mod.")  # what DataParallel and compile put before all names


class IncompatibleKeys(NamedTuple):
    """What ``load_state_dict(..., strict=False)`` did without, and what it left alone."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if self.missing_keys or self.unexpected_keys:
            return f"IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"
        return "<All keys matched successfully>"


class Stateful(Hooked, Tree):
    """The part of :class:`Module` that is saved and loaded."""

    def state_dict(
        self, *, destination: dict[str, Any] | None = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """All parameters and persistent buffers by name, for :func:`flambeau.tensor.save`.

        They are Tensors of the same memory, not copies: later training changes them.

        Args:
            destination: a dict to put them into, instead of a new one.
            prefix: what all names begin with, dot included.
            keep_vars: give the Parameters themselves.

        Example:
            >>> import flambeau.nn as nn
            >>> {name: x.shape for name, x in nn.Linear(3, 2).state_dict().items()}
            {'weight': (2, 3), 'bias': (2,)}
        """
        state: dict[str, Any] = {} if destination is None else destination
        for hook in tuple(self._hooks.get("state_pre", ())):
            hook.function(self, prefix, keep_vars)
        for kind in SAVED:
            for name, value in self._own(kind):
                state[prefix + name] = value if keep_vars else value.data
        if _has_extra(self):
            state[prefix + EXTRA] = self.get_extra_state()
        for name, module in self._own("module"):
            module.state_dict(destination=state, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in tuple(self._hooks.get("state", ())):
            changed = hook.function(self, state, prefix, {})
            if changed is not None:
                errors.type_error("register_state_dict_post_hook", "hook", "a function that returns None", "a value")
        return state

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy parameters and buffers from what :meth:`state_dict` gave, converting dtype and device.

        Nothing is changed unless everything fits.

        Args:
            state_dict: Tensors by name; NumPy arrays and what exports DLPack, as PyTorch's do, will do.
            strict: whether all names must be there, and no others. Shapes must always fit.
            assign: take the Tensors' own memory, dtype and device instead of copying; Parameters stay the objects they
                are, so that an optimizer goes on with them.

        Returns:
            The names that are missing and those that are unexpected, both empty if ``strict``.

        Raises:
            RuntimeError: something does not fit; the message lists everything that does not.

        Example:
            >>> import flambeau.nn as nn
            >>> net = nn.Linear(2, 1)
            >>> net.load_state_dict({"weight": ft.ones(1, 2), "bias": ft.zeros(1)})
            <All keys matched successfully>
            >>> net(ft.ones(1, 2)).tolist()
            [[2.0]]
        """
        if not isinstance(state_dict, Mapping):
            errors.type_error("load_state_dict", "state_dict", "a dict of Tensors by name", type(state_dict).__name__)
        return _load(self, dict(state_dict), strict, assign)

    # What is saved beside Tensors -------------------------------------------------------------------------------

    def get_extra_state(self) -> Any:
        """What else is part of the ``state_dict``, under the name ``_extra_state``; subclasses may define it."""
        raise NotImplementedError(f"{type(self).__name__} must define get_extra_state")

    def set_extra_state(self, state: Any) -> None:
        """Take back what :meth:`get_extra_state` gave."""
        raise NotImplementedError(f"{type(self).__name__} must define set_extra_state")

    # Hooks ------------------------------------------------------------------------------------------------------

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, prefix, keep_vars)`` before this module writes into a ``state_dict``."""
        return self._add_hook("state_pre", hook)

    def register_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, state_dict, prefix, local_metadata)`` when this module has written into a ``state_dict``.

        It may change ``state_dict`` in place. ``local_metadata`` is an empty dict.
        """
        return self._add_hook("state", hook)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call a hook before a ``state_dict`` is compared with this module.

        Args:
            hook: gets ``module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys,
                error_msgs``. It may change ``state_dict``, which is a copy, and the lists in place.
        """
        return self._add_hook("load_pre", hook)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, incompatible_keys)`` after a ``state_dict`` was loaded; it may change the lists in place.

        With ``strict``, what the hook leaves in them is an error.
        """
        return self._add_hook("load", hook)


def _has_extra(module: Stateful) -> bool:
    return type(module).get_extra_state is not Stateful.get_extra_state


class _Place(NamedTuple):
    """Where something of a ``state_dict`` goes: an attribute of a module."""

    module: Any
    name: str

    @property
    def value(self) -> Any:
        return self.module.__dict__[self.name]


def _places(owner: Stateful) -> Iterator[tuple[str, _Place]]:
    """All places with their names, in the order of ``state_dict``."""
    for path, module in owner.named_modules(remove_duplicate=False):
        for kind in SAVED:
            for name, _ in module._own(kind):
                yield join(path, name), _Place(module, name)
        if _has_extra(module):
            yield join(path, EXTRA), _Place(module, EXTRA)


def _load(owner: Stateful, given: dict[str, Any], strict: bool, assign: bool) -> IncompatibleKeys:
    """Copy ``given`` into the places of a module."""
    missing: list[str] = []
    unexpected: list[str] = []
    problems: list[str] = []
    for path, module in owner.named_modules(remove_duplicate=False):
        for hook in tuple(module._hooks.get("load_pre", ())):
            hook.function(module, given, path and f"{path}.", {}, strict, missing, unexpected, problems)
    places = dict(_places(owner))
    missing += [name for name in places if name not in given]
    unexpected += [name for name in given if name not in places]
    if strict:
        problems += _mismatched(places, missing, unexpected)
    fitting = {name: _plain(given[name]) for name in places if name in given}
    problems += filter(None, (_misfit(name, places[name], value) for name, value in fitting.items()))
    _raise(owner, problems)
    for name, value in fitting.items():
        _fill(places[name], value, assign)
    result = IncompatibleKeys(missing, unexpected)
    hooked = False
    for _, module in owner.named_modules(remove_duplicate=False):
        for hook in tuple(module._hooks.get("load", ())):
            hooked = True
            hook.function(module, result)
    if hooked and strict:
        _raise(owner, _mismatched(places, result.missing_keys, result.unexpected_keys))
    return result


def _raise(owner: Stateful, problems: list[str]) -> None:
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        expected = f"the parameters and buffers of {type(owner).__name__}"
        text = errors.message("load_state_dict", "state_dict", expected, count)
        raise RuntimeError("\n  ".join([f"{text}:", *problems]))


def _plain(value: Any) -> Any:
    """Other libraries' tensors as ours."""
    if not isinstance(value, (Tensor, np.ndarray)) and hasattr(value, "__dlpack__"):
        return ft.from_dlpack(value)
    return value


def _fill(place: _Place, value: Any, assign: bool) -> None:
    if place.name == EXTRA:
        place.module.set_extra_state(value)
        return
    held = place.value
    if hasattr(held, "materialize"):  # it did not know its shape
        held.materialize(tuple(value.shape))
    data = ft.as_tensor(value).data
    if not assign:
        held.data.copy_(data.to(held.device))
    elif place.module._registered[place.name] == "parameter":
        held.data = data
    else:
        place.module.__dict__[place.name] = data


def _misfit(name: str, place: _Place, value: Any) -> str | None:
    """Why a value cannot be copied to its place."""
    if place.name == EXTRA:
        return None
    held = place.value
    if not isinstance(value, (Tensor, np.ndarray)):
        shape = "" if hasattr(held, "materialize") else f" of shape {held.shape}"
        return f"no Tensor: '{name}': expected a Tensor{shape}, got {type(value).__name__}"
    if not hasattr(held, "materialize") and tuple(value.shape) != held.shape:
        return f"mis-shaped: '{name}': expected {held.shape}, got {tuple(value.shape)}"
    return None


def _mismatched(places: dict[str, _Place], missing: list[str], unexpected: list[str]) -> list[str]:
    """A line for each missing and each unexpected name."""
    lines = []
    for name in missing:
        place = places.get(name)
        known = place is not None and place.name != EXTRA and not hasattr(place.value, "materialize")
        lines.append(f"missing: '{name}'{f' of shape {place.value.shape}' if known and place else ''}")
    for wrapper in WRAPPERS:
        if unexpected and all(str(name).startswith(wrapper) for name in unexpected):
            inner = [name.removeprefix(wrapper) for name in unexpected]
            if all(name in places for name in inner):
                fix = f"{{name.removeprefix('{wrapper}'): x for name, x in state_dict.items()}}"
                return [*lines, f"unexpected: '{wrapper}' before {len(inner)} names; load {fix}"]
    return lines + [f"unexpected: '{name}'{_suggestion(name, missing, places)}" for name in unexpected]


def _suggestion(name: object, missing: Iterable[str], held: Iterable[str]) -> str:
    """What an unexpected name may be meant for: first of all one that is missing."""
    import difflib

    for candidates in (missing, held):
        close = difflib.get_close_matches(str(name), candidates, n=1, cutoff=0.75)
        if close:
            return f", close to '{close[0]}'"
    return ""
