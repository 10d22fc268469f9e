"""Gradients on a GPU are those on the CPU, for every operator: generated from tensor's operator database."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, grad
from flambeau.tensor.testing import assert_close
from opdb_calls import DIFFERENTIABLE, calls

DTYPES = [np.dtype(np.float64), np.dtype(np.float32), np.dtype(np.float16), ft.bfloat16]


def gradients(call, device, dtype, order=1):
    """The gradients of a call by its Variables; of second order: of those gradients, weighed with random numbers."""
    rng = np.random.default_rng(0)

    def weights(like):
        return ft.from_numpy(rng.standard_normal(like.shape)).to(device, like.dtype)

    with ft.device(device):
        results = call(*call.arguments)
        outputs = [y for y in results if isinstance(y, Variable) and y.requires_grad]
        seeds = [weights(y) for y in outputs]
        found = grad(outputs, call.variables, seeds, create_graph=order == 2, allow_unused=True)
        if order == 1:
            return found
        first = [g for g in found if isinstance(g, Variable) and g.requires_grad]
        if not first:
            return []
        return grad(first, call.variables, [weights(g) for g in first], allow_unused=True)


def check(info, what, actual, expected, gpu, slack=1.0):
    """Like the CPU's, to what the dtype can say of the largest of them; and on the device."""
    assert len(actual) == len(expected), what
    for got, want in zip(actual, expected, strict=True):
        assert (got is None) == (want is None), what
        if want is None:
            continue
        assert got.device == gpu, f"{what}: a gradient on {got.device}"
        rtol, atol = (slack * t for t in info.tolerance_of(want.dtype))
        values = want.detach().numpy()
        largest = float(np.abs(values[np.isfinite(values)].astype(np.float64)).max(initial=0.0))
        assert_close(got.detach().cpu().numpy(), values, rtol, atol + rtol * largest, what=what)


def pairs(info, gpu, **options):
    """The calls of the samples, on the CPU and on the GPU, and what they are. The signs of vectors, which each device
    may choose, are left out of it."""
    there = calls(info, device=gpu, settled=True, **options)
    for (here, sample), (elsewhere, _) in zip(calls(info, settled=True, **options), there, strict=True):
        yield here, elsewhere, f"{info.name}{sample}"


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_first_derivative(gpu, info, dtype):
    """By every Variable, in every float."""
    for here, there, what in pairs(info, gpu, dtype=dtype):
        check(info, what, gradients(there, gpu, dtype), gradients(here, "cpu", dtype), gpu, slack=4.0)


@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_second_derivative(gpu, info):
    """The derivative of the derivative, of the first sample of each operator."""
    for here, there, what in pairs(info, gpu, dtype=np.float64):
        check(info, what, gradients(there, gpu, np.float64, 2), gradients(here, "cpu", np.float64, 2), gpu, slack=10.0)
        break


@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_values_are_recorded_ones(gpu, info):
    """What is recorded on the device is computed as what is not."""
    for here, there, what in pairs(info, gpu, dtype=np.float32):
        with ft.device(gpu):
            recorded = there(*there.arguments)
        assert info.name == "transfer" or all(y.device == gpu for y in recorded)
        results = [tuple(y.detach().cpu().numpy() for y in each) for each in (recorded, here(*here.arguments))]
        if info.compared:
            results = [info.compared(each) for each in results]
        for got, want in zip(*results, strict=True):
            assert_close(got, want, *info.tolerance_of(want.dtype), what=what)
