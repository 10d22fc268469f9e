"""Random programs over tensors, with their source, for comparing ways to differentiate; see ``random_statements``."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import flambeau.tensor as ft
import numpy as np
from flambeau.autograd import Variable, grad
from random_statements import KINDS, MAX_DIMS, MAX_ELEMENTS, Draw, Statement

MOST_STATEMENTS = 30
LARGEST = 30.0  # values beyond it make differences imprecise
MARGIN = 1e-2
KEPT = "kept for backward"


class Rejected(Exception):
    """A statement that a program may not have."""


@dataclass(frozen=True)
class Program:
    seed: int
    inputs: dict[str, np.ndarray]
    wanted: tuple[str, ...]  # inputs whose gradients are taken
    statements: tuple[Statement, ...]
    outputs: tuple[str, ...]

    @property
    def source(self) -> str:
        lines = [statement_source(s) for s in self.statements]
        body = "\n    ".join([*lines, f"return {', '.join(self.outputs)},"])
        return f"def program(ft, {', '.join(self.inputs)}):\n    {body}\n"

    @property
    def script(self) -> str:
        """The program as something to paste."""
        lines = [
            "import numpy as np, flambeau.tensor as ft",
            "from flambeau.autograd import Variable, grad",
            self.source,
        ]
        for name, array in self.inputs.items():
            order = sorted(range(array.ndim), key=lambda d: -abs(array.strides[d]))
            text = f"np.array({array.transpose(order).tolist()})"
            if order != sorted(order):
                text += f".transpose({tuple(int(i) for i in np.argsort(order))})"
            lines.append(f"{name} = Variable(ft.from_numpy({text}), requires_grad={name in self.wanted})")
        lines.append(f"outputs = program(ft, {', '.join(self.inputs)})  # seed {self.seed}")
        return "\n".join(lines)

    @property
    def expressible_in_torch(self) -> bool:
        return all(s.torch for s in self.statements)

    @property
    def smooth(self) -> bool:
        return all(s.smooth for s in self.statements)

    def function(self) -> Callable:
        scope: dict = {}
        exec(self.source, scope)
        return scope["program"]


def statement_source(statement: Statement) -> str:
    return statement.source if statement.result is None else f"{statement.result} = {statement.source}"


# Making one -----------------------------------------------------------------------------------------------------


def make(seed: int, most: int = MOST_STATEMENTS) -> Program:
    """The program of a seed."""
    chance = random.Random(seed)
    inputs = _inputs(chance, np.random.default_rng(seed))
    names = list(inputs)
    wanted = tuple(n for n in names if chance.random() < 0.8) or (names[0],)
    maker = _Maker(inputs, wanted)
    for _ in range(chance.randint(2, most)):
        for _ in range(20):
            if maker.extend(chance):
                break
    live = [n for n, x in maker.scope.items() if isinstance(x, Variable) and x.requires_grad and n not in inputs]
    outputs = chance.sample(live, min(len(live), chance.randint(1, 3))) if live else [wanted[0]]
    return Program(seed, inputs, wanted, tuple(maker.statements), tuple(outputs))


def _inputs(chance: random.Random, numbers: np.random.Generator) -> dict[str, np.ndarray]:
    """Arrays whose shapes broadcast with one another, of various memory layouts."""
    most = tuple(chance.choice((1, 2, 3)) for _ in range(chance.randint(0, 3)))
    if most and chance.random() < 0.03:
        most = (0, *most[1:])
    inputs = {}
    for name in "abcd"[: chance.randint(1, 4)]:
        shape = tuple(1 if chance.random() < 0.15 else n for n in most[chance.choice((0, 0, 0, len(most) // 2)) :])
        order = chance.sample(range(len(shape)), len(shape))
        laid_out = numbers.uniform(-1.2, 1.2, [shape[d] for d in order])
        inputs[name] = laid_out.transpose(np.argsort(order)) if shape else laid_out
    return inputs


class _Maker:
    """A program that grows, running as it does."""

    def __init__(self, inputs: dict[str, np.ndarray], wanted: tuple[str, ...]) -> None:
        self.inputs, self.wanted = inputs, wanted
        self.statements: list[Statement] = []
        self.scope: dict = {}
        self.restart()

    def restart(self) -> None:
        self.scope = variables(self.inputs, self.wanted)
        for statement in self.statements:
            exec(statement_source(statement), {"ft": ft}, self.scope)

    def extend(self, chance: random.Random) -> bool:
        """Add a statement if it may stand."""
        shapes = {name: x.shape for name, x in self.scope.items()}
        statement = chance.choice(KINDS)(Draw(chance, shapes))
        if statement is None:
            return False
        try:
            self.run(statement)
        except Rejected:
            if statement.result is None:
                self.restart()
            else:
                self.scope.pop(statement.result, None)
            return False
        self.statements.append(statement)
        return True

    def run(self, statement: Statement) -> None:
        try:
            if statement.margin:
                margin = eval(statement.margin, {"ft": ft}, self.scope)
                if margin.numel() and not margin.abs().min().item() > MARGIN:
                    raise Rejected("near a kink")
            exec(statement_source(statement), {"ft": ft}, self.scope)
        except (RuntimeError, ValueError, IndexError, TypeError) as error:
            raise Rejected(str(error)) from error
        changed = self.scope.values() if statement.result is None else [self.scope[statement.result]]
        for x in changed:
            if x.dtype != ft.float64 or x.numel() > MAX_ELEMENTS or x.dim() > MAX_DIMS:
                raise Rejected("too large, or of another dtype")
            if x.numel() and not x.detach().abs().max().item() < LARGEST:
                raise Rejected("large values")
        if statement.result is None:
            self.check_versions()

    def check_versions(self) -> None:
        """Not every change in place leaves what backward needs, which it says."""
        roots = [x for x in self.scope.values() if isinstance(x, Variable) and x.requires_grad]
        leaves = [self.scope[name] for name in self.wanted]
        try:
            grad(roots, leaves, [ft.ones_like(x.detach()) for x in roots], retain_graph=True, allow_unused=True)
        except RuntimeError as error:
            if KEPT not in str(error):
                raise
            raise Rejected(str(error)) from error


def variables(inputs: dict[str, np.ndarray], wanted: tuple[str, ...]) -> dict[str, Variable]:
    """Leaves with memory of their own, laid out as in the inputs."""
    return {n: Variable(ft.from_numpy(a.copy("K")), requires_grad=n in wanted) for n, a in inputs.items()}


# Making it smaller ------------------------------------------------------------------------------------------------


def shrunk(program: Program, fails: Callable[[Program], bool]) -> Program:
    """A smaller program that fails as well."""
    while (smaller := next((p for p in _smaller(program) if fails(p)), None)) is not None:
        program = smaller
    return program


def _smaller(program: Program) -> Iterator[Program]:
    if len(program.outputs) > 1:
        yield from (replace(program, outputs=(name,)) for name in program.outputs)
    statements = program.statements
    for i in reversed(range(len(statements))):
        fewer = statements[:i] + statements[i + 1 :]
        yield replace(program, statements=fewer)
        if (result := statements[i].result) is None:
            continue
        for other in [*program.inputs, *(s.result for s in statements[:i] if s.result)]:
            renamed = tuple(s._replace(source=_renamed(s.source, result, other)) for s in fewer)
            yield replace(
                program, statements=renamed, outputs=tuple(other if o == result else o for o in program.outputs)
            )


def _renamed(source: str, old: str, new: str) -> str:
    return re.sub(rf"\b{old}\b", new, source)
