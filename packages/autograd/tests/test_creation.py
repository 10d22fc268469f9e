"""The creation functions of ``flambeau.autograd``: those of ``flambeau.tensor``, giving leaves."""

import inspect
import pickle
import subprocess
import sys

import flambeau.autograd as autograd
import flambeau.tensor as ft
import pytest
from flambeau.autograd import Variable, _creation

CALLS = {
    "arange": (0.0, 3.0),
    "empty": (2, 3),
    "empty_like": (ft.ones(2),),
    "eye": (2,),
    "full": ((2,), 1.5),
    "full_like": (ft.ones(2), 3.0),
    "linspace": (0, 1, 5),
    "logspace": (0, 1, 5),
    "normal": (0.0, 1.0, (3,)),
    "ones": (2, 3),
    "ones_like": (ft.ones(2),),
    "rand": (3,),
    "rand_like": (ft.ones(2),),
    "randint": (0, 5, (4,)),
    "randint_like": (ft.ones(4), 0, 5),
    "randn": (3,),
    "randn_like": (ft.ones(2),),
    "randperm": (4,),
    "tensor": ([1.0, 2.0],),
    "zeros": (2, 3),
    "zeros_like": (ft.ones(2),),
}


def test_every_function_is_tried_here():
    """A new one needs a call in this file, and its name among the public ones."""
    made = {n for n, f in vars(_creation).items() if getattr(f, "__module__", "") == "flambeau.autograd"}
    assert made == CALLS.keys()
    assert made <= set(autograd.__all__)


@pytest.mark.parametrize("name", CALLS)
def test_gives_leaves(name):
    """The same values as without gradients, as Variables that require grad when asked to."""
    dtype = {} if name == "tensor" else {"dtype": "float64"}
    ft.manual_seed(1)
    expected = getattr(ft, name)(*CALLS[name], **dtype)
    ft.manual_seed(1)
    x = getattr(autograd, name)(*CALLS[name], **dtype, requires_grad=True)
    assert (type(x), x.is_leaf, x.requires_grad) == (Variable, True, True)
    assert (x.shape, x.dtype) == (expected.shape, expected.dtype)
    if not name.startswith("empty"):
        assert x.tolist() == expected.tolist()
    (x * 2).sum().backward()
    assert x.grad is not None
    y = getattr(autograd, name)(*CALLS[name])
    assert (type(y), y.requires_grad) == (Variable, False)


def test_like_a_variable():
    """What is made like a Variable is a leaf of its own."""
    x = autograd.ones(2, requires_grad=True)
    y = autograd.zeros_like(x * 2, requires_grad=True)
    assert y.is_leaf and y.requires_grad and not autograd.ones_like(x).requires_grad


def test_integers_have_no_gradient():
    """As with any Variable."""
    with pytest.raises(ft.DTypeError, match="expected a floating dtype, got int64"):
        autograd.randint(0, 5, (2,), requires_grad=True)


@pytest.mark.parametrize("name", CALLS)
def test_says_what_it_takes(name):
    """Signature and documentation are those of the original, and the argument more; it can be pickled."""
    function = getattr(autograd, name)
    *others, last = inspect.signature(function).parameters.values()
    assert others == list(inspect.signature(getattr(ft, name)).parameters.values())
    assert (last.name, last.default) == ("requires_grad", False)
    assert "requires_grad: whether" in function.__doc__
    assert pickle.loads(pickle.dumps(function)) is function


def test_made_when_first_used():
    """Importing the package does not make them; wrong names are still wrong."""
    program = (
        "import sys, flambeau.autograd as a; assert 'flambeau.autograd._creation' not in sys.modules;"
        "assert 'randn' in dir(a); a.randn(2); assert 'flambeau.autograd._creation' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    with pytest.raises(AttributeError, match="no attribute 'randm'"):
        autograd.randm  # noqa: B018  (looking it up is what raises)
