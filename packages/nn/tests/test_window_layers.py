"""Convolution and pooling layers: what they refuse, how they are shown, and whom their errors name."""

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: nn.Conv1d(1, 1, (3, 3)),
            TypeError,
            "Conv1d(): argument 'kernel_size': expected an int, got (3, 3)",
        ),
        (
            lambda: nn.Conv3d(1, 1, 3, padding="same", stride=2),
            ValueError,
            "Conv3d(): argument 'padding': expected ints or 'valid' with a stride other than 1, got 'same'",
        ),
        (
            lambda: nn.Conv2d(1, 1, 3, padding_mode="mirror"),
            ValueError,
            "Conv2d(): argument 'padding_mode': expected 'zeros', 'reflect', 'replicate' or 'circular', got 'mirror'",
        ),
        (
            lambda: nn.ConvTranspose2d(1, 1, 3, padding="same"),
            TypeError,
            "ConvTranspose2d(): argument 'padding': expected an int or two ints, got 'same'",
        ),
        (
            lambda: nn.ConvTranspose1d(1, 1, 3, padding_mode="reflect"),
            ValueError,
            "ConvTranspose1d(): argument 'padding_mode': expected 'zeros', got 'reflect'",
        ),
        (
            lambda: nn.ConvTranspose1d(1, 1, 3, stride=2)(ft.ones(1, 1, 4), output_size=[12]),
            ValueError,
            "ConvTranspose1d(): argument 'output_size': expected sizes from (9,) to (10,), got (12,)",
        ),
        (
            lambda: nn.Conv1d(1, 1, 3, padding=4, padding_mode="reflect")(ft.ones(1, 1, 4)),
            ft.ShapeError,
            "Conv1d(): argument 'input': expected at least 5 elements for a padding of 4 by 'reflect', got 4",
        ),
        (
            lambda: nn.AvgPool3d(2, padding=2),
            ValueError,
            "AvgPool3d(): argument 'padding': expected at most half the window's size (2, 2, 2), got 2",
        ),
        (
            lambda: nn.LPPool1d(0, 2),
            ValueError,
            "LPPool1d(): argument 'norm_type': expected a number greater than 0, got 0",
        ),
        (
            lambda: nn.AdaptiveAvgPool2d((1, 2, 3)),
            TypeError,
            "AdaptiveAvgPool2d(): argument 'output_size': expected an int or two ints, got (1, 2, 3)",
        ),
        (
            lambda: nn.FractionalMaxPool2d(2),
            ValueError,
            "FractionalMaxPool2d(): argument 'output_size': expected one of output_size and output_ratio, got neither",
        ),
        (
            lambda: nn.MaxUnpool2d(2)(ft.ones(1, 1, 2, 2), ft.zeros(1, 1, 2, 2, dtype=ft.int64), (9, 9)),
            ValueError,
            "max_unpool2d(): argument 'output_size': expected sizes within a stride of (4, 4), got (9, 9)",
        ),
    ],
)
def test_bad_arguments(make, error, message):
    with pytest.raises(error) as raised:
        make()
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (nn.Conv1d(1, 2, 3, padding="same"), "Conv1d(1, 2, kernel_size=(3,), stride=(1,), padding='same')"),
        (
            nn.Conv3d(1, 2, 3, padding=1, padding_mode="circular"),
            "Conv3d(1, 2, kernel_size=(3, 3, 3), stride=(1, 1, 1), padding=(1, 1, 1), padding_mode='circular')",
        ),
        (
            nn.ConvTranspose2d(2, 1, 3, 2, 1, 1),
            "ConvTranspose2d(2, 1, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), output_padding=(1, 1))",
        ),
        (
            nn.MaxPool1d(2, ceil_mode=True),
            "MaxPool1d(kernel_size=(2,), stride=(2,), padding=(0,), dilation=(1,), ceil_mode=True)",
        ),
        (
            nn.AvgPool2d(2, divisor_override=3),
            "AvgPool2d(kernel_size=(2, 2), stride=(2, 2), padding=(0, 0), divisor_override=3)",
        ),
        (nn.LPPool2d(2, 3), "LPPool2d(norm_type=2, kernel_size=(3, 3), stride=(3, 3))"),
        (nn.AdaptiveMaxPool3d((None, 2, 1)), "AdaptiveMaxPool3d(output_size=(None, 2, 1))"),
        (nn.FractionalMaxPool2d(2, output_ratio=0.5), "FractionalMaxPool2d(kernel_size=(2, 2), output_ratio=0.5)"),
        (nn.MaxUnpool1d(2), "MaxUnpool1d(kernel_size=(2,), stride=(2,), padding=(0,))"),
    ],
)
def test_representations(layer, text):
    assert repr(layer) == text


@pytest.mark.parametrize(
    ("layer", "shape", "text"),
    [
        (nn.Conv1d(3, 2, 5), (2, 3, 4), "Conv1d '0' expects (N, 3, L >= 5), got (2, 3, 4)"),
        (nn.Conv3d(3, 2, 1), (2, 3, 4), "Conv3d '0' expects (N, 3, D, H, W), got (2, 3, 4)"),
        (nn.ConvTranspose2d(3, 2, 1), (2, 4, 4, 4), "ConvTranspose2d '0' expects (N, 3, H, W), got (2, 4, 4, 4)"),
        (nn.AvgPool1d(3), (2, 4, 2), "AvgPool1d '0' expects (N, C, L >= 3), got (2, 4, 2)"),
        (nn.AdaptiveAvgPool2d(3), (2, 4), "AdaptiveAvgPool2d '0' expects (N, C, H, W), got (2, 4)"),
    ],
)
def test_errors_name_the_layer(layer, shape, text):
    with pytest.raises(ft.ShapeError) as error:
        nn.Sequential(layer)(ft.ones(*shape))
    assert text in str(error.value)
