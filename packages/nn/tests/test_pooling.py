"""Pooling in floats of 16 bits, drawn windows, and places that are none."""

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import pytest
from nn_helpers import SIZES, images


def test_unpooling_refuses_what_is_no_place():
    values, places = ft.ones(1, 1, 2, 2), ft.full((1, 1, 2, 2), 16, dtype=ft.int64)
    message = "max_unpool2d(): argument 'indices': expected indices in [0, 15], got 16"
    with pytest.raises(IndexError) as error:
        F.max_unpool2d(values, places, 2)
    assert str(error.value) == message


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_narrow_floats(dtype):
    """The greatest element is one of the input; means are those of float32, rounded."""
    x = ft.randn(2, 3, 9, 8).to(dtype)
    assert F.max_pool2d(x, 3, 2, 1).equal(F.max_pool2d(x.double(), 3, 2, 1).to(dtype))
    result = F.avg_pool2d(x, 2)
    assert result.dtype == x.dtype
    assert result.equal(F.avg_pool2d(x.float(), 2).to(dtype))


@pytest.mark.parametrize("dims", [2, 3])
def test_fractional_layers(dims):
    layer = getattr(nn, f"FractionalMaxPool{dims}d")(2, output_ratio=0.5, return_indices=True)
    x = ft.tensor(images(dims))
    values, places = layer(x)
    assert values.shape == (2, 3, *(n // 2 for n in SIZES[:dims]))
    assert x.flatten(2).gather(2, places.flatten(2)).equal(values.flatten(2))
