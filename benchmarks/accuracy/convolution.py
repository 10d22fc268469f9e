"""The rounding errors of 3x3 convolutions: ``python -m benchmarks.accuracy.convolution [--images N] [--table FILE]``.

Each shape of the 3x3 layers of ResNets is computed in float32 by Winograd's transforms, as plain sums (the exact mode)
and by PyTorch, if it is installed, and compared with plain sums in float64. ``--table FILE`` writes a page of the
documentation.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import flambeau.tensor as ft
import numpy as np

# (channels, filters, size): the 3x3 layers with stride 1 of ResNet-18 to ResNet-152, and those for small images.
SHAPES = (
    (64, 64, 56),
    (128, 128, 28),
    (256, 256, 14),
    (512, 512, 7),
    (64, 64, 32),
    (128, 128, 16),
    (256, 256, 8),
    (512, 512, 4),
)

HEAD = """\
# The errors of 3x3 convolutions

float32 convolutions of many channels with 3x3 windows of stride 1 go by Winograd's transforms F(4x4, 3x3), at the
points 0, ±3/4, ±5/4 and ∞. `ft.set_exact_convolution(True)` keeps to plain sums. The table shows what that means for
rounding, over the shapes of ResNets: the largest error of an element and the root of the mean square (rms), against
plain sums in float64, in millionths of the results' standard deviation. Pixels are drawn from the normal distribution,
{images} images each; filters too, scaled so that results have a standard deviation of 1. PyTorch {torch} beside it.
Written by `python -m benchmarks.accuracy.convolution --table FILE`.

| pass | channels, size | Winograd: largest | rms | plain sums: largest | rms | PyTorch: largest | rms |
|---|---|---|---|---|---|---|---|
"""


def by_torch() -> tuple[str, Callable | None, Callable | None]:
    """Its version, and its two passes."""
    try:
        import torch
    except ImportError:
        return "is not installed", None, None

    def forward(x, weight):
        return torch.nn.functional.conv2d(torch.tensor(x), torch.tensor(weight), padding=1).numpy()

    def input_gradient(grad, weight):
        shape = (grad.shape[0], weight.shape[1], *grad.shape[2:])
        result = torch.nn.grad.conv2d_input(shape, torch.tensor(weight), torch.tensor(grad), padding=1)
        return result.numpy()

    return torch.__version__.split("+")[0], forward, input_gradient


def ours(exact: bool, run: Callable) -> Callable:
    def compute(*arrays):
        ft.set_exact_convolution(exact)
        try:
            return run(*arrays).numpy()
        finally:
            ft.set_exact_convolution(False)

    return compute


def forward(x, weight):
    return ft.conv2d(ft.tensor(x), ft.tensor(weight), padding=1)


def input_gradient(grad, weight):
    shape = (grad.shape[0], weight.shape[1], *grad.shape[2:])
    return ft.ops.conv2d_input_gradient(ft.tensor(grad), ft.tensor(weight), shape, 1, 1)


def measured(images: int, theirs: tuple[Callable | None, Callable | None]) -> Iterator[tuple[str, list[float]]]:
    """Of each pass and shape: its name, and largest error and rms of each way."""
    rng = np.random.default_rng(0)
    for name, run, rival in (("forward", forward, theirs[0]), ("gradient of the input", input_gradient, theirs[1])):
        for channels, filters, size in SHAPES:
            summed = channels if run is forward else filters
            x = rng.standard_normal((images, summed, size, size)).astype("float32")
            weight = rng.standard_normal((filters, channels, 3, 3)) / np.sqrt(9 * summed)
            weight = weight.astype("float32")
            right = run(np.float64(x), np.float64(weight)).numpy()
            errors = []
            for way in (ours(False, run), ours(True, run), rival):
                if way is None:
                    errors += [float("nan")] * 2
                    continue
                error = way(x, weight) - right
                errors += [float(np.abs(error).max()), float(np.sqrt(np.square(error).mean()))]
            yield f"{name} | {channels} to {filters}, {size}x{size}", errors


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy.convolution", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--images", type=int, default=32, metavar="N", help="of each shape (%(default)s)")
    parser.add_argument("--table", type=Path, metavar="FILE", help="write a page of Markdown")
    arguments = parser.parse_args()
    version, *theirs = by_torch()
    lines = []
    for name, errors in measured(arguments.images, tuple(theirs)):
        cells = ["" if np.isnan(e) else f"{e * 1e6:.2f}" for e in errors]
        lines.append(f"| {name} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    if arguments.table:
        arguments.table.write_text(HEAD.format(images=arguments.images, torch=version) + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
