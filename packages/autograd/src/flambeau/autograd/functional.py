"""Derivatives of functions: products with Jacobians and Hessians, and these themselves.

A function here takes Tensors and returns Tensors. What it is given are leaves of their own, so that derivatives are
those by its arguments alone, even where it uses the same Variables in other ways.

Example:
    >>> from flambeau.autograd import functional
    >>> functional.hessian(lambda x: x[0] ** 2 * x[1], ft.tensor([1.0, 3.0])).tolist()
    [[6.0, 2.0], [2.0, 0.0]]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from ._core.engine import Variable, grad
from .modes import inference_mode

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

Tensors = Tensor | Sequence[Tensor]


def vjp(
    func: Callable[..., Any],
    inputs: Tensors,
    v: Tensors | None = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """A vector times the Jacobian of a function, :math:`v^T J`: what one backward pass computes.

    Args:
        func: takes the inputs and returns a Tensor or a tuple of Tensors.
        inputs: the arguments of ``func``, or the only one.
        v: the vector, of the shapes of the outputs; may be left out for one output of one element.
        create_graph: record the computation, so that the results can be differentiated.
        strict: raise when an output does not depend on an input, rather than give zeros.

    Returns:
        The outputs of ``func``, and the product: a Variable for each input, of its shape.

    Raises:
        RuntimeError: ``strict``, and an output or the product does not depend on an input.

    Example:
        >>> from flambeau.autograd import functional
        >>> y, product = functional.vjp(lambda x: x * x, ft.tensor([1.0, 2.0]), ft.tensor([1.0, 10.0]))
        >>> y.tolist(), product.tolist()
        ([1.0, 4.0], [2.0, 40.0])
    """
    with inference_mode(False):
        call = _Call("vjp", func, inputs, create_graph, strict)
        found = call.pullback(call.vector(v, call.outputs, "outputs"), create_graph)
        return call.result(call.outputs, call.single_output, False), call.result(found, call.single_input)


def jvp(
    func: Callable[..., Any],
    inputs: Tensors,
    v: Tensors | None = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """The Jacobian of a function times a vector, :math:`J v`: the derivative in the direction ``v``.

    It is the derivative of :math:`u^T J` by :math:`u`, so it takes a backward pass and another one through that.

    Args:
        func: takes the inputs and returns a Tensor or a tuple of Tensors.
        inputs: the arguments of ``func``, or the only one.
        v: the vector, of the shapes of the inputs; may be left out for one input of one element.
        create_graph: record the computation, so that the results can be differentiated.
        strict: raise when an output does not depend on an input, rather than give zeros.

    Returns:
        The outputs of ``func``, and the product: a Variable for each output, of its shape.

    Raises:
        RuntimeError: ``strict``, and an output or the product does not depend on an input.

    Example:
        >>> from flambeau.autograd import functional
        >>> y, product = functional.jvp(lambda x: x.sum() * x, ft.tensor([1.0, 2.0]), ft.tensor([1.0, 0.0]))
        >>> y.tolist(), product.tolist()
        ([3.0, 6.0], [4.0, 2.0])
    """
    with inference_mode(False):
        call = _Call("jvp", func, inputs, create_graph, strict)
        direction = call.vector(v, call.inputs, "inputs")
        # The product with u is linear in u, so it does not matter for which u it is differentiated.
        seeds = tuple(Variable(ft.zeros_like(y.data), requires_grad=True) for y in call.outputs)
        products = call.pullback(seeds, True)
        found = call.filled(_gradients(products, seeds, direction, create_graph), call.outputs)
        return call.result(call.outputs, call.single_output, False), call.result(found, call.single_output)


def jacobian(func: Callable[..., Any], inputs: Tensors, create_graph: bool = False, strict: bool = False) -> Any:
    """The Jacobian of a function: the derivative of every element of its outputs by every element of its inputs.

    It takes a backward pass for each element of the outputs.

    Args:
        func: takes the inputs and returns a Tensor or a tuple of Tensors.
        inputs: the arguments of ``func``, or the only one.
        create_graph: record the computation, so that the Jacobian can be differentiated.
        strict: raise when an output does not depend on an input, rather than give zeros.

    Returns:
        For one input and one output a Variable of the output's shape followed by the input's. For several inputs a
        tuple of these; for several outputs a tuple of what one gives.

    Shape:
        input: ``(*m)``
        output: ``(*n)``
        Jacobian: ``(*n, *m)``

    Raises:
        RuntimeError: ``strict``, and an output or the Jacobian does not depend on an input.

    Example:
        >>> from flambeau.autograd import functional
        >>> functional.jacobian(lambda x: x * x.sum(), ft.tensor([1.0, 2.0])).tolist()
        [[4.0, 1.0], [2.0, 5.0]]
    """
    with inference_mode(False):
        call = _Call("jacobian", func, inputs, create_graph, strict)
        rows = [call.result(call.rows(y), call.single_input) for y in call.outputs]
        return rows[0] if call.single_output else tuple(rows)


def hessian(func: Callable[..., Any], inputs: Tensors, create_graph: bool = False, strict: bool = False) -> Any:
    r"""The matrix of second derivatives of a function that gives one number, :math:`\partial^2 f / \partial x_i
    \partial x_j`.

    It takes a backward pass for each element of the inputs.

    Args:
        func: takes the inputs and returns a Tensor of one element.
        inputs: the arguments of ``func``, or the only one.
        create_graph: record the computation, so that the Hessian can be differentiated.
        strict: raise when the output or the gradient does not depend on an input, rather than give zeros.

    Returns:
        For one input a Variable of its shape twice. For several inputs a tuple of tuples: at ``[i][j]`` the derivative
        by the i-th and by the j-th, of the shape of the i-th followed by that of the j-th.

    Raises:
        RuntimeError: the output has not one element; or ``strict``, and the output or its gradient does not depend on
            an input.

    Example:
        >>> from flambeau.autograd import functional
        >>> functional.hessian(lambda x: (x**3).sum(), ft.tensor([1.0, 2.0])).tolist()
        [[6.0, 0.0], [0.0, 12.0]]
    """
    with inference_mode(False):
        call = _Call("hessian", func, inputs, create_graph, strict)
        slopes = call.slopes()
        blocks = [call.result(call.rows(slope), call.single_input) for slope in slopes]
        return blocks[0] if call.single_input else tuple(blocks)


def vhp(
    func: Callable[..., Any],
    inputs: Tensors,
    v: Tensors | None = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """A vector times the Hessian of a function that gives one number, :math:`v^T H`.

    It takes two backward passes, whatever the number of elements, and no memory for the Hessian.

    Args:
        func: takes the inputs and returns a Tensor of one element.
        inputs: the arguments of ``func``, or the only one.
        v: the vector, of the shapes of the inputs; may be left out for one input of one element.
        create_graph: record the computation, so that the results can be differentiated.
        strict: raise when the output or the gradient does not depend on an input, rather than give zeros.

    Returns:
        The output of ``func``, and the product: a Variable for each input, of its shape.

    Raises:
        RuntimeError: the output has not one element; or ``strict``, and the output or its gradient does not depend on
            an input.

    Example:
        >>> from flambeau.autograd import functional
        >>> y, product = functional.vhp(lambda x: (x**3).sum(), ft.tensor([1.0, 2.0]), ft.ones(2))
        >>> y.item(), product.tolist()
        (9.0, [6.0, 12.0])
    """
    return _hessian_product("vhp", func, inputs, v, create_graph, strict)


def hvp(
    func: Callable[..., Any],
    inputs: Tensors,
    v: Tensors | None = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """The Hessian of a function that gives one number times a vector, :math:`H v`.

    Second derivatives do not depend on the order where they are continuous, so this is computed as :func:`vhp` is.

    Args:
        func: takes the inputs and returns a Tensor of one element.
        inputs: the arguments of ``func``, or the only one.
        v: the vector, of the shapes of the inputs; may be left out for one input of one element.
        create_graph: record the computation, so that the results can be differentiated.
        strict: raise when the output or the gradient does not depend on an input, rather than give zeros.

    Returns:
        The output of ``func``, and the product: a Variable for each input, of its shape.

    Raises:
        RuntimeError: as :func:`vhp`.

    Example:
        >>> from flambeau.autograd import functional
        >>> y, product = functional.hvp(lambda x: x.prod(), ft.tensor([1.0, 2.0, 3.0]), ft.tensor([1.0, 0.0, 0.0]))
        >>> y.item(), product.tolist()
        (6.0, [0.0, 3.0, 2.0])
    """
    return _hessian_product("hvp", func, inputs, v, create_graph, strict)


def _hessian_product(
    name: str, func: Callable[..., Any], inputs: Tensors, v: Tensors | None, create_graph: bool, strict: bool
) -> tuple[Any, Any]:
    with inference_mode(False):
        call = _Call(name, func, inputs, create_graph, strict)
        direction = call.vector(v, call.inputs, "inputs")
        found = call.filled(_gradients(call.slopes(), call.inputs, direction, create_graph), call.inputs)
        return call.result(call.outputs, True, False), call.result(found, call.single_input)


class _Call:
    """One evaluation of a user's function, at leaves of its own."""

    def __init__(self, name: str, func: Callable[..., Any], inputs: Tensors, create_graph: bool, strict: bool) -> None:
        self.name, self.create_graph, self.strict = name, create_graph, strict
        self.single_input = isinstance(inputs, Tensor)
        self.inputs = tuple(self._own(x) for x in _as_tuple(name, "inputs", "a Tensor or several", inputs))
        returned = func(*self.inputs)
        self.single_output = isinstance(returned, Tensor)
        outputs = _as_tuple(name, "func", "a function that returns a Tensor or several", returned)
        self.outputs = tuple(y if isinstance(y, Variable) else Variable(y) for y in outputs)
        for i, y in enumerate(self.outputs):
            if strict and not y.requires_grad:
                self._refuse("func", f"output {i} that does not depend on the inputs")

    def _own(self, x: Tensor) -> Variable:
        """The input without what else it is used for; with its history when that is wanted."""
        if not x.is_floating_point() and not x.is_complex():
            errors.dtype_error(self.name, "inputs", "a floating dtype", x.dtype.name, "convert it with .float()")
        if self.create_graph and isinstance(x, Variable) and x.requires_grad:
            return x.clone()
        return Variable(x.data if isinstance(x, Variable) else x, requires_grad=True)

    def vector(self, v: Tensors | None, like: tuple[Variable, ...], what: str) -> tuple[Tensor, ...]:
        """The user's vector, checked against the shapes of the inputs or of the outputs."""
        shapes = ", ".join(str(x.shape) for x in like)
        if v is None:
            if len(like) != 1 or like[0].numel() != 1:
                errors.value_error(self.name, "v", f"a vector, because the {what} have shape {shapes}", "none")
            return (ft.ones_like(like[0].data),)
        vector = _as_tuple(self.name, "v", "a Tensor or several", v)
        if [x.shape for x in vector] != [x.shape for x in like]:
            given = ", ".join(str(x.shape) for x in vector)
            errors.shape_error(self.name, "v", f"the shapes of the {what}, {shapes}", given)
        return vector

    def pullback(self, v: tuple[Tensor, ...], create_graph: bool) -> tuple[Variable, ...]:
        """The product of a vector with the Jacobian."""
        return self.filled(_gradients(self.outputs, self.inputs, v, create_graph), self.inputs)

    def slopes(self) -> tuple[Variable, ...]:
        """The gradient of the one output, recorded."""
        if not self.single_output or self.outputs[0].numel() != 1:
            shapes = ", ".join(str(y.shape) for y in self.outputs)
            errors.shape_error(self.name, "func", "a function that returns one Tensor of one element", shapes)
        slopes = self.pullback((ft.ones_like(self.outputs[0].data),), True)
        for i, slope in enumerate(slopes):
            if self.strict and not slope.requires_grad:
                self._refuse("func", f"a constant gradient by input {i}")
        return slopes

    def rows(self, y: Variable) -> tuple[Variable, ...]:
        """The derivatives of every element of `y` by each input, with `y`'s dimensions first."""
        found: list[list[Variable]] = [[] for _ in self.inputs]
        for i in range(y.numel()):
            seed = ft.zeros(y.numel(), dtype=y.dtype, device=y.device)
            seed[i] = 1
            row = _gradients((y,), self.inputs, (seed.reshape(y.shape),), self.create_graph)
            for column, g in zip(found, self.filled(row, self.inputs), strict=True):
                column.append(g)
        return tuple(
            (ft.stack(column) if column else Variable(x.new_empty(0))).reshape(*y.shape, *x.shape)
            for column, x in zip(found, self.inputs, strict=True)
        )

    def filled(self, found: tuple[Variable | None, ...], like: tuple[Variable, ...]) -> tuple[Variable, ...]:
        """Zeros for what does not matter; an error when strict."""
        for i, g in enumerate(found):
            if self.strict and g is None:
                self._refuse("func", f"a result or gradient that does not depend on input {i}")
        return tuple(Variable(ft.zeros_like(x.data)) if g is None else g for g, x in zip(found, like, strict=True))

    def result(self, found: tuple[Variable, ...], single: bool, derivative: bool = True) -> Any:
        """What the user gets: with a history only when the graph is wanted."""
        if not self.create_graph:
            found = tuple(x.detach() for x in found)
        elif derivative and self.strict and not all(x.requires_grad for x in found):
            self._refuse("func", "a constant derivative")
        return found[0] if single else found

    def _refuse(self, argument: str, got: str) -> NoReturn:
        expected = "everything to depend on the inputs, because strict=True"
        raise RuntimeError(errors.message(self.name, argument, expected, got))


def _as_tuple(name: str, argument: str, expected: str, value: Any) -> tuple[Tensor, ...]:
    values = (value,) if isinstance(value, Tensor) else value
    if not isinstance(values, (tuple, list)):
        errors.type_error(name, argument, expected, type(value).__name__)
    if not values or not all(isinstance(x, Tensor) for x in values):
        errors.type_error(name, argument, expected, f"({', '.join(type(x).__name__ for x in values)})")
    return tuple(values)


def _gradients(
    outputs: tuple[Variable, ...], inputs: tuple[Variable, ...], v: tuple[Tensor, ...], create_graph: bool
) -> tuple[Variable | None, ...]:
    """Gradients of what requires any, None where there is none; the graph stays for other passes."""
    pairs = [(y, g) for y, g in zip(outputs, v, strict=True) if y.requires_grad]
    if not pairs:
        return (None,) * len(inputs)
    needed, seeds = zip(*pairs, strict=True)
    return grad(needed, inputs, seeds, retain_graph=True, create_graph=create_graph, allow_unused=True)
