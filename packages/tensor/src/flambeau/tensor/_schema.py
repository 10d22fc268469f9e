"""How an operator is declared: one decorated function on arrays.

The decorated function is the operator's *reference kernel*: it receives the array namespace ``xp`` (NumPy or
CuPy) and bare arrays, and says what the operator computes. Its signature, annotations and docstring are also the
operator's public signature and docstring: the build generates the function, the method, the in-place twin, the
type stubs and the documentation page from it. Nothing here needs compiled code, because the build imports it.

>>> @operator(inplace=True)
... def double(xp, input: Array):
...     "Twice the input."
...     return input + input
>>> double.name, double.parameters[0].kind.name
('double', 'ARRAY')
"""

from __future__ import annotations

import enum
import importlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple


class Kind(enum.IntEnum):
    """What an argument is; the dispatcher checks and normalises each kind in one place, for every operator."""

    MASK = 0  # a bool Tensor, which takes no part in promotion; the kernel gets the array
    ARRAY = 1  # a Tensor (or a NumPy array on the CPU); the kernel gets the array
    OPTIONAL_ARRAY = 2  # the same, or None
    OPERAND = 3  # a Tensor or a number; the kernel gets an array or a Python number
    ARRAYS = 4  # a list or tuple of Tensors; the kernel gets a tuple of arrays
    DIM = 5  # an int, normalised to 0 <= dim < input.ndim
    OPTIONAL_DIM = 6  # the same, or None
    DIMS = 7  # None (all), an int or ints; the kernel gets a sorted tuple, or None for "all dimensions"
    DIM_ORDER = 8  # a permutation of all dimensions; varargs in the public function
    NEW_DIM = 9  # a place for a new dimension: 0 <= dim <= input.ndim
    SHAPE = 10  # ints; varargs in the public function (`zeros(2, 3)` and `zeros((2, 3))`); -1 is left alone
    PAIR = 11  # an int or two ints; the kernel gets a tuple of two
    INT = 12
    NUMBER = 13  # int or float
    OPTIONAL_NUMBER = 14
    BOOL = 15
    DTYPE = 16  # anything numpy.dtype() takes, or None; the kernel gets a numpy.dtype or None
    DEVICE = 17  # "cpu", "cuda:1", a device, or None; consumed by the dispatcher, the kernel does not get it
    INDEX = 18  # whatever `x[...]` takes; Tensors inside become arrays
    GENERATOR = 19  # a random Generator, or None for the default one
    ANY = 20  # passed through


# What annotations in a kernel's signature say.
Mask = Kind.MASK
Array = Kind.ARRAY
OptionalArray = Kind.OPTIONAL_ARRAY
Operand = Kind.OPERAND
Arrays = Kind.ARRAYS
Dim = Kind.DIM
OptionalDim = Kind.OPTIONAL_DIM
Dims = Kind.DIMS
DimOrder = Kind.DIM_ORDER
NewDim = Kind.NEW_DIM
Shape = Kind.SHAPE
Pair = Kind.PAIR
Int = Kind.INT
Number = Kind.NUMBER
OptionalNumber = Kind.OPTIONAL_NUMBER
Bool = Kind.BOOL
DType = Kind.DTYPE
DeviceLike = Kind.DEVICE
Index = Kind.INDEX
Generator = Kind.GENERATOR
Anything = Kind.ANY


class Parameter(NamedTuple):
    name: str
    kind: Kind
    default: Any  # inspect.Parameter.empty when required
    keyword_only: bool

    @property
    def required(self) -> bool:
        return self.default is inspect.Parameter.empty


class Definition:
    """One operator as declared in ``flambeau.tensor._reference``; ``ops.<name>`` is its record at run time."""

    def __init__(self, kernel: Callable, options: dict[str, Any]):
        self.kernel = kernel
        self.name: str = kernel.__name__
        self.module: str = kernel.__module__
        self.parameters = _parameters(kernel)
        self.__dict__.update(_DEFAULTS)
        self.__dict__.update(options)
        unknown = set(options) - set(_DEFAULTS)
        if unknown:
            raise TypeError(f"operator {self.name}: unknown options {sorted(unknown)}")
        self.check_function: Callable | None = None
        self.answers: dict[tuple, tuple] | None = None  # of a check of shapes, by what it was asked
        self.inplace_kernel: Callable | None = None
        self.composite_function: Callable | None = None

    def __call__(self, xp, *args, **kwargs):
        """The kernel itself, so reference kernels can call one another: ``softmax(np, x, 1)``."""
        return self.kernel(xp, *args, **kwargs)

    def check(self, function: Callable) -> Callable:
        """Decorator: validates shapes and values before any kernel, on every device.

        It takes the operator's arguments as the kernel gets them (without ``xp``) and raises through
        :func:`flambeau.tensor.errors.shape_error` and its siblings. Returning a tuple replaces the arguments.
        """
        self.check_function = function
        return function

    def check_shapes(self, function: Callable) -> Callable:
        """Decorator: like :meth:`check`, of a function that looks at shapes, dtypes and plain values only.

        Its answers are remembered, since a network asks the same of its shapes at every step.
        """
        self.answers = {}
        return self.check(function)

    def inplace_with(self, function: Callable) -> Callable:
        """Decorator: ``function(xp, input, ...)`` changes ``input`` itself, instead of computing and copying back."""
        self.inplace_kernel = function
        return function

    def composite(self, function: Callable) -> Callable:
        """Decorator: the same result from primitive operators, on Tensors (or Variables), of a fused operator."""
        self.composite_function = function
        return function

    @property
    def doc(self) -> str:
        """The docstring, cleaned."""
        return inspect.cleandoc(self.kernel.__doc__ or "")

    @property
    def arity(self) -> int:
        """How many array operands a pointwise expression has."""
        return sum(p.kind in (Kind.MASK, Kind.ARRAY, Kind.OPERAND) for p in self.parameters)


_DEFAULTS: dict[str, Any] = {
    # promote: None (arrays go in as they are) | "common" (to the operands' common dtype) | "float" (the same, and
    # integers become the default float)
    "promote": None,
    # dtypes the operator takes after promotion: "all" | "numeric" (no bool) | "float" | "integral" (with bool) |
    # "integers"
    "dtypes": "all",
    "real": False,  # complex dtypes are refused
    "cpp": None,  # pointwise only: the C++ / CUDA C expression over the parameter names
    "cpp_dtypes": None,  # pointwise only: the dtypes of the compiled row, where they are fewer than `dtypes` says
    "cpp_absent": {},  # pointwise only: what None stands for in optional numbers, "lowest" or "highest" of the dtype
    "comparison": False,  # pointwise only: the result is bool whatever the operands are
    "inplace": False,  # True: also `name_`; "only": nothing but `name_`
    "function": True,  # also a function of flambeau.tensor
    "method": True,  # also a method of Tensor
    "out": True,  # the function takes out= (never when the result is a view or has several parts)
    "view": False,  # the result shares memory with the input: True | "maybe"
    "outputs": ("result",),  # names of the parts of the result
    "auxiliary": (),  # further outputs through which no gradient flows
    "many": False,  # the result is a tuple of Tensors of any length (split, unbind)
    "differentiable": True,
    "creation": False,  # makes a tensor from no tensor: takes dtype=, device=
    "random": False,  # draws from a Generator
    "alpha": False,  # the function takes alpha=, a number that the second operand is multiplied by first
    "rounding_mode": False,  # the function takes rounding_mode=, as division does
    "aliases": (),  # further public names
}


def _parameters(kernel: Callable) -> tuple[Parameter, ...]:
    """A kernel's parameters after xp. (``inspect.signature`` says the same at ten times the import time.)"""
    code = kernel.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    if not names or names[0] != "xp":
        raise TypeError(f"operator {kernel.__name__}: the first parameter must be xp, got {names[:1]}")
    defaults = dict(zip(reversed(names[: code.co_argcount]), reversed(kernel.__defaults__ or ()), strict=False))
    defaults.update(kernel.__kwdefaults__ or {})
    found = []
    for i, name in enumerate(names[1:], start=1):
        kind = kernel.__annotations__.get(name)
        if not isinstance(kind, Kind):
            raise TypeError(f"operator {kernel.__name__}: parameter {name} needs a Kind annotation, got {kind!r}")
        found.append(Parameter(name, kind, defaults.get(name, inspect.Parameter.empty), i >= code.co_argcount))
    return tuple(found)


_definitions: dict[str, Definition] = {}


def operator(**options: Any) -> Callable[[Callable], Definition]:
    """Declare an operator; see :data:`_DEFAULTS` for the options."""

    def declare(kernel: Callable) -> Definition:
        definition = Definition(kernel, options)
        return _definitions.setdefault(definition.name, definition)

    return declare


def pointwise(cpp: str | None = None, **options: Any) -> Callable[[Callable], Definition]:
    """Declare a row of the pointwise table: an operator that acts on each element, operands broadcast.

    ``cpp`` is the expression both C++ and CUDA C compile, over the parameter names; the kernel's body says the same
    in array code.
    """
    return operator(**{"cpp": cpp, "promote": "common", "inplace": True, **options})


def definitions() -> dict[str, Definition]:
    """All declared operators by name: imports every family there is."""
    from . import _reference

    for family in sorted(Path(_reference.__path__[0]).glob("[!_]*.py")):
        importlib.import_module(f"{_reference.__name__}.{family.stem}")
    return _definitions
