"""Stateless functions of layers and losses, thin over the operators of ``flambeau.tensor``.

>>> import flambeau.nn.functional as F
>>> F.relu(ft.tensor([-1.0, 2.0])).tolist()
[0.0, 2.0]
"""

# Each family says in its own __all__ what is public.
from . import (
    activation,
    adaptive_pooling,
    attention,
    average_pooling,
    convolution,
    ctc,
    dense,
    distance,
    element_loss,
    fractional_pooling,
    gated,
    inplace,
    interpolation,
    loss,
    margin_loss,
    noise,
    normalization,
    padding,
    piecewise,
    pooling,
    row_normalization,
    sampling,
    sparse,
    transposed_convolution,
    unpooling,
    vision,
)
from .activation import *
from .adaptive_pooling import *
from .attention import *
from .average_pooling import *
from .convolution import *
from .ctc import *
from .dense import *
from .distance import *
from .element_loss import *
from .fractional_pooling import *
from .gated import *
from .inplace import *
from .interpolation import *
from .loss import *
from .margin_loss import *
from .noise import *
from .normalization import *
from .padding import *
from .piecewise import *
from .pooling import *
from .row_normalization import *
from .sampling import *
from .sparse import *
from .transposed_convolution import *
from .unpooling import *
from .vision import *

__all__: list[str] = []
__all__ += activation.__all__
__all__ += adaptive_pooling.__all__
__all__ += attention.__all__
__all__ += average_pooling.__all__
__all__ += convolution.__all__
__all__ += ctc.__all__
__all__ += dense.__all__
__all__ += distance.__all__
__all__ += element_loss.__all__
__all__ += fractional_pooling.__all__
__all__ += gated.__all__
__all__ += inplace.__all__
__all__ += interpolation.__all__
__all__ += loss.__all__
__all__ += margin_loss.__all__
__all__ += noise.__all__
__all__ += normalization.__all__
__all__ += padding.__all__
__all__ += piecewise.__all__
__all__ += pooling.__all__
__all__ += row_normalization.__all__
__all__ += sampling.__all__
__all__ += sparse.__all__
__all__ += transposed_convolution.__all__
__all__ += unpooling.__all__
__all__ += vision.__all__
