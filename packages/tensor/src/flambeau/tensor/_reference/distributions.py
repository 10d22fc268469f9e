"""Tensors filled with draws from further distributions, from the counter-based streams of ``_philox``.

What is drawn follows from uniform numbers alone, computed in float64: the same for any number of threads. Each
``from_`` function says how, for the compiled uniform numbers of the CPU too.
"""

import math

from .. import errors
from .._schema import Array, Bool, Generator, Int, Number, OptionalNumber, operator
from . import _philox
from ._helpers import is_floating
from .random import _reserved, check_generator, drawn_normal, drawn_uniform


def uniform_dtype(dtype):
    """The dtype of the uniform numbers behind elements of a dtype: two words each for wide ones, and for integers."""
    return "float32" if is_floating(dtype) and dtype.itemsize <= 4 else "float64"


def _uniform(xp, input, generator):
    return drawn_uniform(xp, input.shape, generator, xp.dtype(uniform_dtype(input.dtype)))


def _wide(uniform):
    return uniform.astype("float64")


def from_exponential(xp, uniform, lambd):
    return -xp.log1p(-_wide(uniform)) / lambd


@operator(random=True, inplace="only", dtypes="float")
def exponential(xp, input: Array, lambd: Number = 1, *, generator: Generator = None):
    """Set all elements to draws from an exponential distribution, of density ``lambd * exp(-lambd * x)``, in place.

    Args:
        input: Tensor of floats to write.
        lambd: the rate.
        generator: Generator to draw from; the default one if not given.

    Returns:
        ``input``.

    Raises:
        ValueError: ``lambd`` is not positive.

    Example:
        >>> bool((ft.zeros(100).exponential_(2) >= 0).all())
        True
    """
    return from_exponential(xp, _uniform(xp, input, generator), lambd).astype(input.dtype)


@exponential.check
def _(input, lambd, generator):
    check_generator("exponential", generator)
    if not lambd > 0:
        errors.value_error("exponential", "lambd", "a number above 0", str(lambd))


def from_cauchy(xp, uniform, median, sigma):
    return median + sigma * xp.tan(xp.pi * (_wide(uniform) - 0.5))


@operator(random=True, inplace="only", dtypes="float")
def cauchy(xp, input: Array, median: Number = 0, sigma: Number = 1, *, generator: Generator = None):
    """Set all elements to draws from a Cauchy distribution, in place.

    Its density is ``sigma / (pi * (sigma**2 + (x - median)**2))``.

    Args:
        input: Tensor of floats to write.
        median: the median.
        sigma: half the width at half of the greatest density.
        generator: Generator to draw from; the default one if not given.

    Returns:
        ``input``.

    Raises:
        ValueError: ``sigma`` is not positive.

    Example:
        >>> ft.zeros(2, 3).cauchy_().shape
        (2, 3)
    """
    return from_cauchy(xp, _uniform(xp, input, generator), median, sigma).astype(input.dtype)


@cauchy.check
def _(input, median, sigma, generator):
    check_generator("cauchy", generator)
    if not sigma > 0:
        errors.value_error("cauchy", "sigma", "a number above 0", str(sigma))


@operator(random=True, inplace="only", dtypes="float")
def log_normal(xp, input: Array, mean: Number = 1, std: Number = 2, *, generator: Generator = None):
    """Set all elements to draws whose logarithms have a normal distribution, in place.

    Args:
        input: Tensor of floats to write.
        mean: the mean of the logarithms.
        std: their standard deviation.
        generator: Generator to draw from; the default one if not given.

    Returns:
        ``input``.

    Raises:
        ValueError: ``std`` is not positive.

    Example:
        >>> bool((ft.zeros(100).log_normal_() > 0).all())
        True
    """
    drawn = drawn_normal(xp, input.shape, generator, xp.dtype(uniform_dtype(input.dtype)))
    return from_log_normal(xp, drawn, mean, std).astype(input.dtype)


def from_log_normal(xp, normal, mean, std):
    return xp.exp(_wide(normal) * std + mean)


@log_normal.check
def _(input, mean, std, generator):
    check_generator("log_normal", generator)
    if not std > 0:
        errors.value_error("log_normal", "std", "a number above 0", str(std))


def from_geometric(xp, uniform, p):
    rate = math.log1p(-p) if p < 1 else -math.inf
    return xp.maximum(xp.ceil(xp.log1p(-_wide(uniform)) / rate), 1.0)


@operator(random=True, inplace="only", dtypes="numeric", real=True)
def geometric(xp, input: Array, p: Number, *, generator: Generator = None):
    """Set all elements to how many trials it takes until one succeeds, drawn at random, in place.

    Args:
        input: Tensor of numbers to write.
        p: the probability that a trial succeeds.
        generator: Generator to draw from; the default one if not given.

    Returns:
        ``input``.

    Raises:
        ValueError: ``p`` is not in (0, 1].

    Example:
        >>> ft.zeros(3).geometric_(1).tolist()
        [1.0, 1.0, 1.0]
    """
    return from_geometric(xp, _uniform(xp, input, generator), p).astype(input.dtype)


@geometric.check
def _(input, p, generator):
    check_generator("geometric", generator)
    if not 0 < p <= 1:
        errors.value_error("geometric", "p", "a probability in (0, 1]", str(p))


@operator(random=True, inplace="only", real=True)
def random(xp, input: Array, low: OptionalNumber = None, high: OptionalNumber = None, *, generator: Generator = None):
    """Set all elements to random whole numbers, in place: ``random_()``, ``random_(high)`` or ``random_(low, high)``.

    Args:
        input: Tensor to write.
        low: the least number; 0 if not given.
        high: one more than the greatest. If not given, all numbers from 0 that the dtype holds may come: of a floating
            one, those up to which it holds every whole number.
        generator: Generator to draw from; the default one if not given.

    Returns:
        ``input``.

    Raises:
        ValueError: no numbers to choose from, or numbers that the dtype does not hold.

    Example:
        >>> x = ft.zeros(100).random_(1, 7)
        >>> x.amin().item(), x.amax().item()
        (1.0, 6.0)
    """
    values = _philox.integers(xp, input.size, *_reserved(generator, 2 * input.size), high - low)
    values = values + xp.asarray(low % 2**64, dtype="uint64")
    return from_random(values, input.dtype).reshape(input.shape)


def from_random(values, dtype):
    """Integers modulo 2**64 in a dtype: as they are in uint64, else by two's complement."""
    return values.astype(dtype) if dtype == "uint64" else values.astype("int64").astype(dtype)


@random.check
def _(input, low, high, generator):
    check_generator("random", generator)
    least, greatest = _range(input.dtype)
    if high is None:
        low, high = (0, greatest + 1) if low is None else (0, low)
    low = 0 if low is None else low
    for name, number in (("low", low), ("high", high)):
        if int(number) != number:
            errors.value_error("random", name, "a whole number", str(number))
    low, high = int(low), int(high)
    if high <= low:
        errors.value_error("random", "high", f"a number above low's {low}", str(high))
    if low < least or high - 1 > greatest:
        errors.value_error("random", None, f"numbers in the range of {input.dtype.name}", f"[{low}, {high})")
    return input, low, high, generator


def _range(dtype):
    """The least and the greatest of the whole numbers that a dtype holds, all in between included."""
    bits = 8 * dtype.itemsize
    if dtype.kind in "fV":
        greatest = 2 ** {2: 8 if dtype.kind == "V" else 11, 4: 24, 8: 53}[dtype.itemsize]
        return -greatest, greatest
    if dtype.kind == "b":
        return 0, 1
    return (0, 2**bits - 1) if dtype.kind == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


@operator(random=True, differentiable=False, dtypes="float", real=True)
def multinomial(xp, input: Array, num_samples: Int, replacement: Bool = False, *, generator: Generator = None):
    """Random indices, each with a probability in proportion to its weight.

    Without replacement they are those of the least of exponential draws, each divided by its weight: the method of
    P. S. Efraimidis and P. G. Spirakis, "Weighted random sampling with a reservoir", Information Processing Letters 97
    (2006).

    Args:
        input: weights, not negative, of shape (n,) or, for several draws, (m, n).
        num_samples: how many to draw.
        replacement: whether an index may come again.
        generator: Generator to draw from; the default one if not given.

    Returns:
        int64 Tensor of shape (num_samples,) or (m, num_samples), in the order drawn.

    Raises:
        ShapeError: ``input`` has neither 1 dimension nor 2, or no weights.
        ValueError: weights that are negative, not finite or all 0; or more draws without replacement than weights
            above 0.

    Example:
        >>> ft.multinomial(ft.tensor([0.0, 3.0, 0.0]), 2, replacement=True).tolist()
        [1, 1]
        >>> sorted(ft.multinomial(ft.ones(3), 3).tolist())
        [0, 1, 2]
    """

    def draw(shape):
        return drawn_uniform(xp, shape, generator, xp.dtype("float64"))

    return drawn_indices(xp, input, num_samples, replacement, draw)


def drawn_indices(xp, input, num_samples, replacement, draw):
    """The indices, by ``draw(shape)``: uniform numbers in float64."""
    weights = input.astype("float64").reshape(-1, input.shape[-1])
    if replacement:
        places = from_weights(xp, draw((weights.shape[0], num_samples)), weights)
    else:
        places = from_race(xp, draw(tuple(weights.shape)), weights)[:, :num_samples]
    return places.astype("int64").reshape(*input.shape[:-1], num_samples)


def from_weights(xp, uniform, weights):
    """For each number the index at which the running sum of the weights exceeds its part of their sum, by bisection."""
    sums = xp.cumsum(weights, axis=1)
    total = sums[:, -1:]
    wanted = xp.minimum(uniform * total, xp.nextafter(total, xp.zeros_like(total)))
    low = xp.zeros(uniform.shape, dtype="int64")
    high = xp.full(uniform.shape, weights.shape[1] - 1, dtype="int64")
    for _ in range(weights.shape[1].bit_length()):
        middle = (low + high) // 2
        beyond = xp.take_along_axis(sums, middle, axis=1) <= wanted
        low, high = xp.where(beyond & (low < high), middle + 1, low), xp.where(beyond, high, middle)
    return low


def from_race(xp, uniform, weights):
    times = -xp.log1p(-uniform) / weights
    return xp.argsort(xp.where(weights > 0, times, xp.inf), axis=1, kind="stable")


@multinomial.check
def _(input, num_samples, replacement, generator):
    check_generator("multinomial", generator)
    shape = tuple(input.shape)
    if len(shape) not in (1, 2) or shape[-1] == 0:
        errors.shape_error("multinomial", "input", "1 or 2 dimensions, the last one not empty", f"shape {shape}")
    if num_samples < 0:
        errors.value_error("multinomial", "num_samples", "0 or more", str(num_samples))
    if input.size == 0:
        return
    weights = input.astype("float64").reshape(-1, shape[-1])
    sums = weights.sum(axis=1)
    if not (weights.min().item() >= 0 and sums.max().item() < math.inf):
        errors.value_error("multinomial", "input", "weights that are finite and not negative", "others")
    if sums.min().item() == 0:
        errors.value_error("multinomial", "input", "a weight above 0", "none")
    least = (weights > 0).sum(axis=1).min().item()
    if not replacement and num_samples > least:
        errors.value_error(
            "multinomial",
            "num_samples",
            f"at most {least}, the weights above 0",
            str(num_samples),
            "draw with replacement",
        )
