"""Draws of counts, one element at a time, from uniform numbers of a Philox generator written with Python's integers."""

import math

import numpy as np

from ._info import OpInfo
from ._make import FLOATS, error, sample
from .random import DRAWN, words


class Stream:
    """The uniform numbers of one element of draws of ``size`` elements, one of each draw."""

    def __init__(self, seed, size, place):
        self.drawn = words(seed, 400 * size)
        self.step, self.at = 4 * -(-2 * size // 4), 2 * place

    def next(self):
        high, low = self.drawn[self.at], self.drawn[self.at + 1]
        self.at += self.step
        return ((high >> 5) * 2**26 + (low >> 6)) / 2**53


def looked_up(uniform, probability):
    """The first count whose probability and those of all smaller ones exceed a number."""
    k, total = 0, probability(0)
    while uniform >= total and k < 63:
        k += 1
        total += probability(k)
    return k


def rejected(stream, a, b, center, quick, scale, most, log_probability):
    while True:
        u, v = stream.next() - 0.5, stream.next()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + center)
        if 0 <= k <= most and (
            (us >= 0.07 and v <= quick) or math.log(v * scale / (a / us**2 + b)) <= log_probability(k)
        ):
            return k


def one_poisson(rate, stream):
    uniform = stream.next()
    if rate < 10:
        return looked_up(uniform, lambda k: math.exp(-rate) * rate**k / math.factorial(k))
    b = 0.931 + 2.53 * math.sqrt(rate)
    a, quick, scale = -0.059 + 0.02483 * b, 0.9277 - 3.6224 / (b - 2), 1.1239 + 1.1328 / (b - 3.4)
    return rejected(
        stream, a, b, rate + 0.43, quick, scale, math.inf, lambda k: k * math.log(rate) - rate - math.lgamma(k + 1)
    )


def one_binomial(n, p, stream):
    uniform = stream.next()
    if p > 0.5:
        return n - fewer(n, 1 - p, uniform, stream)
    return fewer(n, p, uniform, stream)


def fewer(n, p, uniform, stream):
    if n * p < 10:
        return looked_up(uniform, lambda k: math.comb(int(n), k) * p**k * (1 - p) ** (n - k) if k <= n else 0)
    spread = math.sqrt(n * p * (1 - p))
    b = 1.15 + 2.53 * spread
    a, quick, scale = -0.0873 + 0.0248 * b + 0.01 * p, 0.92 - 4.2 / b, (2.83 + 5.1 / b) * spread
    mode = math.floor((n + 1) * p)

    def log_probability(k):
        ways = [math.lgamma(m + 1) + math.lgamma(n - m + 1) for m in (mode, k)]
        return ways[0] - ways[1] + (k - mode) * math.log(p / (1 - p))

    return rejected(stream, a, b, n * p + 0.5, quick, scale, n, log_probability)


def drawn(one, generator, *arrays):
    arrays = np.broadcast_arrays(*arrays)
    seed, size = generator.initial_seed(), arrays[0].size
    places = [[float(v) for v in each] for each in zip(*(a.reshape(-1) for a in arrays), strict=True)]
    found = [one(*each, Stream(seed, size, i)) for i, each in enumerate(places)]
    return np.array(found, np.float64).reshape(arrays[0].shape).astype(arrays[0].dtype)


def poisson(x, *, generator):
    return drawn(one_poisson, generator, x)


def binomial(count, prob, *, generator):
    return drawn(one_binomial, generator, count, prob)


def poisson_samples(make):
    for number, layout in enumerate(("contiguous", "transposed", "strided", "reversed")):
        yield sample(make((3, 4), 0, 40, layout), generator=make.generator(number))
    yield sample(make((), 0, 5), generator=make.generator(1))
    yield sample(make((0, 2), 0, 5), generator=make.generator(1))
    yield sample(make.values([0.0, 0.5, 9.75, 10.0, 200.0]), generator=make.generator(5))


def binomial_samples(make):
    counts = make.values([0.0, 1.0, 7.0, 40.0, 200.0])
    for number in range(3):
        yield sample(counts, make((3, 5), 0, 1), generator=make.generator(number))
    yield sample(make.values([50.0]), make((4, 3), 0, 1, "reversed"), generator=make.generator(3))
    yield sample(counts, make.values([1.0, 0.0, 1.0, 0.5, 0.25]), generator=make.generator(4))
    yield sample(make((0, 2), 0, 1), make((1, 2), 0, 1), generator=make.generator(1))


def poisson_errors(make):
    message = "poisson(): argument 'input': expected finite numbers of 0 or more, got others"
    for wrong in ([-1.0], [1.0, float("nan")], [float("inf")]):
        yield error(ValueError, message, make.values(wrong))


def binomial_errors(make):
    half = make.values([0.5])
    message = "binomial(): argument 'count': expected whole numbers of 0 or more, got others"
    yield error(ValueError, message, make.values([-1.0]), half)
    yield error(ValueError, message, make.values([2.5]), half)
    message = "binomial(): argument 'prob': expected probabilities, got others"
    yield error(ValueError, message, make.values([2.0]), make.values([1.5]))


ENTRIES = (
    OpInfo("poisson", poisson_samples, poisson, FLOATS, errors=poisson_errors, **DRAWN),
    OpInfo("binomial", binomial_samples, binomial, FLOATS, errors=binomial_errors, **DRAWN),
)
