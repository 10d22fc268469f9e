"""Fixtures of autograd's tests."""

import gc

import flambeau.tensor as ft
import pytest
from flambeau.autograd import Variable


@pytest.fixture
def leaf():
    """``leaf(1.0, 2.0)``: a Variable of these numbers that requires grad."""

    def make(*numbers, dtype="float32"):
        return Variable(ft.tensor(list(numbers), dtype=dtype), requires_grad=True)

    return make


@pytest.fixture
def without_gc():
    """Nothing but reference counting frees objects."""
    gc.disable()
    yield
    gc.enable()
