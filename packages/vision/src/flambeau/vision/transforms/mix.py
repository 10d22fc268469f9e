"""Transforms of whole batches that mix images and labels."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors
from PIL import Image

from .. import tv_tensors
from . import _random
from ._transform import Transform, size_in

__all__ = ["CutMix", "MixUp"]

Getter = Callable[[Any], Any] | str | None


def labels_of(operation: str, sample: Any, getter: Getter) -> Any:
    """The labels of a sample, found by a function or, with ``"default"``, where they usually are.

    That is its second part, or what stands under ``labels``, or under a key with ``label`` in it, of its second part or
    of itself.
    """
    if getter is None:
        return None
    if callable(getter):
        return getter(sample)
    place = sample[1] if isinstance(sample, (tuple, list)) and len(sample) > 1 else sample
    if isinstance(place, Mapping):
        exact = [key for key in place if str(key).lower() == "labels"]
        keys = exact or [key for key in place if "label" in str(key).lower()]
        if keys:
            return place[keys[0]]
    elif isinstance(place, ft.Tensor) and place is not sample:
        return place
    expected = "labels as second part, or under a key with 'label' in it"
    got = type(sample).__name__
    errors.value_error(operation, "sample", expected, got, "pass labels_getter, a function of the sample")


def check_getter(operation: str, getter: Any) -> None:
    if getter is not None and getter != "default" and not callable(getter):
        errors.value_error(operation, "labels_getter", "'default', a function or None", repr(getter))


class _Mix(Transform):
    """Each image is mixed with the one before it in the batch; the first with the last."""

    def __init__(self, *, alpha: float = 1.0, num_classes: int | None = None, labels_getter: Getter = "default"):
        if not alpha > 0:
            errors.value_error(type(self).__name__, "alpha", "a positive number", repr(alpha))
        check_getter(type(self).__name__, labels_getter)
        self.alpha = alpha
        self.num_classes = num_classes
        self._labels_getter = labels_getter

    def _run(self, sample: Any, leaves: Any, chosen: Any, rebuild: Any, generator: ft.Generator | None) -> Any:
        name = type(self).__name__
        for part in leaves:
            refused = (Image.Image, tv_tensors.Mask, tv_tensors.BoundingBoxes, tv_tensors.KeyPoints)
            if isinstance(part, refused):
                errors.type_error(name, "sample", "a batch of images and labels as Tensors", type(part).__name__)
        labels = labels_of(name, sample, self._labels_getter)
        self._check_labels(name, labels)
        chosen = [wanted or part is labels for wanted, part in zip(chosen, leaves, strict=True)]
        images = [part for wanted, part in zip(chosen, leaves, strict=True) if wanted and part is not labels]
        for part in images:
            self._check_images(name, part, len(labels))
        params = self.make_params(images, _random.source(generator))
        params["labels"] = labels
        return rebuild([self.transform(x, params) if wanted else x for x, wanted in zip(leaves, chosen, strict=True)])

    def _check_labels(self, name: str, labels: Any) -> None:
        if not isinstance(labels, ft.Tensor):
            errors.type_error(name, "sample", "labels as a Tensor", type(labels).__name__)
        if labels.ndim not in (1, 2):
            expected = "labels of shape (batch,) or (batch, classes)"
            errors.shape_error(name, "sample", expected, f"shape {tuple(labels.shape)}")
        if labels.ndim == 1 and self.num_classes is None:
            errors.value_error(name, "num_classes", "the number of classes where labels are numbers", "None")
        if labels.ndim == 2 and self.num_classes not in (None, labels.shape[1]):
            errors.value_error(name, "num_classes", f"the labels' {labels.shape[1]}", repr(self.num_classes))

    def _check_images(self, name: str, images: Any, count: int) -> None:
        dimensions = 5 if isinstance(images, tv_tensors.Video) else 4
        if not isinstance(images, ft.Tensor):
            errors.type_error(name, "sample", "images as a Tensor", type(images).__name__)
        if images.ndim != dimensions or len(images) != count:
            expected = f"a batch of {count} images in {dimensions} dimensions"
            errors.shape_error(name, "sample", expected, f"shape {tuple(images.shape)}")

    def mixed_labels(self, labels: ft.Tensor, share: float) -> ft.Tensor:
        if labels.ndim == 1:
            assert self.num_classes is not None
            labels = ft.one_hot(labels, self.num_classes)
        labels = labels if labels.dtype.kind == "f" else labels.float()
        return labels * share + labels.roll(1, 0) * (1 - share)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        if inpt is params["labels"]:
            return self.mixed_labels(inpt, params["share"])
        return tv_tensors.on_plain(lambda images: self.mixed_images(images, params), inpt)

    def mixed_images(self, images: ft.Tensor, params: dict[str, Any]) -> ft.Tensor:
        raise NotImplementedError


class MixUp(_Mix):
    r"""A batch whose images and labels are weighted means of two.

    .. math:: \lambda x_i + (1 - \lambda) x_{i - 1}, \quad \lambda \sim \text{Beta}(\alpha, \alpha)

    H. Zhang et al., "mixup: Beyond Empirical Risk Minimization", https://arxiv.org/abs/1710.09412. It takes floating
    images in batches, as in a training loop or in ``collate_fn``: ``lambda samples: mixup(default_collate(samples))``.

    Args:
        alpha: Of the distribution: small numbers keep most of one image.
        num_classes: How many classes there are; None where labels are probabilities already.
        labels_getter: A function that finds the labels in the sample; ``"default"``: its second part, or what stands
            under a key with ``label`` in it.

    Raises:
        TypeError: PIL images, masks, boxes or points in the sample.
        ValueError: ``alpha`` not positive, no labels, or labels that do not fit.

    Example:
        >>> from flambeau.vision.transforms import MixUp
        >>> images, labels = MixUp(num_classes=10)(ft.rand(4, 3, 8, 8), ft.tensor([1, 2, 3, 4]))
        >>> labels.shape, [round(total, 4) for total in labels.sum(1).tolist()]
        ((4, 10), [1.0, 1.0, 1.0, 1.0])
    """

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        return {"share": _random.beta(generator, self.alpha, self.alpha)}

    def mixed_images(self, images: ft.Tensor, params: dict[str, Any]) -> ft.Tensor:
        if images.dtype.kind in "iub":
            errors.dtype_error("MixUp", "sample", "floating images", str(images.dtype), "apply ToTensor first")
        return images * params["share"] + images.roll(1, 0) * (1 - params["share"])


class CutMix(_Mix):
    """A batch with a rectangle of each image replaced by that of another, and labels mixed by area.

    S. Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features",
    https://arxiv.org/abs/1905.04899. It takes images in batches, as in a training loop or in ``collate_fn``:
    ``lambda samples: cutmix(default_collate(samples))``.

    Args:
        alpha: Of the beta distribution of the area that is kept.
        num_classes: How many classes there are; None where labels are probabilities already.
        labels_getter: A function that finds the labels in the sample; ``"default"``: its second part, or what stands
            under a key with ``label`` in it.

    Raises:
        TypeError: PIL images, masks, boxes or points in the sample.
        ValueError: ``alpha`` not positive, no labels, or labels that do not fit.

    Example:
        >>> from flambeau.vision.transforms import CutMix
        >>> images, labels = CutMix(num_classes=10)(ft.rand(4, 3, 8, 8), ft.tensor([1, 2, 3, 4]))
        >>> labels.shape, [round(total, 4) for total in labels.sum(1).tolist()]
        ((4, 10), [1.0, 1.0, 1.0, 1.0])
    """

    def make_params(self, inputs: list[Any], generator: ft.Generator) -> dict[str, Any]:
        height, width = size_in("CutMix", inputs)
        half = 0.5 * math.sqrt(1 - _random.beta(generator, self.alpha, self.alpha))
        x, y = _random.integer(generator, 0, width), _random.integer(generator, 0, height)
        across, down = int(half * width), int(half * height)
        left, right = max(x - across, 0), min(x + across, width)
        top, bottom = max(y - down, 0), min(y + down, height)
        share = 1 - (right - left) * (bottom - top) / (width * height)
        return {"share": share, "box": (left, top, right, bottom)}

    def mixed_images(self, images: ft.Tensor, params: dict[str, Any]) -> ft.Tensor:
        left, top, right, bottom = params["box"]
        result = images.clone()
        result[..., top:bottom, left:right] = images.roll(1, 0)[..., top:bottom, left:right]
        return result
