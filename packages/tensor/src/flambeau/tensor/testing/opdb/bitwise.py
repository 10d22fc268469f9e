"""Operations on the bits of integers and on bools."""

import numpy as np

from ._helpers import binary, binary_samples, unary
from ._make import INTEGRAL

ENTRIES = (
    binary("bitwise_and", np.bitwise_and, dtypes=INTEGRAL),
    binary("bitwise_or", np.bitwise_or, dtypes=INTEGRAL),
    binary("bitwise_xor", np.bitwise_xor, dtypes=INTEGRAL, samples=binary_samples(numbers=(1, 6))),
    unary("bitwise_not", np.invert, dtypes=INTEGRAL),
)
