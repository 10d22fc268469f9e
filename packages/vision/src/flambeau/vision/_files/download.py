"""One file from the first of its sources that gives it whole.

What has come stays in ``<name>.part`` and is resumed; only a file of the right length and checksum gets the name.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, BinaryIO, NoReturn
from urllib.parse import urljoin, urlsplit

from flambeau.tensor import errors

from . import settings, sniff
from .file import File, Sum, agree
from .progress import Progress, bytes_text

__all__ = ["DownloadError", "fetch"]

_CHUNK = 1 << 16
_TIMEOUTS = (10.0, 30.0)  # seconds to connect, and without a byte
_TRIES = 4  # in a row without a new byte
_MOST_TRIES = 100  # of one source, however little each brings
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 60.0  # seconds
_REDIRECTS = 10
_AGENT = "flambeau-vision (+https://pypi.org/project/flambeau-vision)"
_TEMPORARY = (408, 425, 429, 500, 502, 503, 504)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DownloadError(RuntimeError):
    """A file that could not be had from any of its sources, or could not be written."""


class _SourceFailed(Exception):
    """This source will not give the file; another may."""


class _TryAgain(Exception):
    """This source may give it, or the rest of it, in a while."""

    def __init__(self, reason: str, wait: float | None = None):
        super().__init__(reason)
        self.wait = wait


def fetch(
    operation: str,
    file: File,
    target: Path,
    urls: Sequence[str],
    progress: bool = True,
    accept: Sequence[str] = (),
) -> str:
    """Download a file, verify it and give it its name.

    Args:
        operation: Who asks, for errors.
        file: What is known of it.
        target: Where it goes.
        urls: Its sources in the order in which they are tried; a source without ``://`` is a file on this machine.
        progress: Whether to report.
        accept: Checksums that are right as well as the declared one.

    Returns:
        The source that gave it.

    Raises:
        DownloadError: No source gave it, or there is no room for it; the text lists what each one answered.
    """
    wanted = f"{file.name}{'' if file.size is None else f' ({file.size} bytes)'}"
    sources, failures = _in_order(urls)
    if settings.offline():
        failures += [(url, "not asked: FLAMBEAU_OFFLINE is set") for url in sources if "://" in url]
        sources = [url for url in sources if "://" not in url]
    target.parent.mkdir(parents=True, exist_ok=True)
    transfer = _Transfer(operation, file, target, Progress(file.name, progress), accept)
    try:
        for url in sources:
            try:
                transfer.from_source(url)
                return url
            except _SourceFailed as failure:
                failures.append((url, str(failure)))
                transfer.progress.note(f"{url}: {failure}")
    finally:
        transfer.close()
    _give_up(operation, wanted, failures, target)


def _in_order(urls: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """The sources to ask, and those that are not asked: none without encryption where there is one with it."""
    if not any(url.startswith("https://") for url in urls):
        return list(urls), []
    mirror = settings.local_mirror()
    plain = [url for url in urls if url.startswith("http://") and not (mirror and url.startswith(mirror))]
    return [url for url in urls if url not in plain], [(url, "not asked: http where there is https") for url in plain]


def _give_up(operation: str, wanted: str, failures: list[tuple[str, str]], target: Path) -> NoReturn:
    listed = "".join(f"\n    {url}: {reason}" for url, reason in failures)
    text = errors.message(operation, None, f"{wanted} from one of its sources", "it from none")
    hint = f"try again later (what has come is kept), or put the file at {target} yourself"
    raise DownloadError(f"{text}{listed or ' (it has no sources)'}\n{hint}")


class _Transfer:
    """What one file's way here needs to remember from source to source."""

    def __init__(self, operation: str, file: File, target: Path, progress: Progress, accept: Sequence[str]):
        self.operation, self.file, self.target, self.progress = operation, file, target, progress
        self.part = target.with_name(target.name + ".part")
        self.accepted = file.accepted(accept)
        self.kinds = sorted({text.partition(":")[0] for text in self.accepted})
        self.sums: list[Sum] = []
        self.done = 0
        self.validator: str | None = None  # by which a server recognises the version whose beginning is here
        self.old = False  # some of what is here came from elsewhere or in another run
        self.session: Any = None
        self._take_up_part()

    def close(self) -> None:
        if self.session is not None:
            self.session.close()
        if self.done == 0:
            self.part.unlink(missing_ok=True)

    # What is here already -----------------------------------------------------------------------------------------

    def _take_up_part(self) -> None:
        """Go on from an earlier run's part, if a checksum will tell whether it fits."""
        length = self.part.stat().st_size if self.part.is_file() else 0
        if self.accepted and 0 < length <= (self.file.size or length):
            self.old = True
            self._count_part()
        else:
            self._restart()

    def _count_part(self) -> None:
        self.done = self.part.stat().st_size
        self.sums = [Sum(kind) for kind in self.kinds]
        for total in self.sums:
            total.add_file(self.part)

    def _restart(self) -> None:
        self.part.unlink(missing_ok=True)
        self.done, self.old, self.validator = 0, False, None
        self.sums = [Sum(kind) for kind in self.kinds]

    # One source ---------------------------------------------------------------------------------------------------

    def from_source(self, url: str) -> None:
        """Get the file from a source and give it its name, or say why not."""
        self.validator = None
        if not self.accepted:
            self._restart()  # nothing would tell whether two sources have the same file
        while True:
            resumed = self.old
            if "://" in url:
                self._with_patience(url)
            else:
                self._copy(Path(url))
            complaint = self._complaint()
            if complaint is None:
                self._finish()
                return
            self._restart()
            if not resumed:
                raise _SourceFailed(complaint)
            self.progress.note(f"{complaint}; what was here before does not fit, starting anew")

    def _with_patience(self, url: str) -> None:
        """All bytes from one source: interruptions are tried again, after ever longer waits."""
        fruitless, tries = 0, 0
        while True:
            before = self.done
            try:
                self._receive(url)
                return
            except _TryAgain as interruption:
                tries += 1
                fruitless = fruitless + 1 if self.done <= before else 1
                if fruitless >= _TRIES or tries >= _MOST_TRIES:
                    raise _SourceFailed(f"{interruption} (tried {tries} times)") from None
                wait = interruption.wait
                if wait is None:
                    wait = _FIRST_WAIT * 2 ** (fruitless - 1) * random.uniform(0.75, 1.25)
                wait = min(wait, _LONGEST_WAIT)
                self.progress.note(f"{url}: {interruption}; trying again in {wait:.1f} s")
                time.sleep(wait)

    def _receive(self, url: str) -> None:
        import requests
        import urllib3

        try:
            with contextlib.closing(self._answer(url)) as response:
                self._read_body(response)
        except (requests.exceptions.SSLError, requests.exceptions.ProxyError, requests.exceptions.InvalidURL) as error:
            raise _SourceFailed(_reason(error)) from None
        except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError):
            raise _TryAgain(f"no answer in time, after {bytes_text(self.done)}") from None
        except (requests.exceptions.ConnectionError, urllib3.exceptions.HTTPError) as error:
            where = f"cut off after {self.done} bytes: " if self.done else ""
            raise _TryAgain(where + _reason(error)) from None
        except requests.exceptions.RequestException as error:
            raise _SourceFailed(_reason(error)) from None

    def _answer(self, url: str) -> Any:
        """The answer at the end of the redirections, none of which may leave encryption."""
        import requests

        if self.session is None:
            self.session = requests.Session()  # proxies and .netrc from the environment
        headers = {"Accept-Encoding": "identity", "User-Agent": _AGENT}
        if self.done:
            headers["Range"] = f"bytes={self.done}-"
            if self.validator is not None:
                headers["If-Range"] = self.validator
        way = [url]
        while True:
            response = self.session.get(way[-1], headers=headers, stream=True, timeout=_TIMEOUTS, allow_redirects=False)
            if not response.is_redirect:
                return response
            response.close()
            there = urljoin(way[-1], response.headers["location"])
            scheme = urlsplit(there).scheme
            if scheme not in ("http", "https"):
                raise _SourceFailed(f"redirected to {there}, which is no web address")
            if scheme == "http" and way[-1].startswith("https://"):
                raise _SourceFailed(f"redirected from https to {there}; refused")
            if there in way:
                raise _SourceFailed(f"redirected in a circle: {' -> '.join([*way, there])}")
            if len(way) > _REDIRECTS:
                raise _SourceFailed(f"redirected more than {_REDIRECTS} times, last to {there}")
            way.append(there)

    def _read_body(self, response: Any) -> None:
        status = response.status_code
        if status in _TEMPORARY:
            raise _TryAgain(f"{status} {response.reason}", _retry_after(response.headers.get("Retry-After")))
        if status == 416 and self.done:
            if self.done == self._total_of(response):
                return  # everything was here already
            self._restart()
            raise _TryAgain("the server has less than what is here", 0.0)
        if status not in (200, 206):
            raise _SourceFailed(f"{status} {response.reason}")
        if status == 206 and not response.headers.get("Content-Range", "").startswith(f"bytes {self.done}-"):
            self._restart()
            raise _TryAgain("the server sent another part than was asked for", 0.0)
        if status == 200 and self.done:
            self._restart()  # the server cannot resume, or has another version by now
        total = self._total_of(response)
        if total is not None and self.file.size is not None and total != self.file.size:
            raise _SourceFailed(f"{total} bytes long, expected {self.file.size}")
        self._check_room(total)
        self.validator = _strong_validator(response)
        self.progress.begin(self.done, total)
        self._append(response, total)
        if total is not None and self.done < total:
            raise _TryAgain(f"cut off after {self.done} of {total} bytes")

    def _append(self, response: Any, total: int | None) -> None:
        """Write what comes; the first of it is looked at before anything is written."""
        content_type = response.headers.get("Content-Type", "")
        with self._writing(), self.part.open("ab", buffering=0) as output:
            head = b""
            while data := self._read(response):
                if self.done == 0:
                    head += data
                    if len(head) < sniff.NEEDED and (total is None or len(head) < total):
                        continue
                    data = head
                    self._look_at(data, content_type)
                self._write(output, data)
                if self.file.size is not None and self.done > self.file.size:
                    self._restart()
                    raise _SourceFailed(f"more than the expected {self.file.size} bytes")
            if self.done == 0 and head:  # it ended before there was enough to look at
                self._look_at(head, content_type)
                self._write(output, head)

    def _read(self, response: Any) -> bytes:
        """The next bytes as they are stored on the server: a mislabelled .gz is not unpacked on the way."""
        data: bytes = response.raw.read(_CHUNK, decode_content=False)
        return data

    def _look_at(self, head: bytes, content_type: str) -> None:
        complaint = sniff.complaint(self.file.name, head, content_type)
        if complaint is not None:
            raise _SourceFailed(complaint)

    def _write(self, output: BinaryIO, data: bytes) -> None:
        view = memoryview(data)
        while view:
            written = output.write(view)
            for total in self.sums:
                total.add(view[:written])
            self.done += written
            view = view[written:]
        self.progress.at(self.done)

    def _copy(self, source: Path) -> None:
        """A file of this machine, such as a shared disk."""
        if not source.is_file():
            raise _SourceFailed("no such file")
        self._restart()
        size = source.stat().st_size
        if self.file.size is not None and size != self.file.size:
            raise _SourceFailed(f"{size} bytes long, expected {self.file.size}")
        self._check_room(size)
        self.progress.begin(0, size)
        with self._writing(), source.open("rb") as data, self.part.open("ab", buffering=0) as output:
            while chunk := data.read(_CHUNK):
                self._write(output, chunk)

    # Its end ------------------------------------------------------------------------------------------------------

    def _complaint(self) -> str | None:
        """Why what is here is not the file; None if it is."""
        if self.file.size is not None and self.done != self.file.size:
            return f"{self.done} bytes long, expected {self.file.size}"
        found = [str(total) for total in self.sums]
        if self.accepted and not agree(found, self.accepted):
            return f"{self.done} bytes with checksum {', '.join(found)}, expected {' or '.join(sorted(self.accepted))}"
        return None

    def _finish(self) -> None:
        """Onto the disk, and then, at once, under its name."""
        with self._writing():
            if not self.part.exists():
                self.part.touch()  # an empty file is one too
            with self.part.open("rb") as file:
                os.fsync(file.fileno())
            os.replace(self.part, self.target)
            _sync_folder(self.target.parent)
        self.progress.end(self.done)

    # Room ---------------------------------------------------------------------------------------------------------

    def _check_room(self, total: int | None) -> None:
        if total is None:
            return
        missing, free = total - self.done, shutil.disk_usage(self.target.parent).free
        if missing > free:
            self._no_room(f"{bytes_text(free)} are free")

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """A disk that is full, or not ours, is no fault of the source."""
        try:
            yield
        except OSError as error:
            if error.errno in _NO_ROOM:
                self._no_room(os.strerror(error.errno))
            if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM, errno.EIO):
                text = errors.message(self.operation, None, f"to write {self.part}", os.strerror(error.errno))
                raise DownloadError(text) from error
            raise

    def _no_room(self, reason: str) -> NoReturn:
        size = "the file" if self.file.size is None else f"{self.file.size} bytes"
        fix = "free some, and start again: what has come is kept" if self.done else "free some, or choose another root"
        text = errors.message(self.operation, None, f"room for {size} in {self.target.parent}", reason, fix)
        raise DownloadError(text) from None

    def _total_of(self, response: Any) -> int | None:
        """The length of the whole file, as the server says it."""
        _, _, whole = response.headers.get("Content-Range", "").partition("/")
        if whole.isdigit():
            return int(whole)
        length = response.headers.get("Content-Length", "")
        return int(length) if response.status_code == 200 and length.isdigit() else None


def _strong_validator(response: Any) -> str | None:
    tag: str | None = response.headers.get("ETag")
    if tag and not tag.startswith("W/"):
        return tag
    return None


def _retry_after(value: str | None) -> float | None:
    """Seconds that a server asks to wait."""
    if value is None:
        return None
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def _reason(error: Exception) -> str:
    """The innermost words of an error that has been wrapped several times."""
    inner: Any = error
    while True:
        deeper = getattr(inner, "reason", None) or next(
            (argument for argument in getattr(inner, "args", ()) if isinstance(argument, Exception)), None
        )
        if not isinstance(deeper, Exception):
            return str(inner) or type(inner).__name__
        inner = deeper


def _sync_folder(folder: Path) -> None:
    """A new name is in the folder after a power cut, too."""
    with contextlib.suppress(OSError):  # not every file system lets a folder be synchronised
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
