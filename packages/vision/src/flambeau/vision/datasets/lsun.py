"""LSUN: scenes, ten kinds of them, millions of images in databases."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakValueDictionary

import numpy as np
from flambeau.tensor import errors
from PIL import Image

from ._base import JointTransform, Transform, check_choice
from ._declaration import Declaration, File
from ._kinds import DownloadedDataset

__all__ = ["LSUN"]

_URL = "http://dl.yf.io/lsun/scenes/"
_TFDS = "tensorflow_datasets' url_checksums/lsun.txt"
_TORCHVISION = "torchvision 0.28.0's lsun.py"

# size and SHA-256 of the archives for training and for validation
_ARCHIVES = {
    "bedroom": (
        (45922737680, "a15644c2e7153106867f0adb3491fc41224102d1f01b24494fb47d9f5d1f174e"),
        (4670661, "5d022e781b241c25ec2e1f1f769afcdb8091d7fd58362667aec03137b8114b12"),
    ),
    "bridge": (
        (16478644518, "2701b2d421bbc4d8a5e9b0652ff7c3b57cd6495da8e0e85c39533275b5a925a3"),
        (6176834, "83216a2974d6068c2e1d18086006e7380ff58540216f955ce87fe049b460cb0d"),
    ),
    "church_outdoor": (
        (2448463466, "91128ae026840ac0c5982b4445ab5fc4e092d6847cca76793b2b1a0815c2e74a"),
        (5957308, "34635b7547a3e51a15f942a4a4082dd6bc9cca381a953515cb2275c0eed50584"),
    ),
    "classroom": (
        (3279497022, "73a8a3e318819e1cc602f229673c3f51a68f3ece61e3764ce22df6abea4d0873"),
        (5880261, "5e0e9a375d94091dfe1fa3be87d4a92f41c03f1c0b8e376acc7e05651de512d7"),
    ),
    "conference_room": (
        (4048461633, "fa0a4cf72e7acfb103392eaf33640d5508a728e971f31877b01d64e1bde6068c"),
        (5316084, "927c94df52e10b9b374748c2b83b28b5860e946b3186dfd587985e274834650f"),
    ),
    "dining_room": (
        (11592966936, "e4ee24c7c309360c3bf019123ce5bbf17434b2ba33abec2b0b07cfae715a52cb"),
        (5301030, "bd604d4b91bb5a9611d4e0b85475efd20758390d1a4eb57b53973fcbb5aa8ab6"),
    ),
    "kitchen": (
        (35791384987, "b1993cf639aece5d207a27eb9ff872bcca9dff6472d8227a052c79d40ee753c4"),
        (4867891, "329165f35ec61c4cf49f809246de300b8baad3ffcbda1ac30c27bdd32c84369a"),
    ),
    "living_room": (
        (22792405188, "bd2c52b812c80f73ce3062a221396d13a52b5cce2f813b4cdf61937651281d7a"),
        (5167755, "30a23d9a3db5414e9c97865f60ffb2ee973bfa658a23dbca7188ea514c97c9fc"),
    ),
    "restaurant": (
        (13489345463, "11a0a924b960cd0900e9b7477d684fb338bd99cc5f72db1caac592e4f497e09a"),
        (6232385, "efaa7bcb898ad6cb73b07b89fec3a9c670f4622912eea22fab3986c2cf9a1c20"),
    ),
    "tower": (
        (12010237081, "440caec74c9641cb51fd235a5970c8e4931c3af875aeb044a8bcca956e106309"),
        (5223709, "7f5257847bc01f4e40d4a1b3e24dd8fcd37063f12ca8cf31e726c2ee0b1ae104"),
    ),
}


def _part(name: str, size: int, sha256: str) -> tuple[File, ...]:
    archive = f"{name}_lmdb.zip"
    return (File(archive, (_URL + archive,), size, sha256, unpack=".", makes=(f"{name}_lmdb/data.mdb",)),)


def _parts() -> dict[str, tuple[File, ...]]:
    sets = zip(("train", "val"), zip(*_ARCHIVES.values(), strict=True), strict=True)
    return {
        f"{category}_{name}": _part(f"{category}_{name}", *facts)
        for name, column in sets
        for category, facts in zip(_ARCHIVES, column, strict=True)
    }


class LSUN(DownloadedDataset):
    """Photographs of scenes of ten kinds, in one database for each.

    Reading them needs lmdb: ``pip install flambeau-vision[lsun]``.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Databases are in ``root/<category>_<set>_lmdb``.
        classes: ``"train"`` or ``"val"`` for all ten categories, or a list like ``["bedroom_train", "tower_val"]``.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``.
        target_transform: Applied to each label, an int: the place in ``classes``.
        download: Get what is missing.
        transforms: Applied to image and label together, instead of the two.
        progress: Report how far downloads are.

    Attributes:
        classes: The databases, in order.

    Raises:
        ImportError: lmdb is not installed.
    """

    about: ClassVar[Declaration] = Declaration(
        title="scenes of ten kinds",
        homepage="https://www.yf.io/p/lsun",
        parts=_parts(),
        classes=tuple(_ARCHIVES),
        image="RGB, 256 on the shorter side",
        citation=(
            "F. Yu, Y. Zhang, S. Song, A. Seff and J. Xiao (2015). LSUN: Construction of a Large-scale Image Dataset "
            "using Deep Learning with Humans in the Loop. arXiv:1506.03365."
        ),
        extra="lsun",
        read_in={
            "files": f"addresses: {_TFDS}; the format: the README of github.com/fyu/lsun, and {_TORCHVISION}",
            "sums": f"SHA-256: {_TFDS}",
            "sizes": _TFDS,
            "classes": _TORCHVISION,
            "citation": "the README of github.com/Jeonghan57/LSUN_for_Windows",
        },
    )

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        classes: str | Iterable[str] = "train",
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
        *,
        transforms: JointTransform | None = None,
        progress: bool = True,
    ):
        if isinstance(classes, str):
            check_choice("LSUN", "classes", classes, ("train", "val"))
            self.classes = tuple(f"{category}_{classes}" for category in _ARCHIVES)
        else:
            self.classes = tuple(check_choice("LSUN", "classes", name, self.about.parts) for name in classes)
        self._open: dict[tuple[int, str], Any] = {}
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def needed(self) -> tuple[str, ...]:
        return self.classes

    def load(self, folder: Path) -> None:
        self._folder = folder
        self._keys: list[list[bytes]] = []
        for label in range(len(self.classes)):
            with self._database(label).begin() as view:
                self._keys.append(list(view.cursor().iternext(keys=True, values=False)))
        self._ends = np.cumsum([len(keys) for keys in self._keys], dtype=np.int64)

    def _database(self, label: int) -> Any:
        """A database, opened when first read from: an open one cannot travel to another process."""
        key = (os.getpid(), str(self._folder / f"{self.classes[label]}_lmdb"))
        if key not in self._open:
            self._open[key] = _opened(*key)
        return self._open[key]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_open": {}}

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def read(self, position: int) -> tuple[Any, Any]:
        label = int(np.searchsorted(self._ends, position, side="right"))
        key = self._keys[label][position - (int(self._ends[label - 1]) if label else 0)]
        with self._database(label).begin() as view:
            data = view.get(key)
        return Image.open(io.BytesIO(data)).convert("RGB"), label

    def summary(self) -> str:
        return f"{len(self)} images, {len(self.classes)} databases"


# lmdb opens a database once in a process: datasets share what is open, for as long as one of them needs it
_everything_open: WeakValueDictionary[tuple[int, str], Any] = WeakValueDictionary()


def _opened(process: int, path: str) -> Any:
    try:
        import lmdb  # type: ignore[import-not-found]  # an extra, not there where types are checked
    except ImportError:
        text = errors.message("LSUN", None, "lmdb, which reads it", "none", "pip install flambeau-vision[lsun]")
        raise ImportError(text) from None
    database = _everything_open.get((process, path))
    if database is None:
        database = lmdb.open(path, readonly=True, lock=False, readahead=False, meminit=False)
        _everything_open[process, path] = database
    return database
