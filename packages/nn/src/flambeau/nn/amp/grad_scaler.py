"""GradScaler: gradients that float16 can hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from .._together import together
from ..utils.clip_grad import get_total_norm, gradients_of

if TYPE_CHECKING:
    from flambeau.optim import Optimizer

__all__ = ["GradScaler"]


class GradScaler:
    """Multiplies the loss so that small gradients do not vanish in float16, and leaves out steps whose gradients
    overflow.

    The scale grows while all goes well and shrinks when a gradient is not finite. bfloat16 has the range of float32 and
    needs none of it.

    Args:
        device: taken and without effect.
        init_scale: the scale at the beginning.
        growth_factor: what it is multiplied by after ``growth_interval`` good steps.
        backoff_factor: what it is multiplied by after a step that was left out.
        growth_interval: how many good steps in a row it takes to grow.
        enabled: False for a scaler that changes nothing.

    Raises:
        ValueError: a factor out of range.

    Example:
        >>> from flambeau import nn, optim
        >>> from flambeau.nn.amp import GradScaler
        >>> w = nn.Parameter(ft.tensor([1.0]))
        >>> optimizer, scaler = optim.SGD([w], lr=0.25), GradScaler(init_scale=1024.0)
        >>> scaler.scale((w * w).sum()).backward()
        >>> w.grad.item()
        2048.0
        >>> _ = scaler.step(optimizer)
        >>> scaler.update()
        >>> w.item()
        0.5
    """

    def __init__(
        self,
        device: Any = None,
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        if growth_factor <= 1:
            errors.value_error("GradScaler", "growth_factor", "a number above 1", str(growth_factor))
        if not 0 < backoff_factor < 1:
            errors.value_error("GradScaler", "backoff_factor", "a number between 0 and 1", str(backoff_factor))
        self._scale, self._growth_tracker = float(init_scale), 0
        self._growth_factor, self._backoff_factor = float(growth_factor), float(backoff_factor)
        self._growth_interval, self._enabled = growth_interval, enabled
        # Of each optimizer since the last update: whether its gradients were finite, and whether it has stepped.
        self._found: dict[int, bool] = {}
        self._stepped: set[int] = set()

    def scale(self, outputs: Any) -> Any:
        """The loss times the scale, in float32 if it is in 16 bits.

        Args:
            outputs: a Tensor, or a list or tuple of them.

        Returns:
            The same, scaled.
        """
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            return outputs.to(ft.promote_types(outputs.dtype, ft.float32)) * self._scale
        if isinstance(outputs, (list, tuple)):
            return type(outputs)(self.scale(each) for each in outputs)
        errors.type_error("scale", "outputs", "a Tensor, or a list or tuple of Tensors", type(outputs).__name__)

    def unscale_(self, optimizer: Optimizer) -> None:
        """Divide the gradients of an optimizer's parameters by the scale: before they are clipped, for example.

        Args:
            optimizer: the optimizer; :meth:`step` does it itself if this was not called.

        Raises:
            RuntimeError: it was called before since the last :meth:`update`.
        """
        if not self._enabled:
            return
        if id(optimizer) in self._found:
            what = "stepped" if id(optimizer) in self._stepped else "unscaled"
            text = errors.message("unscale_", "optimizer", "one call between two of update()", f"one {what} already")
            raise RuntimeError(text)
        gradients = gradients_of(p for group in optimizer.param_groups for p in group["params"])
        inverse = 1.0 / self._scale
        together(lambda g: g.mul_(inverse), ([g] for g in gradients))
        self._found[id(optimizer)] = math.isfinite(get_total_norm(gradients, math.inf).item())

    def step(self, optimizer: Optimizer, *args: Any, **kwargs: Any) -> Any:
        """Let an optimizer step, if all its gradients are finite.

        Args:
            optimizer: the optimizer.
            args, kwargs: what its ``step`` gets; no closure, whose gradients nobody would unscale.

        Returns:
            What its ``step`` returned, or None.

        Raises:
            RuntimeError: it was called before since the last :meth:`update`.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if args or "closure" in kwargs:
            errors.value_error("step", "closure", "none with a GradScaler", "one")
        if id(optimizer) in self._stepped:
            text = errors.message("step", "optimizer", "one call between two of update()", "another")
            raise RuntimeError(text)
        if id(optimizer) not in self._found:
            self.unscale_(optimizer)
        self._stepped.add(id(optimizer))
        if self._found[id(optimizer)]:
            return optimizer.step(**kwargs)
        optimizer.attempts += 1  # it was its turn: schedulers need not wonder
        return None

    def update(self, new_scale: float | Tensor | None = None) -> None:
        """Let the scale grow or shrink by what was found since the last time; to be called after all steps.

        Args:
            new_scale: another scale instead.

        Raises:
            RuntimeError: no :meth:`step` or :meth:`unscale_` since the last time.
        """
        if not self._enabled:
            return
        if new_scale is not None:
            self._scale = float(new_scale)
        elif not self._found:
            raise RuntimeError(errors.message("update", None, "step() or unscale_() since the last update()", "none"))
        elif all(self._found.values()):
            self._growth_tracker += 1
            if self._growth_tracker == self._growth_interval:
                grown = self._scale * self._growth_factor
                if grown <= ft.finfo(ft.float32).max:
                    self._scale = grown
                self._growth_tracker = 0
        else:
            self._scale *= self._backoff_factor
            self._growth_tracker = 0
        self._found, self._stepped = {}, set()

    def get_scale(self) -> float:
        """The scale: 1 when the scaler is not enabled."""
        return self._scale if self._enabled else 1.0

    def get_growth_factor(self) -> float:
        """What the scale is multiplied by when it grows."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Set what the scale is multiplied by when it grows.

        Args:
            new_factor: a number above 1.
        """
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """What the scale is multiplied by when it shrinks."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Set what the scale is multiplied by when it shrinks.

        Args:
            new_factor: a number between 0 and 1.
        """
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """How many good steps in a row it takes to grow."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Set how many good steps in a row it takes to grow.

        Args:
            new_interval: the number of steps.
        """
        self._growth_interval = new_interval

    def is_enabled(self) -> bool:
        """Whether the scaler does anything."""
        return self._enabled

    def state_dict(self) -> dict[str, Any]:
        """The state, for :func:`flambeau.tensor.save`; empty when the scaler is not enabled."""
        if not self._enabled:
            return {}
        return {
            "scale": self._scale,
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._growth_tracker,
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what :meth:`state_dict` gave.

        Args:
            state_dict: the state of a scaler that was enabled, PyTorch's among them.

        Raises:
            ValueError: another state.
        """
        if not self._enabled:
            return
        own = self.state_dict()
        if set(state_dict) != set(own):
            expected = f"the state of a GradScaler ({', '.join(own)})"
            got = ", ".join(state_dict) or "an empty one: it was not enabled"
            errors.value_error("load_state_dict", "state_dict", expected, got)
        self._scale, self._growth_tracker = float(state_dict["scale"]), int(state_dict["_growth_tracker"])
        self._growth_factor, self._backoff_factor = state_dict["growth_factor"], state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
