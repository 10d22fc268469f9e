"""Transforms: values against NumPy's, reprs, and errors."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.vision.transforms import Compose, Normalize, ToTensor, functional
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image


def pixels(*shape):
    """Bytes that are all different where there are at most 256 of them."""
    return (np.arange(np.prod(shape)) * 7 % 256).astype(np.uint8).reshape(shape)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 4))
def test_bytes_become_fractions(height, width, channels):
    """(H, W, C) bytes become (C, H, W) float32, divided by 255 exactly."""
    array = pixels(height, width, channels)
    tensor = functional.to_tensor(array)
    expected = array.transpose(2, 0, 1).astype(np.float32) / np.float32(255)
    assert (tensor.dtype, tensor.shape) == (np.float32, expected.shape)
    assert (tensor.numpy() == expected).all()
    assert tensor.is_contiguous()


def test_grey_arrays_get_a_channel():
    """(H, W) becomes (1, H, W)."""
    assert functional.to_tensor(pixels(2, 3)).shape == (1, 2, 3)


@pytest.mark.parametrize(("mode", "channels"), [("L", 1), ("LA", 2), ("RGB", 3), ("RGBA", 4), ("CMYK", 4), ("HSV", 3)])
def test_images_of_bytes(mode, channels):
    """A PIL image gives what its array gives."""
    shape = (5, 4, channels) if channels > 1 else (5, 4)
    image = Image.fromarray(pixels(*shape), mode=mode) if mode in ("CMYK", "HSV") else Image.fromarray(pixels(*shape))
    assert image.mode == mode
    tensor = functional.to_tensor(image)
    assert tensor.shape == (channels, 5, 4)
    assert tensor.tolist() == functional.to_tensor(np.asarray(image)).tolist()


def test_images_of_bits():
    """A black and white image becomes 0 and 1."""
    image = Image.fromarray(np.array([[0, 255], [255, 0]], np.uint8)).convert("1")
    tensor = functional.to_tensor(image)
    assert (tensor.dtype, tensor.tolist()) == (np.float32, [[[0, 1], [1, 0]]])


@pytest.mark.parametrize(("mode", "dtype"), [("I", "int32"), ("I;16", "int32"), ("F", "float32")])
def test_images_of_wide_numbers(mode, dtype):
    """Wide pixels keep their values."""
    source = np.array([[0, 40000]], {"I": np.int32, "I;16": np.uint16, "F": np.float32}[mode])
    image = Image.fromarray(source)
    assert image.mode == mode
    tensor = functional.to_tensor(image)
    assert (tensor.dtype, tensor.tolist()) == (np.dtype(dtype), [[[0, 40000]]])


def test_other_arrays_keep_their_values():
    """Only bytes are divided."""
    tensor = functional.to_tensor(np.full((1, 2, 1), 300, dtype=np.int64))
    assert (tensor.dtype, tensor.tolist()) == (np.int64, [[[300, 300]]])


def test_the_tensor_is_a_copy():
    """Changing the Tensor leaves the image alone, whatever its dtype."""
    for dtype in (np.uint8, np.float32):
        array = np.zeros((2, 2), dtype)
        functional.to_tensor(array)[0, 0, 0] = 1
        assert not array.any()


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.int64])
def test_to_tensor_gives_whole_planes(dtype):
    """One channel lies behind the other, whatever the order of the pixels' memory."""
    assert functional.to_tensor(np.zeros((4, 5, 3), dtype)).is_contiguous()


def test_to_tensor_of_arrays_read_backwards():
    """Negative strides are fine."""
    array = pixels(3, 4, 3)[::-1, :, ::-1]
    assert functional.to_tensor(array).tolist() == functional.to_tensor(array.copy()).tolist()


SHAPE = "expected an array of shape (H, W) or (H, W, C)"


@pytest.mark.parametrize(
    ("pic", "kind", "text"),
    [
        (np.zeros(3), ft.ShapeError, "expected an array of shape (H, W) or (H, W, C), got shape (3,)"),
        (
            np.zeros((1, 1, 1, 1)),
            ft.ShapeError,
            "expected an array of shape (H, W) or (H, W, C), got shape (1, 1, 1, 1)",
        ),
        (
            Image.new("P", (2, 2)),
            ValueError,
            "expected grey or colour image, got mode 'P'; convert it first, with image.convert(\"RGB\")",
        ),
    ],
)
def test_to_tensor_errors(pic, kind, text):
    """What is no image is refused."""
    with pytest.raises(kind) as error:
        ToTensor()(pic)
    assert str(error.value) == f"to_tensor(): argument 'pic': {text}"


def test_what_has_no_image():
    """A list of numbers is no image, and no sample that has one."""
    with pytest.raises(TypeError) as error:
        functional.to_tensor([[1]])
    text = "to_tensor(): argument 'pic': expected PIL image, NumPy array or Tensor, got list"
    assert str(error.value) == text
    with pytest.raises(TypeError) as error:
        ToTensor()([[1]])
    assert str(error.value) == "ToTensor(): argument 'sample': expected an image, or a sample that has one, got list"


@pytest.mark.parametrize("shape", [(3, 2, 2), (5, 3, 2, 2)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_normalize(shape, dtype):
    """Each channel is shifted and scaled, in single images and in batches; the input stays as it is."""
    array = np.linspace(-1, 1, np.prod(shape), dtype=dtype).reshape(shape)
    mean, std = [0.1, 0.2, 0.3], [0.5, 1.0, 2.0]
    tensor = ft.tensor(array)
    result = Normalize(mean, std)(tensor)
    assert result.dtype == np.dtype(dtype)
    expected = (array - np.array(mean, dtype).reshape(3, 1, 1)) / np.array(std, dtype).reshape(3, 1, 1)
    np.testing.assert_allclose(result.numpy(), expected, rtol=1e-6)
    assert (tensor.numpy() == array).all()


def test_normalize_in_place():
    """inplace=True changes and returns the Tensor itself."""
    tensor = ft.ones(1, 2, 2)
    assert Normalize(0.5, 0.25, inplace=True)(tensor) is tensor
    assert tensor.tolist() == [[[2, 2], [2, 2]]]


def test_normalize_with_one_number():
    """One number, alone or in a list, is for all channels."""
    tensor = ft.ones(3, 1, 1)
    assert Normalize(0.5, [2])(tensor).tolist() == [[[0.25]]] * 3


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda: functional.normalize(np.zeros((1, 2, 2)), [0], [1]),
            TypeError,
            "normalize(): argument 'tensor': expected Tensor, got ndarray; apply ToTensor first",
        ),
        (
            lambda: functional.normalize("x", [0], [1]),
            TypeError,
            "normalize(): argument 'tensor': expected Tensor, got str",
        ),
        (
            lambda: functional.normalize(ft.zeros(2, 2), [0], [1]),
            ft.ShapeError,
            "normalize(): argument 'tensor': expected shape (..., C, H, W), got shape (2, 2)",
        ),
        (
            lambda: functional.normalize(ft.zeros(1, 2, 2, dtype=ft.uint8), [0], [1]),
            ft.DTypeError,
            "normalize(): argument 'tensor': expected a floating dtype, got uint8; use tensor.float()",
        ),
        (
            lambda: functional.normalize(ft.zeros(3, 2, 2), [0, 0], [1]),
            ValueError,
            "normalize(): argument 'mean': expected 1 or 3 numbers for 3 channels, got 2 numbers",
        ),
        (
            lambda: functional.normalize(ft.zeros(1, 2, 2), [0], [1, 1]),
            ValueError,
            "normalize(): argument 'std': expected 1 number for 1 channel, got 2 numbers",
        ),
        (
            lambda: Normalize([0], [1, 0]),
            ValueError,
            "Normalize(): argument 'std': expected numbers other than zero, got [1.0, 0.0]",
        ),
        (
            lambda: Normalize("a", [1]),
            TypeError,
            "Normalize(): argument 'mean': expected a number, or a list of numbers, got str",
        ),
        (
            lambda: Normalize([0], None),
            TypeError,
            "Normalize(): argument 'std': expected a number, or a list of numbers, got NoneType",
        ),
        (
            lambda: Compose([ToTensor(), 5]),
            TypeError,
            "Compose(): argument 'transforms[1]': expected a function, got int",
        ),
    ],
)
def test_errors(call, kind, text):
    """Wrong arguments are refused by name."""
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == text


def test_compose():
    """Transforms are applied in order."""
    assert Compose([lambda x: x + 1, lambda x: x * 10])(1) == 20
    assert Compose([])("same") == "same"


def test_reprs():
    """A repr can be read, and pasted back."""
    transform = Compose([ToTensor(), Compose([Normalize(0.5, [0.25], inplace=True)])])
    assert repr(transform) == (
        "Compose([\n"
        "    ToTensor(),\n"
        "    Compose([\n"
        "        Normalize(mean=[0.5], std=[0.25], inplace=True),\n"
        "    ]),\n"
        "])"
    )
