"""CelebA: faces of celebrities with forty attributes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from flambeau.tensor import errors
from numpy.typing import NDArray

from ._base import JointTransform, Transform, check_choice, check_choices, one_or_several
from ._declaration import Declaration, File
from ._kinds import DownloadedDataset, FileDataset, Paths

__all__ = ["CelebA"]

_TORCHVISION = "torchvision 0.28.0's celeba.py"
_TFDS = "tensorflow_datasets' url_checksums/celeb_a.txt"
_TYPES = ("attr", "identity", "bbox", "landmarks")
_SPLITS: dict[str, int | None] = {"train": 0, "valid": 1, "test": 2, "all": None}


def _file(name: str, key: str, md5: str, size: int | None = None, sha256: str | None = None) -> File:
    unpack, makes = (".", ("img_align_celeba",)) if name.endswith(".zip") else (None, ())
    url = f"https://drive.google.com/uc?export=download&id={key}"
    return File(name, (url,), size=size, sha256=sha256, md5=md5, unpack=unpack, makes=makes)


class CelebA(DownloadedDataset, FileDataset):
    """Faces of celebrities, aligned and cropped, with forty attributes each.

    Google Drive, which has the files, limits how often they are downloaded in a day, and then answers with a page:
    the error shows its title. Files fetched by other means are taken from ``root/celeba``.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root/celeba``.
        split: ``"train"``, ``"valid"``, ``"test"`` or ``"all"``.
        target_type: ``"attr"``, forty int64 of 0 or 1; ``"identity"``, an int; ``"bbox"``, four int64, of the
            photograph before it was cropped; ``"landmarks"``, x and y of five points, ten int64; or a list of
            these, for tuples.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``.
        target_transform: Applied to each target.
        download: Get what is missing.
        transforms: Applied to image and target together, instead of the two.
        progress: Report how far downloads are.

    Attributes:
        paths: The images.
        attr, identity, bbox, landmarks_align: The targets, int64 arrays.
        attr_names: The names of the attributes.
    """

    about: ClassVar[Declaration] = Declaration(
        title="faces of celebrities with forty attributes",
        homepage="http://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
        folder="celeba",
        parts={
            "all": (
                _file(
                    "img_align_celeba.zip",
                    "0B7EVK8r0v71pZjFTYXZWM3FlRnM",
                    "00d2c5bc6d35e252742224ab0c1e8fcb",
                    1443490838,
                    "46fb89443c578308acf364d7d379fe1b9efb793042c0af734b6112e4fd3a8c74",
                ),
                _file(
                    "list_attr_celeba.txt",
                    "0B7EVK8r0v71pblRyaVFSWGxPY0U",
                    "75e246fa4810816ffd6ee81facbd244c",
                    26721026,
                    "f0e5da289d5ccf75ffe8811132694922b60f2af59256ed362afa03fefba324d0",
                ),
                _file("identity_CelebA.txt", "1_ee_0u7vcNLOfNLegJRHmolfH5ICW-XS", "32bd1bd63d3c78cd57e08160ec5ed1e2"),
                _file("list_bbox_celeba.txt", "0B7EVK8r0v71pbThiMVRxWXZ4dU0", "00566efa6fedff7a56946cd1c10f1c16"),
                _file(
                    "list_landmarks_align_celeba.txt",
                    "0B7EVK8r0v71pd0FJY3Blby1HUTQ",
                    "cc24ecafdb5b50baae59b03474781f8c",
                    12156055,
                    "6c02a87569907f6db2ba99019085697596730e8129f67a3d61659f198c48d43b",
                ),
                _file(
                    "list_eval_partition.txt",
                    "0B7EVK8r0v71pY0NSMzRuSXJEVkk",
                    "d32c9cbf5e040fd4025c592c306e6668",
                    2836386,
                    "fc955bcb3ef8fbdf7d5640d9a8693a8431b5f2ee291a5c1449a1549e7e073fe7",
                ),
            )
        },
        image="RGB",
        counts={"train": 162770, "valid": 19867, "test": 19962},
        citation="Z. Liu, P. Luo, X. Wang and X. Tang (2015). Deep Learning Face Attributes in the Wild. ICCV.",
        read_in={
            "files": f"{_TORCHVISION}; the form of the addresses: {_TFDS}",
            "sums": f"SHA-256: {_TFDS}; MD5: {_TORCHVISION}",
            "sizes": _TFDS,
            "counts": "tensorflow_datasets' docs/catalog/celeb_a.md",
            "citation": "tensorflow_datasets' docs/catalog/celeb_a.md",
        },
    )

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        split: str = "train",
        target_type: str | Sequence[str] = "attr",
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
        *,
        transforms: JointTransform | None = None,
        progress: bool = True,
    ):
        self.split = check_choice("CelebA", "split", split, _SPLITS)
        self.target_type = check_choices("CelebA", "target_type", target_type, _TYPES)
        if not self.target_type and target_transform is not None:
            errors.value_error("CelebA", "target_type", "some targets for target_transform", "none")
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def load(self, folder: Path) -> None:
        _, names, partition = self._table(folder / "list_eval_partition.txt", header=False)
        part = _SPLITS[self.split]
        chosen = np.ones(len(names), dtype=bool) if part is None else partition[:, 0] == part
        self.paths = Paths(folder / "img_align_celeba", [name for name, yes in zip(names, chosen, strict=True) if yes])
        self.identity = self._table(folder / "identity_CelebA.txt", header=False)[2][chosen, 0]
        self.bbox = self._table(folder / "list_bbox_celeba.txt")[2][chosen]
        self.landmarks_align = self._table(folder / "list_landmarks_align_celeba.txt")[2][chosen]
        self.attr_names, _, attributes = self._table(folder / "list_attr_celeba.txt")
        self.attr = (attributes[chosen] + 1) // 2  # from -1 and 1

    def _table(self, path: Path, header: bool = True) -> tuple[list[str], list[str], NDArray[np.int64]]:
        """Names of columns, names of rows, and ints; above the header stands the number of rows."""
        lines = path.read_text().splitlines()
        columns = lines[1].split() if header else []
        rows = [line.split() for line in lines[2 if header else 0 :]]
        try:
            values = np.array([[int(word) for word in row[1:]] for row in rows], dtype=np.int64)
        except ValueError as error:
            self.corrupt(path, "a name and the same number of ints in each line", str(error))
        return columns, [row[0] for row in rows], values

    def read(self, position: int) -> tuple[Any, Any]:
        targets = [self._target(kind, position) for kind in self.target_type]
        return self.loader(self.paths[position]), one_or_several(targets) if targets else None

    def _target(self, kind: str, position: int) -> Any:
        if kind == "identity":
            return int(self.identity[position])
        table = {"attr": self.attr, "bbox": self.bbox, "landmarks": self.landmarks_align}[kind]
        return table[position].copy()
