"""Fixtures of tensor's tests."""

import pytest


@pytest.fixture
def device():
    """The device ``fibres:0``, on which the kernels for CUDA run on the CPU; gone after the test."""
    import fibres  # which brings the whole backend

    with fibres.device() as name:
        yield name
