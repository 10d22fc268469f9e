"""docs/how-to/add-an-operator.md: its operator is not there yet, and would be right."""

import importlib
import re
import types
from pathlib import Path

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Function, Variable, gradcheck, gradgradcheck
from flambeau.tensor import _schema
from flambeau.tensor.testing.opdb import _make

PAGE = (Path(__file__).parents[1] / "docs/how-to/add-an-operator.md").read_text()
KERNEL, RULE, ENTRY = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def module(path):
    """A copy of the names of the module that the page names as the place of a snippet."""
    assert f"`packages/{path}`" in PAGE
    return dict(vars(importlib.import_module(path.partition("/src/")[2].removesuffix(".py").replace("/", "."))))


@pytest.fixture
def definition(monkeypatch):
    """What the first snippet declares."""
    names = module("tensor/src/flambeau/tensor/_reference/trigonometry.py")
    monkeypatch.setattr(_schema, "_definitions", {})
    exec(KERNEL, names)
    ((name, found),) = _schema._definitions.items()
    assert name == found.name == "haversine" and names[name] is found
    return found


@pytest.fixture
def entry():
    """What the third snippet says."""
    return eval(ENTRY.strip().rstrip(","), module("tensor/src/flambeau/tensor/testing/opdb/trigonometry.py"))


def test_the_operator_is_not_there():
    """Otherwise the page would tell what is done already."""
    assert not hasattr(ft.ops, "haversine")


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("dtype", _make.FLOATS, ids=str)
def test_the_kernel_agrees_with_the_reference(definition, entry, dtype):
    """On the samples of its entry, in every floating dtype."""
    assert entry.name == definition.name
    for sample in entry.samples(_make.Make(dtype)):
        found = definition(np, *sample.args)
        expected = entry.reference(*(np.asarray(a).astype(np.float64) for a in sample.args))
        assert found.dtype == dtype
        ft.testing.assert_close(ft.tensor(found), ft.tensor(expected.astype(dtype)))


def test_the_compiled_expression_is_the_kernel(definition):
    """The page names an expression in C++ too."""
    (expression,) = re.findall(r'`@pointwise\("(.*)", \.\.\.\)`', PAGE)
    x = np.linspace(-5, 5, 11, dtype=np.float32)
    ft.testing.assert_close(ft.pointwise(expression)(ft.from_numpy(x)), ft.from_numpy(definition(np, x)))


def test_the_example_in_the_docstring_is_right(definition, monkeypatch):
    """It would be run with the documentation."""
    monkeypatch.setattr(ft, "haversine", lambda x: ft.from_numpy(definition(np, x.numpy())), raising=False)
    call, result = re.search(r">>> (.*)\n\s*(.*)", definition.doc).groups()
    assert repr(eval(call, {"ft": ft})) == result


def test_the_rule_is_the_derivative(definition):
    """Once and twice, by finite differences."""
    names = module("autograd/src/flambeau/autograd/derivatives/trigonometry.py")
    rules = []
    names["ops"] = types.SimpleNamespace(haversine=definition)
    names["gradient"] = lambda op, argument: lambda rule: rules.append((op, argument, rule))
    exec(RULE, names)
    ((op, argument, rule),) = rules
    assert op is definition and argument == "input"

    class Haversine(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return ft.from_numpy(definition(np, x.numpy()))

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return rule(grad, x)

    x = Variable(ft.tensor([-2.0, 0.0, 0.5, 3.0], dtype=ft.float64), requires_grad=True)
    assert gradcheck(Haversine.apply, x) and gradgradcheck(Haversine.apply, x)
