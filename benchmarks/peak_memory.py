"""Peak memory of forward and backward beside PyTorch: ``python -m benchmarks.peak_memory [FILE...] [--processes N]``.

Without files of ``benchmarks/cases`` it is that of the convolutions and pooling below; with them, of their cases with
gradients: ``python -m benchmarks.peak_memory layers sequences``.

Each measurement is a process of its own with its inputs and the gradient made: what the largest resident set grows by
during one forward and backward pass. Of several processes the median is shown. A small pass of the same kind goes
before it, so that what libraries load or allocate once is not counted.
"""

from __future__ import annotations

import argparse
import importlib

from . import resident

# (function of nn.functional, shapes of the input and of weights, other arguments)
CASES = (
    ("conv2d", (32, 64, 32, 32), (64, 64, 3, 3), (None, 1, 1)),
    ("conv2d", (32, 256, 8, 8), (256, 256, 3, 3), (None, 1, 1)),
    ("conv2d", (32, 512, 4, 4), (512, 512, 3, 3), (None, 1, 1)),
    ("conv2d", (8, 3, 224, 224), (64, 3, 7, 7), (None, 2, 3)),
    ("conv2d", (8, 64, 56, 56), (256, 64, 1, 1), ()),
    ("conv2d", (32, 128, 28, 28), (128, 1, 3, 3), (None, 1, 1, 1, 128)),
    ("conv1d", (32, 64, 4096), (64, 64, 5), (None, 1, 2)),
    ("conv3d", (2, 32, 16, 56, 56), (32, 32, 3, 3, 3), (None, 1, 1)),
    ("conv_transpose2d", (8, 64, 56, 56), (64, 32, 4, 4), (None, 2, 1)),
    ("max_pool2d", (32, 64, 112, 112), None, (3, 2, 1)),
    ("avg_pool2d", (32, 64, 112, 112), None, (3, 2, 1)),
    ("adaptive_avg_pool2d", (32, 512, 56, 56), None, (7,)),
    ("max_pool3d", (4, 32, 16, 112, 112), None, (2,)),
)


def grown(library: str, case: int) -> int:
    """Bytes that one pass of a case adds to the largest resident set of this process."""
    name, shape, weights, rest = CASES[case]
    if library == "torch":
        import torch
        from torch.nn import functional

        torch.set_num_threads(2)

        def random(*sizes):
            return torch.randn(*sizes).requires_grad_()
    else:
        import flambeau.nn.functional as functional
        import flambeau.tensor as ft
        from flambeau.autograd import Variable

        def random(*sizes):
            return Variable(ft.randn(*sizes), requires_grad=True)

    def arguments(images, sizes):
        made = [random(*images)] if weights is None else [random(*images), random(*sizes)]
        result = getattr(functional, name)(*made, *rest)
        return made, result.detach() * 0 + 1

    def run(made, grad):
        getattr(functional, name)(*made, *rest).backward(grad)

    small = (1, shape[1], *(max(n // 8, 8) for n in shape[2:]))
    run(*arguments(small, weights))
    prepared = arguments(shape, weights)
    for each in prepared[0]:
        each.grad = None
    return _growth(library, lambda: run(*prepared))


def grown_by_case(library: str, file: str, name: str) -> int:
    """The same of a case of another benchmark, after a first step."""
    (case,) = [case for case in _cases(file) if case.name == name]
    step = case.rivals[library]()
    step()
    return _growth(library, step)


def _growth(library: str, work) -> int:
    if library == "flambeau":
        import flambeau.tensor as ft

        ft.empty_cache()
    return resident.growth(work)


def _cases(file: str) -> list:
    cases = importlib.import_module(f"benchmarks.cases.{file}").CASES
    return [case for case in cases if "backward" in case.name]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peak_memory", description=__doc__.split("\n")[0])
    parser.add_argument("--processes", type=int, default=3, metavar="N", help="of each rival (%(default)s)")
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("files", nargs="*", metavar="FILE")
    options = parser.parse_args()
    if options.one:
        library, *case = options.one
        print(grown(library, int(*case)) if len(case) == 1 else grown_by_case(library, *case))
        return
    rows = [(" ".join(map(str, case)).replace("None", "-"), [str(number)]) for number, case in enumerate(CASES)]
    if options.files:
        rows = [(case.name, [file, case.name]) for file in options.files for case in _cases(file)]
    print(f"{'case':72} {'flambeau':>10} {'torch':>10}  ratio")
    for title, case in rows:
        medians = []
        for library in ("flambeau", "torch"):
            arguments = ["--one", library, *case]
            medians.append(resident.median("benchmarks.peak_memory", arguments, options.processes))
        ours, theirs = medians
        if theirs is None:
            print(f"{title:72} {ours / 2**20:7.1f} MiB  torch: not installed", flush=True)
            continue
        print(f"{title:72} {ours / 2**20:7.1f} MiB {theirs / 2**20:6.1f} MiB  {ours / max(theirs, 1):.2f}", flush=True)


if __name__ == "__main__":
    main()
