"""Mutations of Python functions, by their syntax trees: a sign flipped, a factor dropped, two arguments swapped."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import NamedTuple

FunctionNode = ast.FunctionDef | ast.Lambda
# Calls that multiply their first argument by something.
FACTORS = {"chain", "chain_over", "conj", "adjoint", "gate"}
# Of these the last two arguments are swapped.
CHOICES = {"where", "select"}
# Calls in which two arguments may change places, or that make a message, or of which the order is Python's business.
SYMMETRIC = set(
    """add multiply maximum minimum fmax fmin hypot equal not_equal logical_and logical_or logical_xor bitwise_and
    bitwise_or bitwise_xor logaddexp logaddexp2 transpose clip max min isinstance getattr value_error dtype_error
    shape_error gcd lcm both either mul greatest_divisor least_multiple""".split()
)


class Mutation(NamedTuple):
    node: ast.expr
    replacement: ast.expr

    def __str__(self) -> str:
        return f"{_text(self.node)} -> {_text(self.replacement)}"


def _text(node: ast.expr) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else text[:60] + " ... " + text[-25:]


def mutations(function: FunctionNode) -> Iterator[Mutation]:
    """All mutations of one function, those of functions inside of it included."""
    bodies = [function.body] if isinstance(function, ast.Lambda) else function.body
    if isinstance(function, ast.Lambda):
        yield from _negated(function.body)
    for body in bodies:
        for node in ast.walk(body):
            if isinstance(node, ast.Return) and node.value is not None:
                yield from _negated(node.value)
            elif isinstance(node, ast.expr):
                for replacement in _variants(node):
                    yield Mutation(node, replacement)


def _negated(value: ast.expr) -> Iterator[Mutation]:
    """What is returned, or each part of it, with the other sign."""
    for part in value.elts if isinstance(value, (ast.Tuple, ast.List)) else [value]:
        nothing = isinstance(part, ast.Call) and ast.unparse(part.func).endswith(("zeros_like", "zeros", "flat"))
        if not nothing and not isinstance(part, (ast.Constant, ast.UnaryOp, ast.BoolOp, ast.Compare)):
            yield Mutation(part, ast.UnaryOp(ast.USub(), part))


def _variants(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand
    elif isinstance(node, ast.BinOp):
        yield from _of_operation(node)
    elif isinstance(node, ast.Call):
        yield from _of_call(node)


def _of_operation(node: ast.BinOp) -> Iterator[ast.expr]:
    left, right = node.left, node.right
    if isinstance(node.op, ast.Add):
        yield ast.BinOp(left, ast.Sub(), right)
    elif isinstance(node.op, ast.Sub):
        yield ast.BinOp(left, ast.Add(), right)
        yield ast.BinOp(right, ast.Sub(), left)
    elif isinstance(node.op, ast.Mult):
        yield left
        yield right
    elif isinstance(node.op, ast.Div):
        yield left
        yield ast.BinOp(right, ast.Div(), left)
    elif isinstance(node.op, ast.Pow):
        yield left
    elif isinstance(node.op, ast.MatMult):
        yield ast.BinOp(right, ast.MatMult(), left)


def _of_call(node: ast.Call) -> Iterator[ast.expr]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in FACTORS and node.args:
        yield node.args[0]
    if any(isinstance(a, ast.Starred) for a in node.args):
        return
    pairs = [(0, 1)] if len(node.args) > 1 and name not in SYMMETRIC else []
    if name in CHOICES and len(node.args) == 3:
        pairs = [(1, 2)]
    for one, other in pairs:
        swapped = list(node.args)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        if ast.dump(swapped[one]) != ast.dump(swapped[other]):
            yield ast.Call(node.func, swapped, node.keywords)


class _Replace(ast.NodeTransformer):
    def __init__(self, mutation: Mutation):
        self.mutation = mutation

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self.mutation.node:
            return self.mutation.replacement
        return self.generic_visit(node)


def applied(tree: ast.AST, mutation: Mutation) -> ast.AST:
    """A copy of a tree with one mutation."""
    memo: dict = {}
    copied = copy.deepcopy(tree, memo)
    node = memo[id(mutation.node)]
    replacement = copy.deepcopy(mutation.replacement)
    ast.copy_location(replacement, node)
    return ast.fix_missing_locations(_Replace(Mutation(node, replacement)).visit(copied))
