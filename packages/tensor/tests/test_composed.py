"""Functions that are composed of operators."""

import flambeau.tensor as ft
import pytest
from flambeau.tensor.testing import opdb


def test_max_pool2d_is_the_first_part_of_max_pool2d_with_indices():
    """For every sample of the database."""
    for sample in opdb.entry("max_pool2d_with_indices").generate("float64", **opdb.tensors()):
        result = ft.max_pool2d(*sample.args, **sample.kwargs)
        expected, _ = ft.max_pool2d_with_indices(*sample.args, **sample.kwargs)
        assert isinstance(result, ft.Tensor)
        assert str(result.tolist()) == str(expected.tolist())  # nan equals nan


def test_max_pool2d_is_no_method():
    """As in PyTorch."""
    assert not hasattr(ft.Tensor, "max_pool2d")
    assert "max_pool2d" in ft.__all__


def test_max_pool2d_refuses_windows_without_an_element():
    """A dilated window that steps over the whole image would have no greatest element."""
    with pytest.raises(ft.ShapeError, match="expected an element in every window"):
        ft.max_pool2d(ft.ones(1, 1, 2, 2), 2, stride=1, padding=1, dilation=3)
