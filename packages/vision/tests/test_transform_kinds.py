"""Every transform gives the same pixels for PIL images, arrays and Tensors, alone and in batches."""

import flambeau.tensor as ft
import numpy as np
import pytest
import transform_table as table
from flambeau.vision import transforms as T
from flambeau.vision.transforms import functional as F
from flambeau.vision.transforms.functional import _weights
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image


def parts(result):
    return list(result) if isinstance(result, tuple) else [result]


def test_no_transform_is_forgotten():
    """Each public transform stands in the table, or among those that are not of single images."""
    public = set(T.__all__) - set(table.BASES)
    listed = {case.name for case in table.CASES} | set(table.NOT_OF_IMAGES) | set(table.CONVERSIONS)
    assert public - listed == set()
    assert listed - public == set()


@pytest.mark.parametrize("case", table.CASES, ids=table.label)
def test_kinds_agree(case):
    """PIL = NumPy = Tensor = each of a batch, for bytes and floats; and the kind stays what it was."""
    for dtype in case.dtypes:
        for channels in case.channels:
            for number, size in enumerate(case.sizes):
                array = table.array_of(size, channels, dtype)
                before = array.copy()
                images = table.images_of(array)
                if case.name in table.MAKE_COLOURS and dtype != np.uint8:
                    images.pop("PIL", None)
                results = {}
                for kind, image in images.items():
                    # noise is drawn for each image: those of a batch must be allowed to differ
                    if kind == "batch" and case.name == "GaussianNoise":
                        continue
                    result = case.transform(image, generator=ft.Generator(number))
                    for part in parts(result):
                        assert isinstance(part, Image.Image if kind == "PIL" else type(image)), kind
                    results[kind] = [table.as_array(part) for part in parts(result)]
                assert np.array_equal(array, before), "the input was changed"
                for kind, found in results.items():
                    for one, other in zip(found, results["array"], strict=True):
                        assert one.dtype == other.dtype
                        assert one.shape[:2] == other.shape[:2], (kind, dtype, size)
                        np.testing.assert_array_equal(one.squeeze(), other.squeeze(), f"{kind}, {dtype}, {size}")


# of bytes and floats, and continuous: elsewhere a rounding can move a value by a step
CONTINUOUS = [
    case for case in table.COLOURS if len(case.dtypes) > 1 and case.name not in ("RandomPosterize", "RandomEqualize")
]


@pytest.mark.parametrize("case", CONTINUOUS, ids=table.label)
def test_floats_follow_bytes(case):
    """The formulas for floats compute what Pillow does with bytes, up to its rounding."""
    array = table.array_of((24, 32), 3, np.uint8)
    by_bytes, by_floats = (
        table.as_array(case.transform(image, generator=ft.Generator(3))).astype(np.float64)
        for image in (array, (array / np.float32(255)).astype(np.float32))
    )
    # hues of bytes have 255 steps, and Pillow cuts off where floats go on
    tolerance = 12 if case.name in ("ColorJitter", "RandomPhotometricDistort") else 2
    np.testing.assert_allclose(by_floats * 255, by_bytes, atol=tolerance)


@pytest.mark.parametrize("dtype", [np.bool_, np.int16, np.uint16, np.int32, np.int64, np.float16, np.float64])
def test_labels_of_any_dtype(dtype):
    """Nearest pixels keep values of any dtype; geometry by Pillow has no say in what they are."""
    array = (np.arange(6 * 7).reshape(6, 7) * (2**40 if dtype == np.int64 else 1)).astype(dtype)
    pairs = [
        (T.Resize([3, 5], "nearest"), lambda x: x[np.array([1, 3, 5])][:, np.array([0, 2, 3, 4, 6])]),
        (T.RandomRotation((90, 90), expand=True), np.rot90),
        (T.RandomHorizontalFlip(1), lambda x: x[:, ::-1]),
        (T.Pad(1, fill=1), lambda x: np.pad(x, 1, constant_values=1)),
    ]
    for transform, expected in pairs:
        result = transform(array)
        assert result.dtype == dtype
        np.testing.assert_array_equal(result, expected(array))


@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.int32, np.float16, np.float64])
def test_wide_pixels_are_mixed_by_pillow(dtype):
    """Resizing other numbers is Pillow's work in its modes "I" and "F"."""
    array = table.array_of((12, 9), 1, np.float64)[:, :, 0] * 900
    array = array.astype(dtype)
    mode = np.float32 if np.dtype(dtype).kind == "f" else np.int32
    expected = Image.fromarray(array.astype(mode)).resize((5, 7), Image.Resampling.BICUBIC)
    result = T.Resize((7, 5), "bicubic")(array)
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, np.asarray(expected).astype(dtype))


def test_dtypes_that_cannot_be_mixed():
    """What Pillow has no numbers for is refused, with the way out."""
    with pytest.raises(ft.DTypeError) as error:
        T.Resize(3)(np.zeros((8, 8), np.int64))
    assert str(error.value) == (
        "resize(): argument 'img': expected a dtype whose values can be mixed, got int64; "
        "convert it to uint8, int32 or float32, or take interpolation='nearest'"
    )


@pytest.mark.parametrize("channels", [2, 4, 5])
def test_any_number_of_channels(channels):
    """Geometry is for images of any number of channels, each for itself."""
    array = np.random.default_rng(0).integers(0, 256, (9, 12, channels), dtype=np.uint8)
    for case in table.GEOMETRIC:
        whole = parts(case.transform(array, generator=ft.Generator(1)))
        for channel in range(channels):
            single = parts(case.transform(array[:, :, channel], generator=ft.Generator(1)))
            for one, other in zip(whole, single, strict=True):
                np.testing.assert_array_equal(one[:, :, channel], other)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "YCbCr", "HSV", "I", "I;16", "F"])
def test_modes_of_pillow(mode):
    """Geometric transforms take images of all modes, and keep them, palettes included."""
    grey = Image.fromarray(table.array_of((12, 14), 1, np.uint8)[:, :, 0])
    image = Image.fromarray(table.array_of((12, 14), 3, np.uint8)).convert("P") if mode == "P" else None
    image = image or (grey.convert("I").convert("I;16") if mode == "I;16" else None)
    image = image or Image.fromarray(table.array_of((12, 14), 3, np.uint8)).convert("RGBA" if mode == "RGBA" else "RGB")
    if image.mode != mode:
        image = grey.convert(mode) if mode in ("1", "L", "LA", "I", "F") else image.convert(mode)
    assert image.mode == mode
    shapes = [T.CenterCrop(6), T.RandomHorizontalFlip(1), T.Pad(2, padding_mode="reflect"), T.Pad(1)]
    shapes += [T.RandomRotation((30, 30)), T.Resize((5, 6), "nearest")]
    for transform in shapes:
        result = transform(image)
        assert result.mode == mode, transform
        if mode == "P":
            assert result.getpalette() == image.getpalette()


@pytest.mark.parametrize("shape", [(0, 4, 3), (4, 0), (0, 0, 1)])
def test_images_without_pixels(shape):
    """Empty images are refused by what computes pixels, not by a crash."""
    with pytest.raises(ft.ShapeError):
        T.Resize(3)(np.zeros(shape, np.uint8))
    with pytest.raises(ft.ShapeError):
        T.RandomRotation((10, 10), "bilinear")(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("image", [np.zeros(4), ft.zeros(4, 4), np.zeros((1, 2, 3, 4)), "x", 5])
def test_what_is_no_image(image):
    """Every geometric and colour transform refuses it by a clear error."""
    for case in table.CASES:
        if case.name in ("Identity", "Compose", "RandomApply", "RandomChoice", "RandomOrder"):
            continue
        with pytest.raises((TypeError, ValueError)):
            case.transform(image)


sides = st.integers(1, 40)


@given(sides, sides, sides, sides, st.sampled_from(["box", "bilinear", "hamming", "bicubic", "lanczos"]), st.randoms())
def test_any_size_becomes_any_other(height, width, new_height, new_width, mode, random):
    """Bytes of an array are Pillow's, and those of the matrix products for devices in one of the two orders."""
    array = np.frombuffer(random.randbytes(height * width), np.uint8).reshape(height, width)
    expected = np.asarray(Image.fromarray(array).resize((new_width, new_height), Image.Resampling[mode.upper()]))
    np.testing.assert_array_equal(F.resize(array, (new_height, new_width), mode), expected)
    mode = T.InterpolationMode(mode)
    tensor, size = ft.from_numpy(array.copy()), (new_height, new_width)
    orders = [_weights.resampled(tensor, size, mode, rows_first) for rows_first in (False, True)]
    assert expected.tolist() in [order.tolist() for order in orders]


@given(sides, sides, *[st.integers(-30, 30)] * 2, sides, sides)
def test_any_part_of_any_image(height, width, top, left, rows, columns):
    """A crop is what NumPy cuts out of an image with zeros around."""
    array = np.arange(1, height * width + 1).reshape(height, width)
    around = np.pad(array, 80)
    expected = around[80 + top : 80 + top + rows, 80 + left : 80 + left + columns]
    np.testing.assert_array_equal(F.crop(array, top, left, rows, columns), expected)
    tensor = F.crop(ft.from_numpy(array[None]), top, left, rows, columns)
    np.testing.assert_array_equal(tensor[0].numpy(), expected)


@given(
    sides, sides, st.tuples(*[st.integers(0, 50)] * 4), st.sampled_from(["constant", "edge", "reflect", "symmetric"])
)
def test_any_border(height, width, border, mode):
    """A border is NumPy's, or refused where there is not enough to mirror."""
    array = np.arange(1, height * width + 1).reshape(height, width)
    left, top, right, bottom = border
    short = 1 if mode == "reflect" else 0
    if mode in ("reflect", "symmetric") and (max(top, bottom) > height - short or max(left, right) > width - short):
        with pytest.raises(ValueError):
            F.pad(array, border, padding_mode=mode)
        return
    expected = np.pad(array, ((top, bottom), (left, right)), mode=mode)
    np.testing.assert_array_equal(F.pad(array, border, padding_mode=mode), expected)
