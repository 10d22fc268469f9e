"""Random Tensors, made of operators that draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors, ops
from .._composed import composed

if TYPE_CHECKING:
    from .._core.tensor import Tensor


@composed(method=False)
def randint(
    low: int,
    high: Any = None,
    *shape: Any,
    size: Any = None,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    out: Tensor | None = None,
) -> Tensor:
    """Random integers, uniform in [low, high): ``randint(low, high, shape)``, or ``randint(high, shape)`` from 0 on.

    Args:
        low: the least value.
        high: one more than the greatest value.
        shape: sizes of the dimensions.
        size: another name of ``shape``.
        generator: Generator to draw from; the default one if not given.
        dtype: dtype; int64 if not given.
        device: where to make it; the CPU if not given. The numbers are the same on every device.
        out: Tensor to write to.

    Returns:
        Tensor of shape ``shape``.

    Raises:
        ValueError: ``high`` is not above ``low``, or a negative size.

    Example:
        >>> x = ft.randint(1, 7, (100,), generator=ft.Generator(0))
        >>> x.amin().item(), x.amax().item()
        (1, 6)
        >>> ft.randint(5, (2, 3)).shape
        (2, 3)
    """
    if size is not None:
        if shape or isinstance(high, (tuple, list)):
            errors.type_error("randint", "size", "one of shape and size", "both")
        shape, low, high = (size,), 0 if high is None else low, low if high is None else high
    elif isinstance(high, (tuple, list)) and not shape:
        low, high, shape = 0, low, (high,)
    return ops.randint(low, high, shape, generator=generator, dtype=dtype, device=device, out=out)


@composed(method=False)
def randint_like(
    input: Tensor, low: int, high: int | None = None, *, generator: Any = None, dtype: Any = None, device: Any = None
) -> Tensor:
    """Random integers, uniform in [low, high), in the shape, dtype and place of another Tensor.

    Args:
        input: Tensor that gives the shape.
        low: the least value; with no ``high``, ``randint_like(input, high)`` begins at 0.
        high: one more than the greatest value.
        generator: Generator to draw from; the default one if not given.
        dtype: dtype; ``input``'s if not given.
        device: where to make it; ``input``'s device if not given.

    Returns:
        Tensor of ``input``'s shape.

    Raises:
        ValueError: ``high`` is not above ``low``.

    Example:
        >>> ft.randint_like(ft.zeros(2, 3), 5, 6).tolist()
        [[5.0, 5.0, 5.0], [5.0, 5.0, 5.0]]
    """
    low, high = (0, low) if high is None else (low, high)
    place = input.device if device is None else device
    kind = input.dtype if dtype is None else dtype
    return ops.randint(low, high, tuple(input.shape), generator=generator, dtype=kind, device=place)


@composed(method=False)
def normal(
    mean: Tensor | float = 0.0,
    std: Tensor | float = 1.0,
    size: Any = None,
    *,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    out: Tensor | None = None,
) -> Tensor:
    """Random numbers from normal distributions: ``randn * std + mean``.

    Gradients flow to ``mean`` and ``std``, as those of that formula (in PyTorch they are zero).

    Args:
        mean: the mean; a Tensor for one of each element.
        std: the standard deviation; a Tensor for one of each element, of a shape that broadcasts with ``mean``'s.
        size: sizes of the dimensions, where both are numbers.
        generator: Generator to draw from; the default one if not given.
        dtype: a floating dtype; that of the Tensors, or the default float, if not given.
        device: where to make it; where the Tensors are, or the CPU, if not given.
        out: Tensor to write to.

    Returns:
        Tensor of shape ``size``, or of the shape that the Tensors broadcast to.

    Raises:
        ValueError: a negative ``std``; or ``size`` beside Tensors, or none with numbers.

    Example:
        >>> ft.normal(10.0, 0.0, (2,)).tolist()
        [10.0, 10.0]
        >>> ft.normal(ft.tensor([1.0, 2.0]), 0.0).tolist()
        [1.0, 2.0]
    """
    given = [x for x in (mean, std) if hasattr(x, "dtype") and hasattr(x, "device")]
    if bool(given) == (size is not None):
        got = "Tensors and size" if given else "numbers and no size"
        errors.value_error("normal", "size", "sizes beside two numbers, none beside Tensors", got)
    negative = bool((std < 0).any()) if hasattr(std, "dtype") else std < 0
    if negative:
        errors.value_error("normal", "std", "0 or more", "a negative number" if hasattr(std, "dtype") else str(std))
    if given:
        for x in given:
            if not x.is_floating_point():
                errors.dtype_error("normal", None, "Tensors of floats", x.dtype.name)
        like = ops.add(*given) if len(given) == 2 else given[0]
        dtype, device = like.dtype if dtype is None else dtype, like.device if device is None else device
        size = tuple(like.shape)
    drawn = ops.randn(size, generator=generator, dtype=dtype, device=device)
    return ops.add(ops.mul(drawn, std), mean, out=out)


@composed(function=False)
def bernoulli_(input: Tensor, p: Tensor | float = 0.5, *, generator: Any = None) -> Tensor:
    """Set all elements to random zeros and ones, in place.

    Args:
        input: Tensor to write.
        p: the probability of a 1; a Tensor of floats, which broadcasts to ``input``'s shape, for one of each element.
        generator: Generator to draw from; the default one if not given.

    Returns:
        ``input``.

    Raises:
        ValueError: ``p`` is a number outside of [0, 1].

    Example:
        >>> ft.zeros(2).bernoulli_(ft.tensor([0.0, 1.0])).tolist()
        [0.0, 1.0]
    """
    if not hasattr(p, "dtype"):
        return ops.bernoulli(input, p, generator=generator, out=input)
    return input.copy_(ops.bernoulli(ops.expand(p, tuple(input.shape)), generator=generator))
