"""Streams, in which a device does one thing after another, and events, by which streams wait for each other."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any

from .. import errors
from .._backends import Device
from . import require
from ._devices import Current, index_of, raise_faults

NOT_READY = 600  # cudaErrorNotReady
_entered = threading.local()  # what to leave again, for each thread


class Stream:
    """A queue of work on a device: what is in one stream is done in order, what is in two may be done at once.

    ``with stream:`` makes it the current one: what is called inside is queued there. Who uses in one stream what was
    made in another must let it wait: :meth:`wait_stream` or :meth:`wait_event`; and memory that another stream still
    uses must not be dropped: :meth:`keep`.

    Args:
        device: index, name or Device; the current one by default.
        priority: below 0 for work that goes first where there is a choice.

    Raises:
        DeviceError: there is no such device.
    """

    def __init__(self, device: int | str | Device | None = None, priority: int = 0) -> None:
        index = index_of(device, "Stream")
        from cupy.cuda import Stream as Made

        with Current(index):
            self._stream = Made(non_blocking=True, priority=priority)
        self._index = index

    @classmethod
    def _of(cls, stream: Any, index: int) -> Stream:
        """Around a stream of CuPy's."""
        self = cls.__new__(cls)
        self._stream, self._index = stream, index
        return self

    @property
    def device(self) -> Device:
        """The device whose work is queued here."""
        return Device("cuda", self._index)

    @property
    def cuda_stream(self) -> int:
        """The handle, for other libraries."""
        return int(self._stream.ptr)

    def __cuda_stream__(self) -> tuple[int, int]:
        return 0, self.cuda_stream

    def synchronize(self) -> None:
        """Wait until everything queued here is done."""
        with Current(self._index):  # whose default stream has no number of its own
            self._stream.synchronize()
        raise_faults()

    def query(self) -> bool:
        """Whether everything queued here is done. Errors that happened meanwhile are raised here."""
        with Current(self._index):
            return _happened("streamQuery", self._stream)

    def record_event(self, event: Event | None = None) -> Event:
        """An event that happens when all that is queued here by now is done.

        Args:
            event: Event to take for it; a new one by default.
        """
        event = Event() if event is None else event
        event.record(self)
        return event

    def wait_event(self, event: Event) -> None:
        """Let all that is queued here from now on wait for an event.

        Args:
            event: Event; one that was never recorded has happened.
        """
        if event._event is not None:
            with Current(self._index):
                self._stream.wait_event(event._event)

    def wait_stream(self, stream: Stream) -> None:
        """Let all that is queued here from now on wait for all that is queued in another stream by now.

        Args:
            stream: Stream to wait for.
        """
        self.wait_event(stream.record_event())

    def keep(self, *tensors: Any) -> None:
        """Keep the memory of Tensors until all that is queued here by now is done, even if they are dropped.

        The memory of a dropped Tensor is given to the next one made in the stream that was current when it was made,
        which knows nothing of what other streams still do with it. So call this after the last use in this one.

        Args:
            tensors: Tensors on this stream's device.
        """
        from .._core.exchange import array_inside
        from ._keeping import keep

        keep(self._stream, self._index, *map(array_inside, tensors))

    def __enter__(self) -> Stream:
        there = Current(self._index)
        there.__enter__()
        self._stream.__enter__()
        _contexts().append(there)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with Current(self._index):  # another one may have been chosen inside
            self._stream.__exit__(kind, error, traceback)
        _contexts().pop().__exit__(kind, error, traceback)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stream) and (self._index, self.cuda_stream) == (other._index, other.cuda_stream)

    def __hash__(self) -> int:
        return hash((self._index, self.cuda_stream))

    def __repr__(self) -> str:
        return f"<flambeau.tensor.cuda.Stream {self.cuda_stream:#x} of {self.device}>"


def _happened(question: str, of: Any) -> bool:
    """What the runtime answers for a stream or an event: CuPy takes an error for "not yet", which would be for ever."""
    from cupy.cuda import runtime

    code = getattr(runtime, question)(of.ptr)
    if code not in (0, NOT_READY):
        raise runtime.CUDARuntimeError(code)
    return bool(code == 0)


def _contexts() -> list[Current]:
    if not hasattr(_entered, "contexts"):
        _entered.contexts = []
    return _entered.contexts


class ExternalStream(Stream):
    """A stream that another library made, and keeps: PyTorch's ``torch.cuda.current_stream().cuda_stream``.

    Args:
        handle: its handle.
        device: index, name or Device; the current one by default.

    Raises:
        DeviceError: there is no such device.
    """

    def __init__(self, handle: int, device: int | str | Device | None = None) -> None:
        index = index_of(device, "ExternalStream")
        from cupy.cuda import Stream as Made

        with Current(index):
            self._stream, self._index = Made.from_external(_Handle(handle)), index


class _Handle:
    """What CuPy takes a stream of another library from."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def __cuda_stream__(self) -> tuple[int, int]:
        return 0, self.handle


class Event:
    """A moment in a stream: it happens when all that was queued before it is done.

    Args:
        enable_timing: whether :meth:`elapsed_time` can be asked.
        blocking: whether :meth:`synchronize` sleeps while it waits, rather than look again and again.

    Raises:
        DeviceError: there is no CUDA device.
    """

    def __init__(self, enable_timing: bool = False, blocking: bool = False) -> None:
        require("Event", None)
        self._timed, self._blocking = enable_timing, blocking
        self._event: Any = None  # made when recorded, on the device of the stream
        self._index = -1

    def record(self, stream: Stream | None = None) -> None:
        """Let it happen when all that is queued in a stream by now is done.

        Args:
            stream: Stream; the current one by default.
        """
        stream = current_stream() if stream is None else stream
        with Current(stream._index):
            if self._index != stream._index:
                from cupy.cuda import Event as Made

                self._event, self._index = Made(self._blocking, not self._timed), stream._index
            self._event.record(stream._stream)

    def wait(self, stream: Stream | None = None) -> None:
        """Let all that is queued in a stream from now on wait for this.

        Args:
            stream: Stream; the current one by default.
        """
        (current_stream() if stream is None else stream).wait_event(self)

    def query(self) -> bool:
        """Whether it has happened; True where it was never recorded. Errors that happened meanwhile are raised here."""
        return self._event is None or _happened("eventQuery", self._event)

    def synchronize(self) -> None:
        """Wait until it has happened."""
        if self._event is not None:
            self._event.synchronize()
            raise_faults()

    def elapsed_time(self, end: Event) -> float:
        """The milliseconds from this event to a later one.

        Args:
            end: Event that has happened; both with ``enable_timing=True``.

        Raises:
            ValueError: one of them is not timed, or was never recorded.
        """
        for event in (self, end):
            if not event._timed:
                errors.value_error("elapsed_time", None, "events with enable_timing=True", "one without")
            if event._event is None:
                errors.value_error("elapsed_time", None, "events that were recorded", "one that was not")
        from cupy.cuda import get_elapsed_time

        end.synchronize()
        return float(get_elapsed_time(self._event, end._event))

    def __repr__(self) -> str:
        state = "never recorded" if self._event is None else "done" if self.query() else "to come"
        return f"<flambeau.tensor.cuda.Event {state}>"


def current_stream(device: int | str | Device | None = None) -> Stream:
    """The stream in which this thread queues work on a device.

    Args:
        device: index, name or Device; the current one by default.

    Raises:
        DeviceError: there is no such device.

    Example:
        >>> if ft.cuda.is_available():
        ...     assert ft.cuda.current_stream() == ft.cuda.default_stream()
    """
    index = index_of(device, "current_stream")
    from cupy.cuda import get_current_stream

    return Stream._of(get_current_stream(index), index)


def default_stream(device: int | str | Device | None = None) -> Stream:
    """The stream that is the current one where no other was entered.

    Args:
        device: index, name or Device; the current one by default.

    Raises:
        DeviceError: there is no such device.

    Example:
        >>> if ft.cuda.is_available():
        ...     with ft.cuda.Stream():
        ...         assert ft.cuda.current_stream() != ft.cuda.default_stream()
    """
    index = index_of(device, "default_stream")
    from cupy.cuda import Stream as Made

    return Stream._of(Made.null, index)


class stream:
    """A context in which a stream is the current one: ``with cuda.stream(s):`` is ``with s:``.

    Args:
        stream: Stream; None changes nothing.

    Raises:
        TypeError: ``stream`` is no Stream.
    """

    def __init__(self, stream: Stream | None) -> None:
        if stream is not None and not isinstance(stream, Stream):
            errors.type_error("stream", "stream", "Stream or None", type(stream).__name__)
        self.stream = stream

    def __enter__(self) -> Stream | None:
        return None if self.stream is None else self.stream.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.stream is not None:
            self.stream.__exit__(kind, error, traceback)
