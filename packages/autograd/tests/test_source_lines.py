"""Errors in backward name the user's forward line, wherever the operation was really made."""

import sys
import threading
import weakref

import flambeau.tensor as ft
import pytest
from autograd_helpers import here
from flambeau.autograd import Function, grad, set_place


def inside_flambeau(source):
    """The functions of a made-up module of ours."""
    namespace = {"__name__": "flambeau.layers"}
    exec(compile(source, "/site-packages/flambeau/layers.py", "exec"), namespace)
    return namespace


LAYERS = inside_flambeau(
    """
def scale(x, w):
    return x * w

class Layer:
    def __init__(self, w):
        self.w = w

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        return [scale(x, self.w) for _ in range(1)][0]

def apply(function, x):
    return function(x)
"""
)


def test_plain_expression(leaf):
    """An operation made by a Python operator, a method or a function."""
    x = leaf(1.0)
    line = here()
    y = x * 2
    assert y.grad_fn.line == line
    line = here()
    y = x.exp()
    assert y.grad_fn.line == line
    line = here()
    y = ft.cat([x, x])
    assert y.grad_fn.line == line
    line = here()
    y = ft.max(x)  # a composed function of ours
    assert y.grad_fn.line == line


def test_lines_change_within_one_function(leaf):
    """The line is that of the call, not of the function's first or last operation."""
    x = leaf(1.0)
    lines = []
    for _ in range(2):
        line = here()
        y = x.sin()
        lines.append((y.grad_fn.line, line))
        line = here()
        y = y.cos()
        lines.append((y.grad_fn.line, line))
    assert all(found == expected for found, expected in lines)


def test_multi_line_expressions(leaf):
    """In an expression of several lines, the line of the operation itself."""
    x = leaf(1.0)
    first = sys._getframe().f_lineno + 1
    y = (
        x.exp()
        + x.sin(
        )
    )  # fmt: skip
    (exp, _), (sin, _) = y.grad_fn.next_functions
    assert f"line {first + 1}: x.exp()" in exp.line
    assert f"line {first + 2}: + x.sin(" in sin.line


def test_lambdas_and_comprehensions(leaf):
    """Lambdas and comprehensions are user code with lines of their own."""
    x = leaf(1.0)
    line = here()
    double = lambda v: v * 2  # noqa: E731
    y = next(map(double, [x]))
    assert y.grad_fn.line == line
    line = here()
    (y,) = [v.tanh() for v in [x]]
    assert y.grad_fn.line == line


def test_module_like_frames_are_passed_over(leaf):
    """Frames inside ``flambeau.*`` are ours: the line is that of the user who called in."""
    x, layer = leaf(1.0), LAYERS["Layer"](leaf(2.0))
    line = here()
    y = layer(x)
    assert y.grad_fn.name == "mul"
    assert y.grad_fn.line == line


def test_user_code_called_by_ours(leaf):
    """A user's function that our code calls is user code again."""
    x = leaf(1.0)

    def mine(v):
        return v.exp()

    y = LAYERS["apply"](mine, x)
    assert y.grad_fn.line.endswith(": return v.exp()")


def test_a_package_of_a_similar_name_is_user_code(leaf):
    """Only ``flambeau.`` itself is ours."""
    namespace = {"__name__": "flambeau_extras.layers"}
    exec(compile("def scale(x):\n    return x * 2\n", "/site-packages/flambeau_extras/layers.py", "exec"), namespace)
    y = namespace["scale"](leaf(1.0))
    assert y.grad_fn.line == 'File "/site-packages/flambeau_extras/layers.py", line 2'


def test_code_without_a_file(leaf):
    """Typed-in code has a name and a line, but no text."""
    scope = {"x": leaf(1.0), "__name__": "__main__"}
    exec(compile("\n\ny = x * 2", "<typed in>", "exec"), scope)
    assert scope["y"].grad_fn.line == 'File "<typed in>", line 3'


def test_in_place_and_view_nodes_have_the_line_of_the_write(leaf):
    """A write into a view belongs to the line that wrote."""
    x = leaf(1.0)
    y = x * 1
    line = here()
    y[0] = x[0] * 2
    assert y.grad_fn.line == line


def test_function_nodes_have_the_line_of_apply(leaf):
    """A user's Function is recorded where it was applied, also through a helper of ours."""

    class Double(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    x = leaf(1.0)
    line = here()
    y = Double.apply(x)
    assert y.grad_fn.line == line
    line = here()
    y = LAYERS["apply"](Double.apply, x)
    assert y.grad_fn.line == line


def test_nodes_of_double_backward_keep_the_forward_line(leaf):
    """What backward records points to the forward line of the node it belongs to."""
    x = leaf(1.0)
    line = here()
    y = x.exp()
    (g,) = grad(y, x, create_graph=True)
    assert g.grad_fn.line == line
    (h,) = grad(g, x, create_graph=True)
    assert h.grad_fn.line == line


def test_after_a_recorded_backward_lines_are_the_users_again(leaf):
    """The forward line of a backward does not stick, also after an error in it."""
    x = leaf(1.0)
    grad(x.exp(), x, create_graph=True)
    line = here()
    y = x * 2
    assert y.grad_fn.line == line
    h = x * 1
    z = h.sin()
    h.zero_()
    with pytest.raises(RuntimeError):
        grad(z, x, create_graph=True)
    line = here()
    y = x * 3
    assert y.grad_fn.line == line


@pytest.mark.parametrize("create_graph", [False, True])
def test_any_error_in_backward_carries_the_forward_line(leaf, create_graph):
    """Whatever a backward raises, a note names the operation and its forward line, once."""

    class Broken(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            raise ZeroDivisionError("in user code")

    x = leaf(1.0)
    line = here()
    y = Broken.apply(x * 1)
    z = (y + 1).exp()
    with pytest.raises(ZeroDivisionError, match="in user code") as raised:
        z.backward(create_graph=create_graph)
    assert raised.value.__notes__ == [f"raised in the backward of Broken, recorded at {line}"]


def test_shape_errors_of_a_wrong_gradient_name_the_operation(leaf):
    """A gradient of the wrong shape is caught where it is made, with the line."""

    class Wrong(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return ft.ones(3)

    x = leaf(1.0, 2.0)
    line = here()
    y = Wrong.apply(x)
    with pytest.raises(ft.ShapeError) as raised:
        y.backward(ft.ones(2))
    assert str(raised.value) == "backward of Wrong: expected a gradient that sums to shape (2,), got shape (3,)"
    assert raised.value.__notes__ == [f"raised in the backward of Wrong, recorded at {line}"]


def test_deep_call_stacks(leaf):
    """User frames far above our own are found."""
    x = leaf(1.0)
    nested = inside_flambeau("def down(x, n):\n    return x * 2 if n == 0 else down(x, n - 1)\n")["down"]
    line = here()
    y = nested(x, 200)
    assert y.grad_fn.line == line


def test_recording_with_no_user_frame_at_all():
    """Where all frames are ours, the outermost one is named rather than nothing."""
    source = "import flambeau.autograd as a\ny = a.Variable([1.0], requires_grad=True) * 2\n"
    assert inside_flambeau(source)["y"].grad_fn.line.startswith("File ")


def test_lines_of_variables_made_in_threads(leaf):
    """A thread's outermost frames are the threading module's: user code is nearer."""

    found = []
    x = leaf(1.0)

    def work():
        y = x * 2
        found.append(y.grad_fn.line)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found[0].endswith(": y = x * 2")


def test_line_costs_no_reference_to_the_frame(leaf, without_gc):
    """Only the code is remembered: locals of the user's function are freed when it returns."""

    class Big:
        pass

    references = []

    def work(x):
        big = Big()
        references.append(weakref.ref(big))
        return x * 2

    y = work(leaf(1.0))
    assert y.requires_grad and references[0]() is None


def test_the_place_nodes_are_recorded_for(leaf):
    """Errors name it beside the line; a place holds until the one before is set again, on its own thread."""
    x = leaf(1.0)
    outside = set_place("the encoder")
    line = here()
    y = x * 2
    assert set_place(outside) == "the encoder"
    z = y.exp()
    assert (y.grad_fn.place, z.grad_fn.place) == ("the encoder", None)
    assert repr(y.grad_fn) == f"<mul node from {line} (in the encoder)>"
    z.backward()
    with pytest.raises(RuntimeError) as raised:
        y.backward()
    assert f"got mul, recorded at {line} (in the encoder), whose" in str(raised.value)


def test_places_are_of_one_thread(leaf):
    """Another thread has none, and nodes of backward have their forward node's."""
    outside = set_place("here")
    found = []
    thread = threading.Thread(target=lambda: found.append((leaf(1.0) * 2).grad_fn.place))
    thread.start()
    thread.join()
    x = leaf(3.0)
    y = x * x
    set_place(outside)
    (g,) = grad(y, x, create_graph=True)
    assert found == [None]
    assert g.grad_fn.next_functions[0][0].place == "here"


def test_places_are_let_go():
    """The thread holds its place, and nodes do; nobody else."""

    class Place:
        pass

    place = Place()
    gone = weakref.ref(place)
    set_place(place)
    set_place(None)
    del place
    assert gone() is None
