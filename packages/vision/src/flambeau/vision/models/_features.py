"""What goes through a model on the way: the outputs of the modules one names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import flambeau.nn as nn
from flambeau.tensor import Tensor, errors

__all__ = ["create_feature_extractor", "get_graph_node_names"]


class FeatureExtractor(nn.Module):
    """Calls a model, and gives what chosen modules of it gave."""

    def __init__(self, model: nn.Module, nodes: Mapping[str, str]) -> None:
        super().__init__()
        self.model, self.nodes = model, dict(nodes)

    def forward(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        handles = []
        try:
            for node in self.nodes:

                def keep(module: nn.Module, inputs: Any, output: Any, node: str = node) -> Tensor | None:
                    found[node] = output
                    # The model goes on with a copy: an activation in place would change what is kept.
                    return output.clone() if isinstance(output, Tensor) else None

                handles.append(self.model.get_submodule(node).register_forward_hook(keep))
            self.model(*args, **kwargs)
        finally:
            for handle in handles:
                handle.remove()
        missing = [node for node in self.nodes if node not in found]
        if missing:
            errors.value_error("FeatureExtractor", "return_nodes", "modules that the model calls", str(missing))
        return {name: found[node] for node, name in self.nodes.items()}

    def extra_repr(self) -> str:
        return f"nodes={list(self.nodes)}"


def get_graph_node_names(model: nn.Module) -> list[str]:
    """The names by which :func:`create_feature_extractor` knows the parts of a model: the paths of its modules.

    Example:
        >>> from flambeau.vision import models
        >>> models.get_graph_node_names(models.resnet18())[:4]
        ['conv1', 'bn1', 'relu', 'maxpool']
    """
    return [name for name, _ in model.named_modules() if name]


def create_feature_extractor(model: nn.Module, return_nodes: Sequence[str] | Mapping[str, str]) -> FeatureExtractor:
    """A model that gives what parts of another give, by name.

    The parameters are the other model's. Gradients flow through what is given.

    Args:
        model: the other model.
        return_nodes: paths of modules, as :func:`get_graph_node_names` lists them; or a dict from those to the names
            wanted. What a module gives last counts, if it is called several times.

    Raises:
        TypeError: a path alone.
        ValueError: there is no such module; the message has the nearest name.

    Example:
        >>> from flambeau.vision import models
        >>> body = models.create_feature_extractor(models.resnet18(), {"layer1": "low", "layer4": "high"})
        >>> {name: x.shape for name, x in body(ft.randn(1, 3, 64, 64)).items()}
        {'low': (1, 64, 16, 16), 'high': (1, 512, 2, 2)}
    """
    if isinstance(return_nodes, str):  # whose letters would be taken for paths
        expected, fix = "a list or a dict of paths", f"use ['{return_nodes}']"
        errors.type_error("create_feature_extractor", "return_nodes", expected, "str", fix)
    nodes = return_nodes if isinstance(return_nodes, Mapping) else {node: node for node in return_nodes}
    known = get_graph_node_names(model)
    for node in nodes:
        if node not in known:
            import difflib

            close = difflib.get_close_matches(node, known, n=1, cutoff=0)
            hint = f"did you mean '{close[0]}'?" if close else None
            errors.value_error("create_feature_extractor", "return_nodes", "paths of modules", f"'{node}'", hint)
    return FeatureExtractor(model, nodes)
