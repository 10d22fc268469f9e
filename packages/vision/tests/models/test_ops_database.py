"""Every function of ``flambeau.vision.ops``, tested as tensor's operators are: by an entry in a database."""

import inspect

import flambeau.tensor as ft
import numpy as np
import ops_database
import pytest
import torchvision_oracle
from flambeau.autograd import Variable, grad, gradcheck, gradgradcheck
from flambeau.tensor.testing import assert_close, opdb
from flambeau.vision import ops

ENTRIES = opdb.collect(ops_database)
FUNCTIONS = [pytest.param(info, id=name) for name, info in ENTRIES.items()]
DIFFERENTIABLE = [case for case in FUNCTIONS if case.values[0].differentiable]
ERRORS = [
    pytest.param(info, number, id=f"{info.name}-{number}")
    for info in ENTRIES.values()
    for number, _ in enumerate(info.generate_errors(convert=ft.from_numpy))
]
# Above this many elements derivatives are checked in one random direction, not element by element.
MANY = 40


def leaf(tensor):
    return Variable(tensor, requires_grad=tensor.is_floating_point())


def run(info, sample):
    return info.function(*sample.args, **sample.kwargs)


def check(info, sample, dtype, result):
    (expected,) = info.expected(opdb.arrays_of(sample), dtype)
    assert_close(result, expected, *info.tolerance_of(expected.dtype), what=f"{info.name}{sample}")


def calls(info, **options):
    """The samples at which there are derivatives, each as a function of its Variables, and these."""
    for sample in info.generate_smooth(**opdb.tensors(), leaf=leaf, **options):
        variables = [value for value in sample.values() if isinstance(value, Variable)]

        def call(*values, sample=sample):
            fresh = iter(values)
            return run(info, sample.map(lambda v: next(fresh) if isinstance(v, Variable) else v))

        yield call, variables, f"{info.name}{sample}"


def test_every_function_has_an_entry():
    """The message names the functions that have none."""
    public = {name for name in ops.__all__ if inspect.isfunction(getattr(ops, name))}
    assert public == set(ENTRIES)


@pytest.mark.parametrize("info, dtype", opdb.cases(ENTRIES.values()), ids=str)
def test_values_are_the_definitions(info, dtype):
    """The result has the values, the shape and the dtype the reference says, for every sample, and changes no input."""
    for sample in info.generate(dtype, **opdb.tensors()):
        before = opdb.arrays_of(sample)
        check(info, sample, dtype, run(info, sample))
        after = opdb.arrays_of(sample)
        for was, now in zip(before.args, after.args, strict=True):
            np.testing.assert_equal(now, was)


@pytest.mark.parametrize("info, dtype", opdb.refused(ENTRIES.values()), ids=str)
def test_other_dtypes_are_refused(info, dtype):
    """A dtype that is not in the database raises DTypeError, which names the function and the dtype."""
    sample = next(iter(info.generate(dtype, **opdb.tensors())))
    with pytest.raises(ft.DTypeError, match=rf"^{info.name}\(\): .*expected .*, got {dtype.name}"):
        run(info, sample)


@pytest.mark.parametrize("info, number", ERRORS)
def test_bad_calls_say_what_is_wrong(info, number):
    """Each bad call of the database raises the exception and exactly the message that stand there."""
    bad = list(info.generate_errors(**opdb.tensors()))[number]
    with pytest.raises(bad.exception) as raised:
        info.function(*bad.args, **bad.kwargs)
    assert str(raised.value) == bad.message


@pytest.mark.parametrize("info", FUNCTIONS)
def test_on_a_strict_device(info, strict_device):
    """Results are where the arguments are, and nothing is copied to the host without saying so."""
    for device in (strict_device, "strict:1"):
        for sample in info.generate(np.float32, **opdb.tensors(device)):
            result = run(info, sample)
            assert result.device == device, f"{info.name}{sample}"
            check(info, sample, np.float32, result)


@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_derivatives(info):
    """The first and the second agree with finite differences in float64, for every smooth sample."""
    for call, variables, what in calls(info):
        fast = sum(v.numel() for v in variables) > MANY
        assert gradcheck(call, variables, fast_mode=fast), what
        assert gradgradcheck(call, variables, fast_mode=fast), what


@pytest.mark.parametrize("dtype", [ft.float16, ft.bfloat16, ft.float32], ids=str)
@pytest.mark.parametrize("info", DIFFERENTIABLE)
def test_gradients_are_like_their_variables(info, dtype):
    """A gradient has shape, dtype and device of its Variable, in every float; values are those without gradients."""
    plain = [run(info, sample) for sample in info.generate(dtype, **opdb.tensors()) if sample.smooth]
    for (call, variables, what), expected in zip(calls(info, dtype=dtype), plain, strict=True):
        result = call(*variables)
        assert isinstance(result, Variable)
        assert_close(result, expected, what=what)
        found = grad(result, variables, ft.ones(result.shape, dtype=result.dtype), allow_unused=True)
        for variable, gradient in zip(variables, found, strict=True):
            if gradient is not None:
                assert (gradient.shape, gradient.dtype) == (variable.shape, variable.dtype), what
                assert gradient.device == variable.device


# What torchvision computes without its compiled operators, which it may lack, and of an empty mask, too.
IN_PYTHON = [name for name in ENTRIES if name not in ("batched_nms", "masks_to_boxes", "nms", "roi_align", "roi_pool")]


@pytest.mark.parametrize("name", IN_PYTHON)
def test_torchvision_agrees(name):
    """Values and dtypes, for every sample of float32, float64 and int64."""
    torchvision = torchvision_oracle.torchvision()
    import torch

    info = ENTRIES[name]
    for dtype in {np.dtype("f4"), np.dtype("f8"), np.dtype("i8")} & set(info.dtypes):
        for sample in info.generate(dtype, **opdb.tensors()):
            call = sample.map(lambda v: torch.from_numpy(np.array(v.numpy())) if isinstance(v, ft.Tensor) else v)
            theirs = getattr(torchvision.ops, name)(*call.args, **call.kwargs).numpy()
            if name == "sigmoid_focal_loss" and not sample.args[0].numel() and not theirs.ndim:
                theirs = np.zeros_like(theirs)  # the mean of no losses is 0 here, as it is there of boxes' losses
            assert_close(run(info, sample), theirs, *info.tolerance_of(theirs.dtype), what=f"{name}{sample}")
