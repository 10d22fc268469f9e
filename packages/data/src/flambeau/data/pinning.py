"""Batches in page-locked memory, from where a GPU copies faster and without holding up the program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import flambeau.tensor as ft

from .collate import with_parts

if TYPE_CHECKING:
    from concurrent.futures import Future


def pinned(batch: Any) -> Any:
    """The batch with its Tensors in page-locked memory; the batch itself where there is no CUDA.

    An object of one's own with a method ``pin_memory()`` decides for itself.
    """
    return _pinned(batch) if ft.cuda.is_available() else batch


def pinned_ahead(batches: Iterator[Any]) -> Iterator[Any]:
    """The batches, each copied in another thread while the one before it is used."""
    if not ft.cuda.is_available():
        yield from batches
        return
    from concurrent.futures import ThreadPoolExecutor  # takes time to import, and few need it

    device = ft.cuda.current_device()  # memory is locked through one: through that which the program uses
    with ThreadPoolExecutor(1, "pin_memory", ft.cuda.set_device, (device,)) as thread:
        before: Future[Any] | None = None
        while True:
            try:
                now = thread.submit(_pinned, next(batches))
            except BaseException as error:  # when it is its turn: the batch before it is there
                if before is not None and isinstance(error, Exception):
                    yield before.result()
                if isinstance(error, StopIteration):
                    return
                raise
            if before is not None:
                yield before.result()
            before = now


def _pinned(value: Any) -> Any:
    if isinstance(value, ft.Tensor) or hasattr(value, "pin_memory"):
        return value.pin_memory()
    if (whole := with_parts(value, _pinned)) is not None:
        return whole
    if isinstance(value, (list, tuple)):
        return type(value)(map(_pinned, value))
    return value
