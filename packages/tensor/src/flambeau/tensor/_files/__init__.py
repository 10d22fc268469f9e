"""Saving and loading: the safetensors layout, no pickle, verified on load, written atomically.

save ─▶ _writer ─▶ _atomic          what is written, and how a file comes under its name
load ─▶ _source ─▶ _header, _reader     files of ours and of the safetensors package
                └▶ _torch ─▶ _pickle    files of PyTorch
"""

# The parts are imported where they are used: here they would take a tenth of the import of the package.
from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, BinaryIO

from ..errors import message

if TYPE_CHECKING:
    from ._verify import Verification

__all__ = ["load", "save", "verify"]


def save(obj: Any, path: str | os.PathLike[str] | BinaryIO) -> None:
    """Write Tensors, and dicts, lists, tuples and plain values around them, to a file.

    The file appears under its name only when it is complete and on the disk: a crash leaves the old one. Tensors that
    share memory are written once, and share it again when loaded. The ``safetensors`` package reads the tensors of the
    file under their names, which are the keys of a plain dict.

    Args:
        obj: Tensor, None, bool, int, float, complex, str, bytes, slice, dtype, device, or a dict, list or tuple of
            these, nested in any way. Keys of dicts are strings, numbers, bools or None. A Variable is saved as its
            data.
        path: name of the file; or a binary file open for writing, which gets the bytes without these precautions.

    Raises:
        TypeError: something else is in ``obj``; the message says where.
        ValueError: ``path`` is a directory or a device.

    Example:
        >>> import tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "state.safetensors")
        >>> ft.save({"weight": ft.ones(2), "epoch": 3}, path)
        >>> state = ft.load(path)
        >>> state["weight"].tolist(), state["epoch"]
        ([1.0, 1.0], 3)
    """
    from . import _atomic, _writer

    if hasattr(path, "write"):
        _writer.write(obj, path)
        return
    with _atomic.replacing(os.fsdecode(path)) as file:
        _writer.write(obj, file)


def load(
    path: str | os.PathLike[str] | BinaryIO, map_location: Any = None, *, mmap: bool = False, weights_only: bool = True
) -> Any:
    """Read what :func:`save` wrote; or the tensors of any safetensors file, as a dict; or weights saved by PyTorch.

    What the file is, its first bytes say. Everything is checked before memory is taken, and every checksum is verified.
    Of a file of PyTorch (``.pt``, ``.pth``, in the old form or the ZIP form) the pickle is read without running what is
    in it: tensors, parameters (as their data) and plain values come, with views and strides as they were; anything
    else, a whole module for example, is refused and named.

    Args:
        path: name of the file; or a binary file open for reading, which is read from where it stands to its end.
        map_location: the device for all Tensors, by default the CPU; or a dict from devices they were saved from to
            devices, the CPU being that of others; or a function that gets each Tensor and the name of the device it was
            saved from, and returns it where it shall be.
        mmap: map the file into memory instead of reading it: nothing is read before it is touched. Writing to a Tensor
            changes memory of this process and never the file. Checksums of tensors are not verified, and the file must
            not be shortened meanwhile; replacing it, as :func:`save` does, is fine.
        weights_only: for programs written for PyTorch: nothing else is ever read.

    Returns:
        The object that was saved.

    Raises:
        ValueError: ``weights_only=False``.
        FileCorrupt: the file is torn, truncated, altered or not such a file; the message says what does not fit.

    Example:
        >>> import tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "pair.safetensors")
        >>> ft.save((ft.zeros(1), [True, None, "text"]), path)
        >>> ft.load(path)[1]
        [True, None, 'text']
    """
    from ._placement import NotOurs
    from ._source import opened

    if not weights_only:
        fix = "objects of other classes would have to run code of the file"
        raise ValueError(message("load", "weights_only", "True", "False", fix))
    with opened(path, mmap) as source:
        reader = _reader_of(source, map_location)
        if mmap and not reader.mappable:
            fix = "leave mmap out, and save() what comes"
            raise ValueError(message("load", "mmap", "a file with aligned tensors", "one of PyTorch before 1.6", fix))
        try:
            return reader.read()
        except NotOurs as error:
            raise error.__cause__ from None  # type: ignore[misc]  # every NotOurs is raised from one


def verify(path: str | os.PathLike[str] | BinaryIO) -> Verification:
    """Look at a whole file and say whether it is what was written; ``python -m flambeau.tensor verify FILE`` prints it.

    Args:
        path: name of a file that :func:`load` reads, or such a file open for reading.

    Returns:
        A ``Verification``, which is true when the file is whole, with ``verdict``, one line in words, and ``tensors``,
        a dict from the names of the tensors to what is wrong with each, or None.

    Raises:
        OSError: the file cannot be read.

    Example:
        >>> import tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "state.safetensors")
        >>> ft.save({"weight": ft.ones(2)}, path)
        >>> bool(ft.verify(path)), ft.verify(path).tensors
        (True, {'weight': None})
        >>> with open(path, "r+b") as file:
        ...     _ = file.seek(-1, os.SEEK_END)
        ...     _ = file.write(b"x")
        >>> ft.verify(path).verdict.removeprefix(path)
        ": damaged: tensor 'weight': expected CRC-32 d5065190, got 3dbe85a3"
    """
    from ._source import opened
    from ._verify import verified

    with opened(path, not hasattr(path, "read")) as source:
        return verified(source, lambda source: _reader_of(source, None))


def _reader_of(source: Any, map_location: Any) -> Any:
    """The reader of what the file is by its first bytes."""
    from ._placement import Placement

    begin = source.bytes(0, 16)
    reader: Any
    if begin.startswith(b"PK\3\4") and begin[8:9] != b"{":
        from ._torch_zip import ZipReader as reader
    elif begin[:1] == b"\x80" and begin[2:4] == b"\x8a\x0a":  # a pickle that begins with a number of ten bytes
        from ._torch_stream import StreamReader as reader
    else:
        from ._reader import Reader as reader
    return reader(source, Placement(map_location))
