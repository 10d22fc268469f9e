"""The work beneath the transforms: functions of an image and parameters, without state or randomness.

An image is a PIL image, a NumPy array of shape (H, W) or (H, W, C), or a Tensor of shape (..., C, H, W): the result is
of the same kind, and the values are the same for all of them. What a function computes is Pillow's for bytes.
"""

from . import boxes, colour, conversion, filtering, geometry, normalizing, resizing, tones, video, warping
from ._interpolation import InterpolationMode as InterpolationMode
from .boxes import *
from .colour import *
from .conversion import *
from .filtering import *
from .geometry import *
from .normalizing import *
from .resizing import *
from .tones import *
from .video import *
from .warping import *

__all__: list[str] = ["InterpolationMode"]
__all__ += boxes.__all__
__all__ += colour.__all__
__all__ += conversion.__all__
__all__ += filtering.__all__
__all__ += geometry.__all__
__all__ += normalizing.__all__
__all__ += resizing.__all__
__all__ += tones.__all__
__all__ += video.__all__
__all__ += warping.__all__
