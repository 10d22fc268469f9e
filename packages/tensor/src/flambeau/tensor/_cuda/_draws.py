"""Launching kernels that draw: the CPU's numbers, from the seed and the place that a Generator reserves on the host."""

from __future__ import annotations

from ..random import default_generator
from . import kernel
from ._source import Source, is_known

MOST_BLOCKS = 8192


def launch(source: Source, name: str, out, generator, words: int, *rest):
    """Launch a kernel that fills a dense array by a draw of so many words; gives the array."""
    seed, offset = (default_generator if generator is None else generator).reserve(words)
    # A thread makes at least two elements.
    blocks = min(-(-out.size // 512), MOST_BLOCKS)
    source.kernel(name, out.dtype)(blocks, 256, 0, out, out.size, seed, offset, *rest)
    return out


def filling(name: str):
    """Decorator for what fills dense arrays: makes it the kernel in place of this name, which takes others too."""

    def decorate(fill):
        @kernel(name)
        def fill_any(xp, input, *args, **kwargs):
            if not is_known(input.dtype):
                return NotImplemented
            out = input if input.flags.c_contiguous else xp.empty(input.shape, input.dtype)
            fill(out, *args, **kwargs)
            if out is not input:
                input[...] = out
            return input

        return fill

    return decorate
