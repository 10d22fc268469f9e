"""Pointwise expressions: a formula as text, run as one pass over memory."""

from __future__ import annotations

import ast
import functools
import math
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from . import errors, ops
from ._core.tensor import NotPointwise, PointwiseProgram, Tensor, run_expression, types_key
from ._creation import tensor
from ._defaults import default_float

if TYPE_CHECKING:
    from ._core.tensor import Operator

__all__ = ["Expression", "pointwise"]

CONSTANTS = {"pi": math.pi, "inf": math.inf, "nan": math.nan}
BINARY = {
    ast.Add: ("add", operator.add), ast.Sub: ("sub", operator.sub), ast.Mult: ("mul", operator.mul),
    ast.Div: ("div", operator.truediv), ast.FloorDiv: ("floor_divide", operator.floordiv),
    ast.Mod: ("remainder", operator.mod), ast.Pow: ("pow", operator.pow), ast.BitAnd: ("bitwise_and", operator.and_),
    ast.BitOr: ("bitwise_or", operator.or_), ast.BitXor: ("bitwise_xor", operator.xor),
}  # fmt: skip
UNARY = {
    ast.USub: ("neg", operator.neg), ast.Invert: ("bitwise_not", operator.invert),
    ast.Not: ("logical_not", operator.not_),
}  # fmt: skip
COMPARISONS = {ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge"}


class Ref:
    """An operand: input number ``n``, or the result of step ``n``."""

    __slots__ = ("n", "step")

    def __init__(self, n: int, step: bool) -> None:
        self.n = n
        self.step = step


Operand = Ref | float | None


class Expression:
    """What :func:`flambeau.tensor.pointwise` gives: call it with one Tensor or number for each name in the formula.

    Attributes:
        text: the formula.
        names: the names of its arguments, in the order in which the text first has them.

    Example:
        >>> f = ft.pointwise("a * b + a")
        >>> f.names, f(ft.ones(2), 3).tolist()
        (['a', 'b'], [4.0, 4.0])
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: list[str] = []
        self.steps: list[tuple[Operator, list[Operand]]] = []
        self.result = _Reader(self).read()
        self._programs: dict[tuple[Any, ...], Any] = {}
        self._quick: dict[int, Any] = {}  # the same by types_key

    def __call__(self, *args: Any, out: Tensor | None = None, **kwargs: Any) -> Any:
        """The formula's value.

        Args:
            args: Tensors whose shapes broadcast, or numbers, in the order of ``names``; or by name.
            out: Tensor to write the result to; it may be one of the arguments.

        Returns:
            Tensor of the broadcast shape.
        """
        if out is None and not kwargs:
            result = run_expression(self._quick, args)
            if result is not None:
                return result
        values = self._bound(args, kwargs)
        if all(isinstance(value, Tensor) for value in values):
            self._remember(tuple(values))
            return ops.pointwise(self, values, out=out)
        given = {i: value for i, value in enumerate(values) if isinstance(value, (int, float))}
        if len(given) == len(values):
            errors.type_error("pointwise", self.names[0] if values else None, "at least one Tensor", "numbers alone")
        rest = [value for i, value in enumerate(values) if i not in given]
        return ops.pointwise(self._with_numbers(tuple(given.items())), rest, out=out)

    def _remember(self, values: tuple[Any, ...]) -> None:
        key = types_key(values)
        # Where there are integers the default float matters, which may change.
        if key >= 0 and key not in self._quick and all(value.is_floating_point() for value in values):
            program = self.program_for(tuple(value.dtype for value in values))
            if program is not None:
                self._quick[key] = program

    def _bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        if len(args) > len(self.names) or set(kwargs) - set(self.names[len(args) :]):
            given = [*map(repr, range(len(args))), *kwargs]
            errors.type_error("pointwise", None, f"the arguments {', '.join(self.names)}", f"{', '.join(given)}")
        missing = [name for name in self.names[len(args) :] if name not in kwargs]
        if missing:
            errors.type_error("pointwise", missing[0], "Tensor or number", "nothing")
        return [*args, *(kwargs[name] for name in self.names[len(args) :])]

    @functools.lru_cache(maxsize=64)  # noqa: B019  (expressions live as long as the cache of pointwise())
    def _with_numbers(self, given: tuple[tuple[int, float], ...]) -> Expression:
        """The same formula with numbers in place of some inputs."""
        numbers = dict(given)
        kept = [i for i in range(len(self.names)) if i not in numbers]
        places = {i: Ref(at, False) for at, i in enumerate(kept)}

        def moved(operand: Operand) -> Operand:
            if isinstance(operand, Ref) and not operand.step:
                return numbers[operand.n] if operand.n in numbers else places[operand.n]
            return operand

        other = object.__new__(Expression)
        other.text = self.text
        other.names = [self.names[i] for i in kept]
        other.steps = [(op, [moved(a) for a in arguments]) for op, arguments in self.steps]
        other.result = moved(self.result)
        other._programs = {}
        other._quick = {}
        return other

    def composite(self, *inputs: Any) -> Any:
        """The same value, one operation after the other: what derivatives are taken of."""
        results: list[Any] = []

        def value(operand: Operand) -> Any:
            if not isinstance(operand, Ref):
                return operand
            return results[operand.n] if operand.step else inputs[operand.n]

        for op, arguments in self.steps:
            values = [value(a) for a in arguments]
            folded = not any(hasattr(v, "dtype") for v in values)
            results.append(_of_numbers(op, values) if folded else op(*values))
        return value(self.result)

    def program_for(self, dtypes: tuple[Any, ...]) -> Any:
        """The compiled form for inputs of these dtypes, or None where there is none."""
        key = (default_float(), *dtypes)
        if key not in self._programs:
            self._programs[key] = self._compiled(dtypes)
        return self._programs[key]

    def _compiled(self, dtypes: tuple[Any, ...]) -> Any:
        if len(dtypes) != len(self.names):
            return None
        try:
            program = PointwiseProgram()
            inputs = [program.input(dtype) for dtype in dtypes]
            values: list[Any] = []
            for op, arguments in self.steps:
                given = [(values[a.n] if a.step else inputs[a.n]) if isinstance(a, Ref) else a for a in arguments]
                numbers = not any(hasattr(v, "dtype") for v in given)
                values.append(_of_numbers(op, given) if numbers else program.apply(op, given))
            result = self.result
            value = (values if result.step else inputs)[result.n] if isinstance(result, Ref) else result
            if not hasattr(value, "dtype"):
                return None  # a number alone is no program
            program.output(value)
            return program
        except NotPointwise:
            return None

    def __repr__(self) -> str:
        return f"pointwise({self.text!r})"

    def __reduce__(self) -> Any:
        return pointwise, (self.text,)


class _Reader:
    """Reads the text of an expression into its steps."""

    def __init__(self, expression: Expression) -> None:
        self.expression = expression
        self.text = expression.text

    def read(self) -> Operand:
        try:
            tree = ast.parse(self.text.strip(), mode="eval").body
        except SyntaxError as error:
            at = (error.offset or 1) - 1
            self.fail(at, at + 1, "a formula such as 'a * b + sin(a)'", error.msg)
        self.text = self.text.strip()
        self.expression.names += self.arguments(tree)
        result = self.operand(tree)
        if not self.expression.names:
            self.fail(0, len(self.text), "the name of at least one argument", "none")
        if not isinstance(result, Ref):
            self.fail(0, len(self.text), "a formula of its arguments", "a constant")
        return result

    def arguments(self, tree: ast.expr) -> list[str]:
        """The names that are arguments, as they come in the text: ``a if c else b`` has a before c."""
        functions = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
        names = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n not in functions and n.id not in CONSTANTS]
        return list(dict.fromkeys(n.id for n in sorted(names, key=lambda n: (n.lineno, n.col_offset))))

    def fail(self, start: int, end: int, expected: str, got: str) -> NoReturn:
        text = self.text.strip()
        marker = " " * start + "^" * max(end - start, 1)
        message = errors.message("pointwise", "expression", expected, got)
        raise ValueError(f"{message}\n    {text}\n    {marker}")

    def fail_at(self, node: ast.expr, expected: str, got: str) -> NoReturn:
        self.fail(node.col_offset, node.end_col_offset or node.col_offset + 1, expected, got)

    def operand(self, node: ast.expr) -> Operand:
        if isinstance(node, ast.Constant):
            if isinstance(node.value, (bool, int, float)):
                return node.value
            self.fail_at(node, "numbers", type(node.value).__name__)
        if isinstance(node, ast.Name):
            return self.name(node)
        if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
            name, python = BINARY[type(node.op)]
            return self.step(node, name, [self.operand(node.left), self.operand(node.right)], python)
        if isinstance(node, ast.UnaryOp):
            value = self.operand(node.operand)
            if isinstance(node.op, ast.UAdd):
                return value
            name, python = UNARY[type(node.op)]
            return self.step(node, name, [value], python)
        if isinstance(node, ast.Compare):
            return self.comparison(node)
        if isinstance(node, ast.BoolOp):
            name = "logical_and" if isinstance(node.op, ast.And) else "logical_or"
            values = [self.operand(v) for v in node.values]
            return functools.reduce(lambda a, b: self.step(node, name, [a, b]), values)
        if isinstance(node, ast.IfExp):
            return self.step(node, "where", [self.operand(n) for n in (node.test, node.body, node.orelse)])
        if isinstance(node, ast.Call):
            return self.call(node)
        self.fail_at(node, "names, numbers, operators and function calls", f"a Python {type(node).__name__}")

    def name(self, node: ast.Name) -> Operand:
        if node.id in CONSTANTS:
            return CONSTANTS[node.id]
        return Ref(self.expression.names.index(node.id), False)

    def comparison(self, node: ast.Compare) -> Operand:
        values = [self.operand(v) for v in (node.left, *node.comparators)]
        parts = []
        for a, op, b in zip(values, node.ops, values[1:], strict=False):
            if type(op) not in COMPARISONS:
                self.fail_at(node, "one of == != < <= > >=", type(op).__name__)
            parts.append(self.step(node, COMPARISONS[type(op)], [a, b]))
        return functools.reduce(lambda a, b: self.step(node, "logical_and", [a, b]), parts)

    def call(self, node: ast.Call) -> Operand:
        if not isinstance(node.func, ast.Name) or node.func.id not in _functions():
            got = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
            self.fail_at(node.func, f"a pointwise function{_near(got)}", f"'{got}'")
        op = _functions()[node.func.id]
        arguments = [self.operand(a) for a in node.args]
        keywords = {k.arg: self.operand(k.value) for k in node.keywords if k.arg is not None}
        try:
            bound = list(op.bind(tuple(arguments), keywords))
        except TypeError as error:
            self.fail_at(node, f"the arguments of {op.name}()", str(error))
        return self.step(node, op.name, bound)

    def step(self, node: ast.expr, name: str, arguments: Sequence[Operand], python: Any = None) -> Operand:
        op = getattr(ops, name)
        if not any(isinstance(a, Ref) for a in arguments):
            try:
                return python(*arguments) if python else _of_numbers(op, arguments)
            except (ArithmeticError, TypeError, ValueError) as error:
                self.fail_at(node, "numbers that can be computed", str(error))
        self.expression.steps.append((op, list(arguments)))
        return Ref(len(self.expression.steps) - 1, True)


def _of_numbers(op: Operator, values: Sequence[Any]) -> Any:
    """What a pointwise operator gives for numbers alone, as a number."""
    exact = op.definition.promote != "float" and isinstance(values[0], int)
    return op(tensor(values[0] if exact else float(values[0]), dtype=None if exact else "float64"), *values[1:]).item()


@functools.cache
def _functions() -> dict[str, Operator]:
    """The pointwise operators by all their names."""
    rows = [op for op in ops.records() if op.native]
    return {name: op for op in rows for name in (op.name, *op.definition.aliases)}


def _near(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, _functions(), n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def pointwise(expression: str) -> Expression:
    """A formula, compiled into one pass over memory.

    What eager operations compute one after the other, each with a result in memory, is computed here in tiles that stay
    in the processor's cache: several times faster for large Tensors. Elements of float16 and bfloat16 are computed in
    float32 and rounded once, at the end.

    Args:
        expression: Python arithmetic (``+ - * / // % **``), comparisons, ``and or not``, ``a if c else b``, numbers,
            the constants ``pi``, ``inf`` and ``nan``, and calls of pointwise functions by their names in this package.
            All other names are arguments.

    Returns:
        A function of one Tensor or number for each name, in the order in which the text first has them, or by keyword;
        with ``out=``. Shapes broadcast and dtypes promote as the operations would. It is differentiable.

    Raises:
        ValueError: the text is no such formula; the message points into it.

    Example:
        >>> f = ft.pointwise("a * b + sin(a)")
        >>> f(ft.tensor([0.0, 2.0]), ft.tensor([3.0, 4.0])).tolist()
        [0.0, 8.909296989440918]
        >>> f.names
        ['a', 'b']
        >>> ft.pointwise("x if keep else 0").names
        ['x', 'keep']
    """
    if not isinstance(expression, str):
        errors.type_error("pointwise", "expression", "str", type(expression).__name__)
    return _read(expression)


_read = functools.lru_cache(maxsize=256)(Expression)
