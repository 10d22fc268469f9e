"""Operators of detection against their definitions, written as loops over numbers."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, gradcheck, gradgradcheck
from flambeau.vision import ops

EMPTY = ft.zeros(0, 4)


def some_boxes(count, seed=0, size=20.0):
    generator = np.random.default_rng(seed)
    corner, extent = generator.uniform(0, size, (count, 2)), generator.uniform(0.5, size, (count, 2))
    return np.concatenate([corner, corner + extent], 1)


def area(box):
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


def iou(a, b):
    inside = area([max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])])
    return inside / (area(a) + area(b) - inside)


def around(a, b):
    return [min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])]


def giou(a, b):
    hull = area(around(a, b))
    inside = area([max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])])
    return iou(a, b) - (hull - (area(a) + area(b) - inside)) / hull


def diou(a, b):
    hull = around(a, b)
    distance = np.hypot((a[0] + a[2] - b[0] - b[2]) / 2, (a[1] + a[3] - b[1] - b[3]) / 2)
    return iou(a, b) - distance**2 / ((hull[2] - hull[0]) ** 2 + (hull[3] - hull[1]) ** 2)


def ciou(a, b):
    angles = [np.arctan((x[2] - x[0]) / (x[3] - x[1])) for x in (a, b)]
    v = 4 / np.pi**2 * (angles[0] - angles[1]) ** 2
    return diou(a, b) - v**2 / (1 - iou(a, b) + v) if v else diou(a, b)


OVERLAPS = {"box_iou": iou, "generalized_box_iou": giou, "distance_box_iou": diou, "complete_box_iou": ciou}


@pytest.mark.parametrize("name", OVERLAPS)
def test_overlaps_of_all_pairs(name):
    a, b = some_boxes(5), some_boxes(7, seed=1)
    expected = [[OVERLAPS[name](x, y) for y in b] for x in a]
    result = getattr(ops, name)(ft.tensor(a), ft.tensor(b))
    np.testing.assert_allclose(result.numpy(), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", OVERLAPS)
def test_overlaps_of_none(name):
    assert getattr(ops, name)(EMPTY, ft.zeros(3, 4)).shape == (0, 3)


def test_overlaps_of_integers_do_not_wrap():
    """An area of 300 x 300 has no room in int16."""
    boxes = ft.tensor([[0, 0, 300, 300]], dtype=ft.int16)
    assert ops.box_area(boxes).tolist() == [90000]
    assert ops.box_iou(boxes, boxes).tolist() == [[1.0]]


@pytest.mark.parametrize("name", OVERLAPS)
def test_losses_are_one_less_the_overlaps(name):
    a, b = some_boxes(5), some_boxes(5, seed=1)
    if name == "box_iou":
        return  # it has no loss of its own
    loss = getattr(ops, f"{name}_loss")
    expected = [1 - OVERLAPS[name](x, y) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(loss(ft.tensor(a), ft.tensor(b)).numpy(), expected, rtol=1e-6)
    np.testing.assert_allclose(loss(ft.tensor(a), ft.tensor(b), "sum").item(), sum(expected), rtol=1e-6)
    np.testing.assert_allclose(loss(ft.tensor(a), ft.tensor(b), "mean").item(), np.mean(expected), rtol=1e-6)
    assert loss(EMPTY, EMPTY, "mean").item() == 0
    x = Variable(ft.tensor(a), requires_grad=True)
    if name != "complete_box_iou":  # whose gradient leaves out that of a factor, by definition
        assert gradcheck(lambda x: loss(x, ft.tensor(b)), (x,))


@pytest.mark.parametrize("given", ["xyxy", "xywh", "cxcywh"])
@pytest.mark.parametrize("wanted", ["xyxy", "xywh", "cxcywh"])
def test_formats_there_and_back(given, wanted):
    boxes = ft.tensor(some_boxes(4))
    there = ops.box_convert(ops.box_convert(boxes, "xyxy", given), given, wanted)
    np.testing.assert_allclose(there.numpy(), ops.box_convert(boxes, "xyxy", wanted).numpy())
    np.testing.assert_allclose(ops.box_convert(there, wanted, "xyxy").numpy(), boxes.numpy())


def test_unknown_format():
    with pytest.raises(ValueError) as error:
        ops.box_convert(EMPTY, "xyxy", "yxyx")
    assert str(error.value) == (
        "box_convert(): argument 'out_fmt': expected one of 'xyxy', 'xywh', 'cxcywh', got 'yxyx'"
    )


def test_boxes_of_another_shape():
    with pytest.raises(ValueError) as error:
        ops.box_area(ft.zeros(4, 3))
    assert str(error.value) == (
        "box_area(): argument 'boxes': expected (..., 4), the last dimension being x1, y1, x2, y2, got (4, 3)"
    )


def kept_by_definition(boxes, scores, threshold):
    left = sorted(range(len(boxes)), key=lambda i: (-scores[i], i))
    kept = []
    while left:
        best, *rest = left
        kept.append(best)
        left = [i for i in rest if iou(boxes[best], boxes[i]) <= threshold]
    return kept


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("dtype", [ft.float32, ft.float64])
def test_suppression(threshold, dtype):
    boxes, scores = some_boxes(60), np.random.default_rng(1).uniform(0, 1, 60).round(1)  # with ties
    result = ops.nms(ft.tensor(boxes, dtype=dtype), ft.tensor(scores, dtype=dtype), threshold)
    assert result.tolist() == kept_by_definition(boxes, scores, threshold)
    assert result.dtype == ft.int64


def test_suppression_of_empty_boxes():
    """Boxes without area overlap nothing, and divide nothing by zero."""
    assert ops.nms(ft.zeros(3, 4), ft.tensor([1.0, 3.0, 2.0]), 0.5).tolist() == [1, 2, 0]
    assert ops.nms(EMPTY, ft.zeros(0), 0.5).tolist() == []


def test_suppression_within_classes():
    boxes, scores = some_boxes(60), np.random.default_rng(1).permutation(60) / 60
    classes = np.arange(60) % 3
    kept = [
        np.flatnonzero(classes == c)[i]
        for c in range(3)
        for i in kept_by_definition(boxes[classes == c], scores[classes == c], 0.3)
    ]
    kept = sorted(kept, key=lambda i: -scores[i])
    result = ops.batched_nms(ft.tensor(boxes), ft.tensor(scores), ft.tensor(classes), 0.3)
    assert result.tolist() == kept
    assert ops.batched_nms(EMPTY, ft.zeros(0), ft.zeros(0, dtype=ft.int64), 0.3).tolist() == []


def test_scores_of_another_shape():
    with pytest.raises(ValueError) as error:
        ops.nms(ft.zeros(3, 4), ft.zeros(2), 0.5)
    assert str(error.value) == "nms(): argument 'scores': expected (3,), one for each box, got (2,)"


def test_boxes_at_the_border():
    boxes = ft.tensor([[-5.0, -1.0, 3.0, 30.0], [4.0, 4.0, 40.0, 5.0]])
    assert ops.clip_boxes_to_image(boxes, (10, 20)).tolist() == [[0, 0, 3, 10], [4, 4, 20, 5]]
    assert ops.remove_small_boxes(boxes, 3).tolist() == [0]


def test_boxes_of_masks():
    masks = np.random.default_rng(0).random((5, 7, 9)) < 0.1
    masks[2] = False
    expected = np.zeros((5, 4))
    for i, mask in enumerate(masks):
        if mask.any():
            rows, columns = np.nonzero(mask)
            expected[i] = columns.min(), rows.min(), columns.max(), rows.max()
    assert ops.masks_to_boxes(ft.tensor(masks)).tolist() == expected.tolist()
    assert ops.masks_to_boxes(ft.zeros(2, 0, 3)).tolist() == [[0.0] * 4] * 2


def interpolated(plane, y, x):
    height, width = plane.shape
    if not (-1 <= y <= height and -1 <= x <= width):
        return 0.0
    y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
    up = plane[top, left] * (1 - (x - left)) + plane[top, right] * (x - left)
    down = plane[bottom, left] * (1 - (x - left)) + plane[bottom, right] * (x - left)
    return up * (1 - (y - top)) + down * (y - top)


def aligned_by_definition(maps, boxes, size, scale, ratio, aligned):
    result = np.zeros((len(boxes), maps.shape[1], *size))
    for k, (image, *box) in enumerate(boxes):
        x1, y1, x2, y2 = np.array(box) * scale - (0.5 if aligned else 0)
        width, height = x2 - x1, y2 - y1
        if not aligned:
            width, height = max(width, 1), max(height, 1)
        counts = [ratio if ratio > 0 else int(np.ceil(v / n)) for v, n in ((height, size[0]), (width, size[1]))]
        for c, i, j in np.ndindex(maps.shape[1], *size):
            samples = [
                interpolated(
                    maps[int(image), c],
                    y1 + (i + (a + 0.5) / counts[0]) * height / size[0],
                    x1 + (j + (b + 0.5) / counts[1]) * width / size[1],
                )
                for a, b in np.ndindex(*counts)
            ]
            result[k, c, i, j] = np.mean(samples) if samples else 0
    return result


MAPS = np.random.default_rng(0).standard_normal((2, 3, 9, 11))
REGIONS = np.array([[1, 0, 0, 10, 8], [0, -3, -2, 30, 5.5], [1, 4.2, 3.1, 5, 3.3], [0, 6, 6, 16, 17]])


@pytest.mark.parametrize("ratio", [-1, 1, 2])
@pytest.mark.parametrize("aligned", [False, True])
@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_aligned_regions(ratio, aligned, scale):
    expected = aligned_by_definition(MAPS, REGIONS, (2, 3), scale, ratio, aligned)
    result = ops.roi_align(ft.tensor(MAPS), ft.tensor(REGIONS), (2, 3), scale, ratio, aligned)
    np.testing.assert_allclose(result.numpy(), expected, rtol=1e-9, atol=1e-12)


def pooled_by_definition(maps, boxes, size, scale):
    result = np.zeros((len(boxes), maps.shape[1], *size))
    for k, (image, *box) in enumerate(boxes):
        x1, y1, x2, y2 = (int(np.trunc(v * scale + np.copysign(0.5, v))) for v in box)
        width, height = max(x2 - x1 + 1, 1), max(y2 - y1 + 1, 1)
        for i, j in np.ndindex(*size):
            rows = slice(*np.clip([y1 + i * height // size[0], y1 + -(-(i + 1) * height // size[0])], 0, maps.shape[2]))
            columns = slice(
                *np.clip([x1 + j * width // size[1], x1 + -(-(j + 1) * width // size[1])], 0, maps.shape[3])
            )
            part = maps[int(image), :, rows, columns]
            result[k, :, i, j] = part.max((1, 2)) if part.size else 0
    return result


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_pooled_regions(scale):
    result = ops.roi_pool(ft.tensor(MAPS), ft.tensor(REGIONS), (2, 3), scale)
    np.testing.assert_array_equal(result.numpy(), pooled_by_definition(MAPS, REGIONS, (2, 3), scale))


@pytest.mark.parametrize("function", [ops.roi_align, ops.roi_pool])
def test_regions_by_image(function):
    """A Tensor for each image says the same as the images' numbers; regions keep their order."""
    order = REGIONS[:, 0].argsort(kind="stable")
    lists = [ft.tensor(REGIONS[REGIONS[:, 0] == image, 1:]) for image in (0, 1)]
    expected = function(ft.tensor(MAPS), ft.tensor(REGIONS), 2)[ft.tensor(order)]
    assert ft.equal(function(ft.tensor(MAPS), lists, 2), expected)
    assert function(ft.tensor(MAPS), ft.zeros(0, 5), 2).shape == (0, 3, 2, 2)


@pytest.mark.parametrize("function", [ops.roi_align, ops.roi_pool])
def test_gradients_of_regions(function):
    x = Variable(ft.tensor(MAPS[:, :1, :5, :5].copy()), requires_grad=True)
    boxes = ft.tensor([[1.0, 0.2, 0.3, 4.0, 3.7], [0.0, 1.0, 1.0, 2.5, 4.0]], dtype=ft.float64)
    assert gradcheck(lambda x: function(x, boxes, 2), (x,))
    assert gradgradcheck(lambda x: function(x, boxes, 2).sin(), (x,))


@pytest.mark.parametrize("function", [ops.roi_align, ops.roi_pool])
def test_bad_regions(function):
    name = function.__name__
    with pytest.raises(ValueError) as error:
        function(ft.zeros(2, 3, 4, 4), ft.tensor([[2.0, 0.0, 0.0, 1.0, 1.0]]), 2)
    assert str(error.value) == f"{name}(): argument 'boxes': expected numbers of images below 2, got 2"
    with pytest.raises(ValueError) as error:
        function(ft.zeros(2, 3, 4, 4), ft.zeros(3, 4), 2)
    assert str(error.value) == (
        f"{name}(): argument 'boxes': expected (K, 5), a row being image, x1, y1, x2, y2, got (3, 4)"
    )


def test_focal_loss():
    generator = np.random.default_rng(0)
    logits, targets = generator.standard_normal((4, 5)), generator.integers(0, 2, (4, 5)).astype(float)
    p = 1 / (1 + np.exp(-logits))
    right = np.where(targets == 1, p, 1 - p)
    weight = np.where(targets == 1, 0.3, 0.7)
    expected = -weight * (1 - right) ** 1.5 * np.log(right)
    result = ops.sigmoid_focal_loss(ft.tensor(logits), ft.tensor(targets), 0.3, 1.5)
    np.testing.assert_allclose(result.numpy(), expected, rtol=1e-9)
    x = Variable(ft.tensor(logits), requires_grad=True)
    assert gradcheck(lambda x: ops.sigmoid_focal_loss(x, ft.tensor(targets)), (x,))
    assert gradgradcheck(lambda x: ops.sigmoid_focal_loss(x, ft.tensor(targets)), (x,))


def test_stochastic_depth_leaves_out_rows():
    """Each sample is left out or divided by what is kept, so that the mean stays."""
    ft.manual_seed(0)
    result = ops.stochastic_depth(ft.ones(10000, 2), 0.25, "row")
    assert set(result.unique().tolist()) == {0.0, ft.tensor(4 / 3).item()}
    assert (result[:, 0] == result[:, 1]).all()
    assert abs(result.mean().item() - 1) < 0.02
    assert ops.stochastic_depth(ft.ones(5, 2), 0.5, "batch").unique().numel() == 1
    assert ops.stochastic_depth(ft.ones(5), 1.0, "row").sum().item() == 0


def test_stochastic_depth_of_an_unknown_mode():
    with pytest.raises(ValueError) as error:
        ops.stochastic_depth(ft.ones(5), 0.5, "column")
    assert str(error.value) == "stochastic_depth(): argument 'mode': expected 'batch' or 'row', got 'column'"


def test_frozen_batch_norm_is_batch_norm_in_evaluation():
    import flambeau.nn as nn

    norm, frozen = nn.BatchNorm2d(3).eval(), ops.FrozenBatchNorm2d(3)
    for buffer in (norm.running_mean, norm.running_var, norm.weight.data, norm.bias.data):
        buffer.uniform_(0.5, 2)
    state = {key: value for key, value in norm.state_dict().items() if key != "num_batches_tracked"}
    frozen.load_state_dict(state)
    x = ft.randn(2, 3, 4, 4)
    np.testing.assert_allclose(frozen(x).numpy(), norm(x).detach().numpy(), rtol=1e-5, atol=1e-6)


def test_padding_that_keeps_the_size():
    """Of even and of dilated convolutions too, as far as one number on both sides can."""
    x = ft.zeros(1, 2, 9, 9)
    assert ops.Conv2dNormActivation(2, 4, (3, 5), dilation=2)(x).shape == (1, 4, 9, 9)
    assert ops.Conv2dNormActivation(2, 4, 5, bias=True)[0].bias is not None
    assert ops.Conv2dNormActivation(2, 4)[0].bias is None
