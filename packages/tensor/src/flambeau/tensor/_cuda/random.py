"""Random draws of floats, and dropout."""

from __future__ import annotations

from .._backends import by_array_type
from .._defaults import default_float
from . import kernel
from ._copy import dense
from ._draws import MOST_BLOCKS, filling, launch
from ._source import FLOATS, Source, is_known

SOURCE = Source("random")
INSTANCES = dict.fromkeys(("uniform", "normal", "dropout", "exponential", "cauchy", "log_normal"), FLOATS)
STACK_FRAMES = {"cauchy": "tan() of angles far from 0, which never come, takes an array"}


def _words(out, even=False):
    n = out.size + out.size % 2 if even else out.size
    return 2 * n if out.dtype.itemsize == 8 else n


def _uniform(out, generator, low, high):
    return launch(SOURCE, "uniform", out, generator, _words(out), high - low, low, high)


def _normal(out, generator, mean, std):
    return launch(SOURCE, "normal", out, generator, _words(out, even=True), std, mean)


@kernel
def rand(xp, shape, *, generator=None, dtype=None):
    return _uniform(xp.empty(shape, dtype or default_float()), generator, 0, 1)


@kernel
def randn(xp, shape, *, generator=None, dtype=None):
    return _normal(xp.empty(shape, dtype or default_float()), generator, 0, 1)


def _is_elsewhere(input, device):
    return device is not None and by_array_type[type(input)].device_of(input) != device


@kernel
def rand_like(xp, input, *, dtype=None, device=None, generator=None):
    if _is_elsewhere(input, device):
        return NotImplemented
    return rand(xp, input.shape, generator=generator, dtype=dtype)


@kernel
def randn_like(xp, input, *, dtype=None, device=None, generator=None):
    if _is_elsewhere(input, device):
        return NotImplemented
    return randn(xp, input.shape, generator=generator, dtype=dtype)


@filling("uniform_")
def _(out, low=0, high=1, *, generator=None):
    _uniform(out, generator, low, high)


@filling("normal_")
def _(out, mean=0, std=1, *, generator=None):
    _normal(out, generator, mean, std)


@filling("exponential_")
def _(out, lambd=1, *, generator=None):
    launch(SOURCE, "exponential", out, generator, _words(out), lambd)


@filling("cauchy_")
def _(out, median=0, sigma=1, *, generator=None):
    launch(SOURCE, "cauchy", out, generator, _words(out), median, sigma)


@filling("log_normal_")
def _(out, mean=1, std=2, *, generator=None):
    launch(SOURCE, "log_normal", out, generator, _words(out, even=True), mean, std)


@kernel
def dropout(xp, input, p, seed, offset):
    if not is_known(input.dtype):
        return NotImplemented
    x = dense(input)
    out = xp.empty(x.shape, x.dtype)
    width = 8 if x.dtype.itemsize == 2 else 4
    blocks = min(-(-x.size // (256 * width)), MOST_BLOCKS)
    scale = 1 / (1 - p) if p < 1 else 0.0
    SOURCE.kernel("dropout", x.dtype)(blocks, 256, 0, x, out, x.size, seed % 2**64, offset % 2**64, p, scale)
    return out
