"""Small archives of each dataset in its documented format, made for the tests.

Each file here has a dict ``SETS`` of :class:`Small` by the name of the dataset. They are found by their files.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np
from PIL import Image


@dataclass
class Small:
    """A dataset in little.

    Attributes:
        files: Makes the content of each file, by its declared name.
        cases: Arguments of the constructor, one dict for each object to make.
        size: For ``arrays``, where images differ in size.
        needs: A module without which it cannot be read.
        theirs: Makes torchvision's object: of its class, the root and a case.
        by_hand: The files cannot be downloaded: they are put into the folder.
    """

    files: Callable[[], dict[str, bytes]]
    cases: list[dict[str, Any]] = field(default_factory=lambda: [{}])
    size: tuple[int, int] | None = None
    needs: str | None = None
    theirs: Callable[..., Any] = lambda kind, root, case: kind(root, **case)
    by_hand: bool = False


def noise(*shape, seed=0):
    """Bytes of which no two images agree."""
    return np.random.default_rng([seed, *shape]).integers(0, 256, shape, dtype=np.uint8)


def image(width, height, seed, kind="JPEG", mode="RGB"):
    """The file of an image: coloured areas, so that turning, mirroring or swapping colours would show."""
    pixels = noise(-(-height // 8), -(-width // 8), 3, seed=seed).repeat(8, axis=0).repeat(8, axis=1)
    made = Image.fromarray(pixels[:height, :width]).convert(mode)
    data = io.BytesIO()
    made.save(data, format=kind)
    return data.getvalue()


def tar(files, mode="w"):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as made:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
    return data.getvalue()


def zipped(files, compression=zipfile.ZIP_DEFLATED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return data.getvalue()


def idx(array):
    """An array in the IDX format."""
    codes = {"uint8": 8, "int32": 12}
    head = bytes([0, 0, codes[array.dtype.name], array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def mat(**variables):
    from scipy.io import savemat

    data = io.BytesIO()
    savemat(data, variables)
    return data.getvalue()


def lines(*rows):
    return "".join(f"{row}\n" for row in rows).encode()


def packed(data):
    return gzip.compress(data)


def every():
    """All small datasets, by name."""
    found = {}
    for module in iter_modules(__path__):
        found |= import_module(f"{__name__}.{module.name}").SETS
    return found
