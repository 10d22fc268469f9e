"""Where samples come from: files that are downloaded, arrays in memory, image files on the disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence, Sized
from pathlib import Path
from typing import Any, ClassVar, NoReturn

import numpy as np
from flambeau.tensor import errors
from numpy.typing import NDArray
from PIL import Image

from .._files.settings import data_home
from .._files.store import Store
from ._base import JointTransform, Transform, VisionDataset, check_flag
from ._declaration import Declaration

__all__ = ["ArrayDataset", "DownloadedDataset", "FileDataset", "Paths", "load_rgb"]


def load_rgb(path: str | os.PathLike[str]) -> Image.Image:
    """An image file as a PIL image of mode ``"RGB"``, whatever it was."""
    with open_image(path) as image:
        return image.convert("RGB")


def open_image(path: str | os.PathLike[str]) -> Image.Image:
    """An image file as the PIL image it is; errors name the file."""
    try:
        image = Image.open(path)
        image.load()
        return image
    except Exception as error:  # Pillow raises many kinds on a damaged file
        error.add_note(f"while reading {os.fspath(path)}")
        raise


class DownloadedDataset(VisionDataset):
    """A dataset whose files are downloaded, verified and unpacked as its declaration says.

    A subclass has a declaration in ``about``, and defines ``load(folder)``, which reads what is needed once; and
    ``needed()`` if not every part is needed. Its ``__init__`` sets what these two look at, and calls this one.

    Args:
        root: The folder of all datasets; None for :func:`data_home`.
        transforms, transform, target_transform: As of :class:`VisionDataset`.
        download: Get what is missing. Files that are there are verified and unpacked in any case.
        progress: Report how far downloads are, on standard error.

    Raises:
        TypeError: A class without a declaration, or ``load`` left out what the class of samples reads.
        FileNotFoundError: A file is missing, and ``download`` is False.
        FileCorrupt: A file is not what it should be.
        DownloadError: A file could not be had.
    """

    about: ClassVar[Declaration]
    root: Path

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        transforms: JointTransform | None = None,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
        progress: bool = True,
    ):
        if not isinstance(self.about, Declaration):
            fix = "set it in the class"
            errors.type_error(type(self).__name__, "about", "a Declaration", type(self.about).__name__, fix)
        super().__init__(data_home() if root is None else root, transforms, transform, target_transform)
        check_flag(type(self).__name__, "download", download)
        store = self.store(self.root, progress)
        store.prepare(self.about.files(self.needed()), download)
        self.load(store.home)
        self._check_loaded()

    @classmethod
    def store(cls, root: Path, progress: bool = True, accept: Sequence[str] = ()) -> Store:
        """The files of this dataset below ``root``."""
        # a class that only changes how samples are read shares the files, and so the lock, of its base class
        owner = next(kind for kind in cls.__mro__ if "about" in vars(kind))
        return Store(cls.__name__, root, cls.about.folder, progress, accept, cls.about.key or owner.__name__)

    def needed(self) -> Iterable[str]:
        """The parts of the declaration that this object reads."""
        return self.about.parts

    def load(self, folder: Path) -> None:
        """Read what is needed from the folder of the dataset, where all needed files are."""
        raise NotImplementedError(f"{type(self).__name__} must define load")

    def corrupt(self, path: Path, expected: str, got: str) -> NoReturn:
        """Raise the error of a file that cannot be read as what it should be."""
        fix = "remove it, and pass download=True"
        raise errors.FileCorrupt(errors.message(type(self).__name__, None, f"{expected} in {path}", got, fix))


class ArrayDataset(VisionDataset):
    """A dataset that is in memory as a whole.

    Attributes:
        data: uint8 of shape ``(N, H, W)`` for grey images, ``(N, H, W, 3)`` for coloured ones.
        targets: int64 of shape ``(N,)``.
    """

    data: NDArray[np.uint8]
    targets: NDArray[np.int64]

    def _check_loaded(self) -> None:
        if type(self).read is not ArrayDataset.read:  # a subclass may keep something else
            return
        data, targets = _loaded(self, "data", "targets")
        if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.ndim not in (3, 4):
            got = f"{data.dtype} of shape {data.shape}" if isinstance(data, np.ndarray) else type(data).__name__
            errors.type_error(f"{type(self).__name__}.load", "data", "uint8 of shape (N, H, W) or (N, H, W, 3)", got)
        _check_as_many(self, "data", data, targets)

    def __len__(self) -> int:
        return len(self.data)

    def read(self, position: int) -> tuple[Any, Any]:
        return Image.fromarray(self.data[position]), int(self.targets[position])

    def arrays(self, size: tuple[int, int] | None = None) -> tuple[NDArray[Any], NDArray[Any]]:
        if size is not None and size != self.data.shape[1:3]:
            return super().arrays(size)
        return self.data.copy(), self.targets.copy()

    def summary(self) -> str:
        height, width = self.data.shape[1:3]
        return f"{len(self)} images of {height}x{width}{_classes_text(self)}"


class FileDataset(VisionDataset):
    """A dataset whose images are read from their files one by one, by ``loader``, given the path.

    That is :func:`load_rgb` unless a subclass sets another.

    Attributes:
        paths: The images.
        targets: Their targets.
    """

    paths: Sequence[str]
    targets: Sequence[Any]
    loader: Callable[[str], Any] = staticmethod(load_rgb)

    def _check_loaded(self) -> None:
        if type(self).read is not FileDataset.read:  # a subclass may keep something else
            return
        paths, targets = _loaded(self, "paths", "targets")
        _check_as_many(self, "paths", paths, targets)

    def __len__(self) -> int:
        return len(self.paths)

    def read(self, position: int) -> tuple[Any, Any]:
        return self.loader(self.paths[position]), self.targets[position]

    def summary(self) -> str:
        return f"{len(self)} images{_classes_text(self)}"


def _loaded(dataset: VisionDataset, *names: str) -> list[Any]:
    """What ``load`` has set, by name."""
    for name in names:
        if not hasattr(dataset, name):
            errors.type_error(f"{type(dataset).__name__}.load", name, f"self.{name} to be set", "nothing")
    return [getattr(dataset, name) for name in names]


def _check_as_many(dataset: VisionDataset, name: str, samples: Sized, targets: Sized) -> None:
    if len(samples) != len(targets):
        expected = f"one for each of the {len(samples)} {name}"
        errors.value_error(f"{type(dataset).__name__}.load", "targets", expected, f"{len(targets)}")


def _classes_text(dataset: Any) -> str:
    classes = getattr(dataset, "classes", None)
    return "" if classes is None else f", {len(classes)} classes"


def files_by_class(folder: Path, classes: Sequence[str], suffix: str) -> tuple[Paths, list[int]]:
    """The files of each class, by name, in the folder that is named after it, and their labels."""
    names: list[str] = []
    labels: list[int] = []
    for label, class_name in enumerate(classes):
        found = sorted(path.name for path in (folder / class_name).iterdir() if path.suffix == suffix)
        names += [f"{class_name}/{name}" for name in found]
        labels += [label] * len(found)
    return Paths(folder, names), labels


class Paths(Sequence[str]):
    """Paths below one folder, as two blocks of memory instead of a million strings: cheap to send to workers.

    Args:
        folder: What they have in common.
        names: The rest of each.

    Example:
        >>> from flambeau.vision.datasets import Paths
        >>> paths = Paths("pictures", ["cat/1.png", "dog/2.png"])
        >>> len(paths), paths[-1]
        (2, 'pictures/dog/2.png')
    """

    def __init__(self, folder: str | os.PathLike[str], names: Iterable[str]):
        self.folder = os.fspath(folder)
        encoded = [os.fsencode(name) for name in names]
        self._ends = np.cumsum([len(name) for name in encoded], dtype=np.int64)
        self._text = np.frombuffer(b"".join(encoded), dtype=np.uint8)

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        position = range(len(self))[index]
        start = self._ends[position - 1] if position else 0
        return os.path.join(self.folder, os.fsdecode(self._text[start : self._ends[position]].tobytes()))
