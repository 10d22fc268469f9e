"""What several test files of layers use."""

import numpy as np
import pytest

SIZES = (9, 7, 8)


def random(*shape, seed=0):
    """Float64 numbers that are the same every time."""
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def images(dims, batch=(2, 3), seed=0):
    """Signals, images or volumes of odd sizes."""
    return np.random.default_rng(seed).standard_normal((*batch, *SIZES[:dims]))


def parts(result):
    """The Tensors of nested tuples."""
    return [x for item in result for x in parts(item)] if isinstance(result, tuple) else [result]


def message_of(exception, call):
    with pytest.raises(exception) as raised:
        call()
    return str(raised.value)
