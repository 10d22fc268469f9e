"""Random draws of integers and of zeros and ones, in elements of any type."""

from __future__ import annotations

import math

from . import kernel
from ._copy import dense
from ._draws import filling, launch
from ._source import ALL, Source, is_known

SOURCE = Source("random_integers")
INSTANCES = dict.fromkeys(("integers", "bernoulli", "geometric"), ALL)


def _is_double(dtype):
    return dtype.kind == "f" and dtype.itemsize == 8


def _integers(out, generator, low, span):
    # Modulo 1 all is 0: with the greatest inverse, the quotient is one too small for every number but 0.
    inverse = 0 if span == 0 else 2**64 - 1 if span == 1 else 2**64 // span
    return launch(SOURCE, "integers", out, generator, 2 * out.size, span % 2**64, inverse, low % 2**64)


@kernel
def randint(xp, low, high, shape, *, generator=None, dtype=None):
    out = xp.empty(shape, dtype or "int64")
    return _integers(out, generator, low, high - low) if is_known(out.dtype) else NotImplemented


@kernel
def randperm(xp, n, *, generator=None, dtype=None):
    keys = _integers(xp.empty((n,), "uint64"), generator, 0, 2**64)
    return xp.argsort(keys, kind="stable").astype(dtype or "int64")


@kernel
def bernoulli(xp, input, p=None, *, generator=None):
    if not is_known(input.dtype):
        return NotImplemented
    out = xp.empty(input.shape, input.dtype)
    words = 2 * out.size if _is_double(out.dtype) else out.size
    each = dense(input) if p is None else None
    return launch(SOURCE, "bernoulli", out, generator, words, each, 0 if p is None else p)


@filling("random_")
def _(out, low, high, *, generator=None):
    _integers(out, generator, low, high - low)


@filling("geometric_")
def _(out, p, *, generator=None):
    # Integers are made of uniform numbers of 53 bits.
    wide = out.dtype.kind in "iu" or _is_double(out.dtype)
    rate = math.log1p(-p) if p < 1 else -math.inf
    launch(SOURCE, "geometric", out, generator, 2 * out.size if wide else out.size, rate)
