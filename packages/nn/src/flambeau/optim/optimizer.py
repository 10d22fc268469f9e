"""``Optimizer``: groups of parameters, their state, and the loop over both."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import flambeau.tensor as ft
from flambeau.autograd import Variable, enable_grad
from flambeau.tensor import Tensor, errors

__all__ = ["Optimizer"]

Parameters = Iterable[Variable] | Iterable[tuple[str, Variable]] | Iterable[dict[str, Any]]
State = dict[str, Any]


class Optimizer:
    """The base of all optimizers.

    A subclass implements two methods. ``init_state(p)`` gives the state of one parameter, a dict of Tensors and
    numbers. ``update(p, g, state, **hyperparameters)`` changes ``p`` and ``state`` in place with pointwise operators
    and leaves the gradient ``g`` alone. All of them are plain Tensors, so nothing is recorded.

    Args:
        params: Variables to change; or (name, Variable) pairs, as ``named_parameters()`` gives them, and the state is
            kept by name; or dicts with ``"params"`` and hyper-parameters of their own.
        defaults: the hyper-parameters by name.

    Raises:
        ValueError: no parameters, one twice, or one that is the result of an operation.
        TypeError: something that is not a Variable.

    Attributes:
        param_groups: list of dicts: ``"params"``, and the hyper-parameters of these.
        state: the state of each parameter, by its name or position.

    Example:
        >>> from flambeau import nn, optim
        >>> class SignDescent(optim.Optimizer):
        ...     def __init__(self, params, lr):
        ...         super().__init__(params, {"lr": lr})
        ...
        ...     def update(self, p, g, state, lr):
        ...         p.sub_(g.sign() * lr)
        >>> weight = nn.Parameter([1.0, -1.0])
        >>> optimizer = SignDescent([weight], lr=0.5)
        >>> weight.square().sum().backward()
        >>> optimizer.step()
        >>> weight.tolist()
        [0.5, -0.5]
    """

    update: ClassVar[Callable[..., None]]

    def __init__(self, params: Parameters, defaults: dict[str, Any]) -> None:
        self.defaults = {**defaults, "maximize": defaults.get("maximize", False)}
        self.param_groups: list[dict[str, Any]] = []
        self.state: dict[str | int, State] = {}
        self._keys: list[list[str | int]] = []  # of each group's parameters: their names or positions
        if isinstance(params, Tensor):
            errors.type_error(type(self).__name__, "params", "several Variables", "one", "put it into a list")
        groups: list[Any] = list(params)
        if not groups:
            errors.value_error(type(self).__name__, "params", "at least one parameter", "none")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def init_state(self, p: Tensor) -> State:
        """The state of a parameter before its first update: a dict of Tensors and numbers."""
        return {}

    # Groups -----------------------------------------------------------------------------------------------------

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters with hyper-parameters of their own.

        Args:
            param_group: dict with ``"params"``, and hyper-parameters that differ from the optimizer's.

        Raises:
            ValueError: unknown hyper-parameters, or parameters that are there already.
            TypeError: something that is not a Variable.

        Example:
            >>> from flambeau import nn, optim
            >>> net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
            >>> optimizer = optim.SGD(net[1].parameters(), lr=0.1)
            >>> optimizer.add_param_group({"params": net[0].parameters(), "lr": 0.01})
            >>> [group["lr"] for group in optimizer.param_groups]
            [0.1, 0.01]
        """
        operation = type(self).__name__
        if "params" not in param_group:
            errors.value_error(operation, "param_group", "'params'", f"only {sorted(param_group)}")
        for name in param_group:
            if name != "params" and name not in self.defaults:
                near = difflib.get_close_matches(name, self.defaults, n=1)
                fix = f"did you mean '{near[0]}'?" if near else None
                errors.value_error(operation, "param_group", f"'params', {_listed(self.defaults)}", f"'{name}'", fix)
        params = param_group["params"]
        pairs = [self._pair(item) for item in ([params] if isinstance(params, Tensor) else params)]
        self._check(pairs)
        group = {**self.defaults, **param_group, "params": [p for _, p in pairs]}
        self.check(**{name: group[name] for name in self.defaults})
        first = sum(len(keys) for keys in self._keys)
        self._keys.append([first + i if name is None else name for i, (name, _) in enumerate(pairs)])
        self.param_groups.append(group)

    def check(self, **hyper: Any) -> None:
        """Raise for hyper-parameters out of range; called with those of each new group."""

    def _pair(self, item: Any) -> tuple[str | None, Variable]:
        name, variable = item if isinstance(item, tuple) and len(item) == 2 else (None, item)
        if not isinstance(variable, Variable):
            fix = "wrap it in nn.Parameter" if isinstance(variable, Tensor) else None
            got = type(variable).__name__
            errors.type_error(type(self).__name__, "params", "Variables or (name, Variable) pairs", got, fix)
        return name, variable

    def _check(self, pairs: list[tuple[str | None, Variable]]) -> None:
        operation = type(self).__name__
        known = {id(p) for group in self.param_groups for p in group["params"]}
        keys = {key for keys in self._keys for key in keys}
        named = {isinstance(key, str) for key in keys} | {name is not None for name, _ in pairs}
        if len(named) > 1:
            errors.value_error(operation, "params", "names for all parameters or for none", "names for some")
        for name, variable in pairs:
            what = f"'{name}'" if name is not None else f"a parameter of shape {variable.shape}"
            if not variable.is_leaf:
                node = variable.grad_fn
                got = f"{what}, the result of {node.name if node else 'an operation'}"
                errors.value_error(operation, "params", "leaf Variables", got)
            if id(variable) in known:
                errors.value_error(operation, "params", "each parameter once", f"{what} twice")
            if name is not None and name in keys:
                errors.value_error(operation, "params", "each name once", f"{what} twice")
            known.add(id(variable))
            if name is not None:
                keys.add(name)

    # Steps ------------------------------------------------------------------------------------------------------

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change all parameters that have a gradient.

        Args:
            closure: computes the loss anew, with ``backward()``, and returns it; called first.

        Returns:
            The loss that ``closure`` returned, or None.

        Example:
            >>> from flambeau import nn, optim
            >>> weight = nn.Parameter([2.0])
            >>> optimizer = optim.SGD([weight], lr=0.25)
            >>> weight.square().sum().backward()
            >>> optimizer.step()
            >>> weight.tolist()
            [1.0]
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        states, update = self.state, self.update
        for group, keys in zip(self.param_groups, self._keys, strict=True):
            hyper = {name: group[name] for name in self.defaults if name != "maximize"}
            maximize = group["maximize"]
            for p, key in zip(group["params"], keys, strict=True):
                gradient = p.grad
                if gradient is None:
                    continue
                data = p.data
                state = states.get(key)
                if state is None:
                    state = states[key] = self.init_state(data)
                update(data, -gradient.data if maximize else gradient.data, state, **hyper)
        return loss

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters.

        Args:
            set_to_none: set them to None; otherwise to zeros, in place.
        """
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    p.grad.data.zero_()

    # State ------------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """State and hyper-parameters, for :func:`flambeau.tensor.save` and :meth:`load_state_dict`.

        Returns:
            dict of ``"state"``, by name or position, and ``"param_groups"``, whose ``"params"`` are names or
            positions. Its Tensors share the optimizer's memory.

        Example:
            >>> from flambeau import nn, optim
            >>> optimizer = optim.SGD(nn.Linear(2, 1).named_parameters(), lr=0.1)
            >>> optimizer.state_dict()["param_groups"][0]["params"]
            ['weight', 'bias']
        """
        groups = [{**group, "params": list(keys)} for group, keys in zip(self.param_groups, self._keys, strict=True)]
        return {"state": {key: dict(state) for key, state in self.state.items()}, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what :meth:`state_dict` gave; its Tensors are copied.

        Parameters are matched by name when both sides have names, else by position. Nothing is changed when anything
        does not fit.

        Args:
            state_dict: dict of ``"state"`` and ``"param_groups"``.

        Raises:
            ValueError: groups or parameters differ; the message lists all that do.
        """
        saved = state_dict["param_groups"]
        problems = [] if len(saved) == len(self._keys) else [f"{len(self._keys)} groups, not {len(saved)}"]
        own_key: dict[str | int, str | int] = {}
        for i, (group, keys) in enumerate(zip(saved, self._keys, strict=False)):
            theirs = group["params"]
            if all(isinstance(key, str) for key in (*theirs, *keys)):
                problems += [f"no '{key}' in group {i}" for key in theirs if key not in keys]
                problems += [f"'{key}' missing in group {i}" for key in keys if key not in theirs]
                own_key.update((key, key) for key in theirs)
            elif len(theirs) != len(keys):
                problems.append(f"{len(keys)} parameters in group {i}, not {len(theirs)}")
            else:
                own_key.update(zip(theirs, keys, strict=True))
        if not problems:
            problems = self._misshaped(state_dict["state"], own_key)
        if problems:
            errors.value_error("load_state_dict", "state_dict", f"what fits this {type(self).__name__}",
                               "; ".join(problems))  # fmt: skip
        parameters = self._by_key()
        self.state = {
            own_key[key]: {name: _copied(value, parameters[own_key[key]]) for name, value in state.items()}
            for key, state in state_dict["state"].items()
        }
        for group, other in zip(self.param_groups, saved, strict=True):
            group.update({name: value for name, value in other.items() if name != "params"})

    def _by_key(self) -> dict[str | int, Variable]:
        return {
            key: p
            for group, keys in zip(self.param_groups, self._keys, strict=True)
            for key, p in zip(keys, group["params"], strict=True)
        }

    def _misshaped(self, state: dict[str | int, State], own_key: dict[str | int, str | int]) -> list[str]:
        parameters = self._by_key()
        problems = []
        for key, values in state.items():
            if key not in own_key:
                problems.append(f"state of {key!r}, which is in no group")
                continue
            wanted = self.init_state(parameters[own_key[key]].data)
            for name, value in values.items():
                other = wanted.get(name)
                if isinstance(value, Tensor) and isinstance(other, Tensor) and value.shape != other.shape:
                    problems.append(f"{name} of {key!r} of shape {value.shape}, not {other.shape}")
        return problems

    def __repr__(self) -> str:
        count = sum(len(keys) for keys in self._keys)
        lines = [
            f"  group {i}: {', '.join(f'{name}={value}' for name, value in group.items() if name != 'params')}"
            for i, group in enumerate(self.param_groups)
        ]
        return "\n".join([f"{type(self).__name__}({count} parameters", *lines, ")"])


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _copied(value: Any, parameter: Variable) -> Any:
    if not isinstance(value, Tensor):
        return value
    dtype = parameter.dtype if value.is_floating_point() else value.dtype
    return ft.tensor(value.data, dtype=dtype, device=parameter.device)
