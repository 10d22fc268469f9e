"""The Oxford flowers of 102 kinds."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ._base import JointTransform, Transform, check_choice
from ._declaration import Declaration, File
from ._kinds import DownloadedDataset, FileDataset, Paths, load_rgb
from ._mat import load_mat

__all__ = ["Flowers102"]

_URL = "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/"
_TORCHVISION = "torchvision 0.28.0's flowers102.py"
_TFDS = "tensorflow_datasets' url_checksums/oxford_flowers102.txt"
_SETS = {"train": "trnid", "val": "valid", "test": "tstid"}

_CLASSES = """
pink primrose
hard-leaved pocket orchid
canterbury bells
sweet pea
english marigold
tiger lily
moon orchid
bird of paradise
monkshood
globe thistle
snapdragon
colt's foot
king protea
spear thistle
yellow iris
globe-flower
purple coneflower
peruvian lily
balloon flower
giant white arum lily
fire lily
pincushion flower
fritillary
red ginger
grape hyacinth
corn poppy
prince of wales feathers
stemless gentian
artichoke
sweet william
carnation
garden phlox
love in the mist
mexican aster
alpine sea holly
ruby-lipped cattleya
cape flower
great masterwort
siam tulip
lenten rose
barbeton daisy
daffodil
sword lily
poinsettia
bolero deep blue
wallflower
marigold
buttercup
oxeye daisy
common dandelion
petunia
wild pansy
primula
sunflower
pelargonium
bishop of llandaff
gaura
geranium
orange dahlia
pink-yellow dahlia?
cautleya spicata
japanese anemone
black-eyed susan
silverbush
californian poppy
osteospermum
spring crocus
bearded iris
windflower
tree poppy
gazania
azalea
water lily
rose
thorn apple
morning glory
passion flower
lotus
toad lily
anthurium
frangipani
clematis
hibiscus
columbine
desert-rose
tree mallow
magnolia
cyclamen
watercress
canna lily
hippeastrum
bee balm
ball moss
foxglove
bougainvillea
camellia
mallow
mexican petunia
bromelia
blanket flower
trumpet creeper
blackberry lily
"""


class Flowers102(DownloadedDataset, FileDataset):
    """Photographs of flowers of 102 kinds.

    Reading the labels needs SciPy: ``pip install flambeau-vision[mat]``.

    Args:
        root: The folder of all datasets; None for :func:`data_home`. Files are in ``root/flowers-102``.
        split: ``"train"``, ``"val"`` or ``"test"``.
        transform: Applied to each image, a ``PIL.Image.Image`` of mode ``"RGB"``.
        target_transform: Applied to each label, an int.
        download: Get what is missing.
        loader: Reads an image, given its path.
        transforms: Applied to image and label together, instead of the two.
        progress: Report how far the download is.

    Attributes:
        classes: The names of the flowers.
        paths, targets: The images and their labels.

    Raises:
        ImportError: SciPy is not installed.
    """

    about: ClassVar[Declaration] = Declaration(
        title="photographs of flowers",
        homepage="https://www.robots.ox.ac.uk/~vgg/data/flowers/102/",
        folder="flowers-102",
        parts={
            "all": (
                File(
                    "102flowers.tgz",
                    (_URL + "102flowers.tgz",),
                    size=344862509,
                    sha256="2d01ecc807db462958cfe3d92f57a8c252b4abd240eb955770201e45f783b246",
                    md5="52808999861908f626f3c1f4e79d11fa",
                    unpack=".",
                    makes=("jpg",),
                ),
                File(
                    "imagelabels.mat",
                    (_URL + "imagelabels.mat",),
                    size=502,
                    sha256="4903e94206bac23bf772aadf06451916df56b58fc483a62db32a97b82656651d",
                    md5="e0620be6f572b9609742df49c70aed4d",
                ),
                File(
                    "setid.mat",
                    (_URL + "setid.mat",),
                    size=14989,
                    sha256="46b8678f91fd95d3c8f4feab80d271a6c834a1dd896fe29fd3e6ad9ce5c8dccd",
                    md5="a5357ecc9cb78c4bef273ce3793fc85c",
                ),
            )
        },
        classes=tuple(_CLASSES.strip().splitlines()),
        image="RGB",
        counts={"train": 1020, "val": 1020, "test": 6149},
        citation=(
            "M.-E. Nilsback and A. Zisserman (2008). Automated Flower Classification over a Large Number of "
            "Classes. Indian Conference on Computer Vision, Graphics and Image Processing."
        ),
        extra="mat",
        read_in={
            "files": _TORCHVISION,
            "sums": f"SHA-256: {_TFDS}; MD5: {_TORCHVISION}",
            "sizes": _TFDS,
            "classes": _TORCHVISION,
            "counts": "tensorflow_datasets' docs/catalog/oxford_flowers102.md",
            "citation": "tensorflow_datasets' docs/catalog/oxford_flowers102.md",
        },
    )
    classes: ClassVar[tuple[str, ...]] = about.classes or ()

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        split: str = "train",
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        download: bool = False,
        loader: Callable[[str], Any] = load_rgb,
        *,
        transforms: JointTransform | None = None,
        progress: bool = True,
    ):
        self.split = check_choice("Flowers102", "split", split, _SETS)
        self.loader = loader
        super().__init__(root, transforms, transform, target_transform, download, progress)

    def load(self, folder: Path) -> None:
        # images are numbered from 1 on, and so are labels
        numbers = np.atleast_1d(load_mat("Flowers102", folder / "setid.mat")[_SETS[self.split]])
        labels = np.atleast_1d(load_mat("Flowers102", folder / "imagelabels.mat")["labels"])
        self.targets = [int(labels[number - 1]) - 1 for number in numbers]
        self.paths = Paths(folder / "jpg", [f"image_{number:05d}.jpg" for number in numbers])
