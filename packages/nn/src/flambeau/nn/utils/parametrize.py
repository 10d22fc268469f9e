"""Parameters that are functions of others.

A parametrised module is of a class of its own, in which the parameter is computed whenever it is read. What it is
computed from, and by which modules, is in ``module.parametrizations``, by name.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, TypeVar

from flambeau.autograd import no_grad
from flambeau.tensor import Tensor, errors

from .._registration import BUFFERS
from ..module import Module
from ..modules.container import ModuleDict, ModuleList
from ..parameter import Parameter

__all__ = [
    "ParametrizationList", "cached", "is_parametrized", "register_parametrization", "remove_parametrizations",
    "type_before_parametrizations",
]  # fmt: skip

M = TypeVar("M", bound=Module)

# What was computed while cached() is in force, by module and name.
_cache: dict[tuple[int, str], Any] = {}
_cached = 0


@contextlib.contextmanager
def cached() -> Iterator[None]:
    """Compute each parametrised parameter once only, until the ``with`` block ends: for a loop that reads it often.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(2, 2))
        >>> with nn.utils.parametrize.cached():
        ...     layer.weight is layer.weight
        True
    """
    global _cached
    _cached += 1
    try:
        yield
    finally:
        _cached -= 1
        if not _cached:
            _cache.clear()


class ParametrizationList(ModuleList):
    """What one parameter is computed from, and the modules that do it, one after the other.

    Args:
        modules: the parametrisations: Modules that take Tensors and give one; with a ``right_inverse`` they can be
            assigned to.
        original: the parameter or buffer as it was.
        unsafe: whether what is computed may have another shape or dtype.

    It is a parameter ``original``; or ``original0``, ``original1``... where the first ``right_inverse`` gives several
    Tensors.
    """

    def __init__(self, modules: list[Module], original: Tensor, unsafe: bool = False) -> None:
        super().__init__(modules)
        self.unsafe = unsafe
        new = self._inverted(original.data)
        self.is_tensor = isinstance(new, Tensor)
        if isinstance(new, Tensor):
            if isinstance(original, Parameter):
                original.data = new
                self.register_parameter("original", original)
            else:
                self.register_buffer("original", new)
            return
        self.ntensors = len(new)
        for i, part in enumerate(new):
            if isinstance(original, Parameter):
                self.register_parameter(f"original{i}", Parameter(part.data, original.requires_grad))
            else:
                self.register_buffer(f"original{i}", part.data)

    def originals(self) -> list[Any]:
        """What the parameter is computed from."""
        if self.is_tensor:
            return [self.__dict__["original"]]
        return [getattr(self, f"original{i}") for i in range(self.ntensors)]

    def _inverted(self, value: Any) -> Any:
        with no_grad():
            for module in reversed(list(self)):
                inverse = getattr(module, "right_inverse", None)
                if inverse is not None:
                    value = inverse(value)
                elif module is self[0]:
                    return value  # it starts from there, and comes out as it does
                else:
                    name = type(module).__name__
                    errors.type_error("register_parametrization", "parametrization", "a right_inverse method", name)
        return value if isinstance(value, Tensor) else tuple(value)

    def right_inverse(self, value: Tensor) -> None:
        """Change what the parameter is computed from, so that it becomes ``value``."""
        new = self._inverted(value.data)
        parts = [new] if self.is_tensor else list(new)
        for original, part in zip(self.originals(), parts, strict=True):
            if part.shape != original.shape:
                wanted = f"a right_inverse that gives shape {original.shape}"
                errors.shape_error("right_inverse", "value", wanted, str(part.shape))
            original.data.copy_(part.data)

    def forward(self) -> Any:
        values = self.originals()
        for module in self:
            values = [module(*values)]
        return values[0]


def _held(module: Module) -> Any:
    """What the parameters of a parametrised module are computed from, by name: ParametrizationLists."""
    return module.__dict__["parametrizations"]


class _Computed(property):
    """A parametrised parameter: a property of the module's own class."""


def _computed(name: str) -> _Computed:
    def get(module: Any) -> Any:
        parametrization = _held(module)[name]
        if not _cached:
            return parametrization()
        key = (id(module), name)
        if key not in _cache:
            _cache[key] = parametrization()
        return _cache[key]

    def put(module: Any, value: Tensor) -> None:
        if _cached:
            errors.value_error(type(module).__name__, name, "no assignment while cached() is in force", "one")
        _held(module)[name].right_inverse(value)

    return _Computed(get, put)


class _Parametrized:
    """What the classes of parametrised modules share."""

    _plain: type[Module]

    def __reduce_ex__(self, protocol: Any) -> Any:
        this: Any = self
        return _again, (self._plain, tuple(this.parametrizations.keys())), dict(this.__dict__)


def _again(plain: type[Module], names: tuple[str, ...]) -> Module:
    """An empty module of the class that parametrised ones have: for copies, and pickle."""
    module = plain.__new__(plain)
    module.__class__ = _class_of(plain, names)
    return module


def _class_of(plain: type[Module], names: tuple[str, ...]) -> Any:
    members = {"_plain": plain, "__module__": plain.__module__, **{name: _computed(name) for name in names}}
    return type(f"Parametrized{plain.__name__}", (_Parametrized, plain), members)


def register_parametrization(module: M, tensor_name: str, parametrization: Module, *, unsafe: bool = False) -> M:
    """Compute a parameter or buffer by a module, from what it was.

    Args:
        module: the module that has it, which is changed.
        tensor_name: its name.
        parametrization: a Module that takes a Tensor and gives one. If it has a method ``right_inverse``, that gives
            what the parameter starts from, and the parameter can be assigned to; it may give several Tensors, which
            ``forward`` then takes. A further parametrisation of the same parameter takes what the ones before give.
        unsafe: whether what is computed may have another shape or dtype.

    Returns:
        ``module``.

    Raises:
        ValueError: there is no such parameter or buffer, or what is computed has another shape or dtype.

    Example:
        >>> import flambeau.nn as nn
        >>> class Symmetric(nn.Module):
        ...     def forward(self, x):
        ...         return x.triu() + x.triu(1).T
        >>> layer = nn.Linear(3, 3)
        >>> layer = nn.utils.parametrize.register_parametrization(layer, "weight", Symmetric())
        >>> bool(ft.allclose(layer.weight, layer.weight.T))
        True
        >>> list(layer.state_dict())
        ['bias', 'parametrizations.weight.original']
    """
    operation = "register_parametrization"
    if not isinstance(parametrization, Module):
        errors.type_error(operation, "parametrization", "Module", type(parametrization).__name__)
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        held = _held(module)[tensor_name]
        before = getattr(module, tensor_name)
        held.append(parametrization)
        try:
            if not (unsafe or held.unsafe):
                _check(operation, tensor_name, before, held())
            if hasattr(parametrization, "right_inverse"):
                held.right_inverse(before)
        except Exception:
            del held[-1]
            raise
        held.unsafe = held.unsafe or unsafe
        return module
    if module._registered.get(tensor_name) not in ("parameter", *BUFFERS) or getattr(module, tensor_name) is None:
        names = ", ".join(f"'{name}'" for name, _ in module._own("parameter", *BUFFERS)) or "none: it has no parameters"
        errors.value_error(operation, "tensor_name", names, repr(tensor_name))
    original = getattr(module, tensor_name)
    before = original.data.clone()
    made = ParametrizationList([parametrization], original, unsafe)
    if not unsafe:
        try:
            _check(operation, tensor_name, before, made())
        except Exception:
            original.data = before  # what right_inverse gave took its place
            raise
    plain = type_before_parametrizations(module)
    if plain is type(module):
        module.add_module("parametrizations", ModuleDict())
    delattr(module, tensor_name)
    _held(module)[tensor_name] = made
    _restore(module)
    return module


def _check(operation: str, name: str, before: Any, computed: Any) -> None:
    for what, old, new in (("shape", before.shape, computed.shape), ("dtype", before.dtype, computed.dtype)):
        if old != new:
            fix = "use unsafe=True if it may change"
            errors.value_error(operation, "parametrization", f"one that keeps {what} {old} of '{name}'", str(new), fix)


def _restore(module: Any) -> None:
    """Give a module the class that fits its parametrisations."""
    plain = type_before_parametrizations(module)
    names = tuple(_held(module).keys())
    if names:
        module.__class__ = _class_of(plain, names)
    else:
        module.__class__ = plain
        delattr(module, "parametrizations")


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a module has a parametrised parameter, or one of that name.

    Args:
        module: the module.
        tensor_name: a name, or None.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.utils.parametrize.is_parametrized(nn.Linear(1, 1))
        False
    """
    held = module.__dict__.get("parametrizations")
    if not isinstance(module, _Parametrized) or held is None:
        return False
    return tensor_name is None or tensor_name in held


def type_before_parametrizations(module: Module) -> type[Module]:
    """The class a module had before it was parametrised; its class if it is not.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(1, 1))
        >>> type(layer).__name__, nn.utils.parametrize.type_before_parametrizations(layer).__name__
        ('ParametrizedLinear', 'Linear')
    """
    return module._plain if isinstance(module, _Parametrized) else type(module)


def remove_parametrizations(module: M, tensor_name: str, leave_parametrized: bool = True) -> M:
    """Make an ordinary parameter or buffer again of a parametrised one.

    Args:
        module: the module, which is changed.
        tensor_name: the name.
        leave_parametrized: whether it has the value that was computed, or the one it was computed from.

    Returns:
        ``module``.

    Raises:
        ValueError: it is not parametrised; or what it was computed from is to be left, and is several Tensors.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(1, 1))
        >>> list(nn.utils.parametrize.remove_parametrizations(layer, "weight").state_dict())
        ['bias', 'weight']
    """
    operation = "remove_parametrizations"
    if not is_parametrized(module, tensor_name):
        errors.value_error(operation, "tensor_name", "a parametrised parameter", repr(tensor_name))
    held = _held(module)[tensor_name]
    if not leave_parametrized and not held.is_tensor:
        expected = "True where a parameter is computed from several Tensors"
        errors.value_error(operation, "leave_parametrized", expected, "False")
    original = held.originals()[0]
    trained = isinstance(original, Parameter)
    value = getattr(module, tensor_name).data.clone() if leave_parametrized else original.data
    if trained and held.is_tensor:
        original.data = value
    elif trained:
        original = Parameter(value, original.requires_grad)
    del _held(module)[tensor_name]
    _restore(module)
    if trained:
        module.register_parameter(tensor_name, original)
    else:
        module.register_buffer(tensor_name, value)
    return module
