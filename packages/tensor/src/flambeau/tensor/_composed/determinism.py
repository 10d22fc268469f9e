"""Whether results that may differ from call to call are refused."""

from __future__ import annotations

from .. import errors
from . import composed

_wanted = False
_warn_only = False


@composed(method=False)
def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Refuse operators whose results may differ from one call to the next.

    On the CPU there are none: every result is the same bits for any number of threads. On a CUDA device, floats that
    are added at one place by several indices add up in any order: those operators raise RuntimeError while this is set.

    Args:
        mode: whether to refuse them.
        warn_only: warn instead.

    Raises:
        TypeError: ``mode`` is no bool.

    Example:
        >>> ft.use_deterministic_algorithms(True)
        >>> ft.are_deterministic_algorithms_enabled()
        True
        >>> ft.use_deterministic_algorithms(False)
    """
    global _wanted, _warn_only
    if not isinstance(mode, bool):
        errors.type_error("use_deterministic_algorithms", "mode", "bool", type(mode).__name__)
    _wanted, _warn_only = mode, bool(warn_only)


@composed(method=False)
def are_deterministic_algorithms_enabled() -> bool:
    """What :func:`use_deterministic_algorithms` was last told.

    Example:
        >>> ft.are_deterministic_algorithms_enabled()
        False
    """
    return _wanted


def refuse_any_order() -> None:
    """To be called before floats are added in any order."""
    if not _wanted:
        return
    message = (
        "additions in a fixed order were asked for, which CUDA devices do not make; "
        "use_deterministic_algorithms(False) allows any"
    )
    if not _warn_only:
        raise RuntimeError(message)
    import warnings

    warnings.warn(message, RuntimeWarning, stacklevel=2)
