"""Random draws, against a Philox generator written with Python's integers."""

import ml_dtypes
import numpy as np

from ...errors import DTypeError
from ._helpers import LAYOUTS
from ._info import OpInfo
from ._make import FLOATS, error, sample

MASK = 2**32 - 1


def words(seed, count):
    """The first ``count`` 32-bit words of a seed's stream."""
    drawn = []
    for block in range(-(-count // 4)):
        a, b, c, d = block & MASK, block >> 32, 0, 0
        key = [seed & MASK, seed >> 32]
        for _ in range(10):
            one, two = 0xD2511F53 * a, 0xCD9E8D57 * c
            a, b, c, d = (two >> 32) ^ b ^ key[0], two & MASK, (one >> 32) ^ d ^ key[1], one & MASK
            key = [(key[0] + 0x9E3779B9) & MASK, (key[1] + 0xBB67AE85) & MASK]
        drawn += [a, b, c, d]
    return drawn[:count]


def fractions(seed, count, dtype):
    """Numbers in [0, 1), with as many bits as the dtype's significand has."""
    dtype = np.dtype(dtype)
    if dtype.itemsize == 8:
        drawn = words(seed, 2 * count)
        pairs = zip(drawn[::2], drawn[1::2], strict=True)
        return np.array([((high >> 5) * 2**26 + (low >> 6)) / 2**53 for high, low in pairs])
    width = ml_dtypes.finfo(dtype).nmant + 1
    return np.array([(word >> (32 - width)) / 2**width for word in words(seed, count)])


def wide_integers(seed, count):
    drawn = words(seed, 2 * count)
    return [low + (high << 32) for low, high in zip(drawn[::2], drawn[1::2], strict=True)]


def gaussians(seed, count, dtype):
    """Box-Muller: two numbers from two."""
    dtype = np.dtype(dtype) if np.dtype(dtype).itemsize >= 4 else np.dtype(np.float32)
    u = fractions(seed, count + count % 2, dtype)
    radius = np.sqrt(-2 * np.log(u[::2] + 2.0 ** (-53 if dtype.itemsize == 8 else -24)))
    angle = 2 * np.pi * u[1::2]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).reshape(-1)[:count]


def _shape(shape):
    return shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape


def drawn_samples(make):
    yield sample(2, 3, dtype=make.dtype, generator=make.generator(0))
    yield sample((), dtype=make.dtype, generator=make.generator(1))
    yield sample((0, 2), dtype=make.dtype, generator=make.generator(2))
    yield sample((3, 5), dtype=make.dtype, generator=make.generator(2**40 + 5))


def drawn(values):
    def reference(*shape, dtype, generator):
        shape = _shape(shape)
        return values(generator.initial_seed(), int(np.prod(shape)), dtype).reshape(shape).astype(dtype)

    return reference


def drawn_errors(name):
    def errors(make):
        yield error(ValueError, f"{name}(): argument 'shape': expected sizes of 0 or more, got (2, -1)", 2, -1)
        message = f"{name}(): argument 'dtype': expected a floating dtype, got int64"
        yield error(DTypeError, message, 2, dtype=np.dtype(np.int64))
        yield error(TypeError, f"{name}(): argument 'generator': expected Generator or None, got int", 2, generator=3)

    return errors


def randint_samples(make):
    yield sample(0, 10, (2, 3), dtype=make.dtype, generator=make.generator(0))
    yield sample(3, 4, (4,), dtype=make.dtype, generator=make.generator(1))
    yield sample(0, 100, (), dtype=make.dtype, generator=make.generator(2))
    yield sample(0, 5, (0, 2), dtype=make.dtype, generator=make.generator(2))
    if make.dtype == np.int64:
        yield sample(-(2**63), 2**63, (5,), generator=make.generator(7))


def randint(low, high, shape, generator, dtype=np.int64):
    values = [low + word % (high - low) for word in wide_integers(generator.initial_seed(), int(np.prod(shape)))]
    return np.array(values, np.int64).reshape(shape).astype(dtype)


def randint_errors(make):
    yield error(ValueError, "randint(): argument 'high': expected a number above low's 3, got 3", 3, 3, (2,))
    low, high = -(2**63) - 1, 2**63 + 1
    yield error(ValueError, f"randint(): expected bounds within int64, got [{low}, 0)", low, 0, (2,))
    yield error(ValueError, f"randint(): expected bounds within int64, got [0, {high})", 0, high, (2,))


def randperm_samples(make):
    yield sample(7, dtype=make.dtype, generator=make.generator(0))
    yield sample(1, dtype=make.dtype, generator=make.generator(1))
    yield sample(0, dtype=make.dtype, generator=make.generator(1))


def randperm(n, dtype, generator):
    return np.argsort(np.array(wide_integers(generator.initial_seed(), n), np.uint64)).astype(dtype)


def randperm_errors(make):
    yield error(ValueError, "randperm(): argument 'n': expected 0 or more, got -1", -1)


def bernoulli_samples(make):
    for number, layout in enumerate(("contiguous", *LAYOUTS)):
        yield sample(make((3, 4), layout=layout), 0.3, generator=make.generator(number))
    yield sample(make(()), 0.5, generator=make.generator(1))
    yield sample(make((0, 2)), 1, generator=make.generator(1))
    yield sample(make((3,)), 1, generator=make.generator(1))
    yield sample(make((3,)), 0, generator=make.generator(1))
    if make.is_float:
        yield sample(make((3, 4), 0, 1), generator=make.generator(5))


def bernoulli(x, p=None, *, generator):
    wide = np.float64 if x.dtype == np.float64 else np.float32
    u = fractions(generator.initial_seed(), x.size, wide).reshape(x.shape)
    return (u < (x.astype(np.float64) if p is None else p)).astype(x.dtype)


def bernoulli_errors(make):
    yield error(ValueError, "bernoulli(): argument 'p': expected a probability in [0, 1], got 1.5", make((2,)), 1.5)
    message = "bernoulli(): argument 'input': expected probabilities of a floating dtype, got int64; give p"
    yield error(DTypeError, message, make.array([0, 1]))


def filling_samples(first, second):
    """Filling tensors of every layout, with the usual parameters and with others."""

    def samples(make):
        for number, layout in enumerate(("contiguous", *LAYOUTS)):
            yield sample(make((3, 4), layout=layout), generator=make.generator(number))
        yield sample(make((3, 5)), first, second, generator=make.generator(1))
        yield sample(make((40, 50)), 1, 2, generator=make.generator(1))  # large enough for draws next to the end
        yield sample(make((3,)), 1, 0 if first > 0 else 1, generator=make.generator(1))
        yield sample(make(()), generator=make.generator(1))
        yield sample(make((0, 2)), generator=make.generator(1))

    return samples


def uniform(x, low=0, high=1, *, generator):
    drawn = fractions(generator.initial_seed(), x.size, x.dtype).reshape(x.shape) * (high - low) + low
    low, high = np.array([low, high]).astype(x.dtype)
    return np.where(drawn.astype(x.dtype) == high, low, drawn.astype(x.dtype))


def uniform_errors(make):
    message = "uniform(): argument 'high': expected a number of at least low's 2, got 1"
    yield error(ValueError, message, make((2,)), 2, 1)


def normal(x, mean=0, std=1, *, generator):
    return (gaussians(generator.initial_seed(), x.size, x.dtype) * std + mean).reshape(x.shape).astype(x.dtype)


def normal_errors(make):
    yield error(ValueError, "normal(): argument 'std': expected 0 or more, got -1", make((2,)), 0, -1)


def dropout_samples(make):
    yield sample(make((3, 4)), 0.5, 3, 0)
    yield sample(make((3, 4)), 0.25, seed=4, offset=0)
    yield sample(make((3, 4)), 0, 3, 0)
    yield sample(make((3, 4)), 1, 3, 0)
    for layout in LAYOUTS:
        yield sample(make((3, 4), layout=layout), 0.5, 3, 0)
    yield sample(make(()), 0.5, 3, 0)
    yield sample(make((0, 2)), 0.5, 3, 0)


def dropout(x, p, seed, offset):
    kept = fractions(seed, x.size, np.float32).reshape(x.shape) >= p
    return np.where(kept, x / (1 - p) if p < 1 else 0.0, 0.0)


def dropout_errors(make):
    yield error(ValueError, "dropout(): argument 'p': expected a probability in [0, 1], got 2", make((2,)), 2, 0, 0)


DRAWN = {"deterministic": False, "exact_dtype": True, "widen": False}

ENTRIES = (
    OpInfo("rand", drawn_samples, drawn(fractions), FLOATS, errors=drawn_errors("rand"), **DRAWN),
    OpInfo("randn", drawn_samples, drawn(gaussians), FLOATS, errors=drawn_errors("randn"), **DRAWN),
    OpInfo("randint", randint_samples, randint, errors=randint_errors, **DRAWN),
    OpInfo("randperm", randperm_samples, randperm, errors=randperm_errors, **DRAWN),
    OpInfo("bernoulli", bernoulli_samples, bernoulli, errors=bernoulli_errors, **DRAWN),
    OpInfo("uniform", filling_samples(-2, 2), uniform, FLOATS, errors=uniform_errors, **DRAWN),
    OpInfo("normal", filling_samples(0.5, 2), normal, FLOATS, errors=normal_errors, **DRAWN),
    OpInfo("dropout", dropout_samples, dropout, FLOATS, errors=dropout_errors),
)
