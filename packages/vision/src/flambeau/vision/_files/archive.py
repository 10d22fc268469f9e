"""Archives unpacked with suspicion: every member's path, kind and size is checked before it is written.

Everything goes to a folder aside first, and is renamed from there when all of it is written. So a damaged archive, a
full disk or a killed process leaves nothing that could be taken for the data.
"""

from __future__ import annotations

import bz2
import contextlib
import errno
import gzip
import lzma
import os
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any, NoReturn

from flambeau.tensor import errors

from .file import File
from .progress import bytes_text

__all__ = ["differences", "unpack"]

_CHUNK = 1 << 20
_GROWTH = 100  # an archive may unpack to so many times its size...
_ALLOWANCE = 64 << 20  # ...and this on top
_MEMBERS = 5_000_000
_STREAMS: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_TARS = (".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz")
_BROKEN = (tarfile.TarError, zipfile.BadZipFile, EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile)

_ANEW = "remove it, and download it again"

Member = tuple[PurePosixPath, IO[bytes] | None]  # a path and its bytes; None for a folder


def members(operation: str, path: Path) -> Iterator[Member]:
    """All members of an archive, each checked, in the order of the archive."""
    name, suffix = path.name.lower(), path.suffix.lower()
    if path.stat().st_size == 0:
        _refuse(operation, path, "an empty file", _ANEW)
    if name.endswith(_TARS):
        yield from _of_tar(operation, path)
    elif suffix == ".zip":
        yield from _of_zip(operation, path)
    elif suffix in _STREAMS:
        with _STREAMS[suffix](path, "rb") as data:
            yield PurePosixPath(path.name[: -len(suffix)]), data
    else:
        errors.value_error(operation, None, f"an archive: {', '.join(['.zip', *_TARS, *_STREAMS])}", path.name)


@contextlib.contextmanager
def _readable(operation: str, path: Path) -> Iterator[None]:
    """What the readers raise on damaged archives, as one error that names the archive."""
    try:
        yield
    except _BROKEN as error:
        _refuse(operation, path, str(error) or type(error).__name__, _ANEW)
    except OSError as error:
        if error.errno is None:  # of bz2 and gzip: about the data, not about the disk
            _refuse(operation, path, str(error), _ANEW)
        raise


def _refuse(operation: str, path: Path, got: str, fix: str | None = None) -> NoReturn:
    raise errors.FileCorrupt(errors.message(operation, None, f"a sound archive {path}", got, fix)) from None


def _of_tar(operation: str, path: Path) -> Iterator[Member]:
    with tarfile.open(path, "r:*") as tar:
        while (member := tar.next()) is not None:
            place = _place(operation, path, member.name)
            if member.isdir():
                yield place, None
            elif member.isfile():
                data = tar.extractfile(member)
                assert data is not None  # of a plain file there always is
                yield place, data
            else:
                link = member.issym() or member.islnk()
                kind = f"a link to {member.linkname!r}" if link else "a device or pipe"
                _refuse(operation, path, f"member {member.name!r}, {kind}; refused")
            tar.members = []  # type: ignore[attr-defined]  # it would remember a million of them


def _of_zip(operation: str, path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            place = _place(operation, path, info.filename)
            mode = info.external_attr >> 16
            if info.flag_bits & 1:
                _refuse(operation, path, f"member {info.filename!r}, encrypted; refused")
            if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                kind = "a link" if stat.S_ISLNK(mode) else "a device or pipe"
                _refuse(operation, path, f"member {info.filename!r}, {kind}; refused")
            if info.is_dir():
                yield place, None
            else:
                with archive.open(info) as data:
                    yield place, data


def _place(operation: str, path: Path, name: str) -> PurePosixPath:
    """The path of a member below the folder of the archive; one that leads out of it is refused."""
    place = PurePosixPath(name)
    windows = "\\" in name or (len(name) > 1 and name[1] == ":")
    if place.is_absolute() or ".." in place.parts or windows or "\0" in name:
        _refuse(operation, path, f"member {name!r}, which would be written elsewhere; refused")
    return place


class _Budget:
    """How much an archive may still unpack to."""

    def __init__(self, operation: str, path: Path, folder: Path):
        self.operation, self.path = operation, path
        self.most = path.stat().st_size * _GROWTH + _ALLOWANCE
        self.free = shutil.disk_usage(folder).free
        self.written = 0
        self.members = 0

    def count(self) -> None:
        self.members += 1
        if self.members > _MEMBERS:
            _refuse(self.operation, self.path, f"more than {_MEMBERS} members; refused")

    def spend(self, amount: int) -> None:
        self.written += amount
        if self.written > self.most:
            small = bytes_text(self.path.stat().st_size)
            _refuse(self.operation, self.path, f"{small} that unpack to more than {bytes_text(self.most)}; refused")
        if self.written > self.free:
            where = f"room in which to unpack {self.path}"
            text = errors.message(self.operation, None, where, bytes_text(self.free), "free some")
            raise OSError(errno.ENOSPC, text)


def _write_all(operation: str, path: Path, folder: Path) -> None:
    budget = _Budget(operation, path, folder)
    with _readable(operation, path):
        for place, data in members(operation, path):
            budget.count()
            target = folder / place
            if data is None:
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as output:
                while chunk := data.read(_CHUNK):
                    budget.spend(len(chunk))
                    output.write(chunk)


def unpack(operation: str, file: File, path: Path, home: Path, aside: Path) -> None:
    """Unpack an archive so that what it makes is there when, and only when, all of it is.

    Args:
        operation: Who asks, for errors.
        file: Its declaration.
        path: Where it is.
        home: The folder of the dataset.
        aside: A folder on the same disk that nobody else uses; it is emptied.

    Raises:
        FileCorrupt: An archive that is damaged, leads out of its folder, has links or devices, or grows too much.
        OSError: No room.
    """
    assert file.unpack is not None
    shutil.rmtree(aside, ignore_errors=True)
    content = aside / "content"
    try:
        content.mkdir(parents=True)
        _write_all(operation, path, content)
        for inner in _inner_archives(file, content):
            to = content / file.inner_to.format(stem=inner.name.split(".")[0])
            to.mkdir(parents=True, exist_ok=True)
            _write_all(operation, inner, to)
            inner.unlink()
        goal = home / file.unpack
        marks = [home / mark for mark in file.makes]
        missing = [mark for mark in marks if not (content / mark.relative_to(goal)).exists()]
        if missing:
            _refuse(operation, path, f"no {missing[0].relative_to(goal)} in it")
        os.sync()  # once, and not for each of a hundred thousand files
        _move(content, goal, marks)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _inner_archives(file: File, content: Path) -> list[Path]:
    if file.inner is None:
        return []
    return [path for path in sorted(content.glob(file.inner)) if not path.name.startswith(".")]


def _move(content: Path, goal: Path, marks: list[Path]) -> None:
    """Rename everything to its place; what tells that all is there comes last."""
    if not goal.exists():
        goal.parent.mkdir(parents=True, exist_ok=True)
        os.replace(content, goal)
        return
    moves = list(_moves(content, goal))
    moves.sort(key=lambda move: any(mark == move[1] or move[1] in mark.parents for mark in marks))
    for source, target in moves:
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir() and not target.is_dir():
            target.unlink(missing_ok=True)
        os.replace(source, target)


def _moves(source: Path, target: Path) -> Iterator[tuple[Path, Path]]:
    """Whole folders where there are none yet, single files into those that are there."""
    for entry in sorted(source.iterdir()):
        there = target / entry.name
        if entry.is_dir() and there.is_dir():
            yield from _moves(entry, there)
        else:
            yield entry, there


def differences(operation: str, file: File, path: Path, home: Path) -> Iterator[str]:
    """What is on the disk otherwise than in the archive it was unpacked from, in words."""
    assert file.unpack is not None
    goal = home / file.unpack
    with _readable(operation, path):
        for place, data in members(operation, path):
            if data is None or (file.inner is not None and place.match(file.inner)):
                continue
            there = goal / place
            if not there.is_file():
                yield f"{there}: missing"
            elif not _same(there, data):
                yield f"{there}: differs from {path.name}"


def _same(path: Path, data: IO[bytes]) -> bool:
    with path.open("rb") as file:
        while True:
            ours, theirs = file.read(_CHUNK), data.read(_CHUNK)
            if ours != theirs:
                return False
            if not ours:
                return True
