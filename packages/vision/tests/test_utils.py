"""Grids and drawings: sizes, places, colours; beside torchvision where there is one."""

import flambeau.tensor as ft
import numpy as np
import pytest
import transform_table as table
from flambeau.vision import tv_tensors, utils
from PIL import Image
from torchvision_oracle import torchvision


def image(channels=3, size=(24, 32), dtype=np.uint8):
    return ft.from_numpy(table.array_of(size, channels, dtype).transpose(2, 0, 1).copy())


@pytest.mark.parametrize("count", [1, 2, 7])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"nrow": 3, "padding": 0},
        {"nrow": 2, "pad_value": 0.5},
        {"normalize": True},
        {"normalize": True, "scale_each": True},
        {"normalize": True, "value_range": (0.2, 0.7)},
    ],
)
def test_grids(count, channels, options):
    """The same pixels as torchvision's."""
    torch = pytest.importorskip("torch", reason="torch is not installed")

    array = np.random.default_rng(0).random((count, channels, 5, 6), dtype=np.float32)
    expected = torchvision().utils.make_grid(torch.from_numpy(array.copy()), **options).numpy()
    result = utils.make_grid(ft.from_numpy(array), **options)
    np.testing.assert_allclose(result.numpy(), expected, atol=1e-6)
    images = [ft.from_numpy(one) for one in array]
    np.testing.assert_array_equal(utils.make_grid(images, **options).numpy(), result.numpy())


def test_grids_have_places():
    """Image n stands in its row and column, with borders around."""
    grid = utils.make_grid(ft.arange(1.0, 6).reshape(5, 1, 1, 1).expand(5, 3, 2, 2), nrow=2, padding=1, pad_value=9.0)
    assert grid.shape == (3, 10, 7)
    assert grid[0, 1].tolist() == [9, 1, 1, 9, 2, 2, 9]
    assert grid[0, 7].tolist() == [9, 5, 5, 9, 9, 9, 9]


def test_saved_images(tmp_path):
    """Floats are rounded to bytes; what is written can be read again."""
    utils.save_image(ft.full((2, 3, 4, 4), 0.5), tmp_path / "grid.png", nrow=2)
    found = np.asarray(Image.open(tmp_path / "grid.png"))
    assert found.shape == (8, 14, 3) and found[3, 3].tolist() == [128] * 3 and found[0, 0].tolist() == [0] * 3
    utils.save_image(image(), tmp_path / "bytes.png")
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "bytes.png")), image().permute(1, 2, 0).numpy())


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("fill", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
def test_boxes(dtype, fill, channels):
    """The same pixels as torchvision's, on bytes and floats, grey and RGB."""
    torch = pytest.importorskip("torch", reason="torch is not installed")

    boxes = [[2, 3, 15, 20], [10, 1, 30, 12]]
    options = {"colors": ["red", (0, 200, 50)], "width": 2, "fill": fill, "labels": ["cat", "dog"]}
    array = image(channels, dtype=dtype).numpy()
    expected = torchvision().utils.draw_bounding_boxes(torch.from_numpy(array.copy()), torch.tensor(boxes), **options)
    result = utils.draw_bounding_boxes(ft.from_numpy(array), ft.tensor(boxes), **options)
    assert result.dtype == dtype
    np.testing.assert_allclose(result.numpy(), expected.numpy(), atol=1e-6)


def test_boxes_of_any_format():
    """Marked boxes are converted; unmarked ones that cannot be corners are refused."""
    boxes = tv_tensors.BoundingBoxes([[5, 6, 10, 4]], format="XYWH", canvas_size=(24, 32))
    expected = utils.draw_bounding_boxes(image(), ft.tensor([[5, 6, 15, 10]]))
    assert utils.draw_bounding_boxes(image(), boxes).tolist() == expected.tolist()
    with pytest.raises(ValueError) as error:
        utils.draw_bounding_boxes(image(), ft.tensor([[5, 6, 4, 10]]))
    assert str(error.value) == (
        "draw_bounding_boxes(): argument 'boxes': expected x1 <= x2 and y1 <= y2, got others; "
        "mark them as BoundingBoxes of their format"
    )
    assert utils.draw_bounding_boxes(image(), ft.zeros(0, 4)).tolist() == image().tolist()


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_masks(dtype):
    """The same pixels as torchvision's."""
    torch = pytest.importorskip("torch", reason="torch is not installed")

    random = np.random.default_rng(0)
    masks, array = random.random((3, 24, 32)) < 0.4, image(dtype=dtype).numpy()
    colors = ["blue", (250, 200, 0), "#00ff80"]
    expected = torchvision().utils.draw_segmentation_masks(
        torch.from_numpy(array.copy()), torch.from_numpy(masks), 0.6, colors
    )
    result = utils.draw_segmentation_masks(ft.from_numpy(array), ft.from_numpy(masks), 0.6, colors)
    np.testing.assert_allclose(result.numpy(), expected.numpy(), atol=1 if dtype == np.uint8 else 1e-6)
    single = utils.draw_segmentation_masks(ft.from_numpy(array), tv_tensors.Mask(masks[0]), colors="blue")
    assert single.shape == array.shape


def test_points():
    """Points and lines between the visible ones."""
    points = ft.tensor([[[4, 4], [20, 4], [20, 18]]])
    drawn = utils.draw_keypoints(ft.zeros(3, 24, 32), points, [(0, 1), (1, 2)], "red", 1, 1)
    assert drawn[0, 4, 12].item() == 1 and drawn[0, 10, 20].item() == 1 and drawn[1].sum().item() == 0
    seen = ft.tensor([[True, True, False]])
    drawn = utils.draw_keypoints(ft.zeros(3, 24, 32), points, [(0, 1), (1, 2)], "red", 1, 1, seen)
    assert drawn[0, 4, 12].item() == 1 and drawn[0, 10:].sum().item() == 0


@pytest.mark.parametrize("shape", [(2, 24, 32), (3, 2, 8, 9)])
def test_flows(shape):
    """Colours as torchvision's, a rounding apart."""
    torch = pytest.importorskip("torch", reason="torch is not installed")

    flow = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    expected = torchvision().utils.flow_to_image(torch.from_numpy(flow)).numpy().astype(int)
    result = utils.flow_to_image(ft.from_numpy(flow)).numpy()
    assert abs(result - expected).max() <= 1


def test_colours_differ():
    """Without colours given, each object gets its own."""
    boxes = ft.tensor([[2 * k, 0, 2 * k, 0] for k in range(12)])
    drawn = utils.draw_bounding_boxes(ft.zeros(3, 4, 24, dtype=ft.uint8), boxes)
    assert len({tuple(drawn[:, 0, 2 * k].tolist()) for k in range(12)}) == 12


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: utils.make_grid([]), "make_grid(): argument 'tensor': expected at least one image, got none"),
        (
            lambda: utils.make_grid("x"),
            "make_grid(): argument 'tensor': expected Tensor, or a list of Tensors, got str",
        ),
        (lambda: utils.make_grid(ft.zeros(2, 3, 4, 4), nrow=0), "'nrow': expected a positive int, got 0"),
        (lambda: utils.draw_bounding_boxes(image(), ft.zeros(1, 5)), "'boxes': expected a Tensor of shape (N, 4)"),
        (lambda: utils.draw_bounding_boxes(image(), ft.zeros(2, 4), labels=["a"]), "'labels': expected 2 texts, got 1"),
        (
            lambda: utils.draw_bounding_boxes(image(), ft.zeros(2, 4), colors=["red"]),
            "expected one colour, or 2 of them",
        ),
        (
            lambda: utils.draw_segmentation_masks(image(), ft.zeros(24, 32)),
            "expected a Tensor of bools, got float32; compare: labels == number",
        ),
        (lambda: utils.draw_segmentation_masks(image(1), ft.zeros(24, 32) > 0), "(C, H, W) with 3 channels"),
        (lambda: utils.draw_keypoints(image(), ft.zeros(3, 2)), "'keypoints': expected a Tensor of shape (N, K, 2)"),
        (
            lambda: utils.flow_to_image(ft.zeros(3, 4, 4)),
            "expected shape (2, H, W) or (N, 2, H, W), got shape (3, 4, 4)",
        ),
    ],
)
def test_errors(call, text):
    """Wrong arguments are named."""
    with pytest.raises((TypeError, ValueError)) as error:
        call()
    assert text in str(error.value)
