"""Writing a file so that its name always stands for a complete one."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO

from ..errors import message


@contextlib.contextmanager
def replacing(path: str) -> Iterator[BinaryIO]:
    """A file that takes the place of ``path`` when the block ends well, and leaves nothing behind otherwise."""
    path = os.path.realpath(path)  # a link stays a link, to the new file
    mode = _mode_of(path)
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        raise FileNotFoundError(message("save", "path", "a name in a folder that is there", f"'{path}'"))
    temporary = os.path.join(folder, f".{os.urandom(8).hex()}.part")
    try:
        with open(temporary, "xb") as file:
            if mode is not None:
                os.chmod(temporary, mode)
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    if os.name == "posix":  # the new name itself must reach the disk too
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _mode_of(path: str) -> int | None:
    """The permissions of the file to replace, or None when there is none."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode):  # renaming over a device would take its place
        kind = "a directory" if stat.S_ISDIR(mode) else "something else"
        raise ValueError(message("save", "path", "the name of a file", f"{kind}: '{path}'", "or pass an open file"))
    return stat.S_IMODE(mode)
