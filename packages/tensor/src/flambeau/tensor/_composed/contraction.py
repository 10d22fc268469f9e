"""How sums of products are computed: an equation of ``einsum`` as a plan, for the shapes it meets.

A plan says which pairs of operands are contracted in which order, and for each pair the views and the one matrix
product (or broadcast product) that do it: a list of calls of differentiable operators.
"""

from __future__ import annotations

import math
from typing import Any

from .. import errors, ops

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
EXACT = 6  # operands up to which the cheapest order is searched among all

# The equation ---------------------------------------------------------------------------------------------------


def from_lists(arguments: tuple) -> tuple[str, tuple]:
    """The notation of operands and lists of numbers as an equation of letters."""
    output = arguments[-1] if len(arguments) % 2 else None
    pairs = arguments[: len(arguments) - len(arguments) % 2]
    lists = [*pairs[1::2], *([] if output is None else [output])]
    for labels in lists:
        if not isinstance(labels, (list, tuple)):
            errors.type_error("einsum", "operands", "a list of ints after each Tensor", type(labels).__name__)
    numbers = sorted({n for labels in lists for n in labels if n is not Ellipsis})
    if any(not isinstance(n, int) or not 0 <= n < len(LETTERS) for n in numbers):
        errors.value_error("einsum", "operands", f"ints in [0, {len(LETTERS) - 1}] or ... as labels", str(numbers))
    written = ["".join("..." if n is Ellipsis else LETTERS[n] for n in labels) for labels in lists]
    count = len(pairs) // 2
    equation = ",".join(written[:count]) + ("" if output is None else "->" + written[-1])
    return equation, pairs[::2]


def _understood(equation: str, shapes: list[tuple]) -> tuple[list[list], list]:
    """The labels of each operand's dimensions, and of the result's. Those of ``...`` are numbered from the last."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        errors.value_error("einsum", "operands", f"{len(terms)} Tensors, as in the equation", str(len(shapes)))
    labels = [_labels(term, equation, len(shape), i) for i, (term, shape) in enumerate(zip(terms, shapes, strict=True))]
    unnamed = max([sum(isinstance(n, int) for n in term) for term in labels], default=0)
    every = [n for term in labels for n in term]
    if arrow:
        output = _labels(right, equation, None, None, unnamed)
        for n in output:
            if n not in every or output.count(n) > 1:
                wanted = "letters of the operands, each once, after ->"
                errors.value_error("einsum", "equation", wanted, repr(equation))
    else:
        output = [*range(-unnamed, 0), *sorted(n for n in set(every) if isinstance(n, str) and every.count(n) == 1)]
    return labels, output


def _labels(term: str, equation: str, ndim: int | None, operand: int | None, unnamed: int = 0) -> list:
    before, dots, after = term.partition("...")
    names = before + after
    if any(n not in LETTERS for n in names):
        errors.value_error("einsum", "equation", "letters, commas, one ... in each operand, and ->", repr(equation))
    if ndim is not None:
        unnamed = ndim - len(names)
        if unnamed < 0 or (unnamed > 0 and not dots):
            wanted = f"{len(names)}{' or more' if dots else ''} dimensions for {term!r}"
            errors.shape_error("einsum", f"operands[{operand}]", wanted, str(ndim))
    return [*before, *(range(-unnamed, 0) if dots else ()), *after]


def _sizes(labels: list[list], shapes: list[tuple]) -> dict[Any, int]:
    sizes: dict[Any, int] = {}
    for i, (term, shape) in enumerate(zip(labels, shapes, strict=True)):
        for label, n in zip(term, shape, strict=True):
            if sizes.setdefault(label, n) == 1:
                sizes[label] = n
            elif n not in (1, sizes[label]):
                name = label if isinstance(label, str) else "..."
                errors.shape_error("einsum", f"operands[{i}]", f"size {sizes[label]} for {name!r}", f"shape {shape}")
    return sizes


# The plan -------------------------------------------------------------------------------------------------------


def planned(equation: str, shapes: list[tuple]) -> list[tuple]:
    """Steps ``(record, place, None, arguments)``, which change a value, and ``(record, place, other, None)``, which
    append one."""
    labels, output = _understood(equation, shapes)
    if not labels:
        errors.value_error("einsum", "operands", "at least one Tensor", "none")
    return _Plan(labels, output, _sizes(labels, shapes), shapes).steps


class _Plan:
    def __init__(self, labels, output, sizes, shapes):
        self.sizes, self.output = sizes, output
        self.labels = [list(term) for term in labels]
        self.steps: list[tuple] = []
        for i, shape in enumerate(shapes):
            self._simplify(i, list(shape))
        left = list(range(len(labels)))
        for i in left:
            self._sum_out(i, self._wanted(left, i))
        while len(left) > 1:
            i, j = self._next_pair(left)
            left = [k for k in left if k not in (i, j)]
            self._contract(i, j, self._wanted(left), last=not left)
            left.append(len(self.labels) - 1)
        self._ordered(left[0], output)

    def _wanted(self, left, but=None) -> set:
        """The labels that somebody still needs."""
        return {n for k in left if k != but for n in self.labels[k]} | set(self.output)

    def _do(self, i, record, *args):
        self.steps.append((record, i, None, args))

    def _simplify(self, i, shape):
        """Diagonals of labels that come twice; dimensions of size 1 that broadcast are dropped."""
        term = self.labels[i]
        for label in dict.fromkeys(term):
            while term.count(label) > 1:
                first = term.index(label)
                second = term.index(label, first + 1)
                if shape[first] != shape[second]:
                    wanted = f"one size for both {label!r}"
                    errors.shape_error("einsum", f"operands[{i}]", wanted, f"{shape[first]} and {shape[second]}")
                self._do(i, ops.diagonal, 0, first, second)
                size = shape[first]
                for d in (second, first):
                    del term[d], shape[d]
                term.append(label)
                shape.append(size)
        spread = [d for d, n in enumerate(term) if shape[d] == 1 and self.sizes[n] != 1]
        for d in reversed(spread):
            self._do(i, ops.squeeze, d)
            del term[d]

    def _sum_out(self, i, wanted):
        term = self.labels[i]
        gone = tuple(d for d, n in enumerate(term) if n not in wanted)
        if gone:
            self._do(i, ops.sum, gone)
            self.labels[i] = [n for n in term if n in wanted]

    def _ordered(self, i, order):
        self._arrange(i, list(order), None)

    def _shape(self, labels) -> tuple:
        return tuple(self.sizes[n] for n in labels)

    def _contract(self, i, j, wanted, last):
        """One matrix product, batched over labels of both operands that stay; or a broadcast product if none goes."""
        a, b = self.labels[i], self.labels[j]
        shared = [n for n in a if n in b]
        summed = [n for n in shared if n not in wanted]
        if last and self.output and shared != a:
            # The operand whose labels come first in the result is the left one: no transpose at the end.
            own = [n for n in self.output if n not in shared]
            if own and own[0] in b:
                i, j, a, b = j, i, b, a
        batch = [n for n in (self.output if last else a) if n in shared and n in wanted]
        if math.prod(self._shape(b)) > math.prod(self._shape(a)):
            summed = [n for n in b if n in summed]  # in the order in which the larger one has them
        rows = [n for n in a if n not in shared]
        columns = [n for n in b if n not in shared]
        if last:
            rows, columns = ([n for n in self.output if n in own] for own in (rows, columns))
        if not summed:
            self._arrange(i, [*batch, *rows], (*self._shape([*batch, *rows]), *[1] * len(columns)) if columns else None)
            spread = (*self._shape(batch), *[1] * len(rows), *self._shape(columns)) if rows else None
            self._arrange(j, [*batch, *columns], spread)
            self.steps.append((ops.mul, i, j, None))
            self.labels.append([*batch, *rows, *columns])
            return
        self._matrix(i, batch, rows, summed)
        self._matrix(j, batch, summed, columns)
        self.steps.append((ops.matmul, i, j, None))
        found = [*batch, *rows, *columns]
        self.labels.append(found)
        parts = [part for part in (batch, rows, columns) if part]
        vectors = batch and not (rows and columns)  # these went as matrices of one row or column
        if len(parts) != len(found) or vectors:
            self._do(len(self.labels) - 1, ops.reshape, self._shape(found))

    def _matrix(self, i, batch, first, second):
        """An operand as (batch, first, second), several labels as one dimension; without a batch, maybe a vector."""
        parts = [batch, first, second] if batch else [part for part in (first, second) if part]
        as_it_is = all(len(part) == 1 for part in parts)
        shape = None if as_it_is else tuple(math.prod(self._shape(part)) for part in parts)
        self._arrange(i, [*batch, *first, *second], shape)

    def _arrange(self, i, order, shape):
        """The labels in another order, then perhaps another shape."""
        if self.labels[i] != order:
            self._do(i, ops.permute, tuple(self.labels[i].index(n) for n in order))
            self.labels[i] = order
        if shape is not None:
            self._do(i, ops.reshape, shape)

    # The order of contraction ------------------------------------------------------------------------------------

    def _next_pair(self, left) -> tuple[int, int]:
        if len(left) == 2:
            return left[0], left[1]
        return self._cheapest(left) if len(left) <= EXACT else self._greedy(left)

    def _cheapest(self, left) -> tuple[int, int]:
        """The first contraction of the order with the fewest multiplications in all.

        By dynamic programming over sets of operands, as in https://arxiv.org/abs/1304.6112.
        """
        sets = [frozenset(self.labels[k]) for k in left]
        everyone = (1 << len(left)) - 1
        best: dict[int, tuple[float, tuple]] = {1 << k: (0.0, ()) for k in range(len(left))}
        labels = {1 << k: sets[k] for k in range(len(left))}
        for group in sorted(range(1, everyone + 1), key=int.bit_count):
            if group in best:
                continue
            outside = set(self.output).union(*[sets[k] for k in range(len(left)) if not group >> k & 1])
            part = (group - 1) & group
            while part > group // 2:  # each split once: the half with the highest operand
                rest = group ^ part
                union = labels[part] | labels[rest]
                cost = best[part][0] + best[rest][0] + math.prod(self._shape(union))
                if group not in best or cost < best[group][0]:
                    best[group] = (cost, (part, rest))
                    labels[group] = frozenset(n for n in union if n in outside)
                part = (part - 1) & group
        group = everyone
        while True:
            part, rest = best[group][1]
            if part.bit_count() == rest.bit_count() == 1:
                return left[rest.bit_length() - 1], left[part.bit_length() - 1]
            group = part if part.bit_count() > 1 else rest

    def _greedy(self, left) -> tuple[int, int]:
        """The pair whose product is smallest, compared with its operands."""

        def growth(pair):
            i, j = pair
            a, b = set(self.labels[i]), set(self.labels[j])
            wanted = self._wanted([k for k in left if k not in pair])
            grown = math.prod(self._shape((a | b) & wanted))
            return grown - math.prod(self._shape(a)) - math.prod(self._shape(b))

        return min(((i, j) for n, i in enumerate(left) for j in left[n + 1 :]), key=growth)
