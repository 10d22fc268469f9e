"""Derivatives of every operator at zeros, at equal values and on kinks, generated from tensor's operator database.

There a function may have no derivative. What backward gives must lie between the differences to both sides: it is the
derivative where these agree, and a subgradient where they do not.
"""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import grad
from opdb_calls import DIFFERENTIABLE, calls

STEP, MANY, STEEP = 1e-6, 60, 90


def coarse_calls(info):
    for call, sample in calls(info, coarse=True, avoid=()):
        if size_of(call) <= MANY:
            yield call, sample


def size_of(call):
    return sum(v.numel() for v in call.variables)


def numbers(x):
    return x.data.numpy().reshape(-1)


def floats(results):
    return [y for y in results if y.is_floating_point()]


def derivatives(call):
    """For each floating result its derivatives by all elements of the arguments: a matrix."""
    variables = call.variables
    found = []
    for y in floats(call(*call.arguments)):
        rows = []
        for seed in np.eye(y.numel()):
            parts = grad(y, variables, ft.from_numpy(seed.reshape(y.shape)), retain_graph=True, allow_unused=True)
            rows.append(
                [np.zeros(v.numel()) if g is None else numbers(g) for g, v in zip(parts, variables, strict=True)]
            )
        found.append(np.array([np.concatenate(row) for row in rows]).reshape(y.numel(), size_of(call)))
    return found


def differences(call, direction):
    """For each floating result the differences to one side, one matrix as of ``derivatives`` each."""
    results = [numbers(y).copy() for y in floats(call(*call.arguments))]
    columns = [[] for _ in results]
    for v in call.variables:
        start = v.data.numpy().copy()
        for step in np.eye(v.numel()) * STEP * direction:
            v.data.copy_(ft.from_numpy(start + step.reshape(v.shape)))
            for k, y in enumerate(floats(call(*call.arguments))):
                columns[k].append((numbers(y) - results[k]) / (STEP * direction))
        v.data.copy_(ft.from_numpy(start))
    return [np.array(c).reshape(size_of(call), y.size).T for c, y in zip(columns, results, strict=True)], results


def wrong(slope, right, left):
    """Whether a derivative lies outside of what the differences allow; 0 and infinities are subgradients of cliffs."""
    sides = [side for side in (right, left) if np.isfinite(side) and abs(side) < STEEP]
    if len(sides) < 2 and (slope == 0 or np.isinf(slope)):
        return False
    if not sides:
        return np.isnan(slope)
    room = 1e-3 * (1 + max(abs(side) for side in sides))
    return not min(sides) - room <= slope <= max(sides) + room


@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_derivative_lies_between_the_differences_to_both_sides(info):
    """For whole numbers as arguments: zeros and ties in every place."""
    for call, sample in coarse_calls(info):
        slopes = derivatives(call)
        with np.errstate(all="ignore"):  # at infinities, which are left out below
            (right, results), (left, _) = differences(call, 1), differences(call, -1)
        for slope, above, below, result in zip(slopes, right, left, results, strict=True):
            for place in np.argwhere(np.isfinite(result)[:, None] & np.ones(slope.shape, bool)):
                found = [float(x[tuple(place)]) for x in (slope, above, below)]
                assert not wrong(*found), f"{info.name}{sample} at {place}: {found[0]}, expected {found[1:]}"


@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_second_derivative_is_no_nan(info):
    """Where values and first derivatives are finite, a second derivative may be infinite, but it is a number."""
    for call, sample in coarse_calls(info):
        results = floats(call(*call.arguments))
        ones = [ft.ones(y.shape, dtype=y.dtype) for y in results]
        first = grad(results, call.variables, ones, create_graph=True, allow_unused=True)
        first = [g for g in first if g is not None and g.requires_grad]
        if not first or not all(np.isfinite(numbers(x)).all() for x in (*results, *first)):
            continue
        second = grad(first, call.variables, [ft.ones(g.shape, dtype=g.dtype) for g in first], allow_unused=True)
        assert not any(np.isnan(numbers(g)).any() for g in second if g is not None), f"{info.name}{sample}"


@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_nothing_comes_of_what_is_not_used(info):
    """The gradient of a result that nothing was made of is 0, not nan, also where values or slopes are infinite or nan.

    That is what ``where(x > 0, f(x), 0)`` needs of ``f``.
    """
    for call, sample in calls(info, coarse=True, avoid=(), domain=(-3.0, 3.0)):
        results = floats(call(*call.arguments))
        zeros = [ft.zeros(y.shape, dtype=y.dtype) for y in results]
        for g in grad(results, call.variables, zeros, allow_unused=True):
            assert g is None or (g == 0).all(), f"{info.name}{sample}: {numbers(g)}"
