"""detect_anomaly: the first operation that made a NaN or an infinity, with all calls that led to it."""

import threading

import flambeau.tensor as ft
import numpy as np
import pytest
from autograd_helpers import here, made
from flambeau.autograd import Function, Variable, no_grad, set_place
from flambeau.autograd.anomaly import AnomalyError, detect_anomaly, is_anomaly_enabled, set_detect_anomaly

INFINITY = float("inf")


def report(call, exception=AnomalyError):
    """Message and notes as a traceback shows them, without calls of the test runner's."""
    with pytest.raises(exception) as raised:
        call()
    lines = "\n".join([str(raised.value), *getattr(raised.value, "__notes__", [])]).splitlines()
    return [x for x in lines if 'File "' not in x or __file__ in x]


def named(line, function):
    """``File "x.py", line 3, in f: y = 2`` from ``File "x.py", line 3: y = 2``."""
    place, _, text = line.partition(": ")
    return f"{place}, in {function}: {text}"


def test_a_nan_in_the_loss_names_what_made_it():
    """Both the infinity and the NaN it led to, with arguments, values and calls."""
    x = Variable(ft.tensor([1.0, 0.0]), requires_grad=True)
    lines = {}

    def loss_of(x):
        lines["log"] = named(here(), "loss_of")
        y = x.log()
        lines["mul"] = named(here(), "loss_of")
        return (y * x).sum()

    def run():
        with detect_anomaly():
            lines["call"] = named(here(), "run")
            loss = loss_of(x)
            loss.backward()

    found = report(run)
    calls = [x for x in found if x.startswith("    File")]
    assert calls.count("    " + lines["call"]) == 2
    assert [x for x in found if not x.startswith("    File")] == [
        "backward(): output 0: expected finite numbers, got 1 NaN of 1 elements",
        f"Made the first infinity: log(), at {lines['log']}",
        "  input: shape (2,), float32: [1., 0.]",
        "  result: shape (2,), float32, 1 infinite of 2 elements, the first at (1,): [ 0., -inf]",
        "  called from:",
        f"Made the first NaN: mul(), at {lines['mul']}",
        "  input: shape (2,), float32, 1 infinite of 2 elements, the first at (1,): [ 0., -inf]",
        "  other: shape (2,), float32: [1., 0.]",
        "  result: shape (2,), float32, 1 NaN of 2 elements, the first at (1,): [ 0., nan]",
        "  called from:",
    ]


def test_a_nan_made_in_backward_names_the_forward_operation():
    """The gradient that came, what was kept, the gradient that went, and the calls of the forward operation."""
    bad = made(lambda ctx, x: x * 2, lambda ctx, g: g * float("nan"))
    x = Variable(ft.tensor([1.0, 2.0]), requires_grad=True)
    with detect_anomaly():
        line = here()
        y = bad.apply(x)
        found = report(y.sum().backward)
    function = "test_a_nan_made_in_backward_names_the_forward_operation"
    assert found == [
        "backward of Made: expected finite gradients, got 2 NaN of 2 elements in that of its input 0",
        "  gradient of the result: shape (2,), float32: [1., 1.]",
        "  gradient of input 0: shape (2,), float32, 2 NaN of 2 elements, the first at (0,): [nan, nan]",
        f"raised in the backward of Made, recorded at {line}",
        "the calls that led there, the last one last:",
        f"  {named(line, function)}",
    ]


def test_an_infinite_gradient_is_named_when_a_nan_comes_of_it():
    """The infinity passes, for it may be meant; a NaN that follows tells of it."""
    x = Variable(ft.tensor([0.0, 4.0]), requires_grad=True)
    huge = made(lambda ctx, x: x * 2, lambda ctx, g: g * INFINITY)
    with detect_anomaly():
        y = x * ft.tensor([0.0, 1.0])
        line = here()
        z = huge.apply(y)
        found = report(z.sum().backward)
    assert (
        found[0]
        == "backward of mul: expected finite gradients, got 1 NaN and 1 infinite of 2 elements in that of its input 0"
    )
    assert f"Made the first infinite gradient: backward of Made, recorded at {line}" in found
    assert "  gradient: shape (2,), float32, 2 infinite of 2 elements, the first at (0,): [inf, inf]" in found


def test_numbers_that_came_in_are_told_from_those_made():
    """Data with a NaN is not the fault of the operation that meets it first."""
    x = Variable(ft.ones(2, 3), requires_grad=True)
    data = ft.tensor([[1.0, 2.0, float("nan")], [4.0, 5.0, 6.0]])
    with detect_anomaly():
        line = here()
        y = (x * data).sum()
        found = report(y.backward)
    assert found[1].startswith("Was given numbers that are not finite: mul(), at ")
    assert named(line, "test_numbers_that_came_in_are_told_from_those_made") in found[1]
    assert found[3] == (
        "  other: shape (2, 3), float32, 1 NaN of 6 elements, the first at (0, 2): [[ 1., 2., nan], [ 4., 5., 6.]]"
    )


def test_functions_are_looked_at():
    """What a Function computes with NumPy is no operator call, but a Function's."""

    class NumpyLog(Function):
        @staticmethod
        def forward(ctx, x, scale):
            with np.errstate(divide="ignore"):  # the infinity is what is to be found
                return ft.from_numpy(np.log(x.numpy()) * scale), "done"

        @staticmethod
        def backward(ctx, g, _):
            return g, None

    x = Variable(ft.tensor([1.0, 0.0]), requires_grad=True)
    with detect_anomaly():
        line = here()
        y, _ = NumpyLog.apply(x, 2)
        found = report(y.sum().backward)
    assert found[1:5] == [
        f"Made the first infinity: NumpyLog.apply(), at {named(line, 'test_functions_are_looked_at')}",
        "  argument 0: shape (2,), float32: [1., 0.]",
        "  argument 1: 2",
        "  result: shape (2,), float32, 1 infinite of 2 elements, the first at (1,): [ 0., -inf]",
    ]


def test_infinities_that_are_meant_pass():
    """A mask of -inf before a softmax, and a limit given as a number, are no anomalies; many values are summed up."""
    x = Variable(ft.arange(10.0), requires_grad=True)
    with detect_anomaly():
        ft.softmax(x.masked_fill(x > 5, -INFINITY), 0).square().sum().backward()
        x.clamp(max=INFINITY).sum().backward()
        found = report(lambda: (x - 5).log().sum().backward())
    assert "  input: shape (10,), float32, from -5 to 4: [-5., -4., ..., 3., 4.]" in found


def test_what_was_overwritten_counts():
    """In place, what stood there before decides whether the operation made the NaN."""
    x = Variable(ft.tensor([0.0, 1.0]), requires_grad=True)
    with detect_anomaly():
        y = x * 1
        y.log_()
        y.mul_(0)
        found = report(y.sum().backward)
    assert [f.split(", at")[0] for f in found if f.startswith("Made")] == [
        "Made the first infinity: log()",
        "Made the first NaN: mul()",
    ]


def test_each_backward_begins_anew():
    """What happened before the last backward is not told again."""
    x = Variable(ft.tensor([0.0, 1.0]), requires_grad=True)
    with detect_anomaly():
        with no_grad():
            x.log()
        x.sum().backward()
        found = report(lambda: (x * INFINITY).sum().backward())
    assert found[0] == "backward(): output 0: expected finite numbers, got 1 NaN of 1 elements"
    assert not any("log()" in line for line in found)


def test_other_errors_have_all_calls_too():
    """Any error in backward shows the calls of the forward operation; without, the line alone."""

    class Broken(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            raise ZeroDivisionError("in user code")

    def inner(x):
        return Broken.apply(x)

    def outer(x):
        return inner(x)

    x = Variable(ft.ones(1), requires_grad=True)
    with detect_anomaly(check_nan=False):
        y = outer(x)
    found = report(y.backward, ZeroDivisionError)
    assert [line.partition(", in ")[2] for line in found[-3:]] == [
        "test_other_errors_have_all_calls_too: y = outer(x)",
        "outer: return inner(x)",
        "inner: return Broken.apply(x)",
    ]
    assert [line.partition(", in ")[2] for line in y.grad_fn.stack[-2:]] == [
        "outer: return inner(x)",
        "inner: return Broken.apply(x)",
    ]
    assert outer(x).grad_fn.stack == []


def test_without_check_nan_numbers_are_not_looked_at():
    """Only the calls are kept."""
    x = Variable(ft.tensor([-1.0]), requires_grad=True)
    with detect_anomaly(check_nan=False):
        (x.log() * x).sum().backward()
    assert np.isnan(x.grad.numpy()).all()


def test_switching():
    """As a block, nested, as a decorator, and by a flag; an error leaves no trace of it."""
    assert not is_anomaly_enabled()
    with detect_anomaly(), detect_anomaly(check_nan=False):
        assert is_anomaly_enabled()
    assert not is_anomaly_enabled()

    @detect_anomaly()
    def decorated():
        return is_anomaly_enabled()

    assert decorated() and not is_anomaly_enabled()
    set_detect_anomaly(True)
    assert is_anomaly_enabled()
    set_detect_anomaly(False)
    with set_detect_anomaly(True):
        assert is_anomaly_enabled()
    assert not is_anomaly_enabled()
    x = Variable(ft.tensor([0.0]), requires_grad=True)
    with pytest.raises(AnomalyError), detect_anomaly():
        x.log().backward()
    assert not is_anomaly_enabled()
    y = (x + 1).log()
    y.backward()
    assert x.grad.tolist() == [1.0]
    assert (x * 2).requires_grad


def test_places_and_threads():
    """The module that ran is named; another thread's backward is looked at, too."""
    x = Variable(ft.tensor([0.0]), requires_grad=True)
    found = []

    def work():
        outside = set_place("Linear 'encoder'")
        y = x.log()
        set_place(outside)
        found.extend(report(y.backward))

    with detect_anomaly():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert any(line.endswith(": y = x.log() (in Linear 'encoder')") for line in found)


def test_complex_and_half_precision():
    """Every floating dtype is looked at; integers have nothing to look at."""
    for dtype in (ft.float16, ft.bfloat16, ft.float64):
        x = Variable(ft.tensor([0.0, 1.0]).to(dtype), requires_grad=True)
        with detect_anomaly():
            assert "1 infinite of 2 elements" in report(lambda x=x: x.log().backward(ft.ones(2, dtype=x.dtype)))[0]
    with detect_anomaly():
        z = Variable(ft.tensor([0.0]), requires_grad=True)
        assert (z.int() + 1).item() == 1
        assert "expected finite numbers" in report(lambda: ft.complex(z, z.log()).abs().sum().backward())[0]
