"""Recurrent layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft
from flambeau.autograd import Variable
from flambeau.tensor import Tensor, errors

from .. import init
from .._warnings import warn
from ..module import Module
from ..parameter import Parameter
from ..utils.rnn import PackedSequence
from ._check import check_size
from ._recurrence import run_layers

__all__ = ["GRU", "LSTM", "RNN", "RNNBase"]

_GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "LSTM": 4, "GRU": 3}


class RNNBase(Module):
    """What :class:`RNN`, :class:`LSTM` and :class:`GRU` share.

    Args:
        mode: ``"RNN_TANH"``, ``"RNN_RELU"``, ``"LSTM"`` or ``"GRU"``.
        input_size: features of each element of a sequence.
        hidden_size: H, of the hidden state.
        num_layers: how many layers stand one above the other.
        bias: whether there are biases.
        batch_first: whether the batch is the first dimension of sequences, instead of the second. In states it stays
            the second.
        dropout: the probability of leaving out an element between two layers, while training.
        bidirectional: whether each layer also runs through sequences from their ends.
        proj_size: of an LSTM, the size of the hidden state after a projection; 0 for none.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.RNNBase("GRU", 3, 5)
        >>> [name for name, _ in layer.named_parameters()]
        ['weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0', 'bias_hh_l0']
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        if mode not in _GATES:
            errors.value_error(name, "mode", f"one of {', '.join(_GATES)}", repr(mode))
        check_size(name, "input_size", input_size)
        check_size(name, "hidden_size", hidden_size)
        check_size(name, "num_layers", num_layers)
        check_size(name, "proj_size", proj_size, least=0)
        if not isinstance(dropout, (int, float)) or isinstance(dropout, bool) or not 0 <= dropout <= 1:
            errors.value_error(name, "dropout", "a probability in [0, 1]", repr(dropout))
        if dropout and num_layers == 1:
            warn(f"{name}: dropout={dropout} does nothing for one layer, it is between layers")
        if proj_size and mode != "LSTM":
            errors.value_error(name, "proj_size", "0 for all but an LSTM", str(proj_size))
        if proj_size >= hidden_size:
            errors.value_error(name, "proj_size", f"less than hidden_size {hidden_size}", str(proj_size))
        self.mode, self.input_size, self.hidden_size, self.num_layers = mode, input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, float(dropout)
        self.bidirectional, self.proj_size = bidirectional, proj_size
        rows, directions = _GATES[mode] * hidden_size, 2 if bidirectional else 1
        self._names: list[list[list[str]]] = []
        for layer in range(num_layers):
            width = input_size if layer == 0 else directions * self._state_size
            shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, width), "weight_hh": (rows, self._state_size)}
            if bias:
                shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
            if proj_size:
                shapes["weight_hr"] = (proj_size, hidden_size)
            self._names.append([])
            for suffix in ("", "_reverse")[:directions]:
                names = [f"{kind}_l{layer}{suffix}" for kind in shapes]
                for parameter, shape in zip(names, shapes.values(), strict=True):
                    self.register_parameter(parameter, Parameter(ft.empty(*shape, device=device, dtype=dtype)))
                self._names[-1].append(names)
        self.reset_parameters()

    @property
    def _state_size(self) -> int:
        """Of the hidden state."""
        return self.proj_size or self.hidden_size

    @property
    def all_weights(self) -> list[list[Any]]:
        """The parameters of each direction of each layer."""
        return [[getattr(self, name) for name in names] for layer in self._names for names in layer]

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        bound = self.hidden_size**-0.5
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def flatten_parameters(self) -> None:
        """Nothing: parameters need not lie side by side here. For programs written for PyTorch."""

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        """Sequences, and the states at their ends.

        Args:
            input: Tensor of shape (T, N, input_size), or (T, input_size) for one sequence, or a PackedSequence.
            hx: the state before the first step, of shape (layers * directions, N, H); zeros if not given. Of an LSTM a
                tuple of two.

        Returns:
            The hidden states of the last layer: Tensor of shape (T, N, directions * H), or a PackedSequence; and the
            states at the end, like ``hx``.
        """
        if isinstance(input, PackedSequence):
            sizes = tuple(input.batch_sizes.tolist())
            output, states = self._run(input.data, hx, sizes, input.sorted_indices, input.unsorted_indices)
            return PackedSequence(output, *input[1:]), states
        name = type(self).__name__
        if input.ndim not in (2, 3) or input.shape[-1] != self.input_size:
            errors.shape_error(name, "input", self._expected(input.ndim), str(tuple(input.shape)))
        if single := input.ndim == 2:
            input, hx = input.unsqueeze(1), _each(hx, lambda state: state.unsqueeze(1))
        elif self.batch_first:
            input = input.transpose(0, 1)
        steps, count = input.shape[:2]
        output, states = self._run(input.flatten(0, 1), hx, (count,) * steps)
        output = output.unflatten(0, (steps, count)) if steps else output.reshape(0, count, output.shape[1])
        if single:
            return output.squeeze(1), _each(states, lambda state: state.squeeze(1))
        return output.transpose(0, 1) if self.batch_first else output, states

    def _run(self, x: Any, hx: Any, sizes: Any, order: Any = None, back: Any = None) -> tuple[Any, Any]:
        names = ("h_0", "c_0") if self.mode == "LSTM" else ("h_0",)
        count = sizes[0] if sizes else self._count(hx)
        directions = 2 if self.bidirectional else 1
        widths = (self._state_size, self.hidden_size)
        shapes: list[tuple[int, ...]] = []
        for width in widths[: len(names)]:
            shapes.append((self.num_layers * directions, count, width))
        if hx is None:
            states = [ft.zeros(*shape, dtype=x.dtype, device=x.device) for shape in shapes]
        else:
            states = list(hx) if isinstance(hx, (tuple, list)) else [hx]
            self._check_states(states, names, shapes)
            if order is not None:
                states = [ft.index_select(state, 1, order) for state in states]
        layers = [[[getattr(self, name) for name in direction] for direction in layer] for layer in self._names]
        output, ends = run_layers(x, states, layers, self.mode.lower(), sizes, self.dropout if self.training else 0.0)
        if back is not None:
            ends = [ft.index_select(end, 1, back) for end in ends]
        return output, tuple(ends) if self.mode == "LSTM" else ends[0]

    def _count(self, hx: Any) -> int:
        """How many sequences without steps there are."""
        first = hx[0] if isinstance(hx, (tuple, list)) else hx
        return 0 if first is None else first.shape[1]

    def _check_states(self, states: list[Any], names: tuple[str, ...], shapes: list[tuple[int, ...]]) -> None:
        if len(states) != len(names):
            wanted = "a tuple (h_0, c_0)" if len(names) == 2 else "a Tensor"
            errors.type_error(type(self).__name__, "hx", wanted, f"{len(states)} Tensors")
        for name, state, shape in zip(names, states, shapes, strict=True):
            if not isinstance(state, Tensor):
                errors.type_error(type(self).__name__, name, "Tensor", type(state).__name__)
            if state.shape != shape:
                errors.shape_error(type(self).__name__, name, f"shape {shape}", str(state.shape))

    def _expected(self, ndim: int) -> str:
        batched = f"(N, T, {self.input_size})" if self.batch_first else f"(T, N, {self.input_size})"
        return f"(T, {self.input_size})" if ndim == 2 else batched

    def expected_input(self, input: Tensor) -> str | None:
        if input.ndim not in (2, 3) or input.shape[-1] != self.input_size:
            return self._expected(input.ndim)
        return None

    if TYPE_CHECKING:

        def __call__(self, input: Any, hx: Any = None) -> tuple[Any, Any]: ...

    def extra_repr(self) -> str:
        shown = [f"{self.input_size}, {self.hidden_size}"]
        usual = {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0,
            "bidirectional": False,
        }
        shown += [f"{name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        return ", ".join(shown)


def _each(states: Any, change: Any) -> Any:
    """A change of each state: of a Tensor, a tuple, or None."""
    if states is None:
        return None
    return tuple(map(change, states)) if isinstance(states, (tuple, list)) else change(states)


class RNN(RNNBase):
    r"""Layers in which each step sees an element of the sequence and the hidden state of the step before.

    .. math:: h_t = \tanh(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})

    Args:
        input_size: features of each element of a sequence.
        hidden_size: H, of the hidden state.
        num_layers: how many layers stand one above the other.
        nonlinearity: ``"tanh"`` or ``"relu"``.
        bias: whether there are biases.
        batch_first: whether the batch is the first dimension of sequences, instead of the second. In states it stays
            the second.
        dropout: the probability of leaving out an element between two layers, while training.
        bidirectional: whether each layer also runs through sequences from their ends.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (T, N, input_size) and (layers * directions, N, H) to (T, N, directions * H) and (layers * directions, N, H).
        Instead of the first a PackedSequence; N may be left out.

    All parameters start uniformly in :math:`\pm 1 / \sqrt{H}`.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.RNN(3, 5, num_layers=2, bidirectional=True)
        >>> output, h = layer(ft.randn(7, 2, 3))
        >>> output.shape, h.shape
        ((7, 2, 10), (4, 2, 5))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        check_nonlinearity("RNN", nonlinearity)
        self.nonlinearity = nonlinearity
        super().__init__(
            f"RNN_{nonlinearity.upper()}", input_size, hidden_size, num_layers, bias, batch_first, dropout,
            bidirectional, device=device, dtype=dtype,
        )  # fmt: skip


def check_nonlinearity(operation: str, nonlinearity: Any) -> None:
    if nonlinearity not in ("tanh", "relu"):
        errors.value_error(operation, "nonlinearity", "'tanh' or 'relu'", repr(nonlinearity))


class LSTM(RNNBase):
    r"""Layers with long short-term memory (Hochreiter and Schmidhuber, 1997; forget gates by Gers et al., 2000).

    .. math::
        i, f, o &= \sigma(W x_t + b_{ih} + U h_{t-1} + b_{hh}) \\
        g &= \tanh(W_g x_t + b_{ig} + U_g h_{t-1} + b_{hg}) \\
        c_t &= f \odot c_{t-1} + i \odot g, \qquad h_t = o \odot \tanh(c_t)

    Args:
        input_size: features of each element of a sequence.
        hidden_size: H, of the cells.
        num_layers: how many layers stand one above the other.
        bias: whether there are biases.
        batch_first: whether the batch is the first dimension of sequences, instead of the second. In states it stays
            the second.
        dropout: the probability of leaving out an element between two layers, while training.
        bidirectional: whether each layer also runs through sequences from their ends.
        proj_size: the size of the hidden state, where it is a projection of what the cells give; 0 for none.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (T, N, input_size) and two of (layers * directions, N, H) to (T, N, directions * H) and two of (layers *
        directions, N, H). Instead of the first a PackedSequence; N may be left out.

    All parameters start uniformly in :math:`\pm 1 / \sqrt{H}`; the rows of weights and biases are those of i, f, g
    and o.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.LSTM(3, 5)
        >>> output, (h, c) = layer(ft.randn(7, 2, 3))
        >>> output.shape, h.shape, c.shape
        ((7, 2, 5), (1, 2, 5), (1, 2, 5))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            "LSTM", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size, device,
            dtype,
        )  # fmt: skip

    if TYPE_CHECKING:

        def __call__(self, input: Any, hx: Any = None) -> tuple[Any, tuple[Variable, Variable]]: ...


class GRU(RNNBase):
    r"""Layers with gated recurrent units (Cho et al., 2014).

    .. math::
        r, z &= \sigma(W x_t + b_{ih} + U h_{t-1} + b_{hh}) \\
        n &= \tanh(W_n x_t + b_{in} + r \odot (U_n h_{t-1} + b_{hn})) \\
        h_t &= (1 - z) \odot n + z \odot h_{t-1}

    Args:
        input_size: features of each element of a sequence.
        hidden_size: H, of the hidden state.
        num_layers: how many layers stand one above the other.
        bias: whether there are biases.
        batch_first: whether the batch is the first dimension of sequences, instead of the second. In states it stays
            the second.
        dropout: the probability of leaving out an element between two layers, while training.
        bidirectional: whether each layer also runs through sequences from their ends.
        device: where to make the parameters.
        dtype: dtype of the parameters.

    Shape:
        (T, N, input_size) and (layers * directions, N, H) to (T, N, directions * H) and (layers * directions, N, H).
        Instead of the first a PackedSequence; N may be left out.

    All parameters start uniformly in :math:`\pm 1 / \sqrt{H}`; the rows of weights and biases are those of r, z and n.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> import flambeau.nn as nn
        >>> layer = nn.GRU(3, 5, batch_first=True)
        >>> output, h = layer(ft.randn(2, 7, 3))
        >>> output.shape, h.shape
        ((2, 7, 5), (1, 2, 5))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            "GRU", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device=device,
            dtype=dtype,
        )  # fmt: skip
