"""What several families of kernels and checks share."""

import math
import sys
from typing import NoReturn

from numpy import generic, ndarray

from .. import errors
from .._backends import by_array_type
from .._schema import Kind


def is_half(dtype) -> bool:
    """Whether a dtype is a float of 16 bits (bfloat16 is of kind "V")."""
    return dtype.itemsize == 2 and dtype.kind in "fV"


def is_floating(dtype) -> bool:
    return dtype.kind in "fV"


def widened(array):
    """The array in a dtype to accumulate in: floats of 16 bits as float32, others as they are."""
    return array.astype("float32") if is_half(array.dtype) else array


def narrowed(result, dtype):
    """A result back in the operator's dtype."""
    return result if result.dtype == dtype else result.astype(dtype)


def python_number(value):
    """A NumPy number as one of Python's, which has a kind but no width; anything else as it is."""
    return value.item() if isinstance(value, generic) else value


def in_kind_of(xp, number, dtype):
    """A number as an operand that leaves the other operand's dtype alone: NumPy widens bfloat16 by a Python float."""
    number = python_number(number)
    return xp.asarray(number, dtype=dtype) if dtype.kind == "V" and not hasattr(number, "dtype") else number


def normalized_dims(dim, ndim: int) -> tuple:
    """The dimensions a reduction runs over: None is all of them; of a Tensor without dimensions there are none."""
    if ndim == 0:
        return ()
    return tuple(range(ndim)) if dim is None else dim if isinstance(dim, tuple) else (dim,)


def count_along(shape, dim) -> int:
    """How many elements each element of a reduction's result is made of."""
    return math.prod(shape[d] for d in normalized_dims(dim, len(shape)))


# Checks ---------------------------------------------------------------------------------------------------------


def fit(shape, other) -> bool:
    """Whether two shapes broadcast."""
    return all(m == n or m == 1 or n == 1 for m, n in zip(reversed(shape), reversed(other), strict=False))


def expands_to(shape, target) -> bool:
    """Whether ``shape`` broadcasts to ``target``."""
    return len(shape) <= len(target) and all(
        m in (1, n) for m, n in zip(reversed(shape), reversed(target), strict=False)
    )


def check_broadcast(operation: str, **operands) -> None:
    """The operands' shapes must broadcast; None and numbers fit everything."""
    seen = None
    for name, operand in operands.items():
        shape = getattr(operand, "shape", ())
        if shape == () or shape == seen:
            continue
        if seen is None:
            first, seen = name, shape
        elif fit(shape, seen):
            seen = tuple(
                m if n == 1 else n for m, n in zip(_padded(shape, len(seen)), _padded(seen, len(shape)), strict=True)
            )
        else:
            errors.shape_error(
                operation, name, f"a shape that broadcasts with {first}'s {tuple(seen)}", str(tuple(shape))
            )


def _padded(shape, ndim: int) -> tuple:
    return (1,) * (ndim - len(shape)) + tuple(shape)


def checks_broadcast(*definitions) -> None:
    """Give pointwise operators of several operands the check that their shapes broadcast."""
    for definition in definitions:
        definition.check(_broadcast_check(definition))


def _broadcast_check(definition):
    name = definition.name
    kinds = (Kind.MASK, Kind.ARRAY, Kind.OPERAND)
    operands = [(i, p.name) for i, p in enumerate(definition.parameters) if p.kind in kinds]

    def check(*args):
        # This runs in every call that the compiled loops do not take: the usual cases go without ceremony.
        longest = ()
        for i, _ in operands:
            shape = getattr(args[i], "shape", ())
            if len(shape) > len(longest):
                longest, shape = shape, longest
            if shape and shape != longest[-len(shape) :]:
                check_broadcast(name, **{operand: args[i] for i, operand in operands})
                return

    return check


def check_integers(operation: str, argument: str, array) -> None:
    if array.dtype.kind not in "iu":
        errors.dtype_error(operation, argument, "integers", array.dtype.name, "convert it with .long()")


def check_elements(operation: str, argument: str, *sizes: int) -> None:
    """As many elements as no memory holds are refused here: beyond 64 bits array libraries do not even say so."""
    if not math.prod(sizes) < 2**59:
        got = str(sizes[0]) if len(sizes) == 1 else str(sizes)
        errors.value_error(operation, argument, "fewer than 2**59 elements", got)


def check_number(operation: str, argument: str, number, dtype) -> None:
    """A number that fills a Tensor, or bounds it, must be one that the dtype holds."""
    if dtype.kind in "bc":
        return
    if isinstance(number, complex):
        errors.dtype_error(operation, argument, "a real value", "a complex one")
    if dtype.kind in "iu":
        bits = 8 * dtype.itemsize
        least, greatest = (0, 2**bits - 1) if dtype.kind == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        if not isinstance(number, int) and not number.is_integer():
            errors.value_error(operation, argument, f"a whole number, for {dtype.name}", str(number))
    elif isinstance(number, int):
        # Beyond these it could not be made a float, not even an infinite one.
        least, greatest = -sys.float_info.max, sys.float_info.max
    else:
        return
    if not least <= number <= greatest:
        errors.value_error(operation, argument, f"a number in the range of {dtype.name}", str(number))


def check_floating_result(operation: str, dtype) -> None:
    if dtype is not None and not is_floating(dtype):
        errors.dtype_error(operation, "dtype", "a floating dtype", dtype.name)


def check_same_dtype(operation: str, argument: str, dtype, other: str, other_dtype) -> None:
    if dtype != other_dtype:
        errors.dtype_error(operation, argument, f"{other}'s dtype {other_dtype.name}", dtype.name)


def check_bounds(operation: str, argument: str, index, size: int, low: int = 0) -> None:
    """Every element of an integer array must be in [low, size).

    Here, and in :func:`check_each`, operators look at values on the host: that is the price of a clear error. Where a
    backend watches over them, it comes when the device is next waited for; else this waits for it.
    """
    if index.size == 0:
        return
    if _watched((refuse_index, operation, argument), index, low, size):
        return
    least, greatest = index.min().item(), index.max().item()
    if least < low or greatest >= size:
        refuse_index(operation, argument, low, size, least if least < low else greatest, None)


def check_each(report: tuple, array, low: int, size: int, ignored: int | None = None) -> None:
    """As :func:`check_bounds`, but elements may also be ``ignored``, and the error is another: for the first that is
    wrong, ``report[0](*report[1:], low, size, element, index)`` raises it. ``index`` is None where nobody knows it.
    """
    if _watched(report, array, low, size, ignored):
        return
    wrong = (array < low) | (array >= size)
    if ignored is not None:
        wrong = wrong & (array != ignored)
    if wrong.any().item():
        place = wrong.reshape(-1).argmax().item()
        report[0](*report[1:], low, size, array.reshape(-1)[place].item(), _unravelled(place, array.shape))


def _watched(report: tuple, array, low: int, size: int, ignored: int | None = None) -> bool:
    """Whether the array's backend reports elements outside [low, size) itself, which it is then told to do."""
    backend = by_array_type.get(type(array))  # a NumPy scalar's is none
    if backend is None or backend.watch is None or size <= low:
        return False
    backend.watch(report, array, low, size, ignored)
    return True


def refuse_index(operation: str, argument: str, low: int, size: int, wrong: int, index: tuple | None) -> NoReturn:
    """Raise for an index outside [low, size). Where it is goes unsaid, which not every device knows."""
    allowed = f"indices in [{low}, {size - 1}]" if size > low else "no indices, the dimension is empty"
    errors.index_error(operation, argument, allowed, str(wrong))


def _unravelled(place: int, shape) -> tuple[int, ...]:
    """The index of the element at a place in the flattened array."""
    index = []
    for n in reversed(shape):
        index.append(place % n)
        place //= n
    return tuple(reversed(index))


def check_not_empty(operation: str, shape, dim) -> None:
    """A reduction without a neutral element needs at least one element."""
    for d in normalized_dims(dim, len(shape)):
        if shape[d] == 0:
            errors.shape_error(operation, "input", f"at least one element along dimension {d}", str(tuple(shape)))


def apart(xp, target, value):
    """`value`, copied where assigning it to `target` may overwrite what is still to be read.

    NumPy sees to that itself but for one dimension: ``a[0:10:2] = a[0:5]`` reads what it has just written.
    """
    if getattr(value, "ndim", 0) and xp.may_share_memory(target, value):
        return value.copy()
    return value


def refuse_any_order_of_floats(xp, dtype) -> None:
    """To be called before additions at places, which a CUDA device makes in any order."""
    from .._composed.determinism import refuse_any_order

    if getattr(xp, "__name__", "") == "cupy" and dtype.kind not in "biu":
        refuse_any_order()


def select(xp, condition, input, other):
    """``xp.where`` of elements of one dtype, in that dtype: CuPy makes float32 of bfloat16."""
    return narrowed(xp.where(condition, input, other), input.dtype)


# The dtypes that CuPy adds up in place.
_ADDED_AT = frozenset(("int32", "int64", "uint32", "uint64", "float16", "float32", "float64"))


def add_at(xp, target, places, values) -> None:
    """``add.at`` in any dtype: on a CUDA device in any order, which of floats may be refused."""
    dtype = target.dtype
    refuse_any_order_of_floats(xp, dtype)
    if isinstance(target, ndarray) or dtype.name in _ADDED_AT:
        xp.add.at(target, places, values)
    elif dtype.kind == "c":
        add_at(xp, target.real, places, values.real)
        add_at(xp, target.imag, places, values.imag)
    else:
        wide = target.astype("float32" if is_floating(dtype) else "int64")
        xp.add.at(wide, places, values.astype(wide.dtype))
        target[...] = wide.astype(dtype)
