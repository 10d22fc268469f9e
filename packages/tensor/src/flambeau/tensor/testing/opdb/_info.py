"""The record of one operator in the database."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .._close import tolerances
from ._make import ALL, FLOATS, ErrorSample, Make, Sample, is_float

__all__ = ["FunctionInfo", "OpInfo", "to_tuple"]


def _no_errors(make: Make) -> Iterable[ErrorSample]:
    return ()


@dataclass(frozen=True)
class OpInfo:
    """What tests must know about one operator.

    Args:
        name: the operator, ``ops.<name>``.
        samples: ``samples(make)`` yields calls, made of arrays from a :class:`Make`.
        reference: the operator in NumPy, written independently of the kernels. It gets floats as float64. None for
            operators without defined values (``empty``).
        dtypes: the dtypes it takes; all others must be refused.
        domain: the range of random values.
        kinks: points without a derivative, avoided where derivatives are checked.
        to_float: integers give the default float, as in ``exp``; the reference then gets float64.
        exact_dtype: the reference gives the very dtype of the result, rather than any float for a float; always so
            where a sample says ``dtype=``.
        widen: whether the reference gets floats as float64; where not, it gets them as they are.
        tolerance: ``{dtype: (rtol, atol)}`` where the dtype's own are too narrow.
        errors: ``errors(make)`` yields calls that must raise.
        constants: names of floating arguments by which the operator is not differentiable.
        compared: what of the results is compared, where they are not unique (eigenvectors): it gets and gives a tuple
            of NumPy arrays.
        settled: what of the results has a derivative where they are complex and not unique: it takes and gives a tuple
            of Tensors.
        along: what the first argument goes through where derivatives are checked: the directions in which an operator
            of some Tensors only (symmetric matrices) is differentiated.
        deterministic: no for operators that draw from a generator; their samples bring one, with a fixed seed.
    """

    name: str
    samples: Callable[[Make], Iterable[Sample]]
    reference: Callable[..., Any] | None
    dtypes: tuple[np.dtype, ...] = ALL
    domain: tuple[float, float] = (-3.0, 3.0)
    kinks: tuple[float, ...] = ()
    to_float: bool = False
    exact_dtype: bool = False
    widen: bool = True
    tolerance: Mapping[np.dtype, tuple[float, float]] = field(default_factory=dict)
    errors: Callable[[Make], Iterable[ErrorSample]] = _no_errors
    constants: tuple[str, ...] = ()
    compared: Callable[[tuple], tuple] | None = None
    settled: Callable[[tuple], tuple] | None = None
    along: Callable[[Any], Any] | None = None
    deterministic: bool = True

    @property
    def operator(self) -> Any:
        """The operator's record, ``ops.<name>``."""
        from flambeau.tensor import ops

        return getattr(ops, self.name)

    @property
    def function(self) -> Callable:
        """The public function of that name, or else the method, or else the record."""
        import flambeau.tensor as ft

        definition = self.operator.definition
        if definition.inplace == "only" or not (definition.function or definition.method):
            return self.operator
        return getattr(ft if definition.function else ft.Tensor, self.name)

    @property
    def differentiable(self) -> bool:
        """Whether the operator has a derivative."""
        return self.operator.differentiable and any(is_float(d) for d in self.dtypes)

    def make(self, dtype: Any, **options: Any) -> Make:
        """A :class:`Make` with this operator's domain."""
        return Make(np.dtype(dtype), **{"domain": self.domain, **options})

    def generate(self, dtype: Any, **options: Any) -> Iterator[Sample]:
        """All samples of a dtype."""
        yield from self.samples(self.make(dtype, **options))

    def generate_smooth(self, dtype: Any = np.float64, **options: Any) -> Iterator[Sample]:
        """The samples at which a numeric derivative can be taken."""
        for each in self.samples(self.make(dtype, **{"avoid": self.kinks, **options})):
            if each.smooth:
                yield each

    def generate_errors(self, **options: Any) -> Iterator[ErrorSample]:
        """All calls that must raise, on float32 where the operator takes floats."""
        dtype = np.dtype(np.float32)
        yield from self.errors(self.make(dtype if dtype in self.dtypes else self.dtypes[0], **options))

    def tolerance_of(self, dtype: Any) -> tuple[float, float]:
        """``(rtol, atol)`` in a dtype."""
        return self.tolerance.get(np.dtype(dtype), tolerances(dtype))

    def expected(self, sample: Sample, dtype: Any) -> tuple[np.ndarray, ...]:
        """The results the reference gives for a sample of NumPy arrays, in the dtypes the operator must give."""
        if self.reference is None:
            raise TypeError(f"operator {self.name} has no reference")
        wide = sample.map(self._widened) if self.widen else sample
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = to_tuple(self.reference(*wide.args, **wide.kwargs))
            exact = self.exact_dtype or sample.kwargs.get("dtype") is not None
            return tuple(np.asarray(r) if exact else self._narrow(np.asarray(r), np.dtype(dtype)) for r in results)

    def _widened(self, value: Any) -> Any:
        if not isinstance(value, np.ndarray):
            return value
        if self.to_float and value.dtype.kind in "biu":
            value = value.astype(np.float32)  # where the operator starts from
        return value.astype(np.float64) if is_float(value.dtype) else value

    def _narrow(self, result: np.ndarray, dtype: np.dtype) -> np.ndarray:
        if not is_float(result.dtype):
            return result
        return result.astype(dtype if is_float(dtype) else np.float32)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class FunctionInfo(OpInfo):
    """What tests must know about a function that is made of operators and is none itself.

    Args:
        calls: the function.
        derivative: whether gradients through it are those of its values.
    """

    calls: Callable
    derivative: bool = True

    @property
    def operator(self) -> Any:
        """None has this name."""
        raise TypeError(f"{self.name} is made of operators and is none itself")

    @property
    def function(self) -> Callable:
        """The function."""
        return self.calls

    @property
    def differentiable(self) -> bool:
        """Whether gradients through it are those of its values."""
        return self.derivative and any(is_float(d) for d in self.dtypes)


def to_tuple(result: Any) -> tuple:
    """The parts of a result: a tuple or list as it is, anything else as a tuple of one."""
    return tuple(result) if isinstance(result, (tuple, list)) else (result,)


# Wide enough for a few roundings in the narrow floats: for operators that compute in several steps.
SEVERAL_STEPS = {FLOATS[0]: (1e-2, 1e-3), FLOATS[1]: (5e-2, 1e-2)}
