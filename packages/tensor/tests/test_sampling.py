"""Random Tensors: forms of calls, distributions of what is drawn, and the state of the generator."""

import math
import pickle

import flambeau.tensor as ft
import numpy as np
import pytest

N = 200_000


def draws(name, *parameters, dtype="float64"):
    return getattr(ft.zeros(N, dtype=dtype), name)(*parameters, generator=ft.Generator(3)).numpy().astype(np.float64)


# Names and what the parts of their distribution function below some points must be.
DISTRIBUTIONS = {
    "exponential_": ((2.0,), lambda x: 1 - np.exp(-2 * x), (0.1, 0.5, 2.0)),
    "cauchy_": ((1.0, 2.0), lambda x: 0.5 + np.arctan((x - 1) / 2) / np.pi, (-20.0, -1.0, 1.0, 3.0, 30.0)),
    "log_normal_": ((0.5, 0.75), lambda x: 0.5 * (1 + math.erf((math.log(x) - 0.5) / 0.75 / 2**0.5)), (0.5, 1.6, 4.0)),
    "geometric_": ((0.3,), lambda x: 1 - 0.7 ** np.floor(x), (1.0, 2.0, 5.0)),
    "random_": ((3, 13), lambda x: (np.floor(x) - 2) / 10, (3.0, 7.0, 11.0)),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_distributions(name, dtype):
    """Of 200,000 draws as many lie below a point as should: within five standard deviations."""
    parameters, below, points = DISTRIBUTIONS[name]
    x = draws(name, *parameters, dtype=dtype)
    assert np.isfinite(x).all()
    for point in points:
        p = below(point)
        assert abs((x <= point).mean() - p) < 5 * math.sqrt(p * (1 - p) / N), (name, point)


def test_multinomial_follows_its_weights():
    """Single draws come in proportion; pairs without replacement as in drawing one after the other."""
    weights = np.array([0.1, 0.0, 0.5, 0.4])
    x = ft.multinomial(ft.tensor(weights), N, replacement=True, generator=ft.Generator(0)).numpy()
    for i, p in enumerate(weights):
        assert abs((x == i).mean() - p) <= 5 * math.sqrt(p * (1 - p) / N)
    many = ft.tensor(weights).expand(N // 10, 4)
    pairs = ft.multinomial(many, 2, generator=ft.Generator(1)).numpy()
    for i in (0, 2, 3):
        for j in (0, 2, 3):
            p = 0.0 if i == j else weights[i] * weights[j] / (1 - weights[i])
            share = ((pairs[:, 0] == i) & (pairs[:, 1] == j)).mean()
            assert abs(share - p) <= 5 * math.sqrt(p * (1 - p) / (N // 10)), (i, j)


def test_draws_do_not_depend_on_threads():
    """One seed gives the same numbers for any number of threads."""
    before, seen = ft.get_num_threads(), []
    try:
        for threads in (1, 2):
            ft.set_num_threads(threads)
            g = ft.Generator(7)
            x = [ft.zeros(100_000).exponential_(generator=g), ft.zeros(100_000, dtype=ft.int64).random_(generator=g)]
            seen.append([t.tolist() for t in (*x, ft.multinomial(ft.ones(300, 20), 3, generator=g))])
    finally:
        ft.set_num_threads(before)
    assert seen[0] == seen[1]


def test_normal_in_all_forms():
    """Two numbers and a size, or Tensors that broadcast."""
    g = ft.Generator
    expected = ft.randn(2, 3, generator=g(1)).numpy()
    assert ft.normal(1.0, 2.0, (2, 3), generator=g(1)).tolist() == (expected * 2 + 1).tolist()
    mean, std = ft.tensor([[1.0], [2.0]]), ft.tensor([0.5, 1.0, 2.0])
    result = ft.normal(mean, std, generator=g(1))
    np.testing.assert_allclose(result.numpy(), expected * std.numpy() + mean.numpy(), rtol=1e-6)
    assert ft.normal(mean, 0.0).tolist() == mean.tolist() and ft.normal(0.0, std).shape == (3,)
    assert ft.normal(0.0, std.double()).dtype == ft.float64
    for call, message in (
        (
            lambda: ft.normal(0.0, 1.0),
            "expected sizes beside two numbers, none beside Tensors, got numbers and no size",
        ),
        (
            lambda: ft.normal(mean, 1.0, (2,)),
            "expected sizes beside two numbers, none beside Tensors, got Tensors and size",
        ),
        (lambda: ft.normal(0.0, -1.0, (2,)), "argument 'std': expected 0 or more, got -1.0"),
        (lambda: ft.normal(mean, -std), "argument 'std': expected 0 or more, got a negative number"),
        (lambda: ft.normal(mean.long(), 1.0), "expected Tensors of floats, got int64"),
    ):
        with pytest.raises((ValueError, TypeError)) as raised:
            call()
        assert message in str(raised.value)


def test_randint_forms():
    """From 0 or from a least number on; in the manner of another Tensor."""
    g = ft.Generator
    assert ft.randint(9, (4,), generator=g(0)).tolist() == ft.randint(0, 9, (4,), generator=g(0)).tolist()
    assert ft.randint(0, 9, 2, 3, dtype=ft.int32).shape == (2, 3)
    like = ft.zeros(2, 3, dtype=ft.uint8)
    x = ft.randint_like(like, 3, generator=g(0))
    assert x.dtype == ft.uint8 and x.tolist() == ft.randint(0, 3, (2, 3), generator=g(0)).tolist()
    assert ft.randint_like(like, 3, 4, dtype=ft.float32).tolist() == [[3.0] * 3] * 2


def test_bernoulli_in_place():
    """A number, one half by default, or a Tensor of probabilities of another dtype."""
    assert 0.4 < ft.zeros(2000).bernoulli_(generator=ft.Generator(0)).mean().item() < 0.6
    x = ft.zeros(2, 3, dtype=ft.int64)
    assert x.bernoulli_(ft.tensor([0.0, 1.0, 1.0])).tolist() == [[0, 1, 1]] * 2 and x.version == 1
    assert x.bernoulli_(1).sum().item() == 6


def test_random_takes_all_that_the_dtype_holds():
    """Without bounds, floats get whole numbers that they hold exactly."""
    for dtype, greatest in (("uint8", 255), ("int8", 127), ("bool", 1), ("float16", 2048), ("bfloat16", 256)):
        x = ft.zeros(20_000, dtype=dtype).random_(generator=ft.Generator(0)).to(ft.int64)
        assert 0 <= x.amin().item() <= greatest * 0.01 and greatest * 0.99 <= x.amax().item() <= greatest
    x = ft.zeros(1000, dtype=ft.uint64).random_(generator=ft.Generator(0)).numpy()
    assert x.max() > 2**63


def test_state_of_the_default_generator():
    """It can be read, set, forked and seeded."""
    ft.manual_seed(5)
    state = ft.get_rng_state()
    first = ft.rand(3).tolist()
    ft.set_rng_state(state)
    assert ft.initial_seed() == 5 and ft.rand(3).tolist() == first
    ft.set_rng_state(state)
    fork = ft.fork_rng()
    with fork:
        ft.rand(10)
        with fork:
            ft.manual_seed(1)
    with pytest.raises(ZeroDivisionError), ft.fork_rng():
        ft.rand(10)
        raise ZeroDivisionError
    assert ft.rand(3).tolist() == first
    with ft.fork_rng(enabled=False):
        ft.manual_seed(6)
    assert ft.initial_seed() == 6
    assert ft.seed() == ft.initial_seed() != 6


def test_generators_are_cloned_with_their_place():
    """The clone draws what the original draws, and leaves it alone."""
    generator = ft.Generator(9)
    ft.rand(5, generator=generator)
    clone = generator.clone()
    assert ft.rand(3, generator=clone).tolist() == ft.rand(3, generator=generator).tolist()
    assert pickle.loads(pickle.dumps(clone)).get_state() == generator.get_state()
