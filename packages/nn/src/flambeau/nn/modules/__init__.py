"""The layers and losses of ``flambeau.nn``, one family a file."""

from . import (
    activation,
    adaptive_pooling,
    adaptive_softmax,
    attention,
    average_pooling,
    container,
    convolution,
    ctc,
    dense,
    distance,
    element_loss,
    fractional_pooling,
    gated,
    lazy,
    lazy_normalization,
    loss,
    margin_loss,
    noise,
    normalization,
    padding,
    parameter_container,
    piecewise,
    pooling,
    recurrent,
    recurrent_cells,
    row_normalization,
    shape,
    sparse,
    transformer,
    transformer_layers,
    transposed_convolution,
    unpooling,
    vision,
)
from .activation import *
from .adaptive_pooling import *
from .adaptive_softmax import *
from .attention import *
from .average_pooling import *
from .container import *
from .convolution import *
from .ctc import *
from .dense import *
from .distance import *
from .element_loss import *
from .fractional_pooling import *
from .gated import *
from .lazy import *
from .lazy_normalization import *
from .loss import *
from .margin_loss import *
from .noise import *
from .normalization import *
from .padding import *
from .parameter_container import *
from .piecewise import *
from .pooling import *
from .recurrent import *
from .recurrent_cells import *
from .row_normalization import *
from .shape import *
from .sparse import *
from .transformer import *
from .transformer_layers import *
from .transposed_convolution import *
from .unpooling import *
from .vision import *

# What each family says is public. (Not __all__: type checkers only follow star imports through one they can read.)
NAMES = [
    *activation.__all__,
    *adaptive_pooling.__all__,
    *adaptive_softmax.__all__,
    *attention.__all__,
    *average_pooling.__all__,
    *container.__all__,
    *convolution.__all__,
    *ctc.__all__,
    *dense.__all__,
    *distance.__all__,
    *element_loss.__all__,
    *fractional_pooling.__all__,
    *gated.__all__,
    *lazy.__all__,
    *lazy_normalization.__all__,
    *loss.__all__,
    *margin_loss.__all__,
    *noise.__all__,
    *normalization.__all__,
    *padding.__all__,
    *parameter_container.__all__,
    *piecewise.__all__,
    *pooling.__all__,
    *recurrent.__all__,
    *recurrent_cells.__all__,
    *row_normalization.__all__,
    *shape.__all__,
    *sparse.__all__,
    *transformer.__all__,
    *transformer_layers.__all__,
    *transposed_convolution.__all__,
    *unpooling.__all__,
    *vision.__all__,
]
