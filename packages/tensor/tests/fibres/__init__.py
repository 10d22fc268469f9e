"""CUDA kernels on the CPU: their sources compiled by g++, each CUDA thread a fibre, arrays between guard pages.

What runs is the text that NVRTC compiles for a GPU. Checked on the way: that all threads come to each barrier, and all
lanes to each function of a warp; that nothing outside an array or shared memory is read or written, and nothing at an
address that is no multiple of the type's alignment. Shared memory and new arrays hold garbage at first. Races between
barriers show only where the order in which threads run matters (see :func:`order`). See ``device.hpp`` and
``scheduler.cpp``.
"""

import pytest

from .build import missing
from .replacing import replaced
from .runtime import FibreError, argument_sizes, device, lives, order

__all__ = ["FibreError", "argument_sizes", "device", "lives", "needed", "order", "replaced"]

# The mark of tests that run kernels here: skipped where they cannot, and the reason is why.
needed = pytest.mark.skipif(missing() is not None, reason=str(missing()))
