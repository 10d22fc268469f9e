"""What the database of vision's operators does not say of them: several calls together, chance, and one gradient."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable, grad
from flambeau.vision import ops
from ops_database.overlaps import ciou, diou
from ops_database.suppression import kept

EMPTY = ft.zeros(0, 4)


def some_boxes(count, seed=0, size=20.0):
    generator = np.random.default_rng(seed)
    corner, extent = generator.uniform(0, size, (count, 2)), generator.uniform(0.5, size, (count, 2))
    return np.concatenate([corner, corner + extent], 1)


def test_overlaps_of_integers_do_not_wrap():
    """An area of 300 x 300 has no room in int16."""
    boxes = ft.tensor([[0, 0, 300, 300]], dtype=ft.int16)
    assert ops.box_area(boxes).tolist() == [90000]
    assert ops.box_iou(boxes, boxes).tolist() == [[1.0]]


def test_no_gradient_flows_through_the_weight_of_shapes():
    """That of CIoU is the numeric one of the distance less the penalty with its weight as it is."""
    a, b = some_boxes(1)[0], some_boxes(1, seed=1)[0]
    penalty = diou(a, b) - ciou(a, b)

    def shape_penalty(box):
        angles = [np.arctan((x[2] - x[0]) / (x[3] - x[1])) for x in (box, b)]
        return 4 / np.pi**2 * (angles[0] - angles[1]) ** 2

    weight = penalty / shape_penalty(a)
    steps = np.eye(4) * 1e-6
    ends = [[diou(box, b) - weight * shape_penalty(box) for box in (a + step, a - step)] for step in steps]
    expected = [(up - down) / 2e-6 for up, down in ends]
    x = Variable(ft.tensor(a[None]), requires_grad=True)
    (found,) = grad([ops.complete_box_iou(x, ft.tensor(b[None]))], [x])
    np.testing.assert_allclose(found.numpy()[0], expected, rtol=1e-5, atol=1e-8)
    (found,) = grad([ops.complete_box_iou_loss(x, ft.tensor(b[None]), "sum")], [x])
    np.testing.assert_allclose(found.numpy()[0], np.negative(expected), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("given", ["xyxy", "xywh", "cxcywh"])
@pytest.mark.parametrize("wanted", ["xyxy", "xywh", "cxcywh"])
def test_formats_there_and_back(given, wanted):
    boxes = ft.tensor(some_boxes(4))
    there = ops.box_convert(ops.box_convert(boxes, "xyxy", given), given, wanted)
    np.testing.assert_allclose(there.numpy(), ops.box_convert(boxes, "xyxy", wanted).numpy())
    np.testing.assert_allclose(ops.box_convert(there, wanted, "xyxy").numpy(), boxes.numpy())


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("dtype", [ft.float32, ft.float64])
def test_suppression(threshold, dtype):
    boxes, scores = some_boxes(60), np.random.default_rng(1).uniform(0, 1, 60).round(1)  # with ties
    result = ops.nms(ft.tensor(boxes, dtype=dtype), ft.tensor(scores, dtype=dtype), threshold)
    assert result.tolist() == kept(boxes, scores, threshold).tolist()
    assert result.dtype == ft.int64


def test_suppression_of_empty_boxes():
    """Boxes without area overlap nothing, and divide nothing by zero."""
    assert ops.nms(ft.zeros(3, 4), ft.tensor([1.0, 3.0, 2.0]), 0.5).tolist() == [1, 2, 0]
    assert ops.nms(EMPTY, ft.zeros(0), 0.5).tolist() == []


def test_stochastic_depth_leaves_out_rows():
    """Each sample is left out or divided by what is kept, so that the mean stays."""
    ft.manual_seed(0)
    result = ops.stochastic_depth(ft.ones(10000, 2), 0.25, "row")
    assert set(result.unique().tolist()) == {0.0, ft.tensor(4 / 3).item()}
    assert (result[:, 0] == result[:, 1]).all()
    assert abs(result.mean().item() - 1) < 0.02
    assert ops.stochastic_depth(ft.ones(5, 2), 0.5, "batch").unique().numel() == 1
    assert ops.stochastic_depth(ft.ones(5), 1.0, "row").sum().item() == 0


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
