"""What a module holds: parameters, buffers and other modules, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flambeau.tensor import Tensor, errors

from ._registration import BUFFERS, Kind
from .parameter import Parameter

if TYPE_CHECKING:
    from .module import Module


class Tree:
    """The part of :class:`Module` that looks around in what is registered."""

    # Names of attributes and what they are registered as, in order; the values are ordinary attributes.
    _registered: dict[str, Kind]

    def _own(self, *kinds: Kind) -> Iterator[tuple[str, Any]]:
        """What this module itself holds of some kinds."""
        for name, kind in tuple(self._registered.items()):
            value = self.__dict__[name]
            if kind in kinds and value is not None:
                yield name, value

    def _all(
        self, kinds: tuple[Kind, ...], prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        """What this module and those in it hold of some kinds, with full names."""
        seen = set()
        modules: Any = self.named_modules(None, prefix, remove_duplicate) if recurse else iter([(prefix, self)])
        for path, module in modules:
            for name, value in module._own(*kinds):
                if remove_duplicate and id(value) in seen:
                    continue
                seen.add(id(value))
                yield join(path, name), value

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """All parameters with their names.

        Args:
            prefix: what all names begin with.
            recurse: also those of the modules inside.
            remove_duplicate: a parameter that stands in several places comes once, under its first name.
        """
        return self._all(("parameter",), prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """All parameters, each once: what an optimizer takes."""
        return (param for _, param in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """All buffers with their names; arguments as for :meth:`named_parameters`."""
        return self._all(BUFFERS, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """All buffers, each once."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """This module and all modules inside, with their names; this one's is empty.

        Args:
            memo: modules that have come already, and are left out; those that come are added to it.
            prefix: what all names begin with.
            remove_duplicate: a module that stands in several places comes once, under its first name.
        """
        if not remove_duplicate:
            return self._walk(prefix, None)
        return self._walk(prefix, set() if memo is None else memo)

    def _walk(self, path: str, seen: set[Any] | None) -> Iterator[tuple[str, Any]]:
        if seen is not None:
            if self in seen:
                return
            seen.add(self)
        yield path, self
        for name, module in self._own("module"):
            yield from module._walk(join(path, name), seen)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """This module and all modules inside, each once, or as often as it stands somewhere."""
        return (module for _, module in self.named_modules(remove_duplicate=remove_duplicate))

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly in this one, with their names, each once."""
        seen = set()
        for name, module in self._own("module"):
            if id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def children(self) -> Iterator[Module]:
        """The modules directly in this one, each once."""
        return (module for _, module in self.named_children())

    # By path ----------------------------------------------------------------------------------------------------

    def _at(self, operation: str, target: str) -> Any:
        """The module at a path."""
        module: Any = self
        walked = ""
        for name in target.split(".") if target else ():
            if module._registered.get(name) != "module" or module.__dict__[name] is None:
                held = [f"'{child}'" for child, _ in module._own("module")]
                where = f" in '{walked}'" if walked else ""
                expected = f"one of {', '.join(held)}{where}" if held else f"no further name: no module is{where}"
                error = AttributeError(errors.message(operation, "target", expected, f"'{name}' of '{target}'"))
                raise error
            module = module.__dict__[name]
            walked = join(walked, name)
        return module

    def get_submodule(self, target: str) -> Module:
        """The module at a path such as ``"encoder.0.fc1"``; this one for the empty path.

        Raises:
            AttributeError: there is none.

        Example:
            >>> import flambeau.nn as nn
            >>> nn.Sequential(nn.Sequential(nn.ReLU())).get_submodule("0.0")
            ReLU()
        """
        module: Module = self._at("get_submodule", target)
        return module

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a path such as ``"encoder.0.weight"``.

        Raises:
            AttributeError: there is none.
        """
        parameter: Parameter = self._held("get_parameter", target, ("parameter",), "parameter")
        return parameter

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a path such as ``"encoder.0.running_mean"``.

        Raises:
            AttributeError: there is none.
        """
        buffer: Tensor = self._held("get_buffer", target, BUFFERS, "buffer")
        return buffer

    def _held(self, operation: str, target: str, kinds: tuple[Kind, ...], what: str) -> Any:
        path, _, name = target.rpartition(".")
        module = self._at(operation, path)
        if module._registered.get(name) not in kinds:
            held = ", ".join(f"'{join(path, own)}'" for own, _ in module._own(*kinds)) or f"none: there is no {what}"
            raise AttributeError(errors.message(operation, "target", held, f"'{target}'"))
        return module.__dict__[name]

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Put a module at a path in place of what is there.

        Args:
            target: the path, such as ``"encoder.0"``.
            module: what to put there.
            strict: whether there must be a module already.

        Raises:
            AttributeError: there is no module that could hold it, or none in its place with ``strict``.

        Example:
            >>> import flambeau.nn as nn
            >>> net = nn.Sequential(nn.Sequential(nn.ReLU()))
            >>> net.set_submodule("0.0", nn.Tanh())
            >>> net[0]
            Sequential(
              (0): Tanh()
            )
        """
        if not target:
            errors.value_error("set_submodule", "target", "the path of a module inside", "''")
        path, _, name = target.rpartition(".")
        if strict:
            self._at("set_submodule", target)
        self._at("set_submodule", path).add_module(name, module)


def join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
