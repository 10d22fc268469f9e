"""Fixtures of tensor's tests."""

import pytest
from flambeau.tensor import _backends
from flambeau.tensor.testing import strict


@pytest.fixture
def strict_device():
    """The devices ``strict:0`` and ``strict:1``, whose arrays refuse what a GPU's would; gone after the test."""
    strict.register()
    yield "strict:0"
    del _backends.by_name["strict"]
    del _backends.by_array_type[strict.StrictArray]
