"""How many threads kernels on the CPU use."""

from __future__ import annotations

from . import errors
from ._cpu import runtime

__all__ = ["get_num_threads", "set_num_threads"]


def get_num_threads() -> int:
    """How many threads work on one operation on the CPU, the caller's included.

    At first these are as many as the processors that the process may use, or what the environment variable
    ``FLAMBEAU_NUM_THREADS`` says. NumPy's matrix products have threads of their own, which this does not count.

    Returns:
        int, 1 or more.

    Example:
        >>> ft.get_num_threads() >= 1
        True
    """
    return runtime.get_threads()


def set_num_threads(n: int) -> None:
    """Set how many threads work on one operation on the CPU; for the whole process, and from the next operation on.

    Results do not depend on it, to the last bit. Small operations run in the caller alone, whatever the number.

    Args:
        n: the number of threads, the caller's included: 1 to 256.

    Raises:
        TypeError: ``n`` is no int.
        ValueError: ``n`` is not in the range.

    Example:
        >>> before = ft.get_num_threads()
        >>> ft.set_num_threads(1)
        >>> ft.get_num_threads()
        1
        >>> ft.set_num_threads(before)
    """
    if not isinstance(n, int) or isinstance(n, bool):
        errors.type_error("set_num_threads", "n", "int", type(n).__name__)
    if not 1 <= n <= runtime.MAX_THREADS:
        errors.value_error("set_num_threads", "n", f"a number from 1 to {runtime.MAX_THREADS}", str(n))
    runtime.set_threads(n)
