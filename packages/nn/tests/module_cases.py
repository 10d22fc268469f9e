"""Every module of ``flambeau.nn``, its options, and what to call it with: for comparisons with torch.

An entry gives for each argument of the constructor the values to try, the first of which is the usual one, and says
which arrays go in, which may depend on the options.
"""

import itertools
import random as choices
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from nn_helpers import random

MOST = 20  # combinations of a module's options: all of them, or each option by itself and as many at random


@dataclass(frozen=True)
class Case:
    """A module's options and inputs; ``evaluated``: compared in evaluation, since it draws numbers in training."""

    options: dict[str, list[Any]]
    inputs: Callable[[dict[str, Any]], list[np.ndarray]]
    valid: Callable[[dict[str, Any]], bool] = lambda o: True
    evaluated: bool = False
    rtol: float = 1e-10
    left_out: tuple[str, ...] = ()  # arguments that are not tried: what they mean is another test's matter

    def combinations(self) -> list[dict[str, Any]]:
        """Options to compare under."""
        names = list(self.options)
        every = [dict(zip(names, values, strict=True)) for values in itertools.product(*self.options.values())]
        if len(every) > MOST:
            usual = {name: values[0] for name, values in self.options.items()}
            single = [usual | {name: value} for name in names for value in self.options[name]]
            every = single + choices.Random(0).sample(every, MOST - len(single))
        unique = {repr(options): options for options in every if self.valid(options)}
        return list(unique.values())


def of(*shapes: tuple[int, ...], scale: float = 1.0) -> Callable[[dict[str, Any]], list[np.ndarray]]:
    """Inputs that do not depend on the options."""
    return lambda o: [random(*shape, seed=i) * scale for i, shape in enumerate(shapes)]


FLAGS = [False, True]
SIZES = {1: (9,), 2: (7, 6), 3: (5, 5, 6)}
CASES: dict[str, Case] = {}


def activation(name: str, **options: list[Any]) -> None:
    CASES[name] = Case(options, of((4, 5, 6), scale=4.0), evaluated=name == "RReLU")


for name in ("ReLU", "ReLU6", "SiLU", "Mish", "SELU", "Hardswish"):
    activation(name, inplace=FLAGS)
for name in ("Sigmoid", "Tanh", "Tanhshrink", "Softsign", "LogSigmoid", "Identity"):
    activation(name)
activation("LeakyReLU", negative_slope=[0.01, 0.3], inplace=FLAGS)
activation("RReLU", lower=[1 / 8, 0.2], upper=[1 / 3, 0.7], inplace=FLAGS)
activation("ELU", alpha=[1.0, 0.4], inplace=FLAGS)
activation("GELU", approximate=["none", "tanh"])
activation("Softplus", beta=[1, 2.0], threshold=[20, 3.0])
activation("Hardshrink", lambd=[0.5, 1.5])
activation("Softshrink", lambd=[0.5, 1.5])
activation("Threshold", threshold=[0.1, 1.0], value=[20.0, -1.0], inplace=FLAGS)
activation("Softmin", dim=[1, -1])
activation("Softmax", dim=[1, -1])
activation("LogSoftmax", dim=[1, -1])
activation("GLU", dim=[-1])
activation("PReLU", num_parameters=[1, 5], init=[0.25, 0.1])
# torch multiplies gradients by a float32: of 1 / alpha, of 1/6
CASES["CELU"] = Case({"alpha": [1.0, 0.4], "inplace": FLAGS}, of((4, 5), scale=4.0), rtol=1e-6)
CASES["Hardsigmoid"] = Case({"inplace": FLAGS}, of((4, 5), scale=4.0), rtol=1e-7)
CASES["Hardtanh"] = Case(
    {"min_val": [-1.0, -2.0], "max_val": [1.0, 0.5], "inplace": FLAGS},
    of((4, 5), scale=4.0),
    left_out=("min_value", "max_value"),  # old names
)
CASES["Softmax2d"] = Case({}, of((2, 3, 4, 5)))

# Dense layers and shapes
CASES["Linear"] = Case({"in_features": [5], "out_features": [4], "bias": [True, False]}, of((2, 3, 5)))
CASES["LazyLinear"] = Case({"out_features": [4], "bias": [True, False]}, of((2, 3, 5)))
CASES["Bilinear"] = Case(
    {"in1_features": [5], "in2_features": [3], "out_features": [4], "bias": [True, False]}, of((2, 6, 5), (2, 6, 3))
)
CASES["Flatten"] = Case({"start_dim": [1, 0, 2], "end_dim": [-1, 2]}, of((2, 3, 4, 5)))
CASES["Unflatten"] = Case({"dim": [1, -2], "unflattened_size": [(2, 3), (-1, 2), (3, 1, 2)]}, of((2, 6, 4)))
CASES["CosineSimilarity"] = Case({"dim": [1, 0, -1], "eps": [1e-8, 1e-3]}, of((3, 4, 5), (3, 4, 5)))
CASES["PairwiseDistance"] = Case({"p": [2.0, 1.0, 3.0], "eps": [1e-6, 1e-2], "keepdim": FLAGS}, of((3, 4), (3, 4)))


def fits(o: dict[str, Any]) -> bool:
    return o["padding"] != "same" or o["stride"] == 1


def roomy(o: dict[str, Any]) -> bool:
    return o["output_padding"] == 0 or o["stride"] == 2


# Convolutions, by dimensions
for d in (1, 2, 3):
    small = {1: (1,), 2: (1, 2), 3: (1, 2, 1)}[d]
    windows = {1: [3, (2,)], 2: [3, (2, 3)], 3: [2, (2, 3, 2)]}[d]
    common = {
        "stride": [1, tuple(2 for _ in small)],
        "padding": [0, small, "same", "valid"],
        "dilation": [1, small[::-1]],
        "groups": [1, 2],
        "bias": [True, False],
        "padding_mode": ["zeros", "reflect", "replicate", "circular"] if d < 3 else ["zeros", "replicate", "circular"],
    }
    out = {"out_channels": [6], "kernel_size": windows}
    CASES[f"Conv{d}d"] = Case({"in_channels": [4], **out, **common}, of((2, 4, *SIZES[d])), fits)
    CASES[f"LazyConv{d}d"] = Case({**out, **common}, of((2, 4, *SIZES[d])), fits)
    transposed = {
        "stride": [2, small[::-1]],
        "padding": [0, small],
        "output_padding": [0, 1],
        "groups": [1, 2],
        "bias": [True, False],
        "dilation": [1, 2],
        "padding_mode": ["zeros"],
    }
    CASES[f"ConvTranspose{d}d"] = Case({"in_channels": [4], **out, **transposed}, of((2, 4, *SIZES[d])), roomy)
    CASES[f"LazyConvTranspose{d}d"] = Case({**out, **transposed}, of((2, 4, *SIZES[d])), roomy)

    image = of((2, 3, *SIZES[d]))
    pool = {"kernel_size": windows, "stride": [None, 2], "padding": [0, 1], "ceil_mode": FLAGS}
    CASES[f"MaxPool{d}d"] = Case({**pool, "dilation": [1, small[::-1]], "return_indices": [False]}, image)
    average = {**pool, "count_include_pad": [True, False]}
    if d > 1:
        average["divisor_override"] = [None, 3]
    CASES[f"AvgPool{d}d"] = Case(average, image)
    CASES[f"LPPool{d}d"] = Case(
        {
            "norm_type": [2.0, 3.0],
            "kernel_size": windows[: 1 if d == 1 else 2],
            "stride": [None, 2],
            "ceil_mode": FLAGS,
        },
        lambda o, d=d: [np.abs(random(2, 3, *SIZES[d])) + 0.1],
    )
    targets = {1: [4, (1,)], 2: [3, (2, 5), (None, 2)], 3: [2, (1, 3, 2), (None, 2, 2)]}[d]
    CASES[f"AdaptiveAvgPool{d}d"] = Case({"output_size": targets}, image)
    CASES[f"AdaptiveMaxPool{d}d"] = Case({"output_size": targets, "return_indices": [False]}, image)
    # Unpooling goes by places that max pooling gave: test_torch_pooling makes these.
    for kind in ("Reflection", "Replication", "Circular", "Zero"):
        CASES[f"{kind}Pad{d}d"] = Case({"padding": [1, tuple(range(2 * d))[::-1]][: 1 if d == 3 else 2]}, image)
    CASES[f"ConstantPad{d}d"] = Case({"padding": [1, tuple(range(2 * d))[::-1]], "value": [2.5, 0.0]}, image)

    norm = {
        "eps": [1e-5, 1e-2], "momentum": [0.1, 0.7, None], "affine": [True, False],
        "track_running_stats": [True, False], "bias": [True, False],
    }  # fmt: skip
    CASES[f"BatchNorm{d}d"] = Case({"num_features": [3], **norm}, image)
    CASES[f"LazyBatchNorm{d}d"] = Case(norm, image)
    instance = {**norm, "momentum": [0.1, 0.7], "affine": FLAGS, "track_running_stats": FLAGS}
    CASES[f"InstanceNorm{d}d"] = Case({"num_features": [3], **instance}, image)
    CASES[f"LazyInstanceNorm{d}d"] = Case(instance, image)
CASES["BatchNorm1d"] = Case(CASES["BatchNorm1d"].options, of((6, 3, 4)))

# Normalisation of rows
shapes = [(5,), 5, (4, 5)]
CASES["LayerNorm"] = Case(
    {"normalized_shape": shapes, "eps": [1e-5, 1e-2], "elementwise_affine": [True, False], "bias": [True, False]},
    of((2, 4, 5)),
)
CASES["RMSNorm"] = Case(
    {"normalized_shape": shapes, "eps": [None, 1e-2], "elementwise_affine": [True, False]}, of((2, 4, 5))
)
CASES["GroupNorm"] = Case(
    {"num_groups": [2, 1, 6], "num_channels": [6], "eps": [1e-5, 1e-2], "affine": [True, False], "bias": [True, False]},
    of((2, 6, 4, 3)),
)
lrn = {"alpha": [1e-4, 0.5], "beta": [0.75, 2.0], "k": [1.0, 2.0]}
CASES["LocalResponseNorm"] = Case({"size": [2, 3, 5], **lrn}, of((2, 6, 4, 3)))

# Noise: in evaluation; what is drawn in training is test_noise's matter
for name in ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"):
    CASES[name] = Case({"p": [0.5, 0.2], "inplace": FLAGS}, of((2, 3, 4)), evaluated=True)
CASES["Dropout2d"] = Case(CASES["Dropout2d"].options, of((2, 3, 4, 5)), evaluated=True)
CASES["Dropout3d"] = Case(CASES["Dropout3d"].options, of((2, 3, 4, 5, 2)), evaluated=True)

# Vision
CASES["PixelShuffle"] = Case({"upscale_factor": [2, 1]}, of((2, 8, 3, 4)))
CASES["PixelUnshuffle"] = Case({"downscale_factor": [2, 1]}, of((2, 3, 4, 6)))
CASES["ChannelShuffle"] = Case({"groups": [2, 3]}, of((2, 6, 4, 5)))
CASES["Upsample"] = Case(
    {
        "size": [None, (7, 3)], "scale_factor": [None, 2, 1.5], "mode": ["nearest", "bilinear", "bicubic"],
        "align_corners": [None, True, False], "recompute_scale_factor": [None, True],
    },
    of((2, 3, 4, 5)),
    lambda o: (o["size"] is None) != (o["scale_factor"] is None)
    and (o["mode"] != "nearest" or o["align_corners"] is None)
    and not (o["recompute_scale_factor"] and o["size"]),
)  # fmt: skip
for name in ("UpsamplingNearest2d", "UpsamplingBilinear2d"):
    CASES[name] = Case(
        {"size": [None, (7, 3)], "scale_factor": [2, None]},
        of((2, 3, 4, 5)),
        lambda o: (o["size"] is None) != (o["scale_factor"] is None),
    )
slide = {"kernel_size": [2, (3, 2)], "dilation": [1, (1, 2)], "padding": [0, 1], "stride": [1, 2]}
CASES["Unfold"] = Case(slide, of((2, 3, 6, 7)))


def columns(o: dict[str, Any]) -> list[np.ndarray]:
    """What Unfold would have made of images of size (6, 7)."""
    pair = {name: (v, v) if isinstance(v, int) else v for name, v in o.items()}
    counts = [
        (n + 2 * pair["padding"][i] - pair["dilation"][i] * (pair["kernel_size"][i] - 1) - 1) // pair["stride"][i] + 1
        for i, n in enumerate((6, 7))
    ]
    window = pair["kernel_size"][0] * pair["kernel_size"][1]
    return [random(2, 3 * window, counts[0] * counts[1])]


CASES["Fold"] = Case({"output_size": [(6, 7)], **slide}, columns)

# Recurrence
cells = {"input_size": [4], "hidden_size": [3], "bias": [True, False]}
CASES["RNNCell"] = Case({**cells, "nonlinearity": ["tanh", "relu"]}, of((2, 4), (2, 3)))
CASES["GRUCell"] = Case(cells, of((2, 4), (2, 3)))
CASES["LSTMCell"] = Case(cells, of((2, 4)))
rnn = {
    "input_size": [4], "hidden_size": [3], "num_layers": [1, 2], "bias": [True, False], "batch_first": FLAGS,
    "dropout": [0.0], "bidirectional": FLAGS,
}  # fmt: skip
CASES["RNN"] = Case({**rnn, "nonlinearity": ["tanh", "relu"]}, of((5, 2, 4)))
CASES["GRU"] = Case(rnn, of((5, 2, 4)))
CASES["LSTM"] = Case({**rnn, "proj_size": [0, 2]}, of((5, 2, 4)))

# Attention
CASES["MultiheadAttention"] = Case(
    {
        "embed_dim": [6], "num_heads": [2, 3], "dropout": [0.0], "bias": [True, False], "add_bias_kv": FLAGS,
        "add_zero_attn": FLAGS, "kdim": [None, 5], "vdim": [None, 4], "batch_first": FLAGS,
    },
    lambda o: [random(3, 3, 6), random(3, 3, o["kdim"] or 6, seed=1), random(3, 3, o["vdim"] or 6, seed=2)],
)  # fmt: skip
layer = {
    "d_model": [6], "nhead": [2, 3], "dim_feedforward": [8], "dropout": [0.0], "activation": ["relu", "gelu"],
    "layer_norm_eps": [1e-5, 1e-2], "batch_first": FLAGS, "norm_first": FLAGS, "bias": [True, False],
}  # fmt: skip
CASES["TransformerEncoderLayer"] = Case(layer, of((3, 4, 6)))
CASES["TransformerDecoderLayer"] = Case(layer, of((3, 4, 6), (3, 4, 6)))
CASES["Transformer"] = Case(
    {**layer, "num_encoder_layers": [1, 2], "num_decoder_layers": [2, 1]},
    of((3, 4, 6), (3, 4, 6)),
    left_out=("custom_encoder", "custom_decoder"),
)
