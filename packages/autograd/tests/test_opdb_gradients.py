"""The derivative of every operator, generated from tensor's operator database."""

import re

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, grad, gradcheck, gradgradcheck, no_grad, rule_of
from flambeau.autograd.gradcheck import GradcheckError
from flambeau.tensor import ops
from flambeau.tensor.testing import assert_close, opdb
from opdb_calls import DIFFERENTIABLE, Call, calls, leaf

FUSED = [case for case in DIFFERENTIABLE if case.values[0].operator.composite]
IN_PLACE = [case for case in DIFFERENTIABLE if case.values[0].operator.definition.inplace]
# Above this many elements the second derivative is checked in one random direction, not element by element.
MANY = 40


def test_every_operator_has_a_rule_or_says_it_has_none():
    """An operator is differentiable and has a rule, or neither: the message names the others."""
    missing = sorted(r.name for r in ops.records() if r.differentiable and rule_of(r) is None)
    assert not missing, f"operators without a rule in flambeau.autograd.derivatives: {', '.join(missing)}"
    unexpected = sorted(r.name for r in ops.records() if not r.differentiable and rule_of(r) is not None)
    assert not unexpected, f"operators with a rule, declared not differentiable: {', '.join(unexpected)}"


@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_every_floating_argument_has_a_derivative(info):
    """The rule covers every argument that samples make Variables of; the others are named in the database."""
    names = [p.name for p in info.operator.parameters]
    needed = set()
    for sample in info.generate_smooth(**opdb.tensors(), leaf=leaf):
        for name, value in [*zip(names, sample.args, strict=False), *sample.kwargs.items()]:
            values = value if isinstance(value, (list, tuple)) else [value]
            if any(isinstance(v, Variable) for v in values):
                needed.add(name)
    missing = sorted(needed - set(info.constants) - set(rule_of(info.operator).targets()))
    assert not missing, f"{info.name} has no derivative by {', '.join(missing)}"


@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_first_derivative(info):
    """Backward agrees with finite differences in float64, for every smooth sample."""
    for call, sample in calls(info):
        assert gradcheck(call, call.arguments), f"{info.name}{sample}"


@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_second_derivative(info):
    """The derivative of the derivative agrees with finite differences, too."""
    for call, sample in calls(info):
        size = sum(v.numel() for v in call.variables)
        assert gradgradcheck(call, call.arguments, fast_mode=size > MANY), f"{info.name}{sample}"


@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_gradients_that_can_be_differentiated_are_the_same(info):
    """Under create_graph a rule may go another way; what it gives must not depend on that."""
    for call, sample in calls(info):
        usual, again = (_gradients(call, call.variables, graph) for graph in (False, True))
        for one, other in zip(usual, again, strict=True):
            assert_close(other, one, 1e-9, 1e-9, what=f"{info.name}{sample}")


@pytest.mark.parametrize("info", FUSED)
def test_derivatives_of_fused_operators_and_of_their_composites(info):
    """The kernels of backward, what is differentiated in their place under create_graph, and the composite agree."""
    for call, sample in calls(info):
        composite = Call(info, sample, info.operator.composite)
        composite.arguments = call.arguments
        assert gradcheck(composite, composite.arguments), f"composite of {info.name}{sample}"
        by_kernel, by_graph, by_composite = (
            _gradients(function, call.variables, graph)
            for function, graph in ((call, False), (call, True), (composite, False))
        )
        for one, other, third in zip(by_kernel, by_graph, by_composite, strict=True):
            assert_close(other, one, 1e-9, 1e-9, what=f"{info.name}{sample} under create_graph")
            assert_close(third, one, 1e-9, 1e-9, what=f"composite of {info.name}{sample}")


def _gradients(call, variables, create_graph):
    results = call(*call.arguments)
    rng = np.random.default_rng(0)
    seeds = [ft.from_numpy(rng.standard_normal(y.shape)).to(y.device) for y in results]
    # Of the auxiliary results a composite may give plain Tensors, which lead nowhere; nor do integers.
    pairs = [(y, s) for y, s in zip(results, seeds, strict=True) if isinstance(y, Variable) and y.requires_grad]
    outputs, seeds = zip(*pairs, strict=True)
    found = grad(outputs, variables, seeds, create_graph=create_graph, allow_unused=True)
    return [ft.zeros_like(v) if g is None else g.detach() for g, v in zip(found, variables, strict=True)]


@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_gradients_on_the_second_device(info, strict_device):
    """Backward computes where its Variables are, though the first device is the current one."""
    for call, sample in calls(info, device="strict:1"):
        for create_graph in (False, True):
            found = _gradients(call, call.variables, create_graph)
            assert all(g.device == "strict:1" for g in found), f"{info.name}{sample}"


@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_complex_derivatives(info):
    """Both derivatives agree with finite differences by real and imaginary parts, or complex numbers are refused."""
    for call, sample in calls(info, dtype=np.complex128):
        try:
            call(*call.arguments)
        except ft.DTypeError:
            continue
        size = sum(v.numel() for v in call.variables)
        assert gradcheck(call, call.arguments, fast_mode=size > MANY), f"{info.name}{sample}"
        assert gradgradcheck(call, call.arguments, fast_mode=size > MANY), f"{info.name}{sample}"


def test_most_operators_take_complex_numbers():
    """So that the test above is not one of refusals: what has a meaning for complex numbers takes them."""
    names = """add sub mul div pow abs reciprocal square exp log sqrt rsqrt sin tan tanh sigmoid asin acosh angle sgn
    real imag view_as_real conj_physical where index gather scatter_reduce sum mean prod cumsum cumprod var std norm
    logsumexp matmul linear conv2d det inv_ex eigh eig svd qr fft_c2c""".split()
    for name in names:
        calls_of_it = list(calls(opdb.entry(name), dtype=np.complex128))
        assert any(v.is_complex() for call, _ in calls_of_it for v in (*call.variables, *call(*call.arguments))), name


@pytest.mark.parametrize("info", IN_PLACE)
def test_derivative_in_place(info):
    """The in-place twin has the derivative of the operator, or says that it overwrote what backward needs."""
    tried = 0
    for call, sample in calls(info, lambda x, *rest, **named: getattr(x.clone(), f"{info.name}_")(*rest, **named)):
        x = sample.args[0]
        plain = opdb.to_tuple(Call(info, sample)(*call.arguments))[0]
        if not isinstance(x, Variable):
            continue
        if not info.operator.view and (x.shape, x.dtype) != (plain.shape, plain.dtype):
            continue
        tried += 1
        try:
            assert gradcheck(call, call.arguments), f"{info.name}_{sample}"
        except GradcheckError:
            raise
        except RuntimeError as refused:
            message = (
                rf"{info.name}_?\(\): (argument|result) '\w+', kept for backward: expected version \d+, as recorded"
            )
            assert re.match(message, str(refused)), f"{info.name}_{sample}"
    assert tried


@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_values_are_those_without_gradients(info):
    """Variables give what Tensors give, are Variables, and are recorded; under no_grad they are not recorded."""
    dtype = np.dtype(np.float32)
    plain = info.generate(dtype, **opdb.tensors())
    recorded = info.generate(dtype, **opdb.tensors(), leaf=leaf)
    for one, other in zip(plain, recorded, strict=True):
        call = Call(info, other)
        if not call.variables:
            continue
        expected = Call(info, one)(*Call(info, one).arguments)
        with no_grad():
            unrecorded = call(*call.arguments)
        for want, got, bare in zip(expected, call(*call.arguments), unrecorded, strict=True):
            assert isinstance(got, Variable) and isinstance(bare, Variable)
            assert (not bare.requires_grad and bare.grad_fn is None) or any(bare is v for v in call.variables)
            if want.is_floating_point():
                assert got.requires_grad, f"{info.name}{other}"
            assert_close(got, want, what=f"{info.name}{other}")
            assert_close(bare, want, what=f"{info.name}{other}")


@pytest.mark.parametrize("dtype", [ft.float16, ft.bfloat16, ft.float32], ids=str)
@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_gradients_are_like_their_variables(info, dtype):
    """A gradient has shape, dtype and device of its Variable, in every float."""
    for sample in info.generate(dtype, **opdb.tensors(), leaf=leaf):
        call = Call(info, sample)
        if not sample.smooth or not call.variables:
            continue
        outputs = [y for y in call(*call.arguments) if y.is_floating_point()]
        seeds = [ft.ones(y.shape, dtype=y.dtype) for y in outputs]
        found = grad(outputs, call.variables, seeds, allow_unused=True)
        for variable, gradient in zip(call.variables, found, strict=True):
            if gradient is not None:
                assert (gradient.shape, gradient.dtype) == (variable.shape, variable.dtype), f"{info.name}{sample}"
                assert gradient.device == variable.device
