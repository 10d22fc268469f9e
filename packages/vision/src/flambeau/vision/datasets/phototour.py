"""PhotoTour: patches of photographs of the same places, and which of them show the same point."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ._base import Transform, check_choice, check_flag
from ._declaration import Declaration, File
from ._kinds import ArrayDataset, DownloadedDataset, open_image

__all__ = ["PhotoTour"]

_TORCHVISION = "torchvision 0.28.0's phototour.py"
_BROWN, _BALNTAS = "http://matthewalunbrown.com/patchdata/", "http://icvl.ee.ic.ac.uk/vbalnt/"
_MATCHES = "m50_100000_100000_0.txt"
_SIDE = 64


def _file(url: str, name: str, md5: str) -> File:
    makes = (f"{name}/info.txt", f"{name}/{_MATCHES}")
    return File(f"{name}.zip", (f"{url}{name}.zip",), md5=md5, unpack=name, makes=makes)


class PhotoTour(DownloadedDataset, ArrayDataset):
    """Patches of 64x64 grey pixels from photographs of three places, and which pairs show the same point.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in a folder of the place's name.
        name: ``"notredame"``, ``"yosemite"`` or ``"liberty"``, with ``"_harris"`` for those found by that detector.
        train: Samples are ``(patch, point)``, where patches with the same number show the same point. False: samples
            are ``(patch, patch, match)``, the pairs for testing, where ``match`` is 1 if they show the same point.
        transform: Applied to each patch, a ``PIL.Image.Image`` of mode ``"L"``.
        download: Get what is missing.
        progress: Report how far the download is.

    Attributes:
        data, targets: All patches, uint8 of shape ``(N, 64, 64)``, and their points, int64.
        matches: The pairs, int64 of shape ``(M, 3)``: two patches, and whether they match.
    """

    about: ClassVar[Declaration] = Declaration(
        title="patches of photographs, and which show the same point",
        homepage="http://matthewalunbrown.com/patchdata/patchdata.html",
        parts={
            "notredame": (_file(_BALNTAS, "notredame", "509eda8535847b8c0a90bbb210c83484"),),
            "yosemite": (_file(_BALNTAS, "yosemite", "533b2e8eb7ede31be40abc317b2fd4f0"),),
            "liberty": (_file(_BALNTAS, "liberty", "fdd9152f138ea5ef2091746689176414"),),
            "notredame_harris": (_file(_BROWN, "notredame_harris", "69f8c90f78e171349abdf0307afefe4d"),),
            "yosemite_harris": (_file(_BROWN, "yosemite_harris", "a73253d1c6fbd3ba2613c45065c00d46"),),
            "liberty_harris": (_file(_BROWN, "liberty_harris", "c731fcfb3abb4091110d0ae8c7ba182c"),),
        },
        counts={
            "notredame": 468159,
            "yosemite": 633587,
            "liberty": 450092,
            "liberty_harris": 379587,
            "yosemite_harris": 450912,
            "notredame_harris": 325295,
        },
        image="64x64, grey",
        read_in={"files": _TORCHVISION, "sums": f"MD5: {_TORCHVISION}", "counts": _TORCHVISION},
    )

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        name: str = "liberty",
        train: bool = True,
        transform: Transform | None = None,
        download: bool = False,
        *,
        progress: bool = True,
    ):
        self.name = check_choice("PhotoTour", "name", name, self.about.parts)
        self.train = check_flag("PhotoTour", "train", train)
        super().__init__(root, None, transform, None, download, progress)

    def needed(self) -> list[str]:
        return [self.name]

    def load(self, folder: Path) -> None:
        folder = folder / self.name
        points = [int(line.split()[0]) for line in (folder / "info.txt").read_text().splitlines()]
        sheets = [_patches(path) for path in sorted(folder.glob("*.bmp"))]
        patches = np.concatenate(sheets) if sheets else np.empty((0, _SIDE, _SIDE), dtype=np.uint8)
        if len(patches) < len(points):
            self.corrupt(folder / "info.txt", f"at most {len(patches)} lines, one for each patch", f"{len(points)}")
        self.data = patches[: len(points)]  # the last sheet is filled up with empty ones
        self.targets = np.array(points, dtype=np.int64)
        rows = [line.split() for line in (folder / _MATCHES).read_text().splitlines()]
        # patch, point and two zeros or such, twice
        pairs = [(int(row[0]), int(row[3]), int(row[1] == row[4])) for row in rows]
        self.matches = np.array(pairs, dtype=np.int64).reshape(-1, 3)

    def __len__(self) -> int:
        return len(self.data) if self.train else len(self.matches)

    def __getitem__(self, index: int) -> Any:
        if self.train:
            return super().__getitem__(index)
        first, second, match = self.matches[self.position(index)]
        patches = [Image.fromarray(self.data[place]) for place in (first, second)]
        if self.transform is not None:
            patches = [self.transform(patch) for patch in patches]
        return *patches, int(match)

    def summary(self) -> str:
        return super().summary() if self.train else f"{len(self)} pairs of images of {_SIDE}x{_SIDE}"


def _patches(path: Path) -> NDArray[np.uint8]:
    """The patches of a sheet, row by row."""
    sheet = np.asarray(open_image(path).convert("L"))
    rows, columns = (side // _SIDE for side in sheet.shape)
    cut = sheet[: rows * _SIDE, : columns * _SIDE].reshape(rows, _SIDE, columns, _SIDE)
    return cut.transpose(0, 2, 1, 3).reshape(-1, _SIDE, _SIDE)
