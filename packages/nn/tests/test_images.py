"""Interpolation of other dtypes, derivatives, and messages of what changes images."""

import flambeau.nn.functional as F
import flambeau.tensor as ft
import pytest
from flambeau.autograd import Variable, gradcheck, gradgradcheck
from flambeau.tensor.testing import assert_close
from nn_helpers import message_of, random


def test_interpolate_other_dtypes():
    """Halves near float32; integers where elements are only copied."""
    x = ft.tensor(random(1, 2, 5, 6), dtype=ft.float32)
    for dtype in (ft.float16, ft.bfloat16):
        half = F.interpolate(x.to(dtype), (7, 4), mode="bilinear")
        assert half.dtype == dtype
        assert_close(half.float().numpy(), F.interpolate(x, (7, 4), mode="bilinear").numpy(), 0.05, 0.05)
    whole = ft.arange(4).reshape(1, 1, 2, 2)
    assert F.interpolate(whole, scale_factor=2)[0, 0].tolist() == [[0, 0, 1, 1]] * 2 + [[2, 2, 3, 3]] * 2
    with pytest.raises(ft.DTypeError, match="expected floats, or mode 'nearest' or 'nearest-exact', got int64"):
        F.interpolate(whole, 3, mode="bilinear")


@pytest.mark.parametrize(
    "call",
    [
        lambda x: F.pad(x, (1, 1, 2, 0), "reflect"),
        lambda x: F.unfold(x, 2, padding=1),
        lambda x: F.interpolate(x, (4, 2), mode="bicubic"),
        lambda x: F.interpolate(x, (2, 5), mode="bilinear", antialias=True),
        lambda x: F.grid_sample(x, ft.tensor(random(1, 2, 2, 2) / 2), "bicubic"),
        lambda x: F.grid_sample(ft.tensor(random(1, 1, 3, 3)), x[:, :, :2].permute(0, 2, 3, 1).tanh() * 0.5),
    ],
)
def test_derivatives(call):
    """First and second derivatives against finite differences."""
    x = Variable(ft.tensor(random(1, 2, 3, 3)), requires_grad=True)
    assert gradcheck(call, [x])
    assert gradgradcheck(call, [x])


def test_bad_calls_say_what_is_wrong():
    """Messages name the operation, the argument, what was expected and what came."""
    x = ft.ones(1, 2, 3, 4)
    expected = (
        "pad(): argument 'pad': expected at most 3 for dimension 3 in mode 'reflect', "
        "got shape (1, 2, 3, 4) padded by (4, 0)"
    )
    assert message_of(ft.ShapeError, lambda: F.pad(x, (4, 0), "reflect")) == expected
    expected = "pad(): argument 'pad': expected an even number of ints, got (1,)"
    assert message_of(TypeError, lambda: F.pad(x, (1,))) == expected
    expected = "pad(): argument 'mode': expected 'constant', 'reflect', 'replicate' or 'circular', got 'wrap'"
    assert message_of(ValueError, lambda: F.pad(x, (1, 1), "wrap")) == expected
    expected = "pixel_shuffle(): argument 'input': expected a multiple of 4 channels, got shape (1, 2, 3, 4)"
    assert message_of(ft.ShapeError, lambda: F.pixel_shuffle(x, 2)) == expected
    expected = "interpolate(): argument 'size': expected either size or scale_factor, got neither"
    assert message_of(ValueError, lambda: F.interpolate(x)) == expected
    expected = "interpolate(): argument 'input': expected 3 dimensions in mode 'linear', got shape (1, 2, 3, 4)"
    assert message_of(ft.ShapeError, lambda: F.interpolate(x, 3, mode="linear")) == expected
    expected = "interpolate(): argument 'align_corners': expected None in mode 'nearest', got True"
    assert message_of(ValueError, lambda: F.interpolate(x, 3, align_corners=True)) == expected
    expected = (
        "unfold(): argument 'input': expected at least the window's size 5, padding included, got size 3 with padding 0"
    )
    assert message_of(ft.ShapeError, lambda: F.unfold(x, 5)) == expected
    expected = "grid_sample(): argument 'grid': expected 4 dimensions (1, ..., 2), got shape (1, 2, 3)"
    assert message_of(ft.ShapeError, lambda: F.grid_sample(x, ft.ones(1, 2, 3))) == expected
