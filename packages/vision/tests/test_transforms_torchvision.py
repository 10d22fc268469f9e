"""The functions beside torchvision's: pixels, boxes, points and masks; skipped where there is no torchvision."""

import flambeau.tensor as ft
import numpy as np
import pytest
import torchvision_oracle
import transform_table as table
from flambeau.vision import tv_tensors
from flambeau.vision.transforms import functional as F
from PIL import Image

torch = pytest.importorskip("torch", reason="torch is an oracle: pip install torch")
torchvision = torchvision_oracle.torchvision()
theirs = torchvision.transforms.v2.functional

MODES = ("nearest", "bilinear", "bicubic")
CORNERS = [[0, 0], [31, 0], [31, 23], [0, 23]]
MOVED = [[3, 1], [28, 4], [30, 22], [2, 19]]
COEFFICIENTS = [1.1, 0.05, -2.0, 0.02, 0.95, 1.5, 0.001, -0.002]
# name, positional arguments, keywords: of geometric functions
GEOMETRIC = [
    ("horizontal_flip", (), {}),
    ("vertical_flip", (), {}),
    *[("resize", (size,), {"interpolation": mode}) for size in ([10, 14], [50, 41], [12]) for mode in MODES],
    ("resize", ([10, 14],), {"interpolation": "lanczos"}),
    ("resize", ([12],), {"max_size": 15}),
    ("crop", (3, 5, 10, 12), {}),
    ("crop", (-3, -5, 20, 60), {}),
    ("center_crop", ([11, 16],), {}),
    ("center_crop", ([40, 45],), {}),
    ("resized_crop", (2, 3, 14, 17, [9, 8]), {}),
    ("pad", ([1, 2, 3, 4],), {}),
    ("pad", ([5, 4],), {"fill": 7}),
    *[("pad", ([5, 4],), {"padding_mode": mode}) for mode in ("edge", "reflect", "symmetric")],
    *[("affine", (20.0, [3, -2], 1.2, [5.0, -8.0]), {"interpolation": mode, "fill": 9}) for mode in MODES],
    ("affine", (0.0, [0, 0], 1.0, [12.0, 0.0]), {"center": [0, 0]}),
    *[("rotate", (angle,), {"interpolation": mode}) for angle in (25.0, -100.0) for mode in MODES],
    ("rotate", (30.0,), {"expand": True}),
    ("rotate", (30.0,), {"center": [4, 6], "fill": 50}),
    *[("perspective", (None, None), {"coefficients": COEFFICIENTS, "interpolation": mode}) for mode in MODES],
]
# with other borders torchvision moves neither boxes nor points
MOVING = [call for call in GEOMETRIC if call[2].get("padding_mode", "constant") == "constant"]
# its nearest pixels of Tensors are others, and it has no Lanczos for Tensors everywhere
MIXING = [
    call for call in GEOMETRIC if call[0] == "resize" and call[2].get("interpolation") not in ("nearest", "lanczos")
]
COLOURS = [
    *[
        (f"adjust_{name}", (factor,), {})
        for name in ("brightness", "contrast", "saturation")
        for factor in (0, 0.4, 1.7)
    ],
    *[("adjust_sharpness", (factor,), {}) for factor in (0, 0.5, 2.5)],
    *[("adjust_hue", (factor,), {}) for factor in (-0.5, -0.13, 0.21, 0.5)],
    ("adjust_gamma", (0.6,), {}),
    ("adjust_gamma", (2.2,), {"gain": 1.3}),
    ("invert", (), {}),
    *[("posterize", (bits,), {}) for bits in (1, 4, 8)],
    ("solarize", (90,), {}),
    ("autocontrast", (), {}),
    ("equalize", (), {}),
    ("rgb_to_grayscale", (), {}),
    ("rgb_to_grayscale", (3,), {}),
    ("permute_channels", ([2, 0, 1],), {}),
]


def label(call):
    return f"{call[0]}{call[1]}{call[2]}"


def image(size=(24, 32), channels=3):
    array = table.array_of(size, channels, np.uint8)
    return Image.fromarray(array if channels > 1 else array[:, :, 0])


@pytest.mark.parametrize("call", GEOMETRIC + COLOURS, ids=label)
@pytest.mark.parametrize("size", [(24, 32), (37, 21)])
def test_images_of_pillow(call, size):
    """The same pixels, to the bit."""
    name, arguments, options = call
    expected = getattr(theirs, name)(image(size), *arguments, **options)
    result = getattr(F, name)(image(size), *arguments, **options)
    np.testing.assert_array_equal(np.asarray(result), np.asarray(expected))


@pytest.mark.parametrize("start, end", [(CORNERS, MOVED), (MOVED, CORNERS)])
def test_perspective_of_points(start, end):
    """Four points go to four others; torchvision solves for the map in less precision."""
    expected = np.asarray(theirs.perspective(image(), start, end)).astype(int)
    result = np.asarray(F.perspective(image(), start, end)).astype(int)
    assert (abs(result - expected) <= 1).mean() > 0.999


@pytest.mark.parametrize("call", MIXING, ids=label)
def test_resized_tensors(call):
    """torchvision resizes Tensors by code of its own, whose weights are rounded more: a step or two apart."""
    name, arguments, options = call
    array = table.array_of((24, 32), 3, np.uint8).transpose(2, 0, 1).copy()
    expected = getattr(theirs, name)(torch.from_numpy(array), *arguments, **options).numpy()
    result = getattr(F, name)(ft.from_numpy(array), *arguments, **options).numpy()
    assert abs(result.astype(int) - expected).max() <= (2 if options.get("interpolation") == "bicubic" else 1)
    floats = array.astype(np.float32) / 255
    expected = getattr(theirs, name)(torch.from_numpy(floats), *arguments, **options).numpy()
    result = getattr(F, name)(ft.from_numpy(floats), *arguments, **options).numpy()
    np.testing.assert_allclose(result, expected, atol=2e-6)


@pytest.mark.parametrize("call", COLOURS, ids=label)
def test_colours_of_floats(call):
    """The formulas for floats are torchvision's."""
    name, arguments, options = call
    arguments = (0.35,) if name == "solarize" else arguments
    array = table.array_of((24, 32), 3, np.float32).transpose(2, 0, 1).copy()
    expected = getattr(theirs, name)(torch.from_numpy(array), *arguments, **options).numpy()
    result = getattr(F, name)(ft.from_numpy(array), *arguments, **options).numpy()
    # it rounds the weight of red to 0.2989
    grey = name in ("adjust_contrast", "adjust_saturation", "rgb_to_grayscale")
    tolerance = 1.01 / 255 if name == "equalize" else 2e-4 if grey else 2e-5
    np.testing.assert_allclose(result, expected, atol=tolerance)


@pytest.mark.parametrize("kernel, sigma", [([3, 3], None), ([5, 9], [0.7, 2.5]), ([7, 1], [1.0, 1.0])])
def test_blur(kernel, sigma):
    """The same blur; bytes at most a rounding apart, because torchvision sums in two dimensions at once."""
    expected = np.asarray(theirs.gaussian_blur(image(), kernel, sigma)).astype(int)
    result = np.asarray(F.gaussian_blur(image(), kernel, sigma)).astype(int)
    assert abs(result - expected).max() <= 1
    assert (result == expected).mean() > 0.999
    array = table.array_of((24, 32), 3, np.float32).transpose(2, 0, 1).copy()
    expected = theirs.gaussian_blur(torch.from_numpy(array), kernel, sigma).numpy()
    np.testing.assert_allclose(F.gaussian_blur(ft.from_numpy(array), kernel, sigma).numpy(), expected, atol=1e-6)


@pytest.mark.parametrize(("mode", "fill"), [("nearest", None), ("nearest", 0.5), ("bilinear", None)])
def test_elastic(mode, fill):
    """The same displacement of pixels and boxes; with a fill torchvision fades bilinear borders twice."""
    random = np.random.default_rng(0)
    displacement = (random.random((1, 24, 32, 2)) * 0.2 - 0.1).astype(np.float32)
    array = table.array_of((24, 32), 3, np.float32).transpose(2, 0, 1).copy()
    expected = theirs.elastic(torch.from_numpy(array), torch.from_numpy(displacement), mode, fill).numpy()
    result = F.elastic(ft.from_numpy(array), displacement, mode, fill).numpy()
    # a nearest pixel on the border between two may be either
    assert np.isclose(result, expected, atol=1e-4).mean() > (0.999 if mode == "bilinear" else 0.99)
    ours, others = boxes(), other_boxes()
    expected = theirs.elastic(others, torch.from_numpy(displacement))
    np.testing.assert_allclose(F.elastic(ours, displacement).numpy(), expected.numpy(), atol=1e-3)


def boxes(format="XYXY"):
    data = {
        "XYXY": [[1.0, 2.0, 9.5, 11.0], [10.0, 4.0, 30.0, 20.0]],
        "XYWH": [[1.0, 2.0, 8.5, 9.0], [10.0, 4.0, 20.0, 16.0]],
        "CXCYWH": [[8.0, 9.0, 8.5, 9.0], [15.0, 12.0, 20.0, 16.0]],
    }[format]
    return tv_tensors.BoundingBoxes(np.array(data, np.float32), format=format, canvas_size=(24, 32))


def other_boxes(format="XYXY"):
    data = torch.from_numpy(boxes(format).numpy().copy())
    return torchvision.tv_tensors.BoundingBoxes(data, format=format, canvas_size=(24, 32))


@pytest.mark.parametrize("call", MOVING, ids=label)
@pytest.mark.parametrize("format", ["XYXY", "XYWH", "CXCYWH"])
def test_boxes(call, format):
    """Boxes of every format move as torchvision's do, and know the size of the new image."""
    name, arguments, options = call
    expected = getattr(theirs, name)(other_boxes(format), *arguments, **options)
    result = getattr(F, name)(boxes(format), *arguments, **options)
    if options.get("expand"):  # its boxes know another size there than its images have
        assert result.canvas_size == np.asarray(getattr(theirs, name)(image(), *arguments, **options)).shape[:2]
    else:
        np.testing.assert_allclose(result.numpy(), expected.numpy(), atol=2e-3)
        assert result.canvas_size == tuple(expected.canvas_size)
    assert result.format.value == expected.format.value


# with expand=True torchvision moves points by parts of pixels, and images by whole ones
@pytest.mark.parametrize("call", [call for call in MOVING if not call[2].get("expand")], ids=label)
def test_points_and_masks(call):
    """So do key points, and masks, whose labels are never mixed."""
    name, arguments, options = call
    module = torchvision.tv_tensors
    points = np.array([[0, 0], [3, 7], [31, 23], [15.5, 11.25]], np.float32)
    expected = getattr(theirs, name)(module.KeyPoints(points, canvas_size=(24, 32)), *arguments, **options)
    result = getattr(F, name)(tv_tensors.KeyPoints(points, canvas_size=(24, 32)), *arguments, **options)
    np.testing.assert_allclose(result.numpy(), expected.numpy(), atol=2e-3)
    assert result.canvas_size == tuple(expected.canvas_size)
    labels = (table.array_of((24, 32), 1, np.uint8)[:, :, 0] // 64) * 50
    mask = getattr(F, name)(tv_tensors.Mask(labels), *arguments, **options)
    other = getattr(theirs, name)(module.Mask(torch.from_numpy(labels)), *arguments, **options).numpy()
    assert set(np.unique(mask.numpy())) <= {0, 50, 100, 150, options.get("fill", 0)}
    # pixels whose centre is on the border between two may be either
    assert mask.numpy().shape == other.shape
    assert (mask.numpy() == other).mean() > (0.5 if name in ("resize", "resized_crop") else 0.97)


@pytest.mark.parametrize("old", ["uint8", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("new", ["uint8", "int16", "int32", "float32", "float64"])
def test_dtypes(old, new):
    """Ranges are mapped as torchvision maps them."""
    if old == "float32" and new == "int32":
        with pytest.raises(ft.DTypeError):
            F.convert_image_dtype(ft.zeros(1, 1, 1), ft.int32)
        return
    kind = np.dtype(old).kind
    random = np.random.default_rng(1)
    if kind == "f":
        array = random.random((3, 8, 9)).astype(old)
        array.flat[:3] = [0, 1, 0.5]
    else:
        array = random.integers(0, np.iinfo(old).max, (3, 8, 9)).astype(old)
    expected = theirs.to_dtype(torch.from_numpy(array), getattr(torch, new), scale=True).numpy()
    result = F.to_dtype(ft.from_numpy(array), new, scale=True).numpy()
    assert result.dtype == np.dtype(new)
    np.testing.assert_allclose(result, expected, rtol=1e-6)


def test_floats_as_images():
    """Floats become bytes as torchvision makes them."""
    array = table.array_of((9, 8), 3, np.float32).transpose(2, 0, 1).copy()
    expected = np.asarray(theirs.to_pil_image(torch.from_numpy(array)))
    np.testing.assert_array_equal(np.asarray(F.to_pil_image(ft.from_numpy(array))), expected)
