"""Random programs, views and changes in place included: every way to differentiate them agrees.

`nox -s soak` runs 24,000 of them. A failure prints the program, made as small as it could be.
"""

import flambeau.tensor as ft
import numpy as np
import pytest
import random_programs
from flambeau.autograd import CheckpointError, Variable, checkpoint, grad, graph, no_grad
from hypothesis import settings
from random_statements import Statement

try:
    import torch
except ImportError:
    torch = None

GROUPS = 20
SOAKING = settings().max_examples > 100
PROGRAMS = (24_000 if SOAKING else 400) // GROUPS  # in a group
STEPS = (1e-6, 1e-5, 1e-7, 1e-4)


class Disagreement(AssertionError):
    pass


def agree(what, got, expected, rtol, atol):
    got, expected = np.asarray(got), np.asarray(expected)
    if got.shape != expected.shape or not np.allclose(got, expected, rtol=rtol, atol=atol):
        raise Disagreement(f"{what}: expected\n{expected}\ngot\n{got}")


def arrays(tensors):
    return [np.array(x.tolist()).reshape(tuple(x.shape)) for x in tensors]


def values_in_every_mode(program, function):
    """Recorded, unrecorded, and on plain tensors: the same bits. Gives the recorded run, leaves and outputs."""
    leaves = random_programs.variables(program.inputs, program.wanted)
    outputs = function(ft, **leaves)
    recorded = [y.detach().numpy() for y in outputs]
    with no_grad():
        unrecorded = function(ft, **random_programs.variables(program.inputs, program.wanted))
    ways = {"under no_grad": [y.detach() for y in unrecorded]}
    if program.smooth:  # a detach() is a method of Variables
        ways["on plain tensors"] = function(ft, **{n: ft.from_numpy(a.copy("K")) for n, a in program.inputs.items()})
        for n in program.wanted:
            agree(f"input {n} afterwards", leaves[n].detach().numpy(), program.inputs[n], 0, 0)
    for way, found in ways.items():
        for k, (y, expected) in enumerate(zip(found, recorded, strict=True)):
            agree(f"output {k} {way}", y.numpy(), expected, 0, 0)
    return leaves, outputs


def gradients(outputs, leaves, seeds, **options):
    found = grad(outputs, leaves, [ft.tensor(s) for s in seeds], allow_unused=True, **options)
    return [ft.zeros_like(x.detach()) if g is None else g for g, x in zip(found, leaves, strict=True)]


def at(program, function, step, direction):
    """Leaves and outputs at the inputs moved by a step."""
    leaves = random_programs.variables(program.inputs, program.wanted)
    for n in program.wanted:  # in place: what is a view in a program depends on the layout of its inputs
        leaves[n].data.add_(ft.tensor(step * direction[n]))
    return [leaves[n] for n in program.wanted], function(ft, **leaves)


def differences_agree(what, analytical, value_at):
    """A derivative along a line and central differences; the steps are tried until one is precise enough."""
    for step in STEPS:
        numerical = (value_at(step) - value_at(-step)) / (2 * step)
        if abs(analytical - numerical) <= 1e-5 + 1e-4 * abs(numerical):
            return
    raise Disagreement(f"{what}: expected {numerical} (numerical), got {analytical} (analytical)")


def total(tensors, weights):
    return sum(float((x.detach().numpy() * w).sum()) for x, w in zip(tensors, weights, strict=True))


def check(program):
    """Raise if two ways to compute or to differentiate the program disagree; gives whether torch was asked."""
    function = program.function()
    leaves, outputs = values_in_every_mode(program, function)
    wanted = [leaves[n] for n in program.wanted]
    numbers = np.random.default_rng(program.seed)
    seeds = [numbers.standard_normal(y.shape) for y in outputs]
    direction = {n: numbers.standard_normal(program.inputs[n].shape) for n in program.wanted}

    first = arrays(gradients(outputs, wanted, seeds, retain_graph=True))
    again = gradients(outputs, wanted, seeds, create_graph=True)
    for name, g, h in zip(program.wanted, first, arrays(again), strict=True):
        agree(f"gradient of {name} under create_graph", h, g, 1e-9, 1e-9)
    if program.smooth:  # a program that writes through detach() changes its inputs
        for way, found in gradients_kept_otherwise(program, function, seeds).items():
            for name, g, h in zip(program.wanted, first, found, strict=True):
                agree(f"gradient of {name} {way}", h, g, 1e-9, 1e-9)
    slope = sum(float((g * direction[n]).sum()) for n, g in zip(program.wanted, first, strict=True))
    if program.smooth and abs(slope) < 1e6:
        differences_agree("derivative", slope, lambda t: total(at(program, function, t, direction)[1], seeds))
        second_derivative_agrees(program, function, wanted, again, seeds, direction)
    return torch is not None and program.expressible_in_torch and torch_agrees(program, function, outputs, seeds, first)


def gradients_kept_otherwise(program, function, seeds):
    """Computed again in backward, and with copies in the place of what is kept."""
    leaves = random_programs.variables(program.inputs, program.wanted)
    wanted = [leaves[n] for n in program.wanted]
    found = {}
    try:
        found["under checkpoint"] = arrays(gradients(checkpoint(function, ft, **leaves), wanted, seeds))
    except CheckpointError as error:
        if "changed it in place" not in str(error):
            raise  # a program may write to inputs that require no gradient: then it cannot be computed again
    leaves = random_programs.variables(program.inputs, program.wanted)
    wanted = [leaves[n] for n in program.wanted]
    with graph.saved_tensors_hooks(lambda t: t.numpy().copy(), ft.from_numpy):
        outputs = function(ft, **leaves)
    found["with copies"] = arrays(gradients(outputs, wanted, seeds))
    return found


def second_derivative_agrees(program, function, wanted, again, seeds, direction):
    pulled = [ft.tensor(direction[n]) for n in program.wanted]
    dependent = [(g, d) for g, d in zip(again, pulled, strict=True) if isinstance(g, Variable) and g.requires_grad]
    curvature = 0.0
    if dependent:
        roots, weights = zip(*dependent, strict=True)
        found = grad(roots, wanted, weights, allow_unused=True)
        curvature = sum(
            float((h.detach() * d).sum().item()) for h, d in zip(found, pulled, strict=True) if h is not None
        )
    if abs(curvature) > 1e6:
        return

    def slope_at(step):
        leaves, outputs = at(program, function, step, direction)
        return total(gradients(outputs, leaves, seeds), [direction[n] for n in program.wanted])

    differences_agree("second derivative", curvature, slope_at)


def torch_agrees(program, function, outputs, seeds, first):
    leaves = {n: torch.from_numpy(a.copy("K")).requires_grad_(n in program.wanted) for n, a in program.inputs.items()}
    try:
        theirs = function(torch, **leaves)
        found = torch.autograd.grad(
            theirs, [leaves[n] for n in program.wanted], [torch.from_numpy(s) for s in seeds], allow_unused=True
        )
    except (RuntimeError, TypeError, IndexError):
        return False  # what they refuse
    for k, (ours, y) in enumerate(zip(outputs, theirs, strict=True)):
        y = y.detach().resolve_neg()  # it may be a view that negates when it is read
        if "reshape" in program.source and not np.allclose(ours.detach().numpy(), y.numpy()):
            return False  # whether that is a view depends on the layouts of results, which need not be the same
        agree(f"output {k} and torch's", ours.detach().numpy(), y.numpy(), 1e-9, 1e-9)
    for name, g, h in zip(program.wanted, first, found, strict=True):
        agree(
            f"gradient of {name} and torch's", g, np.zeros_like(g) if h is None else h.resolve_neg().numpy(), 1e-7, 1e-7
        )
    return True


def report(program, error):
    """Raise the disagreement again, of the smallest program that has one."""

    def fails(smaller):
        try:
            check(smaller)
        except Exception as found:
            return type(found) is type(error)
        return False

    smallest = random_programs.shrunk(program, fails)
    try:
        check(smallest)
    except type(error) as found:
        raise AssertionError(f"{smallest.script}\n\n{type(found).__name__}: {found}") from error


@pytest.mark.parametrize("group", range(GROUPS))
def test_random_programs(group):
    """Values in every mode, derivatives against differences, kept and computed again, and torch where there is one."""
    compared = 0
    for seed in range(group * PROGRAMS, (group + 1) * PROGRAMS):
        program = random_programs.make(seed)
        try:
            compared += check(program)
        except Exception as error:
            report(program, error)
    assert torch is None or compared > PROGRAMS / 4, "torch refused most programs"


def test_programs_are_what_they_are_meant_to_be():
    """Up to 30 statements, with views and changes in place among them, the same ones from a seed."""
    programs = [random_programs.make(seed) for seed in range(100)]
    assert programs[7].source == random_programs.make(7).source
    assert max(len(p.statements) for p in programs) > 25
    inplace = [p for p in programs if sum(s.result is None for s in p.statements) > 2]
    assert len(inplace) > 30


def test_a_wrong_derivative_is_found_and_shown_in_a_small_program():
    """Here `data` stands in for a rule that forgets a term."""
    statements = (
        Statement("a.sin()", "v1"),
        Statement("v1 * a.data", "v2"),
        Statement("v2 + v1", "v3"),
        Statement("v3 + 1", "v4"),
        Statement("v4[0] *= 2", None),
        Statement("v3.cos()", "v5"),
    )
    program = random_programs.Program(0, {"a": np.array([0.5, 1.0])}, ("a",), statements, ("v4", "v5"))
    with pytest.raises(Disagreement, match=r"derivative: expected .* got .* "):
        check(program)
    with pytest.raises(AssertionError) as raised:
        report(program, Disagreement())
    shown, _, problem = str(raised.value).rpartition("\n\n")
    assert "    v2 = a * a.data\n    return v2," in shown
    assert problem.startswith("Disagreement: derivative: expected ")
    scope = {}
    exec(shown, scope)  # what is shown runs
    assert scope["outputs"][0].tolist() == [0.25, 1.0]
