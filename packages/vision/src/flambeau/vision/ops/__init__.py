"""Parts of vision models, and operators of object detection."""

from . import blocks, box_loss, boxes, focal_loss, regions, stochastic, suppression
from .blocks import *
from .box_loss import *
from .boxes import *
from .focal_loss import *
from .regions import *
from .stochastic import *
from .suppression import *

__all__: list[str] = []
__all__ += blocks.__all__
__all__ += box_loss.__all__
__all__ += boxes.__all__
__all__ += focal_loss.__all__
__all__ += regions.__all__
__all__ += stochastic.__all__
__all__ += suppression.__all__
