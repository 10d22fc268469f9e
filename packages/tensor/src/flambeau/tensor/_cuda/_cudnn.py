"""Convolution by cuDNN, through NVIDIA's frontend for it (``pip install flambeau-tensor[cudnn]``).

A convolution that was described is planned once; plans are called with the addresses of arrays.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import NamedTuple

from ._launch import current_stream

Layout = tuple[tuple[int, ...], tuple[int, ...]]  # sizes and steps in elements: (N, C, sizes)


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


class Cudnn:
    """cuDNN on a GPU.

    A library has the methods ``device()``, the current one's index, and ``plan(convolution)``: None if it cannot
    compute that, or a plan to be called with the addresses of both operands and the result, and that of a workspace of
    ``plan.workspace`` bytes.
    """

    def __init__(self) -> None:
        import cudnn
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

    def plan(self, convolution: Convolution) -> Plan | None:
        """The plan that cuDNN advises for the current device."""
        try:
            return Plan(built(self.frontend, convolution, handle=self.handle()), self.handle)
        except (RuntimeError, self.frontend.cudnnGraphNotSupportedError):
            return None


class Plan:
    """A planned convolution."""

    def __init__(self, graph, handle: Callable[[], int]) -> None:
        self._execute = graph._execute_with_raw_ptrs
        self._handle = handle
        self.workspace = graph.get_workspace_size()

    def __call__(self, first: int, second: int, result: int, workspace: int) -> None:
        pointers = (ctypes.c_void_p * 3)(first, second, result)  # in the order of their numbers
        self._execute(ctypes.addressof(pointers), 3, workspace, self._handle())


def built(frontend, convolution: Convolution, **graph_options):
    """The graph of a convolution with its plan built; raises what cuDNN does not support."""
    types = {"float16": "HALF", "bfloat16": "BFLOAT16", "float32": "FLOAT", "float64": "DOUBLE"}
    dtype = getattr(frontend.data_type, types[convolution.dtype])
    compute = frontend.data_type.DOUBLE if convolution.dtype == "float64" else frontend.data_type.FLOAT
    graph = frontend.backend_graph(
        io_data_type=dtype, intermediate_data_type=compute, compute_data_type=compute, **graph_options
    )
    operands = [
        graph._make_tensor(dim=list(sizes), stride=list(steps), data_type=dtype, uid=number)
        for number, (sizes, steps) in enumerate((convolution.first, convolution.second), 1)
    ]
    passes = {"forward": graph.conv_fprop, "input": graph.conv_dgrad, "weight": graph.conv_wgrad}
    result = passes[convolution.kind](
        *operands,
        pre_padding=list(convolution.before),
        post_padding=list(convolution.after),
        stride=list(convolution.stride),
        dilation=list(convolution.dilation),
    )
    result.set_uid(3)
    result.set_output(True)
    result.set_dim(list(convolution.result[0]))
    result.set_stride(list(convolution.result[1]))
    result.set_data_type(dtype)
    graph.validate()
    graph.build_operation_graph()
    graph.create_execution_plans([frontend.heur_mode.A, frontend.heur_mode.FALLBACK])
    notes = frontend.numerical_note
    if convolution.dtype == "float32":
        graph.deselect_numeric_notes([notes.DOWN_CONVERT_INPUTS])
        if not convolution.allow_tf32:
            graph.deselect_numeric_notes([notes.TENSOR_CORE])
    if convolution.deterministic:
        graph.deselect_numeric_notes([notes.NONDETERMINISTIC])
    graph.check_support()
    graph.build_plans()
    return graph


_library: object | None = None
_looked = False


def use(library):
    """Convolve with another library from now on; None: without any. Gives the one so far."""
    global _library, _looked
    previous, _library, _looked = _library, library, True
    return previous


def library(xp):
    """The library in use, or None: on a GPU cuDNN, if it is installed."""
    if not _looked and getattr(xp, "__name__", "") == "cupy":
        try:
            use(Cudnn())
        except (ImportError, OSError, RuntimeError):
            use(None)
    return _library
