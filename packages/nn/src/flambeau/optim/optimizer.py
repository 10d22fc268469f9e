"""Optimizer: parameter groups, steps and state; what a rule of optimization needs around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from flambeau.autograd import Variable, enable_grad
from flambeau.tensor import Tensor, errors

from . import _fused, _state

__all__ = ["Optimizer", "Params"]

Params = Iterable[Variable] | Iterable[tuple[str, Variable]] | Iterable[dict[str, Any]]
State = dict[str, Any]
R = TypeVar("R")


class Optimizer:
    """Base class of optimizers.

    A subclass implements two methods. ``init_state(p)`` gives what is remembered about one parameter, ``update(p, g,
    state)`` changes the parameter by its gradient; both get the options of the parameter's group by name.

    ``update`` is written once, for one parameter. It uses pointwise operators on plain Tensors, in place or not, and
    arithmetic on options and on the Python numbers in the state; it never looks at elements or shapes and never changes
    ``g``. So it can be run as it is on each parameter, or once on stand-ins to find the program to run over all.

    Args:
        params: parameters, pairs of name and parameter as :meth:`~flambeau.nn.Module.named_parameters` gives them, or
            dicts ``{"params": ..., option: value, ...}`` for groups with options of their own.
        defaults: options of all groups that say nothing else. ``maximize`` is one of every optimizer: move up, not
            down.

    Attributes:
        param_groups: one dict for each group, with ``"params"`` and its options, which may be changed at any time.
        state: what ``update`` keeps for each parameter.

    Raises:
        TypeError: something that is no Variable.
        ValueError: no parameters, one that comes twice or is no leaf, or an option that does not exist.

    Example:
        >>> from flambeau import nn, optim
        >>> class SignDescent(optim.Optimizer):
        ...     def __init__(self, params, lr=0.01):
        ...         super().__init__(params, {"lr": lr})
        ...     def update(self, p, g, state, *, lr):
        ...         p.sub_(lr * g.sign())
        >>> w = nn.Parameter(ft.tensor([1.0, -1.0]))
        >>> optimizer = SignDescent([w], lr=0.5)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w.tolist()
        [0.5, -0.5]
    """

    def __init__(self, params: Params, defaults: Mapping[str, Any]) -> None:
        if isinstance(params, Tensor):
            errors.type_error(type(self).__name__, "params", "several parameters", "one", "put it into a list")
        self.defaults: dict[str, Any] = {"maximize": False, **defaults}
        self.param_groups: list[dict[str, Any]] = []
        self.state: dict[Variable, State] = {}
        given: list[Any] = list(params)
        if not given:
            errors.value_error(type(self).__name__, "params", "at least one parameter", "none")
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    def init_state(self, p: Tensor, **options: Any) -> State:
        """What is remembered about a parameter: Tensors and plain values by name, made at its first update.

        Args:
            p: the parameter's elements.
            options: the options of its group.
        """
        return {}

    # *args tells type checkers that subclasses may take the options by name; none are passed.
    def update(self, p: Tensor, g: Tensor, state: State, *args: Any, **options: Any) -> None:
        """Change a parameter, in place.

        Args:
            p: the parameter's elements.
            g: its gradient, which is not changed; already negated for ``maximize``.
            state: what :meth:`init_state` made, to be changed in place.
            options: the options of its group, without ``maximize``.
        """
        raise NotImplementedError(f"{type(self).__name__} must define update")

    def check_options(self, **options: Any) -> None:
        """Raise if options of a group are out of range; called with all of them when a group is added."""

    def step(self, closure: Callable[[], R] | None = None) -> R | None:
        """Change all parameters that have a gradient.

        Args:
            closure: computes the loss anew and runs backward, before parameters are changed.

        Returns:
            What ``closure`` returned.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            options = {name: group[name] for name in self.defaults}
            maximize = options.pop("maximize")
            entries = []
            for param in group["params"]:
                grad = param.grad
                if grad is not None:
                    # Plain Tensors: nothing is recorded, and backward notices that what it kept was changed.
                    p, g = param.data, grad.data
                    state = self.state.get(param)
                    if state is None:
                        state = self.state[param] = self.init_state(p, **options)
                    entries.append((p, g, state))
            _fused.step(self, entries, options, maximize)
        return loss

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters.

        Args:
            set_to_none: whether ``grad`` becomes None or zeros.
        """
        for group in self.param_groups:
            for param in group["params"]:
                if param.grad is not None:
                    param.grad = None if set_to_none else param.grad.data.zero_()

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters, for example those of a layer that was frozen so far.

        Args:
            param_group: ``"params"`` and options by name; the others are the optimizer's.

        Raises:
            TypeError: something that is no Variable.
            ValueError: a parameter that comes twice or is no leaf, or an option that does not exist or is out of range.
        """
        operation = type(self).__name__
        if "params" not in param_group:
            errors.value_error(operation, "params", "'params' in each group", f"only {sorted(param_group)}")
        for name in param_group:
            if name not in ("params", *self.defaults):
                import difflib

                near = difflib.get_close_matches(name, self.defaults, n=1)
                fix = f"did you mean '{near[0]}'?" if near else None
                errors.value_error(operation, "params", f"'params' and {', '.join(self.defaults)}", f"'{name}'", fix)
        given = param_group["params"]
        entries: list[Any] = [given] if isinstance(given, Tensor) else list(given)
        named = bool(entries) and isinstance(entries[0], tuple)
        if self.param_groups and named != ("param_names" in self.param_groups[0]):
            errors.value_error(operation, "params", "names for the parameters of all groups, or of none", "some")
        pairs = [entry if isinstance(entry, tuple) else (None, entry) for entry in entries]
        self._check_new(operation, named, pairs)
        options = {**self.defaults, **{k: v for k, v in param_group.items() if k != "params"}}
        self.check_options(**options)
        group = {"params": [param for _, param in pairs], **options}
        if named:
            group["param_names"] = [name for name, _ in pairs]
        self.param_groups.append(group)

    def _check_new(self, operation: str, named: bool, pairs: list[tuple[Any, Any]]) -> None:
        """Leaves only, each of them and each name once."""
        seen = {id(p) for group in self.param_groups for p in group["params"]}
        taken = {name for group in self.param_groups for name in group.get("param_names", ())}
        for position, (name, param) in enumerate(pairs):
            what = f"'{name}'" if named else f"parameter {position}"
            if not isinstance(param, Variable):
                fix = "wrap it in nn.Parameter" if isinstance(param, Tensor) else None
                errors.type_error(operation, "params", "Variables", f"{type(param).__name__} as {what}", fix)
            if isinstance(name, str) != named:
                errors.value_error(operation, "params", "names for all parameters or for none", "names for some")
            if not param.is_leaf:
                got = f"the result of an operation as {what}"
                errors.value_error(operation, "params", "leaf Variables", got, "use .detach()")
            if id(param) in seen or name in taken:
                errors.value_error(operation, "params", "each parameter and each name once", f"{what} again")
            seen.add(id(param))
            if named:
                taken.add(name)

    # Saving and loading -----------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """State and options, for :func:`flambeau.tensor.save`.

        Parameters are keyed by name when they were given with names, otherwise by their position in all groups. The
        Tensors share the optimizer's memory: later steps change them.

        Returns:
            ``{"state": {key: state}, "param_groups": [{"params": [key, ...], option: value, ...}]}``
        """
        return _state.to_dict(self)

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what :meth:`state_dict` gave. Tensors are copied, to the parameters' devices and dtypes.

        State saved by name finds its parameters by name, in whatever order they are now.

        Args:
            state_dict: state and options.

        Raises:
            RuntimeError: something does not fit; the message lists everything that does not, and nothing is changed.
        """
        _state.load(self, state_dict)

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"  group {i}: {len(group['params'])} parameters")
            lines += [f"    {name}: {group[name]}" for name in self.defaults]
        return "\n".join([*lines, ")"])
