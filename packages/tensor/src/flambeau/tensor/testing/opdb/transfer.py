"""Between devices."""

import numpy as np

from ._info import OpInfo
from ._make import ALL, sample


def transfer_samples(make):
    from flambeau.tensor import device

    yield sample(make((2, 3)), device("cpu"))
    yield sample(make(()), device("cpu"))
    yield sample(make((3, 4), layout="transposed"), device("cpu"))
    yield sample(make((0, 2)), device("cpu"))


ENTRIES = (OpInfo("transfer", transfer_samples, lambda x, device: np.array(x), ALL),)
