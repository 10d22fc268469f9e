"""Variable as a Tensor: making, mixing, printing, copying, and what it refuses."""

import copy
import pickle

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, no_grad


class Parameter(Variable):
    """A subclass with an attribute, as layers use them."""


def message_of(exception, call):
    with pytest.raises(exception) as raised:
        call()
    return str(raised.value)


# Making ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [[1.0, 2.0], (1.0, 2.0), np.array([1.0, 2.0]), ft.tensor([1.0, 2.0])])
def test_made_from_any_data(data):
    """Lists, tuples, arrays and Tensors make a Variable, which is a Tensor, a leaf, without gradient."""
    x = Variable(data, requires_grad=True)
    assert isinstance(x, ft.Tensor)
    assert x.tolist() == [1.0, 2.0]
    assert x.requires_grad and x.is_leaf and x.grad is None and x.grad_fn is None
    assert not Variable(data).requires_grad


def test_shares_memory_and_version_with_its_tensor():
    """``Variable(t)`` is a view of the Tensor: what one changes, the other sees and counts."""
    t = ft.zeros(2)
    x = Variable(t)
    x.add_(1)
    assert t.tolist() == [1.0, 1.0]
    assert t.version == x.version == 1


@pytest.mark.parametrize("dtype", ["int64", "bool", "uint8"])
def test_only_floats_require_grad(dtype):
    """Integers and bools have no gradient."""
    expected = f"requires_grad(): expected a floating dtype, got {dtype}; convert it with .float()"
    assert message_of(ft.DTypeError, lambda: Variable(ft.ones(2).to(dtype), requires_grad=True)) == expected
    assert message_of(ft.DTypeError, lambda: Variable(ft.ones(2).to(dtype)).requires_grad_()) == expected


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_all_floats_require_grad(dtype):
    """Every floating dtype has gradients, of the same dtype."""
    x = Variable(ft.ones(2).to(dtype), requires_grad=True)
    (x * 2).sum().backward()
    assert x.grad.dtype == x.dtype
    assert x.grad.tolist() == [2.0, 2.0]


def test_volatile_is_gone():
    """The option of 2017 says what replaced it."""
    expected = (
        "Variable(): argument 'volatile': expected nothing: it is gone, got True; "
        "compute under `with no_grad():` instead"
    )
    assert message_of(TypeError, lambda: Variable([1.0], volatile=True)) == expected
    unknown = "Variable() got an unexpected keyword argument 'colour'"
    assert message_of(TypeError, lambda: Variable([1.0], colour=1)) == unknown


# Mixing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda v, t: v + t,
        lambda v, t: t + v,
        lambda v, t: 2 * v,
        lambda v, t: v @ t,
        lambda v, t: t @ v,
        lambda v, t: ft.where(t > 0, t, v),
        lambda v, t: ft.cat([t, v]),
        lambda v, t: t[Variable(ft.tensor([0]))],
        lambda v, t: np.ones(2, "f4") * v,
        lambda v, t: np.float32(2) * v,
        lambda v, t: v.sum(),
        lambda v, t: v > 0,
        lambda v, t: v.argmax(),
        lambda v, t: v[0],
        lambda v, t: v.T,
        lambda v, t: v.long(),
        lambda v, t: ft.zeros_like(v) + v,
        lambda v, t: v.split(1)[0],
        lambda v, t: v.sort().indices,
        lambda v, t: v.add_(t),
    ],
)
@pytest.mark.parametrize("recording", [True, False])
def test_a_variable_among_the_arguments_gives_a_variable(call, recording):
    """Arguments alone decide the type of a result; whether it is recorded changes nothing."""
    v, t = Variable(ft.ones(2)), ft.ones(2)
    if recording:
        result = call(v, t)
    else:
        with no_grad():
            result = call(v, t)
    assert type(result) is Variable


def test_plain_tensors_stay_plain():
    """Without a Variable nothing is recorded and nothing becomes one."""
    assert type(ft.ones(2) * 2) is ft.Tensor


def test_results_of_subclasses_are_plain_variables():
    """A result is never a Parameter."""
    p = Parameter(ft.ones(2), requires_grad=True)
    for result in (p * 2, 2 * p, p[0], p.T, p.clone(), p + p, p.detach()):
        assert type(result) is Variable


def test_plain_subclass_of_tensor_beside_a_variable(leaf):
    """A subclass of Tensor without a hook does not hide a Variable, on either side."""

    class Tagged(ft.Tensor):
        pass

    x = leaf(1.0, 2.0)
    for result in (Tagged(ft.ones(2)) * x, x * Tagged(ft.ones(2)), ft.cat([Tagged(ft.ones(2)), x])):
        assert type(result) is Variable and result.requires_grad


class Logged(ft.Tensor):
    """A subclass of Tensor whose hook adds nothing."""

    def __operator__(self, op, args, kwargs):
        return super().__operator__(op, args, kwargs)


class LoggedVariable(Variable):
    """A subclass of Variable whose hook adds nothing."""

    def __operator__(self, op, args, kwargs):
        return super().__operator__(op, args, kwargs)


def test_hooks_that_call_super_do_not_lose_the_history(leaf):
    """A hook that hands the call on gets what the call would have given without it."""
    x, plain = leaf(1.0, 2.0), Logged(ft.ones(2))
    hooked = LoggedVariable([3.0, 4.0], requires_grad=True)
    for result in (plain * x, x * plain, hooked * x, x * hooked, plain * hooked, ft.cat([plain, x]), hooked.exp()):
        assert type(result) is Variable and result.requires_grad
    with pytest.raises(RuntimeError, match="expected a Variable, because a value that requires grad is written to it"):
        Logged(ft.zeros(2)).add_(x)
    with pytest.raises(RuntimeError, match="expected no leaf that requires grad"):
        hooked.add_(1)
    with no_grad():
        assert hooked.add_(1) is hooked


def test_integer_results_do_not_require_grad(leaf):
    """Comparisons, indices and conversions to integers end the history."""
    x = leaf(1.0, 2.0)
    for result in (x > 1, x.argmax(), x.long(), x.sort().indices, x == x):
        assert not result.requires_grad and result.grad_fn is None


# Reading --------------------------------------------------------------------------------------------------------


def test_numpy_is_refused_when_grad_is_required(leaf):
    """What NumPy computes is not recorded, so it gets no array by accident."""
    x = leaf(1.0)
    expected = "numpy(): expected a Variable without gradient, got one that requires grad; use .detach().numpy()"
    for call in (
        lambda: x.numpy(),
        lambda: np.asarray(x),
        lambda: np.exp(x),
        lambda: (x * 2).numpy(),
        lambda: np.from_dlpack(x),
    ):
        assert message_of(RuntimeError, call) == expected
    assert np.shares_memory(x.detach().numpy(), x.data.numpy())
    assert Variable([1.0]).numpy().tolist() == [1.0]


def test_values_can_always_be_read(leaf):
    """``item``, ``tolist``, ``bool``, ``float``, printing and ``in`` work on Variables that require grad."""
    x = leaf(2.0)
    assert (x.item(), x.tolist(), bool(x), float(x), int(x)) == (2.0, [2.0], True, 2.0, 2)
    assert 2.0 in x
    assert hash(x) == hash(x)
    assert x in [x]
    assert len({x, x}) == 1
    assert [row.item() for row in x] == [2.0]


def test_text(leaf):
    """The last line says whether it requires grad, or what made it."""
    x = leaf(1.0)
    assert repr(x) == "[1.]\n[flambeau.tensor.FloatTensor of size 1, requires_grad]"
    assert repr(x * 2) == "[2.]\n[flambeau.tensor.FloatTensor of size 1, grad_fn=mul]"
    assert repr(Variable([1.0])) == "[1.]\n[flambeau.tensor.FloatTensor of size 1]"


def test_grad_fn_tells_its_story(leaf):
    """A node has a name, a line and its inputs."""
    x = leaf(1.0)
    y = (x * 2).exp()
    node = y.grad_fn
    assert node.name == "exp"
    assert "y = (x * 2).exp()" in node.line
    ((inner, output),) = node.next_functions
    assert (inner.name, output) == ("mul", 0)
    assert inner.next_functions[0][0] is x
    assert repr(node) == f"<exp node from {node.line}>"


# Detaching ------------------------------------------------------------------------------------------------------


def test_detach_shares_memory_and_version(leaf):
    """``detach`` forgets the history, not the memory; changes are counted for both."""
    x = leaf(1.0)
    y = x * 2
    d = y.detach()
    assert type(d) is Variable and not d.requires_grad and d.is_leaf
    d.add_(1)
    assert y.item() == 3.0
    assert y.version == d.version == 1


def test_detach_in_place(leaf):
    """``detach_`` makes a result a leaf; views refuse."""
    x = leaf(1.0)
    y = x * 2
    assert y.detach_() is y
    assert y.is_leaf and not y.requires_grad
    expected = "detach_(): expected a Variable that is not a view, got a view; use .detach()"
    assert message_of(ValueError, lambda: (x * 2)[0:1].detach_()) == expected


def test_requires_grad_can_be_switched_on_leaves_only(leaf):
    """A result's history cannot be switched off."""
    x = leaf(1.0)
    assert x.requires_grad_(False) is x and not x.requires_grad
    x.requires_grad = True
    y = x * 2
    expected = "requires_grad(): expected a leaf Variable, got the result of mul; use .detach()"
    assert message_of(ValueError, lambda: y.requires_grad_(False)) == expected
    assert y.requires_grad_() is y


def test_data_is_a_plain_tensor(leaf):
    """``.data`` is the memory without history; writing through it counts."""
    x = leaf(1.0)
    assert type(x.data) is ft.Tensor
    x.data.add_(1)
    assert x.item() == 2.0 and x.version == 1


@pytest.mark.parametrize("how", ["fresh", "own", "part of its own", "result"])
def test_data_can_be_replaced(leaf, how):
    """Setting ``.data`` gives a leaf other memory, its own included; gradients go on."""
    x = leaf(1.0, 2.0)
    if how == "result":
        (x * 2).sum().backward()
        x = x.grad
        x.requires_grad_()
    new = {"fresh": ft.tensor([5.0, 6.0]), "part of its own": x.data[0:1]}.get(how, x.data)
    version = x.version
    x.data = new
    assert x.tolist() == new.tolist()
    assert x.version > version
    (x * 3).sum().backward()
    assert x.grad.tolist() == [3.0] * x.numel()


def test_replaced_data_is_noticed_by_backward(leaf):
    """A value kept for backward whose Variable got other memory raises."""
    x, w = leaf(1.0), leaf(2.0)
    y = x * w
    w.data = ft.tensor([7.0])
    with pytest.raises(RuntimeError, match="kept for backward: expected version"):
        y.backward()


# The gradient -----------------------------------------------------------------------------------------------------


def test_grad_is_not_the_variable_itself(leaf):
    """It would keep itself alive, and double when it is added to."""
    x = leaf(1.0)
    with pytest.raises(ValueError) as raised:
        x.grad = x
    expected = "grad(): expected another Tensor, got the Variable itself; assign its .detach().clone()"
    assert str(raised.value) == expected


def test_grad_can_be_set_and_deleted(leaf):
    """``grad`` takes a Tensor of the Variable's shape and dtype, or None."""
    x = leaf(1.0, 2.0)
    x.grad = ft.ones(2)
    assert type(x.grad) is Variable
    del x.grad
    assert x.grad is None
    assert message_of(TypeError, lambda: setattr(x, "grad", 1)) == "grad(): expected Tensor or None, got int"
    assert message_of(ft.ShapeError, lambda: setattr(x, "grad", ft.ones(3))) == "grad(): expected shape (2,), got (3,)"
    assert message_of(ft.DTypeError, lambda: setattr(x, "grad", ft.arange(2))) == "grad(): expected float32, got int64"


# Copies -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
@pytest.mark.parametrize("requires_grad", [True, False])
def test_copies_of_leaves(how, requires_grad):
    """Copies and pickles keep class, attributes, value and requires_grad, and share no memory."""
    x = Parameter(ft.ones(2), requires_grad=requires_grad)
    x.name = "weight"
    y = how(x)
    assert type(y) is Parameter
    assert (y.name, y.requires_grad, y.is_leaf, y.tolist()) == ("weight", requires_grad, True, [1.0, 1.0])
    assert not np.shares_memory(x.data.numpy(), y.data.numpy())


def test_deepcopy_keeps_gradient_and_sharing(leaf):
    """A deep copy has a copy of the gradient; a Variable that appears twice is copied once."""
    x = leaf(1.0)
    (x * 2).backward()
    a, b = copy.deepcopy([x, x])
    assert a is b
    assert a.grad.tolist() == [2.0]
    assert not np.shares_memory(a.grad.numpy(), x.grad.numpy())


def test_results_are_not_pickled(leaf):
    """A history cannot be pickled: the message names what was recorded, and where."""
    y = leaf(1.0) * 2
    line = y.grad_fn.line
    expected = f"pickle(): expected a leaf Variable, got the result of mul recorded at {line}; pickle .detach()"
    assert message_of(RuntimeError, lambda: pickle.dumps(y)) == expected
    expected = f"deepcopy(): expected a leaf Variable, got the result of mul recorded at {line}; copy .detach()"
    assert message_of(RuntimeError, lambda: copy.deepcopy(y)) == expected
    assert pickle.loads(pickle.dumps(y.detach())).tolist() == [2.0]


# Observers --------------------------------------------------------------------------------------------------------


def test_observers_see_operations_on_variables(leaf):
    """A tracer sees each operation of the user once, recorded or not, and those of backward."""
    seen = []
    x = leaf(1.0, 2.0)
    with ft.observe(lambda op, args, out, result: seen.append(op.name)):
        y = x * 2
        y.add_(1)
        y[0] = 5
        with no_grad():
            y.exp()
        assert seen == ["mul", "add", "index_put", "exp"]
        y.sum().backward()
    assert seen[4] == "sum"
    assert len(seen) > 5


# To other libraries ----------------------------------------------------------------------------------------------


def test_memory_is_lent_without_history_only(leaf):
    """DLPack, buffers and other classes get the memory of a Variable that requires grad after ``detach()`` only."""
    x = leaf(1.0, 2.0)
    expected = "{0}(): expected a Variable without gradient, got one that requires grad; use .detach().{0}()"
    for operation, call in (
        ("numpy", lambda: x.__dlpack__()),
        ("numpy", lambda: memoryview(x)),
        ("as_subclass", lambda: x.as_subclass(Parameter)),
    ):
        assert message_of(RuntimeError, call) == expected.format(operation)
    assert ft.from_dlpack(x.detach()).data_ptr() == memoryview_address(x.detach()) == x.data_ptr()
    assert type(x.detach().as_subclass(Parameter)) is Parameter


def memoryview_address(x):
    return np.asarray(memoryview(x)).ctypes.data


def test_numpy_arrays_beside_variables_are_recorded(leaf):
    """An array or a number of NumPy's on the left is an operand like any other."""
    x = leaf(1.0, 2.0)
    (np.array([3.0, 4.0], "f4") * x * np.float64(2)).sum().backward()
    assert x.grad.tolist() == [6.0, 8.0]


def test_deepcopy_keeps_memory_shared():
    """Variables that look into one memory have copies that do."""
    x = Variable(ft.zeros(2, 3), requires_grad=True)
    a, b = copy.deepcopy([x, x.detach()[1]])
    with no_grad():
        a.add_(1)
    assert b.tolist() == [1.0, 1.0, 1.0]
    assert x.tolist() == [[0.0] * 3] * 2


def test_html_says_what_text_says(leaf):
    """In a notebook the last line names grad_fn and requires_grad."""
    x = leaf(1.0, 2.0)
    assert x._repr_html_().endswith("<code>[flambeau.tensor.FloatTensor of size 2, requires_grad]</code>")
    assert "grad_fn=mul" in (x * 2)._repr_html_()


# Shared memory ----------------------------------------------------------------------------------------------------


def test_leaves_move_to_shared_memory():
    """A leaf and the Tensor it was made of move together; recorded history keeps others' memory where it is."""
    data = ft.ones(3)
    x = Parameter(data)
    assert x.share_memory_() is x and x.is_shared() and data.is_shared()
    data.add_(1)
    assert x.tolist() == [2.0] * 3
    y = Variable([1.0, 2.0], requires_grad=True)
    kept = y.exp()
    assert y.share_memory_().is_shared()
    kept.sum().backward()
    np.testing.assert_allclose(y.grad, np.exp([1.0, 2.0]), rtol=1e-6)


def fetch(inbox, outbox):
    x = inbox.get()
    with no_grad():
        x.add_(1)
    outbox.put((type(x), x.requires_grad, x.is_shared()))


def test_parameters_are_sent_shared():
    """Another process gets a Parameter of the same memory."""
    import multiprocessing

    context = multiprocessing.get_context("fork")
    there, back = context.Queue(), context.Queue()
    x = Parameter(ft.zeros(2), requires_grad=True).share_memory_()
    worker = context.Process(target=fetch, args=(there, back))
    worker.start()
    there.put(x)
    assert back.get(timeout=60) == (Parameter, True, True)
    worker.join(60)
    assert x.tolist() == [1.0, 1.0]


def test_array_api_functions_are_recorded(leaf):
    """The standard's functions are ours, so their derivatives are known."""
    x = leaf(1.0, 2.0)
    xp = x.__array_namespace__()
    xp.sum(xp.multiply(xp.stack([x, xp.square(x)]), 2)).backward()
    assert x.grad.tolist() == [6.0, 10.0]
