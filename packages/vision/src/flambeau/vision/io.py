"""Images in files and in memory as Tensors of shape (C, H, W), through Pillow.

For pipelines that start with Tensors. Datasets give PIL images, and need none of this.
"""

from __future__ import annotations

import enum
import io
import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import flambeau.tensor as ft
import numpy as np
from flambeau.tensor import errors
from PIL import Image, ImageOps, UnidentifiedImageError

from .transforms import functional as F
from .transforms.functional._checks import int_within

__all__ = [
    "ImageReadMode",
    "decode_avif",
    "decode_gif",
    "decode_image",
    "decode_jpeg",
    "decode_png",
    "decode_webp",
    "encode_jpeg",
    "encode_png",
    "read_file",
    "read_image",
    "write_file",
    "write_jpeg",
    "write_png",
]


class ImageReadMode(enum.Enum):
    """The channels that an image is read with; the string does as well: ``"RGB"``.

    ``UNCHANGED`` keeps those of the file; palettes become the colours they stand for, with alpha where there is
    transparency.
    """

    UNCHANGED = "UNCHANGED"
    GRAY = "GRAY"
    GRAY_ALPHA = "GRAY_ALPHA"
    RGB = "RGB"
    RGB_ALPHA = "RGB_ALPHA"


_PILLOWS = {"GRAY": "L", "GRAY_ALPHA": "LA", "RGB": "RGB", "RGB_ALPHA": "RGBA"}


def read_file(path: str | os.PathLike[str]) -> ft.Tensor:
    """The bytes of a file, as a Tensor of shape ``(N,)``.

    Args:
        path: The file.

    Returns:
        A uint8 Tensor.

    Raises:
        OSError: The file cannot be read.
    """
    return ft.from_numpy(np.fromfile(path, np.uint8))


def write_file(filename: str | os.PathLike[str], data: ft.Tensor) -> None:
    """Write the bytes of a one-dimensional uint8 Tensor to a file.

    Args:
        filename: The file.
        data: The bytes.

    Raises:
        TypeError: Not a uint8 Tensor.
        ShapeError: Not one-dimensional.
        OSError: The file cannot be written.
    """
    Path(filename).write_bytes(_bytes("write_file", "data", data))


def _bytes(operation: str, argument: str, data: Any) -> bytes:
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    if not isinstance(data, ft.Tensor):
        errors.type_error(operation, argument, "bytes, or a uint8 Tensor", type(data).__name__)
    if data.dtype != np.uint8:
        errors.dtype_error(operation, argument, "uint8", str(data.dtype))
    if data.ndim != 1:
        errors.shape_error(operation, argument, "one dimension", f"shape {tuple(data.shape)}")
    return data.cpu().numpy().tobytes()


def decode_image(
    input: ft.Tensor | bytes | str | os.PathLike[str],
    mode: ImageReadMode | str = ImageReadMode.UNCHANGED,
    apply_exif_orientation: bool = False,
) -> ft.Tensor:
    """An image of any format that Pillow knows.

    Args:
        input: Bytes, a one-dimensional uint8 Tensor, or the path of a file.
        mode: The channels: ``"UNCHANGED"``, ``"GRAY"``, ``"GRAY_ALPHA"``, ``"RGB"`` or ``"RGB_ALPHA"``.
        apply_exif_orientation: Turn photographs the way their EXIF data say.

    Shape:
        - output: ``(C, H, W)``; of animations, the first frame

    Returns:
        A Tensor: uint8, or uint16 and int32 for what is wider and ``"UNCHANGED"``.

    Raises:
        ValueError: Nothing that Pillow knows, or another mode.
        FileCorrupt: A file that is cut off or damaged.
        OSError: The file cannot be read.

    Example:
        >>> from flambeau.vision.io import decode_image, encode_png
        >>> image = ft.arange(12, dtype=ft.uint8).reshape(3, 2, 2)
        >>> decode_image(encode_png(image)).tolist() == image.tolist()
        True
        >>> decode_image(encode_png(image), mode="GRAY").shape
        (1, 2, 2)
    """
    return _decoded("decode_image", input, mode, apply_exif_orientation)


def _decoded(operation: str, source: Any, mode: Any, orient: bool, formats: list[str] | None = None) -> ft.Tensor:
    wanted = _read_mode(operation, mode)
    with _opened(operation, source, formats) as image:
        loaded = _loaded(operation, image)
        upright = ImageOps.exif_transpose(loaded) if orient else loaded
        return F.pil_to_tensor(_in_mode(upright, wanted))


def _read_mode(operation: str, mode: Any) -> ImageReadMode:
    if isinstance(mode, ImageReadMode):
        return mode
    if isinstance(mode, str) and mode.upper() in ImageReadMode.__members__:
        return ImageReadMode[mode.upper()]
    errors.value_error(operation, "mode", f"one of {', '.join(ImageReadMode.__members__)}", repr(mode))


def _opened(operation: str, source: Any, formats: list[str] | None) -> Image.Image:
    path = isinstance(source, (str, os.PathLike))
    data = Path(source).read_bytes() if path else _bytes(operation, "input", source)
    try:
        return Image.open(io.BytesIO(data), formats=formats)
    except Image.DecompressionBombError as error:
        most = 2 * (Image.MAX_IMAGE_PIXELS or 0)
        fix = "raise PIL.Image.MAX_IMAGE_PIXELS where you trust the file"
        text = errors.message(operation, "input", f"an image of at most {most} pixels", "more", fix)
        raise ValueError(text) from error
    except UnidentifiedImageError:
        expected = "an image" if formats is None else f"a {formats[0]} image"
        where = f"{os.fspath(source)!r}, which starts with" if path else "bytes that start with"
        errors.value_error(operation, "input", expected, f"{where} {data[:8]!r}")
    except _DAMAGE as error:
        raise _corrupt(operation, "one", error) from error


# the formats of Pillow disagree on how to say that a file is damaged
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error)


def _corrupt(operation: str, found: str, error: Exception) -> errors.FileCorrupt:
    return errors.FileCorrupt(
        errors.message(operation, "input", "a whole image", f"{found} of which Pillow says: {error}")
    )


def _loaded(operation: str, image: Image.Image) -> Image.Image:
    try:
        image.load()
    except _DAMAGE as error:
        raise _corrupt(operation, f"{image.format}", error) from error
    return image


def _in_mode(image: Image.Image, mode: ImageReadMode) -> Image.Image:
    if mode is not ImageReadMode.UNCHANGED:
        if image.mode.startswith("I"):
            image = _narrowed(image)
        if image.mode == "P" and mode.value.endswith("ALPHA"):
            image = image.convert("RGBA")
        return image.convert(_PILLOWS[mode.value])
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("P", "PA"):
        return image.convert("RGBA" if image.mode == "PA" or "transparency" in image.info else "RGB")
    return image


def _narrowed(image: Image.Image) -> Image.Image:
    """Sixteen bits as eight: Pillow's own conversion would cut everything above 255 down to it."""
    return Image.fromarray((np.asarray(image).astype(np.int64).clip(0, 65535) >> 8).astype(np.uint8))


def read_image(
    path: str | os.PathLike[str],
    mode: ImageReadMode | str = ImageReadMode.UNCHANGED,
    apply_exif_orientation: bool = False,
) -> ft.Tensor:
    """The image of a file: :func:`decode_image` of its path."""
    return _decoded("read_image", path, mode, apply_exif_orientation)


def decode_jpeg(
    input: ft.Tensor | bytes,
    mode: ImageReadMode | str = ImageReadMode.UNCHANGED,
    apply_exif_orientation: bool = False,
) -> ft.Tensor:
    """A JPEG image: :func:`decode_image` that refuses other formats."""
    return _decoded("decode_jpeg", input, mode, apply_exif_orientation, ["JPEG"])


def decode_png(
    input: ft.Tensor | bytes,
    mode: ImageReadMode | str = ImageReadMode.UNCHANGED,
    apply_exif_orientation: bool = False,
) -> ft.Tensor:
    """A PNG image: :func:`decode_image` that refuses other formats."""
    return _decoded("decode_png", input, mode, apply_exif_orientation, ["PNG"])


def decode_webp(input: ft.Tensor | bytes, mode: ImageReadMode | str = ImageReadMode.UNCHANGED) -> ft.Tensor:
    """A WebP image: :func:`decode_image` that refuses other formats."""
    return _decoded("decode_webp", input, mode, False, ["WEBP"])


def decode_avif(input: ft.Tensor | bytes, mode: ImageReadMode | str = ImageReadMode.UNCHANGED) -> ft.Tensor:
    """An AVIF image: :func:`decode_image` that refuses other formats; needs a Pillow that knows it."""
    return _decoded("decode_avif", input, mode, False, ["AVIF"])


def decode_gif(input: ft.Tensor | bytes) -> ft.Tensor:
    """A GIF image or animation.

    Args:
        input: Bytes, or a one-dimensional uint8 Tensor.

    Shape:
        - output: ``(3, H, W)``, or ``(N, 3, H, W)`` where there are N frames

    Returns:
        A uint8 Tensor of RGB values.

    Raises:
        ValueError: No GIF.
        FileCorrupt: A file that is cut off or damaged.
    """
    with _opened("decode_gif", input, ["GIF"]) as image:
        frames = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frames.append(F.pil_to_tensor(_loaded("decode_gif", image).convert("RGB")))
    return frames[0] if len(frames) == 1 else ft.stack(frames)


def _encoded(operation: str, input: Any, format: str, channels: Sequence[int], **options: Any) -> bytes:
    if not isinstance(input, ft.Tensor):
        errors.type_error(operation, "input", "Tensor", type(input).__name__)
    if input.dtype != np.uint8:
        fix = "use transforms.functional.convert_image_dtype(input, ft.uint8)"
        errors.dtype_error(operation, "input", "uint8", str(input.dtype), fix)
    if input.ndim != 3 or input.shape[0] not in channels:
        expected = f"shape (C, H, W) with {' or '.join(map(str, channels))} channels"
        errors.shape_error(operation, "input", expected, f"shape {tuple(input.shape)}")
    if 0 in input.shape:
        errors.shape_error(operation, "input", "an image with pixels", f"shape {tuple(input.shape)}")
    file = io.BytesIO()
    F.to_pil_image(input).save(file, format, **options)
    return file.getvalue()


def _as_tensor(data: bytes) -> ft.Tensor:
    return ft.from_numpy(np.frombuffer(data, np.uint8).copy())


def _png(operation: str, input: ft.Tensor, compression_level: int) -> bytes:
    int_within(operation, "compression_level", compression_level, 0, 9)
    return _encoded(operation, input, "PNG", (1, 2, 3, 4), compress_level=compression_level)


def _jpeg(operation: str, input: ft.Tensor, quality: int) -> bytes:
    int_within(operation, "quality", quality, 1, 100)
    return _encoded(operation, input, "JPEG", (1, 3), quality=quality)


def encode_png(input: ft.Tensor, compression_level: int = 6) -> ft.Tensor:
    """The bytes of a PNG file.

    Args:
        input: A uint8 image of 1 to 4 channels: grey or RGB, with or without alpha.
        compression_level: 0 is fast, 9 is small.

    Shape:
        - input: ``(C, H, W)``
        - output: ``(N,)``

    Returns:
        A uint8 Tensor.

    Raises:
        TypeError: Not a uint8 Tensor.
        ValueError: Another shape, or another level.
    """
    return _as_tensor(_png("encode_png", input, compression_level))


def encode_jpeg(input: ft.Tensor, quality: int = 75) -> ft.Tensor:
    """The bytes of a JPEG file.

    Args:
        input: A uint8 image, grey or RGB.
        quality: 1 to 100; less is smaller and worse.

    Shape:
        - input: ``(C, H, W)``
        - output: ``(N,)``

    Returns:
        A uint8 Tensor.

    Raises:
        TypeError: Not a uint8 Tensor.
        ValueError: Another shape, or another quality.
    """
    return _as_tensor(_jpeg("encode_jpeg", input, quality))


def write_png(input: ft.Tensor, filename: str | os.PathLike[str], compression_level: int = 6) -> None:
    """Write a uint8 image as a PNG file; the arguments are those of :func:`encode_png`."""
    Path(filename).write_bytes(_png("write_png", input, compression_level))


def write_jpeg(input: ft.Tensor, filename: str | os.PathLike[str], quality: int = 75) -> None:
    """Write a uint8 image as a JPEG file; the arguments are those of :func:`encode_jpeg`."""
    Path(filename).write_bytes(_jpeg("write_jpeg", input, quality))
