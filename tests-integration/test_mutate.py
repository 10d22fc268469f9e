"""The tests of tests: which mutants scripts/mutate makes, and that it runs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

MUTATE = Path(__file__).resolve().parents[1] / "scripts/mutate"
sys.path.insert(0, str(MUTATE))

from transform import applied, mutations  # noqa: E402  (needs the path above)


def of(source):
    """What becomes of an expression: the text of each mutant."""
    tree = ast.parse(f"lambda a, b: {source}", mode="eval")
    return [ast.unparse(applied(tree, m).body.body) for m in mutations(tree.body)]


@pytest.mark.parametrize(
    "source, expected",
    [
        ("-a", ["a"]),
        ("a + b", ["-(a + b)", "a - b"]),
        ("a - b", ["-(a - b)", "a + b", "b - a"]),
        ("a * b", ["-(a * b)", "a", "b"]),
        ("a / b", ["-(a / b)", "a", "b / a"]),
        ("f(a, b)", ["-f(a, b)", "f(b, a)"]),
        ("ft.maximum(a, b)", ["-ft.maximum(a, b)"]),
        ("ft.where(a, b, 0)", ["-ft.where(a, b, 0)", "ft.where(a, 0, b)"]),
        ("ops.chain(a, b)", ["-ops.chain(a, b)", "a", "ops.chain(b, a)"]),
        ("(a, b)", ["(-a, b)", "(a, -b)"]),
        ("zeros_like(a)", []),
    ],
)
def test_mutants_of_an_expression(source, expected):
    """A sign flipped, a factor dropped, two arguments swapped where that makes a difference."""
    assert of(source) == expected


@pytest.mark.slow
def test_every_mutant_of_a_family_is_noticed():
    """The session runs: rules that choose by a comparison, and a row."""
    command = [sys.executable, str(MUTATE), "comparison", "row:hardswish", "kernel:sinc", "shared:sort"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 not" in run.stdout
