"""The recorded graph: walking it, drawing it, and what becomes of the values it keeps.

Example:
    >>> from flambeau.autograd import graph
    >>> x = Variable(ft.ones(2), requires_grad=True)
    >>> [node.name for node in graph.nodes((x.exp() * x).sum())]
    ['sum', 'mul', 'exp']
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any

from flambeau.tensor import Tensor, errors

from . import _drawing
from ._core.engine import Node, Variable, set_saved_hooks

__all__ = ["nodes", "save_on_cpu", "saved_tensors_hooks", "to_dot", "to_svg"]


def nodes(outputs: Variable | Node | Iterable[Variable | Node]) -> Iterator[Node]:
    """All nodes that outputs were computed by, each once and before those it leads to: the order of backward.

    A node has the operation's ``name``, the ``line`` of user code, the shapes and dtypes of its ``outputs``, what it
    has ``kept``, and in ``next_functions`` where its gradients go: to nodes, or to leaves.

    Args:
        outputs: Variable or node, or several.

    Returns:
        Iterator of nodes.

    Example:
        >>> from flambeau.autograd import graph
        >>> x = Variable(ft.ones(2), requires_grad=True)
        >>> for node in graph.nodes(x.exp().sum()):
        ...     print(node.name, node.outputs[0][0], sorted(node.kept))
        sum () ['input_shape', 'keepdim']
        exp (2,) ['result']
    """
    found: dict[int, Node] = {}
    waiting: dict[int, int] = {}  # how many edges lead to a node from nodes that have not been given yet
    roots = [root for root in map(_node_of, _several(outputs)) if root is not None]
    stack = list(roots)
    while stack:
        node = stack.pop()
        if id(node) in found:
            continue
        found[id(node)] = node
        for target, _ in node.next_functions:
            if isinstance(target, Node):
                waiting[id(target)] = waiting.get(id(target), 0) + 1
                stack.append(target)
    ready = [node for node in {id(root): root for root in roots}.values() if not waiting.get(id(node))]
    while ready:
        node = ready.pop(0)
        yield node
        for target, _ in node.next_functions:
            if isinstance(target, Node):
                waiting[id(target)] -= 1
                if not waiting[id(target)]:
                    ready.append(target)


def to_dot(outputs: Variable | Iterable[Variable], names: Mapping[str, Tensor] | None = None) -> str:
    """The graph in the language of Graphviz: leaves, operations and outputs, from above to below.

    Args:
        outputs: Variable or several.
        names: what to call Variables, such as ``dict(model.named_parameters())``.

    Returns:
        Text for ``dot -Tsvg``; :func:`to_svg` needs no Graphviz.

    Example:
        >>> from flambeau.autograd import graph
        >>> w = Variable(ft.ones(2), requires_grad=True)
        >>> print(graph.to_dot((w * 2).sum(), names={"w": w}))
        digraph {
            node [shape=box, style="rounded,filled", fillcolor=white, fontname="sans-serif", fontsize=10]
            n0 [label="output\\n()", fillcolor="#fde3c8"]
            n1 [label="sum\\n()"]
            n2 [label="mul\\n(2,)"]
            n3 [label="w\\n(2,)", fillcolor="#cfe3f7"]
            n1 -> n0
            n2 -> n1
            n3 -> n2
        }
    """
    return _drawing.dot(*_picture(outputs, names))


def to_svg(outputs: Variable | Iterable[Variable], names: Mapping[str, Tensor] | None = None) -> str:
    """The graph as a picture: leaves, operations and outputs, from above to below.

    Operations show their line of code when pointed at. Nothing else is needed: no Graphviz.

    Args:
        outputs: Variable or several.
        names: what to call Variables, such as ``dict(model.named_parameters())``.

    Returns:
        The text of an SVG file. In notebooks, ``IPython.display.SVG(to_svg(y))`` shows it.

    Example:
        >>> from flambeau.autograd import graph
        >>> w = Variable(ft.ones(2), requires_grad=True)
        >>> graph.to_svg((w * 2).sum(), names={"w": w})
        '<svg xmlns="http://www.w3.org/2000/svg" ...</svg>'
    """
    return _drawing.svg(*_picture(outputs, names))


def _several(values: Any) -> tuple:
    found = (values,) if isinstance(values, (Tensor, Node)) else tuple(values)
    for value in found:
        if not isinstance(value, (Variable, Node)):
            errors.type_error("graph", "outputs", "Variables or nodes", type(value).__name__)
    return found


def _node_of(value: Variable | Node) -> Node | None:
    return value if isinstance(value, Node) else value.grad_fn


def _picture(
    outputs: Variable | Iterable[Variable], names: Mapping[str, Tensor] | None
) -> tuple[list[_drawing.Box], list[tuple[int, int]]]:
    """Boxes and arrows, in the direction of the computation."""
    called = {id(x): name for name, x in (names or {}).items()}
    boxes: list[_drawing.Box] = []
    arrows: list[tuple[int, int]] = []
    number: dict[int, int] = {}
    found = _several(outputs)

    def box(key: Any, title: str, shape: Any, kind: str, hint: str = "") -> int:
        if id(key) not in number:
            number[id(key)] = len(boxes)
            boxes.append(_drawing.Box(title, "" if shape is None else str(shape), kind, hint))
        return number[id(key)]

    for i, x in enumerate(found):
        if isinstance(x, Variable):
            name = called.get(id(x), f"output {i}" if len(found) > 1 else "output")
            end = len(boxes)
            boxes.append(_drawing.Box(name, str(x.shape), "output", ""))
            if (source := x.grad_fn) is not None:
                arrows.append((box(source, source.name, source.outputs[0][0], "node", source.line), end))
            elif x.requires_grad:
                arrows.append((box(x, called.get(id(x), "leaf"), x.shape, "leaf"), end))
    for node in nodes(found):
        end = box(node, node.name, node.outputs[0][0], "node", node.line)
        for target, _ in node.next_functions:
            if isinstance(target, Node):
                shape = target.outputs[0][0]
                arrows.append((box(target, target.name, shape, "node", target.line), end))
            elif target is not None:
                arrows.append((box(target, called.get(id(target), "leaf"), target.shape, "leaf"), end))
    return boxes, arrows


class saved_tensors_hooks:
    """Within the block, on this thread, what is kept for backward is kept in a form of your own.

    Of nested blocks, the innermost counts.

    Args:
        pack_hook: gets each Tensor that an operation keeps, plain and without history, and returns anything.
        unpack_hook: gets that in backward, each time the Tensor is needed, and returns a Tensor of the same values.

    Example:
        >>> from flambeau.autograd import graph
        >>> x = Variable(ft.ones(3), requires_grad=True)
        >>> with graph.saved_tensors_hooks(lambda t: t.half(), lambda h: h.float()):
        ...     y = x.exp()  # keeps half as many bytes
        >>> y.sum().backward()
        >>> x.grad.tolist()
        [2.71875, 2.71875, 2.71875]
    """

    def __init__(self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]) -> None:
        for name, hook in (("pack_hook", pack_hook), ("unpack_hook", unpack_hook)):
            if not callable(hook):
                errors.type_error("saved_tensors_hooks", name, "something to call", type(hook).__name__)
        self._hooks = (pack_hook, unpack_hook)
        self._outside = threading.local()  # of each thread: the hooks to go back to, one for each nested `with`

    def __enter__(self) -> None:
        if not hasattr(self._outside, "hooks"):
            self._outside.hooks = []
        self._outside.hooks.append(set_saved_hooks(self._hooks))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        set_saved_hooks(self._outside.hooks.pop())


class save_on_cpu(saved_tensors_hooks):
    """Within the block, what is kept for backward is moved to the CPU, and back when it is needed.

    Example:
        >>> from flambeau.autograd import graph
        >>> x = Variable(ft.ones(2), requires_grad=True)
        >>> with graph.save_on_cpu():
        ...     y = x.exp()
        >>> y.sum().backward()
    """

    def __init__(self) -> None:
        super().__init__(lambda x: (x.device, x.cpu()), lambda kept: kept[1].to(kept[0]))
