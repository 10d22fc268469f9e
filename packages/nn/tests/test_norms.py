"""Normalising layers in floats of 16 bits."""

import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable
from nn_helpers import random


@pytest.mark.parametrize("shape", [(64, 200), (8, 12, 300)])
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_narrow_floats(shape, dtype):
    """In every float the results and gradients of larger inputs are within roundings of those in float64."""
    x = random(*shape) * 2 + 1
    steps = {"float32": 1e-4, "float16": 3e-2, "bfloat16": 0.2}[dtype]
    for layer in (
        lambda x: F.layer_norm(x, shape[-1:]),
        lambda x: F.rms_norm(x, shape[-1:]),
        lambda x: F.group_norm(x, 4),
    ):
        results = []
        for kind in ("float64", dtype):
            leaf = Variable(ft.tensor(x).to(kind), requires_grad=True)
            result = layer(leaf)
            (result * result * ft.tensor(random(*shape, seed=1)).to(kind)).sum().backward()
            results.append((result.detach().to("float64").numpy(), leaf.grad.to("float64").numpy()))
        for wide, narrow in zip(*results, strict=True):
            np.testing.assert_allclose(narrow, wide, rtol=steps, atol=steps * np.abs(wide).max())
