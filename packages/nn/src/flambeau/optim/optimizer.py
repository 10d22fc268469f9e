"""Optimizer: parameter groups, steps and state; what a rule of optimization needs around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypedDict, TypeVar

from flambeau.autograd import Variable, enable_grad
from flambeau.tensor import Tensor, errors

from . import _fused, _state
from ._check import check_implementation, suggestion
from ._growth import Growth
from ._hooks import Hooks

__all__ = ["Common", "Optimizer", "Params", "Rate"]

Params = Iterable[Variable] | Iterable[tuple[str, Variable]] | Iterable[dict[str, Any]]
Rate = float | Callable[[int], float]
State = dict[str, Any]
R = TypeVar("R")


class Common(TypedDict, total=False):
    """Options that every optimizer takes by name; see :class:`Optimizer`."""

    maximize: bool
    foreach: bool | None
    fused: bool | None
    capturable: bool
    differentiable: bool


class Optimizer(Hooks):
    """Base class of optimizers.

    A subclass implements two methods. ``init_state(p)`` gives what is remembered about one parameter, ``update(p, g,
    state)`` changes the parameter by its gradient; both get the options of the parameter's group by name.

    ``update`` is written once, for one parameter. It uses pointwise operators on plain Tensors, in place or not, and
    arithmetic on options and on the Python numbers in the state; it never looks at elements or shapes and never changes
    ``g``. So it can be run as it is on each parameter, or once on stand-ins to find the program to run over all. An
    update that does look is run on each.

    Args:
        params: parameters, pairs of name and parameter as :meth:`~flambeau.nn.Module.named_parameters` gives them, or
            dicts ``{"params": ..., option: value, ...}`` for groups with options of their own.
        defaults: options of all groups that say nothing else. Each may be a number or a function of the number of steps
            made so far, such as ``lr=lambda step: 0.1 * 0.99**step``.
        maximize: move up, not down. It is an option of every optimizer.
        foreach, fused: taken and without effect: there is one implementation, which is fused.
        capturable, differentiable: False. Steps are neither captured nor recorded.

    Attributes:
        param_groups: one dict for each group, with ``"params"`` and its options, which may be changed at any time.
        state: what ``update`` keeps for each parameter.
        step_count: how many steps were made.
        attempts: how many steps were made, or left out by a :class:`~flambeau.nn.amp.GradScaler`.

    Raises:
        TypeError: something that is no Variable, or an argument that does not exist.
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

    passing_state: frozenset[str] = frozenset()  # names in saved states that are not needed to go on

    def __init__(
        self, params: Params, defaults: Mapping[str, Any], *, maximize: bool = False, **implementation: Any
    ) -> None:
        if isinstance(params, Tensor):
            errors.type_error(type(self).__name__, "params", "several parameters", "one", "put it into a list")
        super().__init__()
        self.defaults: dict[str, Any] = {"maximize": maximize, **defaults}
        check_implementation(type(self).__name__, implementation, self.defaults)
        self.param_groups: list[dict[str, Any]] = []
        self.state: dict[Variable, State] = {}
        self.step_count = 0
        self.attempts = 0  # steps made, and those that a GradScaler left out
        self._programs: dict[int, _fused.Programs] = {}  # of each group
        self._growth = Growth()
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

    def check_params(self, params: list[Variable]) -> None:
        """Raise if there are parameters that this optimizer cannot train; called when a group is added."""

    def step(self, closure: Callable[[], R] | None = None) -> R | None:
        """Change all parameters that have a gradient.

        Args:
            closure: computes the loss anew and runs backward, before parameters are changed.

        Returns:
            What ``closure`` returned.
        """
        closure = self._before_step(closure)
        result = self._advance(closure)
        self.step_count += 1
        self.attempts += 1
        self._after_step(closure)
        self._growth.look(self.param_groups)
        return result

    def _advance(self, closure: Callable[[], Any] | None) -> Any:
        """What a step is, without what surrounds it."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for i, group in enumerate(self.param_groups):
            options = self._options(group)
            entries = []
            for param in group["params"]:
                grad = param.grad
                if grad is not None:
                    state = self.state.get(param)
                    if state is None:
                        state = self.state[param] = self._first_state(param, options)
                    entries.append((param, grad, state))
            _fused.step(self, self._programs.setdefault(i, {}), entries, options)
        return loss

    def _options(self, group: dict[str, Any]) -> dict[str, Any]:
        """The options of a group in this step."""
        return self._now({name: group[name] for name in self.defaults})

    def _now(self, options: dict[str, Any]) -> dict[str, Any]:
        for name, value in options.items():
            if callable(value):
                options[name] = value(self.step_count)
        return options

    def _first_state(self, param: Variable, options: dict[str, Any]) -> State:
        given = {name: value for name, value in options.items() if name != "maximize"}
        return self.init_state(param.data, **given)

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
                fix = suggestion(name, self.defaults)
                errors.value_error(operation, "params", f"'params' and {', '.join(self.defaults)}", f"'{name}'", fix)
        given = param_group["params"]
        entries: list[Any] = [given] if isinstance(given, Tensor) else list(given)
        named = bool(entries) and isinstance(entries[0], tuple)
        if self.param_groups and named != ("param_names" in self.param_groups[0]):
            errors.value_error(operation, "params", "names for the parameters of all groups, or of none", "some")
        pairs = [entry if isinstance(entry, tuple) else (None, entry) for entry in entries]
        self._check_new(operation, named, pairs)
        given_options = {k: _state.plain(v) for k, v in param_group.items() if k != "params"}
        options = {**{k: _state.plain(v) for k, v in self.defaults.items()}, **given_options}
        self.check_options(**self._now({**options}))
        group = {"params": [param for _, param in pairs], **options}
        if named:
            group["param_names"] = [name for name, _ in pairs]
        self.check_params(group["params"])
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
            if param.is_complex():
                got = f"{param.dtype.name} as {what}"
                errors.type_error(operation, "params", "real Variables", got, "train its real and imaginary parts")
            if id(param) in seen or name in taken:
                errors.value_error(operation, "params", "each parameter and each name once", f"{what} again")
            seen.add(id(param))
            if named:
                taken.add(name)

    # Saving and loading -----------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """State and options, for :func:`flambeau.tensor.save`.

        Parameters are keyed by name when they were given with names, otherwise by their position in all groups. The
        Tensors share the optimizer's memory: later steps change them. Of an option that is a function, the value it has
        for the next step is saved.

        Returns:
            ``{"state": {key: state}, "param_groups": [{"params": [key, ...], option: value, ...}], "step_count": n}``
        """
        self._run("state_dict_pre", self)
        found = _state.to_dict(self)
        return self._filtered("state_dict_post", found)

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what :meth:`state_dict` gave. Tensors are copied, to the parameters' devices and dtypes.

        State saved by name finds its parameters by name, in whatever order they are now. What PyTorch's optimizers of
        the same names saved, by position, is taken too. An option that is a function here stays one.

        Args:
            state_dict: state and options.

        Raises:
            RuntimeError: something does not fit; the message lists everything that does not, and nothing is changed.
        """
        _state.load(self, self._filtered("load_state_dict_pre", state_dict))
        self._run("load_state_dict_post", self)

    def misfit(self, param: Tensor, name: str, usual: Any, value: Any) -> str | None:
        """What is wrong with a value of a saved state, given what :meth:`init_state` gives; None if nothing is."""
        if isinstance(value, Tensor):
            shape = usual.shape if isinstance(usual, Tensor) else param.shape
            return None if value.shape == shape else f"expected {shape}, got {value.shape}"
        return "expected a Tensor" if isinstance(usual, Tensor) else None

    def __getstate__(self) -> dict[str, Any]:
        # Hooks may be local functions, and programs are found again.
        left_out = ("_hooks", "_programs")
        return {name: value for name, value in vars(self).items() if name not in left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__init__()
        vars(self).update(state, _programs={})

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"  group {i}: {len(group['params'])} parameters")
            lines += [f"    {name}: {group[name]}" for name in self.defaults]
        return "\n".join([*lines, ")"])
