"""Comparisons, logic and choice."""

import numpy as np

from ._helpers import binary, unary
from ._info import OpInfo
from ._make import ALL, sample


def where_samples(make):
    yield sample(make.bools((2, 3)), make((2, 3)), make((2, 3)))
    yield sample(make.bools(()), make((3,)), make((2, 1)))
    yield sample(make.bools((3, 4), "transposed"), make((3, 4), layout="strided"), make((3, 4), layout="reversed"))
    yield sample(make.bools((0, 2)), make((2,)), make(()))
    yield sample(make.bools((4,)), make((4,)), 1)
    yield sample(make.bools((4,)), 1, make((4,)))


ENTRIES = (
    binary("eq", np.equal),
    binary("ne", np.not_equal),
    binary("lt", np.less),
    binary("le", np.less_equal),
    binary("gt", np.greater),
    binary("ge", np.greater_equal),
    binary("logical_and", np.logical_and),
    binary("logical_or", np.logical_or),
    binary("logical_xor", np.logical_xor),
    unary("logical_not", np.logical_not, dtypes=ALL),
    OpInfo("where", where_samples, np.where),
)
