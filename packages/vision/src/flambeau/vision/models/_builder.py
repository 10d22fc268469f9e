"""Architectures by name: what makes them, and the weights that were published for them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar

import flambeau.nn as nn
import flambeau.tensor as ft
from flambeau.tensor import errors

from ._weights import Weights, published, state_of

__all__ = ["Builder", "get_model", "get_weights", "list_models"]

M = TypeVar("M", bound=nn.Module)

_BUILDERS: dict[str, Builder[Any]] = {}


class Builder(Generic[M]):
    """Makes the models of one name, as ``resnet18(num_classes=10)``.

    Args:
        name: the function's name.
        make: class or function that makes the model, given the options.
        family: which file of ``models/published`` declares the weights.
        defaults: options that make this architecture out of its family.
        adapt: makes of the state_dict in a file, given the model too, what the model can load.
    """

    def __init__(
        self,
        name: str,
        make: Callable[..., M],
        family: str,
        defaults: Mapping[str, Any],
        adapt: Callable[[Mapping[str, ft.Tensor], M], Mapping[str, ft.Tensor]] | None = None,
    ) -> None:
        self.name = self.__name__ = self.__qualname__ = name
        self.make, self.family, self.defaults, self.adapt = make, family, dict(defaults), adapt
        self.__module__ = getattr(make, "__module__", __name__)
        _BUILDERS[name] = self

    def __call__(self, *, weights: Weights | str | os.PathLike[str] | None = None, **options: Any) -> M:
        """A model.

        Args:
            weights: None for new random parameters; ``"DEFAULT"`` or another tag of published weights, which are
                downloaded once; or the path or URL of a file that holds a state_dict, ours or PyTorch's, or of a
                checkpoint with one under ``"model"`` or ``"state_dict"``.
            options: what the architecture takes, such as ``num_classes``.

        Raises:
            ValueError: weights that are not known, or for another number of classes.
            RuntimeError: the file's tensors are not this model's; the message names each.
        """
        source = self._source(weights)
        if isinstance(source, Weights):
            options = {**source.options, **options}
            if source.classes:
                self._check_classes(options.setdefault("num_classes", len(source.classes)), len(source.classes))
        model = self.make(**self.defaults | options)
        if source is not None:
            state = source.load() if isinstance(source, Weights) else state_of(source)
            model.load_state_dict(state if self.adapt is None else self.adapt(state, model))
        return model

    def _check_classes(self, given: int, published: int) -> None:
        if given != published:
            fix = "leave it out, and replace the last layer of the model that is made"
            errors.value_error(self.name, "num_classes", f"{published}, as the weights have", str(given), fix)

    @cached_property
    def weights(self) -> dict[str, Weights]:
        """The published weights by tag; ``"DEFAULT"`` is the best."""
        return published(self.family, self.name)

    def _source(self, weights: Any) -> Weights | str | None:
        if weights is None or isinstance(weights, Weights):
            return weights
        if not isinstance(weights, (str, os.PathLike)):
            errors.type_error(self.name, "weights", "Weights, tag, path or URL", type(weights).__name__)
        text = os.fspath(weights)
        if text in self.weights:
            return self.weights[text]
        if "://" in text or os.path.exists(text):
            return text
        tags = ", ".join(f"'{tag}'" for tag in self.weights) or "no tag"
        errors.value_error(self.name, "weights", f"{tags}, a URL or the path of a file", f"'{text}'")

    def __repr__(self) -> str:
        return f"<model builder '{self.name}'>"

    def __reduce__(self) -> tuple[Callable[[str], Builder[Any]], tuple[str]]:
        return builder_of, (self.name,)


def builder_of(name: str, op: str = "get_model") -> Builder[Any]:
    """The builder of a name, which the function ``op`` was given."""
    from . import ALL  # imports every architecture

    if name not in _BUILDERS:
        import difflib

        close = difflib.get_close_matches(str(name), ALL, n=1)
        errors.value_error(
            op, "name", "one of list_models()", f"'{name}'", f"did you mean '{close[0]}'?" if close else None
        )
    return _BUILDERS[name]


def get_model(name: str, **options: Any) -> nn.Module:
    """A model by its name.

    Args:
        name: one of :func:`list_models`.
        options: as the builder of that name takes them: ``weights``, ``num_classes``...

    Raises:
        ValueError: no model has that name; the message has the nearest that does.

    Example:
        >>> from flambeau.vision import models
        >>> models.get_model("squeezenet1_1", num_classes=10)(ft.randn(1, 3, 64, 64)).shape
        (1, 10)
    """
    model: nn.Module = builder_of(name)(**options)
    return model


def get_weights(name: str) -> dict[str, Weights]:
    """The published weights of a model by tag, ``"DEFAULT"`` among them.

    Example:
        >>> from flambeau.vision import models
        >>> models.get_weights("resnet18")["DEFAULT"].num_params
        11689512
    """
    return builder_of(name, "get_weights").weights


def list_models(pattern: str | None = None) -> list[str]:
    """The names of all models, sorted.

    Args:
        pattern: only those that match it, as file names do.

    Example:
        >>> from flambeau.vision import models
        >>> models.list_models("vit_b*")
        ['vit_b_16', 'vit_b_32']
    """
    import fnmatch

    from . import ALL

    return fnmatch.filter(ALL, pattern) if pattern else list(ALL)
