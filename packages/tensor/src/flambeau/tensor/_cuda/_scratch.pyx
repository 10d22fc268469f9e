"""Memory for what one kernel of a call leaves for the next: kept, for new memory costs the host as much as a launch."""

from cpython.pythread cimport PyThread_get_thread_ident

from flambeau.tensor._cuda._launch cimport current_device

from flambeau.tensor._cuda._launch import current_stream, runtime
from flambeau.tensor._cuda._plans import keep

LARGEST = 32 << 20  # bytes that are kept for a thread in a stream, at most
MOST = 64  # of these: they come and go

cdef dict _kept = {}  # by thread, device and stream


def scratch(xp, Py_ssize_t size):
    """An array of so many bytes or more, for launches in the current stream.

    Its elements are anybody's as soon as this thread calls something else that asks for scratch memory in the same
    stream: kernels that use it are launched one after the other, with nothing between them. Work in other streams, and
    that of other threads in the same one, has memory of its own.

    Args:
        xp: CuPy, or what stands in for it.
        size: bytes.
    """
    if size > LARGEST or runtime().blocking:  # blocking: somebody looks for faults, which show at an array's end
        return xp.empty(size, "uint8")
    key = (PyThread_get_thread_ident(), current_device(), current_stream())
    found = _kept.get(key)
    if found is None or found.size < size:
        found = keep(_kept, key, xp.empty(1 << (size - 1).bit_length() if size > 1 else 1, "uint8"), MOST)
    return found


def release():
    """Let all of it go: what is queued on a device still has it, since memory is given out again in a stream's order."""
    _kept.clear()
