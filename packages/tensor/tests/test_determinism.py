"""What is refused when results must not differ from call to call."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor._reference import _helpers, histograms


class Cupy:
    """An array library of that name, whose arrays are NumPy's."""

    __name__ = "cupy"
    add = np.add
    logical_and = np.logical_and
    bincount, ravel, searchsorted, where = map(staticmethod, (np.bincount, np.ravel, np.searchsorted, np.where))


def test_nothing_is_refused_on_the_cpu():
    """Additions come in one order there."""
    ft.use_deterministic_algorithms(True)
    try:
        assert ft.are_deterministic_algorithms_enabled()
        index = ft.tensor([0, 0])
        assert ft.zeros(1).scatter_add(0, index, ft.ones(2)).tolist() == [2.0]
        assert ft.zeros(1).index_add(0, index, ft.ones(2)).tolist() == [2.0]
    finally:
        ft.use_deterministic_algorithms(False)
    assert not ft.are_deterministic_algorithms_enabled()


def test_additions_in_any_order_are_refused():
    """Of floats on CUDA devices; integers add up to the same in every order."""
    floats, integers, places = np.zeros(2), np.zeros(2, int), np.array([0, 0])
    _helpers.add_at(Cupy(), floats, places, 1.0)
    ft.use_deterministic_algorithms(True)
    try:
        _helpers.add_at(Cupy(), integers, places, 1)
        with pytest.raises(RuntimeError, match="additions in a fixed order were asked for"):
            _helpers.add_at(Cupy(), floats, places, 1.0)
        ft.use_deterministic_algorithms(True, warn_only=True)
        with pytest.warns(RuntimeWarning, match="additions in a fixed order were asked for"):
            _helpers.add_at(Cupy(), floats, places, 1.0)
    finally:
        ft.use_deterministic_algorithms(False)
    assert floats.tolist() == [4.0, 0.0] and integers.tolist() == [2, 0]
    with pytest.raises(TypeError, match=r"use_deterministic_algorithms\(\): argument 'mode': expected bool, got int"):
        ft.use_deterministic_algorithms(1)


def test_one_generator_serves_all_devices():
    """PyTorch's names of CUDA's seeds."""
    ft.cuda.manual_seed_all(5)
    assert ft.initial_seed() == 5
    ft.cuda.manual_seed(6)
    assert ft.initial_seed() == 6


def test_weights_are_counted_in_any_order():
    """Those of histograms are added up by CUDA devices too; without weights there are only integers."""
    places, weights = np.array([0, 1, 1]), np.ones(3)
    kernels = [
        lambda weights: histograms.bincount.kernel(Cupy(), places, weights, 0),
        lambda weights: histograms.histogram_counts.kernel(Cupy(), places / 1.0, np.arange(3.0), weights),
    ]
    ft.use_deterministic_algorithms(True)
    try:
        for kernel in kernels:
            assert kernel(None).tolist() == [1, 2]
            with pytest.raises(RuntimeError, match="additions in a fixed order were asked for"):
                kernel(weights)
    finally:
        ft.use_deterministic_algorithms(False)
    assert [kernel(weights).tolist() for kernel in kernels] == [[1.0, 2.0]] * 2
