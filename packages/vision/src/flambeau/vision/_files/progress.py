"""How far a download is: a bar that moves on a terminal, a plain line every tenth elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from .settings import progress_wanted

__all__ = ["Progress", "bytes_text"]

_BAR = 30
_REDRAW = 0.1  # seconds between two drawings
_UNKNOWN_STEP = 10 << 20  # bytes between two lines, where the length is not known


def bytes_text(count: int) -> str:
    """A number of bytes for people.

    >>> bytes_text(9912422)
    '9.9 MB'
    """
    if count < 1000:
        return f"{count} bytes"
    amount = float(count)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.95 or unit == "GB":
            break
    return f"{amount:.1f} {unit}"


class Progress:
    """Reports of one file's way here, on standard error.

    Args:
        name: Of the file.
        wanted: False to be silent; so is ``FLAMBEAU_PROGRESS=0``.
        stream: Where to write.
    """

    def __init__(self, name: str, wanted: bool = True, stream: TextIO | None = None):
        self.name = name
        self.stream = sys.stderr if stream is None else stream
        self.wanted = wanted and progress_wanted() and self.stream is not None
        self.terminal = self.wanted and self.stream.isatty()
        self.total: int | None = None
        self._started = time.monotonic()
        self._begun_at = 0
        self._drawn = 0.0
        self._next_line = 0
        self._line_open = False

    def begin(self, done: int, total: int | None) -> None:
        """The transfer starts, or goes on, with ``done`` bytes here."""
        self.total, self._begun_at, self._started = total, done, time.monotonic()
        self._next_line = done + self._step()
        if self.wanted and not self.terminal:
            size = "" if total is None else f", {bytes_text(total)}"
            resumed = f", resumed at {bytes_text(done)}" if done else ""
            self._say(f"{self.name}: downloading{size}{resumed}")

    def at(self, done: int) -> None:
        """There are ``done`` bytes here now."""
        if not self.wanted:
            return
        if self.terminal:
            now = time.monotonic()
            if now - self._drawn >= _REDRAW or done == self.total:
                self._drawn = now
                self._draw(done, now)
        elif done >= self._next_line and done != self.total:
            self._next_line = done - done % self._step() + self._step()
            share = f"{done * 100 // self.total} %" if self.total else bytes_text(done)
            self._say(f"{self.name}: {share}")

    def note(self, text: str) -> None:
        """A line of its own: something is tried again, or waited for."""
        if self.wanted:
            self._close_line()
            self._say(f"{self.name}: {text}")

    def end(self, done: int) -> None:
        if self.terminal:
            self._draw(done, time.monotonic())
            self._close_line()
        elif self.wanted:
            self._say(f"{self.name}: done, {bytes_text(done)}")

    def _step(self) -> int:
        return max(1, self.total // 10) if self.total else _UNKNOWN_STEP

    def _draw(self, done: int, now: float) -> None:
        rate = (done - self._begun_at) / max(now - self._started, 1e-6)
        if self.total:
            filled = min(_BAR, done * _BAR // self.total)
            bar = f"[{'#' * filled}{'.' * (_BAR - filled)}] {done * 100 // self.total:3d} % of {bytes_text(self.total)}"
        else:
            bar = bytes_text(done)
        self.stream.write(f"\r{self.name}: {bar}, {bytes_text(int(rate))}/s\x1b[K")
        self.stream.flush()
        self._line_open = True

    def _close_line(self) -> None:
        if self._line_open:
            self.stream.write("\n")
            self._line_open = False

    def _say(self, line: str) -> None:
        self.stream.write(line + "\n")
        self.stream.flush()
