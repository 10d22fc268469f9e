"""Pascal VOC: photographs with outlines and boxes of things of twenty kinds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar

from ._base import JointTransform, Transform, check_choice
from ._declaration import Declaration, File
from ._kinds import DownloadedDataset, FileDataset, Paths, open_image

__all__ = ["VOCDetection", "VOCSegmentation"]

_URL = "https://thor.robots.ox.ac.uk/pascal/VOC/"
_TORCHVISION = "torchvision 0.28.0's voc.py"
_HOMES = {year: f"VOCdevkit/VOC{year}" for year in ("2007", "2008", "2009", "2010", "2012")} | {
    "2011": "TrainVal/VOCdevkit/VOC2011"
}


def _part(year: str, place: str, md5: str, mark: str = "trainval") -> tuple[File, ...]:
    name = place.rpartition("/")[2]
    makes = tuple(f"{_HOMES[year]}/ImageSets/{kind}/{mark}.txt" for kind in ("Main", "Segmentation"))
    return (File(name, (_URL + place,), md5=md5, unpack=".", makes=makes),)


class _VOC(DownloadedDataset, FileDataset):
    """What the two tasks share."""

    about: ClassVar[Declaration] = Declaration(
        title="photographs with outlines and boxes of things of twenty kinds",
        homepage="https://www.robots.ox.ac.uk/~vgg/projects/pascal/VOC/",
        key="VOC",
        parts={
            "2012": _part("2012", "voc2012/VOCtrainval_11-May-2012.tar", "6cd6e144f989b92b3379bac3b3de84fd"),
            "2011": _part("2011", "voc2011/VOCtrainval_25-May-2011.tar", "6c3384ef61512963050cb5d687e5bf1e"),
            "2010": _part("2010", "voc2010/VOCtrainval_03-May-2010.tar", "da459979d0c395079b5c75ee67908abb"),
            "2009": _part("2009", "voc2009/VOCtrainval_11-May-2009.tar", "a3e00b113cfcfebf17e343f59da3caa1"),
            "2008": _part("2008", "voc2008/VOCtrainval_14-Jul-2008.tar", "2629fa636546599198acfcfbfcf1904a"),
            "2007": _part("2007", "voc2007/VOCtrainval_06-Nov-2007.tar", "c52e279531787c972589f7e41ab4ae64"),
            "2007-test": _part("2007", "voc2007/VOCtest_06-Nov-2007.tar", "b6e924de25625d8de591ea690078ad9f", "test"),
        },
        image="RGB",
        read_in={"files": _TORCHVISION, "sums": f"MD5: {_TORCHVISION}"},
    )
    _sets: ClassVar[str]
    _folder: ClassVar[str]
    _suffix: ClassVar[str]

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        year: str = "2012",
        image_set: str = "train",
        download: bool = False,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        transforms: JointTransform | None = None,
        *,
        progress: bool = True,
    ):
        name = type(self).__name__
        self.year = check_choice(name, "year", year, sorted(_HOMES))
        sets = ("train", "trainval", "val", *(("test",) if year == "2007" else ()))
        self.image_set = check_choice(name, "image_set", image_set, sets)
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def needed(self) -> list[str]:
        return [f"{self.year}-test" if self.image_set == "test" else self.year]

    def load(self, folder: Path) -> None:
        home = folder / _HOMES[self.year]
        names = (home / "ImageSets" / self._sets / f"{self.image_set}.txt").read_text().split()
        self.paths = Paths(home / "JPEGImages", [f"{name}.jpg" for name in names])
        self.targets = Paths(home / self._folder, [name + self._suffix for name in names])


class VOCSegmentation(_VOC):
    """Photographs, and for each a mask of what is where.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root/VOCdevkit``.
        year: ``"2007"`` to ``"2012"``.
        image_set: ``"train"``, ``"val"`` or ``"trainval"``; of 2007 also ``"test"``.
        download: Get what is missing.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``; and
        target_transform: applied to each mask, a PIL image of mode ``"P"`` whose values are the classes, and 255 the
            borders; or else
        transforms: applied to both together.
        progress: Report how far the download is.

    Attributes:
        paths, masks: The files of the images and of the masks.
    """

    _sets = "Segmentation"
    _folder = "SegmentationClass"
    _suffix = ".png"

    @property
    def masks(self) -> Any:
        return self.targets

    def read(self, position: int) -> tuple[Any, Any]:
        image, path = super().read(position)
        return image, open_image(path)


class VOCDetection(_VOC):
    """Photographs, and for each the boxes of what is on it.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root/VOCdevkit``.
        year: ``"2007"`` to ``"2012"``.
        image_set: ``"train"``, ``"val"`` or ``"trainval"``; of 2007 also ``"test"``.
        download: Get what is missing.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``; and
        target_transform: applied to each annotation, the tree of its XML file as dicts, with text for values and a
            list under ``"object"``; or else
        transforms: applied to both together.
        progress: Report how far the download is.

    Attributes:
        paths, annotations: The files of the images and of the annotations.
    """

    _sets = "Main"
    _folder = "Annotations"
    _suffix = ".xml"

    @property
    def annotations(self) -> Any:
        return self.targets

    def read(self, position: int) -> tuple[Any, Any]:
        from xml.etree import ElementTree

        image, path = super().read(position)
        try:
            root = ElementTree.parse(path).getroot()
        except ElementTree.ParseError as error:
            self.corrupt(Path(path), "XML", str(error))
        return image, {root.tag: _as_dict(root)}


def _as_dict(element: Any) -> Any:
    """The text of an element without children, else its children by name: a list where there are several.

    The objects of an annotation are always a list, also if there is one.
    """
    if not len(element):
        return (element.text or "").strip()
    children: dict[str, list[Any]] = {}
    for child in element:
        children.setdefault(child.tag, []).append(_as_dict(child))
    if element.tag == "annotation":
        children.setdefault("object", [])
    several = {"object"} if element.tag == "annotation" else set()
    return {name: values if len(values) > 1 or name in several else values[0] for name, values in children.items()}
