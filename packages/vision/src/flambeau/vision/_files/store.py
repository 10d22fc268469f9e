"""The files of one dataset in its folder: there, verified and unpacked, whoever asks and how many at once."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from flambeau.tensor import errors

from . import archive, download, settings
from .file import File, agree, sum_of
from .progress import Progress

__all__ = ["Store"]

_NOTICE = 2.0  # seconds of waiting before it is mentioned


class Store:
    """The files of one dataset.

    Args:
        name: Of the dataset, in errors.
        root: The folder of all datasets.
        folder: That of this one in it.
        progress: Whether downloads report.
        accept: Checksums that are right as well as the declared ones, as ``"md5:..."`` or ``"sha256:..."``.
        key: What names the lock, the record and the folder of a mirror: datasets that share files share it, too.
    """

    def __init__(
        self,
        name: str,
        root: Path,
        folder: str,
        progress: bool = True,
        accept: Sequence[str] = (),
        key: str | None = None,
    ):
        self.name, self.root, self.home, self.progress = name, root, root / folder, progress
        self.key = key or name
        self.private = root / ".flambeau"
        self.accept = (*accept, *self._record().get("accepted", ()))

    # Getting them there -------------------------------------------------------------------------------------------

    def prepare(self, files: Iterable[File], may_download: bool) -> None:
        """See that all files are there, and unpacked where that is due.

        Raises:
            FileNotFoundError: One is missing, and may not be downloaded.
            FileCorrupt: One is not what it should be, and may not be downloaded again.
            DownloadError: One could not be had.
        """
        due = [file for file in files if not self._is_ready(file)]
        if not due:
            return
        missing = [file for file in due if not (self.home / file.name).is_file()]
        if missing and not may_download:
            self._report_missing(missing)
        with self._lock():
            for file in due:
                if not self._is_ready(file):  # another process may have been at it
                    self._make_ready(file, may_download)

    def _is_ready(self, file: File) -> bool:
        if file.unpack is not None:
            return all((self.home / mark).exists() for mark in file.makes)
        return self._was_verified(file)

    def _make_ready(self, file: File, may_download: bool) -> None:
        path = self.home / file.name
        complaint = self._complaint(file) if path.is_file() else "nothing"
        if complaint is not None:
            if not may_download or not file.urls:
                fix = "remove it, or pass download=True to have it replaced" if file.urls else "get it again"
                text = errors.message(self.name, None, f"{path} as published", complaint, fix)
                raise errors.FileCorrupt(text)
            source = download.fetch(self.name, file, path, self._sources(file), self.progress, self.accept)
            self._remember(file, source)
        elif not self._was_verified(file):
            self._remember(file)
        if file.unpack is not None:
            Progress(file.name, self.progress).note("unpacking")
            archive.unpack(self.name, file, path, self.home, self.private / f"{self.key}.unpacking")

    def _sources(self, file: File) -> list[str]:
        """Where to ask, in order: the local mirror, the source that gave the last file, the others."""
        urls = list(file.urls)
        last = self._record().get("source", "")
        if last:
            urls.sort(key=lambda url: _host(url) != _host(last))
        mirror = settings.local_mirror()
        if mirror is not None:
            urls.insert(0, f"{mirror.rstrip('/')}/{self.key}/{file.name}")
        return urls

    def _report_missing(self, missing: list[File]) -> NoReturn:
        names = ", ".join(file.name for file in missing)
        fix = "pass download=True" if all(file.urls for file in missing) else "put it there: it cannot be downloaded"
        text = errors.message(self.name, None, f"{names} in {self.home}", "no such file", fix)
        raise FileNotFoundError(text)

    # Whether a file is right --------------------------------------------------------------------------------------

    def _complaint(self, file: File) -> str | None:
        """Why a file that is there is not the right one; None if it is, or if nothing is known of it."""
        path = self.home / file.name
        if self._was_verified(file):
            return None
        status = path.stat()
        if file.size is not None and status.st_size != file.size:
            return f"{status.st_size} bytes instead of {file.size}"
        expected = file.accepted(self.accept)
        found = {sum_of(path, kind) for kind in {text.partition(":")[0] for text in expected}}
        if expected and not agree(found, expected):
            dated = time.strftime("%Y-%m-%d", time.localtime(status.st_mtime))
            return (
                f"{status.st_size} bytes of {dated} with checksum {', '.join(sorted(found))}"
                f" instead of {' or '.join(sorted(expected))}"
            )
        return None

    def _was_verified(self, file: File) -> bool:
        """Whether the file is there and has not been touched since it was verified."""
        try:
            status = (self.home / file.name).stat()
        except OSError:
            return False
        return self._record().get("verified", {}).get(file.name) == _stamp(file, status)

    def verify(self, files: Iterable[File]) -> Iterator[tuple[str, str | None]]:
        """Read everything again. Yields each file's name, and what is wrong with it or None."""
        for file in files:
            path = self.home / file.name
            if not path.is_file():
                unpacked = self._is_ready(file)
                yield file.name, "removed after it was unpacked: cannot be compared" if unpacked else "missing"
                continue
            self._forget(file)
            complaint = self._complaint(file)
            if complaint is None:
                self._remember(file)
            yield file.name, complaint
            if complaint is None and file.unpack is not None and self._is_ready(file):
                for difference in archive.differences(self.name, file, path, self.home):
                    yield file.name, difference

    # What is remembered -------------------------------------------------------------------------------------------

    def _record(self) -> dict[str, Any]:
        try:
            found = json.loads((self.private / f"{self.key}.json").read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _remember(self, file: File, source: str | None = None) -> None:
        record = self._record()
        stamp = _stamp(file, (self.home / file.name).stat())
        record["verified"] = {**record.get("verified", {}), file.name: stamp}
        if source is not None and source in file.urls:
            record["source"] = source
        if self.accept:
            record["accepted"] = sorted(set(self.accept))
        self._write(record)

    def _forget(self, file: File) -> None:
        record = self._record()
        if record.get("verified", {}).pop(file.name, None) is not None:
            self._write(record)

    def _write(self, record: dict[str, Any]) -> None:
        with _tolerating_read_only():  # its files are verified each time
            self.private.mkdir(parents=True, exist_ok=True)
            fresh = self.private / f"{self.key}.{os.getpid()}.tmp"
            fresh.write_text(json.dumps(record, indent=1))
            os.replace(fresh, self.private / f"{self.key}.json")

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """Only one process at a time; the kernel unlocks for one that dies."""
        file = None
        with _tolerating_read_only():  # where nobody can write there is nothing to lock
            self.private.mkdir(parents=True, exist_ok=True)
            file = (self.private / f"{self.key}.lock").open("w")
        if file is None:
            yield
            return
        with file:
            waiting_since, mentioned = time.monotonic(), False
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if not mentioned and time.monotonic() - waiting_since > _NOTICE:
                        Progress(self.name, self.progress).note("waiting for another process that prepares it")
                        mentioned = True
                    time.sleep(0.05)
            yield


@contextlib.contextmanager
def _tolerating_read_only() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise


def _stamp(file: File, status: os.stat_result) -> list[Any]:
    """What a verified file is recognised by without reading it: another size, date or declared checksum differs."""
    return [status.st_size, status.st_mtime_ns, file.checksum]


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]
