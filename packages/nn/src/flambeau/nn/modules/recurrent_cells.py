"""Recurrent cells: one step of a recurrent layer, for loops written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor, errors

from .. import init
from ..module import Module
from ..parameter import Parameter
from ._check import check_size
from ._recurrence import run_direction
from .recurrent import check_nonlinearity

__all__ = ["GRUCell", "LSTMCell", "RNNCell", "RNNCellBase"]


class RNNCellBase(Module):
    """What :class:`RNNCell`, :class:`LSTMCell` and :class:`GRUCell` share.

    Args:
        input_size: features of the input.
        hidden_size: H, of the hidden state.
        bias: whether there are biases.
        num_chunks: how many blocks of H rows weights have.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Raises:
        ValueError: a size is out of range.
    """

    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        check_size(type(self).__name__, "input_size", input_size)
        check_size(type(self).__name__, "hidden_size", hidden_size)
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = num_chunks * hidden_size
        shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, input_size), "weight_hh": (rows, hidden_size)}
        for name, shape in shapes.items():
            self.register_parameter(name, Parameter(ft.empty(*shape, device=device, dtype=dtype)))
        for name in ("bias_ih", "bias_hh"):
            made = Parameter(ft.empty(rows, device=device, dtype=dtype)) if bias else None
            self.register_parameter(name, made)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        bound = self.hidden_size**-0.5
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _step(self, cell: str, input: Tensor, states: Any, names: tuple[str, ...]) -> list[Any]:
        """The states after a step."""
        name = type(self).__name__
        if input.ndim not in (1, 2) or input.shape[-1] != self.input_size:
            errors.shape_error(name, "input", self._expected(input.ndim), str(tuple(input.shape)))
        single = input.ndim == 1
        rows: Any = input.unsqueeze(0) if single else input
        shape = (rows.shape[0], self.hidden_size)
        if states is None:
            states = [ft.zeros(*shape, dtype=input.dtype, device=input.device) for _ in names]
        else:
            states = [state.unsqueeze(0) for state in states] if single else states
            for argument, state in zip(names, states, strict=True):
                if state.shape != shape:
                    errors.shape_error(name, argument, f"shape {shape[single:]}", str(state.shape[single:]))
        weights = [getattr(self, kind) for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        weights = weights if self.bias else weights[:2]
        _, *ends = run_direction(rows, weights, states, cell, ((shape[0],), False))
        return [end.squeeze(0) for end in ends] if single else ends

    def _expected(self, ndim: int) -> str:
        return f"({self.input_size},)" if ndim == 1 else f"(N, {self.input_size})"

    def expected_input(self, input: Tensor) -> str | None:
        if input.ndim not in (1, 2) or input.shape[-1] != self.input_size:
            return self._expected(input.ndim)
        return None

    def extra_repr(self) -> str:
        shown = f"{self.input_size}, {self.hidden_size}"
        return shown if self.bias else f"{shown}, bias={self.bias}"


class RNNCell(RNNCellBase):
    r"""One step of an :class:`RNN` layer.

    .. math:: h' = \tanh(W_{ih} x + b_{ih} + W_{hh} h + b_{hh})

    Args:
        input_size: features of the input.
        hidden_size: H, of the hidden state.
        bias: whether there are biases.
        nonlinearity: ``"tanh"`` or ``"relu"``.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (N, input_size) and (N, H) to (N, H); N may be left out. Without a state it is zeros.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.RNNCell(3, 5)(ft.randn(2, 3)).shape
        (2, 5)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        check_nonlinearity("RNNCell", nonlinearity)
        self.nonlinearity = nonlinearity
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)

    if TYPE_CHECKING:

        def __call__(self, input: Tensor, hx: Tensor | None = None) -> Variable: ...

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Any:
        return self._step(f"rnn_{self.nonlinearity}", input, None if hx is None else (hx,), ("hx",))[0]

    def extra_repr(self) -> str:
        shown = super().extra_repr()
        return shown if self.nonlinearity == "tanh" else f"{shown}, nonlinearity={self.nonlinearity}"


class LSTMCell(RNNCellBase):
    r"""One step of an :class:`LSTM` layer.

    .. math::
        i, f, o &= \sigma(W x + b_{ih} + U h + b_{hh}), \qquad g = \tanh(W_g x + b_{ig} + U_g h + b_{hg}) \\
        c' &= f \odot c + i \odot g, \qquad h' = o \odot \tanh(c')

    Args:
        input_size: features of the input.
        hidden_size: H, of the hidden state and the cells.
        bias: whether there are biases.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (N, input_size) and a tuple of two (N, H) to a tuple of two (N, H); N may be left out. Without states they are
        zeros.

    Raises:
        ValueError: a size is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> h, c = nn.LSTMCell(3, 5)(ft.randn(2, 3))
        >>> h.shape, c.shape
        ((2, 5), (2, 5))
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    if TYPE_CHECKING:

        def __call__(self, input: Tensor, hx: Any = None) -> tuple[Variable, Variable]: ...

    def forward(self, input: Tensor, hx: Any = None) -> Any:
        if hx is not None and (not isinstance(hx, (tuple, list)) or len(hx) != 2):
            errors.type_error("LSTMCell", "hx", "a tuple (h_0, c_0)", type(hx).__name__)
        return tuple(self._step("lstm", input, hx, ("h_0", "c_0")))


class GRUCell(RNNCellBase):
    r"""One step of a :class:`GRU` layer.

    .. math::
        r, z &= \sigma(W x + b_{ih} + U h + b_{hh}), \qquad n = \tanh(W_n x + b_{in} + r \odot (U_n h + b_{hn})) \\
        h' &= (1 - z) \odot n + z \odot h

    Args:
        input_size: features of the input.
        hidden_size: H, of the hidden state.
        bias: whether there are biases.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (N, input_size) and (N, H) to (N, H); N may be left out. Without a state it is zeros.

    Raises:
        ValueError: a size is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> nn.GRUCell(3, 5)(ft.randn(2, 3), ft.zeros(2, 5)).shape
        (2, 5)
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    if TYPE_CHECKING:

        def __call__(self, input: Tensor, hx: Tensor | None = None) -> Variable: ...

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Any:
        return self._step("gru", input, None if hx is None else (hx,), ("hx",))[0]
