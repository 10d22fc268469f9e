"""Transforms of images: a class holds the parameters, :mod:`~flambeau.vision.transforms.functional` does the work.

They take PIL images, NumPy arrays of shape (H, W, C) and Tensors of shape (C, H, W), alone or with masks, boxes, key
points and labels (:mod:`flambeau.vision.tv_tensors`), and give the same result for all of them.
"""

from . import (
    _transform,
    auto_augment,
    boxes,
    colour,
    containers,
    conversion,
    crop,
    filtering,
    functional,
    geometry,
    mix,
    queries,
    resizing,
    video,
)
from ._transform import *
from .auto_augment import *
from .boxes import *
from .colour import *
from .containers import *
from .conversion import *
from .crop import *
from .filtering import *
from .functional import InterpolationMode as InterpolationMode
from .geometry import *
from .mix import *
from .queries import *
from .resizing import *
from .video import *

__all__: list[str] = ["InterpolationMode", "functional"]
__all__ += _transform.__all__
__all__ += auto_augment.__all__
__all__ += boxes.__all__
__all__ += colour.__all__
__all__ += containers.__all__
__all__ += conversion.__all__
__all__ += crop.__all__
__all__ += filtering.__all__
__all__ += geometry.__all__
__all__ += mix.__all__
__all__ += queries.__all__
__all__ += resizing.__all__
__all__ += video.__all__
