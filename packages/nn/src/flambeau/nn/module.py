"""Module: what has parameters and can be called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

import flambeau.tensor as ft
from flambeau.autograd import set_place
from flambeau.tensor import Tensor, errors

from ._conversion import convert
from ._hooks import Hooks, RemovableHandle
from ._loading import IncompatibleKeys, load
from ._places import Place, explain
from ._registration import BUFFERS, Kind, check_name, check_replacement, warn_of_hidden_modules
from .parameter import Parameter

__all__ = ["Module"]


class Module:
    """Base class of layers and networks: it holds parameters, buffers and other modules, and can be called.

    A subclass makes them in ``__init__`` and says in ``forward`` what a call computes. Parameters and modules are
    registered by assigning them to attributes; buffers, Tensors that are saved but not trained, by
    :meth:`register_buffer`.

    Example:
        >>> import flambeau.nn as nn
        >>> class Net(nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.hidden = nn.Linear(4, 3)
        ...         self.out = nn.Linear(3, 2)
        ...     def forward(self, x):
        ...         return self.out(self.hidden(x).relu())
        >>> net = Net()
        >>> net(ft.ones(5, 4)).shape
        (5, 2)
        >>> [name for name, _ in net.named_parameters()]
        ['hidden.weight', 'hidden.bias', 'out.weight', 'out.bias']
        >>> net
        Net(
          (hidden): Linear(in_features=4, out_features=3, bias=True)
          (out): Linear(in_features=3, out_features=2, bias=True)
        )
    """

    training: bool = True
    # Names of attributes and what they are registered as, in order; the values are ordinary attributes.
    _registered: dict[str, Kind]
    _pre_hooks: Hooks
    _forward_hooks: Hooks
    _place: Place | None = None  # of the last call

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        self = super().__new__(cls)
        # Here and not in __init__: a subclass that forgets super().__init__() works all the same.
        vars(self).update(training=True, _registered={}, _pre_hooks=[], _forward_hooks=[])
        return self

    def __init__(self) -> None:
        pass

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What a call computes; subclasses define it."""
        raise NotImplementedError(f"{type(self).__name__} must define forward")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        place = self._place
        outside = set_place(place)
        if place is None or place.outside is not outside:
            set_place(place := self._place_in(outside))
        try:
            if self._pre_hooks or self._forward_hooks:
                return self._call_with_hooks(args, kwargs)
            return self.forward(*args, **kwargs)
        except Exception as error:
            explain(self, place, args, error)
            raise
        finally:
            set_place(outside)

    def _place_in(self, outside: object) -> Place:
        """Where this module stands when it is called from there; kept for the next call, which is mostly the same."""
        place = self.__dict__["_place"] = Place(self, outside)
        return place

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        for hook in tuple(self._pre_hooks):
            changed = hook(self, args)
            if changed is not None:
                args = changed if isinstance(changed, tuple) else (changed,)
        result = self.forward(*args, **kwargs)
        for hook in tuple(self._forward_hooks):
            changed = hook(self, args, result)
            if changed is not None:
                result = changed
        return result

    def expected_input(self, input: Tensor) -> str | None:
        """What ``forward`` takes, in words such as ``"(*, 768)"``, if ``input`` is not that.

        It is asked only after ``forward`` raised a ShapeError, to say so with the module's path:
        ``Linear 'encoder.fc1' expects (*, 768), got (512, 2048)``.

        Args:
            input: the first argument of the call.

        Returns:
            The shape expected, or None where ``input`` is not what is wrong.
        """
        return None

    # Registration -----------------------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, (Parameter, Module)):
            if not isinstance(getattr(type(self), name, None), property):  # a setter decides for itself
                self._register(name, value, "parameter" if isinstance(value, Parameter) else "module")
                return
        elif name in self._registered:
            check_replacement(self, self._registered[name], name, value)
        else:
            warn_of_hidden_modules(self, name, value)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        self._registered.pop(name, None)

    def _register(self, name: str, value: Tensor | Module | None, kind: Kind) -> None:
        check_name(self, Module, name)
        if isinstance(value, Parameter) and not value.is_leaf:
            got = "the result of an operation"
            errors.value_error(type(self).__name__, name, "a leaf", got, "compute it in forward()")
        if isinstance(value, Module) and any(module is self for module in value.modules()):
            owner = type(self).__name__
            errors.value_error(owner, name, f"a Module that does not hold this {owner}", "one that does")
        self._registered[name] = kind
        self.__dict__[name] = value

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Register a parameter under a name, or None for one that this module does without.

        Args:
            name: attribute under which it is found.
            param: Parameter or None.
        """
        if param is not None and not isinstance(param, Parameter):
            errors.type_error("register_parameter", "param", "Parameter or None", type(param).__name__)
        self._register(name, param, "parameter")

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Register a Tensor that belongs to the module but is not trained, such as a running mean.

        It moves and converts with the module, and is part of its ``state_dict``.

        Args:
            name: attribute under which it is found.
            tensor: Tensor or None.
            persistent: whether it is part of the ``state_dict``.

        Example:
            >>> import flambeau.nn as nn
            >>> module = nn.Module()
            >>> module.register_buffer("count", ft.zeros(1))
            >>> module.count.tolist(), list(module.state_dict())
            ([0.0], ['count'])
        """
        if tensor is not None and not isinstance(tensor, Tensor):
            errors.type_error("register_buffer", "tensor", "Tensor or None", type(tensor).__name__)
        self._register(name, tensor, "buffer" if persistent else "transient")

    def add_module(self, name: str, module: Module | None) -> None:
        """Register a module under a name that need not be a Python identifier.

        Args:
            name: attribute under which it is found.
            module: Module or None.
        """
        if module is not None and not isinstance(module, Module):
            errors.type_error("add_module", "module", "Module or None", type(module).__name__)
        self._register(name, module, "module")

    # Looking around ---------------------------------------------------------------------------------------------

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
        modules = self.named_modules(prefix, remove_duplicate) if recurse else iter([(prefix, self)])
        for path, module in modules:
            for name, value in module._own(*kinds):
                if remove_duplicate and id(value) in seen:
                    continue
                seen.add(id(value))
                yield _join(path, name), value

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

    def named_modules(self, prefix: str = "", remove_duplicate: bool = True) -> Iterator[tuple[str, Module]]:
        """This module and all modules inside, with their names; this one's is empty.

        Args:
            prefix: what all names begin with.
            remove_duplicate: a module that stands in several places comes once, under its first name.
        """
        return self._walk(prefix, set() if remove_duplicate else None)

    def _walk(self, path: str, seen: set[int] | None) -> Iterator[tuple[str, Module]]:
        if seen is not None:
            if id(self) in seen:
                return
            seen.add(id(self))
        yield path, self
        for name, module in self._own("module"):
            yield from module._walk(_join(path, name), seen)

    def modules(self) -> Iterator[Module]:
        """This module and all modules inside, each once."""
        return (module for _, module in self.named_modules())

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

    # Changing all at once ---------------------------------------------------------------------------------------

    def apply(self, function: Callable[[Module], Any]) -> Self:
        """Call ``function`` with every module inside, then with this one; gives this module.

        Example:
            >>> import flambeau.nn as nn
            >>> def start(module):
            ...     if isinstance(module, nn.Linear):
            ...         nn.init.zeros_(module.weight)
            >>> nn.Sequential(nn.Linear(1, 2)).apply(start)[0].weight.tolist()
            [[0.0], [0.0]]
        """
        for module in self.children():
            module.apply(function)
        function(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Set ``training`` here and in all modules inside: what dropout and batch normalisation go by."""
        if not isinstance(mode, bool):
            errors.type_error("train", "mode", "bool", type(mode).__name__)
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Switch from learning to using: ``train(False)``."""
        return self.train(False)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters.

        Args:
            set_to_none: whether ``grad`` becomes None or zeros.
        """
        for param in self.parameters():
            if param.grad is not None:
                param.grad = None if set_to_none else param.grad.data.zero_()

    def to(self, *target: Any, dtype: Any = None, device: Any = None) -> Self:
        """Convert all parameters and buffers, in place; gives this module.

        Args:
            target: a floating dtype, a device, both, or a Tensor whose dtype and device to take.
            dtype: the dtype, by name. What does not hold floats keeps its own.
            device: the device, by name.

        Raises:
            DTypeError: a dtype that is not a floating one.

        Example:
            >>> import flambeau.nn as nn
            >>> nn.Linear(1, 1).to(ft.float64).weight.dtype.name
            'float64'
        """
        convert(self.modules(), target, dtype, device)
        return self

    def float(self) -> Self:
        """Convert all floating parameters and buffers to float32, in place."""
        return self.to(ft.float32)

    def double(self) -> Self:
        """Convert all floating parameters and buffers to float64, in place."""
        return self.to(ft.float64)

    def half(self) -> Self:
        """Convert all floating parameters and buffers to float16, in place."""
        return self.to(ft.float16)

    def bfloat16(self) -> Self:
        """Convert all floating parameters and buffers to bfloat16, in place."""
        return self.to(ft.bfloat16)

    def cpu(self) -> Self:
        """Move all parameters and buffers to the CPU, in place."""
        return self.to("cpu")

    def cuda(self, device: int | str | None = None) -> Self:
        """Move all parameters and buffers to a CUDA device, in place; the first one by default."""
        return self.to(f"cuda:{device}" if isinstance(device, int) else device or "cuda:0")

    # Saving and loading -----------------------------------------------------------------------------------------

    def state_dict(self, *, prefix: str = "", keep_vars: bool = False) -> dict[str, Tensor]:
        """All parameters and persistent buffers by name, for :func:`flambeau.tensor.save`.

        They are Tensors of the same memory, not copies: later training changes them.

        Args:
            prefix: what all names begin with, dot included.
            keep_vars: give the Parameters themselves.

        Example:
            >>> import flambeau.nn as nn
            >>> {name: x.shape for name, x in nn.Linear(3, 2).state_dict().items()}
            {'weight': (2, 3), 'bias': (2,)}
        """
        held = self._all(("parameter", "buffer"), "", recurse=True, remove_duplicate=False)
        return {prefix + name: value if keep_vars else value.data for name, value in held}

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> IncompatibleKeys:
        """Copy parameters and buffers from what :meth:`state_dict` gave, converting dtype and device.

        Nothing is changed unless everything fits.

        Args:
            state_dict: Tensors (or NumPy arrays) by name.
            strict: whether all names must be there, and no others. Shapes must always fit.

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
        return load(type(self).__name__, self.state_dict(), state_dict, strict)

    # Hooks ------------------------------------------------------------------------------------------------------

    def register_forward_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, args)`` before every ``forward``.

        Args:
            hook: gets the module and the tuple of its positional arguments; what it returns, unless None, is used
                instead of them (a tuple, or one argument).

        Returns:
            A handle whose ``remove()`` takes the hook away.
        """
        return RemovableHandle(self._pre_hooks, hook)

    def register_forward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after every ``forward``.

        Args:
            hook: gets the module, the tuple of its positional arguments and what ``forward`` returned; what it
                returns, unless None, is used instead.

        Returns:
            A handle whose ``remove()`` takes the hook away.

        Example:
            >>> import flambeau.nn as nn
            >>> layer = nn.Linear(3, 2)
            >>> shapes = []
            >>> with layer.register_forward_hook(lambda module, args, output: shapes.append(output.shape)):
            ...     _ = layer(ft.ones(5, 3))
            >>> shapes
            [(5, 2)]
        """
        return RemovableHandle(self._forward_hooks, hook)

    def __copy__(self) -> Self:
        copied = type(self).__new__(type(self))
        copied.__dict__.update(self.__dict__)
        copied.__dict__.pop("_place", None)
        # What is registered on the copy, and what hooks it, is its own affair from here on.
        for own in ("_registered", "_pre_hooks", "_forward_hooks"):
            copied.__dict__[own] = self.__dict__[own].copy()
        return copied

    # Looks ------------------------------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """The module's own arguments, as shown between the parentheses when it is printed."""
        return ""

    def __repr__(self) -> str:
        lines = [line for line in self.extra_repr().splitlines() if line]
        children = [f"({name}): {module!r}" for name, module in self._own("module")]
        if not children and len(lines) <= 1:
            return f"{type(self).__name__}({''.join(lines)})"
        inside = "\n".join([*lines, *children]).replace("\n", "\n  ")
        return f"{type(self).__name__}(\n  {inside}\n)"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
