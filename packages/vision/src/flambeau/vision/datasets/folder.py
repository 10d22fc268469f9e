"""Folders of files in which each subfolder is a class."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from flambeau.tensor import errors

from ._base import JointTransform, Transform
from ._kinds import FileDataset, Paths, load_rgb

__all__ = ["IMG_EXTENSIONS", "DatasetFolder", "ImageFolder"]

IMG_EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")

_SHOWN = 8  # entries of a folder in an error


class DatasetFolder(FileDataset):
    """A folder in which each subfolder is a class, and each file below that, however deep, one sample::

        root/dog/xxx.png
        root/dog/old/xxy.png
        root/cat/123.png

    Classes are numbered in the order of their names; samples come by class, then by folder, then by name.

    Args:
        root: The folder.
        loader: Reads a sample, given its path.
        extensions: Which files count, by the end of their names; or else
        is_valid_file: A function of the path that says so.
        transform: Applied to each sample.
        target_transform: Applied to each label, an int.
        allow_empty: Classes without files are classes too.
        transforms: Applied to sample and label together, instead of the two.

    Attributes:
        classes, class_to_idx: The names of the classes, and the label of each.
        paths, targets: The files and their labels.
        samples: Both, as a list of pairs.

    Raises:
        FileNotFoundError: No folder, no subfolders, or none of the files in one; the message shows what was found.
        ValueError: Both or neither of ``extensions`` and ``is_valid_file``.
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        loader: Callable[[str], Any],
        extensions: str | Sequence[str] | None = None,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
        *,
        transforms: JointTransform | None = None,
    ):
        name = type(self).__name__
        super().__init__(root, transforms, transform, target_transform)
        if not callable(loader):
            errors.type_error(name, "loader", "a function", type(loader).__name__)
        if (extensions is None) == (is_valid_file is None):
            got = "neither" if extensions is None else "both"
            errors.value_error(name, "extensions", "one of extensions and is_valid_file", got)
        self.loader = loader
        self.extensions = (extensions,) if isinstance(extensions, str) else extensions
        assert self.root is not None
        folder = self.folder()
        if not folder.is_dir():
            self._complain(folder, "no such folder" if not folder.exists() else "a file")
        self.classes = self.find_classes(folder)
        if not self.classes:
            self._complain(folder, "no subfolders")
        wanted = is_valid_file or self._has_extension
        names: list[str] = []
        self.targets: list[int] = []
        empty: list[str] = []
        for label, class_name in enumerate(self.classes):
            found = [path for path in _files_below(folder, class_name) if wanted(os.path.join(folder, path))]
            names += found
            self.targets += [label] * len(found)
            if not found:
                empty.append(class_name)
        if empty and not allow_empty:
            some = ", ".join(map(repr, empty[:_SHOWN])) + (" and more" if len(empty) > _SHOWN else "")
            self._complain(folder, f"no such file for class{'es' if len(empty) > 1 else ''} {some}", "allow_empty=True")
        self.paths = Paths(folder, names)

    def folder(self) -> Path:
        """Where the folders of the classes are."""
        assert self.root is not None
        return self.root

    def find_classes(self, folder: Path) -> tuple[str, ...]:
        """The classes in the order of their labels: the subfolders by name. A subclass may choose otherwise."""
        return tuple(sorted(entry.name for entry in os.scandir(folder) if entry.is_dir()))

    @property
    def samples(self) -> list[tuple[str, int]]:
        return list(zip(self.paths, self.targets, strict=True))

    def _has_extension(self, path: str) -> bool:
        return path.lower().endswith(tuple(self.extensions or ()))

    def _complain(self, folder: Path, got: str, fix: str | None = None) -> NoReturn:
        """What was expected beside what there is, as trees."""
        ending = (self.extensions or (".*",))[0]
        kinds = "" if self.extensions is None else f" (or {', '.join(self.extensions[1:])})"
        expected = [f"<class>/<name>{ending}{kinds if len(self.extensions or ()) > 1 else ''}"]
        text = errors.message(type(self).__name__, "root", f"a folder of a folder for each class in {folder}", got, fix)
        trees = {"expected": expected, "found": _tree(folder) or ["(nothing)"]}
        shown = "".join(f"\n{title}:\n    {folder.name}/" + _indented(lines) for title, lines in trees.items())
        raise FileNotFoundError(text + shown)


def _indented(lines: list[str]) -> str:
    return "".join(f"\n        {line}" for line in lines)


def _files_below(folder: Path, class_name: str) -> list[str]:
    """All files of a class, from the folder on, by folder and then by name; links are followed, but not in circles."""
    found, seen = [], set()
    for place, subfolders, files in os.walk(folder / class_name, followlinks=True):
        status = os.stat(place)
        if (status.st_dev, status.st_ino) in seen:
            subfolders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        found.append((place, sorted(files)))
    return [os.path.relpath(os.path.join(place, name), folder) for place, names in sorted(found) for name in names]


def _tree(folder: Path, depth: int = 2) -> list[str]:
    """The first few entries of a folder and of its folders."""
    if not folder.is_dir():
        return []
    entries = sorted(folder.iterdir(), key=lambda path: (not path.is_dir(), path.name))
    lines = []
    for path in entries[:_SHOWN]:
        lines.append(path.name + ("/" if path.is_dir() else ""))
        if path.is_dir() and depth > 1:
            lines += [f"    {line}" for line in _tree(path, depth - 1)[:3]]
    if len(entries) > _SHOWN:
        lines.append(f"... {len(entries) - _SHOWN} more")
    return lines


class ImageFolder(DatasetFolder):
    """A folder of images in which each subfolder is a class::

        root/dog/xxx.png
        root/dog/old/xxy.png
        root/cat/123.png

    Classes are numbered in the order of their names; images come by class, then by folder, then by name.

    Args:
        root: The folder.
        transform: Applied to each image; a ``PIL.Image.Image`` of mode ``"RGB"``, unless ``loader`` is given.
        target_transform: Applied to each label, an int.
        loader: Reads an image, given its path.
        is_valid_file: A function of the path that says which files count; None for all with an extension of images.
        allow_empty: Classes without images are classes too.
        transforms: Applied to image and label together, instead of the two.

    Attributes:
        classes, class_to_idx: The names of the classes, and the label of each.
        paths, targets: The files and their labels.
        samples, imgs: Both, as a list of pairs.

    Raises:
        FileNotFoundError: No folder, no subfolders, or no images in one; the message shows what was found.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from PIL import Image
        >>> from flambeau.vision.datasets import ImageFolder
        >>> root = Path(tempfile.mkdtemp())
        >>> for name in ("cat/1.png", "dog/1.png", "dog/2.png"):
        ...     (root / name).parent.mkdir(exist_ok=True)
        ...     Image.new("RGB", (4, 4)).save(root / name)
        >>> pets = ImageFolder(root)
        >>> pets.classes, pets.targets
        (('cat', 'dog'), [0, 1, 1])
        >>> image, label = pets[0]
        >>> image.size, image.mode, label
        ((4, 4), 'RGB', 0)
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        loader: Callable[[str], Any] = load_rgb,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
        *,
        transforms: JointTransform | None = None,
    ):
        extensions = IMG_EXTENSIONS if is_valid_file is None else None
        super().__init__(
            root, loader, extensions, transform, target_transform, is_valid_file, allow_empty, transforms=transforms
        )

    @property
    def imgs(self) -> list[tuple[str, int]]:
        return self.samples
