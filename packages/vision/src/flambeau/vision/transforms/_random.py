"""Where the randomness of transforms comes from.

In a :class:`flambeau.data.DataLoader` it comes from the sample's seed, epoch and index, so that results do not depend
on the number of workers. Elsewhere it comes from the default generator.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import random
from typing import Any

import flambeau.tensor as ft
from flambeau.data import sample_generator
from flambeau.tensor import errors

_foreign: tuple[int, ft.Generator] | None = None


def source(generator: ft.Generator | None = None) -> ft.Generator:
    """The generator given; else that of the sample that is read; else the default one.

    The worker processes of other libraries' loaders inherit the default generator, each the same: there, one of our own
    is seeded from Python's ``random``, which such loaders seed for each worker and epoch.
    """
    global _foreign
    if generator is not None:
        if not isinstance(generator, ft.Generator):
            got = type(generator).__name__
            errors.type_error("transforms", "generator", "flambeau.tensor.Generator or None", got)
        return generator
    found = sample_generator()
    if found is not ft.default_generator or multiprocessing.parent_process() is None:
        return found
    if _foreign is None or _foreign[0] != os.getpid():
        _foreign = os.getpid(), ft.Generator(random.getrandbits(63))
    return _foreign[1]


def uniform(generator: ft.Generator, low: float = 0.0, high: float = 1.0) -> float:
    """A number from ``low`` to ``high``."""
    return low + (high - low) * ft.rand((), dtype=ft.float64, generator=generator).item()


def integer(generator: ft.Generator, low: int, high: int) -> int:
    """An integer from ``low`` to ``high - 1``."""
    return min(low + int(uniform(generator) * (high - low)), high - 1)


def chance(generator: ft.Generator, p: float) -> bool:
    """True with probability ``p``."""
    return uniform(generator) < p


def log_uniform(generator: ft.Generator, low: float, high: float) -> float:
    return math.exp(uniform(generator, math.log(low), math.log(high)))


def permutation(generator: ft.Generator, n: int) -> list[int]:
    return ft.randperm(n, generator=generator).tolist()


def choice(generator: ft.Generator, weights: list[float]) -> int:
    """An index, with probabilities in proportion to the weights."""
    place = uniform(generator) * sum(weights)
    for index, weight in enumerate(weights):
        place -= weight
        if place < 0:
            return index
    return max(index for index, weight in enumerate(weights) if weight > 0)


def _gamma(generator: ft.Generator, shape: float) -> float:
    """G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000."""
    boost = 1.0
    if shape < 1:
        boost = max(uniform(generator), 1e-300) ** (1 / shape)
        shape += 1
    d = shape - 1 / 3
    c = 1 / math.sqrt(9 * d)
    while True:
        x: Any = ft.randn((), dtype=ft.float64, generator=generator).item()
        v = (1 + c * x) ** 3
        if v > 0 and math.log(max(uniform(generator), 1e-300)) < 0.5 * x * x + d - d * v + d * math.log(v):
            return boost * d * v


def beta(generator: ft.Generator, a: float, b: float) -> float:
    """A number of the beta distribution."""
    first, second = _gamma(generator, a), _gamma(generator, b)
    return first / (first + second) if first + second > 0 else 0.5


def dirichlet(generator: ft.Generator, alpha: float, n: int) -> list[float]:
    """``n`` numbers whose sum is 1, of the symmetric Dirichlet distribution."""
    parts = [_gamma(generator, alpha) for _ in range(n)]
    total = sum(parts)
    return [part / total for part in parts] if total > 0 else [1 / n] * n
