"""Convolution and attention by cuDNN, through NVIDIA's frontend for it (``pip install flambeau-tensor[cudnn]``).

What was described is planned once; plans are called with the addresses of arrays.
"""

from __future__ import annotations

import math
import threading
import warnings
from array import array
from collections.abc import Callable
from typing import NamedTuple

from ._launch import current_stream
from ._libraries import loaded
from ._scratch import scratch

Layout = tuple[tuple[int, ...], tuple[int, ...]]  # sizes and steps in elements: of images (N, C, sizes)


class Convolution(NamedTuple):
    """One pass of a convolution.

    ``kind`` is ``"forward"``, of images and filters; ``"input"``, of the result's gradient and filters; or
    ``"weight"``, of images and the result's gradient.
    """

    kind: str
    dtype: str
    first: Layout
    second: Layout
    result: Layout
    before: tuple[int, ...]  # the padding at both ends of each dimension
    after: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    allow_tf32: bool
    deterministic: bool


class Attention(NamedTuple):
    """One pass of attention, of half types; layouts are (batch, heads, rows, elements).

    The forward pass takes queries, keys, values and a mask that is added, if there is one, and gives the result and the
    logsumexp. The backward pass takes all these and the result's gradient, and gives the other three gradients.
    """

    backward: bool
    dtype: str
    query: Layout
    key: Layout
    value: Layout
    mask: Layout | None
    result: Layout
    grad: Layout | None
    is_causal: bool
    scale: float
    deterministic: bool


class Cudnn:
    """cuDNN on a GPU.

    A library has the methods ``device()``, the current one's index, and ``plan(what)``: None if it cannot compute that
    :class:`Convolution` or :class:`Attention`, or a plan to be called with the address of a workspace of
    ``plan.workspace`` bytes and those of all operands and results.
    """

    def __init__(self) -> None:
        import cudnn

        for name in ("cudart", "nvrtc", "cublasLt"):  # which it looks for by name
            loaded(name)
        from cupy_backends.cuda.api import runtime

        self.frontend = cudnn._pybind_module
        self.device = runtime.getDevice
        self._stream = current_stream
        self._handles = threading.local()  # a handle is for one thread at a time

    def handle(self) -> int:
        """This thread's handle of the current device, set to the current stream."""
        handles = self._handles.__dict__
        device, stream = self.device(), self._stream()
        known = handles.get(device)
        if known is None:
            known = handles[device] = [self.frontend.create_handle(), None]
        if known[1] != stream:
            self.frontend._raw_set_stream(known[0], stream)
            known[1] = stream
        return known[0]

    def plan(self, what: Convolution | Attention) -> Plan | None:
        """The plan that cuDNN advises for the current device."""
        try:
            return Plan(built(self.frontend, what, handle=self.handle()), self.handle)
        except (RuntimeError, self.frontend.cudnnGraphNotSupportedError):
            return None


class Plan:
    """A plan of cuDNN's."""

    def __init__(self, graph, handle: Callable[[], int]) -> None:
        self._execute = graph._execute_with_raw_ptrs
        self._handle = handle
        self.workspace = graph.get_workspace_size()

    def __call__(self, workspace: int, *addresses: int) -> None:
        pointers = array("Q", addresses)  # in the order of their numbers
        self._execute(pointers.buffer_info()[0], len(addresses), workspace, self._handle())


def run(xp, plan, *arrays) -> None:
    """Call a plan with its operands and results, those of them that are no None."""
    workspace = scratch(xp, plan.workspace) if plan.workspace else None
    addresses = [array.data.ptr for array in arrays if array is not None]
    plan(0 if workspace is None else workspace.data.ptr, *addresses)


def built(frontend, what: Convolution | Attention, **graph_options):
    """The graph of a convolution or of attention with its plan built; raises what cuDNN does not support."""
    types = {"float16": "HALF", "bfloat16": "BFLOAT16", "float32": "FLOAT", "float64": "DOUBLE"}
    dtype = getattr(frontend.data_type, types[what.dtype])
    compute = frontend.data_type.DOUBLE if what.dtype == "float64" else frontend.data_type.FLOAT
    graph = frontend.backend_graph(
        io_data_type=dtype, intermediate_data_type=compute, compute_data_type=compute, **graph_options
    )
    described = _Described(frontend, graph, dtype)
    (_convolve if isinstance(what, Convolution) else _attend)(described, what)
    graph.validate()
    graph.build_operation_graph()
    graph.create_execution_plans([frontend.heur_mode.A, frontend.heur_mode.FALLBACK])
    notes = frontend.numerical_note
    if what.dtype == "float32":
        graph.deselect_numeric_notes([notes.DOWN_CONVERT_INPUTS])
        if not what.allow_tf32:
            graph.deselect_numeric_notes([notes.TENSOR_CORE])
    if what.deterministic and isinstance(what, Convolution):
        graph.deselect_numeric_notes([notes.NONDETERMINISTIC])
    graph.check_support()
    graph.build_plans()
    return graph


class _Described:
    """A graph whose arrays are numbered in the order in which they are described: that of a plan's addresses."""

    def __init__(self, frontend, graph, dtype) -> None:
        self.frontend, self.graph, self.dtype = frontend, graph, dtype
        self._count = 0

    def operand(self, layout: Layout, dtype=None):
        """An array that is read."""
        self._count += 1
        sizes, steps = layout
        return self.graph._make_tensor(
            dim=list(sizes), stride=list(steps), data_type=dtype or self.dtype, uid=self._count
        )

    def result(self, tensor, layout: Layout, dtype=None) -> None:
        """An array that is written."""
        self._count += 1
        tensor.set_uid(self._count)
        tensor.set_output(True)
        tensor.set_dim(list(layout[0]))
        tensor.set_stride(list(layout[1]))
        tensor.set_data_type(dtype or self.dtype)


def _convolve(described: _Described, what: Convolution) -> None:
    graph = described.graph
    passes = {"forward": graph.conv_fprop, "input": graph.conv_dgrad, "weight": graph.conv_wgrad}
    result = passes[what.kind](
        described.operand(what.first),
        described.operand(what.second),
        pre_padding=list(what.before),
        post_padding=list(what.after),
        stride=list(what.stride),
        dilation=list(what.dilation),
    )
    described.result(result, what.result)


def _attend(described: _Described, what: Attention) -> None:
    frontend, graph = described.frontend, described.graph
    single = frontend.data_type.FLOAT
    operands = [described.operand(layout) for layout in (what.query, what.key, what.value)]
    options = {"attn_scale": what.scale}
    if what.mask is not None:
        options["bias"] = described.operand(what.mask)
    if what.is_causal:
        options |= {"diagonal_alignment": frontend.diagonal_alignment.TOP_LEFT, "diagonal_band_right_bound": 0}
    rows = (*what.query[0][:3], 1)
    logsumexp = rows, dense(rows)
    if not what.backward:
        result, sums = graph.sdpa(*operands, generate_stats=True, **options)
        described.result(result, what.result)
        described.result(sums, logsumexp, single)
        return
    forward = described.operand(what.result), described.operand(what.grad), described.operand(logsumexp, single)
    grads = graph.sdpa_backward(*operands, *forward, use_deterministic_algorithm=what.deterministic, **options)
    for grad, (sizes, _) in zip(grads, (what.query, what.key, what.value), strict=True):
        described.result(grad, (sizes, dense(sizes)))


def dense(sizes) -> tuple[int, ...]:
    """The steps of a dense array."""
    return tuple(math.prod(sizes[i + 1 :]) for i in range(len(sizes)))


_NOT_LOOKED_FOR = object()
_library: object | None = _NOT_LOOKED_FOR


def use(library):
    """Compute with another library from now on; None: without any. Gives the one so far, for putting it back."""
    global _library
    previous, _library = _library, library
    return previous


def library(xp):
    """The library in use, or None: on a GPU cuDNN, if it is installed."""
    if _library is not _NOT_LOOKED_FOR:
        return _library
    if getattr(xp, "__name__", "") == "cupy":
        use(_found())
        return _library
    return None


def _found() -> Cudnn | None:
    """cuDNN, if it is installed and plans a small convolution."""
    try:
        found = Cudnn()
        image, filters = ((1, 1, 2, 2), (4, 4, 2, 1)), ((1, 1, 1, 1), (1, 1, 1, 1))
        windows = (0, 0), (0, 0), (1, 1), (1, 1)
        tried = Convolution("forward", "float32", image, filters, image, *windows, False, False)
        built(found.frontend, tried, handle=found.handle())
    except ImportError:
        return None
    except Exception as error:
        message = f"cuDNN cannot be used, and convolutions are computed without it: {error}"
        warnings.warn(message, RuntimeWarning, stacklevel=2)
        return None
    return found
