"""Random numbers, from the counter-based streams of ``_philox``."""

import math

from .. import errors
from .._defaults import default_float
from .._schema import Array, DeviceLike, DType, Generator, Int, Number, OptionalNumber, Shape, operator
from ..random import Generator as Stream
from ..random import default_generator
from . import _philox
from ._helpers import check_elements, check_floating_result, is_floating, is_half, select

_FLOAT = "float32"


def _reserved(generator, words):
    """The seed and offset of a draw of so many 32-bit words."""
    return (default_generator if generator is None else generator).reserve(words)


def drawn_uniform(xp, shape, generator, dtype):
    count = math.prod(shape)
    place = _reserved(generator, _philox.words_of(count, dtype))
    return _philox.uniform(xp, count, *place, dtype).reshape(shape)


def drawn_normal(xp, shape, generator, dtype):
    count = math.prod(shape)
    pairs = -(-count // 2)
    place = _reserved(generator, _philox.words_of(2 * pairs, dtype))
    return _philox.normal(xp, count, *place, dtype).reshape(shape)


def check_generator(operation, generator):
    if generator is not None and not isinstance(generator, Stream):
        errors.type_error(operation, "generator", "Generator or None", type(generator).__name__)


def _check_shape(operation, shape):
    if any(n < 0 for n in shape):
        errors.value_error(operation, "shape", "sizes of 0 or more", str(shape))
    check_elements(operation, "shape", *shape)


@operator(creation=True, random=True, method=False, differentiable=False)
def rand(xp, shape: Shape, *, generator: Generator = None, dtype: DType = None, device: DeviceLike = None):
    """Random numbers, uniform in [0, 1).

    Args:
        shape: sizes of the dimensions.
        generator: Generator to draw from; the default one if not given.
        dtype: a floating dtype; the default float if not given.
        device: where to make it; the CPU if not given. The numbers are the same on every device.

    Returns:
        Tensor of shape ``shape``.

    Raises:
        ValueError: a negative size.
        DTypeError: ``dtype`` is not a floating one.

    Example:
        >>> x = ft.rand(2, 3, generator=ft.Generator(0))
        >>> x.shape, bool((x < 1).all())
        ((2, 3), True)
    """
    return drawn_uniform(xp, shape, generator, xp.dtype(dtype or default_float()))


@rand.check
def _(shape, generator, dtype, device):
    check_generator("rand", generator)
    _check_shape("rand", shape)
    check_floating_result("rand", dtype)


@operator(creation=True, random=True, method=False, differentiable=False)
def randn(xp, shape: Shape, *, generator: Generator = None, dtype: DType = None, device: DeviceLike = None):
    """Random numbers from the standard normal distribution.

    Args:
        shape: sizes of the dimensions.
        generator: Generator to draw from; the default one if not given.
        dtype: a floating dtype; the default float if not given.
        device: where to make it; the CPU if not given. The numbers are the same on every device, to 4 ulp.

    Returns:
        Tensor of shape ``shape``.

    Raises:
        ValueError: a negative size.
        DTypeError: ``dtype`` is not a floating one.

    Example:
        >>> ft.randn(2, 3, generator=ft.Generator(0)).shape
        (2, 3)
    """
    return drawn_normal(xp, shape, generator, xp.dtype(dtype or default_float()))


@randn.check
def _(shape, generator, dtype, device):
    check_generator("randn", generator)
    _check_shape("randn", shape)
    check_floating_result("randn", dtype)


@operator(creation=True, random=True, function=False, method=False, differentiable=False)
def randint(
    xp,
    low: Int,
    high: Int,
    shape: Shape,
    *,
    generator: Generator = None,
    dtype: DType = None,
    device: DeviceLike = None,
):
    """Random integers, uniform in [low, high).

    Args:
        low: the least value.
        high: one more than the greatest value.
        shape: sizes of the dimensions.
        generator: Generator to draw from; the default one if not given.
        dtype: dtype; int64 if not given.
        device: where to make it; the CPU if not given. The numbers are the same on every device.

    Returns:
        Tensor of shape ``shape``.

    Raises:
        ValueError: ``high`` is not above ``low``, or a negative size.

    Example:
        >>> x = ft.randint(1, 7, (100,), generator=ft.Generator(0))
        >>> x.amin().item(), x.amax().item()
        (1, 6)
    """
    count = math.prod(shape)
    values = _philox.integers(xp, count, *_reserved(generator, 2 * count), high - low)
    # Two's complement: adding modulo 2**64 gives the right int64.
    values = (values + xp.asarray(low % 2**64, dtype="uint64")).astype("int64")
    return values.astype(dtype or "int64").reshape(shape)


@randint.check
def _(low, high, shape, generator, dtype, device):
    check_generator("randint", generator)
    _check_shape("randint", shape)
    if high <= low:
        errors.value_error("randint", "high", f"a number above low's {low}", str(high))
    if low < -(2**63) or high > 2**63:
        errors.value_error("randint", None, "bounds within int64", f"[{low}, {high})")


@operator(creation=True, random=True, method=False, differentiable=False)
def randperm(xp, n: Int, *, generator: Generator = None, dtype: DType = None, device: DeviceLike = None):
    """The numbers 0 to n - 1 in random order.

    Args:
        n: how many.
        generator: Generator to draw from; the default one if not given.
        dtype: dtype; int64 if not given.
        device: where to make it; the CPU if not given. The order is the same on every device.

    Returns:
        Tensor of shape ``(n,)``.

    Raises:
        ValueError: ``n`` is negative.

    Example:
        >>> sorted(ft.randperm(4, generator=ft.Generator(0)).tolist())
        [0, 1, 2, 3]
    """
    keys = _philox.integers(xp, n, *_reserved(generator, 2 * n), 2**64)
    return xp.argsort(keys, kind="stable").astype(dtype or "int64")


@randperm.check
def _(n, generator, dtype, device):
    check_generator("randperm", generator)
    if n < 0:
        errors.value_error("randperm", "n", "0 or more", str(n))
    check_elements("randperm", "n", n)


@operator(random=True)
def bernoulli(xp, input: Array, p: OptionalNumber = None, *, generator: Generator = None):
    """Random zeros and ones: each is 1 with the probability that ``input`` has in its place.

    Args:
        input: Tensor of probabilities, of any shape.
        p: the probability of a 1 everywhere; ``input`` then gives shape and dtype only.
        generator: Generator to draw from; the default one if not given.

    Returns:
        Tensor like ``input``.

    Raises:
        ValueError: ``p`` is not in [0, 1].
        DTypeError: ``input`` is to give the probabilities and does not hold floats.

    Example:
        >>> ft.bernoulli(ft.tensor([0.0, 1.0])).tolist()
        [0.0, 1.0]
    """
    wide = xp.dtype("float64" if input.dtype.itemsize == 8 and is_floating(input.dtype) else _FLOAT)
    draws = drawn_uniform(xp, input.shape, generator, wide)
    return (draws < (input.astype(wide) if p is None else p)).astype(input.dtype)


@bernoulli.check
def _(input, p, generator):
    check_generator("bernoulli", generator)
    if p is None and not is_floating(input.dtype):
        errors.dtype_error("bernoulli", "input", "probabilities of a floating dtype", input.dtype.name, "give p")
    if p is not None and not 0 <= p <= 1:
        errors.value_error("bernoulli", "p", "a probability in [0, 1]", str(p))


@operator(random=True, inplace="only", dtypes="float")
def uniform(xp, input: Array, low: Number = 0, high: Number = 1, *, generator: Generator = None):
    """Set all elements to random numbers, uniform in [low, high), in place.

    Args:
        input: Tensor of floats to write.
        low: the least value.
        high: the upper end.
        generator: Generator to draw from; the default one if not given.

    Returns:
        ``input``.

    Raises:
        ValueError: ``high`` is below ``low``.

    Example:
        >>> x = ft.zeros(100).uniform_(-1, 1)
        >>> bool((x.abs() <= 1).all())
        True
    """
    wide = xp.dtype(_FLOAT) if is_half(input.dtype) else input.dtype
    draws = drawn_uniform(xp, input.shape, generator, input.dtype).astype(wide)
    result = (draws * (high - low) + low).astype(input.dtype)
    # What is rounded up to `high` goes to the other end, which rounding gives half of its share.
    low, high = (xp.asarray(n, dtype=input.dtype) for n in (low, high))
    return select(xp, result < high, result, low)


@uniform.check
def _(input, low, high, generator):
    check_generator("uniform", generator)
    if high < low:
        errors.value_error("uniform", "high", f"a number of at least low's {low}", str(high))


@operator(random=True, inplace="only", dtypes="float")
def normal(xp, input: Array, mean: Number = 0, std: Number = 1, *, generator: Generator = None):
    """Set all elements to random numbers from a normal distribution, in place.

    Args:
        input: Tensor of floats to write.
        mean: the mean of the distribution.
        std: its standard deviation.
        generator: Generator to draw from; the default one if not given.

    Returns:
        ``input``.

    Raises:
        ValueError: ``std`` is negative.

    Example:
        >>> ft.zeros(2, 3).normal_(10, 0).tolist()
        [[10.0, 10.0, 10.0], [10.0, 10.0, 10.0]]
    """
    wide = xp.dtype(_FLOAT) if is_half(input.dtype) else input.dtype
    return (drawn_normal(xp, input.shape, generator, wide) * std + mean).astype(input.dtype)


@normal.check
def _(input, mean, std, generator):
    check_generator("normal", generator)
    if std < 0:
        errors.value_error("normal", "std", "0 or more", str(std))


@operator(dtypes="float", function=False, method=False)
def dropout(xp, input: Array, p: Number, seed: Int, offset: Int):
    """Zeros in place of elements chosen at random with probability ``p``; the rest scaled by ``1 / (1 - p)``.

    It is a pure function: which elements are dropped follows from ``seed`` and ``offset``, as a Generator's
    ``reserve(input.numel())`` gives them.

    Args:
        input: Tensor of floats.
        p: the probability of dropping an element.
        seed: the seed of the stream of random numbers.
        offset: the place in the stream.

    Returns:
        Tensor like ``input``.

    Raises:
        ValueError: ``p`` is not in [0, 1].
    """
    if p == 1:
        return xp.zeros_like(input)
    kept = _philox.uniform(xp, input.size, seed, offset, _FLOAT).reshape(input.shape) >= p
    scale = xp.asarray(1 / (1 - p), dtype=input.dtype)
    return select(xp, kept, input * scale, xp.zeros((), dtype=input.dtype))


@dropout.check
def _(input, p, seed, offset):
    if not 0 <= p <= 1:
        errors.value_error("dropout", "p", "a probability in [0, 1]", str(p))
