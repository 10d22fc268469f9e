"""Affine maps, rotations, perspective and elastic deformation."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors
from PIL import Image

from ._interpolation import InterpolationMode, interpolation_mode, pillows
from ._joint import geometric, size_of
from ._kinds import Kind, fill_values

__all__ = ["affine", "elastic", "elastic_transform", "perspective", "rotate"]

FillValue = float | Sequence[float] | None


def _warped(
    operation: str,
    img: Any,
    work: Callable[[Image.Image, Image.Resampling, Any], Image.Image],
    matrix: np.ndarray,
    mode: InterpolationMode,
    fill: FillValue,
    size: tuple[int, int] | None = None,
) -> Any:
    """``work(picture, resampling, fill)`` by Pillow, with the labels of masks left unmixed; points by a 3x3 matrix."""

    def image(kind: Kind, x: Any, is_mask: bool) -> Any:
        method = pillows(mode, is_mask)
        values = fill_values(operation, fill, kind.channels(x))
        smooth = method != Image.Resampling.NEAREST
        return kind.resample(operation, x, lambda picture, value: work(picture, method, value), smooth, values)

    return geometric(operation, img, image, lambda places, corners: _by_matrix(places, matrix), size)


def _affine_matrix(
    center: Sequence[float], angle: float, translate: Sequence[float], scale: float, shear: Sequence[float]
) -> np.ndarray:
    r"""The map of points, 3x3: :math:`T C R(\alpha) S(s) H_y H_x C^{-1}` with the shears :math:`H`."""

    def shift(x: float, y: float) -> np.ndarray:
        return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])

    rotation, x, y = (math.radians(value) for value in (angle, shear[0], shear[1]))
    turn = np.array(
        [[math.cos(rotation), -math.sin(rotation), 0], [math.sin(rotation), math.cos(rotation), 0], [0, 0, 1]]
    )
    shear_x = np.array([[1, -math.tan(x), 0], [0, 1, 0], [0, 0, 1]])
    shear_y = np.array([[1, 0, 0], [-math.tan(y), 1, 0], [0, 0, 1]])
    inner = turn @ np.diag([scale, scale, 1.0]) @ shear_y @ shear_x
    return shift(*translate) @ shift(*center) @ inner @ shift(-center[0], -center[1])


def _by_matrix(places: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    moved = np.concatenate([places, np.ones_like(places[..., :1])], -1) @ matrix.T
    return moved[..., :2] / moved[..., 2:]


def affine(
    img: Any,
    angle: float,
    translate: Sequence[float],
    scale: float,
    shear: float | Sequence[float],
    interpolation: InterpolationMode | str | int = InterpolationMode.NEAREST,
    fill: FillValue = None,
    center: Sequence[float] | None = None,
) -> Any:
    """An image rotated, shifted, scaled and sheared, in its frame.

    Args:
        img: An image of any kind, or a TVTensor.
        angle: In degrees, clockwise.
        translate: Shift to the right and down, in pixels.
        scale: Positive.
        shear: In degrees: along x, or along x and along y.
        interpolation: ``"nearest"``, ``"bilinear"`` or ``"bicubic"``.
        fill: What lies outside of the image: one number, or one for each channel; None is 0.
        center: The point (x, y) that scale, rotation and shear leave where it is; None: the middle.

    Returns:
        A new image of the same kind: Pillow's ``transform`` with the inverse of the map.

    Raises:
        TypeError: ``img`` no image.
        ValueError: A scale that is not positive.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.affine(np.array([[1, 2, 3]], np.uint8), angle=0, translate=(1, 0), scale=1, shear=0).tolist()
        [[0, 1, 2]]
    """
    mode = interpolation_mode("affine", interpolation, warps=True)
    if not scale > 0:
        errors.value_error("affine", "scale", "a positive number", repr(scale))
    shears = [shear, 0.0] if isinstance(shear, (int, float)) else [*shear, 0.0] if len(shear) == 1 else list(shear)
    height, width = size_of("affine", img)
    middle = [width * 0.5, height * 0.5] if center is None else list(center)
    matrix = _affine_matrix(middle, angle, translate, scale, shears)
    data = _inverse_affine(middle, angle, translate, scale, shears)

    def work(picture: Image.Image, method: Any, value: Any) -> Image.Image:
        return picture.transform(picture.size, Image.Transform.AFFINE, data, method, fillcolor=value)

    return _warped("affine", img, work, matrix, mode, fill)


def _inverse_affine(
    center: Sequence[float], angle: float, translate: Sequence[float], scale: float, shear: Sequence[float]
) -> list[float]:
    """The inverse map in closed form: nearest pixels depend on its last bits, and torchvision computes them so."""
    rotation, x, y = (math.radians(value) for value in (angle, shear[0], shear[1]))
    a = math.cos(rotation - y) / math.cos(y)
    b = -math.cos(rotation - y) * math.tan(x) / math.cos(y) - math.sin(rotation)
    c = math.sin(rotation - y) / math.cos(y)
    d = -math.sin(rotation - y) * math.tan(x) / math.cos(y) + math.cos(rotation)
    matrix = [value / scale for value in (d, -b, 0.0, -c, a, 0.0)]
    for row, middle in ((0, center[0]), (3, center[1])):
        matrix[row + 2] += matrix[row] * (-center[0] - translate[0]) + matrix[row + 1] * (-center[1] - translate[1])
        matrix[row + 2] += middle
    return matrix


def rotate(
    img: Any,
    angle: float,
    interpolation: InterpolationMode | str | int = InterpolationMode.NEAREST,
    expand: bool = False,
    center: Sequence[float] | None = None,
    fill: FillValue = None,
) -> Any:
    """An image rotated.

    Args:
        img: An image of any kind, or a TVTensor.
        angle: In degrees, counter-clockwise.
        interpolation: ``"nearest"``, ``"bilinear"`` or ``"bicubic"``.
        expand: Make the frame so large that nothing is cut off; else it stays as it is.
        center: The point (x, y) to turn about; None: the middle.
        fill: What lies outside of the image: one number, or one for each channel; None is 0.

    Returns:
        A new image of the same kind: that of ``PIL.Image.Image.rotate``.

    Raises:
        TypeError: ``img`` no image.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.rotate(np.array([[1, 2], [3, 4]], np.uint8), 90).tolist()
        [[2, 4], [1, 3]]
    """
    mode = interpolation_mode("rotate", interpolation, warps=True)
    height, width = size_of("rotate", img)
    middle = [width * 0.5, height * 0.5] if center is None else list(center)
    matrix = _affine_matrix(middle, -angle, (0, 0), 1.0, (0, 0))
    size = (height, width)
    if expand:
        size = _expanded(angle, middle, height, width)
        matrix[:2, 2] += [(size[1] - width) / 2, (size[0] - height) / 2]

    def work(picture: Image.Image, method: Any, value: Any) -> Image.Image:
        about = None if center is None else (float(center[0]), float(center[1]))
        return picture.rotate(angle, method, expand, about, fillcolor=value)

    return _warped("rotate", img, work, matrix, mode, fill, size)


def _expanded(angle: float, center: Sequence[float], height: int, width: int) -> tuple[int, int]:
    """Height and width of a frame that holds a rotated image, by the steps of ``PIL.Image.Image.rotate``."""
    if angle % 90 == 0 and list(center) == [width / 2, height / 2]:
        return (height, width) if angle % 180 == 0 else (width, height)
    turn = -math.radians(angle % 360.0)
    cos, sin = round(math.cos(turn), 15), round(math.sin(turn), 15)
    x = cos * -center[0] + sin * -center[1] + 0.0 + center[0]
    y = -sin * -center[0] + cos * -center[1] + 0.0 + center[1]
    corners = ((0, 0), (width, 0), (width, height), (0, height))
    columns = [cos * u + sin * v + x for u, v in corners]
    rows = [-sin * u + cos * v + y for u, v in corners]
    return math.ceil(max(rows)) - math.floor(min(rows)), math.ceil(max(columns)) - math.floor(min(columns))


def perspective(
    img: Any,
    startpoints: Sequence[Sequence[float]] | None,
    endpoints: Sequence[Sequence[float]] | None,
    interpolation: InterpolationMode | str | int = InterpolationMode.BILINEAR,
    fill: FillValue = None,
    coefficients: Sequence[float] | None = None,
) -> Any:
    """An image seen from another place: four of its points go to four others.

    Args:
        img: An image of any kind, or a TVTensor.
        startpoints: Four points (x, y) of the image: its top left, top right, bottom right and bottom left corner.
        endpoints: Where they go.
        interpolation: ``"nearest"``, ``"bilinear"`` or ``"bicubic"``.
        fill: What lies outside of the image: one number, or one for each channel; None is 0.
        coefficients: The eight numbers of Pillow's ``PERSPECTIVE`` instead of the points.

    Returns:
        A new image of the same kind: that of Pillow's ``transform``.

    Raises:
        TypeError: ``img`` no image.
        ValueError: Points without such a map, or neither points nor coefficients.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> corners = [[0, 0], [2, 0], [2, 2], [0, 2]]
        >>> F.perspective(np.array([[1, 2], [3, 4]], np.uint8), corners, corners).tolist()
        [[1, 2], [3, 4]]
    """
    mode = interpolation_mode("perspective", interpolation, warps=True)
    if coefficients is None:
        if startpoints is None or endpoints is None:
            errors.value_error("perspective", "startpoints, endpoints", "four points each, or coefficients", "None")
        data = _perspective_coefficients(startpoints, endpoints)
    else:
        data = [float(value) for value in coefficients]
    if len(data) != 8:
        errors.value_error("perspective", "coefficients", "eight numbers", f"{len(data)}")
    back = np.array([*data, 1.0]).reshape(3, 3)
    if abs(np.linalg.det(back)) < 1e-12:
        errors.value_error("perspective", "endpoints", "points of which no three are in line", repr(endpoints))
    matrix = np.linalg.inv(back)

    def work(picture: Image.Image, method: Any, value: Any) -> Image.Image:
        return picture.transform(picture.size, Image.Transform.PERSPECTIVE, data, method, fillcolor=value)

    return _warped("perspective", img, work, matrix, mode, fill)


def _perspective_coefficients(start: Sequence[Sequence[float]], end: Sequence[Sequence[float]]) -> list[float]:
    """The map from ``end`` to ``start``: eight numbers of Pillow's ``PERSPECTIVE``."""
    if len(start) != 4 or len(end) != 4:
        errors.value_error("perspective", "startpoints, endpoints", "four points each", f"{len(start)} and {len(end)}")
    rows = []
    for (x, y), (u, v) in zip(end, start, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    wanted = np.array(start, dtype=np.float64).reshape(8)
    try:
        return np.linalg.solve(np.array(rows, dtype=np.float64), wanted).tolist()
    except np.linalg.LinAlgError:
        errors.value_error("perspective", "endpoints", "points of which no three are in line", repr(end))


def elastic(
    img: Any,
    displacement: Any,
    interpolation: InterpolationMode | str | int = InterpolationMode.BILINEAR,
    fill: FillValue = None,
) -> Any:
    """An image whose pixels are each taken from another place.

    Args:
        img: An image of any kind, or a TVTensor. Boxes and points move against the displacement where they are, which
            is where they go as long as it changes slowly.
        displacement: Where from, from where each pixel is: (x, y) in halves of the width and of the height.
        interpolation: ``"nearest"`` or ``"bilinear"``.
        fill: What lies outside of the image: one number, or one for each channel; None is 0.

    Shape:
        - displacement: ``(1, H, W, 2)``

    Returns:
        A new image of the same kind; bytes are rounded.

    Raises:
        TypeError: ``img`` no image.
        ShapeError: A displacement of another shape.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.elastic(np.array([[1, 2]], np.uint8), np.array([[[[1, 0], [1, 0.0]]]]), fill=9).tolist()
        [[2, 9]]
    """
    mode = interpolation_mode("elastic", interpolation, warps=True)
    if mode is InterpolationMode.BICUBIC:
        errors.value_error("elastic", "interpolation", "one of nearest, bilinear", "'bicubic'")
    height, width = size_of("elastic", img)
    array = displacement.cpu().numpy() if isinstance(displacement, ft.Tensor) else np.asarray(displacement)
    if array.shape != (1, height, width, 2):
        errors.shape_error("elastic", "displacement", f"shape (1, {height}, {width}, 2)", f"shape {array.shape}")
    shift = array[0].astype(np.float64) * [width / 2, height / 2]
    source_x, source_y = np.arange(width) + shift[..., 0], np.arange(height)[:, None] + shift[..., 1]

    def image(kind: Kind, x: Any, is_mask: bool) -> Any:
        values = fill_values("elastic", fill, kind.channels(x))
        smooth = mode is InterpolationMode.BILINEAR and not is_mask
        return kind.from_planes(_sampled(kind.planes(x), source_x, source_y, smooth, values), x)

    def points(places: np.ndarray, corners: bool) -> np.ndarray:
        nearest = np.ceil(places) if corners else places
        column, row = nearest[..., 0].astype(int).clip(0, width - 1), nearest[..., 1].astype(int).clip(0, height - 1)
        return np.stack([column, row], -1) - shift[row, column]

    return geometric("elastic", img, image, points)


elastic_transform = elastic


def _sampled(planes: ft.Tensor, x: np.ndarray, y: np.ndarray, smooth: bool, fill: list[float]) -> ft.Tensor:
    """Planes (..., C, H, W) at the places (x, y), each a mean of the four pixels around, or the nearest."""
    height, width = planes.shape[-2:]
    device = planes.device
    together = planes.reshape(-1, height, width)
    count = len(together)
    # a border of the fill around, so that what is outside can be read as well; the values of a pixel side by side
    framed = ft.empty((height + 2, width + 2, count), dtype=planes.dtype, device=device)
    framed.copy_(ft.tensor(fill * (count // len(fill)), dtype=ft.float64, device=device))
    framed[1:-1, 1:-1] = together.permute(1, 2, 0)
    pixels = framed.flatten(0, 1)
    left, top = (np.floor(x), np.floor(y)) if smooth else (np.rint(x), np.rint(y))

    def at(right: int, down: int) -> ft.Tensor:
        column = (left + right).clip(-1, width).astype(np.int64) + 1
        row = (top + down).clip(-1, height).astype(np.int64) + 1
        return pixels.index_select(0, ft.tensor((row * (width + 2) + column).reshape(-1), device=device))

    if smooth:
        kind = ft.float64 if planes.dtype == ft.float64 else ft.float32
        weights = [ft.tensor(w.reshape(-1, 1), dtype=kind, device=device) for w in (x - left, y - top)]
        found = ft.pointwise("(a * (1 - u) + b * u) * (1 - v) + (c * (1 - u) + d * u) * v")(
            *(at(0, 0), weights[0], at(1, 0), weights[1], at(0, 1), at(1, 1))
        )
        found = (found.round() if planes.dtype.kind in "iu" else found).to(planes.dtype)
    else:
        found = at(0, 0)
    return found.reshape(height, width, count).permute(2, 0, 1).contiguous().reshape(planes.shape)
