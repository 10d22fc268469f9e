"""L-BFGS."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import flambeau.tensor as ft
from flambeau.autograd import Variable, enable_grad
from flambeau.tensor import Tensor, errors

from ._check import check_not_negative
from ._line_search import dot, largest, strong_wolfe
from .optimizer import Optimizer, Params, Rate, State

__all__ = ["LBFGS"]


class LBFGS(Optimizer):
    r"""Newton's method with a curvature that is found from the last gradients: for smooth losses of whole data sets.

    .. math::
        s_k &= p_{k+1} - p_k, \qquad y_k = g_{k+1} - g_k \\
        p_{k+1} &= p_k + t \cdot d, \qquad d = -H_k \, g_k

    where :math:`H_k` is built from the last ``history_size`` pairs :math:`(s, y)` by the two loops of Nocedal (1980),
    and t is ``lr`` or found by a search along the line (Nocedal and Wright, Numerical Optimization, algorithms 3.5 and
    3.6).

    :meth:`step` needs a closure, which it calls several times, and the parameters are one group.

    Args:
        params: parameters, with names or without.
        lr: the step, or where the search begins.
        max_iter: how many iterations one call of :meth:`step` makes at most.
        max_eval: how often it calls the closure at most, 1.25 times ``max_iter`` if not given.
        tolerance_grad: it ends when no element of the gradient is greater.
        tolerance_change: it ends when neither parameters nor loss change more.
        history_size: how many pairs are kept; each takes twice the memory of the parameters.
        line_search_fn: ``"strong_wolfe"`` or None.

    Raises:
        TypeError: :meth:`step` without a closure.
        ValueError: several groups, or an option is out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> w = nn.Parameter(ft.tensor([3.0, -2.0]))
        >>> optimizer = optim.LBFGS([w], line_search_fn="strong_wolfe")
        >>> def closure():
        ...     optimizer.zero_grad()
        ...     loss = (w * w * ft.tensor([1.0, 10.0])).sum()
        ...     loss.backward()
        ...     return loss
        >>> optimizer.step(closure).item()
        49.0
        >>> bool((w.abs() < 1e-4).all())
        True
    """

    passing_state = frozenset({"al"})

    def __init__(
        self,
        params: Params,
        lr: Rate = 1.0,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        options = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, options)

    def check_options(self, **options: Any) -> None:
        for name in ("lr", "tolerance_grad", "tolerance_change"):
            check_not_negative("LBFGS", name, options[name])
        for name in ("max_iter", "max_eval", "history_size"):
            if not isinstance(options[name], int) or options[name] < 1:
                errors.value_error("LBFGS", name, "an int of at least 1", str(options[name]))
        if options["line_search_fn"] not in (None, "strong_wolfe"):
            errors.value_error("LBFGS", "line_search_fn", "None or 'strong_wolfe'", repr(options["line_search_fn"]))
        if options["maximize"]:
            errors.value_error("LBFGS", "maximize", "False", "True", "let the closure return the negative")

    def check_params(self, params: list[Variable]) -> None:
        if self.param_groups:
            errors.value_error("LBFGS", "params", "one group of parameters", "a second one")

    def init_state(self, p: Tensor, **options: Any) -> State:
        """The one state of all parameters: the first of them keeps it."""
        names = ("d", "t", "old_dirs", "old_stps", "ro", "H_diag", "prev_flat_grad", "prev_loss")
        return {"func_evals": 0, "n_iter": 0, **dict.fromkeys(names)}

    def misfit(self, param: Tensor, name: str, usual: Any, value: Any) -> str | None:
        count = sum(p.numel() for p in self.param_groups[0]["params"])
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Tensor) and each.ndim and each.shape != (count,):
                return f"expected {(count,)}, got {each.shape}"
        return None

    def _advance(self, closure: Callable[[], Any] | None) -> Any:
        if closure is None:
            errors.type_error("step", "closure", "a function that runs backward and returns the loss", "None")
        group = self.param_groups[0]
        options = self._options(group)
        state = self.state.setdefault(group["params"][0], self.init_state(group["params"][0]))
        function = _Function(group["params"], closure, state)
        result = function.loss()
        _minimize(function, state, float(result), options)
        return result


class _Function:
    """The closure as a function of all parameters in one vector."""

    def __init__(self, params: list[Variable], closure: Callable[[], Any], state: State) -> None:
        self.params, self.closure, self.state = params, closure, state

    def loss(self) -> Any:
        self.state["func_evals"] += 1
        with enable_grad():
            return self.closure()

    def gradient(self) -> Tensor:
        parts = [ft.zeros_like(p.data) if p.grad is None else p.grad.data for p in self.params]
        return ft.cat([part.reshape(-1) for part in parts])

    def position(self) -> list[Tensor]:
        return [p.data.clone() for p in self.params]

    def move(self, t: float, d: Tensor) -> None:
        start = 0
        for p in self.params:
            p.data.add_(t * d[start : start + p.numel()].reshape(p.shape))
            start += p.numel()

    def at(self, position: list[Tensor], d: Tensor, t: float) -> tuple[float, Tensor]:
        """Loss and gradient at a place along a line; the parameters are back at ``position`` afterwards."""
        self.move(t, d)
        loss, gradient = float(self.loss()), self.gradient()
        for p, x in zip(self.params, position, strict=True):
            p.data.copy_(x)
        return loss, gradient


def _minimize(function: _Function, state: State, loss: float, options: dict[str, Any]) -> None:
    """The iterations of one step; ``state`` has what the last one left."""
    lr, tolerance = options["lr"], options["tolerance_change"]
    gradient = function.gradient()
    if largest(gradient) <= options["tolerance_grad"]:
        return
    evaluations = 1
    for iteration in range(1, options["max_iter"] + 1):
        state["n_iter"] += 1
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1.0)
            d = -gradient
            t = min(1.0, 1.0 / gradient.abs().sum().item()) * lr
        else:
            d = _direction(gradient, state, options["history_size"])
            t = lr
        slope = dot(gradient, d)
        state.update(d=d, t=t, prev_flat_grad=gradient, prev_loss=loss)
        if slope > -tolerance:
            return
        before = loss
        if options["line_search_fn"] is not None:
            start = function.position()
            left = options["max_eval"] - evaluations
            found = strong_wolfe(partial(function.at, start, d), t, d, loss, gradient, slope, left)
            loss, gradient, state["t"], count = found
            function.move(state["t"], d)
            evaluations += count
        else:
            function.move(t, d)
            if iteration != options["max_iter"]:  # where it ends anyway nobody needs the loss there
                loss, gradient = float(function.loss()), function.gradient()
                evaluations += 1
        if (
            evaluations >= options["max_eval"]
            or largest(gradient) <= options["tolerance_grad"]
            or largest(d) * abs(state["t"]) <= tolerance
            or abs(loss - before) < tolerance
        ):
            return


def _direction(gradient: Tensor, state: State, history: int) -> Tensor:
    """Where to go: minus the approximate inverse Hessian times the gradient, by two loops over what is remembered."""
    ys, ss, ro = state["old_dirs"], state["old_stps"], state["ro"]
    y, s = gradient - state["prev_flat_grad"], state["d"] * state["t"]
    curvature = dot(y, s)
    if curvature > 1e-10:
        if len(ys) == history:
            for each in (ys, ss, ro):
                del each[0]
        ys.append(y)
        ss.append(s)
        ro.append(1 / curvature)
        state["H_diag"] = curvature / dot(y, y)
    q = -gradient
    weights = []
    for y, s, r in zip(reversed(ys), reversed(ss), reversed(ro), strict=True):
        weights.append(dot(s, q) * float(r))
        q.sub_(weights[-1] * y)
    d = q * float(state["H_diag"])
    for y, s, r, weight in zip(ys, ss, ro, reversed(weights), strict=True):
        d.add_((weight - dot(y, d) * float(r)) * s)
    return d
