"""cuDNN plans what the backend asks it for, on each generation of GPUs: without one (`nox -s soak`).

Run alone: libraries that do nothing take the place of the driver in this process. See ``cudnn_stub.py``.
"""

import itertools

import cudnn_stub
import pytest
from flambeau.tensor._cuda import _cudnn
from flambeau.tensor._cuda.convolution import _described
from flambeau.tensor._reference._windows import output_sizes

pytestmark = pytest.mark.skipif(cudnn_stub.missing() is not None, reason=str(cudnn_stub.missing()))

DTYPES = ("float16", "bfloat16", "float32", "float64")
# images, filters, stride, padding, dilation
SHAPES = [
    ((16, 64, 56, 56), (128, 64, 3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1)),
    ((16, 3, 224, 224), (64, 3, 7, 7), (2, 2), ((3, 3), (3, 3)), (1, 1)),
    ((64, 1, 28, 28), (6, 1, 5, 5), (1, 1), ((0, 0), (0, 0)), (1, 1)),
    ((8, 256, 14, 14), (512, 256, 1, 1), (2, 2), ((0, 0), (0, 0)), (1, 1)),
    ((4, 30, 20, 20), (45, 10, 3, 3), (1, 1), ((2, 2), (2, 2)), (2, 2)),
    ((4, 8, 17, 19), (8, 8, 2, 2), (1, 1), ((0, 1), (0, 1)), (1, 1)),
    ((8, 32, 100), (64, 32, 3), (1,), ((1, 1),), (1,)),
    ((2, 4, 8, 16, 16), (8, 4, 3, 3, 3), (1, 1, 1), ((1, 1),) * 3, (1, 1, 1)),
]
DEPTHWISE = ((8, 32, 28, 28), (32, 1, 3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1))


def asked(kind, dtype, images, filters, stride, padding, dilation, channels_last, **switches):
    """What the backend asks for."""
    result = (images[0], filters[0], *output_sizes(images[2:], filters[2:], stride, padding, dilation))
    x, y = _described(images, channels_last), _described(result, channels_last)
    w = _described(filters, channels_last and kind == "weight")
    operands = {"forward": (x, w, y), "input": (y, w, x), "weight": (x, y, w)}
    before, after = zip(*padding, strict=True)
    if len(stride) == 1:
        stride, before, after, dilation = (1, *stride), (0, *before), (0, *after), (1, *dilation)
    switches = {"allow_tf32": False, "deterministic": False} | switches
    return _cudnn.Convolution(kind, dtype, *operands[kind], before, after, stride, dilation, **switches)


@pytest.mark.parametrize("architecture", cudnn_stub.GPUS)
@pytest.mark.parametrize("kind", ["forward", "input", "weight"])
def test_every_convolution_has_a_plan(kind, architecture):
    device = cudnn_stub.device(architecture)
    for dtype, shapes, last in itertools.product(DTYPES, SHAPES, (False, True)):
        graph = _cudnn.built(cudnn_stub.frontend(), asked(kind, dtype, *shapes, last), device_property=device)
        assert graph.get_workspace_size() < 1 << 30


@pytest.mark.parametrize("architecture", [80, 90, 120])
@pytest.mark.parametrize("kind", ["forward", "input", "weight"])
def test_switches_leave_a_plan(kind, architecture):
    device = cudnn_stub.device(architecture)
    for dtype, tf32, deterministic in itertools.product(("bfloat16", "float32"), (False, True), (False, True)):
        what = asked(kind, dtype, *SHAPES[0], True, allow_tf32=tf32, deterministic=deterministic)
        _cudnn.built(cudnn_stub.frontend(), what, device_property=device)


@pytest.mark.parametrize("kind", ["forward", "input", "weight"])
def test_one_filter_for_each_channel_has_a_plan(kind):
    device = cudnn_stub.device(90)
    for dtype in DTYPES:
        _cudnn.built(cudnn_stub.frontend(), asked(kind, dtype, *DEPTHWISE, True), device_property=device)


@pytest.mark.parametrize("kind", ["forward", "input", "weight"])
def test_images_with_channels_last_are_not_copied(kind):
    """What half types need beside their operands is small: cuDNN turns filters round, and no images."""
    for dtype in ("float16", "bfloat16"):
        graph = _cudnn.built(
            cudnn_stub.frontend(), asked(kind, dtype, *SHAPES[0], True), device_property=cudnn_stub.device(90)
        )
        assert graph.get_workspace_size() < 1 << 20


HEADS_INSIDE = ((2, 12, 512, 64), (512 * 12 * 64, 64, 12 * 64, 1))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("architecture", [80, 90, 120])
@pytest.mark.parametrize("backward", [False, True])
def test_attention_has_a_plan(backward, architecture, dtype):
    """With heads of rows and rows of heads, causal and masked, of any length, and deterministic."""
    rows = (2, 12, 300, 80), _cudnn.dense((2, 12, 300, 80))
    mask = (1, 1, 512, 512), _cudnn.dense((1, 1, 512, 512))
    for layout, added, is_causal, deterministic in (
        (HEADS_INSIDE, None, True, False), (HEADS_INSIDE, mask, False, False), (rows, None, False, True),
    ):  # fmt: skip
        grad = layout if backward else None
        what = _cudnn.Attention(
            backward, dtype, layout, layout, layout, added, layout, grad, is_causal, 0.125, deterministic
        )
        device = cudnn_stub.device(architecture)
        _cudnn.built(cudnn_stub.frontend(), what, device_property=device, sm_version=architecture)
