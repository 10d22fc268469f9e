"""Walking and drawing the graph, and hooks on what it keeps."""

import threading
import xml.etree.ElementTree

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Function, Variable, grad, graph


def small(leaf):
    x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
    return x, w, (x * w).exp() + x


def test_nodes_in_the_order_of_backward(leaf):
    """Each once, before those it leads to, however many ways lead there."""
    x = leaf(1.0)
    for _ in range(60):
        x = x + x  # 2**60 ways
    names = [node.name for node in graph.nodes(x.exp())]
    assert names == ["exp"] + ["add"] * 60
    _, _, y = small(leaf)
    assert [node.name for node in graph.nodes([y, y * 2])] == ["mul", "add", "exp", "mul"]
    assert list(graph.nodes(leaf(1.0))) == []
    with pytest.raises(TypeError) as raised:
        list(graph.nodes([ft.ones(1)]))
    assert str(raised.value) == "graph(): argument 'outputs': expected Variables or nodes, got Tensor"


def test_walking_a_long_chain(leaf):
    """Nothing recurses."""
    x = leaf(1.0)
    for _ in range(20_000):
        x = x + 1
    assert sum(1 for _ in graph.nodes(x)) == 20_000


def test_what_a_node_tells(leaf):
    """Its name, its line, the shapes of its results, what it keeps and where gradients go."""
    x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
    y = (x * w).sort()
    node = y[0].grad_fn
    assert (node.name, [shape for shape, _ in node.outputs]) == ("sort", [(2,), (2,)])
    assert node.outputs[0][1] == np.float32
    (product, output), *others = node.next_functions
    assert output == 0 and others == [(None, 0)] * 3
    assert product.kept["other"] is w and product.kept["input"] is x
    assert product.next_functions[0][0] is x and product.next_functions[1][0] is w
    y[0].sum().backward()
    assert product.kept == {}


def test_edges_of_a_list(leaf):
    """One for each part of a list, with the output it comes from, however many; other arguments lead nowhere."""
    parts = [*(leaf(1.0, 2.0, 3.0, 4.0) * 1).split(1), leaf(5.0)]
    for n in (2, 3, 5):
        *edges, dim = ft.cat(parts[-n:]).grad_fn.next_functions
        expected = [(p.grad_fn, p.output_nr) for p in parts[-n:-1]] + [(parts[-1], 0)]
        assert edges == expected
        assert dim == (None, 0)
    w = leaf(1.0)
    y = ft.cat([ft.ones(2), w])
    assert [target for target, _ in y.grad_fn.next_functions] == [None, w, None]


def test_kept_shapes(leaf):
    """The shape of an argument is told whether it had to be kept or stands where its gradient goes."""
    x = leaf(1.0, 2.0)
    for source in (x, x * 1, x.split(2)[0]):
        assert source.sum().grad_fn.kept == {"input_shape": (2,), "keepdim": False}
    assert ft.cat([x, x * 1]).grad_fn.kept == {"tensors_shape": ((2,), (2,)), "dim": 0}
    assert ft.cat([x, ft.ones(1)]).grad_fn.kept == {"tensors_shape": ((2,), (1,)), "dim": 0}


def test_dot(leaf):
    """Leaves, operations and outputs with their shapes; names as given, quotes escaped."""
    x, w, y = small(leaf)
    text = graph.to_dot(y, names={"x": x, 'a "w"': w})
    assert text.splitlines()[2:] == [
        '    n0 [label="output\\n(2,)", fillcolor="#fde3c8"]',
        '    n1 [label="add\\n(2,)"]',
        '    n2 [label="exp\\n(2,)"]',
        '    n3 [label="x\\n(2,)", fillcolor="#cfe3f7"]',
        '    n4 [label="mul\\n(2,)"]',
        '    n5 [label="a \\"w\\"\\n(2,)", fillcolor="#cfe3f7"]',
        "    n1 -> n0",
        "    n2 -> n1",
        "    n3 -> n1",
        "    n4 -> n2",
        "    n3 -> n4",
        "    n5 -> n4",
        "}",
    ]


def boxes(svg):
    """Place and size of each box, by its title."""
    space = "{http://www.w3.org/2000/svg}"
    found = {}
    for group in xml.etree.ElementTree.fromstring(svg).iter(f"{space}g"):
        rect = group.find(f"{space}rect")
        title = group.find(f"{space}text").text
        found.setdefault(title, []).append([float(rect.get(k)) for k in ("x", "y", "width", "height")])
    return found


def test_svg_is_laid_out(leaf):
    """Boxes overlap nowhere, lie inside the picture, and what is computed from others is below them."""
    x, w, y = small(leaf)
    for i in range(6):
        y = y * x + (w if i % 2 else y.sin() * 2)
    svg = graph.to_svg([y, y.sum()], names={"x<&>": x})
    root = xml.etree.ElementTree.fromstring(svg)
    width, height = float(root.get("width")), float(root.get("height"))
    found = boxes(svg)
    assert "x<&>" in found and "output 1" in found and len(found["add"]) == 7
    everything = [box for several in found.values() for box in several]
    for i, (a, b, c, d) in enumerate(everything):
        assert a >= 0 and b >= 0 and a + c <= width and b + d <= height
        for e, f, g, h in everything[:i]:
            assert a + c <= e or e + g <= a or b + d <= f or f + h <= b
    assert max(b[1] for b in found["exp"]) < min(b[1] for b in found["add"])
    assert "line" in svg and ": y = y * x + (w if i % 2 else y.sin() * 2)" in svg


def test_svg_of_next_to_nothing(leaf):
    """A leaf, and a Variable without history."""
    assert list(boxes(graph.to_svg(leaf(1.0)))) == ["output", "leaf"]
    assert list(boxes(graph.to_svg(Variable(ft.ones(2))))) == ["output"]


# Hooks on what is kept ------------------------------------------------------------------------------------------------


def test_hooks_see_what_is_kept(leaf):
    """Each kept Tensor goes through pack once, plain, and through unpack in backward; other values do not."""
    x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
    packed, unpacked = [], []

    def pack(t):
        packed.append(t)
        return len(packed) - 1, t

    def unpack(entry):
        unpacked.append(entry[0])
        return entry[1]

    with graph.saved_tensors_hooks(pack, unpack):
        y = (x * w).exp().sum(dim=0)
    assert [type(t) for t in packed] == [ft.Tensor] * 3
    assert [t.tolist() for t in packed[:2]] == [[1.0, 2.0], [3.0, 4.0]] or packed[0].tolist() == [3.0, 4.0]
    y.backward()
    assert sorted(unpacked) == [0, 1, 2]
    assert ft.allclose(x.grad, (w * (x * w).exp()).detach())
    x.exp()
    assert len(packed) == 3


@pytest.mark.parametrize("create_graph", [False, True])
def test_gradients_are_those_without_hooks(leaf, create_graph):
    """Of any order: what is unpacked has the history that it had, of a leaf, of a result and of its own."""

    class Cube(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x, None)
            return x**3

        @staticmethod
        def backward(ctx, g):
            x, _ = ctx.saved_tensors
            return g * 3 * x**2

    function = ft.pointwise("a * b * b")

    def value(x, w):
        y = (x * w).exp() * x.sort()[0] + Cube.apply(x * 2) * w.cumprod(0)
        y[0] = (y[1].clone() * w[0]).tanh()
        return function(y, ft.cat([x[:1], w[1:]])).sum()

    def derivatives(x, w):
        first = grad(value(x, w), [x, w], create_graph=create_graph)
        return [*first, *grad(sum(g.sum() for g in first), [x, w])] if create_graph else first

    x, w = leaf(1.0, 2.0, dtype="float64"), leaf(0.3, 0.4, dtype="float64")
    expected = derivatives(x, w)
    with graph.saved_tensors_hooks(lambda t: t.numpy().copy(), lambda a: ft.from_numpy(a)):
        found = derivatives(x, w)
    assert all(ft.allclose(a, b) for a, b in zip(found, expected, strict=True))


def test_innermost_hooks_count_and_come_back(leaf):
    """Blocks may be nested, used again, and left by an error; other threads have none."""
    x = leaf(1.0)
    seen = []
    outer = graph.saved_tensors_hooks(lambda t: seen.append("outer") or t, lambda t: t)
    inner = graph.saved_tensors_hooks(lambda t: seen.append("inner") or t, lambda t: t)
    with outer:
        with inner, outer, inner:
            x.exp()
        x.exp()
        thread = threading.Thread(target=x.exp)
        thread.start()
        thread.join()
        with pytest.raises(ZeroDivisionError), inner:
            raise ZeroDivisionError
        x.exp()
    x.exp()
    assert seen == ["inner", "outer", "outer"]


def test_hooks_may_compute(leaf):
    """What a pack hook does with Tensors is not packed in turn."""
    x = leaf(1.0, 2.0)
    with graph.saved_tensors_hooks(lambda t: Variable(t, requires_grad=True).exp() * 0 + t, lambda t: t):
        y = x.exp()
    y.sum().backward()
    assert ft.allclose(x.grad, x.exp().detach())


def test_wrong_hooks(leaf):
    """What cannot be called, what raises, and what does not give a Tensor."""
    with pytest.raises(TypeError) as raised:
        graph.saved_tensors_hooks(None, lambda t: t)
    assert str(raised.value) == "saved_tensors_hooks(): argument 'pack_hook': expected something to call, got NoneType"
    x = leaf(1.0)
    with pytest.raises(ZeroDivisionError), graph.saved_tensors_hooks(lambda t: 1 / 0, lambda t: t):
        x.exp()
    with graph.saved_tensors_hooks(lambda t: t, lambda t: 3):
        y = x.exp()
    with pytest.raises(TypeError) as raised:
        y.backward()
    assert str(raised.value) == "exp(): unpack hook: expected a Tensor, got int"
    assert raised.value.__notes__[0].startswith("raised in the backward of exp, recorded at File")
    with graph.saved_tensors_hooks(lambda t: t, lambda t: ft.ones(3, 3)):
        y = leaf(1.0, 2.0).exp()
    with pytest.raises(ft.ShapeError) as raised:
        y.sum().backward()
    assert str(raised.value) == "exp(): unpack hook: expected shape (2,), float32, got shape (3, 3), float32"


def test_save_on_cpu(leaf):
    """Where the device is the CPU already, the values are the same."""
    x = leaf(1.0, 2.0)
    with graph.save_on_cpu():
        y = x.exp()
    y.sum().backward()
    assert ft.allclose(x.grad, y.detach())
