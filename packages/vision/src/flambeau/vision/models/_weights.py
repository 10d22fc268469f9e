"""Published weights: where they are, what they recognise, and how an image is prepared for them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import Tensor, errors

from .._files.file import File
from .._files.settings import data_home, progress_wanted
from .._files.store import Store

__all__ = ["Weights"]

_PARTS = ("state_dict", "model")  # what checkpoints call a model's weights
_PUBLISHED = Path(__file__).with_name("published")


@dataclass(frozen=True)
class Weights:
    """Published weights of a model.

    Args:
        name: the model's name and the weights' tag, as ``resnet18.IMAGENET1K_V1``.
        url: where they are; the file's name ends in the first digits of its SHA-256.
        num_params: number of parameters.
        gflops: multiplications and additions for one image, in 10^9.
        acc1: accuracy on ImageNet's validation images, in percent, as published.
        acc5: the same with five guesses.
        megabytes: size of the file.
        resize: the shorter side an image is resized to.
        crop: height and width of the centre that is used.
        interpolation: ``"bilinear"`` or ``"bicubic"``.
        mean: mean of each channel that is subtracted.
        std: what each channel is divided by.
        classes: names of the classes; none for weights of features.
        options: what the model must be made with, beside its number of classes.
        license: where the licence of the weights is, if it is not that of the source.
        source: where all this was read.
    """

    name: str
    url: str
    num_params: int
    gflops: float
    acc1: float | None
    acc5: float | None
    megabytes: float
    resize: int
    crop: int
    interpolation: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    classes: tuple[str, ...] = field(repr=False)  # a thousand names
    options: dict[str, Any]
    license: str | None
    source: str

    def transforms(self) -> Callable[[Any], Tensor]:
        """What turns an image into what the model takes: three channels, resized, cropped, scaled and normalised.

        Example:
            >>> from PIL import Image
            >>> from flambeau.vision import models
            >>> prepare = models.get_weights("resnet18")["DEFAULT"].transforms()
            >>> prepare(Image.new("RGB", (640, 480))).shape
            (3, 224, 224)
        """
        from .. import transforms as T

        resize = T.Resize(self.resize, interpolation=T.InterpolationMode(self.interpolation))
        return T.Compose([T.RGB(), resize, T.CenterCrop(self.crop), T.ToTensor(), T.Normalize(self.mean, self.std)])

    def guess(self, scores: Tensor, k: int = 5) -> list[tuple[str, float]]:
        """The names and probabilities of the k most probable classes.

        Args:
            scores: what the model gave for one image: of shape (classes,) or (1, classes).
            k: how many.

        Raises:
            ValueError: scores of another shape.

        Example:
            >>> from flambeau.vision import models
            >>> scores = ft.zeros(1000)
            >>> scores[207] = 20
            >>> models.get_weights("resnet18")["DEFAULT"].guess(scores, 1)[0][0]
            'golden retriever'
        """
        count = len(self.classes)
        if scores.numel() != count:
            errors.value_error("guess", "scores", f"scores of one image: ({count},) or (1, {count})", str(scores.shape))
        top = scores.data.reshape(-1).softmax(0).topk(k)
        return [(self.classes[i], p) for i, p in zip(top.indices.tolist(), top.values.tolist(), strict=True)]

    def load(self) -> dict[str, Tensor]:
        """The state_dict, downloaded when it is not there yet and verified."""
        return state_of(self.url)


@cache
def published(family: str, name: str) -> dict[str, Weights]:
    """What ``published/<family>.json`` says of a model."""
    path = _PUBLISHED / f"{family}.json"
    if not path.exists():
        return {}
    declared = json.loads(path.read_text())
    tags = dict(declared.get(name, {}))
    default = tags.pop("DEFAULT", None)
    weights = {tag: _weights(f"{name}.{tag}", row, declared["source"]) for tag, row in tags.items()}
    return {"DEFAULT": weights[default], **weights} if default else weights


def _weights(name: str, row: dict[str, Any], source: str) -> Weights:
    names = class_names(row["classes"]) if row["classes"] else ()
    row.setdefault("license", None)
    parts = {"classes": names, "mean": tuple(row["mean"]), "std": tuple(row["std"]), "options": row.get("options", {})}
    return Weights(name=name, source=source, **row | parts)


@cache
def class_names(name: str) -> tuple[str, ...]:
    """The names of a data set's classes, in order."""
    return tuple((_PUBLISHED / f"{name}_classes.txt").read_text().splitlines())


def fetch(url: str) -> Path:
    """The file of a URL, downloaded into the folder ``weights`` of the data home unless it is there.

    If its name ends in ``-`` and eight or more digits, those begin its SHA-256.
    """
    name = url.rpartition("/")[2]
    home = data_home()
    store = Store("weights", home, "weights", progress_wanted())
    store.prepare([File(name, (url,), sha256=_digits(url))], may_download=True)
    return home / "weights" / name


def _digits(url: str) -> str | None:
    found = re.search(r"-([0-9a-f]{8,64})\.[^/]*$", url)
    return found and found[1]


def state_of(source: str) -> dict[str, Tensor]:
    """The state_dict in a file of ours or of PyTorch, a checkpoint perhaps, given its path or URL."""
    path = fetch(source) if "://" in source else source
    state = ft.load(path)
    if isinstance(state, dict):  # of a checkpoint, the model's part
        parts = state.get("states", state)  # those of nn.save_checkpoint
        state = next((parts[name] for name in _PARTS if isinstance(parts.get(name), dict)), state)
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        errors.value_error(
            "load", "weights", "a file that holds a dict of Tensors by name", f"{type(state).__name__} in {path}"
        )
    return state
