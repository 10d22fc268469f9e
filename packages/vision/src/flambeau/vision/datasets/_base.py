"""What every dataset here has: arguments checked, transforms applied, arrays, and a picture of itself."""

from __future__ import annotations

import base64
import html
import io
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from flambeau.data import Dataset
from flambeau.tensor import errors
from numpy.typing import NDArray
from PIL import Image

from ._declaration import Declaration

__all__ = ["VisionDataset", "check_choice", "check_choices", "check_flag", "one_or_several"]

Transform = Callable[[Any], Any]
JointTransform = Callable[[Any, Any], tuple[Any, Any]]

_SHOWN, _THUMB = 8, 64  # pictures in a notebook, and their larger side at least


class VisionDataset(Dataset[tuple[Any, Any]]):
    """Base class of image datasets: samples are ``(image, target)``.

    A subclass defines ``read(position)``, the sample as it is stored, and ``__len__``. Indexing, the transforms,
    ``arrays()`` and what is shown of it come with the class. For a dataset that is downloaded see
    :class:`DownloadedDataset`, for one in memory :class:`ArrayDataset`, for one of image files :class:`FileDataset`.

    Args:
        root: The folder of the data.
        transforms: A function of image and target that gives both anew; or else
        transform: A function of the image, and
        target_transform: A function of the target.

    Raises:
        TypeError: A transform that is not callable.
        ValueError: ``transforms`` beside ``transform`` or ``target_transform``.

    Example:
        >>> from PIL import Image
        >>> from flambeau.vision.datasets import VisionDataset
        >>> class Greys(VisionDataset):
        ...     def read(self, position):
        ...         return Image.new("L", (4, 4), position), position % 2
        ...     def __len__(self):
        ...         return 10
        >>> image, target = Greys(target_transform=str)[-1]
        >>> image.getpixel((0, 0)), target
        (9, '1')
    """

    about: ClassVar[Declaration | None] = None

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        transforms: JointTransform | None = None,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
    ):
        name = type(self).__name__
        given = {"transforms": transforms, "transform": transform, "target_transform": target_transform}
        for argument, function in given.items():
            if function is not None and not callable(function):
                errors.type_error(name, argument, "a function or None", type(function).__name__)
        if transforms is not None and (transform is not None or target_transform is not None):
            expected = "transforms alone, or transform and target_transform"
            errors.value_error(name, "transforms", expected, "both")
        if root is not None and not isinstance(root, (str, os.PathLike)):
            errors.type_error(name, "root", "a path or None", type(root).__name__)
        self.root = None if root is None else Path(root).expanduser()
        self.transforms = transforms
        self.transform = transform
        self.target_transform = target_transform

    # Samples ------------------------------------------------------------------------------------------------------

    def read(self, position: int) -> tuple[Any, Any]:
        """The sample at ``0 <= position < len(self)`` as it is stored, without the transforms."""
        raise NotImplementedError(f"{type(self).__name__} must define read")

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} must define __len__")

    def _check_loaded(self) -> None:
        """Raise where ``load`` of a subclass left out, or mixed up, what ``read`` and ``__len__`` look at."""

    def position(self, index: int) -> int:
        """Where an index, which may count from the end, points to: from 0 to ``len(self) - 1``."""
        n, name = len(self), type(self).__name__
        if not hasattr(index, "__index__"):
            errors.type_error(name, "index", "int", type(index).__name__)
        if not -n <= index < n:
            expected = f"an int from {-n} to {n - 1}" if n else "nothing: it has no samples"
            errors.index_error(name, "index", expected, str(index))
        return index.__index__() % n

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        image, target = self.read(self.position(index))
        if self.transforms is not None:
            return self.transforms(image, target)
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return image, target

    def arrays(self, size: tuple[int, int] | None = None) -> tuple[NDArray[Any], NDArray[Any]]:
        """All samples as new NumPy arrays ``(X, y)``, without the transforms.

        Args:
            size: ``(height, width)`` to which the images are resized; needed where they differ in size.

        Returns:
            X: uint8 of shape ``(N, H, W)`` for grey images, ``(N, H, W, 3)`` for coloured ones.
            y: int64 where targets are ints, the stacked arrays where they are masks, else an array of objects.

        Raises:
            ValueError: Images of different sizes, and no ``size``.
        """
        images, targets = [], []
        for position in range(len(self)):
            image, target = self.read(position)
            images.append(_resized(image, size, Image.Resampling.BILINEAR))
            targets.append(_resized(target, size, Image.Resampling.NEAREST))
        return self._stacked(images), _stacked_targets(targets)

    def _stacked(self, images: list[Any]) -> NDArray[Any]:
        arrays = [np.asarray(image) for image in images]
        shapes = list(dict.fromkeys(array.shape for array in arrays))
        if len(shapes) > 1:
            found = f"{shapes[0]} and {shapes[1]}" + (" and more" if len(shapes) > 2 else "")
            fix = "give size=(height, width)"
            errors.value_error(f"{type(self).__name__}.arrays", "size", "images of one shape", f"shapes {found}", fix)
        return np.stack(arrays) if arrays else np.empty((0, 0, 0), dtype=np.uint8)

    # What it says of itself ---------------------------------------------------------------------------------------

    def summary(self) -> str:
        """What is there, in the first line of the repr."""
        return f"{len(self)} samples"

    def facts(self) -> dict[str, str]:
        """What the repr says below its first line."""
        found = {} if self.root is None else {"root": str(self.root)}
        if self.about is not None:
            found |= {"source": self.about.homepage or "unverified", "licence": self.about.licence or "unverified"}
        for name in ("transforms", "transform", "target_transform"):
            function = getattr(self, name)
            if function is not None:
                found[name] = repr(function)
        return found

    def __repr__(self) -> str:
        lines = [f"{name}: {value}".replace("\n", "\n    ") for name, value in self.facts().items()]
        return "\n    ".join([f"{type(self).__name__}: {self.summary()}", *lines])

    def _repr_html_(self) -> str:
        """For notebooks: the same, with the first few pictures."""
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
            f"<td style='text-align:left'><pre style='margin:0'>{html.escape(value)}</pre></td></tr>"
            for name, value in self.facts().items()
        )
        pictures = "".join(self._picture(position) for position in range(min(_SHOWN, len(self))))
        head = f"<b>{type(self).__name__}</b>: {html.escape(self.summary())}"
        return f"<div>{head}<table>{rows}</table><div style='display:flex;gap:8px'>{pictures}</div></div>"

    def _picture(self, position: int) -> str:
        image, target = self.read(position)
        if not isinstance(image, Image.Image):
            return ""
        scale = _THUMB / max(image.size)
        width, height = (max(1, round(side * scale)) for side in image.size)
        how = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BILINEAR  # small pictures stay sharp
        thumb, data = image.convert("RGB").resize((width, height), how), io.BytesIO()
        thumb.save(data, format="PNG")
        code = base64.b64encode(data.getvalue()).decode()
        label = html.escape(self.label_text(target))
        return f"<figure style='margin:0;text-align:center'><img src='data:image/png;base64,{code}' alt='{label}'>" + (
            f"<figcaption>{label}</figcaption></figure>"
        )

    def label_text(self, target: Any) -> str:
        """A target in a word or two, for captions."""
        names: Sequence[Any] | None = getattr(self, "classes", None)
        if isinstance(target, int) and names is not None and 0 <= target < len(names):
            name = names[target]
            return str(name if isinstance(name, str) else name[0])
        return str(target)[:20] if isinstance(target, (int, str)) else ""

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The label of each class."""
        names: Iterable[str] = getattr(self, "classes", None) or ()
        return {name: label for label, name in enumerate(names)}


def _resized(value: Any, size: tuple[int, int] | None, how: Image.Resampling) -> Any:
    if size is None or not isinstance(value, Image.Image):
        return value
    return value.resize((size[1], size[0]), how)


def _stacked_targets(targets: list[Any]) -> NDArray[Any]:
    if all(isinstance(target, int) for target in targets):
        return np.array(targets, dtype=np.int64)
    arrays = [np.asarray(target) for target in targets if isinstance(target, (np.ndarray, Image.Image))]
    if len(arrays) == len(targets) and len({array.shape for array in arrays}) == 1:
        return np.stack(arrays)
    result = np.empty(len(targets), dtype=object)
    for position, target in enumerate(targets):
        result[position] = target
    return result


def check_choice(operation: str, argument: str, value: Any, choices: Iterable[str]) -> str:
    """One of several words, or an error that lists them."""
    allowed = list(choices)
    if not isinstance(value, str):
        errors.type_error(operation, argument, "str", type(value).__name__)
    if value not in allowed:
        errors.value_error(operation, argument, f"one of {', '.join(map(repr, allowed))}", repr(value))
    return value


def check_choices(operation: str, argument: str, value: str | Iterable[str], choices: Collection[str]) -> list[str]:
    """A list of several words, or one word instead of a list of one."""
    words = [value] if isinstance(value, str) else list(value)
    return [check_choice(operation, argument, word, choices) for word in words]


def one_or_several(targets: list[Any]) -> Any:
    """One target as it is, several as a tuple."""
    return targets[0] if len(targets) == 1 else tuple(targets)


def check_flag(operation: str, argument: str, value: Any) -> bool:
    if not isinstance(value, bool):
        errors.type_error(operation, argument, "bool", type(value).__name__)
    return value
