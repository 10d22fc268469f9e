"""Peak memory of a backward, beside PyTorch: `python -m benchmarks.memory`.

A network of 50 layers, each a Linear and a ReLU, forward and backward, in a process of its own for each figure: the
growth of the process's peak resident memory, from just before to the end. malloc is told to give back what is freed, so
that holes between blocks do not count. Once as it is, and once with a checkpoint for every 7 layers. The figures are
the medians of the processes.
"""

from __future__ import annotations

import argparse

from . import resident

LAYERS, WIDTH, BATCH, SEGMENT = 50, 256, 8192, 7


def run_flambeau(checkpointed: bool):
    import flambeau.tensor as ft
    from flambeau.autograd import Variable, checkpoint

    ft.set_num_threads(2)
    ft.manual_seed(0)
    weights = [Variable(ft.randn(WIDTH, WIDTH) * (2 / WIDTH) ** 0.5, requires_grad=True) for _ in range(LAYERS)]
    biases = [Variable(ft.zeros(WIDTH), requires_grad=True) for _ in range(LAYERS)]
    x = ft.randn(BATCH, WIDTH)

    def layers(h, start, end):
        for w, b in zip(weights[start:end], biases[start:end], strict=True):
            h = ft.relu(ft.linear(h, w, b))
        return h

    def network(h):
        for start in range(0, LAYERS, SEGMENT):
            end = start + SEGMENT
            h = checkpoint(layers, h, start, end) if checkpointed else layers(h, start, end)
        return h

    def step():
        network(x).square().mean().backward()
        return float(weights[0].grad.norm())

    return step


def run_torch(checkpointed: bool):
    import torch
    from torch.utils.checkpoint import checkpoint

    torch.set_num_threads(2)
    torch.manual_seed(0)
    weights = [(torch.randn(WIDTH, WIDTH) * (2 / WIDTH) ** 0.5).requires_grad_() for _ in range(LAYERS)]
    biases = [torch.zeros(WIDTH, requires_grad=True) for _ in range(LAYERS)]
    x = torch.randn(BATCH, WIDTH)

    def layers(h, start, end):
        for w, b in zip(weights[start:end], biases[start:end], strict=True):
            h = torch.relu(torch.nn.functional.linear(h, w, b))
        return h

    def network(h):
        for start in range(0, LAYERS, SEGMENT):
            end = start + SEGMENT
            h = checkpoint(layers, h, start, end, use_reentrant=False) if checkpointed else layers(h, start, end)
        return h

    def step():
        network(x).square().mean().backward()
        return float(weights[0].grad.norm())

    return step


RIVALS = {"flambeau": run_flambeau, "torch": run_torch}


def measure(rival: str, checkpointed: bool, processes: int) -> float | None:
    """The MiB by which the peak grew, or None where the rival is not installed."""
    arguments = ["--worker", rival, *(["--checkpoint"] if checkpointed else [])]
    malloc = {"MALLOC_MMAP_THRESHOLD_": str(2**17), "MALLOC_TRIM_THRESHOLD_": str(2**17)}
    found = resident.median("benchmarks.memory", arguments, processes, **malloc)
    return None if found is None else found / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__.partition("\n")[0])
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--worker", choices=RIVALS, help=argparse.SUPPRESS)
    parser.add_argument("--checkpoint", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        print(resident.growth(RIVALS[arguments.worker](arguments.checkpoint)))
        return
    print(f"{LAYERS} layers of {WIDTH}, batch {BATCH}: one kept activation is {BATCH * WIDTH * 4 / 2**20:.0f} MiB")
    print(f"{'':12} {'all kept':>12} {f'checkpoint per {SEGMENT}':>18} {'ratio':>7}")
    for rival in RIVALS:
        plain, less = (measure(rival, checkpointed, arguments.processes) for checkpointed in (False, True))
        if plain is None or less is None:
            print(f"{rival:12} skipped: not installed")
        else:
            print(f"{rival:12} {plain:8.0f} MiB {less:14.0f} MiB {less / plain:7.2f}")


if __name__ == "__main__":
    main()
