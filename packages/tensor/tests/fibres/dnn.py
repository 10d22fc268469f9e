"""cuDNN's convolutions as the backend calls them, by the reference kernels in NumPy: on addresses, sizes and steps."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator

import ml_dtypes
import numpy as np
from flambeau.tensor._cuda import _cudnn
from flambeau.tensor._reference import convolution as reference
from flambeau.tensor.testing import strict


class Dnn:
    """See :class:`flambeau.tensor._cuda._cudnn.Cudnn`. ``planned`` has the convolutions that were asked for."""

    def __init__(self, lives=lambda address, size: True) -> None:
        self.lives = lives
        self.planned: list[_cudnn.Convolution] = []

    def device(self) -> int:
        return strict._current

    def plan(self, convolution: _cudnn.Convolution) -> Plan:
        self.planned.append(convolution)
        return Plan(convolution, self.lives)


class Plan:
    """One convolution. It needs a workspace, and writes there."""

    workspace = 256

    def __init__(self, convolution, lives) -> None:
        self.convolution, self.lives = convolution, lives

    def _array(self, address: int, layout) -> np.ndarray:
        c = self.convolution
        dtype = np.dtype(ml_dtypes.bfloat16 if c.dtype == "bfloat16" else c.dtype)
        count = sum((n - 1) * step for n, step in zip(*layout, strict=True)) + 1
        assert self.lives(address, count * dtype.itemsize) and address % dtype.itemsize == 0
        flat = np.frombuffer((ctypes.c_char * (count * dtype.itemsize)).from_address(address), dtype)
        return np.lib.stride_tricks.as_strided(flat, layout[0], [step * dtype.itemsize for step in layout[1]])

    def __call__(self, first: int, second: int, result: int, workspace: int) -> None:
        c = self.convolution
        assert self.lives(workspace, self.workspace)
        first, second = self._array(first, c.first), self._array(second, c.second)
        into = self._array(result, c.result)
        padding = tuple(zip(c.before, c.after, strict=True))
        if c.kind == "forward":
            groups = first.shape[1] // second.shape[1]
            into[...] = reference._forward(np, first, second, None, c.stride, padding, c.dilation, groups)
            return
        if c.kind == "input":
            groups = into.shape[1] // second.shape[1]
            into[...] = reference._backward(np, first, second, None, into.shape, c.stride, padding, c.dilation, groups)
            return
        groups = first.shape[1] // into.shape[1]
        kernel = {2: reference.conv2d_weight_gradient, 3: reference.conv3d_weight_gradient}[len(c.stride)].kernel
        into[...] = kernel(np, second, first, into.shape, c.stride, padding, c.dilation, groups)


@contextlib.contextmanager
def emulated(lives=lambda address, size: True) -> Iterator[Dnn]:
    """Within the block the backend's convolutions are computed here."""
    library = Dnn(lives)
    before = _cudnn.use(library)
    try:
        yield library
    finally:
        _cudnn.use(before)
