"""From images to Tensors and back, and between dtypes."""

from __future__ import annotations

from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors
from PIL import Image

from ... import tv_tensors
from . import _kinds, _pixels
from ._joint import size_of

__all__ = [
    "convert_image_dtype",
    "get_dimensions",
    "get_image_num_channels",
    "get_image_size",
    "get_num_channels",
    "get_size",
    "pil_to_tensor",
    "to_dtype",
    "to_image",
    "to_pil_image",
    "to_tensor",
]

_BYTE_MODES = ("L", "LA", "La", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV", "LAB")
CONTAINERS = ("flambeau", "numpy", "torch", "jax")


def get_dimensions(img: Any) -> list[int]:
    """Channels, height and width of an image of any kind.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.get_dimensions(np.zeros((4, 6, 3)))
        [3, 4, 6]
    """
    kind = _kinds.kind_of("get_dimensions", "img", img)
    return [kind.channels(img), *kind.size(img)]


def get_size(img: Any) -> list[int]:
    """Height and width of an image of any kind, or of the image that boxes or points are in.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.get_size(np.zeros((4, 6, 3)))
        [4, 6]
    """
    return list(size_of("get_size", img))


def get_image_size(img: Any) -> list[int]:
    """Width and height of an image of any kind, in this order.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.get_image_size(np.zeros((4, 6, 3)))
        [6, 4]
    """
    return get_size(img)[::-1]


def get_image_num_channels(img: Any) -> int:
    """The number of channels of an image of any kind.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.get_image_num_channels(np.zeros((4, 6, 3)))
        3
    """
    return get_dimensions(img)[0]


get_num_channels = get_image_num_channels


def to_tensor(pic: Image.Image | np.ndarray | ft.Tensor, to: str = "flambeau") -> Any:
    """An image of HxW pixels and C channels as a Tensor of shape ``(C, H, W)``.

    Bytes become float32 in 0..1: ``value / 255``. Other numbers keep their values:

    ==================================  ==============================================
    image                               Tensor
    ==================================  ==============================================
    PIL, 8 bits per channel             float32, 0..1
    PIL, mode ``"1"``                   float32, 0 or 1
    PIL, modes ``"I"`` and ``"I;16"``   int32, values kept
    PIL, mode ``"F"``                   float32, values kept
    uint8 array, (H, W) or (H, W, C)    float32, 0..1
    other array, (H, W) or (H, W, C)    its dtype, values kept
    uint8 Tensor, (..., C, H, W)        float32, 0..1, on its device
    other Tensor, (..., C, H, W)        itself
    ==================================  ==============================================

    Args:
        pic: The image, or a batch of images as a Tensor.
        to: What to return: ``"flambeau"``, a Tensor; ``"numpy"``, an array of shape (C, H, W); ``"torch"`` or
            ``"jax"``, an array of theirs. Nothing is imported that is not asked for.

    Returns:
        Of shape ``(C, H, W)``, and sharing no memory with a PIL image or an array.

    Raises:
        TypeError: Neither a PIL image nor an array nor a Tensor.
        ValueError: An array that is not 2- or 3-dimensional, a PIL image with a palette or another mode, or another
            ``to``.

    Example:
        >>> from flambeau.vision.transforms.functional import to_tensor
        >>> to_tensor(np.array([[0, 51], [102, 255]], dtype=np.uint8)).tolist() # doctest: +ELLIPSIS
        [[[0.0, 0.2...], [0.4..., 1.0]]]
    """
    check_container("to_tensor", to)
    planes, shared = planes_to_convert("to_tensor", pic)
    if planes.dtype == np.uint8:
        # the result in the usual order of memory, whatever that of the pixels
        out = ft.empty(tuple(planes.shape), dtype=ft.float32, device=planes.device)
        return contained(ft.pointwise("x / 255")(planes, out=out), to)
    if shared:
        planes = planes.clone() if planes.is_contiguous() else planes.contiguous()
    return contained(planes, to)


def check_container(operation: str, to: Any) -> None:
    if to not in CONTAINERS:
        errors.value_error(operation, "to", f"one of {', '.join(CONTAINERS)}", repr(to))


def contained(tensor: ft.Tensor, to: str) -> Any:
    """A Tensor as an array of another library, sharing memory on the CPU."""
    if to == "flambeau":
        return tensor
    if to == "numpy":
        return tensor.cpu().numpy()
    if to == "torch":
        import torch  # type: ignore[import-not-found, unused-ignore]  # not among what this package depends on

        return torch.from_dlpack(tensor)
    import jax.numpy  # type: ignore[import-not-found, unused-ignore]  # the same

    return jax.numpy.asarray(tensor.cpu().numpy())


def planes_to_convert(operation: str, pic: Any) -> tuple[ft.Tensor, bool]:
    """The planes of an image, and whether they are somebody's memory."""
    if isinstance(pic, tv_tensors.TVTensor):
        pic = pic.data
    if isinstance(pic, ft.Tensor):
        _kinds.kind_of(operation, "pic", pic)
        return pic, False
    if isinstance(pic, Image.Image):
        if pic.mode == "RGB" and pic.width and pic.height:
            return ft.from_numpy(_pixels.split(pic)), False
        return _pixels.planes_of(_array_of_image(operation, pic)), True
    if isinstance(pic, np.ndarray):
        _kinds.kind_of(operation, "pic", pic)
        return _pixels.planes_of(pic), True
    errors.type_error(operation, "pic", "PIL image, NumPy array or Tensor", type(pic).__name__)


def _array_of_image(operation: str, image: Image.Image) -> np.ndarray:
    if image.mode in _BYTE_MODES or image.mode == "F":
        return np.asarray(image)
    if image.mode == "1":
        return np.asarray(image).astype(np.float32)
    if image.mode == "I" or image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.int32)
    # A palette's indices are no intensities: silently dividing them by 255 would train on nonsense.
    fix = 'convert it first, with image.convert("RGB")'
    errors.value_error(operation, "pic", "grey or colour image", f"mode {image.mode!r}", fix)


def pil_to_tensor(pic: Image.Image) -> ft.Tensor:
    """The values of a PIL image as a Tensor of shape ``(C, H, W)``, in its dtype.

    Args:
        pic: The image.

    Returns:
        A new Tensor: uint8 for most modes; bool for ``"1"``, int32 for ``"I"``, uint16 for ``"I;16"``, float32 for
        ``"F"``. Palette images give their indices.

    Raises:
        TypeError: Not a PIL image.

    Example:
        >>> from PIL import Image
        >>> from flambeau.vision.transforms import functional as F
        >>> F.pil_to_tensor(Image.new("RGB", (2, 1), (1, 2, 3))).tolist()
        [[[1, 1]], [[2, 2]], [[3, 3]]]
    """
    if not isinstance(pic, Image.Image):
        errors.type_error("pil_to_tensor", "pic", "PIL image", type(pic).__name__)
    return ft.from_numpy(np.array(_pixels.planes_of(np.asarray(pic)).numpy(), order="C"))


def to_image(inpt: Any) -> tv_tensors.Image:
    """An image of any kind as an :class:`~flambeau.vision.tv_tensors.Image`, in its dtype.

    Args:
        inpt: A PIL image, an array of shape (H, W) or (H, W, C), or a Tensor of shape (..., C, H, W).

    Returns:
        Image; of an array and of a Tensor, sharing memory.

    Raises:
        TypeError: ``inpt`` no image.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.to_image(np.zeros((4, 6, 3), np.uint8)).shape
        (3, 4, 6)
    """
    if isinstance(inpt, Image.Image):
        return tv_tensors.Image(pil_to_tensor(inpt))
    kind = _kinds.kind_of("to_image", "inpt", inpt)
    return tv_tensors.Image(kind.planes(inpt))


def to_pil_image(pic: np.ndarray | ft.Tensor, mode: str | None = None) -> Image.Image:
    """A Tensor of shape (C, H, W) or an array of shape (H, W) or (H, W, C) as a PIL image.

    Args:
        pic: Tensor or array. Floating Tensors hold 0..1, and become bytes: ``floor(value * 255)``, as in torchvision.
            Bytes, and arrays of int16, int32 and float32 with one channel, keep their values.
        mode: Of the image; None: ``"L"``, ``"LA"``, ``"RGB"``, ``"RGBA"`` by the number of channels, or ``"I;16"``,
            ``"I"``, ``"F"`` by the dtype.

    Returns:
        The image.

    Raises:
        TypeError: Neither Tensor nor array, or of a dtype that no mode has.
        ValueError: More than 4 channels, another shape, or a mode that does not have these channels.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.to_pil_image(ft.ones(3, 2, 2)).getpixel((0, 0))
        (255, 255, 255)
    """
    if isinstance(pic, ft.Tensor):
        planes = pic.unsqueeze(0) if pic.ndim == 2 else pic
        if planes.ndim != 3:
            errors.shape_error("to_pil_image", "pic", "shape (H, W) or (C, H, W)", f"shape {tuple(pic.shape)}")
        planes = planes.cpu()
        if planes.dtype.kind == "f" or planes.dtype == ft.bfloat16:
            planes = (planes.float() * 255).clamp(0, 255).to(ft.uint8)
        array = _pixels.array_of(planes, True)
    elif isinstance(pic, np.ndarray):
        _kinds.kind_of("to_pil_image", "pic", pic)
        array = pic[:, :, 0] if pic.ndim == 3 and pic.shape[2] == 1 else pic
    else:
        errors.type_error("to_pil_image", "pic", "Tensor or NumPy array", type(pic).__name__)
    if array.dtype == np.int16:
        array = array.astype(np.int32)
    channels = 1 if array.ndim == 2 else array.shape[2]
    flat = array.dtype in (np.bool_, np.uint8, np.uint16, np.int32, np.float32)
    if not (flat if channels == 1 else array.dtype == np.uint8):
        errors.dtype_error("to_pil_image", "pic", "uint8, or one channel of int32 or float32", str(array.dtype))
    natural = {1: (), 2: ("LA",), 3: ("RGB", "YCbCr", "HSV", "LAB"), 4: ("RGBA", "CMYK", "RGBX")}
    if channels not in natural:
        errors.value_error("to_pil_image", "pic", "1 to 4 channels", f"{channels} channels")
    array = np.ascontiguousarray(array)
    if channels == 1:
        image = Image.fromarray(array)
        if mode not in (None, image.mode):
            image = _of_grey(array, image, mode)
        return image
    if mode not in (None, *natural[channels]):
        errors.value_error("to_pil_image", "mode", f"one of {', '.join(natural[channels])}", repr(mode))
    return Image.frombytes(mode or natural[channels][0], array.shape[1::-1], array.tobytes())


def _of_grey(array: np.ndarray, image: Image.Image, mode: str) -> Image.Image:
    if mode == "P" and array.dtype == np.uint8:
        return Image.frombytes("P", image.size, array.tobytes())
    if mode in ("1", "L", "I", "I;16", "F"):
        return image.convert(mode)
    errors.value_error("to_pil_image", "mode", "one of 1, L, P, I, I;16, F for one channel", repr(mode))


def to_dtype(inpt: Any, dtype: Any = ft.float32, scale: bool = False) -> Any:
    """An image of another dtype.

    Args:
        inpt: A NumPy array or a Tensor.
        dtype: The dtype.
        scale: Map the range of the old dtype to that of the new: 0..1 of floats, 0..255 of bytes, and so on.

    Returns:
        Of the same kind; itself where it has the dtype.

    Raises:
        TypeError: Neither array nor Tensor; or float to an integer whose range float cannot hold.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.to_dtype(ft.tensor([[[0.0, 0.5, 1.0]]]), ft.uint8, scale=True).tolist()
        [[[0, 127, 255]]]
    """
    if isinstance(inpt, Image.Image):
        errors.type_error(
            "to_dtype", "inpt", "NumPy array or Tensor", "PIL image", "apply ToImage or PILToTensor first"
        )
    return _kinds.apply("to_dtype", inpt, lambda kind, x: _cast(kind, x, np.dtype(dtype), scale), "inpt")


def _cast(kind: _kinds.Kind, x: Any, new: np.dtype, scale: bool) -> Any:
    old = x.dtype
    if old == new:
        return x
    planes = kind.planes(x)
    if scale:
        planes = _scaled(planes, old, new)
    return kind.from_planes(planes.to(new), x)


def _scaled(planes: ft.Tensor, old: np.dtype, new: np.dtype) -> ft.Tensor:
    """Between the ranges of dtypes, as torchvision does: integers among themselves by shifts of their bits."""
    floats = [dtype.kind not in "iub" for dtype in (old, new)]
    if all(floats):
        return planes
    if floats[1]:
        return planes.to(new) / (1 if old.kind == "b" else np.iinfo(old).max)
    if new.kind == "b":
        return planes >= 0.5 if floats[0] else planes > np.iinfo(old).max // 2
    most = np.iinfo(new).max
    if floats[0]:
        if most > 2 ** (24 if old.itemsize == 4 else 53):
            errors.dtype_error("to_dtype", "dtype", f"integers that {old} holds exactly", str(new))
        # so that 1.0 is the greatest and each value has an interval of the same length
        return (planes * (most + 1 - 1e-3)).clamp(0, most)
    if old.kind == "b":
        return planes.to(new) * most
    shift = int(np.iinfo(old).max).bit_length() - int(most).bit_length()
    return planes >> shift if shift > 0 else planes.to(new) << -shift


def convert_image_dtype(image: Any, dtype: Any = ft.float32) -> Any:
    """An image of another dtype, its range scaled: ``to_dtype(image, dtype, scale=True)``.

    Example:
        >>> from flambeau.vision.transforms import functional as F
        >>> F.convert_image_dtype(ft.tensor([[[0, 255]]], dtype=ft.uint8)).tolist()
        [[[0.0, 1.0]]]
    """
    return to_dtype(image, dtype, scale=True)
