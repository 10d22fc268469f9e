"""What the backend asks of cuDNN, done by the reference kernels in NumPy: on addresses, sizes and steps."""

from __future__ import annotations

import ctypes
from contextlib import AbstractContextManager

import ml_dtypes
import numpy as np
from flambeau.tensor._cuda import _cudnn
from flambeau.tensor._reference import attention, convolution
from flambeau.tensor.testing import strict

from .replacing import replaced
from .runtime import lives


class Dnn:
    """See :class:`flambeau.tensor._cuda._cudnn.Cudnn`. ``planned`` has what was asked for."""

    def __init__(self) -> None:
        self.planned: list[_cudnn.Convolution | _cudnn.Attention] = []

    def device(self) -> int:
        return strict._current

    def plan(self, what: _cudnn.Convolution | _cudnn.Attention) -> Plan:
        self.planned.append(what)
        return (Convolved if isinstance(what, _cudnn.Convolution) else Attended)(what)


class Plan:
    """A plan, which needs a workspace."""

    workspace = 256

    def __init__(self, what) -> None:
        self.what = what

    def _array(self, address: int, layout, dtype=None) -> np.ndarray:
        dtype = dtype or self.what.dtype
        dtype = np.dtype(ml_dtypes.bfloat16 if dtype == "bfloat16" else dtype)
        count = sum((n - 1) * step for n, step in zip(*layout, strict=True)) + 1
        assert lives(address, count * dtype.itemsize) and address % dtype.itemsize == 0
        flat = np.frombuffer((ctypes.c_char * (count * dtype.itemsize)).from_address(address), dtype)
        return np.lib.stride_tricks.as_strided(flat, layout[0], [step * dtype.itemsize for step in layout[1]])

    def __call__(self, workspace: int, *addresses: int) -> None:
        assert lives(workspace, self.workspace)
        self.run(*addresses)


class Convolved(Plan):
    def run(self, first: int, second: int, result: int) -> None:
        c = self.what
        first, second = self._array(first, c.first), self._array(second, c.second)
        into = self._array(result, c.result)
        padding = tuple(zip(c.before, c.after, strict=True))
        windows = c.stride, padding, c.dilation
        if c.kind == "forward":
            groups = first.shape[1] // second.shape[1]
            into[...] = convolution._forward(np, first, second, None, *windows, groups)
        elif c.kind == "input":
            groups = into.shape[1] // second.shape[1]
            into[...] = convolution._backward(np, first, second, None, into.shape, *windows, groups)
        else:
            groups = first.shape[1] // into.shape[1]
            kernel = {2: convolution.conv2d_weight_gradient, 3: convolution.conv3d_weight_gradient}[
                len(c.stride)
            ].kernel
            into[...] = kernel(np, second, first, into.shape, *windows, groups)


class Attended(Plan):
    def run(self, query: int, key: int, value: int, *others: int) -> None:
        a = self.what
        operands = [self._array(*each) for each in ((query, a.query), (key, a.key), (value, a.value))]
        others = list(others)
        mask = None if a.mask is None else self._array(others.pop(0), a.mask)
        result = self._array(others.pop(0), a.result)
        grad = self._array(others.pop(0), a.grad) if a.backward else None
        rows = a.query[0][:3]
        sums = self._array(others.pop(0), (rows, _cudnn.dense(rows)), "float32")
        if not a.backward:
            result[...], sums[...] = attention.attention.kernel(np, *operands, mask, a.is_causal, a.scale)
            return
        grads = attention.attention_backward.kernel(np, grad, *operands, mask, result, sums, a.is_causal, a.scale, None)
        for address, (sizes, _), value in zip(others, (a.query, a.key, a.value), grads, strict=True):
            self._array(address, (sizes, _cudnn.dense(sizes)))[...] = value


def emulated() -> AbstractContextManager[Dnn]:
    """Within the block the backend's convolutions and attention are computed here."""
    return replaced(_cudnn.use, Dnn())
