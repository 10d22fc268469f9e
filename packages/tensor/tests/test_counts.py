"""Draws of counts have the probabilities they should; that they follow from the seed alone, the database says."""

import math

import flambeau.tensor as ft
import numpy as np
import pytest

DRAWS = 40_000


def assert_drawn_from(found, probability):
    """Frequencies are within five standard deviations of what is expected, for all counts that come often enough."""
    counts = np.bincount(found.long().numpy())
    checked = 0.0
    for k in range(len(counts) + 1):
        p = probability(k)
        if p * DRAWS < 20:
            continue
        seen = counts[k] if k < len(counts) else 0
        assert abs(seen - p * DRAWS) < 5 * math.sqrt(p * (1 - p) * DRAWS) + 1, k
        checked += p
    assert checked > 0.9


@pytest.mark.parametrize("rate", [0.25, 3.0, 9.5, 10.0, 31.0])
def test_poisson(rate):
    """On both sides of where the method changes."""
    found = ft.poisson(ft.full((DRAWS,), rate, dtype=ft.float64), generator=ft.Generator(1))
    assert_drawn_from(found, lambda k: math.exp(k * math.log(rate) - rate - math.lgamma(k + 1)))
    assert ft.equal(found, ft.full((DRAWS,), rate, dtype=ft.float64).poisson(generator=ft.Generator(1)))


@pytest.mark.parametrize("n, p", [(1, 0.5), (6, 0.3), (40, 0.2), (40, 0.5), (60, 0.9), (30, 0.99)])
def test_binomial(n, p):
    """Few and many, rare and likely."""
    count, chance = ft.full((DRAWS,), float(n), dtype=ft.float64), ft.tensor(p, dtype=ft.float64)
    found = ft.binomial(count, chance, generator=ft.Generator(2))
    assert_drawn_from(found, lambda k: math.comb(n, k) * p**k * (1 - p) ** (n - k) if k <= n else 0.0)


def test_draws_at_the_ends():
    """Nothing expected, certain success, no trials, and very many events."""
    assert ft.poisson(ft.zeros(100)).sum().item() == 0
    assert (ft.binomial(ft.full((100,), 7.0), ft.ones(100)) == 7).all()
    assert ft.binomial(ft.zeros(100), ft.full((100,), 0.5)).sum().item() == 0
    many = ft.poisson(ft.full((100,), 1e12, dtype=ft.float64))
    assert ((many - 1e12).abs() < 1e7).all()
