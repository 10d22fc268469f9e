"""Ways of choosing which elements are pruned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ..module import Module
from ._replacing import take_hook, take_out


class BasePruningMethod:
    """A way of choosing elements; a subclass says in ``compute_mask`` which.

    ``PRUNING_TYPE`` is ``"unstructured"`` for single elements, ``"structured"`` for slices along ``dim``, ``"global"``
    for what looks at all elements, pruned before or not.
    """

    PRUNING_TYPE = "unstructured"
    _tensor_name: str

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """Zeros where an element is pruned, ones elsewhere.

        Args:
            t: what to go by.
            default_mask: the mask so far, which stays zero where it is zero.
        """
        raise NotImplementedError(f"{type(self).__name__} must define compute_mask")

    def __call__(self, module: Module, args: Any) -> None:
        module.__dict__[self._tensor_name] = self.apply_mask(module)

    def apply_mask(self, module: Module) -> Any:
        """The parameter, with zeros where it is pruned."""
        mask, original = (module.__dict__[f"{self._tensor_name}_{part}"] for part in ("mask", "orig"))
        return mask.to(original.dtype) * original

    @classmethod
    def apply(cls, module: Module, name: str, *args: Any, **kwargs: Any) -> Any:
        """Prune a parameter of a module; once more if it is pruned already."""
        scores = kwargs.pop("importance_scores", None)
        method: Any = cls(*args, **kwargs)
        method._tensor_name = name
        return prune_by(method, module, name, scores)

    def prune(self, t: Any, default_mask: Any = None, importance_scores: Any = None) -> Any:
        """A Tensor with zeros where it would be pruned.

        Args:
            t: the Tensor.
            default_mask: a mask to begin with, or None.
            importance_scores: what to go by instead of ``t``, or None.
        """
        scores = _checked_scores(t, importance_scores)
        mask = ft.ones_like(t.data) if default_mask is None else default_mask
        return t * self.compute_mask(scores, mask)

    def remove(self, module: Module) -> None:
        """Make an ordinary parameter again, once the hook is taken away."""
        name = self._tensor_name
        weight = self.apply_mask(module).data
        original = module.__dict__[f"{name}_orig"]
        for part in (name, f"{name}_orig", f"{name}_mask"):
            delattr(module, part)
        original.data = weight
        module.register_parameter(name, original)


def prune_by(method: Any, module: Module, name: str, importance_scores: Any) -> Any:
    """Let a method prune a parameter, after others that do already."""
    pruned = module._registered.get(f"{name}_mask") is not None
    current: Any = module.__dict__.get(name)
    if not pruned:
        current = take_out("prune", module, name)
    try:
        scores = _checked_scores(current, importance_scores)
        before = module.__dict__[f"{name}_mask"].clone() if pruned else ft.ones_like(current.data)
        joined = PruningContainer(method)
        mask = joined.compute_mask(scores.data, before)
    except Exception:
        if not pruned:
            module.register_parameter(name, current)
        raise
    if pruned:
        old = take_hook(module, lambda f: f._tensor_name == name, BasePruningMethod)
        container = old if isinstance(old, PruningContainer) else PruningContainer(old)
        container.add_pruning_method(method)
        method = container
    else:
        module.register_parameter(f"{name}_orig", current)
    module.register_buffer(f"{name}_mask", mask)
    method(module, ())
    module.register_forward_pre_hook(method)
    return method


def _checked_scores(t: Any, scores: Any) -> Any:
    if scores is not None and scores.shape != t.shape:
        errors.shape_error("prune", "importance_scores", f"shape {tuple(t.shape)}", str(tuple(scores.shape)))
    return t if scores is None else scores


class PruningContainer(BasePruningMethod):
    """Methods that prune one parameter, one after the other.

    Args:
        args: the methods.
    """

    def __init__(self, *args: BasePruningMethod) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        if args:
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: BasePruningMethod) -> None:
        """Add a method at the end."""
        if not isinstance(method, BasePruningMethod):
            errors.type_error("add_pruning_method", "method", "BasePruningMethod", type(method).__name__)
        if method._tensor_name != self._tensor_name:
            expected = f"one of the parameter '{self._tensor_name}'"
            errors.value_error("add_pruning_method", "method", expected, f"one of '{method._tensor_name}'")
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[BasePruningMethod]:
        return iter(self._pruning_methods)

    def __getitem__(self, index: int) -> BasePruningMethod:
        return self._pruning_methods[index]

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """Let the last method choose among what the ones before it left."""
        method: Any = self._pruning_methods[-1]
        mask = default_mask.to(t.dtype).clone()
        if method.PRUNING_TYPE == "unstructured":
            left = mask == 1
            mask[left] = method.compute_mask(t[left], mask[left]).to(mask.dtype)
        elif method.PRUNING_TYPE == "structured":
            index: Any = ...  # what has no slices along dim is for the method to refuse
            if t.ndim > 1 and -t.ndim <= method.dim < t.ndim:
                dim = method.dim % t.ndim
                others = [d for d in range(t.ndim) if d != dim]
                index = (*(slice(None),) * dim, ft.nonzero(mask.sum(others) != 0).squeeze(1))
            mask[index] = method.compute_mask(t[index], mask[index]).to(mask.dtype)
        elif method.PRUNING_TYPE == "global":
            mask = method.compute_mask(t, mask).to(mask.dtype)
        else:
            expected = "'unstructured', 'structured' or 'global'"
            errors.value_error(type(method).__name__, "PRUNING_TYPE", expected, repr(method.PRUNING_TYPE))
        return mask


class Identity(BasePruningMethod):
    """Prune nothing."""

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        return default_mask


class CustomFromMask(BasePruningMethod):
    """Prune where a mask is zero.

    Args:
        mask: Tensor of the parameter's shape.
    """

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        if self.mask.shape != t.shape:
            errors.shape_error("custom_from_mask", "mask", f"shape {tuple(t.shape)}", str(tuple(self.mask.shape)))
        return default_mask * self.mask.to(default_mask.dtype)


class _Some(BasePruningMethod):
    """A number of elements or slices, or a part of them."""

    def __init__(self, amount: int | float) -> None:
        operation = type(self).__name__
        if isinstance(amount, bool) or not isinstance(amount, (int, float)):
            errors.type_error(operation, "amount", "int or float", type(amount).__name__)
        if amount < 0 or (isinstance(amount, float) and amount > 1):
            errors.value_error(operation, "amount", "an int of 0 or more, or a part in [0, 1]", str(amount))
        self.amount = amount

    def _count(self, size: int) -> int:
        count = self.amount if isinstance(self.amount, int) else round(self.amount * size)
        if count > size:
            errors.value_error(type(self).__name__, "amount", f"at most the {size} there are", str(count))
        return count


class RandomUnstructured(_Some):
    """Prune elements at random.

    Args:
        amount: how many, or which part.
    """

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        mask = default_mask.clone()
        flat = mask.reshape(-1)
        flat[ft.randperm(t.numel(), device=t.device)[: self._count(t.numel())]] = 0
        return flat.reshape(mask.shape)


class L1Unstructured(_Some):
    """Prune the elements that are nearest to zero.

    Args:
        amount: how many, or which part.
    """

    @classmethod
    def apply(cls, module: Module, name: str, amount: Any, importance_scores: Any = None) -> Any:
        return super().apply(module, name, amount, importance_scores=importance_scores)

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        flat = default_mask.clone().reshape(-1)
        count = self._count(t.numel())
        if count:
            flat[ft.topk(ft.abs(t.data).reshape(-1), count, largest=False)[1]] = 0
        return flat.reshape(default_mask.shape)


class _Slices(_Some):
    PRUNING_TYPE = "structured"

    def __init__(self, amount: int | float, dim: int) -> None:
        super().__init__(amount)
        self.dim = dim

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        operation = type(self).__name__
        if t.ndim < 2:
            errors.shape_error(operation, "name", "a parameter of at least 2 dimensions", f"shape {tuple(t.shape)}")
        if not -t.ndim <= self.dim < t.ndim:
            errors.index_error(operation, "dim", f"a dimension in [{-t.ndim}, {t.ndim - 1}]", str(self.dim))
        size = t.shape[self.dim]
        count = self._count(size)
        kept = ft.ones(size, dtype=default_mask.dtype, device=t.device)
        if count:
            kept[self._chosen(t, count)] = 0
        shape = [1] * t.ndim
        shape[self.dim] = size
        return default_mask * kept.reshape(*shape)

    def _chosen(self, t: Any, count: int) -> Any:
        raise NotImplementedError


class RandomStructured(_Slices):
    """Prune slices along a dimension at random.

    Args:
        amount: how many, or which part.
        dim: the dimension.
    """

    def __init__(self, amount: int | float, dim: int = -1) -> None:
        super().__init__(amount, dim)

    def _chosen(self, t: Any, count: int) -> Any:
        return ft.randperm(t.shape[self.dim], device=t.device)[:count]


class LnStructured(_Slices):
    """Prune the slices along a dimension that have the least norm.

    Args:
        amount: how many, or which part.
        n: the norm.
        dim: the dimension.
    """

    def __init__(self, amount: int | float, n: Any, dim: int = -1) -> None:
        super().__init__(amount, dim)
        self.n = n

    @classmethod
    def apply(cls, module: Module, name: str, amount: Any, n: Any, dim: int, importance_scores: Any = None) -> Any:
        return super().apply(module, name, amount, n, dim, importance_scores=importance_scores)

    def _chosen(self, t: Any, count: int) -> Any:
        others = [d for d in range(t.ndim) if d != self.dim % t.ndim]
        return ft.topk(ft.norm(t.data, self.n, others), count, largest=False)[1]
