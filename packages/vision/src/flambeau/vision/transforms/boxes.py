"""Transforms of bounding boxes and key points."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
from flambeau.tensor import errors

from .. import tv_tensors
from ..tv_tensors import BoundingBoxFormat, box_format
from . import functional as F
from ._transform import Transform
from .mix import Getter, check_getter, labels_of

__all__ = [
    "ClampBoundingBoxes",
    "ClampKeyPoints",
    "ConvertBoundingBoxFormat",
    "SanitizeBoundingBoxes",
    "SanitizeKeyPoints",
]


class _OfType(Transform):
    """A transform of the parts of one type, whatever else there is."""

    taken: type = tv_tensors.BoundingBoxes

    def _takes(self, leaf: Any) -> bool:
        return isinstance(leaf, self.taken)


class ConvertBoundingBoxFormat(_OfType):
    """Boxes in another format.

    Args:
        format: ``"XYXY"``, ``"XYWH"`` or ``"CXCYWH"``.

    Raises:
        ValueError: Another format.

    Example:
        >>> from flambeau.vision.transforms import ConvertBoundingBoxFormat
        >>> from flambeau.vision.tv_tensors import BoundingBoxes
        >>> boxes = BoundingBoxes([[1, 2, 5, 8]], format="XYXY", canvas_size=(10, 10))
        >>> ConvertBoundingBoxFormat("XYWH")(boxes).tolist()
        [[1, 2, 4, 6]]
    """

    def __init__(self, format: BoundingBoxFormat | str):
        self.format = box_format("ConvertBoundingBoxFormat", "format", format)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.convert_bounding_box_format(inpt, self.format)


class ClampBoundingBoxes(_OfType):
    """Boxes cut at the borders of their image.

    Example:
        >>> from flambeau.vision.transforms import ClampBoundingBoxes
        >>> from flambeau.vision.tv_tensors import BoundingBoxes
        >>> boxes = BoundingBoxes([[-1, 2, 15, 8]], format="XYXY", canvas_size=(10, 12))
        >>> ClampBoundingBoxes()(boxes).tolist()
        [[0, 2, 12, 8]]
    """

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.clamp_bounding_boxes(inpt)


class ClampKeyPoints(_OfType):
    """Points outside of their image moved onto its outermost pixels.

    Example:
        >>> from flambeau.vision.transforms import ClampKeyPoints
        >>> from flambeau.vision.tv_tensors import KeyPoints
        >>> ClampKeyPoints()(KeyPoints([[-1, 12]], canvas_size=(10, 10))).tolist()
        [[0, 9]]
    """

    taken = tv_tensors.KeyPoints

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.clamp_keypoints(inpt)


class _Sanitize(_OfType):
    """Removes what is not worth keeping, and what belongs to it."""

    def __init__(self, labels_getter: Getter):
        check_getter(type(self).__name__, labels_getter)
        self._labels_getter = labels_getter

    def kept(self, inpt: Any) -> ft.Tensor:
        raise NotImplementedError

    def _run(self, sample: Any, leaves: Any, chosen: Any, rebuild: Any, generator: Any) -> Any:
        name = type(self).__name__
        found = [leaf for leaf, wanted in zip(leaves, chosen, strict=True) if wanted]
        if len(found) != 1:
            errors.value_error(name, "sample", f"one {self.taken.__name__}", f"{len(found)}")
        valid = self.kept(found[0])
        labels = labels_of(name, sample, self._labels_getter)
        together = list(labels) if isinstance(labels, (list, tuple)) else [labels]
        for part in together:
            if part is not None and (not isinstance(part, ft.Tensor) or len(part) != len(valid)):
                got = f"shape {tuple(part.shape)}" if isinstance(part, ft.Tensor) else type(part).__name__
                errors.value_error(name, "sample", f"labels as a Tensor of {len(valid)}", got)
        return rebuild([self._sanitized(leaf, valid, together) for leaf in leaves])

    def _sanitized(self, leaf: Any, valid: ft.Tensor, labels: list[Any]) -> Any:
        if any(leaf is part for part in labels):
            return leaf[valid]
        mask = isinstance(leaf, tv_tensors.Mask) and leaf.ndim == 3 and len(leaf) == len(valid)
        if isinstance(leaf, self.taken) or mask:
            return tv_tensors.wrap(leaf[valid], like=leaf)
        return leaf


class SanitizeBoundingBoxes(_Sanitize):
    """The boxes that are worth keeping: large enough and within their image, with their labels and masks.

    Args:
        min_size: The least width and height.
        min_area: The least area.
        labels_getter: A function that finds the labels in the sample, one Tensor or several; ``"default"``: its second
            part, or what stands under a key with ``label`` in it; None: there are none.

    Raises:
        ValueError: A sample without boxes or with several sets of them, or labels that do not fit.

    Example:
        >>> from flambeau.vision.transforms import SanitizeBoundingBoxes
        >>> from flambeau.vision.tv_tensors import BoundingBoxes
        >>> boxes = BoundingBoxes([[0, 0, 5, 5], [3, 3, 3, 9]], format="XYXY", canvas_size=(10, 10))
        >>> sample = SanitizeBoundingBoxes()({"boxes": boxes, "labels": ft.tensor([7, 8])})
        >>> sample["boxes"].tolist(), sample["labels"].tolist()
        ([[0, 0, 5, 5]], [7])
    """

    def __init__(self, min_size: float = 1.0, min_area: float = 1.0, labels_getter: Getter = "default"):
        super().__init__(labels_getter)
        self.min_size = min_size
        self.min_area = min_area

    def kept(self, inpt: Any) -> ft.Tensor:
        return F.sanitize_bounding_boxes(inpt, self.min_size, self.min_area)[1]


class SanitizeKeyPoints(_Sanitize):
    """The points within their image, with their labels.

    Args:
        labels_getter: A function that finds the labels in the sample, one Tensor or several; ``"default"``: its second
            part, or what stands under a key with ``label`` in it; None: there are none.

    Raises:
        ValueError: A sample without points or with several sets of them, or labels that do not fit.

    Example:
        >>> from flambeau.vision.transforms import SanitizeKeyPoints
        >>> from flambeau.vision.tv_tensors import KeyPoints
        >>> SanitizeKeyPoints(labels_getter=None)(KeyPoints([[1, 2], [10, 2]], canvas_size=(10, 10))).tolist()
        [[1, 2]]
    """

    taken = tv_tensors.KeyPoints

    def __init__(self, labels_getter: Getter = None):
        super().__init__(labels_getter)

    def kept(self, inpt: Any) -> ft.Tensor:
        return F.sanitize_keypoints(inpt)[1]
