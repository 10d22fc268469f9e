"""What transforms of your own may ask of the parts of a sample, in ``make_params`` and ``check_inputs``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flambeau.tensor import errors

from .. import tv_tensors
from . import functional as F
from ._transform import is_image, size_in

__all__ = ["check_type", "get_bounding_boxes", "get_keypoints", "has_all", "has_any", "query_chw", "query_size"]

Kind = type | Callable[[Any], bool]


def check_type(obj: Any, types_or_checks: Sequence[Kind]) -> bool:
    """Whether a part is of one of some types, or passes one of some functions.

    Args:
        obj: The part.
        types_or_checks: Types, and functions that return a bool.

    Example:
        >>> from flambeau.vision.transforms import check_type
        >>> check_type(3, [str, lambda value: value == 3])
        True
    """
    return any(isinstance(obj, kind) if isinstance(kind, type) else kind(obj) for kind in types_or_checks)


def has_any(flat_inputs: Sequence[Any], *types_or_checks: Kind) -> bool:
    """Whether some part is of one of some types.

    Args:
        flat_inputs: The parts.
        types_or_checks: Types, and functions that return a bool.

    Example:
        >>> from flambeau.vision.transforms import has_any
        >>> has_any([1, "a"], str, list)
        True
    """
    return any(check_type(part, types_or_checks) for part in flat_inputs)


def has_all(flat_inputs: Sequence[Any], *types_or_checks: Kind) -> bool:
    """Whether there are parts of all of some types.

    Args:
        flat_inputs: The parts.
        types_or_checks: Types, and functions that return a bool.

    Example:
        >>> from flambeau.vision.transforms import has_all
        >>> has_all([1, "a"], str, list)
        False
    """
    return all(has_any(flat_inputs, kind) for kind in types_or_checks)


def _only(operation: str, flat_inputs: Sequence[Any], kind: type) -> Any:
    found = [part for part in flat_inputs if isinstance(part, kind)]
    if not found:
        errors.value_error(operation, "flat_inputs", kind.__name__, "none")
    return found[0]


def get_bounding_boxes(flat_inputs: Sequence[Any]) -> tv_tensors.BoundingBoxes:
    """The first boxes among the parts.

    Args:
        flat_inputs: The parts.

    Raises:
        ValueError: There are none.
    """
    return _only("get_bounding_boxes", flat_inputs, tv_tensors.BoundingBoxes)


def get_keypoints(flat_inputs: Sequence[Any]) -> tv_tensors.KeyPoints:
    """The first key points among the parts.

    Args:
        flat_inputs: The parts.

    Raises:
        ValueError: There are none.
    """
    return _only("get_keypoints", flat_inputs, tv_tensors.KeyPoints)


def query_size(flat_inputs: Sequence[Any]) -> tuple[int, int]:
    """Height and width that all images, masks, boxes and points have.

    Args:
        flat_inputs: The parts.

    Raises:
        ValueError: There are none, or they have several sizes.

    Example:
        >>> from flambeau.vision.transforms import query_size
        >>> query_size([np.zeros((4, 6, 3)), "label"])
        (4, 6)
    """
    parts = [part for part in flat_inputs if is_image(part) or isinstance(part, tv_tensors.TVTensor)]
    return size_in("query_size", parts)


def query_chw(flat_inputs: Sequence[Any]) -> tuple[int, int, int]:
    """Channels, height and width that all images have.

    Args:
        flat_inputs: The parts.

    Raises:
        ValueError: There are none, or they have several sizes.

    Example:
        >>> from flambeau.vision.transforms import query_chw
        >>> query_chw([np.zeros((4, 6, 3)), "label"])
        (3, 4, 6)
    """
    found = {tuple(F.get_dimensions(part)) for part in flat_inputs if is_image(part)}
    if len(found) != 1:
        got = " and ".join(map(str, sorted(found))) or "none"
        errors.value_error("query_chw", "flat_inputs", "images of one size", got)
    channels, height, width = found.pop()
    return channels, height, width
