"""Draws from further distributions, from uniform numbers of a Philox generator written with Python's integers."""

import numpy as np

from ...errors import ShapeError
from ._info import OpInfo
from ._make import ALL, FLOATS, NUMERIC, error, sample
from .random import DRAWN, fractions, gaussians, wide_integers


def uniforms(x, generator):
    wide = np.float32 if x.dtype in FLOATS[:3] else np.float64
    return fractions(generator.initial_seed(), x.size, wide).reshape(x.shape).astype(np.float64)


def exponential(x, lambd=1, *, generator):
    return (-np.log1p(-uniforms(x, generator)) / lambd).astype(x.dtype)


def cauchy(x, median=0, sigma=1, *, generator):
    return (median + sigma * np.tan(np.pi * (uniforms(x, generator) - 0.5))).astype(x.dtype)


def log_normal(x, mean=1, std=2, *, generator):
    wide = np.float32 if x.dtype in FLOATS[:3] else np.float64
    drawn = gaussians(generator.initial_seed(), x.size, wide).astype(wide).astype(np.float64)
    return np.exp(drawn * std + mean).reshape(x.shape).astype(x.dtype)


def geometric_samples(make):
    for number, layout in enumerate(("contiguous", "transposed", "strided", "reversed")):
        yield sample(make((3, 4), layout=layout), 0.3, generator=make.generator(number))
    yield sample(make((3,)), 1, generator=make.generator(1))
    yield sample(make(()), 0.5, generator=make.generator(1))
    yield sample(make((0, 2)), p=0.5, generator=make.generator(1))


def geometric(x, p, *, generator):
    """The first trial whose failure has a probability of less than what is left."""
    left = 1 - uniforms(x, generator)
    trials = np.ones(x.shape)
    while (late := (1 - p) ** trials > left * (1 + 1e-12)).any():
        trials[late] += 1
    return trials.astype(x.dtype)


def random_samples(make):
    for number, layout in enumerate(("contiguous", "transposed", "strided", "reversed")):
        yield sample(make((3, 4), layout=layout), generator=make.generator(number))
    if make.dtype != bool:
        yield sample(make((3, 4)), 10, generator=make.generator(1))
        yield sample(make(()), 3, 5, generator=make.generator(1))
        yield sample(make((0, 2)), low=1, high=4, generator=make.generator(1))
    if make.dtype.kind == "i":
        yield sample(make((5,)), -100, 28, generator=make.generator(3))


HIGHEST = {np.dtype(np.float16): 2**11, FLOATS[1]: 2**8, np.dtype(np.float32): 2**24, np.dtype(np.float64): 2**53}


def random(x, low=None, high=None, *, generator):
    if high is None and low is None:
        high = 1 if x.dtype == bool else HIGHEST[x.dtype] if x.dtype in HIGHEST else np.iinfo(x.dtype).max
        high = int(high) + 1
    elif high is None:
        low, high = 0, low
    low = low or 0
    values = [low + word % (high - low) for word in wide_integers(generator.initial_seed(), x.size)]
    return np.array(values, np.int64).astype(x.dtype).reshape(x.shape)


def random_errors(make):
    yield error(ValueError, "random(): argument 'high': expected a number above low's 3, got 3", make((2,)), 3, 3)
    message = "random(): expected numbers in the range of uint8, got [0, 257)"
    yield error(ValueError, message, make.array([1], np.uint8), 257)
    yield error(ValueError, "random(): argument 'low': expected a whole number, got 0.5", make((2,)), 0.5, 3)


def multinomial_samples(make):
    yield sample(make((5,), 0.1, 2), 3, generator=make.generator(0))
    yield sample(make((5,), 0.1, 2), 20, True, generator=make.generator(1))
    yield sample(make((3, 4), 0.1, 2), 4, generator=make.generator(2))
    yield sample(make((3, 4), 0.1, 2, "strided"), 6, True, generator=make.generator(3))
    yield sample(make.values([0.0, 2.0, 0.0, 1.0, 0.0]), 2, generator=make.generator(4))
    yield sample(make.values([[0.0, 2.0, 0.0], [1.0, 1.0, 0.0]]), 30, replacement=True, generator=make.generator(5))
    yield sample(make((0, 4)), 2, generator=make.generator(6))
    yield sample(make((1,), 1, 2), 0, generator=make.generator(7))


def multinomial(x, num_samples, replacement=False, *, generator):
    weights = x.astype(np.float64).reshape(-1, x.shape[-1])
    rows, n = weights.shape
    count = num_samples if replacement else n
    drawn = fractions(generator.initial_seed(), rows * count, np.float64).reshape(rows, count)
    result = np.zeros((rows, num_samples), np.int64)
    for row, u, w in zip(result, drawn, weights, strict=True):
        if replacement:
            row[:] = np.searchsorted(np.cumsum(w), u * w.sum(), side="right")
        else:
            with np.errstate(divide="ignore"):
                row[:] = np.argsort(-np.log1p(-u) / w)[:num_samples]
    return result.reshape(*x.shape[:-1], num_samples)


def multinomial_errors(make):
    message = "multinomial(): argument 'input': expected 1 or 2 dimensions, the last one not empty, got shape"
    yield error(ShapeError, f"{message} ()", make(()), 1)
    yield error(ShapeError, f"{message} (2, 0)", make((2, 0)), 1)
    message = "multinomial(): argument 'input': expected weights that are finite and not negative, got others"
    yield error(ValueError, message, make.values([1.0, -1.0]), 1)
    yield error(ValueError, message, make.values([1.0, np.nan]), 1)
    yield error(ValueError, message, make.values([1.0, np.inf]), 1)
    message = "multinomial(): argument 'input': expected a weight above 0, got none"
    yield error(ValueError, message, make.values([0.0, 0.0]), 1)
    message = (
        "multinomial(): argument 'num_samples': expected at most 1, the weights above 0, got 2; draw with replacement"
    )
    yield error(ValueError, message, make.values([0.0, 1.0]), 2)


def above_zero(name, argument):
    def errors(make):
        message = f"{name}(): argument '{argument}': expected a number above 0, got 0"
        yield error(ValueError, message, make((2,)), **{argument: 0})
        yield error(ValueError, message.replace("got 0", "got nan"), make((2,)), **{argument: np.nan})

    return errors


def geometric_errors(make):
    message = "geometric(): argument 'p': expected a probability in (0, 1], got"
    for p in (0, 1.5):
        yield error(ValueError, f"{message} {p}", make((2,)), p)


def parameters(*given):
    """Samples in every layout, with the usual parameters and with those given."""

    def samples(make):
        for number, layout in enumerate(("contiguous", "transposed", "strided", "reversed")):
            yield sample(make((3, 4), layout=layout), generator=make.generator(number))
        yield sample(make((3, 5)), *given, generator=make.generator(1))
        yield sample(make(()), generator=make.generator(1))
        yield sample(make((0, 2)), generator=make.generator(1))

    return samples


ENTRIES = (
    OpInfo(
        "exponential", parameters(2), exponential, FLOATS,
        errors=above_zero("exponential", "lambd"), **DRAWN,
    ),
    OpInfo("cauchy", parameters(0.5, 2), cauchy, FLOATS, errors=above_zero("cauchy", "sigma"), **DRAWN),
    OpInfo("log_normal", parameters(0.5, 0.25), log_normal, FLOATS, errors=above_zero("log_normal", "std"), **DRAWN),
    OpInfo("geometric", geometric_samples, geometric, NUMERIC, errors=geometric_errors, **DRAWN),
    OpInfo("random", random_samples, random, ALL, errors=random_errors, **DRAWN),
    OpInfo("multinomial", multinomial_samples, multinomial, FLOATS, errors=multinomial_errors, **DRAWN),
)  # fmt: skip
