"""Transforms of images: a class holds the parameters, :mod:`~flambeau.vision.transforms.functional` does the work."""

from . import functional as functional
from .transforms import Compose as Compose
from .transforms import Normalize as Normalize
from .transforms import ToTensor as ToTensor

__all__ = ["Compose", "Normalize", "ToTensor", "functional"]
