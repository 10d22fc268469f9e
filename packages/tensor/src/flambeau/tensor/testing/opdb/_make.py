"""What samples are made of: arrays of one dtype on one device, in every shape and layout worth trying."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import ml_dtypes
import numpy as np

__all__ = [
    "ALL",
    "BOOL",
    "FLOATS",
    "INTEGERS",
    "INTEGRAL",
    "NUMERIC",
    "ErrorSample",
    "Make",
    "Sample",
    "error",
    "is_float",
    "sample",
]

BOOL = (np.dtype(bool),)
INTEGERS = tuple(np.dtype(t) for t in (np.uint8, np.int8, np.int32, np.int64))
FLOATS = tuple(np.dtype(t) for t in (np.float16, ml_dtypes.bfloat16, np.float32, np.float64))
INTEGRAL = BOOL + INTEGERS
NUMERIC = INTEGERS + FLOATS
ALL = BOOL + INTEGERS + FLOATS

# What part of the memory of a larger array the sample is.
_LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "contiguous": lambda x: x,
    "transposed": lambda x: x.T,
    "strided": lambda x: x[..., ::2],
    "reversed": lambda x: x[::-1],
}
# The larger array of which that part is a given one.
_WHOLES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "contiguous": lambda x: x,
    "transposed": lambda x: x.T,
    "strided": lambda x: np.repeat(x, 2, -1)[..., : max(2 * x.shape[-1] - 1, 0)],
    "reversed": lambda x: x[::-1],
}


def is_float(dtype: Any) -> bool:
    """Whether a dtype is one of the floats, bfloat16 among them."""
    return np.dtype(dtype) in FLOATS


def _through(function: Callable[[Any], Any], value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)([_through(function, v) for v in value])
    return function(value)


@dataclass(frozen=True)
class Sample:
    """Arguments of one call.

    Args:
        args: positional arguments, Tensors (or arrays) among them.
        kwargs: keyword arguments.
        smooth: whether a numeric derivative makes sense here: no NaN, no huge values, no ties.
    """

    args: tuple
    kwargs: dict[str, Any]
    smooth: bool = True

    def map(self, function: Callable[[Any], Any]) -> Sample:
        """The sample with ``function`` applied to every value, also to those in lists, tuples and slices."""
        kwargs = {name: _through(function, value) for name, value in self.kwargs.items()}
        return replace(self, args=_through(function, self.args), kwargs=kwargs)

    def values(self) -> list[Any]:
        """Every value, also those in lists and tuples."""
        found: list[Any] = []
        self.map(found.append)
        return found

    def fresh(self) -> Sample:
        """The sample with its random generators back at their beginning, for another call of the same."""
        return self.map(lambda v: type(v)(v.initial_seed()) if hasattr(v, "initial_seed") else v)

    def __str__(self) -> str:
        parts = [describe(value) for value in self.args]
        parts += [f"{name}={describe(value)}" for name, value in self.kwargs.items()]
        return f"({', '.join(parts)})"


def sample(*args: Any, smooth: bool = True, **kwargs: Any) -> Sample:
    """``sample(x, dim=1)`` is the call ``op(x, dim=1)``."""
    return Sample(args, kwargs, smooth)


@dataclass(frozen=True)
class ErrorSample:
    """A call that must raise ``exception`` with exactly this ``message``."""

    exception: type[Exception]
    message: str
    args: tuple
    kwargs: dict[str, Any]


def error(exception: type[Exception], message: str, *args: Any, **kwargs: Any) -> ErrorSample:
    """``error(ShapeError, "the message", x, dim=9)`` is a call that raises."""
    return ErrorSample(exception, message, args, kwargs)


def describe(value: Any) -> str:
    """A short name of an argument: ``float32 (2, 3)`` for an array."""
    if isinstance(value, (list, tuple)):
        inner = ", ".join(describe(v) for v in value)
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"{value.dtype} {tuple(value.shape)}"
    return repr(value)


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Make:
    """``make(shape, low, high, layout)`` gives an array of random values in the dtype under test.

    The same samples serve NumPy arrays, strict arrays, Tensors and Variables: ``convert`` turns a NumPy array into
    whichever is wanted, and ``leaf`` is applied to those that carry the dtype under test, after the layout.

    Args:
        dtype: the dtype under test.
        convert: turns a contiguous NumPy array into the kind of array wanted.
        leaf: turns that into an argument to differentiate by; by default it is left alone.
        seed: of the values.
        domain: ``(low, high)`` where a sample does not say.
        avoid: points that floating values stay away from by at least ``margin``.
        coarse: random floats are whole numbers, the ends of their range included: zeros, ties and kinks are among them.
    """

    dtype: np.dtype
    convert: Callable[[np.ndarray], Any] = _same
    leaf: Callable[[Any], Any] = _same
    seed: int = 0
    domain: tuple[float, float] = (-3.0, 3.0)
    avoid: tuple[float, ...] = ()
    margin: float = 0.05
    coarse: bool = False
    rng: np.random.Generator = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "dtype", np.dtype(self.dtype))
        object.__setattr__(self, "rng", np.random.default_rng(self.seed))

    @property
    def is_float(self) -> bool:
        """Whether the dtype under test is one of the floats, or complex."""
        return is_float(self.dtype) or self.dtype.kind == "c"

    def __call__(
        self, shape: int | Sequence[int], low: float | None = None, high: float | None = None, layout="contiguous"
    ) -> Any:
        """Random values between ``low`` and ``high``, by default the operator's domain."""
        low = self.domain[0] if low is None else low
        high = self.domain[1] if high is None else high
        return self._laid_out(shape, layout, lambda s: self._values(s, low, high), self.leaf)

    def distinct(self, shape: int | Sequence[int], layout: str = "contiguous") -> Any:
        """Values all different, at least 0.1 apart where the dtype is a float: for sorting and extrema."""

        def values(s: tuple[int, ...]) -> np.ndarray:
            n = int(np.prod(s))
            ranks = self.rng.permutation(n)
            if self.dtype.kind in "bu":
                return ranks.reshape(s)
            if self.coarse:
                return (ranks // 2 - n // 4).reshape(s)
            return ((ranks - n // 2) * (0.25 if self.is_float else 1)).reshape(s)

        return self._laid_out(shape, layout, values, self.leaf)

    def values(self, values: Any, layout: str = "contiguous") -> Any:
        """Exactly these values; in a complex dtype with imaginary parts, but 0 stays 0."""
        with np.errstate(all="ignore"):
            array = np.array(values).astype(self.dtype)
            if self.dtype.kind == "c":
                array = array * (1 + 0.5j * self.rng.uniform(-1, 1, array.shape))
            whole = np.ascontiguousarray(_WHOLES[layout](array)) if array.ndim else array
            return self.leaf(_LAYOUTS[layout](self.convert(whole)))

    def extremes(self) -> Any:
        """What the dtype has at its ends: NaN, infinities, signed zeros, the largest and the smallest."""
        if self.dtype == bool:
            return self.values([True, False])
        if self.is_float:
            info = (np if self.dtype.kind == "c" else ml_dtypes).finfo(self.dtype)
            ends = [float(info.max), -float(info.max), float(info.tiny)]
            return self.values([np.nan, np.inf, -np.inf, 0.0, -0.0, *ends, 100.0, -100.0, 1e4])
        info = np.iinfo(self.dtype)
        return self.convert(np.array([info.min, info.max, 0, 1], self.dtype))

    def integers(self, shape: int | Sequence[int], low: int, high: int, layout: str = "contiguous") -> Any:
        """int64 values in ``low <= x < high``: indices."""
        return self._laid_out(shape, layout, lambda s: self.rng.integers(low, high, s), _same, np.dtype(np.int64))

    def bools(self, shape: int | Sequence[int], layout: str = "contiguous") -> Any:
        """Random truth values: masks."""
        return self._laid_out(shape, layout, lambda s: self.rng.random(s) < 0.5, _same, np.dtype(bool))

    def array(self, values: Any, dtype: Any = None) -> Any:
        """Exactly these values in a dtype of their own, not the one under test."""
        return self.convert(np.array(values, dtype))

    def generator(self, seed: int) -> Any:
        """A random generator at the beginning of the stream of a seed."""
        from ...random import Generator

        return Generator(seed)

    def _laid_out(self, shape, layout, values, leaf, dtype=None) -> Any:
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        whole = shape
        if layout == "transposed":
            whole = shape[::-1]
        elif layout == "strided":
            whole = (*shape[:-1], max(2 * shape[-1] - 1, 0))
        array = np.asarray(values(whole)).astype(dtype or self.dtype)
        return leaf(_LAYOUTS[layout](self.convert(array)))

    def _values(self, shape: tuple[int, ...], low: float, high: float) -> np.ndarray:
        if self.dtype == bool:
            return self.rng.random(shape) < 0.5
        if not self.is_float:
            low = max(int(np.ceil(low)), 0) if self.dtype.kind == "u" else int(np.ceil(low))
            return self.rng.integers(low, max(int(high), low), shape, endpoint=True)
        x = self.rng.uniform(low, high, shape)
        if self.coarse:
            return np.clip(np.round(x * 1.2), np.floor(low), np.ceil(high))
        for point in self.avoid:
            near = np.abs(x - point) < self.margin
            x = np.where(near, point + np.where(x < point, -self.margin, self.margin), x)
        return x + 1j * self.rng.uniform(-1.0, 1.0, shape) if self.dtype.kind == "c" else x
