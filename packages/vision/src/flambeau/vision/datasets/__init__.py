"""Image datasets: each declares where its files are had, how they are recognised, whose they are and what is in them.

Samples are ``(image, target)``: a Pillow image and plain Python values, or what the transforms make of them.
``.arrays()`` gives the whole set as NumPy. Every module beside this one is a family of datasets and publishes what its
``__all__`` lists: a new dataset is a new file.
"""

from importlib import import_module
from pkgutil import iter_modules

from .._files.download import DownloadError
from .._files.settings import data_home
from ._base import VisionDataset
from ._declaration import Declaration, File
from ._kinds import ArrayDataset, DownloadedDataset, FileDataset, Paths, load_rgb

__all__ = [
    "ArrayDataset",
    "Declaration",
    "DownloadError",
    "DownloadedDataset",
    "File",
    "FileDataset",
    "Paths",
    "VisionDataset",
    "available",
    "data_home",
    "load_rgb",
]

for _found in iter_modules(__path__):
    if not _found.name.startswith("_"):
        _family = import_module(f"{__name__}.{_found.name}")
        globals().update({_name: getattr(_family, _name) for _name in _family.__all__})
        __all__ += _family.__all__


def available() -> dict[str, type[VisionDataset]]:
    """All datasets that say what they are, by name: those of this package, and your own once they are imported.

    Example:
        >>> from flambeau.vision.datasets import available
        >>> available()["Digits"].about.licence
        'CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)'
    """
    found, waiting = {}, [VisionDataset]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if getattr(kind, "about", None) is not None and not kind.__name__.startswith("_"):
            found[kind.__name__] = kind
    return {name: found[name] for name in sorted(found, key=str.lower)}
