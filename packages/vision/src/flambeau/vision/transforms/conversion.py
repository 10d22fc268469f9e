"""From images to what a model takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors
from PIL import Image

from .. import tv_tensors
from . import functional as F
from ._transform import Transform
from .functional.conversion import check_container
from .functional.normalizing import check_normalization, to_normalized

__all__ = [
    "ConvertImageDtype",
    "LinearTransformation",
    "Normalize",
    "PILToTensor",
    "ToDtype",
    "ToImage",
    "ToPILImage",
    "ToPureTensor",
    "ToTensor",
]


class ToTensor(Transform):
    """An image as a Tensor of shape (C, H, W); bytes become 0..1.

    PIL images, arrays of shape (H, W) or (H, W, C), and Tensors of shape (..., C, H, W), so whole batches of bytes,
    where they are. :func:`~flambeau.vision.transforms.functional.to_tensor` has the details.

    Args:
        to: What to make: ``"flambeau"`` a Tensor, ``"numpy"``, ``"torch"`` or ``"jax"`` an array of theirs. At the end
            of a pipeline it also turns the Tensors of the steps before into such arrays.

    Raises:
        ValueError: Another ``to``.

    Example:
        >>> from flambeau.vision.transforms import ToTensor
        >>> ToTensor()(np.full((8, 8, 3), 255, dtype=np.uint8)).shape
        (3, 8, 8)
    """

    def __init__(self, to: str = "flambeau"):
        check_container("ToTensor", to)
        self.to = to

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.to_tensor(inpt, self.to)

    def extra_repr(self) -> str:
        return "" if self.to == "flambeau" else f"to={self.to!r}"


class Normalize(Transform):
    """Shift and scale each channel: ``(tensor - mean) / std``.

    Args:
        mean: One number for each channel, or one for all.
        std: One number for each channel, or one for all.
        inplace: Change the Tensor itself.

    Raises:
        TypeError: ``mean`` or ``std`` not numbers.
        ValueError: A zero in ``std``.

    Example:
        >>> from flambeau.vision.transforms import Normalize
        >>> Normalize(mean=[0.5], std=[0.25])(ft.ones(1, 1, 2)).tolist()
        [[[2.0, 2.0]]]
    """

    def __init__(self, mean: float | Sequence[float], std: float | Sequence[float], inplace: bool = False):
        self.mean, self.std = check_normalization("Normalize", mean, std)
        self.inplace = inplace

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.normalize(inpt, self.mean, self.std, self.inplace)

    def extra_repr(self) -> str:
        return f"mean={self.mean}, std={self.std}" + (", inplace=True" if self.inplace else "")


class ToNormalizedTensor(Transform):
    """What :class:`Compose` makes of ToTensor and Normalize: one pass over memory."""

    def __init__(self, normalize: Normalize):
        self.normalize = normalize

    @classmethod
    def of(cls, first: Any, second: Any = None) -> ToNormalizedTensor | None:
        """The two in one, where they are these two."""
        plain = type(first) is ToTensor and first.to == "flambeau"
        return cls(second) if plain and type(second) is Normalize and not second.inplace else None

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return to_normalized(inpt, self.normalize.mean, self.normalize.std)


class PILToTensor(Transform):
    """A PIL image as a Tensor of shape (C, H, W), in its dtype.

    Example:
        >>> from PIL import Image
        >>> from flambeau.vision.transforms import PILToTensor
        >>> PILToTensor()(Image.new("L", (2, 1), 7)).tolist()
        [[[7, 7]]]
    """

    def _takes(self, leaf: Any) -> bool:
        return isinstance(leaf, Image.Image)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.pil_to_tensor(inpt)


class ToImage(Transform):
    """An image of any kind as a :class:`~flambeau.vision.tv_tensors.Image`, in its dtype.

    Example:
        >>> from flambeau.vision.transforms import ToImage
        >>> ToImage()(np.zeros((4, 6, 3), np.uint8)).shape
        (3, 4, 6)
    """

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return inpt if isinstance(inpt, tv_tensors.TVTensor) else F.to_image(inpt)


class ToPILImage(Transform):
    """A Tensor of shape (C, H, W) or an array of shape (H, W) or (H, W, C) as a PIL image.

    Args:
        mode: Of the image; None: what fits the channels and the dtype, see
            :func:`~flambeau.vision.transforms.functional.to_pil_image`.

    Example:
        >>> from flambeau.vision.transforms import ToPILImage
        >>> ToPILImage()(ft.ones(3, 2, 4)).size
        (4, 2)
    """

    def __init__(self, mode: str | None = None):
        self.mode = mode

    def _takes(self, leaf: Any) -> bool:
        return super()._takes(leaf) and not isinstance(leaf, Image.Image)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.to_pil_image(inpt, self.mode)


class ToPureTensor(Transform):
    """Images, masks, boxes and points as plain Tensors.

    Example:
        >>> from flambeau.vision.transforms import ToPureTensor
        >>> from flambeau.vision.tv_tensors import Mask
        >>> type(ToPureTensor()({"mask": Mask(ft.zeros(2, 2))})["mask"]) is ft.Tensor
        True
    """

    def _takes(self, leaf: Any) -> bool:
        return isinstance(leaf, tv_tensors.TVTensor)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return inpt.data


class ToDtype(Transform):
    """Another dtype.

    Args:
        dtype: For images, or a dictionary of types and dtypes: ``{tv_tensors.Image: ft.float32, tv_tensors.Mask:
            ft.int64}``. ``"others"`` stands for all types that it does not list; those without a dtype are left alone.
        scale: Map the range of images' old dtype to that of the new: 0..255 to 0..1.

    Example:
        >>> from flambeau.vision.transforms import ToDtype
        >>> ToDtype(ft.float32, scale=True)(ft.tensor([[[255]]], dtype=ft.uint8)).item()
        1.0
    """

    geometric = True  # masks, boxes and points may have their dtypes

    def __init__(self, dtype: Any, scale: bool = False):
        self.dtype = dtype
        self.scale = scale

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        plain = isinstance(inpt, (np.ndarray, ft.Tensor)) and not isinstance(inpt, tv_tensors.TVTensor)
        image = plain or isinstance(inpt, (tv_tensors.Image, tv_tensors.Video))
        if isinstance(self.dtype, Mapping):
            wanted = self.dtype.get(type(inpt), self.dtype.get("others"))
        else:
            wanted = self.dtype if image else None
        if wanted is None:
            return inpt
        if not image and isinstance(inpt, tv_tensors.TVTensor):
            return tv_tensors.wrap(inpt.data.to(wanted), like=inpt)
        return F.to_dtype(inpt, wanted, self.scale)


class ConvertImageDtype(Transform):
    """An image of another dtype, its range scaled.

    Args:
        dtype: The dtype.

    Example:
        >>> from flambeau.vision.transforms import ConvertImageDtype
        >>> ConvertImageDtype(ft.uint8)(ft.ones(1, 1, 1)).item()
        255
    """

    def __init__(self, dtype: Any = ft.float32):
        self.dtype = dtype

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return F.convert_image_dtype(inpt, self.dtype)


class LinearTransformation(Transform):
    """All values of an image multiplied by a matrix, after a vector was subtracted: whitening, for instance.

    Args:
        transformation_matrix: ``(D, D)``, D being C x H x W.
        mean_vector: ``(D,)``.

    Raises:
        ShapeError: A matrix that is not square, or a vector that does not fit it.

    Example:
        >>> from flambeau.vision.transforms import LinearTransformation
        >>> LinearTransformation(2 * ft.eye(4), ft.ones(4))(ft.full((1, 2, 2), 3.0)).tolist()
        [[[4.0, 4.0], [4.0, 4.0]]]
    """

    def __init__(self, transformation_matrix: ft.Tensor, mean_vector: ft.Tensor):
        self._matrix, self._mean = ft.as_tensor(transformation_matrix), ft.as_tensor(mean_vector)
        shape = tuple(self._matrix.shape)
        if len(shape) != 2 or shape[0] != shape[1]:
            errors.shape_error("LinearTransformation", "transformation_matrix", "a square matrix", f"shape {shape}")
        if tuple(self._mean.shape) != shape[:1]:
            got = f"shape {tuple(self._mean.shape)}"
            errors.shape_error("LinearTransformation", "mean_vector", f"shape ({shape[0]},)", got)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        if not isinstance(inpt, ft.Tensor):
            errors.type_error("LinearTransformation", "inpt", "Tensor", type(inpt).__name__, "apply ToTensor first")
        shape = tuple(inpt.shape)
        if int(np.prod(shape[-3:])) != len(self._mean):
            got = f"shape {shape}"
            errors.shape_error("LinearTransformation", "inpt", f"{len(self._mean)} values an image", got)
        matrix, mean = self._matrix.to(inpt.device), self._mean.to(inpt.device)

        def multiplied(plain: ft.Tensor) -> ft.Tensor:
            flat = plain.reshape(-1, len(mean))
            return ((flat - mean).to(matrix.dtype) @ matrix).reshape(shape)

        return tv_tensors.on_plain(multiplied, inpt)

    def extra_repr(self) -> str:
        return f"transformation_matrix=<{len(self._mean)}x{len(self._mean)}>"
