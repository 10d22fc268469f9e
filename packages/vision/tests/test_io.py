"""Images in files: there and back, modes, orientation, and what is no image."""

import contextlib
import io
import struct
import zlib

import flambeau.tensor as ft
import numpy as np
import pytest
import transform_table as table
from flambeau.vision.io import (
    ImageReadMode,
    decode_avif,
    decode_gif,
    decode_image,
    decode_jpeg,
    decode_png,
    decode_webp,
    encode_jpeg,
    encode_png,
    read_file,
    read_image,
    write_file,
    write_jpeg,
    write_png,
)
from PIL import Image, features


def planes(channels=3, size=(12, 17)):
    return ft.from_numpy(table.array_of(size, min(channels, 3), np.uint8).transpose(2, 0, 1).copy())


def saved(image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_there_and_back(channels, tmp_path):
    """PNG keeps every value, in memory and in files, from bytes and from Tensors."""
    image = ft.randint(0, 256, (channels, 9, 7)).to(ft.uint8)
    encoded = encode_png(image)
    assert encoded.dtype == np.uint8 and encoded.ndim == 1
    write_png(image, tmp_path / "image.png", compression_level=9)
    for found in (
        decode_png(encoded),
        decode_image(encoded.numpy().tobytes()),
        read_image(tmp_path / "image.png"),
        decode_image(str(tmp_path / "image.png")),
        decode_png(read_file(tmp_path / "image.png")),
    ):
        assert found.tolist() == image.tolist()


@pytest.mark.parametrize("quality", [10, 75, 100])
def test_jpeg_is_pillows(quality, tmp_path):
    """JPEG files are those that Pillow writes, and are read as Pillow reads them."""
    image = planes()
    write_jpeg(image, tmp_path / "image.jpg", quality)
    data = saved(Image.fromarray(image.permute(1, 2, 0).contiguous().numpy()), "JPEG", quality=quality)
    assert (tmp_path / "image.jpg").read_bytes() == data == encode_jpeg(image, quality).numpy().tobytes()
    expected = np.asarray(Image.open(io.BytesIO(data))).transpose(2, 0, 1)
    assert decode_jpeg(data).tolist() == expected.tolist()


def test_files_of_bytes(tmp_path):
    """Bytes are written and read as they are."""
    data = ft.arange(256).to(ft.uint8)
    write_file(tmp_path / "data", data)
    assert (tmp_path / "data").read_bytes() == bytes(range(256))
    assert read_file(tmp_path / "data").tolist() == data.tolist()


@pytest.mark.parametrize("mode", list(ImageReadMode))
@pytest.mark.parametrize("source", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_modes(mode, source):
    """Each file is read with the channels asked for."""
    grey = Image.fromarray(table.array_of((8, 9), 1, np.uint8)[:, :, 0])
    image = grey.convert("I").convert("I;16") if source == "I;16" else grey.convert("RGB").convert(source)
    found = decode_image(saved(image, "PNG"), mode)
    own = {"1": 1, "L": 1, "LA": 2, "P": 3, "RGB": 3, "RGBA": 4, "I;16": 1}[source]
    assert found.shape[0] == {"UNCHANGED": own, "GRAY": 1, "GRAY_ALPHA": 2, "RGB": 3, "RGB_ALPHA": 4}[mode.value]
    assert found.dtype == (np.uint16 if source == "I;16" and mode is ImageReadMode.UNCHANGED else np.uint8)
    assert decode_image(saved(image, "PNG"), mode.value.lower()).tolist() == found.tolist()


def test_sixteen_bits_are_scaled():
    """Sixteen bits become the eight highest of them, and do not saturate."""
    array = np.array([[0, 256, 30000, 65535]], np.uint16)
    data = saved(Image.fromarray(array), "PNG")
    assert decode_image(data).tolist() == [array.tolist()]
    assert decode_image(data, "GRAY").tolist() == [[[0, 1, 117, 255]]]


def test_transparent_palettes():
    """A palette with a transparent colour has alpha."""
    image = Image.fromarray(np.array([[0, 1]], np.uint8)).convert("P")
    found = decode_image(saved(image, "PNG", transparency=0))
    assert found.shape[0] == 4 and found[3].tolist() == [[0, 255]]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(orientation):
    """Photographs are turned as their EXIF data say, when asked."""
    array = np.zeros((8, 16), np.uint8)
    array[:4, :8] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(Image.fromarray(array), "JPEG", exif=exif)
    assert decode_image(data).shape == (1, 8, 16)
    found = decode_image(data, apply_exif_orientation=True)
    assert found.shape == ((1, 8, 16) if orientation < 5 else (1, 16, 8))
    corners = [(0, 0), (0, -1), (-1, -1), (-1, 0), (0, 0), (0, -1), (-1, -1), (-1, 0)]
    row, column = corners[orientation - 1]
    assert found[0, row, column].item() > 200 and found.float().mean().item() < 70


def test_animations():
    """A GIF of several frames is a batch."""
    frames = [Image.new("L", (6, 5), value) for value in (0, 100, 200)]
    found = decode_gif(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert found.shape == (3, 3, 5, 6) and found[:, 0, 0, 0].tolist() == [0, 100, 200]
    assert decode_gif(saved(frames[1], "GIF")).shape == (3, 5, 6)
    assert decode_image(saved(frames[1], "GIF"), "GRAY").max().item() == 100


@pytest.mark.parametrize(("decode", "format"), [(decode_webp, "WEBP"), (decode_avif, "AVIF")])
def test_other_formats(decode, format):
    """WebP and AVIF are read where Pillow knows them."""
    if not features.check(format.lower()):
        pytest.skip(f"Pillow was built without {format}")
    image = Image.fromarray(table.array_of((8, 16), 3, np.uint8))
    data = saved(image, format)
    assert decode(data).tolist() == np.asarray(Image.open(io.BytesIO(data))).transpose(2, 0, 1).tolist()
    with pytest.raises(ValueError):
        decode(saved(image, "BMP"))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF"])
def test_damaged_files(format):
    """Cut off or altered, a file gives a clear error or an image, and never a crash."""
    data = saved(Image.fromarray(table.array_of((40, 50), 3, np.uint8)), format)
    # the last bytes only say that it ends
    for end in range(0, len(data) - 16, max(len(data) // 40, 1)):
        with pytest.raises((ValueError, ft.FileCorrupt)):
            decode_image(data[:end])
    random = np.random.default_rng(0)
    for _ in range(60):
        broken = bytearray(data)
        for place in random.integers(8, len(data), 3):
            broken[place] = random.integers(256)
        with contextlib.suppress(ValueError, ft.FileCorrupt):
            assert decode_image(bytes(broken)).ndim == 3


def test_bombs():
    """A small file that claims to be a huge image is refused before memory is taken."""
    head = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    chunks = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in ((b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    )
    with pytest.raises(ValueError) as error:
        decode_image(b"\x89PNG\r\n\x1a\n" + chunks)
    assert "expected an image of at most" in str(error.value)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda: decode_image(b"hello"),
            ValueError,
            "decode_image(): argument 'input': expected an image, got bytes that start with b'hello'",
        ),
        (
            lambda: decode_jpeg(encode_png(planes())),
            ValueError,
            "decode_jpeg(): argument 'input': expected a JPEG image, "
            "got bytes that start with b'\\x89PNG\\r\\n\\x1a\\n'",
        ),
        (
            lambda: decode_image(planes()),
            ft.ShapeError,
            "decode_image(): argument 'input': expected one dimension, got shape (3, 12, 17)",
        ),
        (
            lambda: decode_image(encode_png(planes()), "CMYK"),
            ValueError,
            "decode_image(): argument 'mode': expected one of UNCHANGED, GRAY, GRAY_ALPHA, RGB, RGB_ALPHA, got 'CMYK'",
        ),
        (
            lambda: encode_png(ft.zeros(3, 2, 2)),
            ft.DTypeError,
            "encode_png(): argument 'input': expected uint8, got float32; "
            "use transforms.functional.convert_image_dtype(input, ft.uint8)",
        ),
        (
            lambda: encode_jpeg(ft.zeros(4, 2, 2, dtype=ft.uint8)),
            ft.ShapeError,
            "encode_jpeg(): argument 'input': expected shape (C, H, W) with 1 or 3 channels, got shape (4, 2, 2)",
        ),
        (
            lambda: encode_jpeg(planes(), quality=0),
            ValueError,
            "encode_jpeg(): argument 'quality': expected an int from 1 to 100, got 0",
        ),
    ],
)
def test_errors(call, kind, text):
    """Messages say what was expected and what there was."""
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == text
