"""Derivatives compared with finite differences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import Tensor, errors

from ._core.engine import Variable, grad

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]


class GradcheckError(RuntimeError):
    """A derivative differs from the finite difference."""


def gradcheck(
    function: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    fast_mode: bool = False,
) -> bool:
    """Compare the derivatives that backward gives with central finite differences.

    Each derivative must satisfy ``|analytical - numerical| <= atol + rtol * |numerical|``, where the numerical one is
    ``(f(x + eps) - f(x - eps)) / (2 * eps)``. Complex numbers are pairs of real ones: real and imaginary parts are
    moved one after the other, and the gradient by ``x + iy`` of a real ``L`` is ``dL/dx + i dL/dy``, as in PyTorch.

    Args:
        function: takes the inputs and returns a Tensor or several; results that do not require grad are left out.
        inputs: the arguments of ``function``, or the only one. Derivatives are checked with respect to the Variables
            that require grad among them, also those in lists and tuples; these must be float64 or complex128.
        eps: the step of the differences.
        atol: absolute tolerance.
        rtol: relative tolerance.
        raise_exception: raise what was found, rather than return False.
        nondet_tol: how much two runs of the same backward may differ.
        fast_mode: compare one random direction of the outputs and of each input, rather than every element: two calls
            of ``function`` for each input, rather than two for each element. An error in few of many elements may stay
            below the tolerance.

    Returns:
        True; False when a derivative is wrong and ``raise_exception`` is False.

    Raises:
        GradcheckError: a derivative is wrong. The message names output, input and their elements.
        DTypeError: a Variable is neither float64 nor complex128.
        ValueError: no Variable requires grad, or one has elements that share memory, or no result requires grad.

    Example:
        >>> x = Variable(ft.tensor([0.5, 1.0], dtype=ft.float64), requires_grad=True)
        >>> gradcheck(ft.exp, x)
        True
    """
    arguments = _as_tuple(inputs)
    variables = _checked("gradcheck", list(_requiring("input", arguments)))
    settings = _Settings("gradcheck", eps, atol, rtol, nondet_tol, fast_mode)

    def evaluate() -> list[tuple[str, Variable]]:
        return _outputs("gradcheck", function(*arguments))

    return _verdict(settings, evaluate, variables, raise_exception)


def gradgradcheck(
    function: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    fast_mode: bool = False,
) -> bool:
    """Compare second derivatives with central finite differences of the first.

    What is checked is the gradient as a function of both the inputs and the gradients of the outputs.

    Args:
        function: as for :func:`gradcheck`.
        inputs: as for :func:`gradcheck`.
        grad_outputs: gradients of the outputs that require grad, or the only one; random by default, the same ones in
            every call.
        eps, atol, rtol, raise_exception, nondet_tol, fast_mode: as for :func:`gradcheck`.

    Returns:
        True; False when a derivative is wrong and ``raise_exception`` is False.

    Raises:
        GradcheckError: a second derivative is wrong. The message names what was differentiated and by what.
        DTypeError: a Variable is neither float64 nor complex128.
        ValueError: no Variable requires grad, or no output does.

    Example:
        >>> x = Variable(ft.tensor([0.5, 1.0], dtype=ft.float64), requires_grad=True)
        >>> gradgradcheck(ft.exp, x)
        True
    """
    arguments = _as_tuple(inputs)
    variables = _checked("gradgradcheck", list(_requiring("input", arguments)))
    targets = [x for _, x in variables]

    outputs = _outputs("gradgradcheck", function(*arguments))
    if grad_outputs is None:
        random = np.random.default_rng(0)
        grad_outputs = [_like(y, random.standard_normal(_size(y))) for _, y in outputs]
    # Variables of the check's own: those given need not require grad, and are not changed.
    seeds = [Variable(g.data.clone(), requires_grad=True) for g in _as_tuple(grad_outputs)]
    if len(seeds) != len(outputs):
        errors.value_error("gradgradcheck", "grad_outputs", f"{len(outputs)} gradients", str(len(seeds)))

    def first() -> list[tuple[str, Tensor]]:
        roots = [y for _, y in _outputs("gradgradcheck", function(*arguments))]
        found = grad(roots, targets, seeds, create_graph=True, allow_unused=True)
        return [(f"gradient of {name}", g) for (name, _), g in zip(variables, found, strict=True) if g is not None]

    named = [(f"gradient of {name}", seed) for (name, _), seed in zip(outputs, seeds, strict=True)]
    settings = _Settings("gradgradcheck", eps, atol, rtol, nondet_tol, fast_mode)
    return _verdict(settings, first, variables + _checked("gradgradcheck", named), raise_exception)


@dataclass(frozen=True)
class _Settings:
    operation: str
    eps: float
    atol: float
    rtol: float
    nondet_tol: float
    fast_mode: bool


# What is checked ------------------------------------------------------------------------------------------------


def _as_tuple(values: Any) -> tuple:
    return tuple(values) if isinstance(values, (tuple, list)) else (values,)


def _requiring(label: str, values: Iterable[Any]) -> Iterator[tuple[str, Variable]]:
    """The Variables that require grad, with what to call them; those in lists too."""
    for i, value in enumerate(values):
        name = f"{label} {i}" if label == "input" else f"{label}[{i}]"
        if isinstance(value, (tuple, list)):
            yield from _requiring(name, value)
        elif isinstance(value, Variable) and value.requires_grad:
            yield name, value


def _checked(operation: str, variables: list[tuple[str, Variable]]) -> list[tuple[str, Variable]]:
    if not variables:
        errors.value_error(operation, "inputs", "at least one Variable that requires grad", "none")
    for name, x in variables:
        if x.dtype not in (np.float64, np.complex128):
            wanted, fix = ("complex128", ".to('complex128')") if x.is_complex() else ("float64", ".double()")
            errors.dtype_error(operation, name, f"{wanted}, for differences to be precise", x.dtype.name, f"use {fix}")
        if x.numel() and any(step == 0 and n > 1 for n, step in zip(x.shape, x.stride(), strict=True)):
            errors.value_error(operation, name, "elements of their own", "some that share memory", "clone() it")
    return variables


def _outputs(operation: str, results: Any) -> list[tuple[str, Variable]]:
    """The results that require grad, with what to call them."""
    parts = _as_tuple(results)
    for part in parts:
        if not isinstance(part, Tensor):
            errors.type_error(operation, "function", "Tensors as results", type(part).__name__)
    found = [(f"output {i}", y) for i, y in enumerate(parts) if isinstance(y, Variable) and y.requires_grad]
    if not found:
        errors.value_error(operation, "function", "at least one result that requires grad", "none")
    return found


def _size(x: Tensor) -> int:
    """How many real numbers a Tensor holds."""
    return x.numel() * (2 if x.is_complex() else 1)


def _numbers(x: Tensor) -> np.ndarray:
    """The real numbers in a Tensor, in float64: of complex ones real and imaginary parts in turn."""
    array = x.data.numpy().reshape(-1)
    return array.astype(np.complex128).view(np.float64) if x.is_complex() else array.astype(np.float64)


def _like(x: Tensor, numbers: np.ndarray) -> Tensor:
    """A Tensor like another, of other real numbers."""
    array = numbers.view(np.complex128) if x.is_complex() else numbers
    return ft.tensor(array.reshape(x.shape), dtype=x.dtype, device=x.device)


# The comparison -------------------------------------------------------------------------------------------------


def _verdict(
    settings: _Settings,
    evaluate: Callable[[], list[tuple[str, Tensor]]],
    variables: list[tuple[str, Variable]],
    raise_exception: bool,
) -> bool:
    try:
        _compare(settings, evaluate, variables)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def _compare(settings, evaluate, variables) -> None:
    """Compare ``seed @ J @ direction`` for each output's seeds and each input's directions.

    Seeds and directions are all unit vectors, which gives every element of the Jacobian J, or a single random one.
    """
    random = np.random.default_rng(0)
    outputs = evaluate()
    directions = [_vectors(_size(x), settings, random) for _, x in variables]
    seeds = [_vectors(_size(y), settings, random) for _, y in outputs]
    # Backward first: the differences change the inputs in place.
    pulled = [_pulled_back(settings, y, variables, s) for y, s in zip(outputs, seeds, strict=True)]
    for k, (name, x) in enumerate(variables):
        if x.numel() == 0:
            continue
        pushed = [_difference(settings, evaluate, outputs, x, d) for d in directions[k]]
        for o, (output_name, y) in enumerate(outputs):
            if y.numel() == 0:
                continue
            analytical = pulled[o][k] @ directions[k].T
            moved = np.array([p[o] for p in pushed]).reshape(len(pushed), _size(y))
            numerical = seeds[o] @ moved.T
            close = np.abs(analytical - numerical) <= settings.atol + settings.rtol * np.abs(numerical)
            wrong = ~(close | (np.isnan(analytical) & np.isnan(numerical)))
            if wrong.any():
                what, where = (output_name, y), (name, x)
                raise GradcheckError(_message(settings, what, where, wrong, analytical, numerical))


def _vectors(n: int, settings: _Settings, random: np.random.Generator) -> np.ndarray:
    if not settings.fast_mode:
        return np.eye(n)
    vector = random.standard_normal((1, n))
    return vector / max(float(np.linalg.norm(vector)), 1e-300)


def _pulled_back(settings, output, variables, seeds) -> list[np.ndarray]:
    """For each Variable the products ``seed @ J``, one a row."""
    name, y = output
    rows = [_vjp(y, variables, seed) for seed in seeds]
    if len(rows) > 1:
        _check_linear(settings, output, variables, seeds, rows)
    again = _vjp(y, variables, seeds[0]) if rows else ()
    for (input_name, _), g, h in zip(variables, rows[0] if rows else (), again, strict=bool(rows)):
        if not np.allclose(g, h, rtol=0, atol=settings.nondet_tol, equal_nan=True):
            raise GradcheckError(
                f"{settings.operation}(): derivative of {name} by {input_name}: expected the same from every backward, "
                f"got two that differ by up to {np.nanmax(np.abs(g - h)):.3g}"
            )
    return [np.array([row[k] for row in rows]).reshape(len(rows), _size(x)) for k, (_, x) in enumerate(variables)]


def _check_linear(settings, output, variables, seeds, rows) -> None:
    """The gradient of a sum is the sum of gradients: unit vectors alone do not show that it is."""
    name, y = output
    factors = np.random.default_rng(1).standard_normal(len(seeds))
    mixed = _vjp(y, variables, factors @ seeds)
    for k, (input_name, _) in enumerate(variables):
        expected = factors @ np.array([row[k] for row in rows])
        if not np.isfinite(expected).all():
            continue
        if not np.allclose(mixed[k], expected, rtol=settings.rtol, atol=settings.atol):
            worst = np.argmax(np.abs(mixed[k] - expected))
            raise GradcheckError(
                f"{settings.operation}(): derivative of {name} by {input_name}: expected gradients in proportion to "
                f"those of the output, got {mixed[k][worst]:.9g} where these add up to {expected[worst]:.9g}"
            )


def _vjp(y: Tensor, variables, seed: np.ndarray) -> list[np.ndarray]:
    if not (isinstance(y, Variable) and y.requires_grad):
        return [np.zeros(_size(x)) for _, x in variables]
    given = _like(y, seed)
    found = grad(y, [x for _, x in variables], given, retain_graph=True, allow_unused=True)
    return [np.zeros(_size(x)) if g is None else _numbers(g) for g, (_, x) in zip(found, variables, strict=True)]


def _difference(settings, evaluate, outputs, x: Variable, direction: np.ndarray) -> list[np.ndarray]:
    """The central difference of every output along a direction of one input."""
    start = _numbers(x)
    results = []
    try:
        for step in (settings.eps, -settings.eps):
            x.data.copy_(_like(x, start + step * direction))
            found = evaluate()
            if [(name, y.shape) for name, y in found] != [(name, y.shape) for name, y in outputs]:
                wanted = f"{_summary(outputs)} from every call"
                raise GradcheckError(f"{settings.operation}(): expected {wanted}, got {_summary(found)}")
            results.append([_numbers(y) for _, y in found])
    finally:
        x.data.copy_(_like(x, start))
    return [(above - below) / (2 * settings.eps) for above, below in zip(*results, strict=True)]


def _summary(outputs) -> str:
    return ", ".join(f"{name} of shape {y.shape}" for name, y in outputs)


def _place(x: Tensor, position: int) -> str:
    """Which of a Tensor's real numbers, counted in order, one is."""
    parts = 2 if x.is_complex() else 1
    place = tuple(int(i) for i in np.unravel_index(position // parts, x.shape))
    return f"{place}, {('real', 'imaginary')[position % 2]} part" if parts == 2 else f"{place}"


def _message(settings, output, variable, wrong, analytical, numerical) -> str:
    """What is wrong, at the element that is wrong by most."""
    distance = np.where(wrong, np.abs(analytical - numerical), -1.0)
    s, d = np.unravel_index(np.argmax(np.where(np.isnan(distance), np.inf, distance)), wrong.shape)
    names = []
    for (name, x), position in ((output, s), (variable, d)):
        names.append(f"{name} in a random direction" if settings.fast_mode else f"{name} at {_place(x, int(position))}")
    some = "" if settings.fast_mode else f"; {int(wrong.sum())} of {wrong.size} derivatives differ"
    return (
        f"{settings.operation}(): derivative of {names[0]} by {names[1]}: expected {numerical[s, d]:.9g} (numerical), "
        f"got {analytical[s, d]:.9g} (analytical){some}"
    )
