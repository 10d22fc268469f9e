"""Draws of counts: how often something happens. What is drawn follows from uniform numbers alone, computed in float64.

Where few are expected, the uniform number is looked up among sums of probabilities. Otherwise by transformed rejection:
W. Hoermann, "The transformed rejection method for generating Poisson random variables", Insurance: Mathematics and
Economics 12, 1993, and "The generation of binomial random variates", Journal of Statistical Computation and Simulation
46, 1993. Their constants were read in the sources of NumPy and of PyTorch.
"""

import math

from .. import errors
from .._schema import Array, Generator, operator
from ..random import default_generator
from . import _philox
from ._helpers import check_broadcast
from .gamma import log_gamma_positive
from .random import check_generator

_FEW = 10.0  # what is looked up
_ROUNDS = 40  # of transformed rejection: each takes more than seven in ten of what is left
_TERMS = 64  # sums of probabilities: those of more, where less than _FEW are expected, are below 2**-53


def _looked_up(xp, uniform, first, ratio):
    """How many of the sums of ``first``, ``first * ratio(1)``, ``first * ratio(1) * ratio(2)``... the numbers reach."""
    term = total = first
    count = xp.zeros_like(uniform)
    for k in range(1, _TERMS):
        count = count + (uniform >= total)
        term = term * ratio(k)
        total = total + term
    return count


def _rejected(xp, draw, few, constants, most, log_weight, finished):
    """Counts up to ``most`` of the weights, for the elements that are not ``few``."""
    a, b, center, quick, log_scale = constants
    done, result = few, xp.zeros_like(center)
    for turn in range(_ROUNDS):
        if finished(done):
            break
        u, v = draw(2 * turn + 1) - 0.5, draw(2 * turn + 2)
        us = 0.5 - xp.absolute(u)
        k = xp.floor((2 * a / us + b) * u + center)
        possible = xp.logical_and(k >= 0, k <= most)
        inside = xp.logical_and(us >= 0.07, v <= quick)
        k = xp.where(possible, k, 0.0)
        right = xp.log(v) + log_scale - xp.log(a / (us * us) + b) <= log_weight(k)
        taken = xp.logical_and(possible, xp.logical_or(inside, right))
        result = xp.where(xp.logical_and(taken, xp.logical_not(done)), k, result)
        done = xp.logical_or(done, taken)
    return result


def _draws(xp, shape, generator):
    """The k-th of the draws that all rounds may need: all are reserved, whether they are needed or not."""
    size = math.prod(shape)
    blocks = -(-size // 2)
    seed, offset = (default_generator if generator is None else generator).reserve_blocks(blocks * (2 * _ROUNDS + 1))
    return lambda k: _philox.uniform(xp, size, seed, offset + k * blocks, "float64").reshape(shape)


def _never(done):
    """Whether all is done cannot be asked without waiting for the device."""
    return False


@operator(random=True, differentiable=False, dtypes="float", real=True)
def poisson(xp, input: Array, *, generator: Generator = None):
    """Draws from Poisson distributions: how many events there are, where each element says how many are expected.

    Args:
        input: Tensor of floats of any shape, none negative.
        generator: Generator to draw from; the default one if not given.

    Returns:
        Tensor like ``input``, of whole numbers.

    Raises:
        ValueError: a negative or infinite element, or nan.

    Example:
        >>> ft.poisson(ft.tensor([0.0, 1e6])).sub(ft.tensor([0.0, 1e6])).abs().lt(1e4).tolist()
        [True, True]
    """
    return drawn_poisson(xp, input, generator, _never)


def drawn_poisson(xp, input, generator, finished):
    """``finished(done)`` may end the rounds of rejection early."""
    rate = input.astype("float64")
    draw = _draws(xp, input.shape, generator)
    few = rate < _FEW
    low = xp.where(few, rate, 0.0)
    found = _looked_up(xp, draw(0), xp.exp(-low), lambda k: low / k)
    high = xp.where(few, _FEW, rate)
    b = 0.931 + 2.53 * xp.sqrt(high)
    quick, scale = 0.9277 - 3.6224 / (b - 2), 1.1239 + 1.1328 / (b - 3.4)
    logarithm = xp.log(high)
    constants = -0.059 + 0.02483 * b, b, high + 0.43, quick, xp.log(scale)
    many = _rejected(
        xp, draw, few, constants, math.inf, lambda k: k * logarithm - high - log_gamma_positive(xp, k + 1), finished
    )
    return xp.where(few, found, many).astype(input.dtype)


@poisson.check
def _(input, generator):
    check_generator("poisson", generator)
    if input.size and not bool((input >= 0).all().item() and (input < math.inf).all().item()):
        errors.value_error("poisson", "input", "finite numbers of 0 or more", "others")


@operator(random=True, differentiable=False, method=False, promote="common", dtypes="float", real=True)
def binomial(xp, count: Array, prob: Array, *, generator: Generator = None):
    """Draws from binomial distributions: how many of ``count`` trials succeed, each with probability ``prob``.

    Args:
        count: Tensor of whole numbers of a floating dtype, none negative.
        prob: Tensor of probabilities whose shape broadcasts with ``count``'s.
        generator: Generator to draw from; the default one if not given.

    Returns:
        Tensor of the broadcast shape and the common dtype, of whole numbers.

    Raises:
        ShapeError: the shapes do not broadcast.
        ValueError: a negative count or one that is not whole, or what is no probability.

    Example:
        >>> ft.binomial(ft.tensor([5.0, 5.0, 0.0]), ft.tensor([0.0, 1.0, 0.5])).tolist()
        [0.0, 5.0, 0.0]
    """
    return drawn_binomial(xp, count, prob, generator, _never)


def drawn_binomial(xp, count, prob, generator, finished):
    """``finished(done)`` may end the rounds of rejection early."""
    count, prob = xp.broadcast_arrays(count, prob)
    dtype, n, chance = count.dtype, count.astype("float64"), prob.astype("float64")
    draw = _draws(xp, n.shape, generator)
    turned = chance > 0.5  # failures are counted then
    p = xp.where(turned, 1 - chance, chance)
    few = n * p < _FEW
    rare = xp.where(few, p, 0.0)
    odds = rare / (1 - rare)
    found = _looked_up(xp, draw(0), xp.exp(n * xp.log1p(-rare)), lambda k: xp.maximum(n - (k - 1), 0.0) / k * odds)
    n_many, p_many = xp.where(few, 4 * _FEW, n), xp.where(few, 0.5, p)
    spread = xp.sqrt(n_many * p_many * (1 - p_many))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p_many
    constants = a, b, n_many * p_many + 0.5, 0.92 - 4.2 / b, xp.log((2.83 + 5.1 / b) * spread)
    mode = xp.floor((n_many + 1) * p_many)
    logarithm = xp.log(p_many / (1 - p_many))

    def log_ways(k):
        return log_gamma_positive(xp, k + 1) + log_gamma_positive(xp, xp.maximum(n_many - k, 0.0) + 1)

    many = _rejected(
        xp, draw, few, constants, n_many, lambda k: log_ways(mode) - log_ways(k) + (k - mode) * logarithm, finished
    )
    successes = xp.where(few, found, many)
    return xp.where(turned, n - successes, successes).astype(dtype)


@binomial.check
def _(count, prob, generator):
    check_generator("binomial", generator)
    check_broadcast("binomial", count=count, prob=prob)
    if count.size and not bool((count >= 0).all().item() and (count % 1 == 0).all().item()):
        errors.value_error("binomial", "count", "whole numbers of 0 or more", "others")
    if prob.size and not bool((prob >= 0).all().item() and (prob <= 1).all().item()):
        errors.value_error("binomial", "prob", "probabilities", "others")
