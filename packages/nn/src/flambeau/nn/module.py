"""Module: what has parameters and can be called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from flambeau.autograd import set_place
from flambeau.tensor import Tensor, errors

from ._conversion import Convertible
from ._places import Place, explain
from ._registration import Kind, check_name, check_replacement, warn_of_hidden_modules
from ._state import Stateful
from ._summary import Summary, summarise
from .parameter import Buffer, Parameter

__all__ = ["Module"]


class Module(Stateful, Convertible):
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
    _reserving: type[Module]  # the class whose names may not be taken for parameters, buffers or modules
    _place: Place | None = None  # of the last call

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        self = super().__new__(cls)
        # Here and not in __init__: a subclass that forgets super().__init__() works all the same.
        vars(self).update(training=True, _registered={}, _hooks={})
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
            if self._hooks:
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
        elif isinstance(value, Buffer):
            self._register(name, value, "buffer" if value.persistent else "transient")
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
        check_name(self, self._reserving, name)
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

    def register_module(self, name: str, module: Module | None) -> None:
        """The other name of :meth:`add_module`."""
        self.add_module(name, module)

    # Changing all at once ---------------------------------------------------------------------------------------

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call ``fn`` with every module inside, then with this one; gives this module.

        Example:
            >>> import flambeau.nn as nn
            >>> def start(module):
            ...     if isinstance(module, nn.Linear):
            ...         nn.init.zeros_(module.weight)
            >>> nn.Sequential(nn.Linear(1, 2)).apply(start)[0].weight.tolist()
            [[0.0], [0.0]]
        """
        for module in self.children():
            module.apply(fn)
        fn(self)
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

    def __copy__(self) -> Self:
        copied = type(self).__new__(type(self))
        copied.__dict__.update(self.__dict__)
        copied.__dict__.pop("_place", None)
        # What is registered on the copy, and what hooks it, is its own affair from here on.
        copied.__dict__["_registered"] = self._registered.copy()
        copied.__dict__["_hooks"] = {kind: hooks.copy() for kind, hooks in self._hooks.items()}
        return copied

    def summary(self, *args: Any, **kwargs: Any) -> Summary:
        """Call the module, and show for every module inside what came out, how many parameters it has and the memory.

        The call is one in evaluation, and records nothing; nothing of the module changes.

        Args:
            args: the arguments of the call; a tuple of ints stands for a Tensor of ones of that shape.
            kwargs: its keyword arguments.

        Returns:
            What prints as a table; ``rows``, ``parameters``, ``trainable`` and the numbers of bytes in
            ``parameter_bytes``, ``buffer_bytes`` and ``output_bytes`` are its attributes.

        Example:
            >>> import flambeau.nn as nn
            >>> net = nn.Sequential(nn.Linear(20, 30), nn.ReLU())
            >>> print(net.summary((5, 20)))
            module        output    parameters   memory of output
            Sequential    (5, 30)                           600 B
              0: Linear   (5, 30)          630              600 B
              1: ReLU     (5, 30)                           600 B
            630 parameters, all trainable: 2.5 KiB; buffers: 0 B; outputs: 1.2 KiB
        """
        return summarise(self, args, kwargs)

    # Looks ------------------------------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """The module's own arguments, as shown between the parentheses when it is printed."""
        return ""

    def _shown(self) -> list[str]:
        """What is printed of the modules inside."""
        return [f"({name}): {module!r}" for name, module in self._own("module")]

    def __repr__(self) -> str:
        lines = [line for line in self.extra_repr().splitlines() if line]
        children = self._shown()
        if not children and len(lines) <= 1:
            return f"{type(self).__name__}({''.join(lines)})"
        inside = "\n".join([*lines, *children]).replace("\n", "\n  ")
        return f"{type(self).__name__}(\n  {inside}\n)"


Module._reserving = Module
