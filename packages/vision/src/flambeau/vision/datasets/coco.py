"""COCO: photographs of common objects in context, with boxes, outlines and captions."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from flambeau.tensor import errors

from ._base import JointTransform, Transform, check_choice
from ._declaration import Declaration, File
from ._kinds import DownloadedDataset, load_rgb

__all__ = ["CocoCaptions", "CocoDetection"]

_URL = "http://images.cocodataset.org/"
_TFDS = "tensorflow_datasets' url_checksums/coco.txt"


def _images(name: str, size: int, sha256: str) -> File:
    return File(f"{name}.zip", (f"{_URL}zips/{name}.zip",), size, sha256, unpack=".", makes=(name,))


def _annotations(year: str, size: int, sha256: str) -> File:
    name = f"annotations_trainval{year}.zip"
    makes = tuple(f"annotations/{kind}_{part}{year}.json" for kind in ("instances", "captions") for part in _SETS)
    return File(name, (f"{_URL}annotations/{name}",), size, sha256, unpack=".", makes=makes)


_SETS = ("train", "val")
_2014 = _annotations("2014", 252872794, "031296bbc80c45a1d1f76bf9a90ead27e94e99ec629208449507a4917a3bf009")
_2017 = _annotations("2017", 252907541, "113a836d90195ee1f884e704da6304dfaaecff1f023f49b6ca93c4aaae470268")
_PARTS = {
    "train2014": (
        _images("train2014", 13510573713, "ede4087e640bddba550e090eae701092534b554b42b05ac33f0300b984b31775"),
        _2014,
    ),
    "val2014": (
        _images("val2014", 6645013297, "fe9be816052049c34717e077d9e34aa60814a55679f804cd043e3cbee3b9fde0"),
        _2014,
    ),
    "train2017": (
        _images("train2017", 19336861798, "69a8bb58ea5f8f99d24875f21416de2e9ded3178e903f1f7603e283b9e06d929"),
        _2017,
    ),
    "val2017": (
        _images("val2017", 815585330, "4f7e2ccb2866ec5041993c9cf2a952bbed69647b115d0f74da7ce8f4bef82f05"),
        _2017,
    ),
}


class CocoDetection(DownloadedDataset):
    """Photographs of common objects in context, and for each the annotations of what is on it.

    Either ``root`` is the folder of the images and ``annFile`` the file of the annotations, or the files are those of
    a published ``year`` and ``image_set``, in ``root/coco``, where ``download`` puts them.

    Args:
        root: The folder of the images; without ``annFile``, the folder of all datasets, None for :func:`data_home`.
        annFile: The annotations, a JSON file.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``; and
        target_transform: applied to each target, a list of dicts as they are in the file; or else
        transforms: applied to both together.
        year: ``"2014"`` or ``"2017"``.
        image_set: ``"train"`` or ``"val"``.
        download: Get what is missing.
        progress: Report how far downloads are.

    Attributes:
        ids: The numbers of the images, in order.
        categories: The dicts that describe the categories, as they are in the file; none among captions.
    """

    about: ClassVar[Declaration] = Declaration(
        title="common objects in context, with boxes and outlines",
        homepage="http://cocodataset.org/#home",
        folder="coco",
        key="COCO",
        parts=_PARTS,
        image="RGB",
        citation=(
            "T.-Y. Lin, M. Maire, S. Belongie, L. Bourdev, R. Girshick, J. Hays, P. Perona, D. Ramanan, P. Dollár and "
            "C. L. Zitnick (2014). Microsoft COCO: Common Objects in Context. arXiv:1405.0312."
        ),
        read_in={
            "files": "tensorflow_datasets' object_detection/coco.py; the format: there too",
            "sums": f"SHA-256: {_TFDS}",
            "sizes": _TFDS,
            "citation": "tensorflow_datasets' object_detection/coco.py",
        },
    )
    _kind: ClassVar[str] = "instances"

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        annFile: str | os.PathLike[str] | None = None,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        transforms: JointTransform | None = None,
        *,
        year: str = "2017",
        image_set: str = "val",
        download: bool = False,
        progress: bool = True,
    ):
        name = type(self).__name__
        check_choice(name, "year", year, ("2014", "2017"))
        self._part = check_choice(name, "image_set", image_set, _SETS) + year
        self._given = None if annFile is None else Path(annFile)
        if self._given is not None and root is None:
            errors.type_error(name, "root", "the folder of the images, beside annFile", "None")
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def needed(self) -> list[str]:
        return [] if self._given is not None else [self._part]

    def load(self, folder: Path) -> None:
        if self._given is not None:
            self._images, path = self.root, self._given
        else:
            self._images, path = folder / self._part, folder / "annotations" / f"{self._kind}_{self._part}.json"
        try:
            found = json.loads(path.read_bytes())
            self._names: dict[int, str] = {image["id"]: image["file_name"] for image in found["images"]}
            self._annotations: dict[int, list[Any]] = {number: [] for number in self._names}
            for annotation in found["annotations"]:
                self._annotations.setdefault(annotation["image_id"], []).append(annotation)
        except (ValueError, KeyError, TypeError) as error:
            self.corrupt(path, "COCO's images and annotations", f"{type(error).__name__}: {error}")
        self.categories: list[dict[str, Any]] = found.get("categories", [])
        self.ids = sorted(self._names)

    def __len__(self) -> int:
        return len(self.ids)

    def read(self, position: int) -> tuple[Any, Any]:
        number = self.ids[position]
        return load_rgb(self._images / self._names[number]), list(self._annotations[number])

    def summary(self) -> str:
        return f"{len(self)} images, {len(self.categories)} categories"


class CocoCaptions(CocoDetection):
    """Photographs of common objects in context, and for each what five or so people wrote of it.

    Targets are lists of captions. Arguments and attributes are otherwise those of :class:`CocoDetection`.
    """

    about = replace(CocoDetection.about, title="common objects in context, with captions")
    _kind = "captions"

    def read(self, position: int) -> tuple[Any, Any]:
        image, annotations = super().read(position)
        return image, [annotation["caption"] for annotation in annotations]

    def summary(self) -> str:
        return f"{len(self)} images"
